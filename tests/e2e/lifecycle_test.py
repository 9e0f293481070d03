"""Starting and ending: ports, signals, one line with cause and remedy when it cannot start."""
import os
import re
import signal
import subprocess
import unittest

from hub import BINARY, DEADLINE_S, Hub, record, run


def fails_to_start(*flags):
    return subprocess.run([BINARY, "serve", *flags], capture_output=True, timeout=DEADLINE_S,
                          stdin=subprocess.DEVNULL, check=False)


class Start(unittest.TestCase):
    def test_a_port_in_use_by_a_second_hub(self):
        with Hub() as hub:
            ended = fails_to_start("--publish-listen", f"127.0.0.1:{hub.publish_port}",
                                   "--subscribe-listen", "127.0.0.1:0")
            self.assertEqual(ended.returncode, 69)
            self.assertEqual(ended.stdout, b"")
            lines = [line for line in ended.stderr.splitlines() if b"cannot listen" in line]
            self.assertEqual(len(lines), 1, ended.stderr)
            self.assertIn(b"in use", lines[0])
            self.assertIn(b"--publish-listen", lines[0])

    def test_a_ring_that_is_too_small_or_too_large(self):
        ended = fails_to_start("--publish-listen", "127.0.0.1:0", "--subscribe-listen",
                               "127.0.0.1:0", "--ring-bytes", "1MiB")
        self.assertEqual(ended.returncode, 78)
        self.assertIn(b"--ring-bytes", ended.stderr)

    def test_the_environment_and_the_flag_that_beats_it(self):
        with Hub(env={"LOGIO_PATTERN_BYTES_MAX": "5"}) as hub:
            self.assertEqual(hub.get("/?app=123456").status, 400)
        with Hub("--pattern-bytes-max", "6", env={"LOGIO_PATTERN_BYTES_MAX": "5"}) as hub:
            with hub.subscribe("app=123456") as stream:
                self.assertEqual(stream.head.status, 200)


class End(unittest.TestCase):
    def test_sigterm_drains_and_ends_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Hub() as hub, hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
                publisher.send(record("first"))
                stream.read_line()
                publisher.send(record("last"))
                hub.signal(number)
                self.assertTrue(stream.read_line().endswith(b": last\n"))
                self.assertEqual(stream.read_body_to_end(), b"")
                self.assertTrue(stream.complete)
                self.assertIn(b'"shutting_down"', publisher.read_to_end())
                self.assertEqual(hub.wait(), 0)

    def test_an_idle_hub_is_small(self):
        with Hub() as hub:
            self.assertEqual(hub.get("/healthz").status, 200)
            self.assertLess(hub.resident_bytes(), 256 << 20)


class Commands(unittest.TestCase):
    def test_healthcheck(self):
        with Hub() as hub:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            self.assertEqual(run("healthcheck", "--hub", url).returncode, 0)
            self.assertEqual(run("healthcheck", env={"LOGIO_HUB": url}).returncode, 0)
        gone = run("healthcheck", "--hub", url)
        self.assertEqual(gone.returncode, 69)
        self.assertEqual(gone.stderr.count(b"\n"), 1)

    def test_version_and_usage_errors(self):
        self.assertRegex(run("version").stdout.decode(), r"^logio \d+\.\d+\.\d+")
        for arguments, wanted in {("serv",): "serve", ("serve", "--ring-byte", "1"): "--ring-bytes",
                                  ("serve", "--ring-bytes", "x"): "MiB"}.items():
            ended = run(*arguments)
            self.assertEqual(ended.returncode, 64)
            self.assertIn(wanted, ended.stderr.decode())
            self.assertEqual(ended.stderr.count(b"\n"), 1)

    def test_the_readme_has_the_binarys_flags(self):
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
            text = file.read()
        section = text.split("<!-- flags: begin -->\n")[1].split("<!-- flags: end -->")[0]
        self.assertEqual(section, run("reference").stdout.decode(), "scripts/flags writes them")

    def test_pipe_publishes_and_passes_on(self):
        with Hub() as hub, hub.subscribe("app=shop&proc=web") as stream:
            to = f"logio://127.0.0.1:{hub.publish_port}?app=shop&proc=web&host=h1"
            text = b"".join(b"line %d\n" % i for i in range(1000))
            ended = run("pipe", "--to", to, stdin=text)
            self.assertEqual((ended.returncode, ended.stdout), (0, text), ended.stderr)
            for i in range(1000):
                line = stream.read_line()
                self.assertTrue(re.search(rb" shop\[web\] h1: line %d\n$" % i, line), line)

    def test_pipe_without_a_hub_says_so(self):
        ended = run("pipe", "-a", "x", "--to", "logio://127.0.0.1:1", stdin=b"x\n")
        self.assertEqual(ended.returncode, 69)
        self.assertTrue(ended.stderr)

    def test_tail_prints_what_comes_and_a_closed_pipe_is_a_quiet_end(self):
        with Hub() as hub, hub.publish("shop") as publisher:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            with subprocess.Popen([BINARY, "tail", "-a", "shop", "-g", "yes", "--hub", url],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tail:
                line = None
                for i in range(400):  # until its subscription is in force
                    publisher.send(record(f"yes {i}") + record("no"))
                    publisher.is_quiet(0.02)
                    if tail.stdout.peek(1) if i > 20 else False:
                        line = tail.stdout.readline()
                        break
                self.assertRegex(line, rb" shop\[\] : yes \d+\n$")
                tail.stdout.close()
                for i in range(100):
                    publisher.send(record("yes more"))
                    publisher.is_quiet(0.02)
                    if tail.poll() is not None:
                        break
                self.assertEqual(tail.wait(DEADLINE_S), 0)
                self.assertEqual(tail.stderr.read(), b"")


if __name__ == "__main__":
    unittest.main()
