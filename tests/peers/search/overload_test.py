"""A real OpenSearch node that has too much to do and says 429: for a request, for some records."""
import re
import unittest

from drive import NOTHING_WRONG, Drive, sums, wrong_ids
from node import Node

TOO_MUCH = re.compile(r"^127\.0\.0\.1:\d+: (HTTP status )?429:? rejected_execution_exception: ")


def other_errors(calls):
    """The errors that are not the node's 429."""
    return [call["error"] for call in calls if call["error"] and not TOO_MUCH.match(call["error"])]


class Pressure(unittest.TestCase):
    """The node bounds the bytes of all requests that it works on: 6,000 records of 100 bytes are
    2.9 MB for it, so it takes one such request at a time."""

    @classmethod
    def setUpClass(cls):
        cls.node = Node(indexing_pressure__memory__limit="3mb")

    @classmethod
    def tearDownClass(cls):
        cls.node.end()

    def rejections(self):
        stats = self.node.ask("GET", "/_nodes/stats/indexing_pressure")["nodes"].popitem()[1]
        return stats["indexing_pressure"]["memory"]["total"]["coordinating_rejections"]

    def test_too_many_requests_at_once_wait(self):
        before = self.rejections()
        drives = [self.enterContext(Drive(self.node.address, f"crowd{i}")) for i in range(3)]
        for drive in drives:
            drive.begin(6000)
        calls = [drive.rest() for drive in drives]
        self.assertGreater(self.rejections(), before)
        self.assertTrue(any("HTTP status 429" in call["error"] for call in sum(calls, [])))
        for i, of_drive in enumerate(calls):
            self.assertEqual((sums(of_drive), other_errors(of_drive)), ([6000, 0], []))
            self.assertEqual(wrong_ids(self.node.documents(f"crowd{i}"), 6000), NOTHING_WRONG)

    def test_smaller_batches_are_the_remedy_of_one_that_is_too_large(self):
        before = self.rejections()
        with Drive(self.node.address, "small", batch_bytes=500000) as drive:
            calls = drive.send(10000)
        self.assertEqual([call["error"] for call in calls], [""] * len(calls))
        self.assertEqual(self.rejections(), before)
        self.assertEqual(wrong_ids(self.node.documents("small"), 10000), NOTHING_WRONG)

    def test_one_request_that_is_too_large_is_made_smaller(self):
        with Drive(self.node.address, "large") as drive:
            calls = drive.send(10000, calls=20)
        self.assertEqual((sums(calls), other_errors(calls)), ([10000, 0], []))
        self.assertEqual(wrong_ids(self.node.documents("large"), 10000), NOTHING_WRONG)


class Queue(unittest.TestCase):
    """The node's queue of writes to shards is full: some records of a request are taken."""

    def test_only_the_rest_is_sent_again(self):
        with Node(thread_pool__write__size="1", thread_pool__write__queue_size="1") as node:
            node.ask("PUT", "/queue", {"settings": {"number_of_shards": 16,
                                                    "number_of_replicas": 0}})
            with Drive(node.address, "queue") as drive:
                calls = drive.send(10000)
            self.assertEqual((sums(calls), other_errors(calls)), ([10000, 0], []))
            self.assertRegex(calls[0]["error"], TOO_MUCH)
            self.assertIn("queue capacity = 1", calls[0]["error"])
            self.assertGreater(calls[0]["delivered"], 0)
            self.assertGreater(calls[0]["pending"], 0)
            pool = node.ask("GET", "/_nodes/stats/thread_pool")["nodes"].popitem()[1]["thread_pool"]
            self.assertGreater(pool["write"]["rejected"], 0)
            # One that comes a second time would be counted as failed, by its version.
            told = node.ask("GET", "/queue/_stats/indexing")["_all"]["primaries"]["indexing"]
            self.assertEqual((told["index_total"], told["index_failed"]), (10000, 0))
            self.assertEqual(wrong_ids(node.documents("queue"), 10000), NOTHING_WRONG)


if __name__ == "__main__":
    unittest.main()
