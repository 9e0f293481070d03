"""Streams that begin in the journal, behind the ring, pass over into it and go on live."""
import json
import random
import re
import select
import unittest

from continuity import APP, FILL, HOST, Judge, line
from faults import INSTRUMENTED, MIB, SCALE, memory, reset_peak
from feeds import Feed
from hub import DEADLINE_S, Connection, Failure, Stream, deadline, topic, wait_until
from journal_test import Folder, journal, publish, serve
from load import AckedPublisher, Loop

RING = ("--ring-bytes", "4MiB", "--fsync", "never")
COUNT = 40_000 // SCALE     # of each publisher, at first: some rings full


def status(hub):
    return json.loads(hub.get("/v1/status").body)


def position(cursor):
    return int(cursor.split("-")[1])


class Source:
    """Publishers of numbered lines, which a continuity.Judge knows."""

    def __init__(self, hub, publishers=4):
        self.hub = hub
        self.connections = [Connection(hub.publish_port) for _ in range(publishers)]
        self.totals = [0] * publishers
        for p, connection in enumerate(self.connections):
            connection.send(topic(APP, f"p{p}", HOST, format="lines"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def send(self, count, block=500):
        """So many lines of each, in turns, so that they lie mixed in the log."""
        for _ in range(0, count, block):
            for p, connection in enumerate(self.connections):
                first = self.totals[p] + 1
                connection.send(b"".join(line(p, n) for n in range(first, first + block)))
                self.totals[p] += block

    def wait(self):
        wait_until(lambda: position(status(self.hub)["cursor"]) >= sum(self.totals),
                   "all is in the log")


def read(stream, judge, holds, between=lambda: None, seconds=None):
    """Reads into the judge until `holds`; False from `holds` at the end of the stream fails."""
    end = deadline(seconds)
    mark = judge.form.end
    while not holds():
        if not stream.fill(end):
            break
        at = stream.body.rfind(mark)
        if at >= 0:
            judge.feed(stream.body[:at + len(mark)])
            stream.body = stream.body[at + len(mark):]
        between()
    if not holds():
        raise Failure(f"the stream ended: {judge!r} {stream.body[:300]!r}")


class Deep(unittest.TestCase):
    def test_all_of_it_once_in_order_then_live_in_every_format(self):
        with Folder() as folder, serve(folder, *RING) as hub, Source(hub) as source:
            source.send(COUNT)
            source.wait()
            self.assertEqual(position(status(hub)["oldest_cursor"]), 0)
            epoch = status(hub)["epoch"]
            asked = [("text", "since=1h", 1), ("ndjson", "since=1h", 1),
                     ("raw", "tail=1000000", 1), ("sse", f"after={epoch}-0", 1),
                     ("ndjson", f"tail={3 * COUNT}", None), ("sse", f"after={epoch}-777", None)]
            for form, query, first in asked:
                with self.subTest(form=form, query=query):
                    judge = Judge(form, 4)
                    before = sum(source.totals)
                    with hub.subscribe(f"{query}&format={form}") as stream:
                        rounds = iter(range(20))
                        read(stream, judge, lambda: judge.received >= COUNT)
                        read(stream, judge, lambda: next(rounds, None) is None,
                             lambda: source.send(500))
                        source.send(500)
                        read(stream, judge, lambda: judge.at_end(source.totals))
                    self.assertEqual((judge.dropped, judge.missed, judge.gaps), (0, 0, 0))
                    after = sum(source.totals) - before
                    if first:
                        self.assertEqual(judge.firsts, {p: first for p in range(4)})
                        self.assertEqual(judge.received, sum(source.totals))
                    elif "tail" in query:
                        self.assertEqual(judge.received, 3 * COUNT + after)
                    else:
                        self.assertEqual(judge.received, sum(source.totals) - 777)

    def test_filters_look_at_all_of_it(self):
        with Folder() as folder, serve(folder, *RING) as hub, Source(hub) as source:
            source.send(COUNT)
            source.wait()
            judge = Judge("ndjson", 4, wanted=2)
            with hub.subscribe("since=1h&format=ndjson&proc=p2") as stream:
                read(stream, judge, lambda: judge.received > COUNT // 2)
                source.send(1000)
                read(stream, judge, lambda: judge.at_end(source.totals))
            self.assertEqual((judge.received, judge.missed), (source.totals[2], 0))

            def found(query):
                body = hub.subscribe(query + "&format=raw&follow=false").read_body_to_end()
                return [(int(p), int(n)) for p, n in re.findall(rb"p(\d) (\d+) [^\n]*\n", body)]

            wanted = [(p, n) for p in range(4) for n in range(1, source.totals[p] + 1)
                      if str(n).endswith("99")]
            self.assertEqual(sorted(found("log=99%20")), wanted)
            self.assertEqual(len(found("tail=10&log=99%20")), 10)
            self.assertEqual(len(found(f"tail={len(wanted) - 5}&log=99%20")), len(wanted) - 5)
            self.assertEqual(found("tail=3&log=p1%2017%20"), [(1, 17)])
            self.assertEqual(found("since=1h&app=nobody"), [])
            self.assertEqual(found("until=1h"), [])
            self.assertEqual(len(found("since=1h&until=0s")), sum(source.totals))

    def test_a_slow_reader_gets_all_of_it_and_costs_no_memory(self):
        with Folder() as folder, serve(folder, *RING) as hub, Source(hub) as source:
            source.send(COUNT)
            source.wait()
            judge = Judge("ndjson", 4)
            with hub.subscribe("since=1h&format=ndjson", receive_buffer=8192) as stream:
                read(stream, judge, lambda: judge.received > 100)
                source.send(COUNT)  # the ring goes round some times
                source.wait()
                self.assertGreater(status(hub)["ring"]["records"], 0)
                read(stream, judge, lambda: judge.at_end(source.totals), seconds=4 * DEADLINE_S)
            self.assertEqual((judge.received, judge.dropped, judge.missed),
                             (sum(source.totals), 0, 0))

    def test_many_readers_of_a_long_journal_take_little_memory(self):
        size, lines_of = 160 * MIB // SCALE, 1000
        text = (FILL * 8)[:lines_of - 1].encode() + b"\n"
        with Folder() as folder, serve(folder, *RING, "--journal-bytes-max", "1GiB") as hub:
            with hub.publish("big", format="lines") as publisher:
                for _ in range(size // (1000 * lines_of)):
                    publisher.send(text * 1000)
                count = size // (1000 * lines_of) * 1000
                wait_until(lambda: position(status(hub)["cursor"]) == count, "all is in the log")
            wait_until(lambda: journal(hub)["durable_cursor"].endswith(f"-{count}"), "written")
            reset_peak(hub)
            before = memory(hub)[0]
            slow = [hub.subscribe("since=1h&format=ndjson", receive_buffer=4096)
                    for _ in range(20)]
            for stream in slow:
                stream.read_line()
            with hub.subscribe("since=1h&format=raw&follow=false") as stream:
                got, end = 0, deadline(4 * DEADLINE_S)
                while stream.fill(end):
                    got += len(stream.body)
                    stream.body = b""
            self.assertEqual(got, count * lines_of)
            for stream in slow:
                stream.close()
            if not INSTRUMENTED:
                # Of each slow one about a piece, rendered; of the others pieces in use.
                self.assertLess(memory(hub)[1] - before, 48 * MIB)

    def test_retention_that_overtakes_a_reader_is_announced_to_the_position(self):
        with Folder() as folder, serve(folder, *RING, "--journal-bytes-max",
                                       "6MiB") as hub, Source(hub) as source:
            source.send(10_000)
            source.wait()
            judge = Judge("ndjson", 4)
            epoch = status(hub)["epoch"]
            with hub.subscribe(f"after={epoch}-0&format=ndjson", receive_buffer=8192) as stream:
                judge.join(0, True)
                read(stream, judge, lambda: judge.received > 100)
                seen = judge.received
                source.send(100_000)
                source.wait()
                wait_until(lambda: journal(hub)["oldest_position"] > 3 * 10_000, "some is gone")
                read(stream, judge, lambda: judge.position == sum(source.totals),
                     seconds=4 * DEADLINE_S)
            self.assertGreater(judge.missed, 0)
            self.assertGreater(judge.received, seen)
            self.assertEqual(judge.received + judge.missed, sum(source.totals))
            # Who comes later is told the same.
            late = Judge("ndjson", 4)
            with hub.subscribe(f"after={epoch}-0&format=ndjson") as stream:
                late.join(0, True)
                read(stream, late, lambda: late.position == sum(source.totals))
            self.assertGreater(late.missed, judge.missed)
            self.assertEqual(late.received + late.missed, sum(source.totals))
            text = hub.subscribe("since=1h&follow=false&format=text").read_body_to_end()
            self.assertIn(b"Error L13 (history lost): up to ", text.splitlines()[0])

    def test_damage_is_announced_where_it_is(self):
        with Folder() as folder:
            with serve(folder, *RING) as hub:
                publish(hub, "shop", *(f"line {i}" for i in range(1000)))
            with open(folder.segments[0], "r+b") as file:
                content = file.read()
                file.seek(content.index(b"line 500"))
                file.write(b"LINE")
            with serve(folder, *RING) as hub:
                publish(hub, "shop", "another")
                body = hub.subscribe("since=1h&follow=false&format=ndjson").read_body_to_end()
                told = [json.loads(text) for text in body.splitlines()]
                missed = [t for t in told if "missed" in t]
                self.assertEqual([m["reason"] for m in missed], ["damaged"])
                self.assertEqual(len(told) - 1 + missed[0]["missed"], 1001)


class Restarted(unittest.TestCase):
    def test_a_cursor_of_an_earlier_run_goes_on_in_the_next_one(self):
        with Folder() as folder:
            cursors, count = [], 0
            for start in range(3):
                with serve(folder, *RING) as hub:
                    publish(hub, "shop", *(f"{start} {i}" for i in range(50)))
                    count += 50
                    wait_until(lambda: position(status(hub)["cursor"]) == count, "in the log")
                    body = hub.subscribe("since=1h&follow=false&format=ndjson").read_body_to_end()
                    told = [json.loads(text) for text in body.splitlines()]
                    self.assertEqual([t["text"] for t in told],
                                     [f"{s} {i}" for s in range(start + 1) for i in range(50)])
                    self.assertEqual([t["cursor"] for t in told[:len(cursors)]], cursors)
                    cursors = [t["cursor"] for t in told]
            self.assertEqual(len({c.split("-")[0] for c in cursors}), 3)
            with serve(folder, *RING) as hub:
                for at in (0, 48, 49, 50, 99, 148, 149):  # 49: the last one of its run
                    body = hub.subscribe(f"after={cursors[at]}&follow=false&format=ndjson")
                    told = [json.loads(text) for text in body.read_body_to_end().splitlines()]
                    self.assertEqual([t["cursor"] for t in told], cursors[at + 1:])
                with hub.subscribe("tail=2&format=text") as stream:
                    self.assertEqual([text.rsplit(b" ", 1)[1] for text in stream.read_lines(2)],
                                     [b"48\n", b"49\n"])
                    publish(hub, "shop", "live")
                    self.assertTrue(stream.read_line().endswith(b" live\n"))

    def test_a_cursor_of_an_unknown_run_or_of_lost_records_is_told_so_first(self):
        with Folder() as folder:
            with serve(folder, *RING) as hub:
                publish(hub, "shop", "a", "b")
                epoch = status(hub)["epoch"]
            with serve(folder, *RING) as hub:
                publish(hub, "shop", "c")
                for cursor in ("00000000000000ff-1", f"{epoch}-3"):
                    body = hub.subscribe(f"after={cursor}&follow=false&format=ndjson")
                    told = [json.loads(text) for text in body.read_body_to_end().splitlines()]
                    self.assertTrue(told[0]["continuity_lost"])
                    self.assertEqual([t["text"] for t in told[1:]], ["a", "b", "c"])
                with Stream(hub.subscribe_port, "/?format=sse&follow=false",
                            headers=(f"Last-Event-ID: {epoch}-1",)) as stream:
                    body = stream.read_body_to_end()
                self.assertEqual(re.findall(rb'"text":"(.)"', body), [b"b", b"c"])


class Resuming:
    """A reader that comes back behind the last record that it has."""

    def __init__(self):
        self.cursor = None
        self.numbers = []
        self.lost = 0           # how often it was told to begin anew
        self.stream = None

    def connect(self, port):
        self.stream = Stream(port, "/?format=ndjson&" + (
            f"after={self.cursor}" if self.cursor else "since=1h"))

    def ready(self):
        return select.select([self.stream.socket], [], [], 0)[0]

    def take(self, end):
        """What has come; False when the connection broke."""
        try:
            more = self.stream.fill(end)
        except (ConnectionError, Failure):
            return False
        whole, _, self.stream.body = self.stream.body.rpartition(b"\n")
        for text in whole.splitlines():
            self.record(json.loads(text))
        return more

    def record(self, told):
        if "continuity_lost" in told:
            self.lost += 1
            self.numbers = []
            return
        if "missed" in told or "dropped" in told:
            raise Failure(f"a loss: {told}")
        self.cursor = told["cursor"]
        self.numbers.append(int(told["text"].split()[1]))


class Killed(unittest.TestCase):
    def test_readers_that_come_back_have_all_that_was_acknowledged_once(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        feed = Feed("f0", app="kept", odd=False)
        eager, careful = Resuming(), Resuming()
        with Folder() as folder:
            hub = serve(folder, *RING)
            ports = hub.publish_port, hub.subscribe_port
            loop = Loop()
            publisher = loop.add(AckedPublisher(ports[0], feed, "client", 1 << 40))
            for _ in range(6 // min(SCALE, 2)):
                eager.connect(ports[1])
                careful.connect(ports[1])
                goal = publisher.acked + chance.randrange(2000, 12_000)
                while publisher.acked < goal:
                    loop.turn(0.01)
                    while eager.ready():
                        eager.take(deadline())
                while not careful.numbers or careful.numbers[-1] < goal // 2:
                    careful.take(deadline())  # what it has is behind what is acknowledged
                hub.kill()
                while eager.take(deadline(1)):
                    pass
                hub = serve(folder, *RING, "--publish-listen", f"127.0.0.1:{ports[0]}",
                            "--subscribe-listen", f"127.0.0.1:{ports[1]}")
                publisher.close(rst=True)
                publisher.reconnect()
            publisher.limit = feed.sent
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "all of it")
            for reader in (eager, careful):
                reader.connect(ports[1])
                end = deadline(2 * DEADLINE_S)
                while not reader.numbers or reader.numbers[-1] < publisher.acked:
                    self.assertTrue(reader.take(end), reader.numbers[-1:])
                # Of what was written at a kill some may not have been acknowledged.
                self.assertEqual(reader.numbers, list(range(1, reader.numbers[-1] + 1)))
            self.assertEqual(careful.lost, 0)
            loop.close()
            self.assertEqual(hub.stop(), 0, hub.read_log())


if __name__ == "__main__":
    unittest.main()
