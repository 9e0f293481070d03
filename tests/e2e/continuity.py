"""Numbered lines of several publishers, and who judges that none is lost or doubled unannounced.

A line is `pP N TAIL`: publisher, number, and a tail that follows from the number. A Judge reads a
stream in any format and knows, for each publisher, which number has to come next; what does not
come must have been announced before the next record. Where the format has positions, these are
held to the same.
"""
import copy
import multiprocessing
import re
import socket
import time

from hub import DEADLINE_S, Connection, topic

APP, HOST = "load", "gen"
FILL = "abcdefghijklmnopqrstuvwxyz0123456789" * 5
TAILS = [FILL[n:n + 10 + (n * 37) % 150].encode() for n in range(32)]

LINE = rb"p(\d) (\d+) ([^\n\"]*)"
OBJECT = (rb'\{"cursor":"[0-9a-f]{16}-(\d+)","time":"[^"]*","arrived":"[^"]*","app":"load",'
          rb'"proc":"p\d","host":"gen","text":"' + LINE + rb'"\}\n')
NOTICE = (rb"^\S{23} logio\[hub\] \S+: Error (?:L10 \(output buffer overflow\): (\d+) messages "
          rb"dropped since|L13 \(history lost\): up to (\d+) messages missed since|"
          rb"L15 \((continuity lost)\):)[^\n]*\n")
NOTICE_OBJECT = rb'\{"(?:dropped":(\d+)|missed":(\d+)|(continuity_lost)":true),[^\n]*\}\n'


class Form:
    """How one format looks: a record, what is not one, and the end of either."""

    def __init__(self, name, end, record, other):
        self.name, self.end = name, end
        self.record = re.compile(record)
        self.other = re.compile(other, re.MULTILINE)
        self.has_positions = name in ("ndjson", "sse")


FORMS = {form.name: form for form in (
    Form("text", b"\n", rb"[0-9T:.-]{23} load\[p\d\] gen: " + LINE + rb"\n", NOTICE + rb"|^\n"),
    Form("raw", b"\n", LINE + rb"\n", NOTICE),
    Form("ndjson", b"\n", OBJECT, b"^" + NOTICE_OBJECT + rb"|^\n"),
    Form("sse", b"\n\n", rb"id: [0-9a-f]{16}-\d+\ndata: " + OBJECT + rb"\n",
         rb"^event: (?:dropped|missed|continuity_lost)\ndata: " + NOTICE_OBJECT + rb"\n|^:\n\n"))}


class Wrong(AssertionError):
    """A stream lost, doubled or reordered something, or announced too much or too little."""


def line(publisher, number):
    return b"p%d %d %b\n" % (publisher, number, TAILS[number % 32])


class Judge:
    """What one reader has come to; over a cut and a resumption too.

    `wanted`: the only publisher of its subscription, or None for all of `publishers`.
    """

    def __init__(self, form, publishers, wanted=None):
        self.form = FORMS[form]
        self.wanted = range(publishers) if wanted is None else (wanted,)
        self.alone = wanted is not None
        self.last = {}              # publisher -> its newest number
        self.position = None        # everything up to here is received or accounted for
        self.since_loss = (0, 0)    # dropped and missed, announced and not yet followed by a record
        self.received = self.gaps = self.dropped = self.missed = 0
        self.continuity_lost = 0
        self.complete = True        # every publisher was seen before the first loss
        self.firsts = {}            # publisher -> its first number here, if nothing was lost before
        self.announced = [0, 0]     # on this connection
        self.joining = True         # nothing of this connection was seen
        self.explained = True       # a loss announced before the first record lies behind position

    def join(self, position, explained):
        """A connection that begins behind `position`. Not `explained`: what is announced before
        its first record lies before that."""
        self.position = position
        self.resume()
        self.joining, self.explained = True, explained

    def resume(self):
        """A connection that goes on behind the last record that was read."""
        self.since_loss, self.joining, self.explained = (0, 0), False, True
        self.firsts, self.announced = {}, [0, 0]

    def snapshot(self):
        return copy.deepcopy(self)

    def feed(self, block):
        """`block`: whole records and notices. Returns how many records."""
        found = self.form.record.findall(block)
        if len(found) == block.count(self.form.end):
            self.run(found)
            return len(found)
        at = records = 0
        for other in self.form.other.finditer(block):
            records += self.feed_records(block[at:other.start()])
            self.announce(*other.groups()[:3] if other.groups() else (None, None, None))
            at = other.end()
        return records + self.feed_records(block[at:])

    def feed_records(self, block):
        found = self.form.record.findall(block)
        if len(found) != block.count(self.form.end):
            rest = self.form.record.sub(b"", block)
            raise Wrong(f"neither a record nor a notice: {rest[:400]!r}")
        self.run(found)
        return len(found)

    def announce(self, dropped, missed, continuity):
        if continuity:
            self.continuity_lost += 1
        lost = int(dropped or 0), int(missed or 0)
        self.since_loss = tuple(map(int.__add__, self.since_loss, lost))
        self.announced = list(map(int.__add__, self.announced, lost))
        if any(self.since_loss) and len(self.last) < len(self.wanted):
            self.complete = False

    def run(self, found):
        """Records with nothing between them."""
        if not found:
            return
        if self.form.has_positions:
            positions = [int(f[0]) for f in found]
            self.check_positions(positions)
            self.position = positions[-1]
            found = [f[1:] for f in found]
        self.check_numbers(found)
        self.received += len(found)
        self.dropped += self.since_loss[0]
        self.missed += self.since_loss[1]
        self.since_loss, self.joining = (0, 0), False
        if not self.alone and self.complete and self.gaps > self.dropped + self.missed:
            raise Wrong(f"{self.gaps} are gone, announced were {self.dropped} + {self.missed}")

    def check_positions(self, positions):
        first, count = positions[0], len(positions)
        if not self.alone and positions != list(range(first, first + count)):
            raise Wrong(f"the positions from {first} on have gaps or repeats")
        if self.alone and not all(map(int.__lt__, positions, positions[1:])):
            raise Wrong(f"the positions from {first} on do not rise")
        if self.position is None or (self.joining and not self.explained):
            return
        gap, announced = first - self.position - 1, sum(self.since_loss)
        if gap < announced or (not self.alone and gap != announced):
            raise Wrong(f"position {first} after {self.position}, announced {self.since_loss}")

    def check_numbers(self, found):
        numbers = {}
        for publisher, number, tail in found:
            number = int(number)
            numbers.setdefault(int(publisher), []).append(number)
            if tail != TAILS[number % 32]:
                raise Wrong(f"publisher {publisher}'s {number} has the text {tail!r}")
        for publisher, own in numbers.items():
            first = own[0]
            if publisher not in self.wanted:
                raise Wrong(f"publisher {publisher} does not match this subscription")
            if own != list(range(first, first + len(own))):
                raise Wrong(f"publisher {publisher}: gaps or repeats in {own[:50]} ...")
            if publisher in self.last:
                self.check_gap(publisher, first - self.last[publisher] - 1)
            if not any(self.announced):
                self.firsts.setdefault(publisher, first)
            self.last[publisher] = own[-1]

    def check_gap(self, publisher, gap):
        dropped, missed = self.since_loss
        if gap < 0 or (self.alone and not dropped <= gap <= dropped + missed):
            raise Wrong(f"publisher {publisher}: {gap} gone behind {self.last[publisher]}, "
                        f"announced {dropped} + up to {missed}")
        self.gaps += gap

    def at_end(self, totals):
        """Whether all that the publishers have sent is received or announced."""
        if len(self.last) < len(self.wanted):
            return False
        left = sum(totals[p] - self.last[p] for p in self.wanted)
        dropped, missed = self.since_loss
        if self.alone:
            return dropped <= left <= dropped + missed
        if left == 0 or not self.complete:
            return left == 0
        return self.dropped + dropped <= self.gaps + left <= (
            self.dropped + dropped + self.missed + missed)

    def __repr__(self):
        return (f"{self.form.name} {list(self.wanted)}: last {self.last}, position "
                f"{self.position}, received {self.received}, gaps {self.gaps}, dropped "
                f"{self.dropped}, missed {self.missed}, announced since {self.since_loss}")


def generate(port, publishers, rate, stop, result):
    """The generator's process: `rate` lines in a second until `stop`; totals by publisher."""
    connections = [Connection(port) for _ in range(publishers)]
    totals = [0] * publishers
    for p, connection in enumerate(connections):
        connection.send(topic(APP, f"p{p}", HOST, format="lines"))
    began = time.monotonic()
    while not stop.wait(0.004):
        due = int((time.monotonic() - began) * rate / publishers)
        if due - totals[0] > rate // publishers:    # it was held up for a second: no burst
            began = time.monotonic() - totals[0] * publishers / rate
            continue
        for p, connection in enumerate(connections):
            connection.send(b"".join(line(p, n) for n in range(totals[p] + 1, due + 1)))
            totals[p] = due
    for connection in connections:
        connection.end_sending()
        connection.read_to_end()    # the hub has all of it when it closes
        connection.close()
    result.send(totals)


class Generator:
    """Publishers in a process of their own, until the block ends or stop()."""

    def __init__(self, hub, publishers=4, rate=20_000):
        self.publishers = publishers
        context = multiprocessing.get_context("fork")
        self.over = context.Event()
        self.result, theirs = context.Pipe(False)
        self.process = context.Process(
            target=generate, args=(hub.publish_port, publishers, rate, self.over, theirs),
            daemon=True)
        self.totals = None

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.process.join(DEADLINE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def stop(self):
        """How many each publisher has sent; all of them are in the ring."""
        self.over.set()
        if not self.result.poll(DEADLINE_S):
            raise socket.timeout("the generator does not end")
        self.totals = self.result.recv()
        return self.totals

    def one_more(self, hub):
        """After stop(): one more line of each publisher."""
        for p in range(self.publishers):
            with Connection(hub.publish_port) as connection:
                connection.send(topic(APP, f"p{p}", HOST, format="lines"))
                self.totals[p] += 1
                connection.send(line(p, self.totals[p]))
                connection.end_sending()
                connection.read_to_end()
