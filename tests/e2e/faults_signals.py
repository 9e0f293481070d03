"""A hub that is stopped and goes on, and one that is asked to end under load."""
import signal
import time
import unittest

from faults import SCALE, Witness, finish_publishers, subscribe_all
from feeds import Checker, Feed
from hub import DEADLINE_S, Hub
from load import AckedPublisher, Loop, Publisher, Reader


class Stopped(unittest.TestCase):
    def test_and_continued_it_loses_nothing_that_it_does_not_announce(self):
        feeds = [Feed(f"f{i}", app="stop", width=200) for i in range(3)]
        records = 30_000 // SCALE
        with Hub() as hub, Witness(hub) as witness:
            loop = Loop()
            readers = [Reader(hub.subscribe_port, "app=stop", Checker(feeds)) for _ in range(3)]
            for reader in readers:
                for feed in feeds:
                    reader.checker.begin_at(feed, 1)
            subscribe_all(loop, hub, *readers)
            publishers = [loop.add(Publisher(hub.publish_port, feed, records)) for feed in feeds]
            for part in range(1, 6):
                goal = records * part // 8
                loop.until(lambda: all(r.checker.accounted >= goal for r in readers), DEADLINE_S)
                hub.signal(signal.SIGSTOP)
                # Until the kernel's buffers are full, or everything is sent.
                last, quiet = -1, 0
                while quiet < 5:
                    loop.turn(0.01)
                    sent = sum(feed.sent for feed in feeds)
                    quiet = quiet + 1 if sent == last else 0
                    last = sent
                hub.signal(signal.SIGCONT)
            finish_publishers(loop, publishers)
            loop.until(lambda: all(r.checker.accounted == 3 * records for r in readers), DEADLINE_S,
                       "received + announced = matched")
            witness.prove()
            loop.close()


def load_of(hub, loop, feeds, readers):
    made = [Reader(hub.subscribe_port, "app=load", Checker(feeds), version)
            for version in readers]
    for reader in made:
        for feed in feeds:
            reader.checker.begin_at(feed, 1)
    subscribe_all(loop, hub, *made)
    return made


class Terminated(unittest.TestCase):
    def check(self, flags, endless):
        """Everything acknowledged, and all that followed and was accepted, goes out."""
        feeds = [Feed(f"f{i}", app="load", form=form)
                 for i, form in enumerate(("json", "stamped", "json"))]
        hub = Hub(*flags)
        try:
            loop = Loop()
            readers = load_of(hub, loop, feeds, ["1.1", "1.0", "1.1"])
            limit = 10_000_000 if endless else 3000
            publishers = [loop.add(AckedPublisher(hub.publish_port, feed, f"c{i}", limit))
                          for i, feed in enumerate(feeds)]
            loop.until(lambda: all(p.acked >= 2000 for p in publishers), DEADLINE_S,
                       "every publisher is under way")
            begin = time.monotonic()
            hub.signal(signal.SIGTERM)
            loop.until(lambda: all(r.ended for r in readers), DEADLINE_S, "the streams end")
            self.assertEqual(hub.wait(), 0, hub.read_log())
            self.assertLess(time.monotonic() - begin, 10.0 * SCALE)
            loop.until(lambda: all(p.ended for p in publishers), DEADLINE_S, "the publishers end")
            for publisher in publishers:
                codes = [error["code"] for error in publisher.errors]
                self.assertEqual(codes, ["shutting_down"], publisher)
            for reader in readers:
                self.assertTrue(reader.clean_end, reader)
                self.assertEqual(reader.line, b"")
                self.assertEqual(reader.checker.missed, 0)
                self.assertEqual(reader.checker.gaps, reader.checker.dropped, reader)
                for publisher in publishers:
                    through = reader.checker.last[publisher.feed.name.encode()]
                    self.assertEqual(through, publisher.acked, f"{publisher!r} {reader!r}")
            loop.close()
        finally:
            hub.kill()

    def test_when_publishers_pause(self):
        self.check(["--io-threads", "1"], endless=False)

    def test_when_publishers_never_stop_one_thread(self):
        self.check(["--io-threads", "1", "--grace", "4s"], endless=True)

    def test_when_publishers_never_stop_two_threads(self):
        self.check(["--io-threads", "2", "--grace", "4s", "--ring-bytes", "8MiB"], endless=True)


class TerminatedTwice(unittest.TestCase):
    def test_it_ends_at_once(self):
        hub = Hub("--grace", "10m")
        try:
            loop = Loop()
            feed = Feed("f", app="load", width=250)
            stuck, = load_of(hub, loop, [feed], ["1.1"])
            stuck.paused = True
            publisher = loop.add(Publisher(hub.publish_port, feed, 40_000))
            finish_publishers(loop, [publisher], DEADLINE_S * 2)
            hub.signal(signal.SIGTERM)
            hub.wait_log("ending within")
            self.assertIsNone(hub.process.poll())
            begin = time.monotonic()
            hub.signal(signal.SIGTERM)
            self.assertEqual(hub.wait(5), 128 + signal.SIGTERM)
            self.assertLess(time.monotonic() - begin, 2)
            loop.close()
        finally:
            hub.kill()

    def test_a_stuck_reader_is_cut_off_after_the_grace_time(self):
        hub = Hub("--grace", "500ms")
        try:
            loop = Loop()
            feed = Feed("f", app="load", width=250)
            stuck, healthy = load_of(hub, loop, [feed], ["1.1", "1.1"])
            stuck.paused = True
            publisher = loop.add(Publisher(hub.publish_port, feed, 40_000))
            finish_publishers(loop, [publisher], DEADLINE_S * 2)
            hub.signal(signal.SIGTERM)
            loop.until(lambda: healthy.ended, DEADLINE_S)
            self.assertTrue(healthy.clean_end)
            self.assertEqual(healthy.checker.accounted, publisher.limit)
            self.assertEqual(hub.wait(5 * SCALE), 0)
            loop.close()
        finally:
            hub.kill()


if __name__ == "__main__":
    unittest.main()
