"""A record's bytes; more of them are in clients/conformance."""
import json
import unittest

import support  # noqa: F401
from logio._encode import (TEXT_BYTES_MAX, encode_fields, encode_loss, encode_record, to_bytes)

AT = 1_481_062_461_448_123_456


def raw(text, **more):
    return json.loads(encode_record(text, AT, **more))["raw"]


class Encoding(unittest.TestCase):
    def test_the_quick_and_the_thorough_way_are_the_same(self):
        for text in ('', 'x', 'with "quotes" and \\', 'ä\u00a0\u200b€\U0001f600', '</script>&',
                     'a\tb', 'a\nb', '\x7f', '\u2028', 'line\n', 'line\r\n', '\r', '\x00'):
            with self.subTest(text=text):
                self.assertEqual(encode_record(text, AT, "info", '{"a":1}'),
                                 encode_record(text.encode(), AT, "info", '{"a":1}'))

    def test_a_plain_record_costs_at_most_80_bytes(self):
        self.assertLessEqual(len(encode_record("", AT, "debug")), 80)
        self.assertLessEqual(len(encode_record("", AT, fields='{"stream":"stderr"}')), 80)

    def test_bytes_of_file_names_come_through(self):
        self.assertEqual(to_bytes(b"a\xffb".decode("utf-8", "surrogateescape")), b"a\xffb")
        self.assertEqual(to_bytes("a\ud800b"), b"a\\ud800b")
        self.assertIn(b"a\xffb", encode_record("a\udcffb", AT))

    def test_a_text_that_is_too_long_is_cut_and_says_so(self):
        found = json.loads(encode_record("x" * (TEXT_BYTES_MAX + 5), AT))
        self.assertTrue(found["raw"].endswith("x [cut: 39 bytes]"))
        self.assertEqual(found["fields"], {"cut_bytes": 39})
        found = json.loads(encode_record("ab", AT, None, '{"a":1}', left_out_bytes=7))
        self.assertEqual((found["raw"], found["fields"]),
                         ("ab [cut: 7 bytes]", {"cut_bytes": 7, "a": 1}))

    def test_times_that_no_calendar_has_do_no_harm(self):
        for at in (-10 ** 30, 10 ** 30):
            self.assertRegex(json.loads(encode_record("x", at))["time"], r"^\d{4}-.*\d{9}Z$")

    def test_a_loss_is_told_as_the_hub_tells_it(self):
        found = json.loads(encode_loss(3, AT, AT))
        self.assertEqual(found["raw"], "Error L10 (output buffer overflow): 3 messages dropped "
                                       "since 2016-12-06T22:14:21.448.")
        self.assertEqual(found["severity"], "warn")


class Fields(unittest.TestCase):
    def test_values_keep_their_types(self):
        given = {"n": 1, "f": 1.5, "t": True, "no": None, "s": "ä\n", "l": [1, [2]], "m": {"k": 0}}
        self.assertEqual(json.loads(encode_fields(given)), given)
        self.assertEqual(encode_fields({}), "")

    def test_what_json_has_not_becomes_text(self):
        class Bad:
            def __str__(self):
                raise ValueError

        found = json.loads(encode_fields({
            "nan": float("nan"), "big": 1 << 80, "set": {1}, 5: "key", "bytes": b"x",
            "bad": Bad(), "tuple": (1, 2)}))
        self.assertEqual(found, {"nan": "nan", "big": str(1 << 80), "set": "{1}", "5": "key",
                                 "bytes": "b'x'", "bad": "<Bad: ValueError in str()>",
                                 "tuple": [1, 2]})

    def test_half_a_character_is_its_escape(self):
        self.assertEqual(encode_fields({"ä": "\ud800"}), '{"\\u00e4":"\\ud800"}')

    def test_what_contains_itself_ends(self):
        loop = {}
        loop["self"] = loop
        self.assertIn('"self"', encode_fields(loop))

    def test_fields_beyond_all_measure_are_left_out_and_said(self):
        found = json.loads(encode_fields({"a": "x" * (9 << 20)}))
        self.assertEqual(found, {"fields_left_out_bytes": (9 << 20) + 8})


if __name__ == "__main__":
    unittest.main()
