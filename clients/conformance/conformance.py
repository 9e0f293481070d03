#!/usr/bin/env python3
"""Drives a client through all that its hub may do to it.

usage: conformance.py [--only NAME]... [--skip-subscribe REASON] [--seed N] [--list]
                      -- DRIVER [ARGUMENT]...

DRIVER is a client's program as README.md describes it. Each scenario and the vectors are one line
of the output; the exit code is 0 only if all of them passed. --only takes a part of a name.
"""
import argparse
import json
import pathlib
import random
import sys

import scene
import vectors
from waiting import Failure

FOLDER = pathlib.Path(__file__).resolve().parent


def load(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def url_scenarios(table):
    """An unusable URL: one line on stderr that says so, and an application that works on."""
    for row in table:
        line = {"lines": 1, "begins": "logio: LOGIO_URL: ", "ends": "; nothing is published",
                "each": {"has": row["has"], "lacks": row.get("lacks", ["\t"])}}
        yield {"name": f"unusable url: {row['name']}", "url": row["url"], "steps": [
            {"log": {"count": 2}}, {"tell": {"do": "flush", "ms": 200}},
            {"answer": {}}, {"close": 1000},
            {"closed": {"acknowledged": 0, "unconfirmed": 0}}, {"says": line}]}


def load_scenarios():
    """name -> scenario, in their order."""
    loaded = load("scenarios.json")
    listed = [*loaded["scenarios"], *url_scenarios(loaded["unusable_urls"])]
    by_name = {each["name"]: each for each in listed}
    if len(by_name) != len(listed):
        raise ValueError("scenarios.json has a name twice")
    for each in listed:
        unknown = [word for step in each["steps"] for word in step if word not in scene.STEPS]
        if unknown or any(len(step) != 1 for step in each["steps"]):
            raise ValueError(f"scenarios.json: {each['name']}: unknown steps {unknown}")
    return by_name


class Suite:
    """All that can be asked of one client; also used by its own tests, one name at a time."""

    def __init__(self, command, skip_subscribe=None, seed=None):
        self.command = command
        self.skip_subscribe = skip_subscribe
        self.seed = random.randrange(1 << 32) if seed is None else seed
        self.scenarios = load_scenarios()
        self.vectors = load("vectors.json")["vectors"]

    def names(self):
        return [*self.scenarios, *(f"vector: {each['name']}" for each in self.vectors)]

    def run_scenario(self, name):
        """Raises waiting.Failure or scene.Skipped."""
        scenario = self.scenarios[name]
        if scenario.get("subscribes") and self.skip_subscribe is not None:
            raise scene.Skipped(self.skip_subscribe)
        scene.run(scenario, self.command, self.seed)

    def run_vectors(self, names):
        """(name, what is wrong with it or None); one driver is given all of them."""
        table = [each for each in self.vectors if f"vector: {each['name']}" in names]
        try:
            results = vectors.run(table, self.command) if table else {}
        except (Failure, OSError) as error:
            results = {each["name"]: str(error) for each in table}
        return [(f"vector: {name}", wrong) for name, wrong in results.items()]


def run(suite, chosen):
    """Prints a line for each; how many passed, failed and were skipped."""
    count = {"ok": 0, "failed": 0, "skipped": 0}

    def tell(name, outcome, why=""):
        count[outcome] += 1
        print(f"{outcome:8}{name}" + (f": {why}" if why else ""), flush=True)

    for name in chosen:
        if name in suite.scenarios:
            try:
                suite.run_scenario(name)
                tell(name, "ok")
            except scene.Skipped as reason:
                tell(name, "skipped", str(reason))
            except Failure as error:
                tell(name, "failed", str(error))
    for name, wrong in suite.run_vectors(set(chosen)):
        tell(name, "failed" if wrong else "ok", wrong or "")
    print(", ".join(f"{number} {outcome}" for outcome, number in count.items()))
    return count


def main(argv):
    at = argv.index("--") if "--" in argv else len(argv)
    own, command = argv[:at], argv[at + 1:]
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].partition("\n\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--skip-subscribe", metavar="REASON")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--list", action="store_true")
    flags = parser.parse_args(own)
    if not command and not flags.list:
        parser.error("no driver: give its command behind --")
    suite = Suite(command, flags.skip_subscribe, flags.seed)
    chosen = [name for name in suite.names()
              if not flags.only or any(part in name for part in flags.only)]
    if flags.list or not chosen:
        print("\n".join(chosen) or f"no scenario is called {flags.only}: see --list")
        return 0 if chosen else 64
    count = run(suite, chosen)
    return 0 if count["ok"] and not count["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
