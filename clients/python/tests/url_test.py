"""The URL of a publisher, and the program's name."""
import unittest
from unittest import mock

import support
from logio import Config, ConfigError
from logio._config import HubAddress, as_topic_value, parse_url, program_name


class Urls(unittest.TestCase):
    def test_all_parts_are_read(self):
        config = parse_url("logio://u:p%40@h1,[::1]:77,h3:7?app=a+b&proc=&host=%C3%A4"
                           "&buffer_bytes=1KiB&buffer_records=5#x")
        self.assertEqual(config.hubs,
                         (HubAddress("h1"), HubAddress("::1", 77), HubAddress("h3", 7)))
        self.assertEqual((config.app, config.proc, config.host), ("a b", "", "ä"))
        self.assertEqual((config.buffer_bytes, config.buffer_records), (1024, 5))
        self.assertEqual(str(config.hubs[1]), "[::1]:77")

    def test_defaults(self):
        config = parse_url("logio://h/?app=a")
        self.assertEqual((config.buffer_bytes, config.buffer_records), (64 << 20, 1_000_000))
        self.assertEqual(config.hubs, (HubAddress("h", 7701),))
        self.assertTrue(config.proc and config.host)

    def test_a_key_that_is_not_known_is_one_warning(self):
        warnings = []
        parse_url("logio://h?app=a&bufer_bytes=1&&x=%zz", warnings.append)
        self.assertEqual(len(warnings), 2)
        self.assertIn("'bufer_bytes'", warnings[0])

    def test_what_cannot_be_used_says_what_where_and_the_remedy(self):
        for url, word in (
                ("http://h?app=a", "logio://"), ("h:7701", "logio://"), ("logio://?app=a", "host"),
                ("logio://h", "?app=NAME"), ("logio://h?app=", "?app=NAME"),
                ("logio://h:0?app=a", "port '0'"), ("logio://h:65536?app=a", "port '65536'"),
                ("logio://h:x?app=a", "port 'x'"), ("logio://a,b:y?app=a", "host 2"),
                ("logio://[::1?app=a", "without ]"), ("logio://[::1]7?app=a", "behind ]"),
                ("logio://::1?app=a", "two colons"), ("logio://a b?app=a", "white space"),
                ("logio://h?app=%zz", "app has a %"), ("logio://h?app=%ff", "not UTF-8"),
                ("logio://h?app=a%0a", "control character"), ("logio://h?app=[a]", "[ ]"),
                ("logio://h?app=" + "x" * 256, "256 bytes"),
                ("logio://h?app=a&buffer_bytes=1MB", "buffer_bytes"),
                ("logio://h?app=a&buffer_records=0", "buffer_records")):
            with self.subTest(url=url):
                with self.assertRaises(ConfigError) as caught:
                    parse_url(url)
                text = str(caught.exception)
                self.assertIn(word, text)
                self.assertIn("; ", text)
                self.assertNotIn("\n", text)

    def test_values_one_by_one_are_held_to_the_same(self):
        with self.assertRaises(ConfigError):
            Config((HubAddress("h"),), "")
        with self.assertRaises(ConfigError):
            Config((), "a")

    def test_an_unusable_environment_is_one_line_and_a_working_program(self):
        code, out, err = support.run("""
            import logio, logio.auto, logging
            logging.warning("on stderr")
            with logio.stream():
                print("on stdout")
            p = logio.Publisher.disabled()
            p.add("x")
            print(p.stats.added, p.stats.dropped, p.flush(0))
        """, "logio://user:secret@h:99999?app=a")
        self.assertEqual((code, out), (0, "on stdout\n1 1 True\n"))
        lines = err.splitlines()
        self.assertEqual(lines[0], "logio: LOGIO_URL: the host has a bad port '99999'; "
                                   "use 1 to 65535; nothing is published")
        self.assertEqual(lines[1:], ["WARNING:root:on stderr"])


class Names(unittest.TestCase):
    def test_of_the_program(self):
        for argv, name in (("/a/b/shop.py", "shop.py"), ("-c", "python"), ("", "python"),
                           ("/x/flask/__main__.py", "flask")):
            with mock.patch("sys.argv", [argv]):
                self.assertEqual(program_name(), name)

    def test_names_that_nobody_wrote_for_a_hub_are_made_fit(self):
        self.assertEqual(as_topic_value("a[1]\n"), "a_1__")
        self.assertEqual(len(as_topic_value("ä" * 200).encode()), 254)


if __name__ == "__main__":
    unittest.main()
