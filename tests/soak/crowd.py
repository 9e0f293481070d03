"""The members of the soak: publishers and subscribers with lives of their own.

Each has step(now), which decides by chance what it does next, and says in `over` when it is gone.
What a subscriber must have received is known up to bounds: exactly, if it was there before a feed
began and the feed ended cleanly; else between what certainly and what possibly was meant for it.
"""
import re

from feeds import Checker, Feed
from load import AckedPublisher, Publisher, Reader

APPS = [f"a{i}" for i in range(6)]
PROCS = [f"p{i}" for i in range(3)]


class Life:
    """One publisher from its connect to its end."""

    def __init__(self, hub, loop, chance, serial, app):
        self.chance = chance
        self.loop = loop
        form = chance.choice(["json", "json", "stamped", "lines"])
        acked = form != "lines" and chance.random() < 0.4
        self.feed = Feed(f"u{serial}", app=app, proc=chance.choice(PROCS), form=form,
                         host=f"h{serial % 5}", width=chance.choice([0, 60, 60, 250]))
        self.total = int(chance.expovariate(1 / 4000)) + 1
        self.rate = chance.choice([50, 500, 2000, 20_000])  # records a second
        # A plain publisher may end so that nobody knows how much of it has arrived.
        self.end = "clean" if acked else chance.choice(["clean", "clean", "close", "reset"])
        if self.end == "close" and form != "json":
            self.end = "reset"  # an end would complete the line that it cuts
        if acked:
            self.publisher = AckedPublisher(hub.publish_port, self.feed, f"client-{serial}")
        else:
            self.publisher = Publisher(hub.publish_port, self.feed)
        loop.add(self.publisher)
        self.acked = acked
        self.allowed = 0.0
        self.stalled_until = self.seen_at = 0.0
        self.over = False
        self.sure = None            # how many records the hub has for certain, once it is over

    def step(self, now):
        if self.over:
            return
        passed = min(now - self.seen_at, 0.5) if self.seen_at else 0.0
        self.seen_at = now
        publisher = self.publisher
        if now < self.stalled_until:
            return
        if self.chance.random() < 0.02 * passed:
            self.stalled_until = now + self.chance.uniform(0.2, 3)
        if self.acked and self.chance.random() < 0.3 * passed:
            publisher.close(rst=self.feed.form != "json" or self.chance.random() < 0.5)
        if publisher.ended and not self.finish():
            return
        self.allowed = min(self.total, self.allowed + self.rate * passed)
        publisher.limit = max(publisher.limit, int(self.allowed))
        if publisher.limit < self.total or not publisher.idle:
            return
        if self.end != "clean":
            publisher.close(rst=self.end == "reset")
            return self.leave(None)
        publisher.finishing = not self.acked or publisher.all_acked

    def finish(self):
        """The connection is gone. False: and this life is over."""
        publisher = self.publisher
        if self.acked and not (publisher.limit >= self.total and publisher.all_acked):
            publisher.reconnect()
            return True
        if not self.acked and publisher.answers:
            raise AssertionError(f"a plain publisher was answered: {publisher!r}")
        if publisher.limit < self.total:
            raise AssertionError(f"the hub has closed {publisher!r}")
        if self.acked and publisher.errors:
            raise AssertionError(f"the hub has refused {publisher!r}")
        self.leave(self.total)
        return False

    def leave(self, sure):
        self.over = True
        self.sure = sure
        self.loop.drop(self.publisher)

    def hurry(self):
        """No more stalls and limits: to the end."""
        self.stalled_until = 0.0
        self.allowed = self.total


class Watch:
    """One subscriber with a filter, and what it should get."""

    def __init__(self, hub, loop, chance, lives, seen):
        self.chance = chance
        self.loop = loop
        query, self.takes_topic, self.every = self.choose(chance)
        raw = chance.random() < 0.25
        self.checker = Checker([], self.wanted, raw=raw)
        self.reader = loop.add(Reader(
            hub.subscribe_port, query + ("&format=raw" if raw else ""), self.checker,
            chance.choice(["1.0", "1.1", "1.1"]), chance.choice([0, 4096])))
        self.query = query
        # What is written tells the hub of a client that went without a reset; so some must be.
        self.hears_last = "new" not in query and "nobody" not in query and "log" not in query
        self.begun = False
        self.over = False
        self.paused_until = 0.0
        self.dies_at = None
        self.spans = {}             # feed -> (first number possible, first number certain)
        for life in lives:
            self.know(life.feed, seen.get(life.feed.name.encode(), 0) + 1)

    @staticmethod
    def choose(chance):
        """(query, which topics, which records of them: all, only or but those that end in 7)."""
        some = "|".join(chance.sample(APPS, 2))
        proc = chance.choice(PROCS)
        query, takes = chance.choice([
            ("app=a.*|new.*", lambda topic: True),
            (f"app={some}", lambda topic: topic["app"] in some),
            (f"app={some}&proc={proc}",
             lambda topic: topic["app"] in some and topic["proc"] == proc),
            ("app=new.*", lambda topic: topic["app"].startswith("new")),
            ("app=a.*&host=h[12]", lambda topic: topic["app"][0] == "a" and
             re.fullmatch("h[12]", topic["host"])),
            ("app=nobody", lambda topic: False),
        ])
        more, every = chance.choice([("", "all"), ("", "all"), ('&log="q"', "sevens"),
                                     ('&exclude="q"', "others")])
        return query + more, takes, every

    def wanted(self, feed, number):
        if not self.takes_topic(feed.topic):
            return False
        return self.every == "all" or (number % 10 == 7) == (self.every == "sevens")

    def count(self, feed, first, last):
        """Wanted numbers from first to last, both included."""
        if last < first or not self.takes_topic(feed.topic):
            return 0
        if self.every == "all":
            return last - first + 1
        sevens = (last + 3) // 10 - (first + 2) // 10
        return sevens if self.every == "sevens" else last - first + 1 - sevens

    def know(self, feed, possible):
        """A feed that is there, or has just begun (possible: 1)."""
        self.checker.feeds[feed.name.encode()] = feed
        self.spans[feed] = (possible, 1 if self.begun else None)
        if self.begun:
            self.checker.begin_at(feed, 1)

    def step(self, now):
        reader = self.reader
        if not self.begun and reader.streaming:
            if reader.status != 200:
                raise AssertionError(f"{self.query}: {reader!r} {reader.head!r}")
            self.begun = True
            self.spans = {feed: (possible, feed.sent + 1)
                          for feed, (possible, _) in self.spans.items()}
            self.dies_at = now + self.chance.expovariate(1 / 15)
        if reader.ended and not self.over:
            raise AssertionError(f"the hub has closed {self!r}")
        if reader.paused:
            reader.paused = now < self.paused_until
        elif self.begun and self.chance.random() < 0.003:
            reader.paused = True
            self.paused_until = now + self.chance.choice([0.1, 1, 5, 12])

    def bounds(self, sure_of):
        """(certainly, possibly) matched until now; sure_of: feed -> how many the hub has."""
        least = most = 0
        for feed, (possible, certain) in self.spans.items():
            most += self.count(feed, possible, feed.sent)
            if certain is not None:
                least += self.count(feed, certain, sure_of(feed))
        return least, most

    def judge(self, sure_of=None):
        """What must hold at any time; with `sure_of` also that everything has come."""
        checker = self.checker
        least, most = self.bounds(sure_of or (lambda feed: 0))
        if checker.accounted > most:
            raise AssertionError(f"{self!r}: more than {most}")
        if sure_of and checker.accounted + checker.missed < least:
            raise AssertionError(f"{self!r}: less than {least}")

    def complete(self, sure_of):
        return self.checker.accounted + self.checker.missed >= self.bounds(sure_of)[0]

    def leave(self, rst):
        self.judge()
        rst = rst or not self.hears_last
        self.over = True
        self.loop.drop(self.reader)
        self.reader.close(rst)

    def __repr__(self):
        return f"?{self.query} {self.reader!r}"
