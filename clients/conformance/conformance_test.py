"""The suite is tested with a client that does it right, and with one fault after the other.

python3 -B -m unittest conformance_test
"""
import contextlib
import io
import pathlib
import sys
import unittest

import conformance
import scene
import vectors
import waiting
from waiting import Failure

DRIVER = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("reference_driver.py"))]
# What the reference client does not do: several hubs, original ones, bad URLs, LOGIO_DEBUG.
BEYOND = ("url", "original", "hubs", "failover", "debug")

# What it does wrong -> a scenario or vector that must see it.
FAULTS = {
    "all in flight": "half of the buffer may be in flight",
    "begins one later": "cut after some were acknowledged",
    "closes at once": "the end of the input is a close",
    "counts refusals twice": "a refused record is counted and the rest goes on",
    "drops the newest": "overflow while away is told in its place",
    "escapes html": "vector: html",
    "flushes without a look": "flush is false at its deadline",
    "forgets its name": "cut after some were acknowledged",
    "forgets one too many": "what is not acknowledged at close's deadline is unconfirmed",
    "is silent about losses": "overflow while away is told in its place",
    "keeps endless answers": "an answer without an end",
    "keeps line ends": "vector: line end",
    "microseconds": "vector: plain",
    "miscounts": "happy path",
    "never half-closes": "close half-closes behind the last record and waits for what is "
                         "acknowledged",
    "overlooks refusals": "a refused record is counted and the rest goes on",
    "resends nothing": "cut within a record",
    "swaps two": "happy path",
    "talks": "happy path",
    "unbounded": "memory stays bounded while the hub is away",
    "waits for the hub": "a stalled hub keeps nobody waiting",
    "asks again after the end": "subscribe: with until the end is the end",
    "asks again for the impossible":
        "subscribe: a wrong pattern is an error at once, in the hub's words",
    "asks for the tail again": "subscribe: cut within a line, and on from the last whole record",
    "forgets its cursor": "subscribe: reset, and a stream that ends by the hub's will, are cuts, "
                          "too",
    "half-closes before the greeting": "a hub that is killed before it greets has got nothing",
    "hides losses": "subscribe: the three notices of loss, in their places",
    "ignores the header":
        "subscribe: cut before the first record, and on from the answer's cursor",
    "takes a cut for the end": "subscribe: with until a cut is no end",
    "takes any end for an original hub's": "a hub that is killed before it greets has got nothing",
    "takes half lines": "subscribe: cut within a line, and on from the last whole record",
    "takes losses for records": "subscribe: the three notices of loss, in their places",
}


def outcome(suite, name):
    """What is wrong with one; None: nothing."""
    if name.startswith("vector: "):
        return dict(suite.run_vectors({name}))[name]
    try:
        suite.run_scenario(name)
    except scene.Skipped:
        pass
    except Failure as error:
        return str(error)
    return None


class Reference(unittest.TestCase):
    def test_a_client_that_does_it_right_passes(self):
        suite = conformance.Suite(DRIVER, seed=1)
        names = [name for name in suite.names() if not any(word in name for word in BEYOND)]
        self.assertGreater(len(names), 170)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            count = conformance.run(suite, names)
        self.assertEqual(0, count["failed"], said.getvalue())
        self.assertEqual(len(names), count["ok"] + count["skipped"])


class Faults(unittest.TestCase):
    def test_each_is_seen(self):
        # What does not come must be waited for; not for as long as on a slow machine.
        usual, waiting.DEADLINE_S = waiting.DEADLINE_S, 3
        self.addCleanup(setattr, waiting, "DEADLINE_S", usual)
        for fault, name in FAULTS.items():
            with self.subTest(fault):
                suite = conformance.Suite([*DRIVER, "--fault", fault], seed=1)
                self.assertIsNotNone(outcome(suite, name), f"{name} does not see it")


class Vectors(unittest.TestCase):
    def test_a_record_costs_at_most_80_bytes_beside_its_text_and_fields(self):
        """What every client writes: their bytes are the table's."""
        seen = []
        for vector in conformance.load("vectors.json")["vectors"]:
            text, line = (vectors.bytes_of(run) for run in (vector["log"]["text"], vector["wire"]))
            head, mark, fields = line.partition(vectors.FIELDS)
            if text in head:  # else it is escaped
                payload = len(text) + len(fields.removesuffix(b"}\n"))
                self.assertLessEqual(len(line) - payload, 80, vector["name"])
                seen.append((bool(mark), "severity" in vector["log"]))
        self.assertEqual(set(seen), {(f, s) for f in (False, True) for s in (False, True)})


class Command(unittest.TestCase):
    def run_main(self, *words):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = conformance.main([*words])
        return code, said.getvalue()

    def test_its_exit_code_says_whether_all_passed(self):
        only = ["--only", "happy path"]
        self.assertEqual(0, self.run_main(*only, "--", *DRIVER)[0])
        code, said = self.run_main(*only, "--", *DRIVER, "--fault", "miscounts")
        self.assertEqual(1, code)
        self.assertIn("the counts do not add up", said)
        self.assertIn("0 ok, 1 failed, 0 skipped", said)

    def test_a_name_that_does_not_exist_is_told(self):
        code, said = self.run_main("--only", "no such thing", "--", *DRIVER)
        self.assertEqual(64, code)
        self.assertIn("no such thing", said)

    def test_a_client_that_cannot_subscribe_says_why(self):
        code, said = self.run_main("--only", "subscribe: a hub that is away",
                                   "--only", "happy path", "--skip-subscribe", "not yet",
                                   "--", *DRIVER)
        self.assertEqual(0, code)
        self.assertIn("skipped subscribe: a hub that is away: not yet", said)


if __name__ == "__main__":
    unittest.main()
