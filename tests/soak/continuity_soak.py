"""A thousand joins, cuts and resumptions in each format: tests/e2e/continuity_test.py, for longer.

$LOGIO_CONTINUITY_JOINS (1000) is how many, $LOGIO_CONTINUITY_SEED repeats a run's decisions.
"""
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from continuity_crowd import run  # noqa: E402

JOINS = int(os.environ.get("LOGIO_CONTINUITY_JOINS", "1000"))
SEED = os.environ.get("LOGIO_CONTINUITY_SEED") or str(time.time_ns())


class Crowds(unittest.TestCase):
    def test_every_record_once_or_announced(self):
        for form in ("ndjson", "sse", "text", "raw"):
            with self.subTest(form):
                began = time.monotonic()
                counts = run(form, JOINS, SEED, 60 + JOINS * 0.2, every_kind=True)
                print(f"{form}, LOGIO_CONTINUITY_SEED={SEED}, {time.monotonic() - began:.0f} s: "
                      f"{counts}", flush=True)
                self.assertGreaterEqual(counts["joins"], JOINS)
                for key, count in counts["on_the_wire"].items():
                    self.assertGreater(count, 0, key)


if __name__ == "__main__":
    unittest.main()
