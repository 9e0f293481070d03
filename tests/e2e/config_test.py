"""The configuration file: what `logio check` says of it, and what `serve --config` does with it."""
import os
import tempfile
import unittest

from hub import Hub, run

GOOD = """
ring_bytes = "8MiB"
pattern_bytes_max = 5

[[sink]]
url = "kafka+tls://user:hunter2@b1,b2/logs-%Y%m%d"
sasl_mechanism = "PLAIN"
app = ["shop", "bank"]

[[sink]]
url = "elasticsearch://h/logs"
token = "${SECRET}"
name = "search"
"""
BAD = """ring_byte = "8MiB"
grace = 10

[[sink]]
url = "kafka://user:hunter2@h/t?timeout=1"

[[sink]]
url = "syslog://h"
log = "x("
"""


class File:
    """A configuration file of a test's own."""

    def __init__(self, text):
        handle, self.path = tempfile.mkstemp(suffix=".toml")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        os.unlink(self.path)


class Check(unittest.TestCase):
    def test_a_good_file_is_told_in_short_without_secrets(self):
        with File(GOOD) as path:
            ended = run("check", path, env={"SECRET": "hunter2"})
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        text = ended.stdout.decode()
        self.assertTrue(text.startswith(f"{path}: ok\n"), text)
        self.assertIn("kafka-b1-9093-logs-Y-m-d: kafka+tls://user:***@b1,b2/logs-%Y%m%d\n", text)
        self.assertIn("takes app=shop app=bank; on_full=drop_oldest\n", text)
        self.assertIn("search: elasticsearch://h/logs\n", text)
        self.assertNotIn("hunter2", text)

    def test_every_error_of_a_bad_file_is_told_with_its_line(self):
        with File(BAD) as path:
            ended = run("check", path)
        self.assertEqual((ended.returncode, ended.stdout), (78, b""))
        lines = ended.stderr.decode().splitlines()
        self.assertEqual([line.removeprefix(path).split(" ")[0] for line in lines],
                         [":1:", ":2:", ":5:", ":7:"], lines)
        self.assertIn("did you mean ring_bytes?", lines[0])
        self.assertIn("sink 'kafka://user:***@h/t?timeout=1' has a bad timeout: '1'", lines[2])
        self.assertIn("sink 'syslog://h' has a bad log: 'x(': missing )", lines[3])

    def test_a_variable_that_is_not_set_and_a_file_that_is_not_there(self):
        with File(GOOD) as path:
            ended = run("check", path)
            self.assertEqual(ended.returncode, 78)
            self.assertIn(b"has a bad token: the variable SECRET is not set", ended.stderr)
        ended = run("check", path)
        self.assertEqual(ended.returncode, 78)
        self.assertEqual(ended.stderr.decode(),
                         f"{path}: cannot be read: No such file or directory\n")

    def test_usage(self):
        for arguments in ((), ("a", "b"), ("--ring-bytes", "1")):
            ended = run("check", *arguments)
            self.assertEqual(ended.returncode, 64)
            self.assertEqual(ended.stderr.count(b"\n"), 1)


class Serve(unittest.TestCase):
    def test_the_file_is_beaten_by_the_environment_and_that_by_a_flag(self):
        with File("pattern_bytes_max = 5\n") as path:
            for flags, env, accepted in (((), {}, 5), ((), {"LOGIO_PATTERN_BYTES_MAX": "6"}, 6),
                                         (("--pattern-bytes-max", "7"),
                                          {"LOGIO_PATTERN_BYTES_MAX": "6"}, 7)):
                with Hub("--config", path, *flags, env=env) as hub:
                    with hub.subscribe("app=" + "x" * accepted) as stream:
                        self.assertEqual(stream.head.status, 200)
                    self.assertEqual(hub.get("/?app=" + "x" * (accepted + 1)).status, 400)
            with Hub(env={"LOGIO_CONFIG": path}) as hub:
                self.assertEqual(hub.get("/?app=123456").status, 400)

    def test_a_bad_file_keeps_the_hub_from_starting_with_every_error(self):
        with File(BAD) as path:
            ended = run("serve", "--config", path)
        self.assertEqual((ended.returncode, ended.stdout), (78, b""))
        lines = ended.stderr.decode().splitlines()
        self.assertEqual(len(lines), 3, lines)
        for line in lines:
            self.assertTrue(line.startswith(f"logio serve: {path}:"), line)
        self.assertNotIn(b"hunter2", ended.stderr)

    def test_what_does_not_go_together_is_refused(self):
        ended = run("serve", "--sink", "syslog://h?on_full=spill")
        self.assertEqual(ended.returncode, 78)
        self.assertIn(b"give --data-dir", ended.stderr)
        ended = run("serve", "--sink", "syslog://a?name=x", "--sink", "syslog://b?name=x")
        self.assertEqual(ended.returncode, 78)
        self.assertIn(b"has the name x of the sink 'syslog://a?name=x'", ended.stderr)
        ended = run("serve", "--sink", "syslog://a?log=x(")
        self.assertEqual(ended.returncode, 78)
        self.assertIn(b"has a bad log: 'x(': missing )", ended.stderr)


if __name__ == "__main__":
    unittest.main()
