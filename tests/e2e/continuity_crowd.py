"""Readers that join, stall, are cut at a random byte and resume, each before a Judge.

A Session is one reader over many connections. ndjson and sse go on behind the last record that was
read whole; text and raw have no cursor in a line: they repeat their connection from its
Logio-Cursor, and the judge goes back with them.
"""
import collections
import random
import time

from continuity import APP, FORMS, Generator, Judge, Wrong
from hub import DEADLINE_S, Hub
from load import Loop, Reader
from looking_in import Metrics, page, subscribers

FLAGS = ["--io-threads", "2", "--ring-bytes", "4MiB", "--subscriber-queue-bytes", "64KiB"]
CURSORS_MAX = 16    # the newest, behind which sessions join


class Joined(Reader):
    """A connection of a session, until its own end or until `cut_at` bytes of its body."""

    def __init__(self, port, query, judge, cut_at=None, headers=(), receive_bytes=0):
        super().__init__(port, query, receive_bytes=receive_bytes)
        self.local_port = self.sock.getsockname()[1]
        self.out = self.out[:-2] + "".join(f"{h}\r\n" for h in headers).encode() + b"\r\n"
        self.query, self.judge, self.cut_at = query, judge, cut_at
        self.taken = self.received = 0
        self.cut = False

    @property
    def cursor(self):
        return self.headers.get("logio-cursor")

    def body(self, got):
        if self.status != 200:
            raise Wrong(f"{self.query}: {self.status} {got[:300]!r}")
        if self.cut:
            return
        if self.judge.position is None:
            self.judge.position = int(self.cursor.partition("-")[2])
        if self.cut_at is not None and self.taken + len(got) >= self.cut_at:
            got, self.cut = got[:self.cut_at - self.taken], True
        self.taken += len(got)
        block = self.line + got
        end = self.judge.form.end
        at = block.rfind(end) + len(end)
        if at < len(end):
            self.line = block
            return
        self.line = block[at:]
        try:
            self.received += self.judge.feed(block[:at])
        except Wrong as wrong:
            raise Wrong(f"{wrong}\nfrom {self.cursor}: {self!r}") from None

    def __repr__(self):
        return f"{self.query} {super().__repr__()} received {self.received} {self.judge!r}"


class Session:
    """One reader; now and then it begins anew, with another filter and another beginning."""

    def __init__(self, crowd, chance):
        self.crowd, self.chance = crowd, chance
        self.connection = self.judge = None
        self.cursor = None          # where the last connection began
        self.wake_at = self.ends_at = 0.0
        self.story = collections.deque(maxlen=6)    # its last connections
        self.stall_at = []          # bytes of this connection at which it stops reading for a while

    def begin(self):
        chance, crowd = self.chance, self.crowd
        self.settle()
        publishers = range(crowd.generator.publishers)
        wanted = None if chance.random() < 0.4 else chance.choice(publishers)
        self.judge = Judge(crowd.form, len(publishers), wanted)
        self.filter = f"app={APP}" + ("" if wanted is None else f"&proc=p{wanted}")
        start = chance.choice(("live", "live", "tail", "since", "both", "after", "after"))
        self.cursor = chance.choice(crowd.cursors) if start == "after" else None
        more = {"live": "", "tail": f"&tail={chance.choice((0, 1, 10, 1000, 100_000))}",
                "since": f"&since={chance.randrange(50, 2000)}ms", "after": f"&after={self.cursor}",
                "both": f"&tail={chance.randrange(1, 20_000)}&since=1s"}[start]
        self.exact = start in ("live", "after")     # else it may begin behind its Logio-Cursor
        self.judge.join(self.cursor and int(self.cursor.partition("-")[2]),
                        self.exact)
        self.connect(more)

    def resume(self):
        """Goes on with what it was reading; nothing may be missing or come again."""
        judge = self.judge
        self.crowd.counts["resumes"] += 1
        if not judge.form.has_positions:
            # From the beginning of the connection again, and the same has to come.
            for publisher, first in judge.firsts.items():
                if self.exact:
                    self.before.last.setdefault(publisher, first - 1)
            self.judge, self.exact = self.before, True
            self.judge.resume()
            return self.connect(f"&after={self.cursor}")
        # Cut off before the first byte of its stream, it stands where that began.
        cursor = (self.cursor if judge.position is None
                  else f"{self.crowd.epoch}-{judge.position}")
        judge.resume()
        if judge.form.name == "sse" and self.chance.random() < 0.7:
            again = self.chance.choice(("", "&tail=5", "&since=1s"))    # the header goes before
            return self.connect(again, [f"Last-Event-ID: {cursor}"])
        return self.connect(f"&after={cursor}")

    def connect(self, more, headers=()):
        chance, crowd = self.chance, self.crowd
        self.before = self.judge.snapshot()
        query = f"{self.filter}{more}&format={crowd.form}"
        if crowd.form != "raw" and chance.random() < 0.3:
            query += "&heartbeat=1s"
        cut_at = None if crowd.closing else int(2 ** chance.uniform(3, 21))
        self.connection = crowd.loop.add(
            Joined(crowd.hub.subscribe_port, query, self.judge, cut_at, headers,
                   chance.choice((0, 4096, 16384, 65536))))
        self.stall_at = [] if crowd.closing else sorted(
            int(2 ** chance.uniform(6, 19)) for _ in range(chance.randrange(4)))
        self.ends_at = time.monotonic() + chance.uniform(0.2, 1.5)
        crowd.counts["joins"] += 1

    def step(self, now):
        connection = self.connection
        if connection is None:
            if now >= self.wake_at or self.crowd.closing:
                known = self.judge is not None and self.cursor is not None
                # Whoever repeats from an old cursor reads history, and is never too slow for live.
                often = 0.85 if FORMS[self.crowd.form].has_positions else 0.6
                self.resume() if known and self.chance.random() < often else self.begin()
        elif connection.ended and not connection.cut:
            raise Wrong(f"the hub ended {connection!r}")
        elif self.crowd.closing:
            if connection.cut:
                self.leave(now)
            connection.paused, connection.cut_at = False, None
        elif connection.cut or now > self.ends_at:
            self.leave(now)
        elif connection.paused:
            connection.paused = now < self.wake_at
        elif self.stall_at and connection.taken >= self.stall_at[0]:
            self.stall_at.pop(0)
            connection.paused = True
            self.wake_at = now + self.chance.choice((0.02, 0.2, 0.6, 1.2))
            self.ends_at += self.wake_at - now
            self.crowd.counts["stalls"] += 1

    def leave(self, now):
        connection, crowd = self.connection, self.crowd
        crowd.count_connection(connection)
        self.story.append(f"{connection.cursor} {connection!r}")
        self.cursor = connection.cursor     # None: cut off before it was told
        if self.cursor:
            crowd.cursors.append(self.cursor)
        connection.close(rst=self.chance.random() < 0.5)
        crowd.loop.drop(connection)
        self.connection = None
        self.wake_at = now + self.chance.choice((0, 0, 0, 0.01, 0.05, 0.2, 2.5))

    def settle(self):
        """The sequence is over: its sums."""
        if self.judge is not None:
            for key in ("received", "gaps", "dropped", "missed"):
                self.crowd.counts[key] += getattr(self.judge, key)

    @property
    def streaming(self):
        return self.connection is not None and self.connection.streaming


class Crowd:
    """Sessions on one hub and one format, and what all of it comes to."""

    def __init__(self, hub, generator, form, seed, sessions=10):
        self.hub, self.generator, self.form = hub, generator, form
        self.loop = Loop()
        self.closing = False
        start = page(hub, "/v1/status")["cursor"]
        self.epoch = start.partition("-")[0]
        self.cursors = collections.deque([start], CURSORS_MAX)
        self.counts = dict.fromkeys(("joins", "resumes", "stalls", "received", "gaps", "dropped",
                                     "missed"), 0)
        self.on_the_wire = {"received": 0, "dropped": 0, "missed": 0}
        self.sessions = [Session(self, random.Random(f"{seed} {i}")) for i in range(sessions)]

    def count_connection(self, connection):
        self.on_the_wire["received"] += connection.received
        self.on_the_wire["dropped"] += connection.judge.announced[0]
        self.on_the_wire["missed"] += connection.judge.announced[1]

    def turn(self):
        try:
            self.loop.turn(0.01)
        except Wrong as wrong:
            for session in self.sessions:
                if session.connection and repr(session.connection) in str(wrong):
                    raise Wrong("\n".join((str(wrong), "before that:", *session.story))) from None
            raise
        now = time.monotonic()
        for session in self.sessions:
            session.step(now)

    def until(self, holds, seconds, what):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise Wrong(f"after {seconds} s still not so: {what}\n"
                            + "\n".join(repr(s.connection) for s in self.sessions))
            self.turn()

    def run(self, joins, seconds, every_kind=False):
        """So many joins, with `every_kind` until each kind of loss was seen too; then everybody
        reads to the end. Returns the counts: of the sequences, and on the wire, where what was
        repeated counts again."""
        self.until(lambda: self.counts["joins"] >= joins, seconds, f"{joins} joins")
        if every_kind:
            self.until(lambda: all(self.on_the_wire.values()), seconds, self.on_the_wire)
        self.closing = True
        self.until(lambda: all(s.streaming for s in self.sessions), DEADLINE_S, "all stream")
        totals = self.generator.stop()
        self.read_to_end(totals)
        self.check_pages(totals)
        for session in self.sessions:
            session.settle()
            session.connection.close()
        self.loop.close()
        return {**self.counts, "sent": sum(totals), "on_the_wire": self.on_the_wire}

    def read_to_end(self, totals):
        """Until everything is received or announced. Where a reader lost one publisher's last line
        before another's last, nobody can tell whose lines it has lost: so there are more lines,
        until it has the last of each."""
        end = time.monotonic() + DEADLINE_S
        more_at = time.monotonic() + 2
        while not all(s.judge.at_end(totals) for s in self.sessions):
            if time.monotonic() > end:
                raise Wrong(f"not all of {totals} is received or announced:\n"
                            + "\n".join(repr(s.connection) for s in self.sessions))
            if time.monotonic() > more_at:
                self.generator.one_more(self.hub)   # which changes the totals
                more_at = time.monotonic() + 2
            self.turn()

    def check_pages(self, totals):
        """The hub's own numbers: each open connection's exactly, and the sums."""
        rows = {int(row["remote"].rpartition(":")[2]): row for row in subscribers(self.hub)}
        for session in self.sessions:
            c = session.connection
            row = rows[c.local_port]
            shown = row["sent_records"], row["dropped_records"], row["missed_records"]
            if shown != (c.received, *c.judge.announced):
                raise Wrong(f"/v1/subscribers says {row} of {c!r}, announced {c.judge.announced}")
            self.count_connection(c)
        m = Metrics(self.hub)
        if m("logio_records_received_total", input="tcp") != sum(totals):
            raise Wrong(f"/metrics does not say that {totals} were received")
        dropped = m("logio_records_dropped_total", stage="subscriber", reason="slow_subscriber")
        wire = self.on_the_wire     # what was cut off is sent for the hub, and not received
        if (m("logio_records_sent_total", output=self.form) < wire["received"]
                or dropped < wire["dropped"]
                or m("logio_records_missed_total") < wire["missed"]):
            raise Wrong(f"more than {wire} in /metrics:\n{m.text}")


def run(form, joins, seed, seconds, every_kind=False):
    """A hub of its own, under load, and a crowd that joins so often."""
    with Hub(*FLAGS) as hub, Generator(hub) as generator:
        return Crowd(hub, generator, form, seed).run(joins, seconds, every_kind)
