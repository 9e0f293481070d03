"""logio.stream(): what is printed goes where it went, and its lines to the hub."""
import io
import sys
import threading
import time
import unittest
from unittest import mock

import support
import logio
from hub import Hub
from logio._lines import LineSplitter


class Kept:
    enabled = True

    def __init__(self):
        self.found = []

    def add_encoded(self, text, time_ns, severity, fields, left_out_bytes=0):
        self.found.append((text.rstrip(b"\r\n"), fields, left_out_bytes))


class Lines(unittest.TestCase):
    def setUp(self):
        self.found = []
        self.lines = LineSplitter(lambda *line: self.found.append(line))

    def test_in_any_pieces(self):
        data = b"one\n\ntwo\r\nthree"
        for size in range(1, len(data) + 1):
            self.found.clear()
            for at in range(0, len(data), size):
                self.lines.feed(data[at:at + size])
            self.lines.finish()
            self.lines.finish()
            self.assertEqual([each[0] for each in self.found],
                             [b"one\n", b"\n", b"two\r\n", b"three\n"])

    def test_the_time_is_that_of_the_line_s_beginning(self):
        before = time.time_ns()
        self.lines.feed(b"a")
        after = time.time_ns()
        self.lines.feed(b"b\n")
        self.assertTrue(before <= self.found[0][1] <= after)

    def test_a_line_without_end_takes_no_more_memory_than_a_record(self):
        for _ in range(300):
            self.lines.feed(b"x" * 10_000)
        self.assertLess(len(self.lines._part), (1 << 20) + 2)
        self.lines.feed(b"\n")
        text, _, left_out = self.found[0]
        self.assertEqual(len(text) - 1 + left_out, 3_000_000)


class Streams(unittest.TestCase):
    def setUp(self):
        self.kept = Kept()
        self.out = io.TextIOWrapper(io.BytesIO(), "utf-8")
        self.err = io.TextIOWrapper(io.BytesIO(), "utf-8")
        for name, stream in (("stdout", self.out), ("stderr", self.err)):
            patch = mock.patch.object(sys, name, stream)
            patch.start()
            self.addCleanup(patch.stop)

    def printed(self, stream):
        stream.flush()
        return stream.buffer.getvalue()

    def test_both_go_both_ways(self):
        with logio.stream(self.kept):
            print("one", "two")
            print("three", file=sys.stderr)
            sys.stdout.writelines(["four\n", "fi"])
            sys.stdout.buffer.write(b"ve\n\xff\n")
            sys.stdout.write("no end")
        self.assertEqual(self.kept.found, [
            (b"one two", "", 0), (b"three", '{"stream":"stderr"}', 0), (b"four", "", 0),
            (b"five", "", 0), (b"\xff", "", 0), (b"no end", "", 0)])
        self.assertIn(b"one two\n", self.printed(self.out))
        self.assertEqual(self.printed(self.err), b"three\n")

    def test_after_the_block_all_is_as_it_was(self):
        before = sys.stdout, sys.stderr
        with logio.stream(self.kept):
            self.assertIsNot(sys.stdout, before[0])
        self.assertEqual((sys.stdout, sys.stderr), before)
        print("x")
        self.assertEqual(self.kept.found, [])

    def test_one_alone_and_one_that_another_has_replaced_since(self):
        streams = logio.stream(self.kept, stdout=False)
        self.assertIs(sys.stdout, self.out)
        sys.stderr = other = io.StringIO()
        streams.restore()
        self.assertIs(sys.stderr, other)

    def test_it_stands_for_the_stream_in_everything_else(self):
        with logio.stream(self.kept):
            self.assertEqual(sys.stdout.encoding, "utf-8")
            self.assertFalse(sys.stdout.isatty())
            with self.assertRaises(io.UnsupportedOperation):
                sys.stdout.fileno()
            sys.stdout.reconfigure(line_buffering=True)
            self.assertTrue(self.out.line_buffering)

    def test_an_error_of_the_stream_is_the_program_s(self):
        self.out.close()
        with logio.stream(self.kept), self.assertRaises(ValueError):
            print("x")

    def test_many_threads_lose_nothing(self):
        with logio.stream(self.kept):
            threads = [threading.Thread(target=lambda n=n: [sys.stdout.write(f"{n} {i}\n")
                                                            for i in range(500)])
                       for n in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        found = [each[0] for each in self.kept.found]
        for n in range(4):
            self.assertEqual([each for each in found if each.startswith(b"%d " % n)],
                             [b"%d %d" % (n, i) for i in range(500)])


class Programs(unittest.TestCase):
    def test_a_program_s_output_is_published_to_its_last_words(self):
        with Hub() as hub:
            code, out, err = support.run("""
                import logio, sys
                logio.stream()
                print("out")
                print("err", file=sys.stderr)
                sys.stdout.write("last words")
            """, support.url_of(hub))
            self.assertEqual((code, out, err), (0, "out\nlast words", "err\n"))
            self.assertEqual([(each["text"], each.get("fields")) for each in support.records(hub)],
                             [("out", None), ("err", {"stream": "stderr"}), ("last words", None)])

    def test_a_fork_in_the_midst_of_a_line(self):
        with Hub() as hub:
            code, out, _ = support.run("""
                import logio, os, sys
                logio.stream()
                print("begun", end=" ", flush=True)
                if os.fork() == 0:
                    print("child")
                    sys.exit()
                os.wait()
                print("parent")
            """, support.url_of(hub))
            self.assertEqual((code, out), (0, "begun child\nparent\n"))
            self.assertEqual(sorted(support.texts(hub)), ["begun parent", "child"])


if __name__ == "__main__":
    unittest.main()
