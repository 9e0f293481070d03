"""The Elasticsearch client before a real OpenSearch node: what arrives, what an outage does, what
is refused.

Each test drives the client by the program search_drive, and reads back by the node's own search.
"""
import json
import os
import select
import signal
import subprocess
import tempfile
import time
import unittest

from node import DEADLINE_S, Failure, Node

PROGRAM = os.environ.get("LOGIO_SEARCH_DRIVE", "search_drive")
EPOCH = "0123456789abcdef"
NUMBER_7, TEXT_X = "81a16e07", "81a16ea178"  # {"n":7} and {"n":"x"} as MessagePack


class Drive:
    """search_drive as a process: send() gives its calls of deliver() as dictionaries."""

    def __init__(self, nodes, index, **options):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [PROGRAM, nodes, index, *(f"{k}={v}" for k, v in options.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(DEADLINE_S)
                raise
        self.process.stdout.close()
        self.log.close()

    def tell(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def begin(self, count, bytes_=100, calls=1000):
        self.tell(f"send {count} {bytes_} {calls}")

    def read_call(self):
        """The next call of deliver(); nothing when the command is done."""
        end = time.monotonic() + DEADLINE_S
        while b"\n" not in self.unread:
            left = max(0, end - time.monotonic())
            ready = select.select([self.process.stdout], [], [], left)[0]
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not more:
                self.log.seek(0)
                raise Failure(f"search_drive said nothing more:\n{self.log.read().decode()}")
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        return None if line == b"done" else json.loads(line)

    def rest(self):
        return list(iter(self.read_call, None))

    def send(self, count, bytes_=100, calls=1000):
        self.begin(count, bytes_, calls)
        return self.rest()

    def set_fields(self, hex_):
        self.tell(f"field {hex_}")
        return self.rest()


def sums(calls):
    return [sum(call[what] for call in calls) for what in ("delivered", "refused")]


def wrong_ids(documents, count):
    """What is missing and what is there though it was not sent; both empty when all is well."""
    wanted = {f"{EPOCH}-{n}" for n in range(1, count + 1)}
    return {"missing": sorted(wanted - set(documents))[:20],
            "not sent": sorted(set(documents) - wanted)[:20]}


NOTHING_WRONG = {"missing": [], "not sent": []}


class Arrivals(unittest.TestCase):
    """What a healthy node has afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.node = Node()

    @classmethod
    def tearDownClass(cls):
        cls.node.end()

    def test_every_record_once_with_its_values(self):
        with Drive(self.node.address, "plain-%Y.%m.%d",
                   timeout_ms=int(DEADLINE_S * 1000)) as drive:
            drive.set_fields(NUMBER_7)
            calls = drive.send(25000)
        self.assertEqual(sums(calls), [25000, 0])
        self.assertEqual([call["error"] for call in calls], [""] * len(calls))
        # 25,000 texts of 100 bytes and their names are 8 MB of lines: they went compressed.
        self.assertLess(sum(call["bytes"] for call in calls), 25000 * 100)
        documents = self.node.documents("plain-2016.12.06")
        self.assertEqual(wrong_ids(documents, 25000), NOTHING_WRONG)
        for identity, source in documents.items():
            n = int(identity.partition("-")[2])
            ms = 21448 + n
            self.assertEqual(source, {
                "@timestamp": f"2016-12-06T22:{14 + ms // 60000:02}:{ms // 1000 % 60:02}."
                              f"{ms % 1000:03}123456Z",
                "service": {"name": f"a{n % 4}"}, "process": {"name": "web"},
                "host": {"name": "h1"}, "log": {"level": "info"}, "event": {"sequence": n},
                "message": f"n={n}".ljust(100, "."), "fields": {"n": 7}})

    def test_uncompressed_in_small_requests(self):
        with Drive(self.node.address, "small", compress="none", batch_bytes=100000) as drive:
            calls = drive.send(2000)
        self.assertEqual(sums(calls), [2000, 0])
        self.assertGreater(sum(call["bytes"] for call in calls), 2000 * 200)
        self.assertEqual(wrong_ids(self.node.documents("small"), 2000), NOTHING_WRONG)

    def test_template(self):
        for _ in range(2):  # missing, then there
            with Drive(self.node.address, "shop-%Y.%m", install_template="true") as drive:
                drive.set_fields("81a16eaa323032302d30312d3031")  # a text that looks like a date
                self.assertEqual(drive.send(10)[-1]["pending"], 0)
        names = [one["name"] for one in self.node.ask("GET", "/_index_template")["index_templates"]]
        self.assertIn("logio-shop-yyyy.mm", names)
        mappings = self.node.ask("GET", "/shop-2016.12/_mapping")["shop-2016.12"]["mappings"]
        kinds = mappings["properties"]
        self.assertEqual(kinds["@timestamp"]["type"], "date_nanos")
        self.assertEqual(kinds["message"]["type"], "text")
        self.assertEqual(kinds["service"]["properties"]["name"]["type"], "keyword")
        self.assertEqual(kinds["fields"]["properties"]["n"],
                         {"type": "keyword", "ignore_above": 1024})

    def test_data_stream(self):
        with Drive(self.node.address, "stream", install_template="true",
                   data_stream="true") as drive:
            calls = drive.send(500)
        self.assertEqual(sums(calls), [500, 0])
        self.assertEqual(wrong_ids(self.node.documents("stream"), 500), NOTHING_WRONG)
        streams = self.node.ask("GET", "/_data_stream/stream")["data_streams"]
        self.assertEqual([one["name"] for one in streams], ["stream"])

    def test_mapping_conflict_refuses_only_its_record(self):
        with Drive(self.node.address, "conflict") as drive:
            drive.set_fields(NUMBER_7)
            calls = drive.send(5)
            drive.set_fields(TEXT_X)
            calls += drive.send(1)
            drive.set_fields(NUMBER_7)
            calls += drive.send(5)
        self.assertEqual(sums(calls), [10, 1])
        why = next(call["why"] for call in calls if call["refused"])
        self.assertRegex(why, r"^400 mapper_parsing_exception: failed to parse field \[fields\.n\] "
                              r"of type \[long\].*number_format_exception|For input string: \"x\"")
        self.assertEqual(sorted(int(one.partition("-")[2])
                                for one in self.node.documents("conflict")),
                         [1, 2, 3, 4, 5, 7, 8, 9, 10, 11])

    def test_index_that_is_blocked_waits(self):
        with Drive(self.node.address, "blocked") as drive:
            self.assertEqual(drive.send(10)[-1]["pending"], 0)
            self.node.ask("PUT", "/blocked/_settings",
                          {"index.blocks.read_only_allow_delete": True})
            calls = drive.send(10, calls=2)
            self.assertEqual(calls[-1]["pending"], 10)
            self.assertRegex(calls[-1]["error"], "429 cluster_block_exception: .*blocked")
            self.node.ask("PUT", "/blocked/_settings",
                          {"index.blocks.read_only_allow_delete": None})
            self.assertEqual(drive.send(10)[-1]["pending"], 0)
        self.assertEqual(wrong_ids(self.node.documents("blocked"), 30), NOTHING_WRONG)


class Outages(unittest.TestCase):
    """What a node that goes away costs: time, and neither a record nor a second copy of one."""

    def test_crash_in_the_middle(self):
        with Node() as node, Drive(node.address, "crash", timeout_ms=5000) as drive:
            drive.begin(60000, 100, 5000)
            while drive.read_call()["delivered"] == 0:  # the first index may take its time
                pass
            node.kill()
            while not (call := drive.read_call())["error"]:
                pass
            self.assertIn(node.address, call["error"])
            self.assertGreater(call["pending"], 0)
            node.start()
            calls = drive.rest()
            self.assertEqual(calls[-1]["pending"], 0)
            self.assertEqual(sum(call["refused"] for call in calls), 0)
            self.assertEqual(wrong_ids(node.documents("crash"), 60000), NOTHING_WRONG)

    def test_hang_in_the_middle(self):
        with Node() as node, Drive(node.address, "hang", timeout_ms=5000) as drive:
            drive.begin(60000, 100, 5000)
            while drive.read_call()["delivered"] == 0:  # the first index may take its time
                pass
            node.signal(signal.SIGSTOP)
            while not (call := drive.read_call())["error"]:
                pass
            self.assertLess(call["ms"], 15000)
            self.assertIn("timed out: the peer does not answer", call["error"])
            node.signal(signal.SIGCONT)
            calls = drive.rest()
            self.assertEqual(calls[-1]["pending"], 0)
            self.assertEqual(sum(call["refused"] for call in calls), 0)
            self.assertEqual(wrong_ids(node.documents("hang"), 60000), NOTHING_WRONG)


class Limits(unittest.TestCase):
    """A node that takes little."""

    def test_large_requests_are_made_smaller(self):
        with Node(http__max_content_length="1mb") as node, \
                Drive(node.address, "limits", compress="none") as drive:
            calls = drive.send(10000) + drive.send(1, 3000000) + drive.send(10)
            self.assertEqual(sums(calls), [10010, 1])
            self.assertRegex(next(call["why"] for call in calls if call["refused"]),
                             "413.*raise http.max_content_length")
            documents = node.documents("limits")
        self.assertEqual(len(documents), 10010)


if __name__ == "__main__":
    unittest.main()
