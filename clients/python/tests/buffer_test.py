"""The bounded buffer, what is in flight, and what a hub answers."""
import random
import threading
import time
import unittest

import support  # noqa: F401
from logio._answer import AnswerReader
from logio._buffer import Buffer
from logio._flight import Flight
from logio._queue import RecordQueue


def line(n, size=40):
    return b"%d%s\n" % (n, b"x" * size)


def numbers(batch):
    return [int(each.rstrip(b"x")) for each in bytes(batch.data).splitlines()]


class Queue(unittest.TestCase):
    def test_batches_grow_to_their_limit_and_keep_the_order(self):
        queue = RecordQueue(64 << 20, 1_000_000)
        for n in range(5000):
            queue.add(line(n), n)
        found, sizes = [], []
        for batch in iter(queue.take, None):
            found += numbers(batch)
            sizes.append(len(batch.data))
        self.assertEqual(found, list(range(5000)))
        self.assertGreater(max(sizes), 60_000)
        self.assertLessEqual(max(sizes), 64 << 10)

    def test_the_oldest_go_first_and_are_told_in_their_place(self):
        for bytes_max, records_max in ((10_000, 1_000_000), (1 << 20, 50)):
            queue = RecordQueue(bytes_max, records_max)
            for n in range(1000):
                queue.add(line(n), 10 ** 9 * n)
            notice, rest = queue.take(), []
            for batch in iter(queue.take, None):
                rest += numbers(batch)
                queue.release(batch)
            self.assertIn(b"overflow): %d messages dropped since 1970-01-01T00:00:00.000."
                          % queue.dropped, bytes(notice.data))
            self.assertEqual(rest, list(range(queue.dropped, 1000)))
            self.assertLessEqual(len(rest), records_max)

    def test_memory_is_bounded_whatever_comes_and_goes(self):
        seed = random.SystemRandom().randrange(1 << 32)
        chance, bytes_max, flight, added = random.Random(seed), 50_000, [], 0
        queue = RecordQueue(bytes_max, 300)
        for n in range(20_000):
            if chance.random() < 0.6:
                queue.add(line(n, chance.choice((0, 30, 400, 9000, 60_000))), n)
                added += 1
            elif chance.random() < 0.5:
                flight += filter(None, [queue.take()])
            elif flight:
                queue.release(flight.pop(0))
            notices = sum(batch.held for batch in flight if not batch.records)
            self.assertLessEqual(queue.held_bytes - notices, bytes_max, f"seed {seed}")
        self.assertGreater(queue.dropped, 0)
        held = sum(batch.records for batch in flight)
        queue.drop_all()
        for batch in flight:
            queue.release(batch)
        self.assertEqual(queue.held_bytes, 0, f"seed {seed}")
        self.assertLessEqual(queue.dropped + held, added)

    def test_half_may_be_in_flight(self):
        queue = RecordQueue(64 << 10, 1_000_000)
        for n in range(500):
            queue.add(line(n), n)
        held = sum(batch.held for batch in iter(queue.take, None))
        self.assertLessEqual(held, 32 << 10)
        self.assertGreater(held, 20 << 10)


class Flights(unittest.TestCase):
    def setUp(self):
        self.buffer = Buffer(1 << 20, 1000)
        self.addCleanup(self.buffer.release_descriptors)
        self.flight = Flight(self.buffer)

    def fill(self, count):
        for n in range(count):
            self.buffer.add(line(n), n)

    def send(self, most=1 << 30):
        out = b"".join(self.flight.pieces(False))[:most]
        self.flight.written(len(out))
        return [int(each.rstrip(b"x")) for each in out.splitlines()]

    def test_a_new_connection_begins_behind_what_is_acknowledged(self):
        self.fill(200)
        self.assertEqual(self.send(), list(range(200)))
        self.flight.settle(70)
        self.flight.begin_connection()
        self.assertEqual(self.flight.acked, 70)
        self.assertEqual(self.send(), list(range(70, 200)))
        self.flight.settle(200)
        self.assertTrue(self.flight.empty)
        self.assertEqual(self.buffer.stats.acknowledged, 200)

    def test_what_a_greeting_says_is_there_is_sent_all_the_same(self):
        self.fill(200)
        self.send()
        self.flight.begin_connection()
        self.send(100)
        self.flight.settle(150)
        self.flight.written(0)
        self.assertEqual(len(b"".join(self.flight.pieces(False))), sum(
            len(line(n)) for n in range(200)) - 100)

    def test_a_refusal_counts_once(self):
        self.fill(3)
        self.send()
        self.assertTrue(self.flight.refuse(2))
        self.assertFalse(self.flight.refuse(2))
        self.flight.settle(3)
        stats = self.buffer.stats
        self.assertEqual((stats.acknowledged, stats.refused, stats.unconfirmed), (2, 1, 0))


class Reentrancy(unittest.TestCase):
    def setUp(self):
        self.buffer = Buffer(1 << 20, 1000)
        self.addCleanup(self.buffer.release_descriptors)

    def test_a_record_added_in_the_midst_of_another_is_added_behind_it(self):
        add, buffer = self.buffer._queue.add, self.buffer

        def interrupted(data, at):
            if data == line(1):
                buffer.add(line(2), 2)  # as a signal handler would
            add(data, at)

        self.buffer._queue.add = interrupted
        self.buffer.add(line(1), 1)
        self.assertEqual(numbers(self.buffer.take()), [1, 2])
        self.assertEqual(self.buffer.stats.added, 2)

    def test_what_must_not_run_in_the_midst_is_put_off(self):
        done, later = [], []
        self.assertFalse(self.buffer.put_off(lambda: done.append(1)))
        add = self.buffer._queue.add

        def interrupted(data, at):
            later.append(self.buffer.put_off(lambda: done.append(2)))
            add(data, at)

        self.buffer._queue.add = interrupted
        self.buffer.add(line(1), 1)
        self.assertEqual((later, done), ([True], [2]))

    def test_many_threads(self):
        threads = [threading.Thread(target=lambda: [self.buffer.add(line(n), n)
                                                    for n in range(2000)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stats = self.buffer.stats
        self.assertEqual(stats.added, 8000)
        self.assertEqual(stats.added, stats.dropped + stats.unconfirmed)

    def test_closing_in_vain_counts_what_is_left_and_what_is_late(self):
        self.buffer.add(line(1), 1)
        stats = self.buffer.close(time.monotonic())
        self.assertEqual((stats.added, stats.dropped), (1, 1))
        self.buffer.add(line(2), 1)
        self.assertEqual(self.buffer.stats.dropped, 2)


class Answers(unittest.TestCase):
    def test_in_any_pieces(self):
        said = (b'{"logio":1,"epoch":"x","ack":5,"new":[]}\n{"ack":7}\nnonsense\n\n[1]\n'
                b'{"error":{"code":"c","message":"a \\"b\\"","record":9}}\n{"ack":-1}\n'
                b'{"error":{"message":"bye"}}\n')
        for size in (1, 2, 7, len(said)):
            reader, found = AnswerReader(), []
            for at in range(0, len(said), size):
                found += reader.feed(said[at:at + size])
            self.assertEqual([(each.kind, each.number, each.text) for each in found],
                             [("greeting", 5, ""), ("ack", 7, ""), ("error", 9, 'a "b"'),
                              ("error", None, "bye")])

    def test_a_line_without_end_is_passed_over(self):
        reader = AnswerReader()
        for _ in range(1000):
            self.assertEqual(list(reader.feed(b"x" * 1000)), [])
        self.assertLess(len(reader._line), 70_000)
        self.assertEqual([each.number for each in reader.feed(b'\n{"ack":1}\n')], [1])


if __name__ == "__main__":
    unittest.main()
