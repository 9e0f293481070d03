"""Requests that are not streams, and requests that are wrong: what the answer says."""
import json
import unittest

from hub import Hub

BAD = {
    "app=(": "error: app: missing ) at offset 0\n  (\n  ^\n",
    "log=a(?!b)": "error: log: ",
    "proc=%zz": "error: proc: ",
    "proc=%2": "error: proc: ",
    "colour=red": "error: colour: ",
    "format=xml": "error: format: ",
    "match=some": "error: match: ",
    "format=text&format=raw": "error: format: ",
    "tail=ten": "error: tail: ",
    "since=soon": "error: since: ",
    "after=12": "error: after: ",
}


class Errors(unittest.TestCase):
    def test_bad_queries_are_400_with_the_place_and_a_remedy(self):
        with Hub() as hub:
            for query, begin in BAD.items():
                with self.subTest(query):
                    answer = hub.get("/?" + query)
                    self.assertEqual(answer.status, 400)
                    self.assertTrue(answer.headers["content-type"].startswith("text/plain"))
                    self.assertTrue(answer.body.decode().startswith(begin), answer.body)
                    self.assertEqual(int(answer.headers["content-length"]), len(answer.body))

    def test_json_when_it_is_asked_for(self):
        with Hub() as hub:
            answer = hub.get("/?app=(", "Accept: application/json")
            self.assertEqual(answer.status, 400)
            error = json.loads(answer.body)["error"]
            self.assertEqual(error["code"], "bad_pattern")
            self.assertEqual(error["parameter"], "app")
            self.assertEqual(error["offset"], 0)
            self.assertTrue(error["hint"])

    def test_a_pattern_over_the_limit(self):
        with Hub("--pattern-bytes-max", "10") as hub:
            answer = hub.get("/?app=" + "a" * 11)
            self.assertEqual(answer.status, 400)
            self.assertIn(b"--pattern-bytes-max", answer.body)

    def test_other_paths_and_methods(self):
        with Hub() as hub:
            self.assertEqual(hub.get("/nothing").status, 404)
            answer = hub.get("/", method="DELETE")
            self.assertEqual(answer.status, 405)
            self.assertIn("GET", answer.headers["allow"])
            self.assertEqual(hub.get("/healthz").body, b"ok\n")

    def test_head_and_options(self):
        with Hub() as hub:
            answer = hub.get("/?app=a", method="HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertIn("logio-cursor", answer.headers)
            answer = hub.get("/", method="OPTIONS")
            self.assertIn(answer.status, (200, 204))
            self.assertIn("GET", answer.headers["allow"])

    def test_http_1_1_without_a_host_is_400(self):
        with Hub() as hub:
            self.assertEqual(hub.request(b"GET / HTTP/1.1\r\n\r\n").status, 400)

    def test_cross_origin_only_for_the_origin_that_was_named(self):
        with Hub() as hub:
            answer = hub.get("/?app=(", "Origin: http://a.example")
            self.assertNotIn("access-control-allow-origin", answer.headers)
        with Hub("--cors-origin", "http://a.example") as hub:
            answer = hub.get("/?app=(", "Origin: http://a.example")
            self.assertEqual(answer.headers["access-control-allow-origin"], "http://a.example")


if __name__ == "__main__":
    unittest.main()
