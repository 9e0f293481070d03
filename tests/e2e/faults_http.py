"""HTTP peers that never finish, never read or never stop: bounded, answered, counted."""
import resource
import selectors
import socket
import time
import unittest

from faults import (INSTRUMENTED, MIB, SCALE, Witness, descriptors, memory, reset_peak,
                    wait_descriptors)
from hub import DEADLINE_S, Connection, Failure, Hub, Response, record, wait_until
from load import Loop, connect
from looking_in import Metrics


class HalfOpen:
    """A member of a Loop that has sent half a head and waits for what is said to it."""

    def __init__(self, port, data=b"GET /?app=x HTTP/1.1\r\nHost: h\r\nX-More"):
        self.sock = connect(port)
        self.sock.send(data)
        self.got = b""
        self.ended = False

    def interest(self):
        return 0 if self.ended else selectors.EVENT_READ

    def on_writable(self):
        pass

    def on_readable(self):
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            data = b""
        self.got += data
        self.ended = not data

    def close(self):
        self.sock.close()


class Dripping(HalfOpen):
    """Sends a byte of a header field whenever it is told to."""

    def drip(self):
        if self.ended:
            return
        try:
            self.sock.send(b"x")
        except OSError:
            pass  # closed meanwhile; what was said is still to be read


def turn_pumping(loop, stream, publisher, until, seconds):
    """Serves the loop while records go through the hub one by one; the longest that one took."""
    worst, number, end = 0.0, 0, time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise Failure("the loop goes on for too long")
        number += 1
        began = time.monotonic()
        publisher.send(record(f"n{number}"))
        line = stream.read_line()
        worst = max(worst, time.monotonic() - began)
        if not line.endswith(b": n%d\n" % number):
            raise Failure(f"record {number} is {line!r}")
        loop.turn(0.01)
    return worst, number


class HalfRequests(unittest.TestCase):
    many = 3000 // SCALE
    GAP_S = 0.25 if not INSTRUMENTED else 2.5

    def test_thousands_get_408_and_disturb_no_stream(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, self.many + 1000), hard))
        loop = Loop()
        with Hub("--first-byte-timeout", "4s", "--io-threads", "2") as hub, \
                hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
            publisher.send(record("first"))
            stream.read_line()
            before, files = memory(hub)[0], descriptors(hub)
            reset_peak(hub)
            crowd = []

            def connect_more():
                for _ in range(min(20, self.many - len(crowd))):
                    crowd.append(loop.add(HalfOpen(hub.subscribe_port)))
                return len(crowd) == self.many

            opening, _ = turn_pumping(loop, stream, publisher, connect_more, DEADLINE_S)
            under_way = Metrics(hub)("logio_connections", kind="http")
            closing, records = turn_pumping(loop, stream, publisher,
                                            lambda: all(c.ended for c in crowd), DEADLINE_S)
            grown = memory(hub)[1] - before
            print(f"{self.many} half requests, {under_way:.0f} at once: longest record "
                  f"{max(opening, closing) * 1000:.0f} ms of {records}, {grown / MIB:.1f} MiB more")
            self.assertGreater(under_way, self.many * 0.9)
            self.assertLess(max(opening, closing), self.GAP_S)
            for one in crowd:
                self.assertTrue(one.got.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), one.got)
                self.assertIn(b"error: the request did not end in time\n", one.got)
            if not INSTRUMENTED:  # 10 KiB each: coroutines, socket, deadline, the head so far
                self.assertLess(grown, self.many * 10_240 + 4 * MIB)
            wait_descriptors(hub, files)
            now = Metrics(hub)
            self.assertEqual(now("logio_http_requests_total", code="408"), self.many)
            self.assertEqual(now("logio_connections", kind="http"), 1)  # the question itself
        loop.close()

    def test_a_byte_at_a_time_is_ended_by_the_time_for_the_whole_head(self):
        loop = Loop()
        with Hub("--first-byte-timeout", "2s") as hub, Witness(hub) as witness:
            witness.prove()
            crowd = [loop.add(Dripping(hub.subscribe_port)) for _ in range(50)]
            began = time.monotonic()

            def all_ended():
                for one in crowd:
                    one.drip()
                loop.turn(0.1)
                return all(c.ended for c in crowd)

            wait_until(all_ended, "slow heads are ended", DEADLINE_S)
            took = time.monotonic() - began
            for one in crowd:
                self.assertIn(b" 408 ", one.got[:20])
            self.assertGreater(took, 1.5)
            self.assertLess(took, 6)
            witness.prove()
        loop.close()


class LongHeads(unittest.TestCase):
    many, each = 1000 // SCALE, 60_000

    def test_are_bounded_together(self):
        with Hub("--input-bytes-total", "8MiB", "--first-byte-timeout", "10s") as hub, \
                Witness(hub) as witness:
            witness.prove()
            files, before = descriptors(hub), memory(hub)[0]
            reset_peak(hub)
            begin = b"GET / HTTP/1.1\r\nHost: h\r\nX: "
            crowd = []
            for _ in range(self.many):
                crowd.append(HalfOpen(hub.subscribe_port, begin + b"y" * self.each))
                if len(crowd) % 100 == 0:
                    witness.prove(1)
            self.assertEqual(hub.get("/healthz").status, 200)
            loop = Loop()
            loop.add(*crowd)
            loop.until(lambda: all(c.ended for c in crowd), DEADLINE_S, "all are ended")
            refused = sum(c.got.startswith(b"HTTP/1.1 503 ") for c in crowd)
            late = sum(c.got.startswith(b"HTTP/1.1 408 ") for c in crowd)
            grown = memory(hub)[1] - before
            print(f"{self.many} long heads: {refused} refused, {late} late, "
                  f"{grown / MIB:.1f} MiB more memory")
            self.assertEqual(refused + late, self.many)
            self.assertGreaterEqual(late, 8 * MIB // 131_072)
            self.assertLessEqual(late, 8 * MIB // self.each)
            if not INSTRUMENTED:
                self.assertLess(grown, 8 * MIB + self.many * 10_240 + 8 * MIB)
            wait_descriptors(hub, files)
            self.assertEqual(Metrics(hub)("logio_http_requests_total", code="503"), refused)
            self.assertEqual(hub.get("/v1/status", "X: " + "y" * self.each).status, 200)
            witness.prove()
            loop.close()


class Behind(unittest.TestCase):
    def push(self, connection, data, most, stream):
        """Sends until the hub's side is full or `most` is sent; reads what is streamed."""
        connection.socket.setblocking(False)
        sent, since = 0, time.monotonic()
        try:
            while sent < most and time.monotonic() - since < 1:
                try:
                    sent += connection.socket.send(data)
                    since = time.monotonic()
                except BlockingIOError:
                    stream()
        except (BrokenPipeError, ConnectionResetError):
            pass
        connection.socket.setblocking(True)
        return sent

    def test_requests_behind_a_stream_are_never_answered_in_bounded_memory(self):
        pipelined = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n" * 2000
        with Hub() as hub, Witness(hub) as witness, hub.subscribe("app=a&format=raw") as stream, \
                hub.publish("a") as publisher:
            witness.prove()
            before = memory(hub)[0]
            reset_peak(hub)
            sent = self.push(stream, pipelined, 64 * MIB, lambda: witness.prove(1))
            for i in range(100):
                publisher.send(record(f"n{i}"))
                self.assertEqual(stream.read_line(), b"n%d\n" % i)
            witness.prove()
            grown = memory(hub)[1] - before
            print(f"{sent / MIB:.1f} MiB taken behind a stream, {grown / MIB:.1f} MiB more memory")
            self.assertLess(sent, 64 * MIB, "the hub read all that came behind a stream")
            if not INSTRUMENTED:
                self.assertLess(grown, 4 * MIB)
            self.assertEqual(Metrics(hub)("logio_http_requests_total", code="200"), 2)

    def test_bytes_behind_a_page_are_read_over_and_bounded(self):
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            reset_peak(hub)
            before = memory(hub)[0]
            for _ in range(20):
                with Connection(hub.subscribe_port) as connection:
                    connection.send(b"GET /v1/status HTTP/1.1\r\nHost: h\r\n\r\n")
                    self.push(connection, b"y" * 65536, 8 * MIB, lambda: None)
                    answer = connection.read_to_end()
                    if answer:  # a reset may have taken it away
                        self.assertEqual(Response(answer).status, 200)
                        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
            witness.prove()
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 8 * MIB)


class NotReading(unittest.TestCase):
    def test_pages_that_nobody_reads_are_bounded_and_given_up(self):
        name = "n" * 200
        with Hub() as hub, Witness(hub) as witness:
            with hub.publish("seed") as publisher:
                publisher.send(record("x"))
                publisher.end_sending()
                publisher.read_to_end()
            body = b"".join(b'{"app":"%s%d","proc":"%s","host":"%s","raw":"x"}\n' %
                            (name.encode(), i, name.encode(), name.encode())
                            for i in range(10_000 // SCALE))
            length = b"Content-Length: %d\r\n" % len(body)
            with Connection(hub.subscribe_port) as connection:
                connection.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: "
                                b"application/x-ndjson\r\n" + length + b"\r\n" + body)
                self.assertEqual(Response(connection.read_to_end()).status, 200)
            witness.prove()
            files, before = descriptors(hub), memory(hub)[0]
            reset_peak(hub)
            silent = []
            for _ in range(100):
                one = Connection(hub.subscribe_port, receive_buffer=4096)
                one.send(b"GET /v1/topics HTTP/1.1\r\nHost: h\r\n\r\n")
                silent.append(one)
            witness.prove()
            wait_until(lambda: Metrics(hub)("logio_connections", kind="http") == 101,
                       "each of them waits to be read")
            if not INSTRUMENTED:  # a piece of 32 KiB each, in a string that has doubled to hold it
                self.assertLess(memory(hub)[1] - before, 100 * 128 * 1024)
            # 30 s without a byte taken, in steps of 1 s: page_writer::progress_timeout.
            wait_until(lambda: descriptors(hub) <= files, "who reads nothing is given up", 45)
            witness.prove()
            for one in silent:
                one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                self.assertNotIn(b"\r\n0\r\n\r\n", one.read_to_end())
                one.close()


if __name__ == "__main__":
    unittest.main()
