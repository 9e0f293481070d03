"""The GELF sink before a server made of Graylog's own Go library."""
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import unittest

from peers import Daemon, Deliverer, find_program, free_port, wait_until

SOURCES = pathlib.Path(__file__).resolve().parent / "gelf_receiver"
TIME = "2016-12-06T22:14:21.448123Z"
TOPIC = {"app": "shop", "proc": "web.1", "host": "h-1"}


def noise(bytes_count):
    """Does not compress much."""
    return "".join(random.Random(bytes_count).choices("abcdefghijklmnopqrstuvwxyz0123456789",
                                                      k=bytes_count))


RECORDS = [
    {"raw": "plain", "severity": 17,
     "fields": {"user": 7, "ratio": 1.5, "id": "x", "a b": "é", "deep": {"k": [1, None]}}},
    {"raw": "first\nsecond", "severity": 9},
    {"raw": "", "severity": 1},
    {"raw": noise(60_000), "severity": 21},
    {"raw": "näïve € 😀"},
]


def expected(record):
    raw = record["raw"]
    level = {17: 3, 9: 6, 1: 7, 21: 2}.get(record.get("severity"), 6)
    row = {"version": "1.1", "host": "h-1", "short_message": raw.split("\n")[0] or "-",
           "timestamp": 1481062461.448, "level": level, "_app": "shop", "_proc": "web.1"}
    if "\n" in raw:
        row["full_message"] = raw
    if "fields" in record:
        row.update({"_user": 7, "_ratio": 1.5, "__id": "x", "_a_b": "é",
                    "_deep": '{"k":[1,null]}'})
    return row


class GoGelf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory(prefix="logio-gelf-")
        cls.addClassCleanup(cls.built.cleanup)
        cls.program = f"{cls.built.name}/gelf_receiver"
        go = find_program("go", "/usr/lib/go/bin/go", "/usr/local/go/bin/go")
        subprocess.run(
            [go, "build", "-o", cls.program, "main.go"], cwd=SOURCES, check=True, timeout=300,
            env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                 "GOFLAGS": "", "GOCACHE": f"{cls.built.name}/cache"})

    def setUp(self):
        self.daemon = Daemon("gelf")
        self.addCleanup(self.daemon.end)
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port()
        self.start()

    def start(self):
        self.daemon.start([self.program, str(self.daemon.folder / "rows"),
                           f"127.0.0.1:{self.udp}", f"127.0.0.1:{self.tcp}"], self.tcp)

    def test_its_decoder_finds_every_value(self):
        ways = [("tcp", self.tcp, {}), *(("udp", self.udp, {"compress": how})
                                         for how in ("none", "gzip", "zlib"))]
        got = 0
        for over, port, options in ways:
            with self.subTest(over=over, **options):
                with Deliverer("gelf", over, port, TOPIC, **options) as to:
                    for record in RECORDS:
                        fates, answers = to.deliver({"time": TIME, **record})
                        self.assertEqual(fates, "d", answers)
                        got += 1
                        # One after the other: the library reads one set of chunks at a time.
                        row = self.daemon.await_rows(got)[-1]
                        self.assertEqual(row, expected(record))

    def test_what_128_chunks_cannot_hold_is_refused(self):
        with Deliverer("gelf", "udp", self.udp, TOPIC) as to:
            fates, answers = to.deliver({"time": TIME, "raw": noise(200_000)})
            self.assertEqual(fates, "r")
            self.assertIn("GELF over UDP has at most 128: use gelf+tcp",
                          answers[0]["refusals"][0])
            self.assertEqual(to.deliver({"time": TIME, "raw": "small"})[0], "d")
            self.assertEqual(self.daemon.await_rows(1)[0]["short_message"], "small")

    def test_a_peer_that_hangs_or_dies_costs_nothing(self):
        batch = [{"time": TIME, "raw": f"{i} {noise(900)}"} for i in range(50)]
        with Deliverer("gelf", "tcp", self.tcp, TOPIC, timeout_ms=300) as to:
            self.assertEqual(to.deliver(batch[0])[0], "d")
            self.daemon.signal(signal.SIGSTOP)
            sent, pending = 1, []
            while not pending and sent < 200_000:
                fates, answers = to.deliver(*batch)
                sent += fates.count("d")
                pending = [batch[i] for i, fate in enumerate(fates) if fate != "d"]
            self.assertTrue(pending, "a stopped peer took everything")
            self.assertIn(f"127.0.0.1:{self.tcp}: ", answers[-1]["error"])
            self.daemon.signal(signal.SIGCONT)
            wait_until(lambda: not self.try_again(to, pending), "it takes the rest")
            self.daemon.await_rows(sent + 1)
            self.daemon.kill()
            self.assertEqual(to.deliver(batch[0])[0], "p")
            self.start()
            self.assertEqual(to.deliver(batch[0])[0], "d")
            self.daemon.await_rows(1)

    @staticmethod
    def try_again(to, pending):
        fates, _ = to.deliver(*pending)
        pending[:] = [record for record, fate in zip(pending, fates) if fate != "d"]
        return pending

    def test_nobody_listens_is_told(self):
        port = free_port(socket.SOCK_DGRAM)
        with Deliverer("gelf", "udp", port, TOPIC) as to:
            fates, answers = to.deliver({"time": TIME, "raw": "lost"},
                                        {"time": TIME, "raw": "too"})
            self.assertEqual(fates, "pp")
            self.assertIn(f"127.0.0.1:{port}: nobody listens there", answers[0]["error"])


if __name__ == "__main__":
    unittest.main()
