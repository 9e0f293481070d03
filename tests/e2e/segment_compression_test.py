"""A journal whose older segments are compressed: the same log, for everybody who reads it."""
import json
import os
import random
import re
import shutil
import subprocess
import unittest

from hub import DEADLINE_S, Hub, run, wait_until
from feeds import Feed
from journal_test import Folder, journal, publish, records_of, serve, view
from load import AckedPublisher, Loop
from looking_in import body_of

SMALL = ("--journal-bytes-max", "4MiB", "--fsync", "never")  # segments of 256 KiB
ZSTD = ("--segment-compression", "zstd")
LINES = 6000


def packed(folder):
    return [path for path in folder.segments if path.endswith(".zst")]


def plain(folder):
    return [path for path in folder.segments if path.endswith(".segment")]


def fill(hub, name, count):
    """Lines that differ, as those of applications do."""
    publish(hub, name, *(f"{name} {n} request {n * 7919 % 65536:x} took {n % 97} ms, "
                         f"{'GET /cart/items' if n % 3 else 'POST /checkout'} by user {n % 211}"
                         for n in range(count)))


def content(path):
    with open(path, "rb") as file:
        return file.read()


def records_in(body):
    return [json.loads(line) for line in body.splitlines()]


def unpack(path, into):
    subprocess.run(["zstd", "-q", "-d", path, "-o", into], check=True)


class Compressed(unittest.TestCase):
    def test_every_reader_finds_what_was_there_before(self):
        with Folder() as folder, Folder() as copy:
            with serve(folder, *SMALL) as hub:
                fill(hub, "shop", LINES)
                fill(hub, "pay", LINES)
                wait_until(lambda: journal(hub)["durable_cursor"].endswith(f"-{2 * LINES}"),
                           "all is written")
            self.assertGreater(len(plain(folder)), 3)
            told = records_of(folder)
            before = {os.path.basename(path): content(path) for path in plain(folder)}
            with serve(folder, *SMALL, *ZSTD) as hub:
                # The newest that is sealed and the one that is written stay plain.
                wait_until(lambda: len(plain(folder)) == 2, "the older ones are compressed")
                self.check_status(hub, folder)
                self.check_history(hub, told)
                self.assertEqual(records_of(folder), told)
            for path in packed(folder):
                name = os.path.basename(path)[:-len(".zst")]
                unpack(path, os.path.join(copy.path, name))
                self.assertEqual(content(os.path.join(copy.path, name)), before[name])
            checked = view(folder, "--check").splitlines()
            self.assertEqual(sum(", sealed, compressed, ok" in line for line in checked),
                             len(packed(folder)))
            self.assertRegex(checked[-1], f", {2 * LINES} records: ok")
            # A hub without the flag reads them as well.
            with serve(folder, *SMALL) as hub:
                self.check_history(hub, told)
                publish(hub, "shop", "another")
            self.assertEqual(records_of(folder)[:-1], told)
            self.assertEqual(records_of(folder)[-1]["cursor"].split("-")[1], str(2 * LINES + 1))
            self.check_view(folder, told)

    def check_status(self, hub, folder):
        bytes_now = sum(os.path.getsize(path) for path in folder.segments)
        wait_until(lambda: journal(hub)["bytes"] == bytes_now, "bytes are those of the files")

    def check_history(self, hub, told):
        """Past the ring: by number, time and cursor, filtered or not."""
        def asked(query):
            return records_in(body_of(hub, "/?format=ndjson&follow=false&" + query))

        self.assertEqual(asked(f"tail={len(told)}"), told)
        self.assertEqual(asked(f"tail={LINES}&app=shop"), told[:LINES])
        self.assertEqual(asked("since=1h&until=0s"), told)
        for at in (0, 17, LINES - 3):
            cursor = told[at]["cursor"]
            self.assertEqual(asked(f"after={cursor}"), told[at + 1:])
        middle = told[LINES]["arrived"]
        self.assertEqual(asked(f"since={middle}"), [r for r in told if r["arrived"] >= middle])
        self.assertEqual(asked("tail=9999&log=user+3$"),
                         [r for r in told if re.search(r"user 3$", r["text"])])

    def check_view(self, folder, told):
        shown = [r["text"] for r in records_of(folder, "-a", "pay", "-g", "POST")]
        self.assertEqual(shown[:LINES], [r["text"] for r in told
                                         if r["app"] == "pay" and "POST" in r["text"]])
        self.assertEqual(view(folder, "--until", "1h"), "")
        one = run("view", packed(folder)[0], "-o", "raw").stdout.decode().splitlines()
        self.assertEqual(one, [r["text"] for r in told[:len(one)]])
        self.assertGreater(len(one), 100)

    def test_damage_costs_its_part_and_is_said(self):
        with Folder() as folder:
            with serve(folder, *SMALL, *ZSTD) as hub:
                fill(hub, "shop", 2 * LINES)
                wait_until(lambda: len(packed(folder)) >= 2, "some are compressed")
            told = records_of(folder)
            path = packed(folder)[1]
            with open(path, "r+b") as file:
                file.seek(os.path.getsize(path) // 2)
                byte = file.read(1)
                file.seek(-1, 1)
                file.write(bytes([byte[0] ^ 1]))
            checked = view(folder, "--check", code=69)
            self.assertIn("DAMAGED in ", checked)
            self.assertIn("compressed data is damaged", checked)
            found = records_of(folder, code=69)
            missed = sum(r.get("missed", 0) for r in found)
            self.assertGreater(missed, 0)
            self.assertEqual(len([r for r in found if "missed" not in r]) + missed, len(told))
            with serve(folder, *SMALL) as hub:
                lines = records_in(body_of(hub, "/?format=ndjson&since=1h&until=0s"))
                self.assertEqual(sum(r.get("missed", 0) for r in lines), missed)


class Killed(unittest.TestCase):
    def test_at_any_moment_nothing_is_lost(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        feed = Feed("f0", app="kept", proc="p0", odd=False)
        with Folder() as folder:
            flags = ("--journal-bytes-max", "64MiB", "--fsync", "never", *ZSTD)
            hub = serve(folder, *flags)
            port = hub.publish_port
            loop = Loop()
            publisher = loop.add(AckedPublisher(port, feed, "client", 1 << 40))
            for _ in range(6):
                goal = publisher.acked + chance.randrange(20_000, 60_000)
                loop.until(lambda goal=goal: publisher.acked >= goal, DEADLINE_S, "more of it")
                hub.kill()
                hub = serve(folder, "--publish-listen", f"127.0.0.1:{port}", *flags)
                publisher.close(rst=True)
                publisher.reconnect()
            publisher.limit = feed.sent
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "all of it")
            loop.close()
            wait_until(lambda: len(plain(folder)) == 2, "what is left is compressed")
            self.assertEqual(hub.stop(), 0, hub.read_log())
            self.assertEqual(publisher.errors, [])
            self.assertFalse([p for p in folder.segments if p.endswith(".new")])
            names = [os.path.basename(p).split(".")[0] for p in folder.segments]
            self.assertEqual(len(names), len(set(names)))
            self.assertIn("ok", view(folder, "--check").splitlines()[-1])
            numbers = [int(r["text"].split(" ", 2)[1]) for r in records_of(folder)]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertGreaterEqual(len(numbers), publisher.acked)

    def test_what_an_end_left_half_done_is_tidied_up(self):
        with Folder() as folder:
            with serve(folder, *SMALL, *ZSTD) as hub:
                fill(hub, "shop", 2 * LINES)
                wait_until(lambda: packed(folder), "one is compressed")
            told = records_of(folder)
            first = packed(folder)[0]
            unpack(first, first[:-len(".zst")])       # killed behind the rename
            shutil.copy(first, plain(folder)[-1] + ".zst.new")  # and while it wrote the next one
            self.assertEqual(records_of(folder), told)
            with serve(folder, *SMALL):
                pass
            self.assertIn(first, packed(folder))
            self.assertNotIn(first[:-len(".zst")], plain(folder))
            self.assertFalse([p for p in folder.segments if p.endswith(".new")])
            self.assertEqual(records_of(folder), told)


class Disk(unittest.TestCase):
    def test_without_room_for_it_a_segment_stays_plain_and_the_hub_goes_on(self):
        with Folder(size=8) as folder:
            with serve(folder, *SMALL) as hub:
                fill(hub, "shop", 2 * LINES)
            segments, ballast = plain(folder), os.path.join(folder.path, "ballast")
            self.assertGreater(len(segments), 3)
            left = os.statvfs(folder.path)
            with open(ballast, "wb") as file:
                file.write(bytes(left.f_bavail * left.f_frsize - (128 << 10)))
            with serve(folder, *SMALL, *ZSTD) as hub:
                hub.wait_log("cannot compress")
                publish(hub, "pay", "still there")
                self.assertEqual(hub.get("/readyz").status, 200)
                self.assertEqual(hub.read_log().count("cannot compress"), 1)
                self.assertEqual(packed(folder), [])
                self.assertEqual(plain(folder)[:len(segments)], segments)
            os.remove(ballast)
            with serve(folder, *SMALL, *ZSTD):
                wait_until(lambda: len(packed(folder)) >= len(segments) - 1, "now there is room")
            self.assertEqual(records_of(folder)[-1]["text"], "still there")


if __name__ == "__main__":
    unittest.main()
