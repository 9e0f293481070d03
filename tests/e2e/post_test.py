"""Publishing by POST: what goes in comes out, and the counts are exact."""
import gzip
import http.client
import json
import os
import random
import select
import subprocess
import tempfile
import unittest
import zlib

from hub import Hub
from post import CHUNKED, JSON, LAST_CHUNK, NDJSON, Upload, chunk, curl, post


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


class Curl(unittest.TestCase):
    """curl as people use it."""

    def test_a_file_of_lines(self):
        with Hub() as hub, hub.subscribe("app=shop") as stream, tempfile.NamedTemporaryFile() as f:
            f.write(b"one\r\ntwo\n\nlast")
            f.flush()
            status, body = curl(hub, "app=shop&proc=web&host=h", "--data-binary", "@" + f.name)
            self.assertEqual((status, body), (200, {"accepted": 4, "refused": 0, "errors": []}))
            self.assertEqual([line[24:] for line in stream.read_lines(4)],
                             [b"shop[web] h: " + text + b"\n"
                              for text in (b"one", b"two", b"", b"last")])

    def test_one_line_by_d(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            self.assertEqual(curl(hub, "app=a", "-d", "a=b&c d")[0], 200)
            self.assertEqual(stream.read_line(), b"a=b&c d\n")

    def test_lines_are_streamed_while_the_body_goes_on(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            url = f"http://127.0.0.1:{hub.subscribe_port}/?app=a"
            with subprocess.Popen(["curl", "-sS", "-X", "POST", "-T", "-", url],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sender:
                for text in (b"first\n", b"second\n"):
                    sender.stdin.write(text)
                    sender.stdin.flush()
                    self.assertEqual(stream.read_line(), text)
                sender.stdin.write(b"third")
                sender.stdin.close()
                self.assertEqual(stream.read_line(), b"third\n")
                self.assertEqual(json.loads(sender.stdout.read())["accepted"], 3)

    def test_compressed_files(self):
        lines = b"".join(b"line %d\n" % i for i in range(20_000))
        for coding, pack in (("gzip", gzip.compress), ("zstd", zstd)):
            with self.subTest(coding), Hub() as hub, hub.subscribe("format=raw") as stream:
                packed = pack(lines[:100_000]) + pack(lines[100_000:])
                for arguments in (["--data-binary", "@-"], ["-X", "POST", "-T", "-"]):
                    status, body = curl(hub, "app=a", "-H", "Content-Encoding: " + coding,
                                        *arguments, stdin=packed)
                    self.assertEqual((status, body["accepted"]), (200, 20_000))
                    self.assertEqual(b"".join(stream.read_lines(20_000)), lines)

    def test_a_long_body_asks_first(self):
        lines = b"x" * 99 + b"\n"
        with Hub() as hub:
            status, body = curl(hub, "app=a", "-H", "Expect: 100-continue", "--data-binary", "@-",
                                stdin=lines * 50_000)
            self.assertEqual((status, body["accepted"]), (200, 50_000))


class Records(unittest.TestCase):
    def test_each_line_is_one_record_and_a_bad_one_costs_itself(self):
        body = (b'{"raw":"one\\n","time":"2016-12-06T22:14:21.448Z"}\n'
                b'no json\n'
                b'\n'
                b'{"text":"two","app":"pay","host":"h2"}\r\n'
                b'{"raw":1}\n'
                b'{"raw":"cut')
        with Hub() as hub, hub.subscribe() as stream:
            answer = post(hub, "app=shop&proc=web", body, NDJSON + "; charset=utf-8")
            self.assertEqual(answer.counts, (200, 2, 3))
            self.assertEqual(answer.lines, [(2, "bad_json"), (5, "bad_record"), (6, "bad_json")])
            self.assertEqual(stream.read_line(), b"2016-12-06T22:14:21.448 shop[web] : one\n")
            self.assertTrue(stream.read_line().endswith(b" pay[web] h2: two\n"))

    def test_json_in_each_of_its_forms(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            for body, texts in ((b'{"raw":"a"}', b"a"), (b'{"raw":"b"}\n{"raw":"c"}', b"bc"),
                                (b'[{"raw":"d"},\n {\n  "text": "e"\n }\n]\n', b"de")):
                answer = post(hub, "app=a", body, JSON)
                self.assertEqual(answer.counts, (200, len(texts), 0))
                got = b"".join(line[:1] for line in stream.read_lines(len(texts)))
                self.assertEqual(got, texts)

    def test_broken_json_ends_the_body_and_says_where(self):
        with Hub() as hub:
            answer = post(hub, "app=a", b'{"raw":"a"}\n{"raw":"b"}\n{"raw"!}\n{"raw":"c"}', JSON)
            self.assertEqual(answer.counts, (200, 2, 1))
            self.assertEqual(answer.lines, [(3, "bad_json")])
            self.assertIn("nothing behind line 3 was read", answer.json["error"]["message"])
            self.assertEqual(post(hub, "app=a", b"nothing", JSON).counts, (400, 0, 1))

    def test_many_topics_in_one_body_keep_their_order(self):
        records = [(f"app{i % 7}", str(i)) for i in range(5000)]
        body = b"".join(json.dumps({"app": app, "raw": text}).encode() + b"\n"
                        for app, text in records)
        with Hub() as hub, hub.subscribe() as stream:
            self.assertEqual(post(hub, "", body, NDJSON).counts, (200, 5000, 0))
            for app, text in records:
                self.assertEqual(stream.read_line()[24:], f"{app}[] : {text}\n".encode())

    def test_topics_over_the_maximum_refuse_their_records(self):
        with Hub("--topics-max", "2") as hub, hub.publish("held", ack=True) as held:
            held.read_until(b"\n")
            body = b'{"app":"a","raw":"1"}\n{"app":"b","raw":"2"}\n{"app":"a","raw":"3"}\n'
            answer = post(hub, "", body, NDJSON)
            self.assertEqual(answer.counts, (200, 2, 1))
            self.assertEqual(answer.lines, [(2, "too_many_topics")])
            with hub.publish("b", ack=True) as other:
                other.read_until(b"\n")
                answer = post(hub, "app=c", b"x\n")
                self.assertEqual(answer.counts, (503, 0, 0))
                self.assertEqual(answer.code, "too_many")

    def test_what_went_through_a_hub_can_be_posted_to_the_next(self):
        record = {"cursor": "0123456789abcdef-7", "time": "2016-12-06T22:14:21.448123456Z",
                  "arrived": "2016-12-06T22:14:21.500000000Z", "app": "shop", "proc": "web",
                  "host": "i-1", "severity": 9, "text": "a\nb", "fields": {"k": [1, None]}}
        with Hub() as hub, hub.subscribe() as stream:
            self.assertEqual(post(hub, "", json.dumps(record).encode(), JSON).counts, (200, 1, 0))
            self.assertEqual(b"".join(stream.read_lines(2)),
                             b"2016-12-06T22:14:21.448 shop[web] i-1: a\n\tb\n")

    def test_ten_errors_are_told_and_all_are_counted(self):
        with Hub() as hub:
            answer = post(hub, "app=a", b"bad\n" * 1000 + b'{"raw":"x"}\n', NDJSON)
            self.assertEqual(answer.counts, (200, 1, 1000))
            self.assertEqual(answer.lines, [(i, "bad_json") for i in range(1, 11)])

    def test_an_empty_body_is_nothing(self):
        with Hub() as hub:
            for kind in (NDJSON, JSON, "Content-Type: text/plain"):
                self.assertEqual(post(hub, "app=a", b"", kind).counts, (200, 0, 0))

    def test_stamped_lines_keep_their_time(self):
        with Hub() as hub, hub.subscribe() as stream:
            answer = post(hub, "app=a&stamped=true", b"1481062461448999999 x\nnone\n")
            self.assertEqual(answer.counts, (200, 1, 1))
            self.assertEqual(answer.lines, [(2, "bad_time")])
            self.assertEqual(stream.read_line(), b"2016-12-06T22:14:21.448 a[] : x\n")

    def test_a_line_over_the_limit_is_cut_and_a_record_over_its_is_refused(self):
        with Hub("--line-bytes-max", "1KiB") as hub, hub.subscribe("format=raw") as stream:
            self.assertEqual(post(hub, "app=a", b"y" * 5000 + b"\nnext").counts, (200, 2, 0))
            self.assertRegex(stream.read_line(), rb"^y+ \[cut: \d+ bytes\]\n$")
            self.assertEqual(stream.read_line(), b"next\n")
            body = b'{"raw":"' + b"z" * (17 << 20) + b'"}\n{"raw":"after"}'
            answer = post(hub, "app=a", body, NDJSON)
            self.assertEqual(answer.counts, (200, 1, 1))
            self.assertEqual(answer.lines, [(1, "too_long")])
            self.assertEqual(stream.read_line(), b"after\n")


class Clients(unittest.TestCase):
    def test_pythons_own_client_with_and_without_chunks(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            for body in (b"one\ntwo\n", iter([b"on", b"e\ntw", b"o\n"])):
                client = http.client.HTTPConnection("127.0.0.1", hub.subscribe_port, timeout=10)
                client.request("POST", "/?app=a", body)
                answer = client.getresponse()
                self.assertEqual(answer.status, 200)
                self.assertEqual(json.loads(answer.read())["accepted"], 2)
                client.close()
                self.assertEqual(stream.read_lines(2), [b"one\n", b"two\n"])

    def test_http_1_0_with_a_length(self):
        with Hub() as hub:
            with Upload(hub, "app=a", "Content-Length: 4", version="1.0") as upload:
                upload.send(b"x\ny\n")
                self.assertEqual(upload.answer().counts, (200, 2, 0))

    def test_expect_is_answered_before_the_body(self):
        with Hub() as hub:
            with Upload(hub, "app=a", CHUNKED, "Expect: 100-continue") as upload:
                self.assertEqual(upload.read_until(b"\r\n\r\n"), b"HTTP/1.1 100 Continue\r\n\r\n")
                upload.send(chunk(b"x\n") + LAST_CHUNK)
                self.assertEqual(upload.answer().counts, (200, 1, 0))
            for query, headers, status in (
                    ("", [], 400), ("app=a&x=y", [], 400),
                    ("app=a", ["Content-Encoding: br"], 415), ("app=a", ["Expect: x"], 417)):
                with Upload(hub, query, CHUNKED, "Expect: 100-continue", *headers) as upload:
                    self.assertEqual(upload.answer().status, status)

    def test_pages_publish_only_where_they_may_read(self):
        with Hub() as hub:
            self.assertEqual(post(hub, "app=a", b"x", "Origin: http://evil.example").status, 403)
            self.assertEqual(post(hub, "app=a", b"x", "Origin: http://hub").status, 200)
        with Hub("--cors-origin", "http://a.example") as hub:
            answer = post(hub, "app=a", b"x", "Origin: http://a.example")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["access-control-allow-origin"], "http://a.example")
            answer = hub.get("/", "Origin: http://a.example", method="OPTIONS")
            self.assertIn("POST", answer.headers["access-control-allow-methods"])
            self.assertIn("Content-Encoding", answer.headers["access-control-allow-headers"])

    def test_post_is_for_the_root_only(self):
        with Hub() as hub:
            answer = hub.get("/healthz", "Content-Length: 0", method="POST")
            self.assertEqual(answer.status, 405)
            self.assertNotIn("POST", answer.headers["allow"])
            self.assertNotIn(b"POST,", answer.body)
            self.assertEqual(hub.get("/nothing", "Content-Length: 0", method="POST").status, 404)
            answer = hub.get("/", method="DELETE")
            self.assertIn("POST", answer.headers["allow"])


class Streaming(unittest.TestCase):
    def test_a_record_is_streamed_when_it_is_complete_whatever_the_chunks(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            with Upload(hub, "app=a", CHUNKED, NDJSON) as upload:
                upload.send(chunk(b'{"raw":"o') + chunk(b'ne"}\n{"r', b";x=y"))
                self.assertEqual(stream.read_line(), b"one\n")
                upload.send(chunk(b'aw":"two"}\n')[:-1])
                self.assertEqual(stream.read_line(), b"two\n")
                upload.send(b"\n0\r\nTrailer: x\r\n\r\n")
                self.assertEqual(upload.answer().counts, (200, 2, 0))

    def test_a_compressed_body_too(self):
        packer = zlib.compressobj(6, 8, 31)
        with Hub() as hub, hub.subscribe("format=raw") as stream:
            with Upload(hub, "app=a", CHUNKED, "Content-Encoding: gzip") as upload:
                for text in (b"one\n", b"two\n"):
                    upload.send(chunk(packer.compress(text) + packer.flush(2)))
                    self.assertEqual(stream.read_line(), text)
                upload.send(chunk(packer.flush()) + LAST_CHUNK)
                self.assertEqual(upload.answer().counts, (200, 2, 0))

    def test_random_bodies_in_random_pieces(self):
        seed = int.from_bytes(os.urandom(4), "big")
        rng = random.Random(seed)
        with Hub("--io-threads", "2") as hub, hub.subscribe("format=raw") as stream:
            for turn in range(60):
                with self.subTest(seed=seed, turn=turn):
                    lines, texts, bad = [], [], 0
                    for i in range(rng.randrange(200)):
                        if rng.random() < 0.2:
                            lines.append(rng.choice([b"{", b"x y", b'{"raw":7}', b"[]"]))
                            bad += 1
                        else:
                            texts.append(b"%d %s" % (i, b"z" * rng.randrange(300)))
                            lines.append(b'{"raw":"' + texts[-1] + b'"}')
                    body = b"".join(line + rng.choice([b"\n", b"\r\n"]) for line in lines)
                    coding = rng.choice(["identity", "gzip", "zstd"])
                    body = {"identity": bytes, "gzip": gzip.compress, "zstd": zstd}[coding](body)
                    with Upload(hub, "app=a", CHUNKED, NDJSON,
                                "Content-Encoding: " + coding) as upload:
                        while body:
                            n = rng.choice([1, 7, 100, 5000, 100_000])
                            upload.send(chunk(body[:n]))
                            body = body[n:]
                            if rng.random() < 0.3:
                                select.select([], [], [], 0)
                        upload.send(LAST_CHUNK)
                        answer = upload.answer()
                    status = 400 if bad and not texts else 200
                    self.assertEqual(answer.counts, (status, len(texts), bad))
                    self.assertEqual(stream.read_lines(len(texts)), [t + b"\n" for t in texts])


if __name__ == "__main__":
    unittest.main()
