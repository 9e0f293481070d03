"""Starts the shipped binary for a test, and talks to it over real sockets.

    with Hub() as hub:                       # port 0, ready when the block is entered
        with hub.subscribe("app=shop") as stream, hub.publish("shop", "web", "h1") as publisher:
            publisher.send(record("hello\\n"))
            stream.read_line()

Every wait has a deadline; nothing sleeps for a guessed time. $LOGIO_BINARY names the binary.
"""
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

BINARY = os.environ.get("LOGIO_BINARY", "build/logio")
DEADLINE_S = float(os.environ.get("LOGIO_TEST_DEADLINE_S", "20"))
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")


class Failure(AssertionError):
    """Something did not happen in time, or the hub said no."""


def deadline(seconds=None):
    return time.monotonic() + (DEADLINE_S if seconds is None else seconds)


def wait_until(condition, what, seconds=None):
    """Asks again and again; the pause between two looks is a select on nothing.

    `what` is in vain else, or says what when that is known.
    """
    end = deadline(seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"in vain: {what() if callable(what) else what}")
        select.select([], [], [], 0.005)


def record(raw, time_text="2016-12-06T22:14:21.448123Z", **more):
    """One record as the stock client writes it."""
    return json.dumps({"time": time_text, "raw": raw, **more},
                      separators=(",", ":"), ensure_ascii=False).encode()


def topic(app, proc="", host="", **more):
    return json.dumps({"app": app, "proc": proc, "host": host, **more},
                      separators=(",", ":")).encode()


class Connection:
    """A TCP connection that remembers what it has read and not yet given out."""

    def __init__(self, port, host="127.0.0.1", receive_buffer=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.ended = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes so that the peer sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def receive(self, end=None):
        """Reads once; False at the end of the stream."""
        self.socket.settimeout(max(0.001, (end or deadline()) - time.monotonic()))
        try:
            data = self.socket.recv(1 << 16)
        except socket.timeout:
            raise Failure(f"nothing came in time; so far {self.buffer[-300:]!r}") from None
        self.buffer += data
        self.ended |= not data
        return bool(data)

    def read_until(self, mark, seconds=None):
        end = deadline(seconds)
        while mark not in self.buffer:
            if not self.receive(end):
                raise Failure(f"the stream ended before {mark!r}: {self.buffer[-300:]!r}")
        at = self.buffer.index(mark) + len(mark)
        out, self.buffer = self.buffer[:at], self.buffer[at:]
        return out

    def read_exactly(self, n, seconds=None):
        end = deadline(seconds)
        while len(self.buffer) < n:
            if not self.receive(end):
                raise Failure(f"the stream ended {n - len(self.buffer)} bytes early")
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def read_to_end(self, seconds=None):
        end = deadline(seconds)
        try:
            while self.receive(end):
                pass
        except ConnectionResetError:
            self.ended = True
        out, self.buffer = self.buffer, b""
        return out

    def is_quiet(self, seconds=0.2):
        """Whether nothing comes for so long: for what must not happen."""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        return not ready and not self.buffer


class Response:
    """Head and body of an HTTP answer that came in full."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status_line = lines[0]
        self.status = int(lines[0].split(" ")[1])
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()


class Stream(Connection):
    """A subscriber: the request is sent, the answer's head is read, the body is taken apart."""

    def __init__(self, port, target="/", version="1.1", headers=(), host="127.0.0.1",
                 receive_buffer=None, wait_head=True):
        super().__init__(port, host, receive_buffer)
        name = f"[{host}]" if ":" in host else host
        lines = [f"GET {target} HTTP/{version}", f"Host: {name}:{port}", *headers]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"))
        self.body = b""
        self.chunk_left = 0
        self.complete = False  # the last chunk was seen
        if wait_head:
            self.read_head()

    def read_head(self):
        head = self.read_until(b"\r\n\r\n")
        self.head = Response(head)
        self.chunked = self.head.headers.get("transfer-encoding") == "chunked"
        return self.head

    def fill(self, end):
        """Gets some body bytes; False at the end of the body."""
        if not self.chunked:
            if not self.buffer and not self.receive(end):
                return False
            self.body, self.buffer = self.body + self.buffer, b""
            return True
        if self.complete:
            return False
        size = int(self.read_until(b"\r\n", end - time.monotonic()), 16)
        self.body += self.read_exactly(size, end - time.monotonic())
        if self.read_exactly(2, end - time.monotonic()) != b"\r\n":
            raise Failure("a chunk does not end in a line end")
        self.complete = size == 0
        return not self.complete

    def read_line(self, seconds=None):
        end = deadline(seconds)
        while b"\n" not in self.body:
            if not self.fill(end):
                raise Failure(f"the stream ended: {self.body!r}")
        line, _, self.body = self.body.partition(b"\n")
        return line + b"\n"

    def read_lines(self, n, seconds=None):
        end = deadline(seconds)
        return [self.read_line(end - time.monotonic()) for _ in range(n)]

    def read_body_to_end(self, seconds=None):
        end = deadline(seconds)
        while self.fill(end):
            pass
        out, self.body = self.body, b""
        return out


class Publisher(Connection):
    """A publisher whose topic object is sent."""

    def __init__(self, port, topic_bytes, host="127.0.0.1"):
        super().__init__(port, host)
        self.send(topic_bytes)


# command -> (what is added, unless one of these flags is given: the first of them, with this).
LOOPBACK = {
    "serve": [(("--publish-listen",), "127.0.0.1:0"), (("--subscribe-listen",), "127.0.0.1:0")],
    "marathon": [(("-i", "--ip", "--events-listen"), "127.0.0.1"),
                 (("-p", "--port", "--events-listen"), "0")],
}
SUBSCRIBERS, PUBLISHERS, EVENTS = (rb"Listening for %b on tcp (?P<%b>\S*:\d+)\n" % (who, who)
                                   for who in (b"subscribers", b"publishers", b"events"))
# What each command prints when it is ready, and which line of that is there in any case.
READY = {
    "serve": (SUBSCRIBERS + PUBLISHERS + b"(?:" + EVENTS + b")?", PUBLISHERS),
    "marathon": (rb"(?P<greeting>Configuring .*\n)?(?:" + SUBSCRIBERS + b")?(?:" + PUBLISHERS +
                 b")?" + EVENTS, EVENTS),
}


class Hub:
    """A hub of its own for a test: starts on free ports, ends with the block.

    With `command` "marathon" it is marathon-logger's successor, and with "" that without the word.
    It has a port for events, and others if `flags` say so; without one for subscribers, what is
    asked of them here is asked of the port for events. `greeting` is its line on its store.
    `launcher` is a command that becomes the hub, and is given the descriptors `fds`.
    """

    def __init__(self, *flags, env=None, wait=True, command="serve", launcher=(), fds=()):
        self.command = command or "marathon"
        names = {flag.split("=")[0] for flag in flags}
        added = [word for equal, value in LOOPBACK[self.command] if not names.intersection(equal)
                 for word in (equal[0], value)]
        self.flags = [*flags, *added] if command == "" else [*added, *flags]
        self.log = tempfile.TemporaryFile()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        environment.update(env or {})
        words = [command] if command else []
        self.process = subprocess.Popen([*launcher, BINARY, *words, *self.flags], pass_fds=fds,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, env=environment)
        self.lines = b""
        if wait:
            try:
                self.wait_ready()
            except BaseException:
                self.kill()
                raise

    def wait_ready(self):
        end = deadline()
        lines, one_of_them = READY[self.command]
        while not re.search(one_of_them, self.lines):
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, end - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not more:
                raise Failure(f"the hub does not start: {self.lines!r} {self.read_log()}")
            self.lines += more
        match = re.fullmatch(lines, self.lines)
        if not match:
            raise Failure(f"unexpected first lines: {self.lines!r}")
        found = {name: (text or b"").decode() for name, text in match.groupdict().items()}
        self.greeting = found.pop("greeting", "")
        port = {name: int(text.rpartition(":")[2]) for name, text in found.items() if text}
        self.events_port, self.publish_port = port.get("events", 0), port.get("publishers", 0)
        self.subscribe_port = port.get("subscribers", self.events_port)
        self.publish_address = found["publishers"]
        self.subscribe_address = found["subscribers"]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        if kind is None and code != 0:
            raise Failure(f"the hub ended with {code}: {self.read_log()}")

    def read_log(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def wait_log(self, text):
        return wait_until(lambda: text in self.read_log(), f"{text!r} in the hub's log")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=None):
        try:
            return self.process.wait(DEADLINE_S if seconds is None else seconds)
        except subprocess.TimeoutExpired:
            raise Failure("the hub does not end") from None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """SIGTERM, and its exit code."""
        try:
            if self.process.poll() is None:
                self.signal(signal.SIGTERM)
            return self.wait()
        finally:
            self.kill()

    def subscribe(self, query="", **how):
        return Stream(self.subscribe_port, "/?" + query if query else "/", **how)

    def publish(self, app, proc="", host="", **more):
        return Publisher(self.publish_port, topic(app, proc, host, **more))

    def request(self, data, port=None):
        """Sends raw bytes, reads to the end of the connection."""
        with Connection(port or self.subscribe_port) as connection:
            connection.send(data)
            return Response(connection.read_to_end())

    def get(self, target, *headers, method="GET"):
        lines = [f"{method} {target} HTTP/1.1", "Host: hub", *headers]
        return self.request(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"))

    def records_of(self, app):
        """How many have arrived."""
        page = self.request(b"GET /v1/topics?app=%b HTTP/1.0\r\n\r\n" % app.encode())
        return sum(topic["records"] for topic in json.loads(page.body)["topics"])

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(*arguments, stdin=b"", env=None, seconds=None):
    """Runs a command of the binary to its end."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
    environment.update(env or {})
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, env=environment,
                          timeout=DEADLINE_S if seconds is None else seconds, check=False)
