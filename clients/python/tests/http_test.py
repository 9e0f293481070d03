"""A hub's answer to a subscriber, in any pieces, and the course over several connections."""
import unittest

import support  # noqa: F401
from logio import Loss, Record, SubscribeError
from logio._course import Course, Cut, parse_hub
from logio._http import HttpError, HttpReader

HEAD = b"HTTP/1.1 200 OK\r\nLogio-Cursor: e-0\r\nTransfer-Encoding: chunked\r\n\r\n"
LINES = (b'{"cursor":"e-1","time":"2026-11-21T01:45:53.955367001Z","app":"a","severity":9,'
         b'"text":"one","fields":{"n":1},"new":0}\n\n'
         b'{"dropped":3,"since":"2026-11-21T01:45:53.9Z","reason":"slow_subscriber","text":"L10"}\n'
         b'{"missed":4,"since":"x","reason":"retention","text":"L13"}\n'
         b'{"continuity_lost":true,"reason":"unknown_epoch","text":"L15"}\n{"other":1}\n17\n'
         b'{"cursor":"e-2","text":"two"}\n')


def chunked(data, size):
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(data[at:at + size]), data[at:at + size])
                    for at in range(0, len(data), size))


def course(wanted=(), first=()):
    return Course(parse_hub("http://u:p@h/x/"), list(wanted), list(first), 0.2, 15.0)


class Http(unittest.TestCase):
    def test_chunks_in_any_pieces(self):
        answer = HEAD + chunked(LINES, 33) + b"0\r\n\r\n"
        for size in (*range(1, 40), len(answer)):
            reader, body = HttpReader(), b""
            for at in range(0, len(answer), size):
                body += reader.feed(answer[at:at + size])
            self.assertEqual((body, reader.status, reader.complete), (LINES, 200, True))

    def test_a_body_with_a_length_and_one_that_ends_with_the_connection(self):
        reader = HttpReader()
        self.assertEqual(reader.feed(b"HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nabcd"), b"abc")
        self.assertTrue(reader.complete)
        reader = HttpReader()
        self.assertEqual(reader.feed(b"HTTP/1.0 200 OK\r\n\r\nab"), b"ab")
        self.assertFalse(reader.complete)
        reader.end()
        self.assertTrue(reader.complete)

    def test_what_is_no_http_is_said(self):
        for data in (b"hello\r\n\r\n", b"HTTP/1.1 x\r\n\r\n", HEAD + b"zz\r\n",
                     HEAD + b"1\r\nab\r\n", HEAD + b"-1\r\n", b"x" * 70_000, HEAD + b"1" * 2000):
            with self.subTest(data=data[:40]), self.assertRaises(HttpError):
                HttpReader().feed(data)


class Courses(unittest.TestCase):
    def test_records_and_losses_are_types_of_their_own(self):
        items = list(course().feed(HEAD + chunked(LINES, 50)))
        self.assertEqual([type(each) for each in items], [Record, Loss, Loss, Loss, Record])
        first = items[0]
        self.assertEqual((first.text, first.app, first.severity, first.fields, first.cursor),
                         ("one", "a", 9, {"n": 1}, "e-1"))
        self.assertEqual(first.datetime.microsecond, 955367)
        self.assertEqual([(each.kind, each.count, each.reason) for each in items[1:4]],
                         [("dropped", 3, "slow_subscriber"), ("missed", 4, "retention"),
                          ("continuity_lost", None, "unknown_epoch")])

    def test_it_goes_on_behind_the_last_whole_record(self):
        c = course([("app", "a+b")], [("tail", "5"), ("since", "1h")])
        request = c.request()
        self.assertTrue(request.startswith(b"GET /x/?app=a%2Bb&tail=5&since=1h&format=ndjson"))
        self.assertIn(b"Authorization: Basic dTpw\r\n", request)
        list(c.feed(HEAD))
        with self.assertRaises(Cut):
            c.end()
        self.assertIn(b"?app=a%2Bb&after=e-0&format", c.request())
        self.assertEqual(len(list(c.feed(HEAD + chunked(LINES[:-5], 50)))), 4)
        self.assertIn(b"after=e-1&format", c.request())

    def test_a_hub_that_is_not_ready_is_asked_again_and_one_that_says_no_is_not(self):
        c = course()
        c.request()
        with self.assertRaises(Cut):
            list(c.feed(b"HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nwait\n"))
        for body in (b"error: proc: missing ) at 3\n  (\n", b'{"error":{"message":"missing )"}}'):
            c.request()
            with self.assertRaisesRegex(SubscribeError, r"missing \)"):
                list(c.feed(b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s"
                            % (len(body), body)))

    def test_until_ends_it_and_a_cut_before_does_not(self):
        c = course([("until", "1m")])
        c.request()
        list(c.feed(HEAD + chunked(LINES, 50)))
        with self.assertRaises(Cut):
            c.end()
        c.request()
        list(c.feed(HEAD + b"0\r\n\r\n"))
        c.end()
        self.assertTrue(c.over)

    def test_urls_of_hubs(self):
        self.assertEqual(str(parse_hub("http://[::1]")), "[::1]:7702")
        self.assertEqual(parse_hub("https://h").port, 443)
        for url in ("h:7702", "ftp://h", "http://", "http://h?x=1", "http://h:x"):
            with self.subTest(url=url), self.assertRaises(SubscribeError):
                parse_hub(url)


if __name__ == "__main__":
    unittest.main()
