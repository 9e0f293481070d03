"""The Elasticsearch client before a real node: what arrives, what an outage does, what is refused.

Each test drives the client by the program search_drive, and reads back by the node's own search.
"""
import signal
import unittest

from drive import NOTHING_WRONG, Drive, sums, wrong_ids
from node import DEADLINE_S, Node

NUMBER_7, TEXT_X = "81a16e07", "81a16ea178"  # {"n":7} and {"n":"x"} as MessagePack


class Arrivals(unittest.TestCase):
    """What a healthy node has afterwards."""

    NODE = Node

    @classmethod
    def setUpClass(cls):
        cls.node = cls.NODE()

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
