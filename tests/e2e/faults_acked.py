"""Acknowledged publishing over connections that are cut: every record once, in order."""
import json
import random
import unittest

from faults import MIB, SCALE, Witness, descriptors, memory, subscribe_all, wait_descriptors
from feeds import Checker, Feed
from hub import DEADLINE_S, Hub
from load import AckedPublisher, Loop, Reader


class Flaky(AckedPublisher):
    """Sends a few bytes at a time, and cuts its connection after a random number of them."""

    def __init__(self, port, feed, client, limit, chance, cuts):
        self.chance = chance
        self.cuts_left = cuts
        self.block_records = 8
        super().__init__(port, feed, client, limit)
        self.plan()

    def plan(self):
        self.until_cut = int(self.chance.expovariate(1 / 3000)) + 1

    def on_writable(self):
        if not self.cuts_left:
            super().on_writable()
            return self.return_if_ended()
        if not self.out:
            self.fill()
        at_most = min(self.chance.randrange(1, 4000), self.until_cut)
        try:
            sent = self.sock.send(self.out[:at_most])
        except BlockingIOError:
            return None
        except OSError:
            return self.cut()
        self.out = self.out[sent:]
        self.until_cut -= sent
        return self.cut() if self.until_cut <= 0 else None

    def cut(self):
        self.cuts_left -= 1
        # An end completes an unfinished line; only a reset says that it was cut.
        self.close(rst=self.feed.form != "json" or self.chance.random() < 0.5)
        self.reconnect()
        self.plan()

    def on_readable(self):
        super().on_readable()
        self.return_if_ended()

    def return_if_ended(self):
        """On another thread the hub may meet an older connection last, and close the newest."""
        if self.ended and not self.all_acked:
            self.reconnect()


class Cuts(unittest.TestCase):
    def check(self, threads):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        records, cuts = 10_000 // SCALE, 400 // SCALE
        feeds = [Feed(f"f{i}", app="acked", form=form, proc=f"p{i}")
                 for i, form in enumerate(("json", "stamped", "json"))]
        with Hub("--io-threads", threads) as hub, Witness(hub) as witness:
            witness.prove()
            files = descriptors(hub)
            loop = Loop()
            checker = Checker(feeds)
            for feed in feeds:
                checker.begin_at(feed, 1)
            reader = Reader(hub.subscribe_port, "app=acked", checker)
            subscribe_all(loop, hub, reader)
            publishers = [loop.add(Flaky(hub.publish_port, feed, f"client-{i}", records, chance,
                                         cuts)) for i, feed in enumerate(feeds)]
            loop.until(lambda: all(p.all_acked for p in publishers), DEADLINE_S * 3,
                       "every record is acknowledged")
            loop.until(lambda: checker.received == 3 * records, DEADLINE_S, "every record came")
            self.assertEqual((checker.gaps, checker.notices), (0, 0))
            for publisher in publishers:
                # By a rare seed all is acknowledged before the last cuts.
                self.assertLess(publisher.cuts_left, cuts // 2)
                self.assertEqual(publisher.errors, [])
                self.assertGreater(publisher.repeated, 0)
            witness.prove()
            loop.close()
            wait_descriptors(hub, files + 1)  # the reader may not have been told yet

    def test_hundreds_of_them_one_thread(self):
        self.check("1")

    def test_hundreds_of_them_two_threads(self):
        self.check("2")


class Deaf(unittest.TestCase):
    def test_a_client_that_does_not_read_is_not_answered_without_bound(self):
        feed = Feed("d", app="deaf", odd=False, width=0)
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            before = memory(hub)[0]
            loop = Loop()
            publisher = loop.add(AckedPublisher(hub.publish_port, feed, "deaf", 20_000 // SCALE))
            publisher.block_records = 1
            publisher.reading = False
            loop.until(lambda: publisher.idle, DEADLINE_S * 2, "everything is sent")
            witness.prove()
            self.assertLess(memory(hub)[0] - before, 32 * MIB * SCALE)
            publisher.reading = True
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "it hears everything later")
            loop.close()

    def test_refusals_without_end_stop_the_reading(self):
        """Each refused record is answered: a client that reads none of it must wait, not grow."""
        with Hub() as hub, Witness(hub) as witness, hub.publish("deaf", ack=True) as publisher:
            witness.prove()
            before = memory(hub)[0]
            publisher.socket.setblocking(False)
            sent = quiet = 0
            while quiet < 50 and sent < 64 * MIB:
                try:
                    sent += publisher.socket.send(b'{"raw":1}' * 5000)
                    quiet = 0
                except BlockingIOError:
                    quiet += 1
                    witness.loop.turn(0.01)
            witness.prove()
            self.assertLess(memory(hub)[0] - before, 48 * MIB)
            self.assertLess(sent, 64 * MIB, "the hub reads on without being heard")


class Twins(unittest.TestCase):
    def test_two_connections_of_one_client_repeat_nothing(self):
        """Both send all records, and fight for the client's number: the newest one owns it."""
        records = 3000 // SCALE
        for threads in ("1", "2"):
            with self.subTest(threads), Hub("--io-threads", threads) as hub:
                loop = Loop()
                feed = Feed("t", app="twin")
                checker = Checker([feed])
                checker.begin_at(feed, 1)
                subscribe_all(loop, hub, Reader(hub.subscribe_port, "app=twin", checker))
                twins = []
                for _ in range(6):
                    twins.append(loop.add(AckedPublisher(hub.publish_port, Feed("t", app="twin"),
                                                         "twin", records)))
                    twins[-1].block_records = 16
                    loop.until(lambda: twins[-1].greetings, DEADLINE_S)
                loop.until(lambda: twins[-1].all_acked, DEADLINE_S, "the newest one is through")
                loop.until(lambda: checker.received == records, DEADLINE_S, "every record came")
                self.assertEqual((checker.gaps, checker.notices), (0, 0))
                for older in twins[:-1]:
                    loop.until(lambda: older.ended or older.all_acked, DEADLINE_S)
                loop.close()

    def test_a_client_that_dropped_records_may_leave_a_gap(self):
        with Hub() as hub, hub.subscribe("app=gap") as stream:
            for first in (1, 101, 51):
                with hub.publish("gap", ack=True, client="g", sequence=first) as publisher:
                    for n in range(first, first + 60):
                        publisher.send(b'{"raw":"%d"}' % n)
                    publisher.end_sending()
                    answers = [json.loads(a) for a in publisher.read_to_end().splitlines()]
                    self.assertEqual(answers[-1]["ack"], max(first + 59, 160 * (first == 51)))
            # 51 to 110 are not above 160, the highest number that the hub has.
            got = [int(line.rsplit(b" ", 1)[1]) for line in stream.read_lines(120)]
            self.assertEqual(got, [*range(1, 61), *range(101, 161)])
            self.assertTrue(stream.is_quiet())


if __name__ == "__main__":
    unittest.main()
