"""The Kafka client before a real broker: what arrives, what an outage does, what is refused.

Each test drives the client by the program kafka_drive, and reads back with Kafka's own consumer.
"""
import collections
import json
import os
import pathlib
import re
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import client_drive  # noqa: E402
from broker import Broker  # noqa: E402

FIRST_TIME_MS = 1481062461448
FORGOTTEN = re.compile(r"(?i)sequence|unknown producer|producer.*epoch")


class Drive(client_drive.Drive):
    program = os.environ.get("LOGIO_KAFKA_DRIVE", "kafka_drive")


def number_of(record):
    """Of the text `n=NUMBER...`, whatever the format."""
    return int(record.value.split("n=", 1)[1].split(".", 1)[0].split('"', 1)[0])


def wrong_counts(records, wanted):
    """What is missing and what is there more than once; both empty when all is well."""
    numbers = collections.Counter(map(number_of, records))
    return {"missing": sorted(set(wanted) - set(numbers))[:20],
            "more than once": [n for n, times in numbers.items() if times > 1][:20],
            "not sent": sorted(set(numbers) - set(wanted))[:20]}


NOTHING_WRONG = {"missing": [], "more than once": [], "not sent": []}


class Arrivals(unittest.TestCase):
    """What a healthy broker has afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker()

    @classmethod
    def tearDownClass(cls):
        cls.broker.end()

    def assert_once_and_in_order(self, records, count):
        self.assertEqual(wrong_counts(records, range(1, count + 1)), NOTHING_WRONG)
        partitions = collections.defaultdict(set)
        last = {}
        for record in records:
            partitions[record.key].add(record.partition)
            # The consumer shows a partition's records in their order.
            self.assertGreater(number_of(record), last.get(record.key, 0))
            last[record.key] = number_of(record)
        self.assertEqual({key: len(where) for key, where in partitions.items()},
                         {f"a{i}": 1 for i in range(4)})

    def test_json(self):
        with Drive(self.broker.address, "json") as drive:
            calls = drive.send(25000)
        self.assertEqual(sum(call["delivered"] for call in calls), 25000)
        self.assertEqual([call["error"] for call in calls], [""] * len(calls))
        records = self.broker.read("json")
        self.assert_once_and_in_order(records, 25000)
        for record in records:
            n = number_of(record)
            value = json.loads(record.value)
            self.assertEqual(record.key, f"a{n % 4}")
            self.assertEqual(record.time, f"CreateTime:{FIRST_TIME_MS + n}")
            self.assertEqual(record.headers, {
                "app": record.key, "proc": "web", "host": "h1", "severity": "9",
                "time": value["time"]})
            self.assertEqual(value["cursor"], f"0123456789abcdef-{n}")
            self.assertEqual((value["app"], value["severity"]), (record.key, 9))

    def test_text_without_headers_by_the_hour(self):
        with Drive(self.broker.address, "logs-%Y.%m.%d-%H", format="text", headers="false",
                   compress="zstd") as drive:
            drive.send(1000)
        records = self.broker.read("logs-2016.12.06-22")
        self.assert_once_and_in_order(records, 1000)
        first = next(record for record in records if number_of(record) == 1)
        self.assertEqual(first.headers, {})
        self.assertEqual(first.value.rstrip("."),
                         "2016-12-06T22:14:21.449 a1[web] h1: n=1")


class Outages(unittest.TestCase):
    """What a broker that goes away costs: time, and neither a record nor a second copy of one."""

    RECORDS = 200000

    def begin_well(self, drive):
        """Sends in the background; returns when a fifth has arrived."""
        drive.begin(self.RECORDS, 100)
        delivered = 0
        while delivered < self.RECORDS // 5:
            delivered += drive.read_call()["delivered"]

    def read_failures(self, drive, count):
        """The first `count` calls in a row that fail; a slow machine may have some before."""
        failed = []
        while len(failed) < count:
            call = drive.read_call()
            failed = failed + [call] if call["error"] else []
        return failed

    def end_well(self, broker, drive, topic):
        calls = drive.rest()
        self.assertEqual(calls[-1]["pending"], 0)
        records = broker.read(topic)
        wrong = wrong_counts(records, range(1, self.RECORDS + 1))
        errors = sorted({call["error"] for call in calls})
        # A broker that has forgotten its producers says so; then what was in flight goes once more.
        if any(FORGOTTEN.search(error) for error in errors):
            wrong["more than once"] = []
        else:
            self.assert_order(records)
        self.assertEqual(wrong, NOTHING_WRONG, errors)

    def test_crash_in_the_middle(self):
        with Broker() as broker, Drive(broker.address, "crash", timeout_ms=3000) as drive:
            self.begin_well(drive)
            broker.kill()
            failed = self.read_failures(drive, 3)[-1]
            self.assertRegex(failed["error"], f"^{broker.address}: .*Connection refused")
            self.assertGreater(failed["pending"], 0)
            broker.start()
            self.end_well(broker, drive, "crash")

    def test_hang_in_the_middle(self):
        with Broker() as broker, Drive(broker.address, "hang", timeout_ms=2000) as drive:
            self.begin_well(drive)
            broker.signal(signal.SIGSTOP)
            failed = self.read_failures(drive, 3)[-1]
            self.assertLess(failed["ms"], 2000 + 5000)
            # While nothing answers, what is in flight is not sent again.
            self.assertEqual(failed["bytes"], 0)
            broker.signal(signal.SIGCONT)
            self.end_well(broker, drive, "hang")

    def assert_order(self, records):
        last = {}
        for record in records:
            self.assertGreater(number_of(record), last.get(record.key, 0))
            last[record.key] = number_of(record)


class Refusals(unittest.TestCase):
    """A broker that creates no topic by itself."""

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker({"auto.create.topics.enable": "false"})

    @classmethod
    def tearDownClass(cls):
        cls.broker.end()

    def test_too_large_for_the_topic(self):
        self.broker.create("small", max_message_bytes=1000)
        with Drive(self.broker.address, "small", compress="none") as drive:
            # All of them share a batch that is too large, though none of them is.
            calls = drive.send(300, 100)
            self.assertEqual([sum(call[what] for call in calls)
                              for what in ("delivered", "refused")], [300, 0])
            calls = drive.send(2, 5000) + drive.send(3, 100)
        self.assertEqual([sum(call[what] for call in calls) for what in ("delivered", "refused")],
                         [3, 2])
        self.assertRegex(calls[0]["why"], "topic 'small': MSG_SIZE_TOO_LARGE: .*too large")
        numbers = sorted(number_of(record) for record in self.broker.read("small"))
        self.assertEqual(numbers, [*range(1, 301), 303, 304, 305])

    def test_too_large_for_any_topic_refuses_only_itself(self):
        self.broker.create("usual")
        with Drive(self.broker.address, "usual", compress="none") as drive:
            drive.begin(3, 100)
            calls = drive.rest() + drive.send(1, 2000000) + drive.send(3, 100)
        self.assertEqual([sum(call[what] for call in calls) for what in ("delivered", "refused")],
                         [6, 1])
        self.assertEqual(len(self.broker.read("usual")), 6)

    def test_missing_topic_waits_until_it_is_there(self):
        with Drive(self.broker.address, "missing", timeout_ms=2000) as drive:
            calls = drive.send(10, 100, calls=5)
            self.assertEqual(calls[-1]["pending"], 10)
            self.assertRegex(calls[-1]["error"], "topic 'missing' does not exist: create it")
            self.broker.create("missing")
            calls = drive.send(1, 100)
            self.assertEqual(calls[-1]["pending"], 0)
        self.assertEqual(len(self.broker.read("missing")), 11)


if __name__ == "__main__":
    unittest.main()
