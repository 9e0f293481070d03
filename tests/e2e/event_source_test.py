"""The EventSource of a real browser, cut off under load: nothing lost, nothing doubled, in order.

scripts/test --all installs Debian's Chromium. The page reads; what it has read it posts back, and
is judged here.
"""
import json
import random
import threading
import unittest

from browser import Browser, Page, Proxy
from continuity import APP, Generator, Judge, line
from hub import Hub, wait_until

PUBLISHERS = 4
PAGE = """<!doctype html><meta charset="utf-8"><title>logio</title><script>
const streams = %s;
let queue = [];
streams.forEach((url, stream) => {
  const source = new EventSource(url);
  const put = (kind, value) => queue.push([stream, kind, value]);
  source.onopen = () => put("open", null);
  source.onerror = () => put("error", source.readyState);
  source.onmessage = (event) => {
    const record = JSON.parse(event.data);
    put("record", [event.lastEventId, record.cursor, record.text]);
  };
  for (const kind of ["dropped", "missed", "continuity_lost"]) {
    source.addEventListener(kind, (event) => put(kind, JSON.parse(event.data)[kind]));
  }
});
async function post() {
  for (;;) {
    const part = queue;
    queue = [];
    await fetch("/", {method: "POST", body: JSON.stringify(part)});
    await new Promise((done) => setTimeout(done, 100));
  }
}
post();
</script>"""


class Tab:
    """What the page's streams have read, each before its judge."""

    def __init__(self, *wanted):
        self.judges = [Judge("sse", PUBLISHERS, w) for w in wanted]
        for judge in self.judges:
            judge.join(None, True)
        self.counts = dict.fromkeys(("open", "error", "record", "dropped", "missed",
                                     "continuity_lost"), 0)
        self.ready_state = None
        self.posts = 0
        self.wrong = None

    def take(self, events):
        self.posts += 1
        try:
            for stream, kind, value in events:
                self.counts[kind] += 1
                self.event(self.judges[stream], kind, value)
        except Exception as wrong:  # noqa: BLE001 - to be raised in the test's own thread
            self.wrong = self.wrong or wrong

    def event(self, judge, kind, value):
        if kind == "record":
            identity, cursor, text = value
            if identity != cursor:
                raise AssertionError(f"the id {identity} of the record {cursor}")
            publisher, number, tail = text.split(" ")
            judge.run([(cursor.partition("-")[2], publisher[1:], number, tail.encode())])
        elif kind == "error":
            self.ready_state = value
            judge.resume()      # what was announced since the last record is announced again
        elif kind != "open":
            judge.announce(*(value if kind == k else None
                             for k in ("dropped", "missed", "continuity_lost")))

    def until(self, holds, what, seconds=None):
        def look():
            if self.wrong is not None:
                raise self.wrong
            return holds()
        wait_until(look, f"{what}: {self.counts} {self.judges}", seconds)


class EventSource(unittest.TestCase):
    def open(self, tab, hub_flags, url):
        """A page, a hub that knows its origin, a proxy before it, and a browser on the page."""
        page = self.enterContext(Page("", tab.take))
        hub = self.enterContext(Hub("--cors-origin", page.origin, *hub_flags))
        proxy = self.enterContext(Proxy(hub.subscribe_port))
        base = f"http://127.0.0.1:{proxy.port}/?app={APP}&heartbeat=1s"
        page.html = PAGE % json.dumps([base + more for more in url])
        return page, hub, proxy

    def test_cut_under_load_it_goes_on_where_it_was(self):
        chance = random.Random(7)
        tab = Tab(None, 2)
        page, hub, proxy = self.open(tab, [], ["&format=sse", "&format=sse&proc=p2"])
        with Generator(hub, PUBLISHERS, rate=3000) as generator, Browser(page.origin + "/"):
            tab.until(lambda: all(j.received > 100 for j in tab.judges), "records come")
            for cut in range(5):
                opened = tab.counts["open"]
                if cut == 3:        # gone for a while
                    proxy.stop()
                    tab.until(lambda: tab.counts["error"] >= 2 * cut + 4, "it tries in vain")
                    proxy.start()
                else:
                    self.assertEqual(proxy.cut(), 2)
                tab.until(lambda n=opened: tab.counts["open"] >= n + 2, "it comes again")
                goal = sum(j.received for j in tab.judges) + chance.randrange(3000)
                tab.until(lambda n=goal: sum(j.received for j in tab.judges) > n, "it reads on")
            totals = generator.stop()
            tab.until(lambda: all(j.at_end(totals) for j in tab.judges), "all is read")
            self.check_quiet(tab, hub, proxy)
        print(f"{tab.counts} {tab.judges} sent {totals} heartbeats {proxy.heartbeats}", flush=True)
        for judge in tab.judges:
            self.assertEqual((judge.gaps, judge.dropped, judge.missed), (0, 0, 0))

    def check_quiet(self, tab, hub, proxy):
        """Heartbeats are no events and break nothing."""
        counts, heartbeats = dict(tab.counts), proxy.heartbeats
        tab.until(lambda: proxy.heartbeats >= heartbeats + 4, "heartbeats come")
        self.assertEqual(tab.counts, counts)
        with hub.publish(APP, "p2", "gen", format="lines") as publisher:
            last = tab.judges[1].last[2]
            publisher.send(line(2, last + 1))
            tab.until(lambda: all(j.last[2] == last + 1 for j in tab.judges), "one more")

    def test_what_the_ring_has_lost_meanwhile_is_an_event(self):
        tab = Tab(2)
        page, hub, proxy = self.open(tab, ["--ring-bytes", "4MiB"], ["&format=sse&proc=p2"])
        with Generator(hub, PUBLISHERS, rate=3000) as generator, Browser(page.origin + "/"):
            tab.until(lambda: tab.judges[0].received > 100, "records come")
            proxy.stop()
            tab.until(lambda: tab.counts["error"] >= 1, "it notices")
            with hub.publish("other", ack=True) as flood:
                flood.read_until(b"}\n")
                flood.send(b'{"raw":"%s"}' % (b"x" * 1000) * 20_000)
                flood.read_until(b'{"ack":20000}\n')
            proxy.start()
            tab.until(lambda: tab.counts["missed"] == 1, "it is told")
            tab.until(lambda: tab.counts["record"] > 1000, "it reads on")
            totals = generator.stop()
            tab.until(lambda: tab.judges[0].at_end(totals), "all is read")
        self.assertGreater(tab.judges[0].missed, 0)

    def test_a_page_of_another_origin_gets_nothing(self):
        tab, stranger = Tab(None), Tab(None)
        page, hub, proxy = self.open(tab, [], ["&format=sse"])
        other = self.enterContext(Page(page.html, stranger.take))
        with Generator(hub, PUBLISHERS, rate=1000), Browser(other.origin + "/"):
            stranger.until(lambda: stranger.counts["error"] == 1, "it is refused")
            with Browser(page.origin + "/"):
                tab.until(lambda: tab.counts["record"] > 500, "the page that may reads")
            posts = stranger.posts
            stranger.until(lambda: stranger.posts > posts + 3, "it is still there")
        self.assertEqual(stranger.ready_state, 2)       # closed for good
        self.assertEqual((stranger.counts["record"], stranger.counts["open"]), (0, 0))


if __name__ == "__main__":
    unittest.main()
