"""File sinks with `compress`: what is done with is compressed, over ends of every kind."""
import json
import os
import random
import subprocess
import unittest

from hub import DEADLINE_S, Failure, Hub, record, wait_until
from journal_test import Folder, journal, serve
from looking_in import Metrics
from sinks_test import file_sink, sink

TOOLS = {"gzip": (".gz", "gzip"), "zstd": (".zst", "zstd")}


def some_text(random_source, n, length):
    """Of the kind that logs are: it packs to about a third."""
    words = " ".join(f"word{random_source.randrange(1000):03}" for _ in range(length // 8))
    return f"{n} {words}"


def publish_numbers(hub, numbers, length, seed=1, time_text="2016-12-06T22:14:21.448Z"):
    source = random.Random(seed)
    with hub.publish("shop", "web", "h1") as publisher:
        for n in numbers:
            publisher.send(record(some_text(source, n, length), time_text))
        publisher.end_sending()
        publisher.read_to_end()


def unpacked(path):
    """The lines of a file, by the tool that users have."""
    for suffix, tool in TOOLS.values():
        if path.endswith(suffix):
            subprocess.run([tool, "-q", "-t", path], check=True)
            return subprocess.run([tool, "-q", "-dc", path], check=True,
                                  stdout=subprocess.PIPE).stdout.splitlines()
    with open(path, "rb") as file:
        return file.read().splitlines()


def delivered(folder):
    """The numbers of all records in a folder's files; none of them is half done."""
    found = []
    for name in os.listdir(folder):
        if not name.startswith("."):
            found += [int(json.loads(line)["text"].split(" ", 1)[0])
                      for line in unpacked(os.path.join(folder, name))]
    return sorted(found)


def plain(folder):
    """Files that are not compressed, and those that are being made."""
    return sorted(name for name in os.listdir(folder) if not name.endswith((".gz", ".zst")))


class Compressing(unittest.TestCase):
    def test_rotated_files_and_those_left_behind_are_compressed_and_only_those(self):
        for how, (suffix, _) in TOOLS.items():
            with self.subTest(how), Folder() as folder, Folder() as out:
                path = os.path.join(out.path, "%H.log")
                foreign = ["21.log", "22.log.7", "22.log.gz", "22.log.zst"]
                for name in foreign:
                    with open(os.path.join(out.path, name), "w", encoding="ascii") as file:
                        file.write("of another\n")
                with serve(folder, *file_sink(path, f"&rotate_bytes=64KiB&compress={how}")) as hub:
                    publish_numbers(hub, range(300), 1000)
                    publish_numbers(hub, range(300, 310), 1000,
                                    time_text="2016-12-06T23:14:21.448Z")
                    wait_until(lambda: sink(hub, "file")["sent_records"] == 310, "delivered")
                    wait_until(lambda: sink(hub, "file")["uncompressed_files"] == 0, "compressed")
                    done = sink(hub, "file")["compressed_files"]
                    self.assertGreaterEqual(done, 4)
                    self.assertEqual(sink(hub, "file")["compress_failures"], 0)
                    self.assertEqual(Metrics(hub)("logio_sink_compressed_files_total",
                                                  sink="file"), done)
                # The end closes the file of 22 h; that of 23 h is the newest and stays.
                self.assertEqual(plain(out.path), ["21.log", "22.log.7", "23.log"])
                for name in foreign:
                    with open(os.path.join(out.path, name), encoding="ascii") as file:
                        self.assertEqual(file.read(), "of another\n")
                    os.remove(os.path.join(out.path, name))
                self.assertIn("22.log.1" + suffix, os.listdir(out.path))
                self.assertEqual(delivered(out.path), list(range(310)))

    def test_without_a_data_directory_too(self):
        with Folder() as out:
            flags = file_sink(os.path.join(out.path, "l"), "&rotate_bytes=64KiB&compress=gzip")
            with Hub(*flags) as hub:
                publish_numbers(hub, range(200), 1000)
                wait_until(lambda: sink(hub, "file")["sent_records"] == 200, "delivered")
            self.assertEqual(plain(out.path), ["l"])
            self.assertEqual(delivered(out.path), list(range(200)))


class Trouble(unittest.TestCase):
    def test_a_kill_at_any_moment_loses_nothing_and_the_next_start_finishes(self):
        seed = random.randrange(1 << 32)
        print("seed", seed)
        source = random.Random(seed)
        records = 500
        with Folder() as folder, Folder() as out:
            path = os.path.join(out.path, "l")
            flags = file_sink(path, "&rotate_bytes=20MiB&compress=gzip")
            with serve(folder, *flags) as hub:  # so that it begins in front of the first record
                wait_until(lambda: sink(hub, "file")["state"] == "up", "it runs")
            hub = serve(folder, *flags)
            publish_numbers(hub, range(records), 100_000)
            wait_until(lambda: journal(hub)["durable_cursor"].endswith(f"-{records}"), "on disk")
            for round_number in range(6):
                if round_number != 0:
                    hub = serve(folder, *flags)
                # While it is at it; the first time as soon as it has begun.
                wait_until(lambda: any(n.endswith(".part") for n in os.listdir(out.path))
                           or sink(hub, "file")["lag_records"] == 0
                           and sink(hub, "file")["uncompressed_files"] == 0, "it compresses")
                pause = source.random() * (0 if round_number == 0 else 2)
                with self.assertRaises(Failure):  # it runs on
                    hub.wait(pause)
                hub.kill()
                found = delivered(out.path)
                self.assertEqual(sorted(set(found)), list(range(len(set(found)))))
            with serve(folder, *flags) as hub:
                wait_until(lambda: sink(hub, "file")["lag_records"] == 0
                           and plain(out.path) == ["l"], "it is finished", 3 * DEADLINE_S)
            self.assertEqual(sorted(set(delivered(out.path))), list(range(records)))
            self.assertGreaterEqual(len(os.listdir(out.path)), 3)
            state = os.listdir(os.path.join(folder.path, "sinks", "file"))
            self.assertNotIn("compressing", state)

    def test_a_full_disk_keeps_the_plain_file_and_delivery_goes_on(self):
        with Folder() as folder, Folder(size=9) as out:
            path = os.path.join(out.path, "l")
            with serve(folder, *file_sink(path, "&rotate_bytes=2MiB&compress=zstd")) as hub:
                with open(os.path.join(out.path, ".ballast"), "wb") as ballast:
                    ballast.write(bytes(3 << 20))
                publish_numbers(hub, range(55), 100_000)
                wait_until(lambda: sink(hub, "file")["sent_records"] == 55, "delivered")
                hub.wait_log("cannot compress")
                wait_until(lambda: sink(hub, "file")["compress_failures"] >= 3, "tried again")
                self.assertEqual(hub.read_log().count("cannot compress"), 1)
                self.assertEqual(sink(hub, "file")["state"], "up")
                self.assertGreaterEqual(Metrics(hub)("logio_sink_compress_failures_total",
                                                     sink="file"), 3)
                out.resize(100)
                wait_until(lambda: sink(hub, "file")["uncompressed_files"] == 0, "compressed",
                           3 * DEADLINE_S)
                hub.wait_log("compresses its files again")
                self.assertEqual(plain(out.path), [".ballast", "l"])
            self.assertEqual(delivered(out.path), list(range(55)))


if __name__ == "__main__":
    unittest.main()
