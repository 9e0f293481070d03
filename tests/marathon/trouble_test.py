"""What can go wrong with the test Marathon, each as a client sees it."""
import math
import socket
import threading
import unittest

from marathon import STRAY, Marathon
from receiver import Receiver
from troubles import GARBAGE
from wire_test import ACCEPT, ask, chunks, request

from hub import DEADLINE_S, Connection, Response, Stream


def subscribe(marathon, url="http://h/events"):
    return Response(ask(marathon, "POST", f"/v2/eventSubscriptions?callbackUrl={url}"))


class Requests(unittest.TestCase):
    """Answers that are none, or not those that one hopes for."""

    def setUp(self):
        self.marathon = self.enterContext(Marathon())

    def statuses(self, method, path, count):
        return [Response(ask(self.marathon, method, path, ACCEPT)).status for _ in range(count)]

    def test_it_fails_so_often(self):
        self.marathon.fail(503, times=2)
        self.assertEqual(self.statuses("GET", "/ping", 1), [200])
        self.assertEqual(self.statuses("GET", "/v2/eventSubscriptions", 3), [503, 503, 200])
        self.marathon.fail(500, path="/v2/events")
        self.marathon.fail(409, method="DELETE", times=math.inf)
        self.assertEqual(self.statuses("GET", "/v2/eventSubscriptions", 2), [200, 200])
        self.assertEqual(self.statuses("DELETE", "/v2/eventSubscriptions?callbackUrl=a", 3),
                         [409] * 3)
        self.assertEqual(self.statuses("GET", "/v2/events", 1), [500])
        self.marathon.heal()
        self.assertEqual(self.statuses("DELETE", "/v2/eventSubscriptions?callbackUrl=a", 1), [200])
        self.assertEqual(len(self.marathon.requests), 11)

    def test_the_body_of_a_failure(self):
        for body, kind, raw in (
                (None, "text/html;charset=iso-8859-1", None),
                ("no leader", "text/plain;charset=utf-8", b"no leader"),
                (b"{x", "application/json", b"{x"),
                ({"message": "m"}, "application/json", chunks(b'{"message":"m"}'))):
            self.marathon.fail(503, body=body, headers=["Retry-After: 7"])
            answer = Response(ask(self.marathon, "GET", "/v2/info"))
            self.assertEqual((answer.status, answer.headers["content-type"],
                              answer.headers["retry-after"]), (503, kind, "7"))
            if raw is None:
                self.assertIn(b"HTTP ERROR 503", answer.body)
            else:
                self.assertEqual(answer.body, raw)

    def test_it_hangs_until_it_is_released(self):
        self.marathon.hang(times=2, path="/v2/eventSubscriptions")
        with Connection(self.marathon.port) as first, Connection(self.marathon.port) as second:
            for connection in (first, second):
                connection.send(request("POST", "/v2/eventSubscriptions?callbackUrl=a"))
            self.marathon.wait_for(lambda: self.marathon.hanging == 2, "both hang")
            self.assertEqual(subscribe(self.marathon, "b").status, 200)
            self.assertTrue(first.is_quiet() and second.is_quiet(0))
            second.close()
            self.assertEqual(self.marathon.subscriptions, ["b"])
            self.marathon.hang()
            self.marathon.hang()
            self.marathon.release()
            self.assertIn(b"subscribe_event", first.read_until(b"\r\n0\r\n\r\n"))
            self.marathon.wait_for(lambda: not self.marathon.hanging, "none hangs")
            self.assertEqual(sorted(self.marathon.subscriptions), ["a", "b"])
        self.assertEqual(self.statuses("GET", "/v2/info", 1), [200])

    def test_what_hangs_ends_with_it(self):
        self.marathon.hang()
        with Connection(self.marathon.port) as connection:
            connection.send(request("GET", "/v2/info"))
            self.marathon.wait_for(lambda: self.marathon.hanging, "it hangs")
            self.marathon.stop()
            self.assertEqual(connection.read_to_end(), b"")
        self.assertEqual(self.marathon.hanging, 0)

    def test_it_answers_garbage(self):
        self.marathon.garbage(times=2)
        for _ in range(2):
            self.assertEqual(ask(self.marathon, "GET", "/v2/info"), GARBAGE)
        self.assertEqual(self.statuses("GET", "/v2/info", 1), [200])
        self.marathon.garbage(data=b"HTTP/1.1 200 OK\r\nContent-Le")
        self.assertEqual(ask(self.marathon, "GET", "/v2/info"), b"HTTP/1.1 200 OK\r\nContent-Le")

    def test_it_redirects_to_the_leader(self):
        self.marathon.prefix = "/m"
        for status in (302, 307):
            self.marathon.redirect("http://leader:8080/", status)
            for target in ("/v2/events?event_type=a&event_type=b", "/v2/eventSubscriptions"):
                answer = Response(ask(self.marathon, "GET", "/m" + target, ACCEPT))
                self.assertEqual(
                    (answer.status, answer.headers["location"], answer.headers["content-length"]),
                    (status, "http://leader:8080" + target, "0"))
        self.assertEqual(self.statuses("GET", "/m/ping", 1), [200])
        self.marathon.redirect(None)
        self.assertEqual(self.statuses("GET", "/m/v2/info", 1), [200])

    def test_it_forgets_who_has_subscribed(self):
        with Receiver() as receiver:
            subscribe(self.marathon, receiver.url)
            self.marathon.wait_for(lambda: self.marathon.posted == 1, "it is posted")
            receiver.go_on.clear()
            self.marathon.emit_each([b"1", b"2"])
            self.marathon.wait_for(lambda: len(receiver.bodies) == 2, "the first is posted")
            self.marathon.forget()
            self.assertEqual(self.marathon.subscriptions, [])
            receiver.go_on.set()
            self.marathon.emit(b"3")
            subscribe(self.marathon, receiver.url)
            self.marathon.wait_for(lambda: len(receiver.bodies) == 3, "it is there again")
            self.assertNotIn(b"2", receiver.bodies)
            self.assertNotIn(b"3", receiver.bodies)


class Streams(unittest.TestCase):
    def setUp(self):
        self.marathon = self.enterContext(Marathon(keep_written=True, heartbeat_s=0.02))

    def open(self, query="?event_type=a", **how):
        count = self.marathon.streams
        stream = self.enterContext(Stream(self.marathon.port, f"/v2/events{query}",
                                          headers=(ACCEPT,), **how))
        self.marathon.wait_for(lambda: self.marathon.streams == count + 1, "it is attached")
        return stream

    def events(self, raw):
        """The bodies of the frames that are whole."""
        return [frame.removeprefix(b"event: a\r\ndata: ")
                for frame in raw.lstrip().split(b"\r\n\r\n")[:-1] if frame.strip()]

    def test_a_cut_delivers_all_that_was_written(self):
        self.marathon.heartbeat_s = None
        for chunked in (False, True):
            self.marathon.chunked = chunked
            self.marathon.written.clear()
            streams = [self.open() for _ in range(3)]
            read = [None] * 3

            def drain(n, stream):
                read[n] = stream.read_body_to_end()
            threads = [threading.Thread(target=drain, args=(n, stream))
                       for n, stream in enumerate(streams)]
            emitter = threading.Thread(target=lambda: self.marathon.emit_each(
                (b'{"n":%d}' % n for n in range(50_000)), kind="a"))
            for thread in (emitter, *threads):
                thread.start()
            self.marathon.wait_for(lambda: len(self.marathon.written) > 3000, "some are written")
            self.assertEqual(self.marathon.cut_streams(), 3)
            written = list(self.marathon.written)
            for thread in (*threads, emitter):
                thread.join()
            self.assertEqual(self.marathon.streams, 0)
            numbers = sorted({number for number, _ in written})
            self.assertEqual(len(numbers), 3)
            for number, raw in zip(numbers, read):
                whole = [body for n, body in written if n == number]
                self.assertEqual(self.events(raw), whole)
                self.assertEqual(whole, [b'{"n":%d}' % n for n in range(len(whole))])
            self.assertEqual(self.marathon.written, written)
            self.assertEqual([stream.complete for stream in streams], [chunked] * 3)

    def test_a_cut_in_the_middle_of_an_event(self):
        self.marathon.heartbeat_s = None
        piece = self.marathon.frame(STRAY)
        for mid_event, end in ((True, piece[:len(piece) // 2]), (b"data: x", b"data: x"),
                               (piece[:-2], piece[:-2])):
            for reset in (False, True):
                stream = self.open()
                self.marathon.emit(b"1", kind="a")
                self.assertEqual(stream.read_lines(3)[1], b"data: 1\r\n")
                self.marathon.emit(b"2", kind="a")
                self.assertEqual(self.marathon.cut_streams(mid_event, reset), 1)
                self.assertEqual(stream.body + stream.read_to_end(),
                                 b"event: a\r\ndata: 2\r\n\r\n" + end)

    def test_a_cut_in_the_middle_of_a_chunk(self):
        self.marathon.heartbeat_s = None
        self.marathon.chunked = True
        stream = self.open()
        self.marathon.cut_streams(mid_event=b"event: a\r\nda")
        self.assertEqual(stream.read_to_end(), b"18\r\nevent: a\r\nda")

    def test_a_reset(self):
        stream = self.open()
        stream.read_line()
        self.assertEqual(self.marathon.cut_streams(reset=True), 1)
        with self.assertRaises(ConnectionResetError):
            while stream.receive():
                pass
        self.assertEqual(self.marathon.emit(b"1", kind="a"), 0)

    def test_a_reset_frees_who_writes_to_one_that_does_not_read(self):
        self.open(receive_buffer=4096)
        done = []
        emitter = threading.Thread(
            target=lambda: done.append(self.marathon.emit_each([b"x" * (32 << 20)], kind="a")))
        emitter.start()
        self.assertTrue(emitter.is_alive())
        self.marathon.cut_streams(reset=True)
        emitter.join(DEADLINE_S)
        self.assertEqual((done, self.marathon.written), ([0], []))

    def test_who_does_not_read_has_a_bound(self):
        self.marathon.write_timeout_s = 0.2
        stuck = self.open("?event_type=b", receive_buffer=4096)
        other = self.open()
        self.assertEqual(self.marathon.emit(b"x" * (16 << 20), kind="b"), 0)
        self.assertEqual(self.marathon.streams, 1)
        self.assertEqual(self.marathon.emit(b"1", kind="a"), 1)
        self.assertEqual(self.marathon.written, [(2, b"1")])
        self.marathon.cut_streams()
        self.assertIn(b"data: 1\r\n", other.read_body_to_end())
        self.assertLess(len(stuck.read_body_to_end()), 16 << 20)

    def test_silence(self):
        stream = self.open()
        stream.read_line()
        self.marathon.silence()
        later = self.open()
        self.assertEqual(self.marathon.emit(b"1", kind="a"), 1)
        self.assertEqual([body for _, body in self.marathon.written], [b"1"])
        self.marathon.silence(later=True)
        latest = self.open()
        self.assertEqual(self.marathon.emit(b"2", kind="a"), 0)
        self.assertTrue(latest.is_quiet())
        self.assertEqual(self.marathon.streams, 3)
        self.marathon.speak()
        self.assertEqual(self.marathon.emit(b"3", kind="a"), 3)
        self.marathon.cut_streams()
        for one, bodies in ((stream, [b"3"]), (later, [b"1", b"3"]), (latest, [b"3"])):
            lines = one.read_body_to_end().split(b"\r\n")
            self.assertEqual([x[6:] for x in lines if x.startswith(b"data: ")], bodies)

    def test_it_stops_and_starts_at_its_port(self):
        for _ in range(20):
            stream = self.open()
            idle = self.enterContext(Connection(self.marathon.port))
            subscribe(self.marathon, "a")
            self.marathon.stop()
            self.assertEqual(self.marathon.emit(b"1", kind="a"), 0)
            stream.read_to_end()
            self.assertEqual(idle.read_to_end(), b"")
            with socket.socket() as probe, self.assertRaises(ConnectionRefusedError):
                probe.connect((self.marathon.host, self.marathon.port))
            self.assertEqual((self.marathon.streams, self.marathon.threads), (0, {}))
            self.marathon.start()
            self.assertEqual(self.marathon.subscriptions, ["a"])

    def test_nothing_is_left_of_it(self):
        before = threading.active_count()
        with Receiver() as receiver, Marathon() as marathon:
            receiver.go_on.clear()
            marathon.subscribe(receiver.url)
            with Connection(marathon.port), Stream(marathon.port, "/v2/events", headers=(ACCEPT,)):
                marathon.wait_for(lambda: marathon.streams and receiver.bodies, "all is busy")
                marathon.hang()
                with Connection(marathon.port) as connection:
                    connection.send(request("GET", "/v2/info"))
                    marathon.wait_for(lambda: marathon.hanging, "it hangs")
                    marathon.__exit__()
        self.marathon.wait_for(lambda: threading.active_count() <= before, "threads have ended")


if __name__ == "__main__":
    unittest.main()
