"""logio pipe: what goes through is untouched, and the hub has each line once, whatever happens."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from hub import BINARY, DEADLINE_S, Hub, run, wait_until

LOAD = 200_000


def text_of(count, first=0):
    return b"".join(b"line %d\n" % n for n in range(first, first + count))


def to(port):
    return f"logio://127.0.0.1:{port}?app=shop&proc=web&host=h1"


def unused_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Pipe:
    """A running `logio pipe`, whose output is read all the time."""

    def __init__(self, port, *flags, **how):
        self.errors = tempfile.TemporaryFile()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        self.process = subprocess.Popen([BINARY, "pipe", "--to", to(port), *flags],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=environment, **how)
        self.passed = bytearray()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(DEADLINE_S)
        for file in (self.process.stdin, self.process.stdout, self.errors):
            try:
                file.close()
            except BrokenPipeError:
                pass

    def read(self):
        while more := os.read(self.process.stdout.fileno(), 1 << 16):
            self.passed += more

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait_passed(self, count):
        wait_until(lambda: len(self.passed) >= count, f"{count} bytes passed on")

    def said(self):
        # The place where the process writes is its own and ours: it must not be moved.
        return os.pread(self.errors.fileno(), 1 << 20, 0).decode()

    def wait_said(self, words):
        wait_until(lambda: words in self.said(), f"{words!r} on stderr")

    def end(self):
        """Ends its input; its exit code."""
        self.process.stdin.close()
        code = self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        return code


class PipeTest:
    """What the tests below have in common."""

    def hub(self, *flags, port=0):
        hub = Hub("--publish-listen", f"127.0.0.1:{port}", *flags)
        self.addCleanup(hub.kill)
        return hub

    def data_flags(self):
        folder = tempfile.TemporaryDirectory(prefix="logio-test-")
        self.addCleanup(folder.cleanup)
        return ("--data-dir", folder.name, "--disk-free-min", "0")

    def stored(self, hub):
        query = "since=1h&follow=false&format=raw&app=shop"
        return hub.subscribe(query).read_body_to_end(seconds=DEADLINE_S)

    def check_lines(self, got, wanted):
        """Compared so that a failure says where, not all."""
        got, wanted = got.splitlines(True), wanted.splitlines(True)
        for n, (a, b) in enumerate(zip(got, wanted)):
            self.assertEqual(a, b, f"line {n} of {len(got)}")
        self.assertEqual(len(got), len(wanted))


class Passing(PipeTest, unittest.TestCase):
    def test_any_bytes_and_a_last_line_without_an_end(self):
        text = b"plain\n\n\xff\xfe\x80 \"q\" \\ \t\x01 \xc3\xa4\r\nlast"
        hub = self.hub()
        ended = run("pipe", "--to", to(hub.publish_port), stdin=text)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, text, b""))
        self.assertEqual(self.stored(hub), text.replace(b"\r\n", b"\n") + b"\n")

    def test_a_long_line_is_cut_for_the_hub_only(self):
        text = b"x" * (3 << 20) + b"\nnext\n"
        hub = self.hub()
        ended = run("pipe", "--to", to(hub.publish_port), stdin=text)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.assertTrue(ended.stdout == text)
        query = "since=1h&follow=false&format=ndjson&app=shop"
        first, second = hub.subscribe(query).read_body_to_end().splitlines()
        first = json.loads(first)
        kept, cut = re.fullmatch(r"(x+) \[cut: (\d+) bytes\]\n?", first["text"]).groups()
        self.assertEqual(len(kept) + int(cut), 3 << 20)
        self.assertEqual(first["fields"]["cut_bytes"], int(cut))
        self.assertEqual(json.loads(second)["text"].rstrip("\n"), "next")

    def test_a_regular_file_and_a_closed_output(self):
        hub = self.hub()
        with tempfile.TemporaryFile() as file:
            file.write(text_of(20_000))
            file.seek(0)
            reads, writes = os.pipe()
            os.close(reads)
            with os.fdopen(writes, "wb") as gone:
                ended = subprocess.run([BINARY, "pipe", "--to", to(hub.publish_port)], stdin=file,
                                       stdout=gone, stderr=subprocess.PIPE, timeout=DEADLINE_S,
                                       check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.check_lines(self.stored(hub), text_of(20_000))

    def test_what_was_read_is_published_before_a_signal_ends_it(self):
        hub = self.hub()
        for number in (signal.SIGTERM, signal.SIGINT):
            with Pipe(hub.publish_port) as pipe:
                pipe.write(b"one\nunfinished")
                pipe.wait_passed(14)
                pipe.process.send_signal(number)
                self.assertEqual(pipe.process.wait(DEADLINE_S), -number)
                self.assertEqual(pipe.said(), "")
        self.assertEqual(self.stored(hub), b"one\nunfinished\n" * 2)


class WithoutAHub(PipeTest, unittest.TestCase):
    def test_it_passes_on_and_counts_what_is_lost(self):
        text = text_of(1000)
        ended = run("pipe", "--to", to(unused_port()), "--flush", "300ms", stdin=text)
        self.assertEqual((ended.returncode, ended.stdout), (69, text))
        lines = ended.stderr.decode().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("acknowledged 0: 1000 dropped, 0 refused, 0 sent", lines[1])
        quiet = run("pipe", "--to", to(unused_port()), "--flush", "0s", "-q", stdin=text)
        self.assertEqual((quiet.returncode, quiet.stdout, quiet.stderr), (69, text, b""))

    def test_a_hub_that_comes_later_gets_all(self):
        port = unused_port()
        with Pipe(port, "--flush", "60s") as pipe:
            pipe.write(text_of(1000))
            pipe.wait_said("Connection refused")
            hub = self.hub(port=port)
            pipe.wait_said("the hub is back")
            pipe.write(text_of(10, 1000))
            self.assertEqual(pipe.end(), 0)
            self.assertEqual(pipe.said().count("\n"), 2)
            self.check_lines(self.stored(hub), text_of(1010))

    def test_a_full_buffer_drops_the_oldest_and_tells_how_many(self):
        port = unused_port()
        text = text_of(LOAD)
        with Pipe(port, "--flush", "60s", "--buffer-bytes", "1MiB") as pipe:
            pipe.write(text)
            pipe.wait_passed(len(text))
            hub = self.hub(port=port)
            self.assertEqual(pipe.end(), 69)
            said = pipe.said().splitlines()[-1]
        taken, dropped = map(int, re.search(
            rf"of {LOAD} lines .* acknowledged (\d+): (\d+) dropped, 0 refused, 0 sent",
            said).groups())
        self.assertEqual(taken + dropped, LOAD)
        notice, rest = self.stored(hub).split(b"\n", 1)
        self.assertRegex(notice.decode(), r"^Error L10 \(output buffer overflow\): "
                         rf"{dropped} messages dropped since \S+\.$")
        self.check_lines(rest, text_of(taken, dropped))


class SeveralHubs(PipeTest, unittest.TestCase):
    def test_the_next_one_is_found_and_takes_over(self):
        text = text_of(1000)
        second = self.hub()
        with Pipe(f"{unused_port()},127.0.0.1:{second.publish_port}", "--flush", "60s") as pipe:
            pipe.write(text)
            self.assertEqual(pipe.end(), 0)
            self.check_lines(self.stored(second), text)
        first, third = self.hub(), self.hub()
        with Pipe(f"{first.publish_port},127.0.0.1:{third.publish_port}", "--flush", "60s") as pipe:
            pipe.write(text)
            wait_until(lambda: self.stored(first).count(b"\n") == 1000, "that the first has them")
            first.kill()
            pipe.write(text_of(1000, 1000))
            self.assertEqual(pipe.end(), 0)
        got = self.stored(third)
        # What the first had not acknowledged comes again, in front.
        again = got.count(b"\n") - 1000
        self.assertGreaterEqual(again, 0)
        self.check_lines(got, text_of(1000 + again, 1000 - again))


class HubUnderLoad(PipeTest, unittest.TestCase):
    """200,000 lines while the hub goes and comes: all there, once and in order."""

    def feed(self, pipe, done, parts):
        for first in range(0, LOAD, 1000):
            if first % (LOAD // 4) == 0:
                parts.acquire()
            pipe.write(text_of(1000, first))
            done.append(first)
        done.append(LOAD)

    def drive(self, flags, disturb, returns):
        hub = self.hub(*flags)
        with Pipe(hub.publish_port, "--flush", "60s") as pipe:
            done, parts = [], threading.Semaphore(0)
            writer = threading.Thread(target=self.feed, args=(pipe, done, parts), daemon=True)
            writer.start()

            def write_part(end):
                parts.release()
                wait_until(lambda: done and done[-1] >= end, f"{end} lines")

            hub = disturb(hub, pipe, write_part)
            parts.release(4)
            writer.join(DEADLINE_S)
            self.assertFalse(writer.is_alive(), "the pipe waits for the hub")
            code = pipe.end()
            said = pipe.said()
            self.assertEqual(code, 0, said)
            self.assertEqual(said.count("the hub is back"), returns, said)
            self.assertTrue(bytes(pipe.passed) == text_of(LOAD))
            self.check_lines(self.stored(hub), text_of(LOAD))

    def write_until_some_arrive(self, hub, write_part, end):
        before = hub.records_of("shop")
        write_part(end)  # the writer goes on
        wait_until(lambda: hub.records_of("shop") > before, "some lines at the hub")

    def test_killed_and_started_again_on_the_same_data(self):
        flags = self.data_flags()

        def disturb(hub, pipe, write_part):
            port = hub.publish_port
            for part in (0, 1, 2):
                self.write_until_some_arrive(hub, write_part, part * LOAD // 4 + 5000)
                hub.kill()
                hub = self.hub(*flags, port=port)
                wait_until(lambda: pipe.said().count("the hub is back") > part,
                           lambda: f"it is back: {pipe.said()}")
            return hub

        self.drive(flags, disturb, 3)

    def test_restarted_in_order(self):
        flags = self.data_flags()

        def disturb(hub, _, write_part):
            self.write_until_some_arrive(hub, write_part, 5000)
            self.assertEqual(hub.stop(), 0)
            return self.hub(*flags, port=hub.publish_port)

        self.drive(flags, disturb, 1)

    def test_stopped_and_continued(self):
        def disturb(hub, _, write_part):
            write_part(5000)
            hub.signal(signal.SIGSTOP)
            try:
                for part in (2, 3, 4):
                    write_part(part * LOAD // 4 - 1000)
            finally:
                hub.signal(signal.SIGCONT)
            return hub

        self.drive((), disturb, 0)

    def test_stopped_from_the_start_and_killed(self):
        """It never greeted, yet what it was sent goes to the one that takes its place."""
        flags = self.data_flags()
        first = self.hub(*flags)
        port = first.publish_port
        first.signal(signal.SIGSTOP)
        with Pipe(port, "--flush", "60s") as pipe:
            pipe.write(text_of(1000))
            # Longer than the silence after which a hub may be an original one.
            self.assertRaises(subprocess.TimeoutExpired, pipe.process.wait, 3)
            first.kill()
            hub = self.hub(*flags, port=port)
            pipe.write(text_of(1000, 1000))
            self.assertEqual(pipe.end(), 0, pipe.said())
            self.check_lines(self.stored(hub), text_of(2000))


if __name__ == "__main__":
    unittest.main()
