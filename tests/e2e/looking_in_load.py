"""The hub's pages when it has much to tell: how long they take, and what they cost the streams.

Run by itself it prints the figures: python3 -m unittest looking_in_load.Many
"""
import multiprocessing
import select
import time
import unittest

from faults import INSTRUMENTED, SCALE
from hub import Hub, Stream, record, wait_until
from idle_test import raise_descriptor_limit
from looking_in import Metrics, body_of, page

COUNT = 10_000 // SCALE
LINES_PER_SECOND = 1000
READINGS = 40


class Pulse:
    """A publisher of so many lines a second, and a reader that notes the gaps between them: in a
    process of their own, so that they wait for the hub only."""

    def __init__(self, hub):
        self.ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=self.run,
                                                                   args=(hub, theirs))

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join()

    def ask(self, what):
        self.ours.send(what)
        if not self.ours.poll(60):
            raise AssertionError("the pulse does not answer")
        return self.ours.recv()

    def settle(self, lines):
        """Waits for so many more lines; the gaps count from then on."""
        until = self.ask("lines") + lines
        wait_until(lambda: self.ask("lines") >= until, "the pulse beats", 60)
        self.ask("gap")

    @staticmethod
    def run(hub, pipe):
        largest_gap, lines, sent = 0.0, 0, 0
        with hub.subscribe("app=pulse") as stream, hub.publish("pulse") as publisher:
            began = last = time.monotonic()
            while True:
                ready, _, _ = select.select([stream.socket, pipe], [], [], 0.5 / LINES_PER_SECOND)
                now = time.monotonic()
                if stream.socket in ready:
                    if lines:
                        largest_gap = max(largest_gap, now - last)
                    last = now
                    lines += stream.socket.recv(1 << 16).count(b": tick\n")
                due = int((now - began) * LINES_PER_SECOND)
                publisher.send(record("tick") * (due - sent))
                sent = due
                if pipe in ready:
                    what = pipe.recv()
                    pipe.send({"lines": lines, "gap": largest_gap}[what])
                    largest_gap = 0.0 if what == "gap" else largest_gap


class Many(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise_descriptor_limit(COUNT + 2000)

    def test_ten_thousand_subscribers_and_topics(self):
        with Hub() as hub, Pulse(hub) as pulse:
            for i in range(COUNT):
                with hub.publish("many", f"p{i}", ack=True) as publisher:
                    publisher.read_until(b"}\n")
            held = [hub.subscribe(f"app=idle{i % 100}") for i in range(COUNT)]
            figures = {}
            pulse.settle(1000)
            until = pulse.ask("lines") + 2000
            wait_until(lambda: pulse.ask("lines") >= until, "two seconds in peace")
            figures["nothing"] = (None, pulse.ask("gap"))
            for path in ("/metrics", "/v1/topics", "/v1/subscribers"):
                pulse.settle(200)
                times = []
                for _ in range(READINGS if path == "/metrics" else 5):
                    began = time.monotonic()
                    size = len(body_of(hub, path))
                    times.append(time.monotonic() - began)
                figures[path] = (sorted(times), pulse.ask("gap"))
                print(f"{path}: {size} bytes", flush=True)
            for name, (times, gap) in figures.items():
                took = "" if times is None else (
                    f"median {times[len(times) // 2] * 1e3:.1f} ms, "
                    f"most {times[-1] * 1e3:.1f} ms, ")
                print(f"{name}: {took}largest gap of 1,000 lines/s {gap * 1e3:.1f} ms", flush=True)
            m = Metrics(hub)
            self.assertEqual(m("logio_topics"), COUNT + 1)
            self.assertGreaterEqual(m("logio_connections", kind="subscriber"), COUNT)
            self.assertEqual(len(page(hub, "/v1/topics")["topics"]), COUNT + 1)
            self.assertEqual(m("logio_records_dropped_total"), 0)
            if not INSTRUMENTED:
                times, gap = figures["/metrics"]
                self.assertLess(times[len(times) // 2], 0.020)
                self.assertLess(gap, figures["nothing"][1] + 0.020)
            for stream in held:
                stream.reset()


class SlowPage(unittest.TestCase):
    def test_who_does_not_read_a_page_costs_little_and_is_closed(self):
        count, readers = 3000, 50
        with Hub() as hub:
            for i in range(count):
                with hub.publish("a" * 255, f"{i}" + "p" * 200, "h" * 255, ack=True) as publisher:
                    publisher.read_until(b"}\n")
            before = hub.resident_bytes()
            lazy = [Stream(hub.subscribe_port, "/v1/topics", receive_buffer=4096)
                    for _ in range(readers)]
            self.assertGreaterEqual(Metrics(hub)("logio_connections", kind="http"), readers)
            if not INSTRUMENTED:
                self.assertLess(hub.resident_bytes() - before, readers * (256 << 10))
            self.assertGreater(len(lazy[0].read_body_to_end()), 2_000_000)
            lazy[0].close()
            wait_until(lambda: Metrics(hub)("logio_connections", kind="http") == 1,
                       "pages that nobody reads are given up", 45)
            for stream in lazy[1:]:
                stream.close()


if __name__ == "__main__":
    unittest.main()
