"""One hub forwards to another: the client of logio: sinks before the shipped binary.

logio_drive stands for the forwarding hub: it offers records with positions as a sink's runner does.
What the other hub then has in its journal is compared record by record.
"""
import collections
import json
import os
import random
import signal
import subprocess
import tempfile
import unittest

from hub import DEADLINE_S, Hub, run, wait_until
from looking_in import page, topics

DRIVE = os.environ["LOGIO_DRIVE"]
EPOCH = 0x00C0FFEE00C0FFEE
SEED = int(os.environ.get("LOGIO_SEED", random.SystemRandom().randrange(1 << 32)))


class Drive:
    """A forwarding hub's sink."""

    def __init__(self, port, timeout_ms=2000, epoch=EPOCH):
        self.process = subprocess.Popen([DRIVE, str(port), str(epoch), str(timeout_ms)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def begin(self, first, count):
        self.process.stdin.write(f"send {first} {count}\n".encode())
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        out = json.loads(self.process.stdout.read())
        if self.process.wait(DEADLINE_S) != 0:
            raise AssertionError("logio_drive failed")
        return out

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Forwarding(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.chance = random.Random(SEED)

    def start(self, port=0):
        hub = Hub(f"--publish-listen=127.0.0.1:{port}", "--data-dir", self.folder.name,
                  "--disk-free-min", "0", "--fsync", "never")
        self.addCleanup(hub.kill)
        return hub

    @staticmethod
    def received(hub):
        """Records in this run of the hub."""
        return sum(t["records"] for t in topics(hub))

    def wait_received(self, hub, count):
        wait_until(lambda: self.received(hub) >= count, f"{count} records in the hub")

    def check_whole(self, positions):
        """Each once and whole; in order within a topic."""
        out = run("view", self.folder.name, "-o", "ndjson")
        self.assertEqual(out.returncode, 0, out.stderr)
        orders = collections.defaultdict(list)
        for line in out.stdout.splitlines():
            record = json.loads(line)
            n = record["fields"]["n"]
            self.assertEqual(record["text"], f"n={n}\n\ufffd")
            self.assertEqual(record["severity"], n % 24 + 1)
            self.assertEqual((record["app"], record["proc"], record["host"]),
                             (f"a{n % 8}", "web", "h1"))
            self.assertTrue(record["time"].endswith(f".{448_123_456 + n}Z"), record["time"])
            orders[record["app"]].append(n)
        for order in orders.values():
            self.assertEqual(order, sorted(set(order)), f"seed {SEED}")
        self.assertEqual(sorted(sum(orders.values(), [])), list(positions), f"seed {SEED}")

    def test_hub_is_killed_in_the_middle(self):
        count = 30_000
        hub = self.start()
        with Drive(hub.publish_port) as drive:
            drive.begin(1, count)
            for _ in range(3):
                self.wait_received(hub, self.chance.randrange(1000, 6000))
                hub.kill()
                hub = self.start(hub.publish_port)
            told = drive.end()
        self.assertEqual((told["delivered"], told["refused"]), (count, 0))
        self.assertGreater(told["failed"], 0)
        self.assertEqual(hub.stop(), 0)
        self.check_whole(range(1, count + 1))

    def test_hub_is_stopped_and_continued(self):
        count = 20_000
        hub = self.start()
        with Drive(hub.publish_port, timeout_ms=300) as drive:
            drive.begin(1, count)
            for _ in range(3):
                self.wait_received(hub, self.received(hub) + 1000)
                hub.signal(signal.SIGSTOP)
                # Longer than the sink's timeout: it gives the connections up and makes new ones.
                with self.assertRaises(subprocess.TimeoutExpired):
                    hub.process.wait(1)
                hub.signal(signal.SIGCONT)
            told = drive.end()
        self.assertEqual((told["delivered"], told["refused"]), (count, 0))
        self.assertGreater(told["failed"], 0)
        self.assertEqual(hub.stop(), 0)
        self.check_whole(range(1, count + 1))

    def test_forwarding_hub_is_killed_and_goes_on_from_an_older_place(self):
        count = 30_000
        hub = self.start()
        with Drive(hub.publish_port) as drive:
            drive.begin(1, count)
            self.wait_received(hub, 5000)
            drive.kill()
        hub.kill()
        hub = self.start(hub.publish_port)
        with Drive(hub.publish_port) as drive:
            drive.begin(1, count)
            self.assertEqual(drive.end()["delivered"], count)
        self.assertEqual(hub.stop(), 0)
        self.check_whole(range(1, count + 1))

    def test_bytes_arrive_as_they_were(self):
        hub = self.start()
        with Drive(hub.publish_port) as drive:
            drive.begin(1, 8)
            self.assertEqual(drive.end()["delivered"], 8)
        with hub.subscribe("tail=8&follow=false&format=raw") as stream:
            self.assertEqual(sorted(stream.read_body_to_end().split(b"\xff\n")),
                             [b""] + [b"n=%d\n" % n for n in range(1, 9)])

    def test_a_hub_is_not_forwarded_to_itself(self):
        hub = self.start()
        own = int(page(hub, "/v1/status")["epoch"], 16)
        with Drive(hub.publish_port, timeout_ms=500, epoch=own - 1) as drive:
            drive.begin(1, 10)
            with self.assertRaises(subprocess.TimeoutExpired):
                drive.process.wait(1)
        self.assertEqual(self.received(hub), 0)
        self.assertEqual(hub.stop(), 0)


if __name__ == "__main__":
    unittest.main()
