"""Marathon's callbacks: POST /events, what becomes of an event, and GET /events."""
import contextlib
import json
import random
import signal
import socket
import threading
import time
import unittest

from events import KINDS, compact, event, post_chunked, post_event, stored
from faults import SCALE
from hub import Connection, Hub, Stream, run, wait_until
from journal_test import Folder
from looking_in import Metrics
from post import head


def bodies(hub, query=""):
    """The events that are stored, as JSON of each."""
    return json.loads(stored(hub, query))["events"]


class Record(unittest.TestCase):
    """An event is a record of its app, and is kept as it was posted."""

    def test_each_kind_of_event(self):
        with Hub() as hub, hub.subscribe("format=ndjson") as stream:
            for what, severity in KINDS:
                body = compact(what)
                answer = post_event(hub, body)
                self.assertEqual((answer.status, answer.body, answer.headers["content-length"]),
                                 (200, b"", "0"))
                got = json.loads(stream.read_line())
                self.assertEqual(got["text"], body.decode())
                self.assertEqual(got["fields"], what)
                self.assertEqual(got["severity"], severity, what)
                self.assertEqual(got["app"], what.get("appId", "marathon").removeprefix("/"))
                self.assertEqual(got["proc"], "marathon")
                self.assertEqual(got["host"], what.get("host", "127.0.0.1"))
                self.assertEqual(got["time"], "2015-09-30T12:44:45.681000000Z")
            self.assertEqual(stored(hub), b'{"events":[' +
                             b",".join(compact(what) for what, _ in KINDS) + b"]}")

    def test_one_stream_has_the_lines_of_an_app_and_what_marathon_did_to_it(self):
        with Hub() as hub, hub.subscribe("app=shop") as stream:
            post_event(hub, compact(event("deployment_info", plan={})))
            post_event(hub, compact(event("status_update_event", appId="/shop", host="h1",
                                          taskStatus="TASK_FAILED")))
            self.assertRegex(stream.read_line(), rb'^2015-09-30T12:44:45.681 shop\[marathon\] h1: '
                                                 rb'{"appId":"/shop",.*"TASK_FAILED"')

    def test_whatever_its_type_framing_or_form(self):
        pretty = b' {\r\n  "eventType" : "x",\n\t"a": [1, 2] }\n'
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            for headers in ((), ("Content-Type: text/plain",), ("Content-Type: application/x-www-"
                            "form-urlencoded", "Expect: 100-continue")):
                self.assertEqual(post_event(hub, b'{"n":1}', *(headers or ("X-A: b",))).status, 200)
                self.assertEqual(stream.read_line(), b'{"n":1}\n')
            self.assertEqual(post_chunked(hub, b'{"n"', b":", b"2}").status, 200)
            self.assertEqual(stream.read_line(), b'{"n":2}\n')
            for value in (b"null", b"7", b'"x"', b"[1,{}]", b"{}"):
                self.assertEqual(post_event(hub, value).status, 200)
                self.assertEqual(stream.read_line(), value + b"\n")
            self.assertEqual(post_event(hub, pretty).status, 200)
            self.assertEqual(stream.read_line(), b'{"eventType":"x","a":[1,2]}\n')
            self.assertIn(b'[1,{}],{},{\r\n  "eventType" : "x",\n\t"a": [1, 2] }]}', stored(hub))

    def test_a_body_that_comes_byte_by_byte(self):
        body = compact(KINDS[2][0])
        with Hub() as hub, Connection(hub.subscribe_port) as connection:
            connection.send(head("/events", f"Content-Length: {len(body)}"))
            for n in range(len(body)):
                connection.send(body[n:n + 1])
            self.assertTrue(connection.read_to_end().startswith(b"HTTP/1.1 200 "))
            self.assertEqual(bodies(hub), [KINDS[2][0]])


class Port(unittest.TestCase):
    """--events-listen: marathon-logger's port."""

    def test_it_has_events_and_nothing_else(self):
        with Hub("--events-listen", "127.0.0.1:0") as hub:
            body = compact(KINDS[2][0])
            answer = hub.request(head("/events", f"Content-Length: {len(body)}") + body,
                                 hub.events_port)
            self.assertEqual((answer.status, answer.body), (200, b""))
            answer = hub.request(head("/events", method="GET", version="1.0"), hub.events_port)
            self.assertEqual(answer.body, b'{"events":[' + body + b"]}")
            self.assertEqual(stored(hub), answer.body)
            self.assertEqual(hub.request(head("/healthz", method="GET"), hub.events_port).status,
                             200)
            for path in ("/", "/?app=shop", "/metrics", "/v1/sinks", "/v1/reload", "/nothing"):
                for method in ("GET", "POST"):
                    answer = hub.request(head(path, method=method), hub.events_port)
                    self.assertEqual(answer.status, 404)
                    self.assertIn("Here are /events, /healthz; all else is at the subscribers' "
                                  "port", answer.body.decode())

    def test_a_port_in_use_is_told_with_its_flag(self):
        with Hub("--events-listen", "127.0.0.1:0") as hub:
            port = f"127.0.0.1:{hub.events_port}"
            done = run("serve", "--publish-listen", "127.0.0.1:0", "--subscribe-listen",
                       "127.0.0.1:0", "--events-listen", port)
            self.assertEqual(done.returncode, 69)
            self.assertIn(f"cannot listen for events on {port} (--events-listen): ",
                          done.stderr.decode())


class Refusal(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(Hub("--first-byte-timeout", "1s"))

    def tearDown(self):
        self.assertEqual(stored(self.hub), b'{"events":[]}')
        self.assertEqual(Metrics(self.hub)("logio_records_received_total", input="http"), 0)

    def refused(self, answer, status, text):
        self.assertEqual(answer.status, status)
        self.assertIn(text, answer.body.decode())
        self.hub.wait_log("an event was not taken: ")

    def test_what_is_no_json(self):
        for body, why in ((b"", "it is empty"), (b"{", "it is cut off"),
                          (b'{"a":1} x', "'x' follows the value at byte 8"),
                          (b"a=b", "found 'a' at byte 0"), (b"{'a':1}", "at byte 1"),
                          (b'"\xff"', "byte 0xff at byte 1 is not UTF-8")):
            self.refused(post_event(self.hub, body), 400, "error: not JSON: ")
            self.refused(post_event(self.hub, body), 400, why)

    def test_what_is_too_long(self):
        with Connection(self.hub.subscribe_port) as connection:
            connection.send(head("/events", f"Content-Length: {(16 << 20) + 1}"))
            self.assertIn(b" 413 ", connection.read_until(b"\r\n"))
        self.refused(post_chunked(self.hub, b'"', *[b"x" * (1 << 20)] * 16, b'"'), 413,
                     "the event has more than 16MiB")

    def test_what_ends_early_or_never(self):
        with Connection(self.hub.subscribe_port) as connection:
            connection.send(head("/events", "Content-Length: 10") + b"{}")
            self.assertIn(b" 408 ", connection.read_until(b"\r\n"))
        with Connection(self.hub.subscribe_port) as connection:
            connection.send(head("/events", "Content-Length: 10") + b'{"a":1')
            connection.end_sending()
            self.assertIn(b" 400 ", connection.read_until(b"\r\n"))

    def test_what_is_not_taken(self):
        self.refused(post_event(self.hub, b"{}", "Content-Encoding: gzip"), 415, "compressed")
        self.refused(post_event(self.hub, b"{}", "Origin: http://evil.example"), 403, "may not")
        self.assertEqual(self.hub.get("/events", method="POST").status, 411)
        for method in ("PUT", "DELETE"):
            answer = self.hub.get("/events", method=method)
            self.assertEqual((answer.status, answer.headers["allow"]),
                             (405, "GET, HEAD, OPTIONS, POST"))
        self.assertEqual(self.hub.get("/events/").status, 404)


class Store(unittest.TestCase):
    def test_the_newest_hundred(self):
        with Hub() as hub:
            for n in range(130):
                post_event(hub, b'{"n":%d}' % n)
            self.assertEqual([e["n"] for e in bodies(hub)], list(range(30, 130)))
            self.assertEqual(hub.get("/events", method="HEAD").body, b"")

    def test_its_length_is_an_option(self):
        with Hub("--event-store", "in-memory://localhost/?max_length=3") as hub:
            for n in range(5):
                post_event(hub, b"%d" % n)
            self.assertEqual(stored(hub), b'{"events":[2,3,4]}')

    def test_filters(self):
        with Hub() as hub:
            begin = time.time()
            for app in ("/shop", "/bank/web", None):
                for kind in ("status_update_event", "app_terminated_event"):
                    post_event(hub, compact(event(kind, **({"appId": app} if app else {}))))
            one = [(e.get("appId"), e["eventType"][0]) for e in bodies(hub)]
            self.assertEqual(one, [("/shop", "s"), ("/shop", "a"), ("/bank/web", "s"),
                                   ("/bank/web", "a"), (None, "s"), (None, "a")])

            def chosen(query):
                return [one.index((e.get("appId"), e["eventType"][0])) for e in bodies(hub, query)]
            self.assertEqual(chosen("app=shop"), [0, 1])
            self.assertEqual(chosen("app=shop|bank/.*"), [0, 1, 2, 3])
            self.assertEqual(chosen("app=marathon&type=app.*"), [5])
            self.assertEqual(chosen("type=status_update_event&n=2"), [2, 4])
            self.assertEqual(chosen("n=0"), [])
            self.assertEqual(chosen("since=1h"), [0, 1, 2, 3, 4, 5])
            after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + 3600))
            self.assertEqual(hub.get("/events?since=" + after).status, 400)
            for query, parameter in (("type=(", "type"), ("n=x", "n"), ("since=x", "since"),
                                     ("proc=x", "proc"), ("tail=1", "tail")):
                answer = hub.get("/events?" + query)
                self.assertEqual(answer.status, 400, query)
                self.assertIn(f"error: {parameter}: ", answer.body.decode())

    def test_syslog_gets_the_datagrams_of_marathon_logger(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(20)
            url = f"syslog://127.0.0.1:{receiver.getsockname()[1]}/"
            with Hub("--event-store", url) as hub:
                for what, _ in KINDS:
                    post_event(hub, compact(what))
                    self.assertEqual(receiver.recv(65536),
                                     b"<14>marathon-logger: " + compact(what))
                self.assertEqual(stored(hub), b'{"events":[]}')
                with hub.publish("shop", "web") as publisher:  # not every record is an event
                    publisher.send(b'{"raw":"a line"}')
                post_event(hub, b'{"n":1}')
                self.assertEqual(receiver.recv(65536), b'<14>marathon-logger: {"n":1}')
            with Hub("--event-store", url + "?format=rfc5424") as hub:
                post_event(hub, b'{"n":1}')
                self.assertRegex(receiver.recv(65536), rb'^<14>1 .* 127.0.0.1 marathon marathon - ')


class Follow(unittest.TestCase):
    """GET /events with Accept: text/event-stream, as Marathon's own /v2/events."""

    def follow(self, hub, query=""):
        return Stream(hub.subscribe_port, "/events" + query,
                      headers=("Accept: text/event-stream",))

    def read_event(self, stream):
        """(type, data) of the next event."""
        kind, data = "", []
        while True:
            line = stream.read_line()[:-1]
            name, _, value = line.partition(b": ")
            if name == b"event":
                kind = value.decode()
            elif name == b"data":
                data.append(value)
            elif not line:
                return kind, b"\n".join(data)

    def test_events_come_as_they_are_posted(self):
        with Hub() as hub:
            post_event(hub, b'{"before":1}')
            with self.follow(hub) as stream, self.follow(hub, "?app=shop&type=status.*") as some:
                self.assertEqual(stream.head.headers["content-type"], "text/event-stream")
                for what, _ in KINDS:
                    post_event(hub, compact(what))
                    self.assertEqual(self.read_event(stream), (what["eventType"], compact(what)))
                wanted = [what for what, _ in KINDS if what.get("appId") == "/shop"
                          and what["eventType"].startswith("status")]
                for what in wanted:
                    self.assertEqual(self.read_event(some), (what["eventType"], compact(what)))
                post_event(hub, b'{\n"a":\r\n1}')
                self.assertEqual(self.read_event(stream), ("", b'{\n"a":\n1}'))

    def test_what_is_stored_comes_first_when_it_is_asked_for(self):
        with Hub() as hub:
            for n in range(5):
                post_event(hub, b"%d" % n)
            with self.follow(hub, "?n=2") as last, self.follow(hub, "?since=1h") as all_of_them:
                post_event(hub, b"5")
                self.assertEqual([self.read_event(last)[1] for _ in range(3)], [b"3", b"4", b"5"])
                self.assertEqual([self.read_event(all_of_them)[1] for _ in range(6)],
                                 [b"0", b"1", b"2", b"3", b"4", b"5"])

    def test_the_hub_ends_it_cleanly(self):
        with Hub("--event-store", "in-memory://localhost/?max_length=10000") as hub:
            with self.follow(hub) as stream:
                for n in range(100):
                    post_event(hub, b"%d" % n)
                begin = time.monotonic()
                hub.signal(signal.SIGTERM)
                body = stream.read_body_to_end()
                self.assertTrue(stream.complete)
                self.assertEqual(body.count(b"data: "), 100)
                self.assertEqual(hub.wait(), 0)
                self.assertLess(time.monotonic() - begin, 5 * SCALE)

    def test_a_slow_reader_is_told_what_it_missed(self):
        count = 300
        with (Hub("--event-store", "in-memory://localhost/?max_length=3") as hub,
              Stream(hub.subscribe_port, "/events", headers=("Accept: text/event-stream",),
                     receive_buffer=4096) as stream):
            for n in range(count):
                post_event(hub, b'{"n":%d,"x":"%s"}' % (n, b"x" * 100_000))
            seen = dropped = 0
            last = -1
            while seen + dropped < count:
                kind, data = self.read_event(stream)
                what = json.loads(data)
                if kind == "dropped":
                    dropped += what["dropped"]
                    last += what["dropped"]
                else:
                    seen += 1
                    self.assertEqual(what["n"], last + 1)
                    last = what["n"]
            self.assertGreater(dropped, 0)
            self.assertEqual(seen + dropped, count)


class Restart(unittest.TestCase):
    """With a data directory, what was answered is shown by the hub that comes after."""

    def test_after_a_kill_in_the_middle(self):
        with Folder() as data:
            flags = ("--data-dir", data.path, "--disk-free-min", "0",
                     "--event-store", "in-memory://localhost/?max_length=100000")
            answered, sent = [], 0
            for _ in range(max(2, 8 // SCALE)):
                hub = Hub(*flags)
                self.assertEqual([e["n"] for e in bodies(hub) if e["n"] in answered], answered)
                try:
                    killer = threading.Timer(random.uniform(0.05, 0.4), hub.kill)
                    killer.start()
                    while True:
                        answer = post_event(hub, b'{"n":%d,"x":"%s"}' % (sent, b"y" * (sent % 999)))
                        if answer.status == 200:
                            answered.append(sent)
                        sent += 1
                except (OSError, ValueError, IndexError):
                    sent += 1  # it may be there, without an answer
                finally:
                    killer.join()
                    hub.kill()
            with Hub(*flags) as hub:
                found = [e["n"] for e in bodies(hub)]
                self.assertEqual(found, sorted(set(found)))
                self.assertEqual([n for n in found if n in answered], answered)
                self.assertLess(len(found) - len(answered), 10)
                self.assertGreater(len(answered), 10)

    def test_after_a_shutdown_with_filters(self):
        with Folder() as data:
            flags = ("--data-dir", data.path, "--disk-free-min", "0")
            with Hub(*flags) as hub:
                for what, _ in KINDS:
                    post_event(hub, compact(what))
                before = stored(hub)
            with Hub(*flags) as hub:
                self.assertEqual(stored(hub), before)
                self.assertEqual(bodies(hub, "app=myapp&type=status_.*"), [KINDS[3][0]])
            with Hub(*flags, "--event-store", "in-memory://localhost/?max_length=2") as hub:
                self.assertEqual(bodies(hub), [what for what, _ in KINDS[-2:]])


class Burst(unittest.TestCase):
    """A thousand events at once, some of several MB: none is lost, and nobody waits."""

    EVENTS = 1000

    def body(self, n):
        if n % 100 == 50:
            return compact(event("deployment_info", n=n, plan={"x": "y" * (5 << 20)}))
        return compact(event("status_update_event", n=n, appId=f"/app{n % 7}"))

    def post_all(self, hub, count):
        failed = []

        def run(first):
            for n in range(first, count, 20):
                answer = post_event(hub, self.body(n))
                if answer.status != 200:
                    failed.append((n, answer.status, answer.body))
        threads = [threading.Thread(target=run, args=(first,)) for first in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def numbers(self, hub):
        return sorted(e["n"] for e in bodies(hub))

    def test_none_is_lost_and_a_stream_goes_on(self):
        count = max(100, int(self.EVENTS / SCALE))
        with (Hub("--event-store", f"in-memory://localhost/?max_length={count}") as hub,
              hub.subscribe("app=clock&format=raw") as stream,
              hub.publish("clock") as publisher):
            ended = threading.Event()
            gaps = []

            def tick():
                while not ended.is_set():
                    begin = time.monotonic()
                    publisher.send(b'{"raw":"tick"}')
                    stream.read_line()
                    gaps.append(time.monotonic() - begin)
                    ended.wait(0.01)
            clock = threading.Thread(target=tick)
            clock.start()
            try:
                self.post_all(hub, count)
            finally:
                ended.set()
                clock.join()
            self.assertEqual(self.numbers(hub), list(range(count)))
            metrics = Metrics(hub)
            self.assertEqual(metrics("logio_records_received_total", input="http"), count)
            self.assertGreater(len(gaps), 10)
            self.assertLess(max(gaps), 0.5 * SCALE)

    def test_more_than_the_memory_for_input_waits_and_is_taken(self):
        with Hub("--event-store", "in-memory://localhost/?max_length=40", "--input-bytes-total",
                 "16MiB") as hub:
            big = [compact({"n": n, "x": "y" * (5 << 20)}) for n in range(12)]
            answers = []
            threads = [threading.Thread(target=lambda b=b: answers.append(post_event(hub, b)))
                       for b in big]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual([a.status for a in answers], [200] * len(big))
            self.assertEqual(self.numbers(hub), list(range(len(big))))

    def test_who_promises_events_and_sends_none_holds_up_no_publisher(self):
        with (Hub("--input-bytes-total", "32MiB", "--first-byte-timeout", "60s") as hub,
              contextlib.ExitStack() as idle):
            for _ in range(20):
                connection = idle.enter_context(Connection(hub.subscribe_port))
                connection.send(head("/events", f"Content-Length: {16 << 20}") + b"[")
            long_line = b"x" * 900_000
            with hub.subscribe("app=shop&format=raw") as stream, hub.publish("shop") as publisher:
                publisher.send(b'{"raw":"' + long_line[:500_000])
                publisher.send(long_line[500_000:] + b'"}')
                self.assertEqual(stream.read_line(), long_line + b"\n")

    def test_a_long_event_is_a_short_record(self):
        what = event("deployment_info", plan={"x": "y" * (3 << 20)}, id="d-1")
        with Hub() as hub, hub.subscribe("format=ndjson") as stream:
            self.assertEqual(post_event(hub, compact(what)).status, 200)
            got = json.loads(stream.read_line())
            self.assertLessEqual(len(got["text"]), 1 << 20)
            self.assertTrue(got["text"].endswith(" bytes]"))
            self.assertEqual({k: got["fields"][k] for k in ("id", "eventType", "timestamp")},
                             {k: what[k] for k in ("id", "eventType", "timestamp")})
            self.assertNotIn("plan", got["fields"])
            wait_until(lambda: bodies(hub) == [what], "it is stored whole")


if __name__ == "__main__":
    unittest.main()
