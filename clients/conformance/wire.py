"""The bytes of a publisher: its topic, its records, and what holds for them on every connection."""
import json
import re

from waiting import Failure, short

TOPIC = re.compile(rb'\{"app":"((?:[^"\\]|\\.)*)","proc":"((?:[^"\\]|\\.)*)",'
                   rb'"host":"((?:[^"\\]|\\.)*)","ack":true,'
                   rb'"client":"([^"\\]{1,64})","sequence":([1-9]\d*)\}\n')
RECORD = re.compile(rb'\{"time":"\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z","raw":"(?:[^"\\]|\\.)*"'
                    rb'(?:,"severity":"[a-z]+")?(?:,"fields":\{.*\})?\}\n', re.DOTALL)
LOSS = re.compile(r"Error L10 \(output buffer overflow\): (\d+) messages dropped since "
                  r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\.")


class Topic:
    def __init__(self, line):
        match = TOPIC.fullmatch(line)
        if not match:
            raise Failure("a topic has app, proc, host, ack, client and sequence in this order, "
                          f"without spaces, and a line end; seen {short(line)}")
        self.app, self.proc, self.host = (json.loads(b'"%b"' % match[n]) for n in (1, 2, 3))
        self.client = match[4].decode()
        self.sequence = int(match[5])


def read_record(line):
    """The record's object, if it is one in the shape that all clients write."""
    if not RECORD.fullmatch(line):
        raise Failure("a record has time (UTC, nine digits, Z), raw, severity and fields in this "
                      f"order, without spaces, and a line end; seen {short(line)}")
    try:
        return json.loads(line.decode("utf-8", "surrogateescape"))
    except ValueError:
        raise Failure(f"a record that is no JSON: {short(line)}") from None


def lost_count(record):
    """Of a record that stands for what was dropped; None of any other."""
    match = LOSS.fullmatch(record["raw"])
    if not match:
        return None
    if record.get("severity") != "warn":
        raise Failure(f"a notice of loss is of severity warn; seen {short(record)}")
    return int(match[1])


class Ledger:
    """Which bytes each number of a client had: they are the same for ever."""

    def __init__(self):
        self.client = None
        self.bytes_of = {}

    def enter(self, topic):
        if self.client not in (None, topic.client):
            raise Failure(f"the client was {self.client!r}, and is now {topic.client!r}")
        self.client = topic.client

    def take(self, number, line):
        before = self.bytes_of.setdefault(number, line)
        if before != line:
            raise Failure(f"record {number} was {short(before)}, and is now {short(line)}")
