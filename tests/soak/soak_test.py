"""The soak: minutes of publishers and subscribers that come, go, stall and die, and of garbage.

Every line of every stream is checked: content, order, and that received + announced is what must
have matched. $LOGIO_SOAK_SECONDS (60) is how long, $LOGIO_SOAK_SEED repeats a run's decisions,
$LOGIO_SOAK_CROWD (12) how many publishers and subscribers there are at a time.
"""
import os
import pathlib
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from crowd import APPS, PROCS, Life, Watch  # noqa: E402
from faults import INSTRUMENTED, MIB, SCALE, descriptors, memory, wait_descriptors  # noqa: E402
from garbage import Thrower, garbage  # noqa: E402
from hub import DEADLINE_S, Hub, record  # noqa: E402
from load import Loop  # noqa: E402

SECONDS = float(os.environ.get("LOGIO_SOAK_SECONDS", "60"))
CROWD = int(os.environ.get("LOGIO_SOAK_CROWD", str(16 // SCALE)))
QUEUES = 8 * MIB
FLAGS = ["--io-threads", "2", "--ring-bytes", "8MiB", "--subscriber-queue-bytes", "128KiB",
         "--queues-bytes-total", str(QUEUES), "--input-bytes-total", "8MiB"]
BAD_REQUESTS = [b"", b"GET /", b"GET /?app=( HTTP/1.1\r\nHost: h\r\n\r\n", b"\0" * 5000,
                b"GET /" + b"x" * 100_000, b"POST / HTTP/1.1\r\nHost: h\r\n\r\n" + b"z" * 9000]


class Stage:
    """Everybody who is there, and the chance by which they come and go."""

    def __init__(self, hub, chance):
        self.hub, self.chance = hub, chance
        self.loop = Loop()
        self.lives, self.gone, self.watches, self.throwers = [], {}, [], []
        self.seen = {}              # feed name -> the highest number that anybody has received
        self.serial = 0
        self.counts = dict.fromkeys(("publishers", "subscribers", "garbage", "stops", "records",
                                     "received", "dropped", "missed", "repeated"), 0)

    def note_seen(self, checker):
        for name, number in checker.last.items():
            if number > self.seen.get(name, 0):
                self.seen[name] = number

    def add_publisher(self):
        self.serial += 1
        app = f"new{self.serial}" if self.chance.random() < 0.2 else self.chance.choice(APPS)
        life = Life(self.hub, self.loop, self.chance, self.serial, app)
        self.lives.append(life)
        for watch in self.watches:
            watch.know(life.feed, 1)
        self.counts["publishers"] += 1

    def add_subscriber(self):
        for watch in self.watches:
            self.note_seen(watch.checker)
        self.watches.append(Watch(self.hub, self.loop, self.chance, self.lives, self.seen))
        self.counts["subscribers"] += 1

    def add_garbage(self):
        publish = self.chance.random() < 0.7
        name, data, _ = garbage(self.chance) if publish else (
            "request", self.chance.choice(BAD_REQUESTS), None)
        port = self.hub.publish_port if publish else self.hub.subscribe_port
        self.throwers.append(self.loop.add(Thrower(port, name, data, False)))
        self.counts["garbage"] += 1

    def remove_subscriber(self, watch, rst=True):
        self.note_seen(watch.checker)
        for key in ("received", "dropped", "missed"):
            self.counts[key] += getattr(watch.checker, key)
        watch.leave(rst)
        self.watches.remove(watch)

    def step(self, now, coming=True):
        for life in self.lives:
            life.step(now)
        for life in [l for l in self.lives if l.over]:
            self.lives.remove(life)
            self.gone[life.feed] = life.sure
            self.counts["records"] += life.feed.sent
            self.counts["repeated"] += getattr(life.publisher, "repeated", 0)
        for watch in list(self.watches):
            watch.step(now)
            if coming and watch.dies_at is not None and now > watch.dies_at:
                self.remove_subscriber(watch, rst=self.chance.random() < 0.5)
        for thrower in [t for t in self.throwers if t.ended]:
            self.throwers.remove(thrower)
            self.loop.drop(thrower)
        if coming:
            self.come()

    def come(self):
        if len(self.lives) < CROWD and self.chance.random() < 0.2:
            self.add_publisher()
        if len(self.watches) < CROWD and self.chance.random() < 0.2:
            self.add_subscriber()
        if len(self.throwers) < 20 and self.chance.random() < 0.2:
            self.add_garbage()
        if self.chance.random() < 0.0005:
            self.hub.signal(signal.SIGSTOP)
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                self.loop.turn(0.02)
            self.hub.signal(signal.SIGCONT)
            self.counts["stops"] += 1

    def sure_of(self, feed):
        """How many of a feed's records the hub has for certain, now that all feeds are over."""
        sure = self.gone[feed]
        return self.seen.get(feed.name.encode(), 0) if sure is None else sure

    def settle(self):
        """Ends every feed; then each stream must come to what it should have."""
        for life in self.lives:
            life.hurry()
        for watch in self.watches:
            watch.paused_until = 0.0

        def over():
            self.step(time.monotonic(), coming=False)
            for life in self.lives:
                life.hurry()
            return not self.lives and not self.throwers

        self.loop.until(over, DEADLINE_S * 3, "every publisher comes to its end")
        for watch in self.watches:
            watch.reader.paused = False
            self.note_seen(watch.checker)
        self.loop.until(lambda: all(w.begun and w.complete(self.sure_of) for w in self.watches),
                        DEADLINE_S * 3, "every stream is complete")
        for watch in self.watches:
            watch.judge(self.sure_of)

    def touch_topics(self):
        """One record for every topic: the hub learns by it who has gone without a reset."""
        for app in APPS:
            for proc in PROCS:
                for host in range(5):
                    with self.hub.publish(app, proc, f"h{host}") as publisher:
                        publisher.send(record("last\n"))
                        publisher.end_sending()
                        publisher.read_to_end()


class Soak(unittest.TestCase):
    def test_publishers_and_subscribers_that_come_go_stall_and_die(self):
        seed = int(os.environ.get("LOGIO_SOAK_SEED", random.randrange(1 << 32)))
        print(f"LOGIO_SOAK_SEED={seed} LOGIO_SOAK_SECONDS={SECONDS} LOGIO_SOAK_CROWD={CROWD}",
              flush=True)
        with Hub(*FLAGS) as hub:
            start = descriptors(hub)
            stage = Stage(hub, random.Random(seed))
            end = time.monotonic() + SECONDS
            middle = None
            while time.monotonic() < end:
                stage.loop.turn(0.01)
                stage.step(time.monotonic())
                if middle is None and time.monotonic() > end - SECONDS / 2:
                    middle = memory(hub)[0]
            stage.settle()
            for watch in list(stage.watches):
                stage.remove_subscriber(watch)
            stage.touch_topics()
            print(f"{stage.counts}, resident {memory(hub)[0] // MIB} MiB "
                  f"(half-way {middle // MIB}, most {memory(hub)[1] // MIB})", flush=True)
            self.assertGreater(stage.counts["received"], 0)
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1], 8 * MIB + QUEUES * 2 + 48 * MIB)
            wait_descriptors(hub, start)
            stage.loop.close()


if __name__ == "__main__":
    unittest.main()
