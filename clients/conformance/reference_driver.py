#!/usr/bin/env python3
"""A driver with a client in it that is as short as can be: what the suite itself is tested with.

With --fault NAME it does one thing wrong, and the suite must see that: see conformance_test.py.
It has no time-outs worth the name and only one hub; it is no client for applications.
"""
import base64
import json
import os
import sys
import threading
import time
import urllib.parse

from reference_publisher import Publisher
from reference_subscriber import subscribe

FLAGS = ("--buffer-bytes", "--buffer-records", "--greeting-ms", "--first-retry-ms",
         "--longest-retry-ms")


def say(value):
    print(json.dumps(value), flush=True)


def read_flags(words):
    flags = dict(zip(words[::2], words[1::2]))
    fault = flags.pop("--fault", "")
    unknown = set(flags) - set(FLAGS)
    if unknown:
        sys.exit(f"reference_driver: unknown flags {sorted(unknown)}")
    return {name: int(value) for name, value in flags.items()}, fault


def log(publisher, command):
    if "base64" in command:
        text = base64.b64decode(command["base64"])
    else:
        text = command["text"].encode()
    publisher.add(text, command.get("time_ns", time.time_ns()), command.get("severity"),
                  command.get("fields"))


def burst(publisher, command):
    longest, began = 0, time.monotonic_ns()
    for number in range(1, command["count"] + 1):
        called = time.monotonic_ns()
        publisher.add(f"{command['text']}{number}".encode(), time.time_ns())
        longest = max(longest, time.monotonic_ns() - called)
    say({"burst": {"elapsed_ns": time.monotonic_ns() - began, "longest_ns": longest}})


def obey(publisher, command, fault):
    """False: that was the last."""
    what = command.get("do")
    if what == "log":
        log(publisher, command)
    elif what == "burst":
        burst(publisher, command)
    elif what == "flush":
        say({"flushed": publisher.flush(command["ms"] / 1000)})
    elif what == "stats":
        say({"stats": publisher.stats()})
    elif what == "close":
        say({"closed": publisher.close(command["ms"] / 1000)})
        return False
    elif what == "subscribe":
        subscribe(command, say, fault)
    else:
        say({"error": f"{what!r} is nothing to do"})
    return True


def main():
    flags, fault = read_flags(sys.argv[1:])
    url = urllib.parse.urlsplit(os.environ["LOGIO_URL"])
    topic = dict(urllib.parse.parse_qsl(url.query))
    publisher = Publisher((url.hostname, url.port), topic, flags, fault)
    threading.Thread(target=publisher.run, daemon=True).start()
    for line in sys.stdin:
        if not obey(publisher, json.loads(line), fault):
            return
    say({"closed": publisher.close(5)})


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # its thread may wait for a hub
