"""What the tests of faults share: the hub seen from outside, and a witness that it serves on."""
import mmap
import os

from feeds import Checker, Feed
from hub import BINARY, DEADLINE_S, wait_until
from load import Loop, Publisher, Reader

MIB = 1 << 20


def is_instrumented(path=BINARY):
    """Sanitizers keep freed memory and shadows, so that limits of memory mean nothing."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(name) >= 0 for name in (b"__asan_init", b"__tsan_init"))


INSTRUMENTED = is_instrumented()
SCALE = 4 if INSTRUMENTED else 1  # divide amounts of load by it


def memory(hub):
    """Resident bytes now, and the most that they were since the last reset_peak()."""
    with open(f"/proc/{hub.process.pid}/status", encoding="ascii") as file:
        values = dict(line.split(":", 1) for line in file)
    return tuple(int(values[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def reset_peak(hub):
    with open(f"/proc/{hub.process.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def descriptors(hub):
    return len(os.listdir(f"/proc/{hub.process.pid}/fd"))


def wait_descriptors(hub, most):
    wait_until(lambda: descriptors(hub) <= most,
               f"the hub goes back to {most} descriptors, it has {descriptors(hub)}")


class Witness:
    """A well-behaved publisher and subscriber beside whatever goes wrong."""

    def __init__(self, hub, app="witness"):
        self.loop = Loop()
        self.feed = Feed("w", app=app)
        self.checker = Checker([self.feed])
        self.checker.begin_at(self.feed, 1)
        self.reader = self.loop.add(Reader(hub.subscribe_port, f"app={app}", self.checker))
        self.loop.until(lambda: self.reader.streaming, DEADLINE_S, "the witness streams")
        self.publisher = self.loop.add(Publisher(hub.publish_port, self.feed))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.close()

    def prove(self, records=100):
        """So many more records come through, all of them, in order."""
        self.publisher.limit += records
        self.loop.until(lambda: self.checker.received == self.publisher.limit, DEADLINE_S,
                        "the witness sees every record")
        if self.checker.notices or self.publisher.answers or self.publisher.ended:
            raise AssertionError(f"the witness was disturbed: {self.publisher!r} {self.reader!r}")


def subscribe_all(loop, hub, *readers):
    """Adds the readers and returns when each has its head: its stream has begun."""
    loop.add(*readers)
    loop.until(lambda: all(r.streaming for r in readers), DEADLINE_S, "every reader streams")
    for reader in readers:
        if reader.status != 200:
            raise AssertionError(f"{reader!r}: {reader.head!r}")


def finish_publishers(loop, publishers, seconds=DEADLINE_S):
    """Half-closes; when the hub has closed too, everything that was sent is in its ring."""
    for publisher in publishers:
        publisher.finishing = True
    loop.until(lambda: all(p.ended for p in publishers), seconds, "the hub closes every publisher")
