"""The library in a program of its own, against the real hub: each line once and in order."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import unittest

from hub import DEADLINE_S, Hub, wait_until

DRIVE = os.environ["LOGIO_PUBLISH_DRIVE"]
LINES = 1_000_000
KILLS = 3


class Drive:
    """A running program, which publishes as many lines as it is told."""

    def __init__(self, url):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([DRIVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors,
                                        env={**environment, "LOGIO_URL": url, "LOGIO_DEBUG": "1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.errors):
            file.close()

    def publish(self, count):
        self.process.stdin.write(b"%d\n" % count)
        self.process.stdin.flush()

    def published(self):
        return int(self.process.stdout.readline())

    def said(self):
        return os.pread(self.errors.fileno(), 1 << 20, 0).decode()

    def wait_said(self, words, count):
        wait_until(lambda: self.said().count(words) >= count,
                   lambda: f"{count} times {words!r}: {self.said()}")

    def end(self):
        """Its counts and its exit code."""
        self.process.stdin.close()
        counts = json.loads(self.process.stdout.readline())
        return counts, self.process.wait(DEADLINE_S)


def lines(count):
    return b"".join(b"line %d\n" % n for n in range(count))


class Kills(unittest.TestCase):
    def hub(self, *flags, port=0):
        hub = Hub("--publish-listen", f"127.0.0.1:{port}", *flags)
        self.addCleanup(hub.kill)
        return hub

    def stored(self, hub, seconds=120):
        query = "since=1h&follow=false&format=raw&app=shop"
        return hub.subscribe(query).read_body_to_end(seconds=seconds)

    def check(self, got, count):
        wanted = lines(count)
        if got == wanted:
            return
        got, wanted = got.splitlines(), wanted.splitlines()
        at = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), None)
        self.fail(f"{len(got)} lines of {count}; the first that is wrong is {at}: "
                  f"{got[at] if at is not None else None}")

    def test_a_million_lines_into_a_hub_that_is_killed_three_times(self):
        folder = tempfile.TemporaryDirectory(prefix="logio-test-")
        self.addCleanup(folder.cleanup)  # behind the hub's end
        flags = ("--data-dir", folder.name, "--disk-free-min", "0", "--ring-bytes", "256MiB")
        hub = self.hub(*flags)
        port = hub.publish_port
        url = (f"logio://127.0.0.1:{port}?app=shop&proc=web&host=h1"
               "&buffer_bytes=512MiB&buffer_records=2000000")
        with Drive(url) as drive:
            for part in range(KILLS):
                before = hub.records_of("shop")
                drive.publish(LINES // (KILLS + 1))
                wait_until(lambda: hub.records_of("shop") > before + 1000, "some of this part")
                hub.kill()
                hub = self.hub(*flags, port=port)
                drive.wait_said("back: ", part + 1)
            drive.publish(LINES - KILLS * (LINES // (KILLS + 1)))
            for part in range(KILLS + 1):
                self.assertEqual(drive.published(), (part + 1) * LINES // (KILLS + 1))
            counts, code = drive.end()
            self.assertEqual(code, 0, drive.said())
            self.assertEqual(counts, {"added": LINES, "acknowledged": LINES, "refused": 0,
                                      "dropped": 0, "unconfirmed": 0})
            self.assertEqual(drive.said().count("back: "), KILLS, drive.said())
        self.check(self.stored(hub), LINES)

    def test_sigterm_sends_what_is_left_and_ends_the_program_all_the_same(self):
        hub = self.hub()
        with Drive(f"logio://127.0.0.1:{hub.publish_port}?app=shop") as drive:
            drive.publish(1000)
            self.assertEqual(drive.published(), 1000)
            drive.process.terminate()
            self.assertEqual(drive.process.wait(DEADLINE_S), -signal.SIGTERM)
        self.check(self.stored(hub), 1000)

    def test_a_program_goes_on_without_a_hub_and_tells_it_once(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"logio://127.0.0.1:{taken.getsockname()[1]}?app=shop"
            with Drive(url) as drive:
                drive.publish(1000)
                self.assertEqual(drive.published(), 1000)
                drive.wait_said("away: ", 1)
                self.assertEqual(drive.said().count("\n"), 1, drive.said())

    def test_an_unusable_url_costs_one_line(self):
        with Drive("logio://127.0.0.1?proc=web") as drive:
            drive.publish(10)
            self.assertEqual(drive.published(), 10)
            counts, code = drive.end()
            self.assertEqual((counts["added"], code), (0, 0))
            self.assertEqual(drive.said(), "logio: LOGIO_URL: app is missing in the query; add "
                             "?app=NAME; nothing is published\n")


if __name__ == "__main__":
    unittest.main()
