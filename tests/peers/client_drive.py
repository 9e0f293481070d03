"""A sink's client by itself, driven as its runner does."""
import json
import os
import select
import subprocess
import tempfile
import time

from bounds import DEADLINE_S, Failure


class Drive:
    """tests/peers/client_drive.hpp as a process: send() gives its calls of deliver() as
    dictionaries."""

    program = ""

    def __init__(self, peers, path, **options):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [self.program, peers, path, *(f"{k}={v}" for k, v in options.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(DEADLINE_S)
                raise
        self.process.stdout.close()
        self.log.close()

    def tell(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def begin(self, count, bytes_=100, calls=1000):
        self.tell(f"send {count} {bytes_} {calls}")

    def read_call(self):
        """The next call of deliver(); nothing when the command is done."""
        end = time.monotonic() + DEADLINE_S
        while b"\n" not in self.unread:
            left = max(0, end - time.monotonic())
            ready = select.select([self.process.stdout], [], [], left)[0]
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not more:
                self.log.seek(0)
                raise Failure(f"{self.program} said nothing more:\n{self.log.read().decode()}")
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        return None if line == b"done" else json.loads(line)

    def rest(self):
        return list(iter(self.read_call, None))

    def send(self, count, bytes_=100, calls=1000):
        self.begin(count, bytes_, calls)
        return self.rest()

    def set_fields(self, hex_):
        self.tell(f"field {hex_}")
        return self.rest()
