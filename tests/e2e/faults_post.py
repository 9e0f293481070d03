"""POST bodies that are broken, endless, hostile or cut off: bounded, answered, counted."""
import gzip
import select
import signal
import socket
import threading
import unittest

from faults import (INSTRUMENTED, MIB, SCALE, Witness, descriptors, memory, reset_peak,
                    wait_descriptors)
from hub import DEADLINE_S, Hub
from post import CHUNKED, JSON, LAST_CHUNK, NDJSON, Upload, chunk, head, post, raw

# (what, header fields, body, status, accepted or None when the request is refused by its head)
SHAPES = [
    ("two lengths", ["Content-Length: 4", "Content-Length: 6"], b"a\nb\nc\n", 400, None),
    ("two lengths in one", ["Content-Length: 4, 6"], b"a\nb\nc\n", 400, None),
    ("the same length twice", ["Content-Length: 4", "Content-Length: 4"], b"a\nb\n", 200, 2),
    ("a negative length", ["Content-Length: -1"], b"", 400, None),
    ("a length with a sign", ["Content-Length: +4"], b"a\nb\n", 400, None),
    ("a length in hex", ["Content-Length: 0x4"], b"a\nb\n", 400, None),
    ("a huge length", ["Content-Length: 18446744073709551616"], b"", 400, None),
    ("a length over the limit", ["Content-Length: 18446744073709551615"], b"", 413, None),
    ("no length", [], b"a\n", 411, None),
    ("length and chunks", ["Content-Length: 4", CHUNKED], chunk(b"a\n") + LAST_CHUNK, 400, None),
    ("chunks and length", [CHUNKED, "Content-Length: 4"], chunk(b"a\n") + LAST_CHUNK, 400, None),
    ("chunked twice", [CHUNKED, CHUNKED], chunk(b"a\n") + LAST_CHUNK, 400, None),
    ("chunked twice in one", [CHUNKED + ", chunked"], LAST_CHUNK, 400, None),
    ("gzip as transfer coding", ["Transfer-Encoding: gzip, chunked"], LAST_CHUNK, 501, None),
    ("unknown transfer coding", ["Transfer-Encoding: zoned"], b"", 400, None),
    ("chunked with a tail", ["Transfer-Encoding: chunked\x0b"], LAST_CHUNK, 400, None),
    ("a space before the colon", ["Transfer-Encoding : chunked"], LAST_CHUNK, 400, None),
    ("a folded field", ["Transfer-Encoding:", " chunked"], chunk(b"a\n") + LAST_CHUNK, 200, 1),
    ("a request behind the body", ["Content-Length: 2"], b"a\nPOST /?app=evil HTTP/1.1\r\n", 200,
     1),
    ("a request behind the chunks", [CHUNKED],
     chunk(b"a\n") + LAST_CHUNK + b"POST /?app=evil HTTP/1.1\r\nHost: h\r\n\r\n", 200, 1),
    ("a bare line feed behind the size", [CHUNKED], b"2\na\n\r\n0\r\n\r\n", 400, 0),
    ("a bare line feed behind the chunk", [CHUNKED], b"2\r\na\n\n0\r\n\r\n", 400, 1),
    ("a chunk that is longer than it says", [CHUNKED], b"2\r\na\nb\r\n0\r\n\r\n", 400, 1),
    ("a size that is none", [CHUNKED], b"zz\r\na\n\r\n", 400, 0),
    ("a size with a sign", [CHUNKED], b"+2\r\na\n\r\n0\r\n\r\n", 400, 0),
    ("a size in 0x", [CHUNKED], b"0x2\r\na\n\r\n0\r\n\r\n", 400, 0),
    ("a size over 64 bits", [CHUNKED], b"10000000000000002\r\na\n\r\n0\r\n\r\n", 400, 0),
    ("extensions and a trailer", [CHUNKED], b"2;a=b;c=\"d\"\r\na\n\r\n0;z\r\nX: y\r\n\r\n", 200, 1),
    ("a length in the trailer", [CHUNKED], b"2\r\na\n\r\n0\r\nContent-Length: 9\r\n\r\n", 400, 1),
    ("no end of a length", ["Content-Length: 10"], b"a\nb\nc", 400, 2),
    ("no last chunk", [CHUNKED], chunk(b"a\nb"), 400, 1),
    ("gzip that is none", ["Content-Length: 9", "Content-Encoding: gzip"], b"plain\ntxt", 400, 0),
    ("gzip without its checksum", [CHUNKED, "Content-Encoding: gzip"],
     chunk(gzip.compress(b"a\nb\nc")[:-8]) + LAST_CHUNK, 400, 2),
    ("gzip with a tail", [CHUNKED, "Content-Encoding: gzip"],
     chunk(gzip.compress(b"a\n") + b"tail") + LAST_CHUNK, 400, 1),
    ("zstd that is none", ["Content-Length: 9", "Content-Encoding: zstd"], b"plain\ntxt", 400, 0),
    ("two codings", ["Content-Length: 1", "Content-Encoding: gzip, zstd"], b"a", 415, None),
    ("an unknown coding", ["Content-Length: 1", "Content-Encoding: br"], b"a", 415, None),
]


class Shapes(unittest.TestCase):
    def test_each_gets_its_status_and_nothing_is_smuggled(self):
        with Hub() as hub, Witness(hub) as witness, hub.subscribe("app=evil") as evil:
            for what, headers, body, status, accepted in SHAPES:
                with self.subTest(what):
                    answer = raw(hub, head("/?app=a", *headers) + body, end_sending=True)
                    self.assertEqual(answer.status, status, answer.body)
                    if accepted is not None:
                        self.assertEqual(answer.json["accepted"], accepted)
                        self.assertEqual("error" in answer.json, status != 200)
                    self.assertEqual(answer.headers["connection"], "close")
                    self.assertNotIn(b"HTTP/1.1 ", answer.body)
            answer = raw(hub, b"POST /?app=a HTTP/1.0\r\n" + CHUNKED.encode() + b"\r\n\r\n")
            self.assertEqual(answer.status, 400)
            self.assertTrue(evil.is_quiet())
            witness.prove()


class Endless(unittest.TestCase):
    def flood(self, hub, headers, begin, more):
        """Sends until the hub answers; the answer, and how much was sent before."""
        with Upload(hub, "app=a", *headers) as upload:
            upload.send(begin)
            sent, rest = 0, more
            upload.socket.setblocking(False)
            try:
                while sent < 1 << 30:
                    readable, _, _ = select.select([upload.socket], [upload.socket], [], DEADLINE_S)
                    if readable:
                        break
                    n = upload.socket.send(rest)
                    sent, rest = sent + n, rest[n:] or more
            except (BrokenPipeError, ConnectionResetError):
                pass
            upload.socket.setblocking(True)
            upload.socket.shutdown(socket.SHUT_WR)
            return upload.answer(), sent

    def test_bodies_are_bounded_in_bytes_and_memory(self):
        endless_line = chunk(b"x" * 65536)
        empty_members = chunk(gzip.compress(b"") * 3000)
        cases = [
            ("one line", [CHUNKED], b"", endless_line, 413, "too_large"),
            ("an object", [CHUNKED, JSON], chunk(b'{"raw":"'), endless_line, 413, "too_large"),
            ("an ndjson line", [CHUNKED, NDJSON], chunk(b'{"a":["'), endless_line, 413,
             "too_large"),
            ("white space", [CHUNKED, JSON], b"", chunk(b" \n" * 30000), 413, "too_large"),
            ("empty gzip members", [CHUNKED, "Content-Encoding: gzip"], b"", empty_members, 413,
             "too_large"),
            ("an extension", [CHUNKED], b"5;", b"x" * 4096, 400, "bad_body"),
            ("a trailer", [CHUNKED], b"0\r\nX: ", b"x" * 4096, 400, "bad_body"),
            ("zeros of a size", [CHUNKED], b"", b"0" * 4096, 400, "bad_body"),
        ]
        with Hub("--body-bytes-max", "40MiB") as hub, Witness(hub) as witness:
            witness.prove()
            reset_peak(hub)
            before = memory(hub)[0]
            for what, headers, begin, more, status, code in cases:
                with self.subTest(what):
                    answer, sent = self.flood(hub, headers, begin, more)
                    self.assertEqual((answer.status, answer.code), (status, code))
                    self.assertLess(sent, 60 * MIB)
            witness.prove()
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 40 * MIB)

    def test_a_bomb_is_unpacked_up_to_the_limit_in_bounded_memory(self):
        zeros = gzip.compress(bytes(16 * MIB)) * 64
        newlines = gzip.compress(b"\n" * (16 * MIB)) * 64
        with Hub("--body-bytes-max", "48MiB", "--ring-bytes", "8MiB") as hub, \
                Witness(hub) as witness:
            witness.prove()
            reset_peak(hub)
            before = memory(hub)[0]
            answer = post(hub, "app=a", zeros, "Content-Encoding: gzip")
            self.assertEqual(answer.counts, (413, 0, 0))
            answer = post(hub, "app=a", newlines, "Content-Encoding: gzip")
            self.assertEqual(answer.counts, (413, 48 * MIB, 0))
            answer = post(hub, "app=a", newlines, "Content-Encoding: gzip", NDJSON)
            self.assertEqual(answer.counts, (413, 0, 0))
            witness.prove()
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 32 * MIB)

    def test_a_silent_body_is_ended_with_its_counts_and_a_slow_one_goes_on(self):
        with Hub("--first-byte-timeout", "1s") as hub:
            with Upload(hub, "app=a", CHUNKED) as silent, Upload(hub, "app=b", CHUNKED) as slow, \
                    hub.subscribe("app=b&format=raw") as stream:
                silent.send(chunk(b"one\ntwo\nthr"))
                for _ in range(14):
                    slow.send(chunk(b"x\n"))
                    stream.read_line()
                    self.assertTrue(slow.is_quiet(0.1))
                answer = silent.answer()
                self.assertEqual(answer.counts, (408, 2, 0))
                self.assertEqual(answer.code, "timed_out")
                slow.send(LAST_CHUNK)
                self.assertEqual(slow.answer().counts, (200, 14, 0))


class Gone(unittest.TestCase):
    def test_what_a_vanished_peer_had_sent_is_in(self):
        with Hub() as hub, Witness(hub) as witness, hub.subscribe("app=a&format=raw") as stream:
            witness.prove()
            files = descriptors(hub)
            for end in ("reset", "close", "end_sending"):
                for coding in ("identity", "gzip"):
                    with self.subTest(end=end, coding=coding):
                        upload = Upload(hub, "app=a", CHUNKED, "Content-Encoding: " + coding)
                        body = b"one\ntwo\nthr"
                        upload.send(chunk(body if coding == "identity" else gzip.compress(body)))
                        self.assertEqual(stream.read_lines(2), [b"one\n", b"two\n"])
                        getattr(upload, end)()
                        if end == "end_sending":
                            answer = upload.answer()
                            self.assertEqual(answer.counts, (400, 2, 0))
                            self.assertEqual(answer.code, "bad_body")
                            upload.close()
            wait_descriptors(hub, files)
            self.assertTrue(stream.is_quiet())
            witness.prove()

    def test_a_thousand_short_requests_leave_nothing(self):
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            files = descriptors(hub)
            for i in range(1000 // SCALE):
                self.assertEqual(post(hub, f"app=a{i % 50}", b"x\n").counts, (200, 1, 0))
            wait_descriptors(hub, files)
            witness.prove()


class FullRing(unittest.TestCase):
    def test_uploads_wait_for_room_and_their_counts_are_exact(self):
        lines, uploads = 60_000 // SCALE, 4
        queries = ["app=up&format=raw"] + [f"app=up&log={c}{c}&proc=.*{c}?" for c in "abcdefgh"]
        flags = ["--ring-bytes", "1MiB", "--line-bytes-max", "1KiB", "--io-threads", "3",
                 "--subscriber-queue-bytes", "1GiB", "--queues-bytes-total", "6GiB"]
        with Hub(*flags) as hub, Witness(hub) as witness:
            readers = [hub.subscribe(query) for query in queries]
            answers = [None] * uploads

            def upload(number):
                body = b"".join(b"%d %d %s\n" % (number, i, b"x" * 200) for i in range(lines))
                coding = ["Content-Encoding: gzip"] if number % 2 else []
                answers[number] = post(hub, f"app=up&proc=p{number}",
                                       gzip.compress(body, 1) if coding else body, *coding)

            threads = [threading.Thread(target=upload, args=(n,)) for n in range(uploads)]
            for thread in threads:
                thread.start()
            expected = [0] * uploads
            for line in readers[0].read_lines(lines * uploads, DEADLINE_S * 2):
                number, i, _ = line.split(b" ", 2)
                self.assertEqual(int(i), expected[int(number)])
                expected[int(number)] += 1
            for thread in threads:
                thread.join(DEADLINE_S)
            for answer in answers:
                self.assertEqual(answer.counts, (200, lines, 0))
            witness.prove()
            for reader in readers:
                reader.close()


class Terminated(unittest.TestCase):
    def check(self, feed, *headers, flags=()):
        """The hub is asked to end in the middle: what it says it has is what was streamed."""
        hub = Hub("--grace", "5s", *flags)
        try:
            with hub.subscribe("format=raw") as stream, \
                    Upload(hub, "app=a", CHUNKED, *headers) as upload:
                sent = feed(upload)
                self.assertEqual(stream.read_line(), b"0\n")
                hub.signal(signal.SIGTERM)
                answer = upload.answer()
                self.assertEqual(answer.status, 503)
                self.assertEqual(answer.code, "shutting_down")
                upload.close()
                rest = stream.read_body_to_end().splitlines()
                self.assertEqual(rest, [b"%d" % i for i in range(1, answer.json["accepted"])])
                self.assertEqual(hub.wait(), 0, hub.read_log())
                self.assertTrue(stream.complete)
                return sent, answer.json["accepted"]
        finally:
            hub.kill()

    def test_while_the_peer_pauses_everything_that_came_is_in(self):
        def feed(upload):
            upload.send(chunk(b"".join(b"%d\n" % i for i in range(1000))) + chunk(b"part"))
            return 1000

        sent, accepted = self.check(feed)
        self.assertEqual(sent, accepted)

    def test_while_a_compressed_body_comes(self):
        def feed(upload):
            upload.send(chunk(gzip.compress(b"".join(b"%d\n" % i for i in range(100_000)))))
            return 100_000

        sent, accepted = self.check(feed, "Content-Encoding: gzip")
        self.assertEqual(sent, accepted)

    def test_while_the_peer_never_stops(self):
        stop = threading.Event()

        def pump(connection):
            number = 1000
            try:
                while not stop.is_set():
                    connection.sendall(chunk(b"".join(b"%d\n" % i
                                                      for i in range(number, number + 1000))))
                    number += 1000
            except OSError:
                pass

        def feed(upload):
            upload.send(chunk(b"".join(b"%d\n" % i for i in range(1000))))
            threading.Thread(target=pump, args=(upload.socket.dup(),), daemon=True).start()
            return None

        try:
            self.check(feed, flags=["--subscriber-queue-bytes", "1GiB", "--queues-bytes-total",
                                    "4GiB"])
        finally:
            stop.set()

    def test_a_body_that_is_complete_is_answered_200(self):
        hub = Hub("--grace", "5s")
        try:
            with hub.subscribe("format=raw") as stream, Upload(hub, "app=a", CHUNKED) as upload:
                upload.send(chunk(b"one\n"))
                self.assertEqual(stream.read_line(), b"one\n")
                hub.signal(signal.SIGSTOP)
                upload.send(chunk(b"two") + LAST_CHUNK)
                hub.signal(signal.SIGTERM)
                hub.signal(signal.SIGCONT)
                self.assertEqual(upload.answer().counts, (200, 2, 0))
                self.assertEqual(stream.read_line(), b"two\n")
                upload.close()
                self.assertEqual(hub.wait(), 0, hub.read_log())
        finally:
            hub.kill()


if __name__ == "__main__":
    unittest.main()
