"""The client under test: its driver program, told over stdin what to do."""
import json
import os
import subprocess
import tempfile
import time

from waiting import (DEADLINE_S, Failure, await_readable, deadline, is_readable, is_writable, pause,
                     short)

PIPE_BYTES = 4096  # a pipe that is writable takes so many at once
COUNTS = ("added", "acknowledged", "refused", "dropped", "unconfirmed")


class Driver:
    """Starts with the block and ends with it, however that ends."""

    def __init__(self, command, url, flags=(), environment=None):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*command, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env={**inherited, "LOGIO_URL": url, **(environment or {})})
        self.read = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it ended before it had read everything: a step has said so
        self.errors.close()

    def tell(self, *commands):
        """Writes commands; a driver that waits for a hub reads none, and that is a failure."""
        left = "".join(json.dumps(each) + "\n" for each in commands).encode()
        end, into = deadline(), self.process.stdin.fileno()
        while left:
            if not is_writable(into, end - time.monotonic()):
                raise Failure(f"the driver takes no command; stderr: {self.said()}")
            try:
                left = left[os.write(into, left[:PIPE_BYTES]):]
            except BrokenPipeError:
                raise Failure(f"the driver has ended: {self.said()}") from None

    def end_input(self):
        self.process.stdin.close()

    def answer(self, seconds=None):
        """The next line of its output, as a value."""
        end = deadline(seconds)
        while b"\n" not in self.read:
            awaited = f"an answer of the driver; stderr: {self.said()}"
            await_readable(self.process.stdout, end, awaited)
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                raise Failure(f"the driver ended without an answer; stderr: {self.said()}")
            self.read += more
        line, _, self.read = self.read.partition(b"\n")
        try:
            value = json.loads(line)
        except ValueError:
            raise Failure(f"the driver's answer is no JSON: {short(line)}") from None
        for kind in ("stats", "closed"):
            if isinstance(value, dict) and kind in value:
                check_counts(value[kind])
        return value

    def is_quiet(self, seconds):
        return not self.read and not is_readable(self.process.stdout, seconds)

    def stats(self):
        self.tell({"do": "stats"})
        return self.answer()["stats"]

    def wait_stats(self, meets, awaited):
        """Asks until the counts are as wanted."""
        end = deadline()
        while True:
            counts = self.stats()
            if meets(counts):
                return counts
            if time.monotonic() > end:
                raise Failure(f"in vain: {awaited}; the counts are {counts}")
            pause()

    def wait_end(self):
        """Its exit code, once all it said was read."""
        if self.read:
            raise Failure(f"the driver says more than it was asked: {short(self.read)}")
        try:
            return self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise Failure("the driver does not end") from None

    def said(self):
        """All of its stderr."""
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")

    def resident_bytes(self):
        """Of its memory; 0 where the system does not say it."""
        try:
            with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            return 0


def check_counts(counts):
    missing = [name for name in COUNTS if not isinstance(counts.get(name), int)]
    if missing:
        raise Failure(f"the counts lack {', '.join(missing)}: {counts}")
    parts = sum(counts[name] for name in COUNTS[1:])
    if counts["added"] != parts or min(counts[name] for name in COUNTS) < 0:
        raise Failure(f"the counts do not add up: {counts}")
