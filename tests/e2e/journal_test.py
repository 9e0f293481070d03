"""The log on disk: kept over ends of every kind, read without a hub, checked, and told about."""
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import unittest

from faults import SCALE
from feeds import Feed
from hub import DEADLINE_S, Failure, Hub, record, run, wait_until
from load import AckedPublisher, Loop
from looking_in import Metrics


class Folder:
    """A data directory for a test; `size`: on a disk of its own, of that many MiB."""

    def __init__(self, size=None):
        self.path = tempfile.mkdtemp(prefix="logio-test-")
        self.mounted = size is not None
        if self.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "logio-test",
                            self.path], check=True)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}m", self.path], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.path], check=True)
        shutil.rmtree(self.path)

    @property
    def free(self):
        of = os.statvfs(self.path)
        return of.f_bavail * of.f_frsize

    @property
    def segments(self):
        folder = os.path.join(self.path, "journal")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def serve(folder, *flags, **how):
    return Hub("--data-dir", folder.path, "--disk-free-min", "0", *flags, **how)


def view(folder, *arguments, code=0):
    done = run("view", folder.path, *arguments)
    if done.returncode != code:
        raise Failure(f"view ended with {done.returncode}: {done.stderr} {done.stdout[-2000:]}")
    return done.stdout.decode()


def records_of(folder, *arguments, code=0):
    return [json.loads(line)
            for line in view(folder, "-o", "ndjson", *arguments, code=code).splitlines()]


def journal(hub):
    return json.loads(hub.get("/v1/status").body)["journal"]


def publish(hub, app, *texts):
    with hub.publish(app, "web", "h1") as publisher:
        for text in texts:
            publisher.send(record(text))
        publisher.end_sending()
        publisher.read_to_end()


class Restart(unittest.TestCase):
    def test_what_was_published_is_there_after_an_end_in_order_and_positions_go_on(self):
        with Folder() as folder:
            epochs = set()
            for start in range(3):
                with serve(folder) as hub:
                    publish(hub, "shop", f"a{start}", f"b{start}")
                    epochs.add(json.loads(hub.get("/v1/status").body)["epoch"])
            self.assertEqual(len(epochs), 3)
            found = records_of(folder)
            self.assertEqual([r["text"] for r in found], ["a0", "b0", "a1", "b1", "a2", "b2"])
            cursors = [r["cursor"].split("-") for r in found]
            self.assertEqual([int(position) for _, position in cursors], [1, 2, 3, 4, 5, 6])
            self.assertEqual({epoch for epoch, _ in cursors}, epochs)
            self.assertIn("ok", view(folder, "--check"))

    def test_view_filters_as_streams_do(self):
        with Folder() as folder:
            with serve(folder) as hub:
                publish(hub, "shop", "one ERROR", "two")
                publish(hub, "pay", "three ERROR")
                self.assertEqual(hub.get("/readyz").status, 200)
                for name in ("bytes", "disk_free_bytes", "write_seconds_count",
                             "sync_seconds_count"):
                    wait_until(lambda name=name: Metrics(hub)("logio_journal_" + name) > 0, name)
                wait_until(lambda: journal(hub)["durable_cursor"].endswith("-3"), "all is synced")
                # Also while the hub has it.
                self.assertEqual(len(view(folder).splitlines()), 3)
            shown = [r["text"] for r in records_of(folder, "-a", "shop", "-g", "ERROR")]
            self.assertEqual(shown, ["one ERROR"])
            self.assertEqual(view(folder, "-o", "raw", "-v", "ERROR"), "two\n")
            self.assertEqual(view(folder, "-n", "1"), view(folder).splitlines(True)[-1])
            self.assertEqual(view(folder, "-n", "0"), "")
            self.assertEqual(view(folder, "-T", "{app} {text}", "-v", "ERROR"),
                             view(folder, "-v", "ERROR", "-t=none").split("[")[0] + " two\n")
            self.assertEqual(view(folder, "--until", "1h"), "")
            self.assertEqual(len(records_of(folder, "--since", "1h")), 3)
            line = view(folder, "-a", "pay")
            self.assertEqual(line, "2016-12-06T22:14:21.448 pay[web] h1: three ERROR\n")
            wrong = run("view", folder.path, "-a", "(")
            self.assertEqual(wrong.returncode, 64)
            self.assertIn(b"missing )", wrong.stderr)
            nothing = run("view", "/nonexistent")
            self.assertEqual(nothing.returncode, 69)

    def test_the_end_waits_for_the_disk_and_not_for_publishers(self):
        """Acknowledgements come each minute, a publisher sends on: SIGTERM settles both at once."""
        feed = Feed("busy", app="busy", odd=False)
        with Folder() as folder:
            hub = serve(folder, "--fsync", "interval", "--fsync-interval", "1m", "--grace", "20s")
            loop = Loop()
            publisher = loop.add(AckedPublisher(hub.publish_port, feed, "client", 1 << 40))
            loop.until(lambda: feed.sent > 5000, DEADLINE_S, "it sends")
            hub.signal(signal.SIGTERM)
            loop.until(lambda: publisher.ended, 15, "it is told")
            self.assertEqual(hub.wait(), 0)
            loop.close()
            hub.kill()
            self.assertGreater(publisher.acked, 0)
            self.assertEqual(len(records_of(folder)), publisher.acked)

    def test_a_second_hub_on_the_directory_is_refused_and_the_first_is_named(self):
        with Folder() as folder, serve(folder) as hub:
            second = serve(folder, wait=False)
            self.assertEqual(second.wait(), 69)
            self.assertIn(f"process {hub.process.pid} on ", second.read_log())
            second.kill()

    def test_a_directory_that_cannot_be_used_is_said_in_one_line(self):
        for path in ("/proc/self/nothing", "/dev/null"):
            hub = Hub("--data-dir", path, wait=False)
            self.assertEqual(hub.wait(), 73)
            self.assertIn(f"--data-dir: cannot make the directory {path}", hub.read_log())
            hub.kill()


class Killed(unittest.TestCase):
    def check(self, *flags):
        """kill -9 at random moments: whatever was acknowledged is there, once, in order."""
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        feeds = [Feed(f"f{i}", app="kept", proc=f"p{i}", form=form, odd=False)
                 for i, form in enumerate(("json", "stamped"))]
        kills = 12 // SCALE
        with Folder() as folder:
            hub = serve(folder, *flags)
            port = hub.publish_port
            loop = Loop()
            publishers = [loop.add(AckedPublisher(port, feed, f"client-{i}", 1 << 40))
                          for i, feed in enumerate(feeds)]
            for _ in range(kills):
                goals = [p.acked + chance.randrange(1, 4000) for p in publishers]
                loop.until(lambda: all(p.acked >= g for p, g in zip(publishers, goals)),
                           DEADLINE_S, "more is acknowledged")
                hub.kill()
                hub = serve(folder, "--publish-listen", f"127.0.0.1:{port}", *flags)
                for p in publishers:
                    p.close(rst=True)
                    p.reconnect()
            for p in publishers:
                p.limit = p.feed.sent
            loop.until(lambda: all(p.all_acked for p in publishers), DEADLINE_S, "all of it")
            self.assertEqual([p.errors for p in publishers], [[], []])
            loop.close()
            self.assertEqual(hub.stop(), 0, hub.read_log())
            self.compare(folder, publishers)

    def compare(self, folder, publishers):
        self.assertIn("ok", view(folder, "--check").splitlines()[-1])
        last, numbers = None, {}
        for r in records_of(folder):  # of short segments the oldest may be gone
            position = int(r["cursor"].split("-")[1])
            self.assertEqual(position, position if last is None else last + 1)
            last = position
            name, said, _ = r["text"].split(" ", 2)
            number = numbers[r["proc"]] = numbers.get(r["proc"], int(said) - 1) + 1
            self.assertEqual((name, int(said)), (f"f{r['proc'][1:]}", number))
        for p in publishers:  # what was written at a kill may not have been acknowledged any more
            self.assertGreaterEqual(numbers[p.feed.topic["proc"]], p.acked)

    def test_with_acknowledgements_of_what_is_written(self):
        self.check("--fsync", "never")

    def test_with_acknowledgements_of_what_is_synced(self):
        self.check("--fsync", "always", "--io-threads", "2")

    def test_with_short_segments(self):
        self.check("--fsync", "interval", "--fsync-interval", "50ms", "--journal-bytes-max",
                   "8MiB")

    def test_a_torn_or_damaged_end_is_mended_at_the_start_and_said(self):
        with Folder() as folder:
            hub = serve(folder)
            publish(hub, "shop", *(f"line {i}" for i in range(1000)))
            publish(hub, "shop", "the last")
            wait_until(lambda: journal(hub)["durable_cursor"].endswith("-1001"), "all is synced")
            hub.kill()
            path = folder.segments[-1]
            os.truncate(path, os.path.getsize(path) - 3)
            with serve(folder) as hub:
                hub.wait_log("cut off behind position 1000")
                publish(hub, "shop", "another")
            texts = [r["text"] for r in records_of(folder)]
            self.assertEqual(texts[:1000], [f"line {i}" for i in range(1000)])
            self.assertEqual(texts[1000:], ["another"])
            with open(folder.segments[0], "r+b") as file:
                content = file.read()
                file.seek(content.index(b"line 0"))
                file.write(b"LINE")
            checked = view(folder, "--check", code=69)
            self.assertIn("DAMAGED in 1 places (the checksum does not fit)", checked)
            self.assertIn("Error L13", view(folder, code=69))


class Disk(unittest.TestCase):
    def fill(self, hub, loop, feed):
        publisher = loop.add(AckedPublisher(hub.publish_port, feed, "client", 1 << 40))
        loop.until(lambda: journal(hub)["stalled"], DEADLINE_S, "the disk is full")
        return publisher

    def test_full_publishers_wait_and_nothing_is_lost(self):
        feed = Feed("full", app="full", odd=False)
        with Folder(size=4) as folder:
            loop = Loop()
            with serve(folder, "--fsync", "never", "--ring-bytes", "8MiB") as hub:
                publisher = self.fill(hub, loop, feed)
                hub.wait_log("cannot write the journal")
                wait_until(lambda: hub.get("/readyz").status == 503, "it is not ready")
                self.assertIn(b"disk stalled", hub.get("/readyz").body)
                self.assertEqual(hub.get("/healthz").status, 200)
                folder.resize(512)
                loop.until(lambda: journal(hub)["stalled"] is None, DEADLINE_S, "it goes on")
                wait_until(lambda: hub.get("/readyz").status == 200, "it is ready again")
                publisher.limit = feed.sent
                loop.until(lambda: publisher.all_acked, DEADLINE_S, "all is acknowledged")
                loop.close()
            self.assertEqual([r["text"].split()[1] for r in records_of(folder)],
                             [str(n) for n in range(1, publisher.acked + 1)])

    def test_a_folder_that_vanishes_and_comes_back_costs_nothing(self):
        feed = Feed("away", app="away", odd=False)
        with Folder() as folder:
            away = folder.path + "-away"
            loop = Loop()
            with serve(folder, "--fsync", "never", "--ring-bytes", "8MiB", "--journal-bytes-max",
                       "1GiB") as hub:
                os.rename(folder.path, away)  # as another disk would be mounted in its place
                try:
                    publisher = self.fill(hub, loop, feed)
                    hub.wait_log(f"cannot write the journal: {folder.path}: No such file")
                    wait_until(lambda: hub.get("/readyz").status == 503, "it is not ready")
                finally:
                    os.rename(away, folder.path)
                loop.until(lambda: journal(hub)["stalled"] is None, DEADLINE_S, "it goes on")
                publisher.limit = feed.sent
                loop.until(lambda: publisher.all_acked, DEADLINE_S, "all is acknowledged")
                loop.close()
            self.assertEqual([r["text"].split()[1] for r in records_of(folder)],
                             [str(n) for n in range(1, publisher.acked + 1)])

    def test_full_and_told_to_shed_live_goes_on_and_the_gap_is_counted(self):
        feed = Feed("shed", app="shed", odd=False)
        with Folder(size=4) as folder:
            with serve(folder, "--fsync", "never", "--ring-bytes", "8MiB", "--on-disk-stall",
                       "shed") as hub:
                loop = Loop()
                publisher = loop.add(AckedPublisher(hub.publish_port, feed, "client", 1 << 40))
                loop.until(lambda: journal(hub)["left_out_records"] > 0, DEADLINE_S * 2,
                           "records are left out")
                publisher.limit = feed.sent
                folder.resize(512)
                loop.until(lambda: journal(hub)["stalled"] is None, DEADLINE_S, "it goes on")
                # Also when nothing follows the gap.
                loop.until(lambda: publisher.all_acked, DEADLINE_S, "all is dealt with")
                loop.close()
                publish(hub, "shed", "afterwards")
                left_out = journal(hub)["left_out_records"]
            found = records_of(folder, code=69)
            self.assertEqual(sum(r.get("missed", 0) for r in found), left_out)
            self.assertEqual(found[-1]["text"], "afterwards")
            self.assertIn(f"{left_out} left out by the hub", view(folder, "--check"))
            self.assertGreater(publisher.acked, 0)

    def test_the_oldest_segments_go_when_the_journal_is_long_enough(self):
        feed = Feed("long", app="long", odd=False)
        with Folder() as folder, serve(folder, "--fsync", "never", "--journal-bytes-max",
                                       "4MiB") as hub:
            loop = Loop()
            publisher = loop.add(AckedPublisher(hub.publish_port, feed, "client", 100_000))
            loop.until(lambda: publisher.all_acked, DEADLINE_S * 2, "all is acknowledged")
            loop.close()
            wait_until(lambda: journal(hub)["bytes"] <= 4 << 20, "the oldest went")
            self.assertGreater(journal(hub)["oldest_position"], 1)
            numbers = [int(r["text"].split()[1]) for r in records_of(folder)]
            self.assertEqual(numbers, list(range(numbers[0], 100_001)))

    def test_the_minimum_of_the_disk_is_kept_free_and_when_others_fill_it_publishers_wait(self):
        feed = Feed("free", app="free", odd=False)
        with Folder(size=32) as folder, Hub(
                "--data-dir", folder.path, "--disk-free-min", "16MiB", "--fsync", "never",
                "--journal-bytes-max", "64MiB", "--ring-bytes", "8MiB") as hub:
            loop = Loop()
            publisher = loop.add(AckedPublisher(hub.publish_port, feed, "client", 1 << 40))
            loop.until(lambda: journal(hub)["oldest_position"] > 1, DEADLINE_S, "the oldest goes")
            publisher.limit = feed.sent
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "all is acknowledged")
            hub.wait_log("for want of room (--disk-free-min)")
            wait_until(lambda: folder.free >= 16 << 20, "there is room again")
            numbers = [int(r["text"].split()[1]) for r in records_of(folder)]
            self.assertEqual(numbers, list(range(numbers[0], publisher.acked + 1)))
            filler = os.path.join(folder.path, "filler")
            with open(filler, "wb") as file:
                file.write(bytes(folder.free - (1 << 20)))
            wait_until(lambda: hub.get("/readyz").status == 503, "it is not ready")
            self.assertIn("less than --disk-free-min 16MiB", journal(hub)["stalled"])
            publisher.limit = feed.sent + 1000
            loop.until(lambda: publisher.idle, DEADLINE_S, "all is sent")
            self.assertFalse(publisher.all_acked)
            os.remove(filler)
            loop.until(lambda: publisher.all_acked, DEADLINE_S, "it goes on")
            loop.close()
            wait_until(lambda: hub.get("/readyz").status == 200, "it is ready again")


if __name__ == "__main__":
    unittest.main()
