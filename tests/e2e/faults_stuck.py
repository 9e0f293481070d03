"""A reader that stops reading, among others that go on: they get everything, it gets the count."""
import unittest

from faults import INSTRUMENTED, MIB, SCALE, finish_publishers, memory, subscribe_all
from feeds import Checker, Feed
from hub import DEADLINE_S, Hub
from load import Loop, Publisher, Reader

QUEUE_BYTES = 256 << 10
LINE_BYTES = 300  # and some, of every feed here
SMALL = ["--subscriber-queue-bytes", str(QUEUE_BYTES), "--ring-bytes", "16MiB"]


class Scene:
    """Publishers, healthy readers and stuck ones of everything, each with its own filter."""

    def __init__(self, hub, feeds, healthy, stuck):
        self.hub, self.feeds = hub, feeds
        self.loop = Loop()
        self.healthy = [self.reader(*of) for of in healthy]
        self.stuck = [self.reader(*of, receive_bytes=4096) for of in stuck]
        subscribe_all(self.loop, hub, *self.healthy, *self.stuck)
        for reader in self.stuck:
            reader.paused = True
        self.publishers = [self.loop.add(Publisher(hub.publish_port, feed)) for feed in feeds]

    def reader(self, query, wanted=None, version="1.1", receive_bytes=0):
        checker = Checker(self.feeds, wanted, strict=len(self.feeds) == 1 and wanted is None)
        for feed in self.feeds:
            checker.begin_at(feed, 1)
        return Reader(self.hub.subscribe_port, query, checker, version, receive_bytes)

    def matched(self, reader, through):
        wanted = reader.checker.wanted
        return sum(wanted(f, n) for f in self.feeds for n in range(1, through + 1))

    def publish(self, records, window_bytes=QUEUE_BYTES // 2):
        """Closed-loop: nobody is to be shed only because this process cannot keep up.

        What is on its way at once, `window_bytes`, has to be less than what a queue may hold; and
        where the total binds, less than what a stuck reader holds, for the largest sheds first.
        """
        window = window_bytes // LINE_BYTES // len(self.feeds)
        for through in range(window, records + window, window):
            through = min(through, records)
            for publisher in self.publishers:
                publisher.limit = through
            goals = [(r, self.matched(r, through)) for r in self.healthy]
            self.loop.until(lambda: all(r.checker.received >= n for r, n in goals), DEADLINE_S * 2,
                            f"healthy readers have everything up to {through}")
        finish_publishers(self.loop, self.publishers)

    def wake(self, records):
        """The stuck ones read again; what they hear adds up."""
        for reader in self.stuck:
            reader.paused = False
        for reader in self.stuck:
            goal = self.matched(reader, records)
            self.loop.until(lambda: reader.checker.accounted + reader.checker.missed >= goal,
                            DEADLINE_S, f"received + announced = {goal}")

    def judge(self, test, records):
        for reader in self.healthy:
            test.assertEqual(reader.checker.received, self.matched(reader, records))
            test.assertEqual((reader.checker.notices, reader.ended), (0, False), reader)
        for reader in self.stuck:
            checker, goal = reader.checker, self.matched(reader, records)
            test.assertGreater(checker.dropped + checker.missed, 0, "nothing was shed: too little")
            test.assertFalse(reader.ended)
            if not checker.missed:
                test.assertEqual(checker.accounted, goal, checker)
            test.assertGreaterEqual(checker.accounted + checker.missed, goal)
        self.loop.close()


def feeds_of(count, **how):
    return [Feed(f"f{i}", app="shop" if i % 2 else "cart", proc=f"p{i}", **how)
            for i in range(count)]


class StuckReader(unittest.TestCase):
    records = 20_000 if INSTRUMENTED else 40_000  # more than the kernel's buffers take

    def check(self, flags, feeds, healthy, stuck):
        with Hub(*SMALL, *flags) as hub:
            scene = Scene(hub, feeds, healthy, stuck)
            records = self.records // len(feeds)
            scene.publish(records)
            scene.wake(records)
            scene.judge(self, records)

    def test_one_publisher_strictly(self):
        self.check(["--io-threads", "1"], feeds_of(1, width=200), [("",)], [("",)])

    def test_one_publisher_strictly_on_two_threads(self):
        self.check(["--io-threads", "2"], feeds_of(1, width=200), [("",)], [("",)])

    def test_four_publishers_eight_readers_one_thread(self):
        self.check(["--io-threads", "1"], feeds_of(4, width=200), [("",)] * 4 + [("app=.*",)] * 3,
                   [("", None, "1.0")])

    def test_four_publishers_eight_readers_two_threads(self):
        own = [(f"proc=p{i}", lambda f, n, i=i: f.name == f"f{i}") for i in range(4)]
        self.check(["--io-threads", "2"], feeds_of(4, width=200), [("",)] * 2 + own,
                   [("",), ("app=cart|shop",)])


class StuckGrepper(unittest.TestCase):
    """With `log` filters, which run behind the dispatcher on a budget of their own."""

    def check(self, threads):
        wants = lambda feed, number: "7" in feed.text(number)
        with Hub("--subscriber-queue-bytes", str(QUEUE_BYTES), "--io-threads", threads) as hub:
            records = 20_000 if INSTRUMENTED else 40_000
            scene = Scene(hub, [Feed("a", width=250), Feed("b", width=250)],
                          [("log=7", wants), ("proc=nobody&log=7", lambda f, n: False)],
                          [("log=7&log=7", wants)])
            scene.publish(records)
            scene.wake(records)
            scene.judge(self, records)

    def test_on_one_thread(self):
        self.check("1")

    def test_on_two_threads(self):
        self.check("2")


class ManyStuckReaders(unittest.TestCase):
    def test_stay_within_the_total_together(self):
        many, total = 60 // SCALE, 8 * MIB
        flags = ["--subscriber-queue-bytes", "1MiB", "--queues-bytes-total", "8MiB",
                 "--ring-bytes", "16MiB"]
        for threads in ("1", "2"):
            with self.subTest(threads), Hub(*flags, "--io-threads", threads) as hub:
                feeds = feeds_of(2, width=250)
                # Different filters, so that they share no buffers.
                scene = Scene(hub, feeds, [("",)], [(f"app=cart|shop|x{i}",) for i in range(many)])
                before = memory(hub)[0]
                records = 10_000 if INSTRUMENTED else 20_000
                scene.publish(records, window_bytes=total // (many + 1) // 4)
                if not INSTRUMENTED:
                    ring = 16 * MIB  # fills meanwhile
                    self.assertLess(memory(hub)[1] - before, total * 1.1 + ring + 4 * MIB)
                scene.wake(records)
                scene.judge(self, records)


if __name__ == "__main__":
    unittest.main()
