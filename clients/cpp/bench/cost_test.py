"""The bench of a log call runs, and no call waits for the hub.

What is judged here is only that a call costs a few times what stdio does and not a round trip: the
machine may be busy. The figure itself is for a quiet machine: run the program by hand.
"""
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest

from hub import DEADLINE_S, Hub

PROGRAM = os.environ["LOGIO_ADD_COST"]
TIMES_STDIO_MAX = 4


class Cost(unittest.TestCase):
    def test_a_call_costs_about_what_stdio_does_with_a_hub_and_without(self):
        with tempfile.TemporaryDirectory(prefix="logio-test-") as folder, Hub() as hub, \
                socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # nobody listens there
            urls = [f"logio://127.0.0.1:{port}?app=shop"
                    for port in (hub.publish_port, taken.getsockname()[1])]
            ended = subprocess.run([PROGRAM, *urls, pathlib.Path(folder) / "lines", "20000", "9"],
                                   stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True)
        out = ended.stdout.decode()
        times = {name.strip(): float(ratio) for name, ratio in
                 re.findall(r"^(.{14}) +[\d.]+ ns .* ([\d.]+)$", out, re.M)}
        self.assertEqual(set(times), {"stdio", "spdlog", "add, hub up", "add, hub away"}, out)
        self.assertLess(times["add, hub up"], TIMES_STDIO_MAX, out)
        self.assertLess(times["add, hub away"], TIMES_STDIO_MAX, out)
        self.assertIn("of 180000 lines to the hub 180000 were acknowledged, 0 dropped", out)


if __name__ == "__main__":
    unittest.main()
