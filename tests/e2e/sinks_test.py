"""Records on their way to sinks: in order, over trouble at the peer, in the hub, on the disk."""
import json
import os
import random
import signal
import unittest

from faults import SCALE
from feeds import Feed
from hub import DEADLINE_S, Hub, record, wait_until
from journal_test import Folder, journal, publish, serve
from load import AckedPublisher, Loop, Publisher
from looking_in import Metrics, body_of, page


def sinks(hub):
    return {s["name"]: s for s in page(hub, "/v1/sinks")["sinks"]}


def sink(hub, name):
    return sinks(hub)[name]


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def file_sink(path, more="", name="file"):
    return "--sink", f"file://{path}?name={name}&format=ndjson{more}"


def numbers(path, feed):
    """The numbers of one feed's records in a file of NDJSON."""
    mark = feed.name + " "
    texts = (json.loads(line)["text"] for line in lines(path))
    return [int(t.split(" ", 2)[1]) for t in texts if t.startswith(mark)]


def positions(path):
    return [int(json.loads(line)["cursor"].partition("-")[2]) for line in lines(path)]


class Delivery(unittest.TestCase):
    def test_everything_is_there_after_a_clean_end_with_and_without_a_journal(self):
        for kept in (False, True):
            with self.subTest(kept), Folder() as folder:
                path = os.path.join(folder.path, "out", "all.ndjson")
                data = ["--data-dir", os.path.join(folder.path, "data"), "--disk-free-min", "0"]
                hub = Hub(*file_sink(path), *(data if kept else []))
                loop = Loop()
                feeds = [Feed(f"f{i}", proc=f"p{i}", odd=False) for i in range(3)]
                for feed in feeds:
                    publisher = loop.add(Publisher(hub.publish_port, feed, 20_000))
                    publisher.finishing = True
                loop.until(lambda: all(f.sent == 20_000 for f in feeds), DEADLINE_S, "it is sent")
                loop.until(lambda: Metrics(hub)("logio_records_received_total", input="tcp")
                           == 60_000, DEADLINE_S, "it has arrived")
                loop.close()
                self.assertEqual(hub.stop(), 0, hub.read_log())
                self.assertEqual(positions(path), list(range(1, 60_001)))
                for feed in feeds:
                    self.assertEqual(numbers(path, feed), list(range(1, 20_001)))

    def test_each_sink_takes_what_it_asks_for_and_tells_of_it(self):
        with Folder() as folder:
            path = os.path.join(folder.path, "{app}-{proc}.log")
            with Hub("--sink", f"file://{path}?name=web&proc=web",
                     "--sink", "in-memory://localhost/?name=errors&log=err.r&max_length=2") as hub:
                publish(hub, "shop", "one", "error 1", "error 2", "error 3")
                with hub.publish("shop", "db", "h1") as other:
                    other.send(record("error of db"))
                    other.end_sending()
                    other.read_to_end()
                wait_until(lambda: sink(hub, "web")["sent_records"] == 4, "web has its records")
                wait_until(lambda: sink(hub, "errors")["sent_records"] == 4, "and errors")
                self.assertEqual(os.listdir(folder.path), ["shop-web.log"])
                self.assertEqual([line.partition(": ")[2]
                                  for line in lines(os.path.join(folder.path, "shop-web.log"))],
                                 ["one", "error 1", "error 2", "error 3"])
                kept = body_of(hub, "/v1/sinks/errors/records?format=raw").decode()
                self.assertEqual(kept, "error 3\nerror of db\n")
                said = sink(hub, "errors")
                self.assertEqual((said["state"], said["last_error"], said["lag_records"]),
                                 ("up", None, 0))
                m = Metrics(hub)
                self.assertEqual(m("logio_sink_up", sink="web"), 1)
                self.assertEqual(m("logio_sink_dead_total", sink="web"), 0)


class Trouble(unittest.TestCase):
    """The peer is a path that something else is in the way of, or a disk that is full."""

    def test_a_sink_that_cannot_deliver_catches_up_and_nobody_else_notices(self):
        with Folder() as folder, Folder() as out:
            blocked, free = os.path.join(out.path, "a", "log"), os.path.join(out.path, "log")
            with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                pass
            with serve(folder, *file_sink(blocked, name="bad"),
                       *file_sink(free, name="good")) as hub:
                feed = Feed("f", odd=False)
                loop = Loop()
                publisher = loop.add(Publisher(hub.publish_port, feed, 30_000))
                loop.until(lambda: feed.sent == 30_000, DEADLINE_S, "publishing goes on")
                loop.until(lambda: sink(hub, "good")["sent_records"] == 30_000, DEADLINE_S,
                           "the other sink has it all")
                bad = sink(hub, "bad")
                self.assertEqual((bad["state"], bad["sent_records"]), ("back_off", 0))
                self.assertEqual(bad["last_error"],
                                 f"cannot write to {blocked}: File exists")
                self.assertEqual(bad["lag_records"], 30_000)
                self.assertGreater(bad["lag_bytes"], 1_000_000)
                self.assertEqual(Metrics(hub)("logio_sink_up", sink="bad"), 0)
                os.remove(os.path.dirname(blocked))
                wait_until(lambda: sink(hub, "bad")["sent_records"] == 30_000, "it catches up")
                hub.wait_log("delivers again after")
                self.assertEqual(hub.read_log().count("trying again until it works"), 1)
                publisher.close()
                loop.close()
            self.assertEqual(numbers(blocked, feed), list(range(1, 30_001)))

    def test_one_that_is_nearly_as_far_behind_as_the_journal_is_long_is_warned_of(self):
        with Folder() as folder, Folder() as out:
            blocked = os.path.join(out.path, "a", "log")
            with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                pass
            with serve(folder, *file_sink(blocked), "--journal-bytes-max", "4MiB") as hub:
                feed = Feed("f", width=300, odd=False)
                loop = Loop()
                publisher = loop.add(Publisher(hub.publish_port, feed, 11_500))
                loop.until(lambda: feed.sent == 11_500, DEADLINE_S, "publishing goes on")
                hub.wait_log("soon records are deleted that were not delivered")
                publisher.limit = 40_000
                loop.until(lambda: feed.sent == 40_000, DEADLINE_S, "publishing goes on")
                # What is sent may lie in sockets for long; what is deleted cannot be delivered.
                loop.until(lambda: Metrics(hub)("logio_records_received_total", input="tcp")
                           == 40_000, DEADLINE_S, "it has arrived")
                wait_until(lambda: journal(hub)["oldest_position"] > 20_000, "the oldest go")
                os.remove(os.path.dirname(blocked))
                hub.wait_log("the journal had to let go of records that were not delivered")
                wait_until(lambda: sink(hub, "file")["lag_records"] == 0, "it delivers the rest")
                said = sink(hub, "file")
                self.assertEqual(said["missed_records"] + said["sent_records"], 40_000)
                publisher.close()
                loop.close()

    def test_without_a_journal_the_oldest_go_and_are_counted(self):
        with Folder() as out:
            blocked = os.path.join(out.path, "a", "log")
            with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                pass
            with Hub(*file_sink(blocked, "&queue_bytes=2MiB")) as hub:
                feed = Feed("f", odd=False)
                loop = Loop()
                publisher = loop.add(Publisher(hub.publish_port, feed, 50_000))
                loop.until(lambda: feed.sent == 50_000, DEADLINE_S, "publishing goes on")
                loop.until(lambda: Metrics(hub)("logio_records_received_total", input="tcp")
                           == 50_000, DEADLINE_S, "it has arrived")
                wait_until(lambda: sink(hub, "file")["dropped_records"] > 10_000, "it sheds")
                os.remove(os.path.dirname(blocked))
                wait_until(lambda: sink(hub, "file")["lag_records"] == 0, "it delivers the rest")
                said = sink(hub, "file")
                publisher.close()
                loop.close()
            got = numbers(blocked, feed)
            self.assertEqual(said["sent_records"] + said["dropped_records"], 50_000)
            self.assertEqual(len(got), said["sent_records"])
            self.assertEqual(got, sorted(set(got)))
            self.assertEqual(got[-1], 50_000)

    def test_a_full_disk_under_the_sink_tears_no_line_and_loses_none(self):
        with Folder() as folder, Folder(size=4) as out:
            path = os.path.join(out.path, "log")
            with serve(folder, *file_sink(path)) as hub:
                feed = Feed("f", odd=False)
                loop = Loop()
                publisher = loop.add(Publisher(hub.publish_port, feed, 40_000))
                loop.until(lambda: feed.sent == 40_000, DEADLINE_S, "publishing goes on")
                wait_until(lambda: sink(hub, "file")["state"] == "back_off", "the disk is full")
                self.assertIn("No space left on device", sink(hub, "file")["last_error"])
                self.assertEqual(hub.get("/readyz").status, 200)
                out.resize(64)
                wait_until(lambda: sink(hub, "file")["sent_records"] == 40_000, "all is written")
                publisher.close()
                loop.close()
            self.assertEqual(numbers(path, feed), list(range(1, 40_001)))


class Restarts(unittest.TestCase):
    def test_killed_at_random_moments_every_acknowledged_record_arrives(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        kills = 12 // SCALE
        with Folder() as folder, Folder() as out:
            path = os.path.join(out.path, "log")
            flags = file_sink(path)
            feed = Feed("f", odd=False)
            hub = serve(folder, *flags)
            port, loop = hub.publish_port, Loop()
            publisher = loop.add(AckedPublisher(port, feed, "client", 1 << 40))
            for _ in range(kills):
                goal = publisher.acked + chance.randrange(1, 6000)
                loop.until(lambda: publisher.acked >= goal, DEADLINE_S, "more is acknowledged")
                hub.kill()
                hub = serve(folder, "--publish-listen", f"127.0.0.1:{port}", *flags)
                publisher.close(rst=True)
                publisher.reconnect()
            publisher.limit = feed.sent
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "all of it")
            loop.close()
            self.assertEqual(hub.stop(), 0, hub.read_log())
            got = numbers(path, feed)
            # After each kill it may go back to its last place, and then comes all of it again.
            # What was written at a kill may not have been acknowledged any more.
            self.assertGreaterEqual(max(got), publisher.acked)
            self.assertEqual(sorted(set(got)), list(range(1, max(got) + 1)))
            back = sum(b <= a for a, b in zip(got, got[1:]))
            self.assertLessEqual(back, kills)

    def test_stopped_behind_a_peer_that_is_away_it_goes_on_where_it_was(self):
        with Folder() as folder, Folder() as out:
            blocked = os.path.join(out.path, "a", "log")
            with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                pass
            with serve(folder, *file_sink(blocked)) as hub:
                publish(hub, "shop", *(f"f {n} x" for n in range(1, 101)))
                wait_until(lambda: sink(hub, "file")["state"] == "back_off", "it is in the way")
                hub.signal(signal.SIGTERM)
                self.assertEqual(hub.wait(), 0)
                self.assertIn("ended 100 records behind; they are in the journal", hub.read_log())
            os.remove(os.path.dirname(blocked))
            with serve(folder, *file_sink(blocked)) as hub:
                publish(hub, "shop", *(f"f {n} x" for n in range(101, 201)))
                wait_until(lambda: sink(hub, "file")["sent_records"] == 200, "all is there")
            self.assertEqual(numbers(blocked, Feed("f")), list(range(1, 201)))
            with serve(folder, *file_sink(blocked)) as hub:
                publish(hub, "shop", "f 201 x")
                wait_until(lambda: sink(hub, "file")["sent_records"] == 1, "only what is new")


if __name__ == "__main__":
    unittest.main()
