"""The bytes of the test Marathon: answers, event streams, and what it posts."""
import json
import pathlib
import re
import socket
import ssl
import sys
import tempfile
import threading
import unittest

from marathon import Marathon
from receiver import Receiver

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

from hub import Connection, Response, Stream  # noqa: E402
from peers import make_certificate  # noqa: E402

ACCEPT = "Accept: text/event-stream"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
CALLBACK = "http%3A%2F%2F127.0.0.1%3A5000%2Fevents"
EVENT = {"slaveId": "S3", "taskId": "foo.1", "taskStatus": "TASK_FAILED", "message": "",
         "appId": "/foo", "host": "h", "ports": [31776], "version": "2015-09-30T12:44:45.681Z",
         "eventType": "status_update_event", "timestamp": "2015-09-30T12:44:45.681Z"}
BODY = (b'{"slaveId":"S3","taskId":"foo.1","taskStatus":"TASK_FAILED","message":"","appId":"/foo",'
        b'"host":"h","ports":[31776],"version":"2015-09-30T12:44:45.681Z",'
        b'"eventType":"status_update_event","timestamp":"2015-09-30T12:44:45.681Z"}')


def request(method, target, *headers, version="1.1"):
    lines = [f"{method} {target} HTTP/{version}", "Host: marathon", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def ask(marathon, method, target, *headers, version="1.1"):
    """The whole answer to one request, of a connection that ends with it."""
    with Connection(marathon.port, marathon.host) as connection:
        connection.send(request(method, target, "Connection: close", *headers, version=version))
        return connection.read_to_end()


def shape(raw):
    """An answer with the parts replaced that are different each time."""
    return re.sub(rb"Date: [^\r]*", b"Date: D", re.sub(TIME.encode(), b"T", raw))


def expected(first, *headers, body=b""):
    lines = [f"HTTP/1.1 {first}", "Date: D", "Cache-Control: no-cache, no-store, must-revalidate",
             "Pragma: no-cache", "Expires: 0", *headers, "Server: Jetty(9.3.z-SNAPSHOT)", "", ""]
    return "\r\n".join(lines).encode() + body


def chunks(body):
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


class Subscriptions(unittest.TestCase):
    JSON = ("Connection: close", "Content-Type: application/json", "Transfer-Encoding: chunked")

    def test_each_answer(self):
        with Marathon() as marathon:
            for method, kind in (("POST", b"subscribe_event"), ("DELETE", b"unsubscribe_event")):
                raw = ask(marathon, method, f"/v2/eventSubscriptions?callbackUrl={CALLBACK}")
                body = (b'{"callbackUrl":"http://127.0.0.1:5000/events","clientIp":"127.0.0.1",'
                        b'"eventType":"%b","timestamp":"2015-09-30T12:44:45.681Z"}' % kind)
                length = b"%x\r\n" % len(body)
                body = re.sub(TIME.encode(), b"T", body)
                self.assertEqual(shape(raw), expected(
                    "200 OK", *self.JSON, body=length + body + b"\r\n0\r\n\r\n"))
                left = b'"http://127.0.0.1:5000/events"' if method == "POST" else b""
                self.assertEqual(shape(ask(marathon, "GET", "/v2/eventSubscriptions")), expected(
                    "200 OK", *self.JSON, body=chunks(b'{"callbackUrls":[%b]}' % left)))

    def test_what_is_refused(self):
        with Marathon(callbacks="off") as marathon:
            target = f"/v2/eventSubscriptions?callbackUrl={CALLBACK}"
            for method in ("POST", "DELETE", "GET"):
                self.assertEqual(shape(ask(marathon, method, target)), expected(
                    "400 Bad Request", *self.JSON, body=chunks(
                        b'{"message":"http event callback system is not running on this Marathon '
                        b'instance. Please re-start this instance with \\"--event_subscriber '
                        b'http_callback\\"."}')))
            marathon.callbacks = "gone"
            self.assertEqual(shape(ask(marathon, "POST", target)), expected(
                "404 Not Found", *self.JSON,
                body=chunks(b'{"message":"URI not found: /v2/eventSubscriptions"}')))
            marathon.callbacks = True
            self.assertEqual(Response(ask(marathon, "PUT", target)).status, 405)
            self.assertEqual(Response(ask(marathon, "POST", "/v2/eventSubscriptions")).status, 400)
            self.assertEqual(Response(ask(marathon, "GET", "/nothing")).status, 404)
            with Connection(marathon.port) as connection:
                connection.send(b"nonsense\r\n\r\n")
                self.assertEqual(Response(connection.read_to_end()).status, 400)
            self.assertEqual(marathon.subscriptions, [])

    def test_requests_on_one_connection(self):
        with Marathon(prefix="/m") as marathon, Connection(marathon.port) as connection:
            connection.send(request("GET", "/m/ping")
                            + request("POST", "/m/v2/eventSubscriptions?callbackUrl=a",
                                      "Content-Length: 3") + b"xyz"
                            + request("GET", "/m/v2/eventSubscriptions", version="1.0"))
            raw = connection.read_to_end()
            self.assertEqual([m.group() for m in re.finditer(rb"HTTP/1.1 \d+", raw)],
                             [b"HTTP/1.1 200"] * 3)
            self.assertTrue(raw.endswith(b'\r\n\r\n{"callbackUrls":["a"]}'))
            self.assertEqual([(r.method, r.path, r.body, r.connection) for r in marathon.requests],
                             [("GET", "/m/ping", b"", 1),
                              ("POST", "/m/v2/eventSubscriptions", b"xyz", 1),
                              ("GET", "/m/v2/eventSubscriptions", b"", 1)])
            self.assertEqual(len(marathon.seen("POST", "/v2/eventSubscriptions")), 1)
            self.assertEqual(Response(ask(marathon, "GET", "/v2/leader")).status, 404)

    def test_who_is_not_known(self):
        with Marathon(user="u", password="p") as marathon:
            for target in ("/v2/events", "/v2/eventSubscriptions", "/ping"):
                for given in ((), ("Authorization: Basic dTpx",), ("Authorization: token=t",)):
                    answer = Response(ask(marathon, "GET", target, ACCEPT, *given))
                    self.assertEqual((answer.status, answer.headers["www-authenticate"]),
                                     (401, 'basic realm="Mesosphere"'))
            self.assertEqual(
                Response(ask(marathon, "GET", "/ping", "Authorization: Basic dTpw")).status, 200)
            marathon.user, marathon.token = "", "t"
            answer = Response(ask(marathon, "GET", "/ping"))
            self.assertEqual((answer.status, answer.headers["www-authenticate"]),
                             (401, "oauthjwt"))
            self.assertEqual(
                Response(ask(marathon, "GET", "/ping", "Authorization: token=t")).status, 200)


class Frames(unittest.TestCase):
    """GET /v2/events."""

    def open(self, marathon, query=""):
        count = marathon.streams
        stream = self.enterContext(Stream(marathon.port, f"{marathon.prefix}/v2/events{query}",
                                          headers=(ACCEPT,)))
        marathon.wait_for(lambda: marathon.streams == count + 1, "it is attached")
        return stream

    def test_the_head(self):
        for chunked, framing in ((False, "Connection: close"),
                                 (True, "Transfer-Encoding: chunked")):
            with Marathon(chunked=chunked) as marathon, Connection(marathon.port) as connection:
                connection.send(request("GET", "/v2/events", ACCEPT))
                self.assertEqual(shape(connection.read_until(b"\r\n\r\n")), expected(
                    "200 OK", "Content-Type: text/event-stream;charset=utf-8", framing))

    def test_an_event_as_it_is_documented(self):
        for line_end in ("\r\n", "\n"):
            with Marathon(line_end=line_end, keep_written=True) as marathon:
                stream = self.open(marathon)
                self.assertEqual(marathon.emit(EVENT), 1)
                self.assertEqual(marathon.emit(BODY), 1)
                marathon.cut_streams()
                attached = (b"event: event_stream_attached\n"
                            b'data: {"remoteAddress":"127.0.0.1",'
                            b'"eventType":"event_stream_attached","timestamp":"T"}\n\n')
                frame = b"event: status_update_event\ndata: " + BODY + b"\n\n"
                body = (attached + frame.replace(EVENT["timestamp"].encode(), b"T") * 2)
                self.assertEqual(shape(stream.read_body_to_end()),
                                 body.replace(b"\n", line_end.encode()))
                self.assertEqual(marathon.frame(EVENT), frame.replace(b"\n", line_end.encode()))
                self.assertEqual([number for number, _ in marathon.written], [1, 1, 1])
                self.assertEqual([event for _, event in marathon.written[1:]], [BODY, BODY])

    def test_an_event_is_a_chunk(self):
        with Marathon(chunked=True) as marathon, Connection(marathon.port) as connection:
            connection.send(request("GET", "/v2/events?event_type=status_update_event", ACCEPT))
            connection.read_until(b"\r\n\r\n")
            marathon.emit(EVENT)
            marathon.cut_streams()
            frame = marathon.frame(EVENT)
            self.assertEqual(connection.read_to_end(), chunks(frame))

    def test_an_old_client_gets_no_chunks(self):
        with Marathon(chunked=True) as marathon, Connection(marathon.port) as connection:
            connection.send(request("GET", "/v2/events", ACCEPT, version="1.0"))
            self.assertIn(b"\r\nConnection: close\r\n", connection.read_until(b"\r\n\r\n"))
            self.assertTrue(connection.read_until(b"\r\n").startswith(b"event: "))

    def test_several_lines_comments_and_no_kind(self):
        with Marathon(line_end="\n", keep_written=True) as marathon:
            stream = self.open(marathon, "?event_type=a&event_type=")
            self.assertEqual(marathon.emit({"eventType": "a", "n": [1]}, lines=True), 1)
            self.assertEqual(marathon.comment("hello"), 1)
            self.assertEqual(marathon.emit(b"x\r\ny\rz\n"), 1)
            self.assertEqual(marathon.emit(b"1", kind="b"), 0)
            self.assertEqual(marathon.emit_each([b"2", b'{"eventType":"b"}'], kind="a"), 2)
            marathon.cut_streams()
            self.assertEqual(stream.read_body_to_end(), (
                b'event: a\ndata: {\ndata:  "eventType": "a",\ndata:  "n": [\ndata:   1\n'
                b"data:  ]\ndata: }\n\n: hello\n\ndata: x\ndata: y\ndata: z\n\n"
                b'event: a\ndata: 2\n\nevent: a\ndata: {"eventType":"b"}\n\n'))
            self.assertEqual(marathon.written[1], (1, b"x\ny\nz"))
            self.assertEqual(json.loads(marathon.written[0][1]), {"eventType": "a", "n": [1]})

    def test_heartbeats_are_bare_line_ends(self):
        for line_end, chunked, beat in (("\r\n", False, b"\r\n"), ("\n", False, b"\n"),
                                        ("\r\n", True, b"1\r\n\r\r\n1\r\n\n\r\n")):
            with (Marathon(line_end=line_end, chunked=chunked, heartbeat_s=0.01) as marathon,
                  Connection(marathon.port) as connection):
                connection.send(request("GET", "/v2/events?event_type=none", ACCEPT))
                connection.read_until(b"\r\n\r\n")
                self.assertEqual(connection.read_exactly(20 * len(beat)), 20 * beat)

    def test_each_stream_is_told_who_comes_and_goes(self):
        with Marathon(line_end="\n") as marathon:
            stream = self.open(marathon, "?event_type=event_stream_attached"
                               "&event_type=event_stream_detached")
            with Stream(marathon.port, "/v2/events", headers=(ACCEPT,)):
                pass
            kinds = ["attached", "attached", "detached"]
            for kind in kinds:
                first, second, _ = stream.read_lines(3)
                self.assertEqual(first, f"event: event_stream_{kind}\n".encode())
                self.assertEqual(json.loads(second.removeprefix(b"data: "))["remoteAddress"],
                                 "127.0.0.1")
            self.assertEqual(marathon.streams, 1)

    def test_what_is_no_stream(self):
        with Marathon() as marathon:
            for headers in ((), ("Accept: */*",), ("Accept: text/event-stream, */*",)):
                answer = Response(ask(marathon, "GET", "/v2/events", *headers))
                self.assertEqual(answer.status, 405)
                self.assertIn(b"HTTP method GET is not supported by this URL", answer.body)
                self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
            self.assertEqual(Response(ask(marathon, "POST", "/v2/events", ACCEPT)).status, 405)
            marathon.stream = False
            self.assertEqual(Response(ask(marathon, "GET", "/v2/events", ACCEPT)).status, 404)
            self.assertEqual(marathon.streams, 0)

    def test_over_tls(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        files = make_certificate(pathlib.Path(folder), "IP:127.0.0.1")
        context = ssl.create_default_context(cafile=files[0])
        for chunked in (False, True):
            with Marathon(tls=files, chunked=chunked, heartbeat_s=0.01) as marathon:
                self.assertRegex(marathon.url, r"^https://127\.0\.0\.1:\d+$")
                plain = socket.create_connection((marathon.host, marathon.port), 20)
                with context.wrap_socket(plain, server_hostname="127.0.0.1",
                                         suppress_ragged_eofs=False) as client:
                    client.sendall(request("GET", "/v2/events", ACCEPT))
                    marathon.wait_for(lambda m=marathon: m.streams == 1, "it is attached")
                    large = b'{"x":"%b"}' % (b"y" * 3_000_000)
                    emitter = threading.Thread(target=lambda m=marathon: [
                        m.emit(large), m.cut_streams()])
                    emitter.start()
                    raw = b"".join(iter(lambda c=client: c.recv(1 << 16), b""))
                    emitter.join()
                self.assertEqual(raw.count(b"data: " + large + b"\r\n"), 1)
                self.assertEqual(raw.endswith(b"0\r\n\r\n"), chunked)
                marathon.wait_for(lambda m=marathon: not m.threads, "its thread ends")


class Posts(unittest.TestCase):
    """What a callback gets."""

    def test_bytes_and_order(self):
        with Marathon() as marathon, Receiver() as receiver:
            answer = marathon.subscribe(receiver.url)
            self.assertEqual(marathon.emit(EVENT), 0)
            self.assertEqual(marathon.emit_each(b'{"n":%d}' % n for n in range(1000)), 0)
            marathon.emit(b' {\r\n"n": 1000}\n')
            marathon.wait_for(lambda: marathon.posted == 1003, "all are posted")
            self.assertEqual(marathon.pending, 0)
            self.assertEqual(json.loads(receiver.bodies[0]), answer)
            self.assertEqual(receiver.bodies[1:], [
                BODY, *(b'{"n":%d}' % n for n in range(1000)), b' {\r\n"n": 1000}\n'])
            self.assertEqual(receiver.heads[1], (
                "POST /events HTTP/1.1\r\nAccept: application/json\r\n"
                f"Host: 127.0.0.1:{receiver.port}\r\nUser-Agent: spray-can/1.3.3\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n").encode())
            self.assertEqual(len(receiver.connections), 1)

    def test_what_is_refused_is_counted_and_not_posted_again(self):
        with Marathon() as marathon, Receiver() as receiver:
            marathon.subscribe(receiver.url)
            marathon.subscribe("no URL")
            marathon.subscribe(f"http://127.0.0.1:{marathon.port}/ping")
            marathon.wait_for(lambda: not marathon.pending, "all are posted")
            self.assertEqual((marathon.posted, marathon.refused), (3, 3))
            receiver.status = 503
            marathon.emit(EVENT)
            marathon.wait_for(lambda: not marathon.pending, "it is posted")
            self.assertEqual((marathon.posted, marathon.refused), (3, 6))
            self.assertEqual(receiver.bodies.count(BODY), 1)

    def test_each_callback_by_itself(self):
        with Marathon() as marathon, Receiver() as slow, Receiver() as quick:
            marathon.subscribe(slow.url)
            marathon.wait_for(lambda: marathon.posted == 1, "it is posted")
            slow.go_on.clear()
            marathon.subscribe(quick.url)
            marathon.emit_each(b'{"n":%d}' % n for n in range(100))
            marathon.wait_for(lambda: len(quick.bodies) == 101, "the quick one has them all")
            self.assertEqual(len(slow.bodies), 2)
            marathon.unsubscribe(slow.url)
            marathon.emit(b"last")
            slow.go_on.set()
            marathon.wait_for(lambda: not marathon.pending, "the slow one has what was before")
            self.assertEqual((len(slow.bodies), slow.bodies[-1]), (102, b'{"n":99}'))
            self.assertEqual((len(quick.bodies), quick.bodies[-1]), (103, b"last"))


if __name__ == "__main__":
    unittest.main()
