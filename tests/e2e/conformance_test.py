"""HTTP to the letter: raw requests with golden answers, judged by a parser that is not ours."""
import unittest

import conformance_rows as rows
import conformance_shapes as shapes
from hub import Connection, Hub, record
from looking_in import Metrics
from strict_client import StrictAnswer

ANSWER_S = 5  # answered and closed within
TEXTS = ("a b", "a+b", "a%b", "a&b=c", "a;b", "\u00e9")
CORS = ["--cors-origin", "http://a.example"]


def method_of(raw):
    first = raw.split(b" ", 1)[0]
    return first.decode() if first in (b"HEAD", b"CONNECT") else "GET"


class Exchange(Connection):
    """One row against the hub."""

    def __init__(self, hub, raw, wants):
        super().__init__(hub.subscribe_port)
        self.method = method_of(raw)
        try:
            self.send(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered before all of it was sent
        if rows.CUT in wants:
            self.end_sending()

    def read_whole(self):
        return self.read_to_end(ANSWER_S)

    def read_live(self, publisher):
        """The head, and as much as shows that a record follows and no second answer."""
        head = self.read_until(b"\r\n\r\n", ANSWER_S)
        publisher.send(record("live"))
        return head + self.read_until(b"live", ANSWER_S)


class Table(unittest.TestCase):
    def check_row(self, hub, publisher, row):
        _, raw, status, *wants = row
        with Exchange(hub, raw, wants) as exchange:
            if status is None:
                self.assertEqual(exchange.read_whole(), b"")
                return 0
            live = rows.LIVE in wants
            got = exchange.read_live(publisher) if live else exchange.read_whole()
        answer = StrictAnswer(got, exchange.method, complete=not live)
        self.assertEqual(answer.status, status, got[:400])
        self.assertEqual(answer.headers["connection"], "close")
        self.assertIn("date", answer.headers)
        for want in wants:
            if isinstance(want, bytes):
                self.assertTrue(answer.body.startswith(want) and bool(want) == bool(answer.body),
                                answer.body[:200])
            elif want.startswith("!"):
                self.assertNotIn(want[1:], answer.headers)
            elif want not in (rows.LIVE, rows.CUT):
                name, _, value = want.partition(": ")
                self.assertEqual(answer.headers.get(name), value)
        return status

    def check(self, *tables):
        """Each row has its answer, is counted by its status, and hides no second request."""
        with Hub("--io-threads", "2", *CORS) as hub, hub.publish("p", ack=True) as texts, \
                hub.subscribe("app=evil") as evil, hub.publish("q") as publisher:
            texts.read_until(b"\n")
            texts.send(b"".join(record(text) for text in TEXTS))
            texts.read_until(b'{"ack":%d}\n' % len(TEXTS))
            before = by_code(hub)
            expected = {"200": 1}  # the question before
            for table in tables:
                for row in table:
                    with self.subTest(row[0]):
                        status = self.check_row(hub, publisher, row)
                        if status:
                            expected[str(status)] = expected.get(str(status), 0) + 1
            after = by_code(hub)
            grown = {code: after[code] - before[code] for code in after}
            self.assertEqual({c: n for c, n in grown.items() if n}, expected)
            self.assertTrue(evil.is_quiet())

    def test_head_has_the_headers_of_get(self):
        with Hub() as hub:
            for target in ("/healthz", "/readyz", "/nothing", "/?app=(", "/v1/topics", "/metrics",
                           "/v1/subscribers", "/v1/status?x=y", "/v1/status"):
                with self.subTest(target):
                    heads = []
                    for method in ("GET", "HEAD"):
                        raw = rows.get(target, method=method)
                        with Exchange(hub, raw, []) as exchange:
                            heads.append(StrictAnswer(exchange.read_whole(), method).headers)
                        del heads[-1]["date"]
                        if target in ("/metrics", "/v1/status"):  # these have other numbers
                            self.assertGreater(int(heads[-1].pop("content-length")), 0)
                    self.assertEqual(*heads)

    def test_what_is_on_the_wrong_port_is_in_the_log(self):
        with Hub() as hub:
            for begin in (b"\x16\x03\x01", b'{"app":"a"}'):
                self.assertEqual(hub.request(begin).status, 400)
            hub.wait_log("connection closed: this is TLS")
            hub.wait_log("connection closed: this is JSON")

    def test_request_lines(self):
        self.check(rows.REQUEST_LINE)

    def test_header_fields(self):
        self.check(rows.FIELDS)

    def test_percent_encoding(self):
        self.check(rows.PERCENT)

    def test_paths_and_methods(self):
        self.check(rows.PATH, rows.METHOD)

    def test_framing_and_bodies(self):
        self.check(shapes.FRAMING, shapes.BODY)

    def test_what_is_accepted(self):
        self.check(shapes.ACCEPT)


def by_code(hub):
    """Answers so far by status, without the one that tells them."""
    return {labels["code"]: value for name, labels, value in Metrics(hub).samples
            if name == "logio_http_requests_total"}


if __name__ == "__main__":
    unittest.main()
