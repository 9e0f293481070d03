"""The hub's pages when it has much to tell: how long they take, and what they cost the streams.

Run by itself it prints the figures: python3 -m unittest looking_in_load.Many
"""
import threading
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
    """A publisher of so many lines a second, and a reader that notes the gaps between them."""

    def __init__(self, hub):
        self.stream = hub.subscribe("app=pulse")
        self.publisher = hub.publish("pulse")
        self.over = threading.Event()
        self.largest_gap = 0.0
        self.lines = self.sent = 0
        self.threads = [threading.Thread(target=self.write), threading.Thread(target=self.read)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.publisher.close()
        self.stream.close()

    def write(self):
        began = time.monotonic()
        while not self.over.is_set():
            due = int((time.monotonic() - began) * LINES_PER_SECOND)
            while self.sent < due:
                self.publisher.send(record("tick"))
                self.sent += 1
            self.over.wait(0.5 / LINES_PER_SECOND)
        self.publisher.send(record("end"))

    def read(self):
        last = None
        while True:
            line = self.stream.read_line()
            now = time.monotonic()
            if line.endswith(b": end\n"):
                return
            if last is not None:
                self.largest_gap = max(self.largest_gap, now - last)
            last = now
            self.lines += 1

    def settle(self, lines):
        """Waits for so many more lines; the gaps count from then on."""
        until = self.lines + lines
        wait_until(lambda: self.lines >= until, "the pulse beats")
        self.largest_gap = 0.0


class Many(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise_descriptor_limit(COUNT + 2000)

    def test_ten_thousand_subscribers_and_topics(self):
        with Hub() as hub:
            for i in range(COUNT):
                with hub.publish("many", f"p{i}", ack=True) as publisher:
                    publisher.read_until(b"}\n")
            held = [hub.subscribe(f"app=idle{i % 100}") for i in range(COUNT)]
            with Pulse(hub) as pulse:
                figures = {}
                pulse.settle(2000)
                wait_until(lambda: pulse.lines > 4000, "two seconds in peace")
                figures["nothing"] = (None, pulse.largest_gap)
                for path in ("/metrics", "/v1/topics", "/v1/subscribers"):
                    pulse.settle(200)
                    times = []
                    for _ in range(READINGS if path == "/metrics" else 5):
                        began = time.monotonic()
                        size = len(body_of(hub, path))
                        times.append(time.monotonic() - began)
                    figures[path] = (sorted(times), pulse.largest_gap)
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
            self.assertEqual(pulse.lines, pulse.sent)
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
