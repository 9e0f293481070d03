"""The hub reads Marathon's event stream, tells each gap in it, and takes each event once."""
import json
import random
import signal
import unittest

from linked import (FAST, Marathon, gaps, happened, kept, link_of, metric, numbers, registering,
                    streaming, wait_numbers, wait_registered, wait_state, wait_until)

from events import KINDS
from faults import SCALE
from hub import deadline
from journal_test import Folder
from looking_in import page

MIB = 1 << 20


def wait_attached(marathon, hub, count=1):
    wait_until(lambda: marathon.streams == count, "the hub reads the event stream")
    return wait_state(hub, "streaming")


def is_durable(hub):
    status = page(hub, "/v1/status")
    return status["journal"]["durable_cursor"] == status["cursor"]


class Choice(unittest.TestCase):
    """By which way events come, without being told."""

    def test_the_stream_where_there_are_no_callbacks(self):
        for callbacks, said in (("gone", "is answered with 404"), ("off", "is answered with 400: "
                                "http event callback system is not running")):
            with Marathon(callbacks=callbacks) as marathon, registering(marathon) as hub:
                wait_attached(marathon, hub)
                line = hub.wait_log("events come by the event stream: ")
                self.assertTrue(line)
                self.assertEqual(hub.read_log().count("events come by"), 1)
                self.assertIn(said, link_of(hub)["why_stream"])
                marathon.emit(happened(1))
                self.assertEqual(wait_numbers(hub, [1]), [1])
            self.assertEqual(marathon.seen("POST", "/v2/eventSubscriptions"), [])

    def test_the_stream_without_a_callback_url(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            self.assertEqual([(r.method, r.target, r.headers["accept"])
                              for r in marathon.requests],
                             [("GET", "/v2/events", "text/event-stream")])
            self.assertEqual(link_of(hub)["why_stream"], "no --callback-url is given")

    def test_neither(self):
        with Marathon(stream=False) as marathon, streaming(marathon) as hub:
            wait_state(hub, "back_off")
            self.assertIn("a Marathon without an event stream needs --callback-url",
                          hub.wait_log("needs") and hub.read_log())
        with Marathon(stream=False, callbacks="gone") as marathon, registering(marathon) as hub:
            wait_state(hub, "back_off")
            self.assertIn("it has no callbacks either", link_of(hub)["last_error"])

    def test_a_marathon_that_becomes_newer_and_older(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            marathon.forget()
            marathon.callbacks = "gone"
            wait_attached(marathon, hub)
            marathon.emit(happened(1))
            wait_numbers(hub, [1])
            marathon.callbacks = True
            marathon.cut_streams()
            wait_registered(marathon, hub)
            marathon.emit(happened(2))
            self.assertEqual(wait_numbers(hub, [1, 2]), [1, 2])
            self.assertEqual(len(gaps(hub)), 2)


class Forms(unittest.TestCase):
    """What a stream looks like."""

    def test_each_kind_of_event_in_each_form(self):
        for line_end in ("\r\n", "\n"):
            for chunked in (False, True):
                for lines in (False, True):
                    with self.subTest(line_end=line_end, chunked=chunked, lines=lines):
                        self.each_kind(Marathon(line_end=line_end, chunked=chunked,
                                                heartbeat_s=0.01), lines)

    def each_kind(self, made, lines):
        with made as marathon, streaming(marathon) as hub, \
                hub.subscribe("format=ndjson&tail=100") as stream:
            wait_attached(marathon, hub)
            self.assertIn("event_stream_attached", stream.read_line().decode())
            for what, severity in KINDS:
                marathon.comment("between")
                self.assertEqual(marathon.emit(what, lines=lines), 1)
                got = json.loads(stream.read_line())
                self.assertEqual(got["fields"], what)
                self.assertEqual(json.loads(got["text"]), what)
                self.assertEqual(got["severity"], severity)
                self.assertEqual(got["app"], what.get("appId", "marathon").removeprefix("/"))
                self.assertEqual((got["proc"], got["host"]),
                                 ("marathon", what.get("host", "127.0.0.1")))
            wait_until(lambda: link_of(hub)["heartbeats"] > len(KINDS), "heartbeats are counted")

    def test_only_the_types_that_are_wanted(self):
        with Marathon() as marathon, streaming(
                marathon, options="?event_type=app_terminated_event&event_type=x") as hub:
            wait_attached(marathon, hub)
            self.assertEqual(marathon.requests[0].target,
                             "/v2/events?event_type=app_terminated_event&event_type=x")
            self.assertEqual(marathon.emit(happened(1)), 0)
            self.assertEqual(marathon.emit(happened(2, "x")), 1)
            self.assertEqual(wait_numbers(hub, [2]), [2])

    def test_long_events_and_one_that_is_too_long(self):
        with Marathon() as marathon, streaming(
                marathon, "--event-store", "in-memory://localhost/?max_length=1000") as hub:
            wait_attached(marathon, hub)
            for n, size in enumerate((70_000, 5 * MIB, 15 * MIB, 17 * MIB, 10)):
                self.assertEqual(marathon.emit(happened(n, plan="x" * size)), 1)
            wait_until(lambda: 4 in numbers(hub), "the last one")
            self.assertEqual(numbers(hub), [0, 1, 2, 4])
            self.assertEqual(len(kept(hub)[2]["plan"]), 15 * MIB)
            self.assertEqual(link_of(hub)["refused_events"], 1)
            self.assertEqual(metric(hub, "logio_marathon_refused_events_total"), 1)
            self.assertIn("at most 16777216 are taken", hub.read_log())

    def test_data_that_is_no_json(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            marathon.emit(b"{\"n\":1", kind="x")
            marathon.emit(happened(2))
            self.assertEqual(wait_numbers(hub, [2]), [2])
            self.assertEqual(link_of(hub)["refused_events"], 1)
            self.assertIn("not JSON", hub.read_log())


class Twice(unittest.TestCase):
    """Which events are the same."""

    def test_equal_ones_of_one_connection_are_all_kept(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            for _ in range(5):
                marathon.emit(happened(1))
            self.assertEqual(wait_numbers(hub, [1] * 5), [1] * 5)
            self.assertEqual(link_of(hub)["repeated_events"], 0)

    def test_what_comes_again_behind_a_reconnect_or_as_a_callback_is_not(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            callback = f"http://127.0.0.1:{hub.subscribe_port}/events"
            marathon.emit_each(happened(n) for n in range(10))
            wait_numbers(hub, range(10))
            marathon.cut_streams()
            wait_attached(marathon, hub)
            marathon.emit_each(happened(n) for n in range(5, 15))
            self.assertEqual(wait_numbers(hub, range(15)), list(range(15)))
            self.assertEqual(link_of(hub)["repeated_events"], 5)
            # By hand, so that both ways are open at a time.
            marathon.subscribe(callback)
            marathon.emit_each(happened(n) for n in range(15, 40))
            wait_until(lambda: not marathon.pending, "all are posted")
            wait_until(lambda: len(numbers(hub)) >= 40, "all are there")
            wait_until(lambda: link_of(hub)["repeated_events"] >= 31, "the copies are counted")
            self.assertEqual(sorted(numbers(hub)), list(range(40)))
            # 5, 25 and the subscribe_event.
            self.assertEqual(metric(hub, "logio_marathon_repeated_events_total"), 31)
            self.assertEqual(marathon.refused, 0)


class Gaps(unittest.TestCase):
    """Each time in which nothing could be received is told."""

    def test_however_a_stream_ends(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            for turn, how in enumerate(({}, {"mid_event": True}, {"reset": True},
                                        {"mid_event": True, "reset": True}), 1):
                marathon.emit(happened(turn))
                wait_numbers(hub, range(turn))
                self.assertEqual(marathon.cut_streams(**how), 1)
                wait_attached(marathon, hub)
                wait_until(lambda n=turn: len(gaps(hub)) == n, "the gap is told")
                gap = gaps(hub)[-1]
                self.assertEqual((gap["app"], gap["proc"], gap["host"], gap["severity"]),
                                 ("marathon", "marathon", "127.0.0.1", 13))
                self.assertLessEqual(gap["fields"]["interrupted_from"],
                                     gap["fields"]["interrupted_to"])
            self.assertEqual(numbers(hub), [1, 2, 3, 4])
            self.assertEqual(link_of(hub)["interruptions"], 4)

    def test_silence(self):
        with Marathon(heartbeat_s=0.1) as marathon, streaming(
                marathon, options="?read_timeout=1s&check=100ms") as hub:
            wait_attached(marathon, hub)
            end = deadline(2)
            wait_until(lambda: link_of(hub)["heartbeats"] > 15, "heartbeats hold it")
            self.assertEqual((gaps(hub), link_of(hub)["errors"]), ([], 0), end)
            marathon.silence()
            wait_until(lambda: len(gaps(hub)) == 1, "silence is a gap")
            self.assertIn("timed out", gaps(hub)[0]["text"])
            marathon.emit(happened(1))
            self.assertEqual(wait_numbers(hub, [1]), [1])

    def test_a_marathon_that_is_away(self):
        with Marathon() as marathon, streaming(marathon) as hub:
            wait_attached(marathon, hub)
            marathon.stop()
            wait_until(lambda: link_of(hub)["errors"] >= 3, "it tries again")
            self.assertEqual(metric(hub, "logio_marathon_up"), 0)
            marathon.start()
            wait_attached(marathon, hub)
            wait_until(lambda: len(gaps(hub)) == 1, "one gap, however often it tried")
            self.assertEqual(metric(hub, "logio_marathon_up"), 1)

    def test_a_leader_that_changes(self):
        with Marathon() as first, Marathon() as second, \
                streaming(first, options=f",{second.url}{FAST}") as hub:
            wait_attached(first, hub)
            second.redirect(first.url)
            first.emit(happened(1))
            wait_numbers(hub, [1])
            second.redirect(None)
            first.redirect(second.url)
            first.cut_streams()
            wait_attached(second, hub)
            self.assertEqual(link_of(hub)["address"], second.address)
            second.emit(happened(2))
            self.assertEqual(wait_numbers(hub, [1, 2]), [1, 2])

    def test_a_hub_that_was_not_running(self):
        with Marathon() as marathon, Folder() as folder:
            flags = ("--data-dir", folder.path, "--disk-free-min", "0")
            for turn, number in enumerate((signal.SIGTERM, signal.SIGKILL, signal.SIGTERM)):
                with streaming(marathon, *flags) as hub:
                    wait_attached(marathon, hub)
                    wait_until(lambda n=turn: len(gaps(hub)) == n, "the gap is told")
                    marathon.emit(happened(turn))
                    self.assertEqual(wait_numbers(hub, range(turn + 1)), list(range(turn + 1)))
                    wait_until(lambda: is_durable(hub), "the journal has all of it")
                    hub.signal(number)
                    self.assertEqual(hub.wait(), 0 if number == signal.SIGTERM else -number)
                    hub.process.returncode = 0
            with streaming(marathon, *flags) as hub:
                wait_until(lambda: len(gaps(hub)) == 3, "all are there")
                for gap in gaps(hub):
                    self.assertIn("the hub was not running", gap["text"])
                    # It begins behind the last event that came.
                    with hub.subscribe("app=shop&format=ndjson&tail=10&follow=false&until=" +
                                       gap["fields"]["interrupted_to"]) as stream:
                        before = stream.read_body_to_end().splitlines()
                    self.assertLessEqual(json.loads(before[-1])["arrived"],
                                         gap["fields"]["interrupted_from"])
                self.assertEqual(numbers(hub), [0, 1, 2])


class Cuts(unittest.TestCase):
    """What is written to a standing connection is stored, once; each gap is told."""

    COUNT = 100_000 // SCALE
    CUTS = 50

    def test_a_hundred_thousand_events_and_fifty_cuts(self):
        chance = random.Random(11)
        store = f"in-memory://localhost/?max_length={2 * self.COUNT}"
        at = sorted(chance.sample(range(1, self.COUNT), self.CUTS))
        with Marathon(keep_written=True) as marathon, \
                streaming(marathon, "--event-store", store, "--ring-bytes", "256MiB") as hub:
            wait_attached(marathon, hub)
            begin = 0
            for end in [*at, self.COUNT]:
                marathon.emit_each(happened(n) for n in range(begin, end))
                begin = end
                if end == self.COUNT:
                    break
                marathon.chunked = chance.random() < 0.5
                marathon.cut_streams(mid_event=chance.random() < 0.5)
                wait_until(lambda: marathon.streams == 1, "it reads again")
            written = [json.loads(event) for _, event in marathon.written]
            wanted = [event["n"] for event in written if "n" in event]
            self.assertEqual(wanted, list(range(self.COUNT)))
            wait_until(lambda: link_of(hub)["events"]["status_update_event"] >= self.COUNT,
                       "all are taken")
            self.assertEqual(numbers(hub), wanted)
            self.assertEqual(len(gaps(hub)), self.CUTS)
            link = link_of(hub)
            self.assertEqual((link["interruptions"], link["refused_events"]), (self.CUTS, 0))

    def test_resets_cost_what_was_not_delivered_and_nothing_comes_twice(self):
        with Marathon(keep_written=True) as marathon, streaming(
                marathon, "--event-store", "in-memory://localhost/?max_length=50000") as hub:
            wait_attached(marathon, hub)
            for turn in range(20):
                marathon.emit_each(happened(n) for n in range(turn * 500, turn * 500 + 500))
                marathon.cut_streams(reset=True)
                wait_until(lambda: marathon.streams == 1, "it reads again")
            marathon.emit(happened(-1))
            wait_until(lambda: -1 in numbers(hub), "the last one")
            got = numbers(hub)
            self.assertEqual(got[:-1], sorted(set(got[:-1])))
            wait_until(lambda: len(gaps(hub)) == 20, "each gap is told")
