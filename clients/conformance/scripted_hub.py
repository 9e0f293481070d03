"""The publish side of a hub that does what a scenario tells it, step by step.

    hub = ScriptedHub()
    with hub.accept() as connection:
        topic = connection.read_line()
        connection.greet(0)
        records = [connection.read_line() for _ in range(3)]
        connection.acknowledge(3)

Nothing is read unless it is asked for: a hub that stalls is one whose scenario reads nothing.
"""
import json
import socket
import struct

from waiting import Failure, await_readable, deadline, is_readable, short

# Small, so that a hub that reads nothing soon leaves its publisher with what it cannot send.
RECEIVE_BUFFER_BYTES = 64 * 1024


class Connection:
    """One connection of a publisher, and what was read of it and not yet given out."""

    def __init__(self, accepted):
        self.socket = accepted
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = bytearray()
        self.at = 0  # how much of it was given out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def fill(self, end, awaited):
        """Reads once; False at the end of the stream, whether it was closed or reset."""
        await_readable(self.socket, end, f"{awaited}; so far {short(self.rest())}")
        try:
            more = self.socket.recv(1 << 18)
        except ConnectionResetError:
            return False
        del self.read[:self.at]
        self.at = 0
        self.read += more
        return bool(more)

    def rest(self):
        return bytes(self.read[self.at:])

    def read_line(self, seconds=None, awaited="a line of the client"):
        """The next line with its line end; at the end of the stream what is left."""
        end = deadline(seconds)
        while True:
            found = self.read.find(b"\n", self.at)
            if found >= 0:
                return self.take(found + 1 - self.at)
            if not self.fill(end, awaited):
                return self.take(len(self.read) - self.at)

    def read_bytes(self, count):
        """So many bytes, wherever that ends."""
        end = deadline()
        while len(self.read) - self.at < count:
            if not self.fill(end, f"{count} bytes"):
                raise Failure(f"the client closed {count - len(self.rest())} bytes early")
        return self.take(count)

    def take(self, count):
        out = bytes(self.read[self.at:self.at + count])
        self.at += count
        return out

    def is_quiet(self, seconds):
        """Whether nothing comes for so long, and the connection stays: for what must not be."""
        return not self.rest() and not is_readable(self.socket, seconds)

    def read_end(self):
        """Waits for the client's half-close, before which nothing more may come."""
        line = self.read_line(awaited="the end of what the client sends")
        if line:
            raise Failure(f"the client was to end, and sent {short(line)}")

    def write(self, data):
        self.socket.settimeout(max(0.001, deadline() - deadline(0)))
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        self.socket.settimeout(None)

    def say(self, value):
        self.write(json.dumps(value, separators=(",", ":")) + "\n")

    def greet(self, number, epoch="e1"):
        self.say({"logio": 1, "epoch": epoch, "ack": number})

    def acknowledge(self, number):
        self.say({"ack": number})

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes so that the client sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class ScriptedHub:
    """A listener on a free port, which it keeps while it is shut."""

    def __init__(self, host="127.0.0.1"):
        self.host = host
        self.port = 0
        self.listener = None
        self.open()

    def open(self):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.listener.bind((self.host, self.port))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]

    def shut(self):
        """Connections are refused from now on, also those that nobody has accepted yet."""
        if self.listener is not None:
            self.listener.close()
        self.listener = None

    @property
    def address(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def accept(self, seconds=None):
        await_readable(self.listener, deadline(seconds), "a connection of the client")
        return Connection(self.listener.accept()[0])

    def is_left_alone(self, seconds):
        return not is_readable(self.listener, seconds)


def has_ipv6():
    """Whether this machine has an IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False
