"""What test publishers send, and whether what a subscriber received is what it should have.

A Feed is one publisher's numbered records. Every byte of a record follows from the feed and the
number, so a Checker can judge a stream by itself: content, order, and received + announced.
"""
import datetime
import json
import re

START = datetime.datetime(2026, 3, 1, 8, 30, 0)
FILLER = "The quick brown fox jumps over the lazy dog, 0123456789 times; pack my box. " * 4
LOSS = re.compile(rb"\S{23} logio\[hub\] \S+: Error (L10|L13) \([a-z ]+\): (?:up to )?(\d+) "
                  rb"messages (?:dropped|missed) since \S{23}\.")
TIME_BYTES = len("2016-12-06T22:14:21.448")


class Feed:
    """The records 1, 2, 3, … of one publisher, on the wire and as a subscriber sees them."""

    def __init__(self, name, app="shop", proc="web", host="vm", form="json", odd=True, width=60):
        self.name = name
        self.topic = {"app": app, "proc": proc, "host": host}
        self.form = form            # json, lines (time = arrival) or stamped
        self.odd = odd              # one record in ten has escapes, inner newlines, non-ASCII
        self.width = width
        self.sent = 0               # the highest number handed to a socket
        self.label = f" {app}[{proc}] {host}: ".encode()
        self.mark = f"{name} ".encode()
        self.seconds = {}

    def time(self, number):
        """Each record's own millisecond; texts of whole seconds are kept, they cost the most."""
        second = number // 1000
        text = self.seconds.get(second)
        if text is None:
            text = (START + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
            self.seconds[second] = text
        return f"{text}.{number % 1000:03d}"

    def text(self, number):
        at = number % 70
        text = f"{self.name} {number} {FILLER[at:at + self.width]}"
        if not self.odd or number % 10 != 7:
            return text
        if self.form == "json":
            return text + ' "q" <b> \\ \t é \u2028 😀\nand a second line'
        return text + ' "q" <b> \\ \t é \u2028 😀'

    def wire(self, number):
        if self.form == "json":
            raw = json.dumps(self.text(number) + "\n", ensure_ascii=number % 20 == 7)
            if number % 10 == 7:
                raw = raw.replace("<", "\\u003c").replace(">", "\\u003e")
            return f'{{"time":"{self.time(number)}Z","raw":{raw}}}'.encode()
        if self.form == "stamped":
            second = START.replace(tzinfo=datetime.timezone.utc).timestamp() + number // 1000
            return f"{int(second)}{number % 1000:03d}000000 {self.text(number)}\n".encode()
        return (self.text(number) + "\n").encode()

    def head(self, **more):
        form = {} if self.form == "json" else {"format": "lines"}
        if self.form == "stamped":
            form["stamped"] = True
        return json.dumps({**self.topic, **form, **more}, separators=(",", ":")).encode()

    def line(self, number):
        """The line of the text format without its time when that is the arrival."""
        text = self.label + self.text(number).encode().replace(b"\n", b"\n\t")
        return text if self.form == "lines" else self.time(number).encode() + text


class Wrong(AssertionError):
    """A subscriber received what it should not have."""


class Checker:
    """Judges one subscriber's lines of the text format, or the raw one.

    Every line must be a record of a known feed, each feed's numbers must rise, and a number may be
    missing only if a notice has said so before. `strict` feeds alone on a stream: the gap must be
    right behind the notice, and as wide.
    """

    def __init__(self, feeds, wanted=None, strict=False, raw=False):
        self.feeds = {feed.name.encode(): feed for feed in feeds}
        self.wanted = wanted or (lambda feed, number: True)
        self.strict = strict
        self.raw = raw
        self.last = {}          # feed name -> its newest number
        self.first = {}         # feed name -> the first number seen
        self.received = 0
        self.gaps = 0           # wanted numbers that were passed over
        self.dropped = 0        # announced by L10
        self.missed = 0         # announced by L13: positions of any topic
        self.notices = 0
        self.pending = 0        # announced since the last line
        self.held = b""         # the first part of a record with inner newlines

    def begin_at(self, feed, number):
        """The subscription is known to begin before this number of the feed."""
        self.last[feed.name.encode()] = number - 1

    def lines(self, block):
        """`block`: whole lines, without the last newline."""
        for line in block.split(b"\n"):
            self.line(line)

    def line(self, line):
        if self.held:
            line, self.held = self.held + b"\n" + line, b""
        body = line[TIME_BYTES:]
        text = line if self.raw else body[body.find(b": ") + 2:]
        parts = text.split(b" ", 2)
        feed = self.feeds.get(parts[0])
        if feed is None or len(parts) < 2 or not parts[1].isdigit():
            return self.notice(line)
        number = int(parts[1])
        expected = feed.text(number).encode() if self.raw else feed.line(number)
        got = body if feed.form == "lines" and not self.raw else line
        if got != expected:
            if expected.startswith(got + b"\n"):
                self.held = line
                return None
            raise Wrong(f"got {got!r}\ninstead of {expected!r}")
        return self.record(parts[0], feed, number)

    def record(self, name, feed, number):
        if not self.wanted(feed, number):
            raise Wrong(f"{feed.name} {number} does not match this subscription")
        last = self.last.get(name)
        self.first.setdefault(name, number)
        passed = 0
        if last is not None:
            if number <= last:
                raise Wrong(f"{feed.name} {number} behind {last}: repeated or out of order")
            if number != last + 1:
                passed = sum(1 for n in range(last + 1, number) if self.wanted(feed, n))
                self.gaps += passed
        if self.gaps > self.dropped + self.missed:
            raise Wrong(f"before {feed.name} {number} (after {last}) {self.gaps} are gone and "
                        f"{self.dropped} + {self.missed} announced")
        if self.strict and last is not None and passed != self.pending:
            raise Wrong(f"{self.pending} announced, {passed} gone before {feed.name} {number}")
        self.pending = 0
        self.last[name] = number
        self.received += 1

    def notice(self, line):
        found = LOSS.fullmatch(line)
        if not found:
            raise Wrong(f"neither a record nor a notice: {line[:300]!r}")
        self.notices += 1
        if found[1] == b"L10":
            self.dropped += int(found[2])
            self.pending += int(found[2])
        else:
            self.missed += int(found[2])

    @property
    def accounted(self):
        return self.received + self.dropped

    def __repr__(self):
        return (f"received {self.received}, dropped {self.dropped}, missed {self.missed}, "
                f"gaps {self.gaps}, notices {self.notices}, last {self.last}")
