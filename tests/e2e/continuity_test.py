"""Every record exactly once, or announced: joins, stalls, cuts and resumptions under load.

$LOGIO_CONTINUITY_SEED repeats a run's decisions. tests/soak does the same a thousand times.
"""
import datetime
import json
import os
import random
import time
import unittest

from continuity import APP, TAILS, Generator, Judge, Wrong, line
from continuity_crowd import FLAGS, Joined, run
from hub import Hub, record, wait_until
from load import Loop
from looking_in import Metrics, page

SEED = os.environ.get("LOGIO_CONTINUITY_SEED") or str(time.time_ns())
JOINS = 100


def position_of(cursor):
    return int(cursor.partition("-")[2])


def publish(hub, texts, app="a"):
    """All of them are in the ring when it returns."""
    with hub.publish(app, ack=True) as publisher:
        publisher.read_until(b"}\n")
        publisher.send(b"".join(map(record, texts)))
        publisher.read_until(b'{"ack":%d}\n' % len(texts))


class Judges(unittest.TestCase):
    """The judge itself: it passes what is right and nothing else."""

    def judged(self, numbers, notice=b"", at=None, form="raw", wanted=0):
        judge = Judge(form, 1, wanted)
        judge.join(0, True)
        parts = [self.record(form, n) for n in numbers]
        if notice:
            parts.insert(at, notice)
        judge.feed(b"".join(parts))
        return judge

    def record(self, form, number):
        text = line(0, number)
        if form == "raw":
            return text
        return (b'{"cursor":"0123456789abcdef-%d","time":"t","arrived":"t","app":"load",'
                b'"proc":"p0","host":"gen","text":"%s"}\n' % (number, text[:-1]))

    def test_it_knows_loss_repeats_and_disorder(self):
        self.assertTrue(self.judged([1, 2, 3]).at_end([3]))
        self.assertFalse(self.judged([1, 2, 3]).at_end([4]))
        for form in ("raw", "ndjson"):
            for numbers in ([1, 2, 4], [1, 2, 2], [1, 3, 2], [2, 1]):
                with self.subTest(form, numbers=numbers), self.assertRaises(Wrong):
                    self.judged(numbers, form=form)
        with self.assertRaises(Wrong):
            Judge("raw", 1).feed(line(0, 1).replace(TAILS[1], b"other"))
        with self.assertRaises(Wrong):
            Judge("raw", 2, 1).feed(line(0, 1))

    def test_it_knows_how_much_is_announced(self):
        def dropped(count):
            return b'{"dropped":%d,"since":"t"}\n' % count

        def missed(count):
            return b'{"missed":%d,"since":"t"}\n' % count

        for wanted in (0, None):
            self.judged([1, 2, 6], dropped(3), 2, "ndjson", wanted)
            self.judged([1, 2, 6], missed(3), 2, "ndjson", wanted)
            for notice, at in ((dropped(2), 2), (dropped(4), 2), (dropped(3), 1), (missed(2), 2),
                               (missed(4), 2), (b"\n", 2)):
                with self.subTest(notice, wanted=wanted), self.assertRaises(Wrong):
                    self.judged([1, 2, 6], notice, at, "ndjson", wanted)


class Crowds(unittest.TestCase):
    def check(self, form):
        counts = run(form, JOINS, SEED, 60)
        print(f"{form}, LOGIO_CONTINUITY_SEED={SEED}: {counts}", flush=True)
        self.assertGreater(counts["received"], JOINS)

    def test_ndjson(self):
        self.check("ndjson")

    def test_sse(self):
        self.check("sse")

    def test_text(self):
        self.check("text")

    def test_raw(self):
        self.check("raw")


class Stalls(unittest.TestCase):
    def test_what_nobody_cut_is_in_the_metrics_exactly(self):
        for form in ("text", "ndjson"):
            with self.subTest(form), Hub(*FLAGS) as hub:
                self.check(hub, form)

    def check(self, hub, form):
        loop, chance = Loop(), random.Random(SEED)
        generator = Generator(hub)
        readers = []
        for wanted in (None, None, None, 0, 1, 2):
            judge = Judge(form, generator.publishers, wanted)
            judge.join(0, True)
            query = f"app={APP}&format={form}" + ("" if wanted is None else f"&proc=p{wanted}")
            readers.append(loop.add(Joined(hub.subscribe_port, query, judge, receive_bytes=4096)))
        loop.until(lambda: all(r.streaming for r in readers), 10, "everybody is there first")
        with generator:
            for _ in range(4):
                for reader in readers:
                    reader.paused = chance.random() < 0.6
                end = time.monotonic() + chance.uniform(0.2, 1.5)
                while time.monotonic() < end:
                    loop.turn(0.02)
            for reader in readers:
                reader.paused = False
            totals = generator.stop()
            loop.until(lambda: all(r.judge.at_end(totals) for r in readers), 30, "all is read")
        m = Metrics(hub)
        self.assertEqual(m("logio_records_received_total", input="tcp"), sum(totals))
        self.assertEqual(m("logio_records_sent_total", output=form),
                         sum(r.received for r in readers))
        dropped = sum(r.judge.announced[0] for r in readers)
        self.assertGreater(dropped, 0)
        self.assertEqual(m("logio_records_dropped_total", stage="subscriber",
                           reason="slow_subscriber"), dropped)
        for reader in readers:
            wanted = sum(totals[p] for p in reader.judge.wanted)
            self.assertEqual(reader.received + reader.judge.announced[0], wanted)
            self.assertEqual(reader.judge.announced[1], 0)
        loop.close()


class Cursors(unittest.TestCase):
    def test_of_another_epoch_says_so_and_gives_what_is_held(self):
        with Hub() as hub:
            publish(hub, [str(i) for i in range(50)])
            old = page(hub, "/v1/status")["cursor"]
        with Hub() as hub:
            publish(hub, [str(i) for i in range(100, 120)])
            for form, mark in (("text", b"Error L15 (continuity lost)"), ("raw", b"Error L15"),
                               ("ndjson", b'"continuity_lost":true'), ("sse", b"continuity_lost")):
                streams = [hub.subscribe(f"after={old}&follow=false&format={form}")]
                if form == "sse":
                    streams.append(hub.subscribe("tail=3&follow=false&format=sse",
                                                 headers=[f"Last-Event-ID: {old}"]))
                for stream in streams:
                    with self.subTest(form), stream:
                        body = stream.read_body_to_end()
                        notice, rest = body.split(b"\n\n" if form == "sse" else b"\n", 1)
                        self.assertIn(mark, notice)
                        records = rest.split(b"\n\n" if form == "sse" else b"\n")[:-1]
                        self.assertEqual(len(records), 20)
                        for i, text in enumerate(records):
                            self.assertRegex(text, rb"(^|: |\"text\":\")%d\b" % (100 + i))

    def test_long_gone_says_exactly_how_many_positions(self):
        with Hub(*FLAGS) as hub:
            publish(hub, [f"{i} {'x' * 200}" for i in range(60_000)])
            start = page(hub, "/v1/status")["cursor"]
            epoch, last = start.split("-")
            first = int(last) - 60_000 + 1
            asked = f"{epoch}-{first + 9}"
            with hub.subscribe(f"after={asked}&follow=false&format=ndjson") as stream:
                self.assertEqual(stream.head.headers["logio-cursor"], asked)
                notice, *rows = map(json.loads, stream.read_body_to_end().splitlines())
            self.assertEqual(notice["reason"], "retention")
            self.assertEqual(position_of(rows[0]["cursor"]), first + 10 + notice["missed"])
            self.assertEqual(int(rows[0]["text"].split()[0]), 10 + notice["missed"])
            self.assertEqual(rows[-1]["cursor"], start)
            self.assertEqual(notice["missed"] + len(rows), 60_000 - 10)
            for form in ("text", "raw"):
                with hub.subscribe(f"after={asked}&follow=false&format={form}") as stream:
                    self.assertIn(b"Error L13 (history lost): up to %d messages missed since"
                                  % notice["missed"], stream.read_line())
                    self.assertIn(b"%d xxx" % (10 + notice["missed"]), stream.read_line())

    def test_follow_false_and_until_end_the_stream_under_load(self):
        with Hub(*FLAGS) as hub, Generator(hub) as generator:
            wait_until(lambda: position_of(page(hub, "/v1/status")["cursor"]) > 5000, "some")
            for query in ("follow=false", "until=100ms", "tail=700&follow=false",
                          "since=300ms&until=100ms"):
                with self.subTest(query), hub.subscribe(f"{query}&format=ndjson") as stream:
                    judge = Judge("ndjson", generator.publishers)
                    got = judge.feed(stream.read_body_to_end())
                    self.assertTrue(stream.complete)
                    self.assertGreater(got, 0)
                    if query.startswith("tail"):
                        self.assertEqual(got, 700)
            until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
            text = until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            with hub.subscribe(f"until={text}&follow=true&tail=10&format=ndjson") as stream:
                body = stream.read_body_to_end()
            self.assertTrue(stream.complete)
            self.assertGreater(Judge("ndjson", generator.publishers).feed(body), 5000)
            arrivals = [json.loads(row)["arrived"] for row in body.splitlines()]
            self.assertLess(arrivals[-1][:26], text[:26])

    def test_tail_is_exactly_what_stands_before_the_first_live_line(self):
        with Hub("--io-threads", "1") as hub, Generator(hub) as generator:
            wait_until(lambda: position_of(page(hub, "/v1/status")["cursor"]) > 20_000, "a tail")
            for count in (0, 1, 10, 100, 1000, 5000, 9999):
                for _ in range(3):
                    self.check_tail(hub, generator, count)

    def check_tail(self, hub, generator, count):
        """The stream has no gap, and its live part begins where the hub was at the request."""
        with hub.subscribe("format=ndjson") as live:
            sent_before = position_of(json.loads(live.read_line())["cursor"])
        with hub.subscribe(f"tail={count}&format=ndjson") as stream:
            arrived = position_of(page(hub, "/v1/status")["cursor"])
            lines = stream.read_lines(count + 500)
            judge = Judge("ndjson", generator.publishers)
            self.assertEqual(judge.feed(b"".join(lines)), count + 500)
            start = position_of(json.loads(lines[0])["cursor"]) - 1
        self.assertLessEqual(position_of(stream.head.headers["logio-cursor"]), start)
        self.assertGreaterEqual(start + count, sent_before)
        self.assertLessEqual(start + count, arrived)


if __name__ == "__main__":
    unittest.main()
