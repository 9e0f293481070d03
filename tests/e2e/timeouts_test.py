"""What is closed after a time without progress, and what is not."""
import select
import unittest

from hub import Connection, Hub, record, wait_until


class StuckTimeout(unittest.TestCase):
    flags = ["--stuck-timeout", "400ms", "--subscriber-queue-bytes", "2MiB"]

    def test_a_reader_that_takes_nothing_is_closed_and_the_others_are_not(self):
        with Hub(*self.flags) as hub:
            with hub.subscribe("app=a", receive_buffer=4096) as stuck, \
                    hub.subscribe("app=b") as idle, hub.subscribe("app=a") as healthy, \
                    hub.publish("a") as publisher:
                text = "x" * 1000
                for _ in range(20):  # more than the kernel's buffers and the queue hold
                    publisher.send(record(text) * 1000)
                    healthy.read_lines(1000)
                hub.wait_log("it has acknowledged nothing for 400ms")
                publisher.send(record("last"))
                self.assertTrue(healthy.read_line().endswith(b": last\n"))
                self.assertTrue(idle.is_quiet())
                with hub.publish("b") as other:
                    other.send(record("awake"))
                    self.assertTrue(idle.read_line().endswith(b": awake\n"))
                stuck.read_to_end()
                self.assertTrue(stuck.ended)
            self.assertEqual(hub.read_log().count("it has acknowledged nothing"), 1)

    def test_a_reader_that_takes_a_little_is_kept(self):
        with Hub(*self.flags) as hub:
            with hub.subscribe("app=a", receive_buffer=4096) as slow, \
                    hub.publish("a") as publisher:
                publisher.send(record("x" * 1000) * 3000)
                for _ in range(40):  # two seconds: five time-outs
                    select.select([], [], [], 0.05)
                    slow.receive()
                self.assertFalse(slow.ended)
            self.assertNotIn("acknowledged nothing", hub.read_log())


class FirstByteTimeout(unittest.TestCase):
    flags = ["--first-byte-timeout", "300ms"]

    def test_a_request_that_does_not_end_gets_408(self):
        with Hub(*self.flags) as hub, Connection(hub.subscribe_port) as slow:
            slow.send(b"GET / HTTP/1.1\r\nHost:")
            self.assertIn(b" 408 ", slow.read_to_end().split(b"\r\n")[0])

    def test_a_connection_without_a_word_is_closed_without_one(self):
        with Hub(*self.flags) as hub, Connection(hub.subscribe_port) as silent:
            self.assertEqual(silent.read_to_end(), b"")

    def test_a_stream_lives_on(self):
        with Hub(*self.flags) as hub, hub.subscribe("app=a") as stream:
            self.assertTrue(stream.is_quiet(0.7))
            with hub.publish("a") as publisher:
                publisher.send(record("x"))
                self.assertTrue(stream.read_line().endswith(b": x\n"))


class Reset(unittest.TestCase):
    def test_ends_a_stream_at_once_also_after_a_half_close(self):
        with Hub("--log-level", "debug") as hub:
            for half_closed_first in (False, True):
                with self.subTest(half_closed_first):
                    stream = hub.subscribe("app=a")
                    closed = hub.read_log().count("subscriber closed")
                    if half_closed_first:
                        stream.end_sending()
                        self.assertTrue(stream.is_quiet(0.1))
                        self.assertEqual(hub.read_log().count("subscriber closed"), closed)
                    stream.reset()
                    wait_until(lambda: hub.read_log().count("subscriber closed") > closed,
                               "the stream of a reader that was reset is closed")


if __name__ == "__main__":
    unittest.main()
