"""What nobody should send to the publish port, and a client that sends it."""
import json
import socket

from hub import record, topic
from load import READ, WRITE, connect

CODES = {"bad_json", "bad_topic", "bad_time", "bad_record", "too_long"}
HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(range(256)) * 2


def garbage(chance):
    """(name, bytes, whether the hub must give a reason)."""
    good = topic("garbage", "p", "h")
    return chance.choice([
        ("random", b"\xff" + chance.randbytes(chance.randrange(1, 5000)), True),
        ("random behind a topic", good + b"]" + chance.randbytes(300), True),
        ("a request", b"GET /?app=x HTTP/1.1\r\nHost: hub:7701\r\n\r\n", True),
        ("a TLS client", HELLO, True),
        ("an array", b'[{"app":"a"}]', True),
        ("a number as app", b'{"app":1}', True),
        ("no app", b'{"proc":"web"}', True),
        ("a bad topic value", topic("a\nb"), True),
        ("an unknown format", topic("garbage", format="xml"), True),
        ("deep nesting", b'{"app":' + b"[" * 100_000, True),
        ("deep objects", good + b'{"raw":"x","fields":' + b'{"a":' * 50_000, None),
        ("a huge key", b'{"' + b"k" * (2 << 20) + b'":1,"app":"garbage"}', None),
        ("NULs", bytes(chance.randrange(1, 3000)), True),
        ("NULs behind a topic", good + bytes(1000), True),
        ("UTF-16", topic("garbage").decode().encode("utf-16"), True),
        ("half a topic", good[:chance.randrange(1, len(good))], None),
        ("half a record", good + record("half\n")[:chance.randrange(1, 40)], None),
        ("an unclosed string", good + b'{"raw":"' + b"x" * 3000, None),
        ("a raw control character", good + b'{"raw":"a\nb\x01"}', None),
        ("bad escapes", good + b'{"raw":"\\x41\\u12"}', None),
        ("bad values", good + b'{"raw":1}{"time":"now","raw":"x"}{}{"text":[]}', None),
        ("closing braces", good + b"}" * 500, True),
        ("nothing", b"", None),
    ])


class Thrower:
    """Sends its bytes, half-closes, reads to the end."""

    def __init__(self, port, name, data, reason):
        self.name, self.reason, self.answer, self.ended = name, reason, b"", False
        self.out = memoryview(data)
        self.shut = False
        self.sock = connect(port)

    def interest(self):
        return READ | (0 if self.shut else WRITE)

    def on_writable(self):
        try:
            if self.out:
                self.out = self.out[self.sock.send(self.out):]
            if not self.out:
                self.sock.shutdown(socket.SHUT_WR)
                self.shut = True
        except BlockingIOError:
            pass
        except OSError:
            self.shut = True  # the hub has closed; what it said is read

    def on_readable(self):
        try:
            got = self.sock.recv(65536)
        except OSError:
            got = b""
        self.answer += got
        if not got:
            self.close()

    def close(self):
        self.ended = True
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def __repr__(self):
        return f"{self.name}: {self.answer[-200:]!r}"

    def verify(self):
        if not self.answer:
            assert not self.reason, f"{self.name}: closed without a reason"
            return
        lines = self.answer.split(b"\n")
        assert len(lines) == 2 and not lines[1], f"not one line: {self!r}"
        error = json.loads(lines[0])["error"]
        assert error["code"] in CODES and len(error["message"]) > 5, repr(self)
