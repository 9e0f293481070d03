"""What clients/conformance drives: commands as lines of JSON in, answers out.

    conformance_driver.py [--buffer-bytes N] [--buffer-records N] [--greeting-ms N]
                          [--first-retry-ms N] [--longest-retry-ms N]
"""
import argparse
import base64
import dataclasses
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src"))

import logio  # noqa: E402
from logio.transport import config_of_environment  # noqa: E402

FIVE = ("added", "acknowledged", "refused", "dropped", "unconfirmed")


def publisher_of(arguments):
    config = config_of_environment()
    if config is None:
        return logio.Publisher.disabled()
    given = {"buffer_bytes": arguments.buffer_bytes, "buffer_records": arguments.buffer_records}
    for key, value in (("greeting_timeout", arguments.greeting_ms),
                       ("first_retry", arguments.first_retry_ms),
                       ("longest_retry", arguments.longest_retry_ms)):
        given[key] = None if value is None else value / 1000
    known = {key: value for key, value in given.items() if value is not None}
    return logio.Publisher(dataclasses.replace(config, **known))


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def numbers(stats):
    return {key: getattr(stats, key) for key in FIVE}


def record_of(item):
    return {key: value for key, value in dataclasses.asdict(item).items() if value or key == "text"}


def loss_of(item):
    out = {item.kind: True if item.kind == "continuity_lost" else item.count,
           "reason": item.reason, "text": item.text}
    if item.since:
        out["since"] = item.since
    return out


class Driver:
    def __init__(self, arguments):
        self.retries = {key: value / 1000 for key, value in (
            ("first_retry", arguments.first_retry_ms),
            ("longest_retry", arguments.longest_retry_ms)) if value is not None}
        self.publisher = publisher_of(arguments)

    def log(self, order):
        text = base64.b64decode(order["base64"]) if "base64" in order else order["text"]
        self.publisher.add(text, order.get("time_ns"), order.get("severity"), order.get("fields"))

    def burst(self, order):
        longest, begin = 0, time.perf_counter_ns()
        for n in range(1, order["count"] + 1):
            before = time.perf_counter_ns()
            self.publisher.add(f"{order['text']}{n}")
            longest = max(longest, time.perf_counter_ns() - before)
        say({"burst": {"elapsed_ns": time.perf_counter_ns() - begin, "longest_ns": longest}})

    def flush(self, order):
        say({"flushed": self.publisher.flush(order["ms"] / 1000)})

    def stats(self, _):
        say({"stats": numbers(self.publisher.stats)})

    def close(self, order):
        say({"closed": numbers(self.publisher.close(order.get("ms", 5000) / 1000))})
        sys.exit(0)

    def subscribe(self, order):
        seen, most = 0, order.get("most")
        try:
            with logio.subscribe(order.get("hub"), **order.get("filter", {}),
                                 **self.retries) as items:
                for item in items if most != 0 else ():
                    seen += 1
                    say({"record": record_of(item)} if isinstance(item, logio.Record)
                        else {"loss": loss_of(item)})
                    if seen == most:
                        break
        except (logio.SubscribeError, TypeError) as error:
            say({"error": str(error)})
        say({"subscribed": seen})

    def obey(self, line):
        orders = {name: getattr(self, name)
                  for name in ("log", "burst", "flush", "stats", "close", "subscribe")}
        try:
            order = json.loads(line)
            act = orders[order["do"]]
        except (ValueError, KeyError, TypeError):
            say({"error": f"no order is {line.strip()[:200]!r}"})
            return
        try:
            act(order)
        except (ValueError, KeyError) as error:
            say({"error": f"{order['do']}: {error}"})


def main():
    parser = argparse.ArgumentParser()
    for name in ("buffer-bytes", "buffer-records", "greeting-ms", "first-retry-ms",
                 "longest-retry-ms"):
        parser.add_argument(f"--{name}", type=int)
    driver = Driver(parser.parse_args())
    for line in iter(sys.stdin.readline, ""):
        if line.strip():
            driver.obey(line)
    driver.close({"ms": 5000})


if __name__ == "__main__":
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    main()
