"""Event streams as Jetty's EventSourceServlet writes them, each of one connection."""
import re
import time

LINGER_S = 10   # for the peer of an ended stream to read to its end


def lines_of(body):
    """As a Java reader takes text apart: any line end, and none after the last one."""
    lines = re.split(rb"\r\n|\r|\n", body)
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def as_read(body):
    """What a reader of the stream puts together again."""
    return b"\n".join(lines_of(body)) if b"\n" in body or b"\r" in body else body


def frame_of(body, kind, line_end):
    head = [b"event: " + kind.encode()] if kind else []
    return line_end.join([*head, *(b"data: " + line for line in lines_of(body)), b"", b""])


class EventStream:
    def __init__(self, connection, kinds, line_end, chunked, write_s):
        self.connection = connection
        self.number = connection.number
        self.kinds = frozenset(kinds)   # none: all
        self.line_end = line_end
        self.chunked = chunked
        self.write_s = write_s
        self.open = True
        self.silent = False
        self.gone_by = 0.0

    def wants(self, kind):
        return not self.kinds or kind in self.kinds

    def framed(self, data):
        return b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data

    def write(self, pieces):
        """How many of the pieces, from the first, were completely written."""
        with self.connection.lock:
            if not self.open or self.silent:
                return 0
            pieces = [self.framed(piece) for piece in pieces]
            done = self.connection.write(b"".join(pieces), self.write_s)
            if done == sum(map(len, pieces)):
                return len(pieces)
            self.open = False
            self.connection.abort()
            count = 0
            for piece in pieces:
                done -= len(piece)
                if done < 0:
                    break
                count += 1
            return count

    def beat(self):
        """Jetty flushes between the two bytes, to notice who has gone."""
        with self.connection.lock:
            if self.open and not self.silent:
                for byte in self.line_end:
                    self.connection.write(self.framed(bytes([byte])), self.write_s)

    def cut(self, piece, reset):
        """Ends it behind what is written, or behind `piece`, which is part of a frame."""
        with self.connection.lock:
            if not self.open:
                return
            self.open = False
            self.gone_by = time.monotonic() + LINGER_S
            if piece:
                length = b"%x\r\n" % (2 * len(piece)) if self.chunked else b""
                self.connection.write(length + piece, self.write_s)
            elif self.chunked and not reset:
                self.connection.write(b"0\r\n\r\n", self.write_s)
            if reset:
                self.connection.reset()
            else:
                self.connection.end_writing()

    def watch(self, heartbeat_s):
        """Until the peer has gone, or was given the time to; `heartbeat_s` is asked each time."""
        last = time.monotonic()
        while self.connection.read_some(time.monotonic() + min(heartbeat_s(), 0.1)) != b"":
            now = time.monotonic()
            if not self.open and now > self.gone_by:
                return
            if now >= last + heartbeat_s():
                self.beat()
                last = now
