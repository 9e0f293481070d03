"""logio.sh against the real hub, and without one."""
import pathlib
import shutil
import socket
import subprocess
import unittest

from hub import DEADLINE_S, Hub, wait_until

RECIPE = pathlib.Path(__file__).resolve().parent / "logio.sh"
LINES = b'plain\n\n  two  "x" \\n \\ \t\x01 \xff\xc3\xa4\r\n-n\nlast'


def start(port, app="shop", proc="web"):
    """It reads a pipe of ours, in a shell that is as strict as a script may be."""
    return subprocess.Popen(
        ["bash", "-euc", '. "$1"; logio 127.0.0.1 "$2" "$3" "$4"', "bash", RECIPE, str(port), app,
         proc], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Recipe(unittest.TestCase):
    def hub(self, port=0):
        hub = Hub("--publish-listen", f"127.0.0.1:{port}")
        self.addCleanup(hub.log.close)
        self.addCleanup(hub.kill)
        return hub

    def stored(self, hub, app="shop", count=1):
        with hub.subscribe(f"since=1h&format=raw&app={app}") as stream:
            return b"".join(stream.read_lines(count))

    def test_lines_go_on_and_to_the_hub(self):
        hub = self.hub()
        out, errors = start(hub.publish_port).communicate(LINES, timeout=DEADLINE_S)
        self.assertEqual((out, errors), (LINES + b"\n", b""))
        wanted = LINES.replace(b"\r", b"") + b"\n"
        self.assertEqual(self.stored(hub, count=5), wanted)

    def test_a_topic_is_escaped(self):
        hub = self.hub()
        start(hub.publish_port, 'a"b\\c[\n]d', "p").communicate(b"x\n", timeout=DEADLINE_S)
        self.assertEqual(self.stored(hub, "a%22b%5C%5Ccd"), b"x\n")

    def test_it_survives_that_there_is_no_hub_and_says_what_was_lost(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        process = start(port)
        process.stdin.write(b"one\ntwo\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline() + process.stdout.readline(), b"one\ntwo\n")
        hub = self.hub(port)
        sent = 2

        def is_there():
            nonlocal sent
            process.stdin.write(b"line %d\n" % sent)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"line %d\n" % sent)
            sent += 1
            return b'"app":"shop"' in hub.request(b"GET /v1/topics HTTP/1.0\r\n\r\n").body

        wait_until(is_there, "the recipe connects")
        process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 0)
        first = self.stored(hub)
        lost = int(first.split()[0])
        self.assertEqual(first, b"%d lines were lost\n" % lost)
        self.assertEqual(self.stored(hub, count=1 + sent - lost).split(b"\n", 1)[1],
                         b"".join(b"line %d\n" % n for n in range(lost, sent)))

    def test_a_hub_that_goes_away_does_not_end_it(self):
        hub = self.hub()
        process = start(hub.publish_port)
        process.stdin.write(b"one\n")
        process.stdin.flush()
        self.assertEqual(self.stored(hub), b"one\n")
        hub.kill()
        out, errors = process.communicate(b"two\nthree\nfour\n", timeout=DEADLINE_S)
        self.assertEqual((out, errors, process.returncode), (b"one\ntwo\nthree\nfour\n", b"", 0))

    def test_it_is_ten_lines_that_shellcheck_likes(self):
        lines = RECIPE.read_text().splitlines()
        self.assertEqual(len(lines[lines.index("logio() (") + 1:lines.index(")")]), 10)
        program = shutil.which("shellcheck")
        self.assertIsNotNone(program, "shellcheck is missing; apt-get install shellcheck")
        ended = subprocess.run([program, RECIPE], stdout=subprocess.PIPE, timeout=DEADLINE_S,
                               check=False)
        self.assertEqual((ended.returncode, ended.stdout), (0, b""))


if __name__ == "__main__":
    unittest.main()
