"""logio ship: out of standard input, a journal and a hub into sinks, over ends of every kind."""
import json
import os
import random
import signal
import subprocess
import unittest

from feeds import Feed
from hub import Failure, Hub, run, wait_until
from journal_test import Folder, publish, serve
from ship_test_support import Ship
from sinks_test import lines, numbers, positions


def ship(*arguments, stdin=b"", code=0):
    """Runs it to its end; what it said."""
    done = run("ship", *arguments, stdin=stdin)
    said = done.stderr.decode()
    if done.returncode != code:
        raise Failure(f"ship ended with {done.returncode}: {said}")
    return said


def texts(path):
    return [json.loads(line)["text"] for line in lines(path)]


def put(hub, feed, last):
    """Publishes the feed's next records up to that one; the hub has them when it returns."""
    with hub.publish(*feed.topic.values(), ack=True) as publisher:
        for first in range(feed.sent + 1, last + 1, 1000):
            publisher.send(b"".join(map(feed.wire, range(first, min(first + 1000, last + 1)))))
        publisher.end_sending()
        publisher.read_to_end()
    feed.sent = last


def to_file(path, more=""):
    return f"file://{path}?format=ndjson&name=out{more}"


class Input(unittest.TestCase):
    """Standard input."""

    def test_lines_become_records_of_the_topic_given(self):
        with Folder() as folder:
            path = os.path.join(folder.path, "out")
            text = "".join(f"line {i}\n" for i in range(50_000)) + "no end"
            said = ship("-a", "shop", "-p", "web", "--host", "h1", to_file(path),
                        stdin=text.encode())
            self.assertIn("50001 records delivered\n", said)
            self.assertEqual(texts(path), text.split("\n"))
            first = json.loads(lines(path)[0])
            self.assertEqual((first["app"], first["proc"], first["host"]), ("shop", "web", "h1"))

    def test_objects_keep_what_they_say_and_bad_lines_are_told(self):
        with Folder() as folder:
            path = os.path.join(folder.path, "out")
            good = {"time": "2016-12-06T22:14:21.448123Z", "app": "pay", "proc": "db",
                    "host": "h2", "severity": "error", "text": "a\nb", "fields": {"n": 7}}
            text = json.dumps(good) + "\n{\"text\":\"mine\"}\n{\"text\":\nnonsense\n"
            said = ship("--format", "ndjson", "-a", "shop", to_file(path), stdin=text.encode(),
                        code=69)
            self.assertIn("line 3 of standard input: bad_json", said)
            self.assertIn("line 4 of standard input: bad_json", said)
            self.assertIn("2 records delivered, 2 lines held no record\n", said)
            kept, mine = map(json.loads, lines(path))
            self.assertEqual({k: kept[k] for k in good if k not in ("time", "severity")},
                             {k: good[k] for k in good if k not in ("time", "severity")})
            self.assertTrue(kept["time"].startswith("2016-12-06T22:14:21.448123"))
            self.assertEqual((mine["app"], mine["text"]), ("shop", "mine"))

    def test_a_trickle_goes_out_at_once_and_what_is_not_wanted_stays(self):
        with Folder() as folder:
            path = os.path.join(folder.path, "out")
            with Ship("-a", "shop", to_file(path, "&log=ok"), stdin=subprocess.PIPE) as it:
                for i in range(3):
                    it.process.stdin.write(f"ok {i}\nno {i}\n".encode())
                    it.process.stdin.flush()
                    wait_until(lambda: len(lines(path)) == i + 1, "a line arrives")
                it.process.stdin.close()
                self.assertEqual(it.wait(), 0, it.said())
            self.assertEqual(texts(path), ["ok 0", "ok 1", "ok 2"])

    def test_a_sink_that_is_away_is_waited_for_with_bounded_memory_and_told_of_at_the_end(self):
        with Folder() as folder:
            blocked = os.path.join(folder.path, "a", "out")
            with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                pass
            with Ship("-a", "shop", to_file(blocked), stdin=subprocess.PIPE) as it:
                os.set_blocking(it.process.stdin.fileno(), False)
                written, end = 0, b""
                line = b"x" * 999 + b"\n"

                def stuffed():
                    nonlocal written
                    try:
                        while written < 64_000_000:
                            written += os.write(it.process.stdin.fileno(), line * 8)
                    except BlockingIOError:
                        pass
                    return "trying again" in it.said() and written > 8_000_000
                wait_until(stuffed, "it stops reading")
                self.assertLess(written, 48_000_000)
                os.remove(os.path.dirname(blocked))
                os.set_blocking(it.process.stdin.fileno(), True)
                rest = -written % len(line)
                it.process.stdin.write(line[len(line) - rest:] if rest else b"")
                it.process.stdin.close()
                self.assertEqual(it.wait(60), 0, it.said())
                self.assertEqual(len(lines(blocked)), (written + rest) // len(line))
            with open(os.path.join(folder.path, "b"), "w", encoding="utf-8"):
                pass
            with Ship("-a", "shop", to_file(os.path.join(folder.path, "b", "out")),
                      stdin=subprocess.PIPE) as it:
                it.process.stdin.write(b"one\ntwo\n")
                it.process.stdin.close()
                it.wait_said("trying again until it works")
                self.assertEqual(it.end(), 69)
                self.assertIn("2 read and not delivered: cannot write to", it.said())

    def test_what_is_wrong_is_said_before_anything_is_read(self):
        for arguments, code, words in (
                ((), 64, "where to?"),
                (("file:///tmp/x",), 64, "which application is it? Give -a NAME"),
                (("nonsense://x",), 64, "unknown scheme 'nonsense'"),
                (("in-memory://localhost/", "-a", "x"), 64, "a hub's own memory"),
                (("file:///tmp/x?log=(", "-a", "x"), 64, "missing )"),
                (("file:///tmp/x", "-a", "[x"), 64, "the topic: app has"),
                (("file:///tmp/x", "--from", "ftp://x"), 64, "unknown scheme; read from"),
                (("file:///tmp/x", "--from", "/nonexistent"), 69, "cannot read /nonexistent"),
                (("file:///tmp/x", "--from", "http://h:1?tail=5"), 64, "ship decides itself"),
                (("file:///tmp/x", "--from", "kafka://b/t"), 64, "no group=NAME"),
                (("file:///tmp/x", "--from", "/tmp", "--since", "soon"), 64, "neither an age")):
            with self.subTest(arguments):
                said = ship(*arguments, code=code)
                self.assertIn(words, said)
                self.assertEqual(said.count("\n"), 1, said)


class Journal(unittest.TestCase):
    def test_a_journal_goes_into_a_sink_once_over_kills_of_ship(self):
        chance = random.Random(5)
        with Folder() as folder, Folder() as out:
            path, state = os.path.join(out.path, "out"), os.path.join(out.path, "state")
            with serve(folder, "--journal-bytes-max", "64MiB") as hub:
                feed = Feed("f", odd=False)
                put(hub, feed, 60_000)
            command = ("--from", folder.path, "--state", state,
                       to_file(path, "&rate_records=40000&batch_records=500"))
            for _ in range(4):
                with Ship(*command) as it:
                    had = len(lines(path))
                    wanted = had + chance.randrange(1, 8000)
                    wait_until(lambda: len(lines(path)) >= wanted or it.process.poll() is not None,
                               "some are delivered")
            ship(*command)
            # A kill may repeat what was written, and not yet written down as such.
            self.assertEqual(sorted(set(numbers(path, feed))), list(range(1, 60_001)))
            self.assertIn("0 records delivered\n", ship(*command))
            with serve(folder) as hub:
                publish(hub, "shop", "one more")
            self.assertIn("1 records delivered\n", ship(*command))
            self.assertEqual(texts(path)[-1], "one more")
            said = ship("--from", out.path, *command[2:], code=69)
            self.assertIn(f"is that of --from {folder.path}", said)

    def test_times_and_patterns_choose_and_damage_is_counted(self):
        with Folder() as folder, Folder() as out:
            with serve(folder) as hub:
                publish(hub, "shop", "one", "two")
                publish(hub, "pay", "three")
            path = os.path.join(out.path, "out")
            self.assertIn("0 records", ship("--from", folder.path, "--until", "1h", to_file(path)))
            ship("--from", folder.path, "--since", "1h", to_file(path, "&app=shop&log=t"))
            self.assertEqual(texts(path), ["two"])
            with open(folder.segments[0], "r+b") as segment:
                data = bytearray(segment.read())
                data[data.index(b"two") + 1] ^= 1
                segment.seek(0)
                segment.write(data)
            said = ship("--from", folder.path, to_file(path + "2"), code=69)
            self.assertIn("are damaged", said)
            self.assertIn("were missing", said)
            self.assertEqual(texts(path + "2")[-1], "three")


class FromHub(unittest.TestCase):
    def test_it_goes_on_over_ends_of_the_hub_and_of_itself(self):
        with Folder() as folder, Folder() as out:
            path, state = os.path.join(out.path, "out"), os.path.join(out.path, "state")
            hub = serve(folder)
            port = hub.subscribe_port
            command = ("--from", f"http://127.0.0.1:{port}?app=f.*", "--state", state,
                       to_file(path))
            feed = Feed("f1", app="f1", odd=False)

            def published(n):
                put(hub, feed, n)

            def arrived(n):
                wait_until(lambda: len(lines(path)) >= n, f"{n} arrive", 60)
            with Ship(*command) as it:
                wait_until(lambda: os.path.exists(os.path.join(state, "out", "place")),
                           "it has begun")
                published(2_000)
                publish(hub, "other", "not wanted")
                arrived(2_000)
                hub.kill()  # no end that was told
                it.wait_said("trying again until it works")
                hub = serve(folder, "--subscribe-listen", f"127.0.0.1:{port}")
                published(4_000)
                arrived(4_000)
                self.assertEqual(it.end(), 0, it.said())
            published(6_000)
            with Ship(*command) as it:
                arrived(6_000)
                published(8_000)
                arrived(8_000)
                it.kill()
            published(9_000)
            with Ship(*command, "--no-follow") as it:
                self.assertEqual(it.wait(), 0, it.said())
            self.assertEqual(hub.stop(), 0)
            found = numbers(path, feed)
            self.assertEqual(sorted(set(found)), list(range(1, 9_001)))
            # What was delivered within the last second in front of the kill may come again.
            self.assertEqual(found[:8_000], list(range(1, 8_001)))
            self.assertEqual(sorted(set(positions(path))), sorted(positions(path)[:8_000]) +
                             positions(path)[-1_000:])

    def test_history_is_asked_for_by_since_and_a_loss_is_told(self):
        with Folder() as out:
            path = os.path.join(out.path, "out")
            with Hub() as hub:
                publish(hub, "shop", "one", "two")
                at = f"http://127.0.0.1:{hub.subscribe_port}"
                ship("--from", at, "--since", "1h", "--no-follow", to_file(path))
                self.assertEqual(texts(path), ["one", "two"])
                ship("--from", at, "--since", "2016-12-06T22:14:21+01:00", "--until", "0s",
                     "--no-follow", to_file(path + "2"))
                self.assertEqual(texts(path + "2"), ["one", "two"])
                said = ship("--from", at + "?severity=nonsense", to_file(path), code=69)
                self.assertIn("answers 400", said)


class Refused(unittest.TestCase):
    def test_dead_letters_are_kept_and_sent_again(self):
        with Folder() as folder, Hub() as hub:
            state = os.path.join(folder.path, "state")
            at = f"logio://127.0.0.1:{hub.publish_port}?name=hub&retry_max_age=1s"
            with hub.subscribe("format=raw&tail=10") as stream:
                hub.signal(signal.SIGSTOP)
                try:
                    said = ship("-a", "shop", "--state", state, at + "&timeout=200ms",
                                stdin=b"one\ntwo\n", code=69)
                finally:
                    hub.signal(signal.SIGCONT)
                self.assertIn("2 refused, the first because of \"given up: ", said)
                self.assertIn("2 dead letters in", said)
                said = ship("-a", "shop", "--state", state, "--resend", at, stdin=b"three\n")
                self.assertIn("1 records delivered, 2 dead letters too\n", said)
                got = stream.read_lines(3)
                self.assertEqual(sorted(set(got)), [b"one\n", b"three\n", b"two\n"])


if __name__ == "__main__":
    unittest.main()
