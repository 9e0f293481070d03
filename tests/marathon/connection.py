"""One connection of the test Marathon: requests in, bytes out, every wait with a bound.

The thread that serves a connection is the only one to close it. Others write to it under `lock`,
and end it by what they set here, which every wait looks at.
"""
import select
import socket
import ssl
import struct
import threading
import time
import typing
import urllib.parse

HEAD_BYTES_MAX = 1 << 16
BODY_BYTES_MAX = 1 << 24
PIECE_BYTES = 1 << 14   # of one write: what a TLS record takes
SLICE_S = 0.05          # a wait looks so often whether it has been ended
WANTS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Ended(Exception):
    """The connection has ended, or its time for a request is over."""


class Malformed(Exception):
    """What came is no request."""


class Request(typing.NamedTuple):
    method: str
    target: str         # as it was sent
    headers: dict       # names in lower case; of one that comes twice, values joined by ", "
    body: bytes
    connection: int     # its number: 1 for the first that was accepted
    version: str        # HTTP/1.1

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        """name -> list of values, percent-decoded."""
        return urllib.parse.parse_qs(self.target.partition("?")[2], keep_blank_values=True)


def parse_head(head):
    """Method, target, version and headers of what stands in front of the empty line."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Malformed(lines[0])
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed(line)
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return *words, headers


class Turns:
    """A lock that is had in the order in which it was asked for, so that who emits all the time
    lets others in. Who has it waits for nothing without a bound."""

    def __init__(self):
        self.changed = threading.Condition()
        self.asked = self.had = 0

    def __enter__(self):
        with self.changed:
            ticket = self.asked
            self.asked += 1
            self.changed.wait_for(lambda: self.had == ticket)

    def __exit__(self, *_):
        with self.changed:
            self.had += 1
            self.changed.notify_all()


class Connection:
    def __init__(self, accepted, number, peer):
        self.socket, self.number, self.peer = accepted, number, peer
        self.lock = threading.Lock()    # held for all of what must not be torn apart
        self.calls = threading.Lock()   # TLS is not to be read and written at the same time
        self.buffer = b""
        self.aborted = False
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def begin(self, tls, seconds):
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)
            self.socket.settimeout(seconds)
            if self.aborted:
                raise Ended()
            self.socket.do_handshake()
        self.socket.setblocking(False)

    def wait(self, events, end):
        """Whether the socket is ready before `end`; False too when it was aborted."""
        poller = select.poll()
        poller.register(self.socket, events)
        while not self.aborted:
            left = end - time.monotonic()
            if poller.poll(1000 * max(0, min(left, SLICE_S))):
                return True
            if left <= 0:
                return False
        return False

    def read_some(self, end):
        """What came; b"" if the connection has ended, None if nothing came before `end`."""
        while not self.aborted:
            with self.calls:
                try:
                    return self.socket.recv(1 << 16)
                except WANTS:
                    pass
                except (OSError, ValueError):
                    return b""
            if not self.wait(select.POLLIN, end) and not self.aborted:
                return None
        return b""

    def write(self, data, seconds):
        """How many bytes the system took: all, unless the connection or the time ended."""
        view, done, end = memoryview(data), 0, time.monotonic() + seconds
        while done < len(view) and not self.aborted:
            with self.calls:
                try:
                    done += self.socket.send(view[done:done + PIECE_BYTES])
                    continue
                except WANTS:
                    pass
                except (OSError, ValueError):
                    break
            if not self.wait(select.POLLOUT, end):
                break
        return done

    def read_more(self, end):
        more = self.read_some(end)
        if not more:
            raise Ended()
        self.buffer += more

    def read_request(self, seconds):
        end = time.monotonic() + seconds
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > HEAD_BYTES_MAX:
                raise Malformed("a head without an end")
            self.read_more(end)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        method, target, version, headers = parse_head(head)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX or "transfer-encoding" in headers:
            raise Malformed("a body without a length")
        while len(self.buffer) < int(length):
            self.read_more(end)
        body, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return Request(method, target, headers, body, self.number, version)

    def shut_down(self, how):
        """Of the socket itself: TLS would forget its state while others still use it."""
        try:
            socket.socket.shutdown(self.socket, how)
        except OSError:
            pass

    def end_writing(self):
        """All that was written comes to the peer, and then the end."""
        with self.calls:
            if isinstance(self.socket, ssl.SSLSocket):
                try:
                    self.socket.unwrap()
                except (OSError, ValueError):
                    pass    # it would wait for the peer's end, too
        self.shut_down(socket.SHUT_WR)

    def abort(self):
        self.aborted = True
        self.shut_down(socket.SHUT_RDWR)

    def reset(self):
        """The peer sees a reset as soon as the serving thread closes the socket."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.aborted = True

    def close(self):
        self.aborted = True
        with self.lock, self.calls:
            self.socket.close()
