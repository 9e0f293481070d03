"""Publishers and subscribers on one selector, for tests that need many of them at once."""
import json
import selectors
import socket
import struct
import time

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
CHUNK_END = -1


def connect(port, receive_bytes=0, host="127.0.0.1"):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        sock.settimeout(10)
        sock.connect((host, port))
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def reset(sock):
    """Closes with a reset instead of an end."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    finally:
        sock.close()


class Loop:
    """Serves its members until a condition holds. A member has `sock` (or None) and `interest()`,
    and is told on_readable() and on_writable()."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.members = []
        self.known = {}  # member -> (socket, mask) as registered

    def add(self, *members):
        self.members.extend(members)
        return members[0]

    def drop(self, member):
        self.forget(member)
        self.members.remove(member)

    def forget(self, member):
        sock, _ = self.known.pop(member, (None, 0))
        if sock is not None:
            try:
                self.selector.unregister(sock)
            except (KeyError, ValueError):
                pass

    def refresh(self):
        for member in self.members:
            mask = member.interest() if member.sock is not None else 0
            sock, was = self.known.get(member, (None, 0))
            if sock is member.sock and was == mask:
                continue
            if sock is member.sock and sock is not None and mask:
                self.selector.modify(sock, mask, member)
            else:
                self.forget(member)
                if mask:
                    self.selector.register(member.sock, mask, member)
            if mask:
                self.known[member] = (member.sock, mask)

    def turn(self, seconds):
        self.refresh()
        for key, mask in self.selector.select(seconds):
            member = key.data
            if member.sock is not key.fileobj:
                continue
            if mask & READ:
                member.on_readable()
            if mask & WRITE and member.sock is key.fileobj:
                member.on_writable()

    def until(self, holds, seconds, what=""):
        deadline = time.monotonic() + seconds
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"after {seconds} s still not so: {what or holds}\n"
                                     + "\n".join(map(repr, self.members[:40])))
            self.turn(min(left, 0.02))

    def close(self):
        for member in list(self.members):
            self.drop(member)
            member.close()
        self.selector.close()


class Publisher:
    """Sends the records of a feed up to `limit`, then half-closes once told to `finish`."""

    block_records = 64

    def __init__(self, port, feed, limit=0, **head):
        self.port = port
        self.feed = feed
        self.limit = limit
        self.finishing = False
        self.half_closed = False
        self.ended = False          # the hub has closed, or the connection broke
        self.answers = b""
        self.out = b""
        self.sock = connect(port)
        self.out = feed.head(**head)

    @property
    def idle(self):
        return not self.out and self.feed.sent >= self.limit

    @property
    def done(self):
        return self.ended and self.idle

    def interest(self):
        return READ | (WRITE if not self.half_closed and (self.finishing or not self.idle) else 0)

    def fill(self):
        feed = self.feed
        last = min(self.limit, feed.sent + self.block_records)
        self.out += b"".join(feed.wire(n) for n in range(feed.sent + 1, last + 1))
        feed.sent = max(feed.sent, last)

    def on_writable(self):
        if len(self.out) < 8192 and self.feed.sent < self.limit:
            self.fill()
        try:
            if self.out:
                self.out = self.out[self.sock.send(self.out):]
            if self.idle and self.finishing and not self.half_closed:
                self.sock.shutdown(socket.SHUT_WR)
                self.half_closed = True
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def on_readable(self):
        try:
            got = self.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if not got:
            return self.close()
        self.answers += got

    def close(self, rst=False):
        self.ended = True
        if self.sock is not None:
            (reset if rst else socket.socket.close)(self.sock)
            self.sock = None

    def __repr__(self):
        return (f"publisher {self.feed.name}: sent {self.feed.sent} of {self.limit}, "
                f"{'ended' if self.ended else 'open'}, answers {self.answers[-200:]!r}")


class AckedPublisher(Publisher):
    """Numbers its records, keeps what is not acknowledged, and repeats it after a cut."""

    def __init__(self, port, feed, client, limit=0):
        self.client = client
        self.acked = 0
        self.greetings = 0
        self.repeated = 0
        self.errors = []
        self.reading = True
        super().__init__(port, feed, limit, ack=True, client=client, sequence=1)

    @property
    def all_acked(self):
        return self.acked >= self.limit

    def interest(self):
        wanted = super().interest()
        return wanted if self.reading else wanted & ~READ

    def reconnect(self):
        self.sock = connect(self.port)
        self.ended = self.half_closed = False
        self.answers = b""
        self.repeated += self.feed.sent - self.acked
        self.feed.sent = self.acked
        self.out = self.feed.head(ack=True, client=self.client, sequence=self.acked + 1)

    def on_readable(self):
        super().on_readable()
        *lines, self.answers = self.answers.split(b"\n")
        for line in lines:
            answer = json.loads(line)
            if "error" in answer:
                self.errors.append(answer["error"])
                continue
            if "logio" in answer:
                self.greetings += 1
            elif answer["ack"] <= self.acked:
                raise AssertionError(f"{self!r}: acknowledged {answer['ack']} after {self.acked}")
            self.acked = max(self.acked, answer["ack"])

    def __repr__(self):
        return super().__repr__() + f", acked {self.acked}, errors {self.errors}"


class Reader:
    """Streams over HTTP into a checker. `paused` stops reading, as a stuck client does."""

    def __init__(self, port, query="", checker=None, version="1.1", receive_bytes=0):
        self.checker = checker
        self.status = None
        self.headers = {}
        self.paused = False
        self.clean_end = False      # the last chunk, or the end of an HTTP/1.0 answer
        self.ended = False
        self.bytes = 0
        self.head = b""
        self.raw = bytearray()      # chunked framing
        self.left = 0               # bytes of the chunk under way, or CHUNK_END
        self.line = b""
        self.version = version
        self.sock = connect(port, receive_bytes)
        self.out = (f"GET /{'?' + query if query else ''} HTTP/{version}\r\n"
                    f"Host: hub\r\nUser-Agent: test\r\n\r\n").encode()

    @property
    def streaming(self):
        return self.status is not None

    def interest(self):
        return (0 if self.paused else READ) | (WRITE if self.out else 0)

    def on_writable(self):
        try:
            self.out = self.out[self.sock.send(self.out):]
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def on_readable(self):
        try:
            got = self.sock.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            return self.close()
        if not got:
            if self.streaming and "transfer-encoding" not in self.headers:
                self.clean_end = True
            return self.close()
        self.bytes += len(got)
        if not self.streaming:
            self.head += got
            at = self.head.find(b"\r\n\r\n")
            if at < 0:
                return
            got, head = self.head[at + 4:], self.head[:at].decode("latin-1").split("\r\n")
            self.status = int(head[0].split(" ", 2)[1])
            fields = (line.partition(":") for line in head[1:])
            self.headers = {name.lower(): value.strip() for name, _, value in fields}
        if self.headers.get("transfer-encoding") == "chunked":
            self.unchunk(got)
        else:
            self.body(got)

    def unchunk(self, got):
        self.raw += got
        body = []
        at = 0
        while True:
            if self.left > 0:
                part = bytes(self.raw[at:at + self.left])
                body.append(part)
                at += len(part)
                self.left -= len(part)
                if self.left:
                    break
                self.left = CHUNK_END
            if self.left == CHUNK_END:
                if len(self.raw) - at < 2:
                    break
                assert self.raw[at:at + 2] == b"\r\n", bytes(self.raw[at:at + 20])
                at += 2
                self.left = 0
            end = self.raw.find(b"\r\n", at)
            if end < 0:
                break
            size = int(self.raw[at:end], 16)
            at = end + 2
            if size == 0:
                self.clean_end = True
                break
            self.left = size
        del self.raw[:at]
        if body:
            self.body(b"".join(body))

    def body(self, got):
        whole, newline, rest = got.rpartition(b"\n")
        if not newline:
            self.line += got
            return
        block, self.line = self.line + whole, rest
        if self.checker is not None:
            self.checker.lines(block)

    def close(self, rst=False):
        self.ended = True
        if self.sock is not None:
            (reset if rst else socket.socket.close)(self.sock)
            self.sock = None

    def __repr__(self):
        return (f"reader {self.status}{' paused' if self.paused else ''}"
                f"{' ended' if self.ended else ''}: {self.checker!r}")
