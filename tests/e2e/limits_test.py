"""Records and batches at the edge of what the ring takes: refused with the reason, or streamed."""
import json
import unittest

from hub import Hub, record


def big(count):
    return b'{"raw":"big","fields":{"k":"' + b"y" * count + b'"}}'


class LargeRecords(unittest.TestCase):
    def test_a_record_over_the_room_of_the_ring_is_refused_and_the_hub_goes_on(self):
        with Hub() as hub, hub.subscribe("app=a") as stream, \
                hub.publish("a", ack=True) as publisher:
            publisher.read_until(b"}\n")
            publisher.send(big(12 << 20) + big(1 << 20) + record("next"))
            answer = publisher.read_until(b"}}\n")
            error = json.loads(answer.splitlines()[-1])["error"]
            self.assertEqual((error["code"], error["record"]), ("too_long", 1))
            self.assertTrue(stream.read_line().endswith(b" a[] : big\n"))
            self.assertTrue(stream.read_line().endswith(b" a[] : next\n"))


class SmallRing(unittest.TestCase):
    def test_full_batches_of_empty_lines_fit(self):
        lines = 40_000
        with Hub("--ring-bytes", "1MiB", "--line-bytes-max", "1KiB") as hub:
            with hub.subscribe("app=a") as stream, hub.publish("a", format="lines") as publisher:
                publisher.send(b"\n" + b"\n" * lines)
                for line in stream.read_lines(lines):
                    self.assertTrue(line.endswith(b" a[] : \n"), line)

    def test_lines_at_the_limit_pass_and_longer_ones_are_cut(self):
        with Hub("--ring-bytes", "1MiB", "--line-bytes-max", "256KiB") as hub:
            with hub.subscribe("format=raw") as stream:
                with hub.publish("a", format="lines") as publisher:
                    limit = 256 << 10
                    publisher.send(b"\n" + b"x" * limit + b"\n" + b"y" * (limit + 1) + b"\n")
                    self.assertEqual(stream.read_line(), b"x" * limit + b"\n")
                    self.assertRegex(stream.read_line(), rb"^y+ \[cut: \d+ bytes\]\n$")


if __name__ == "__main__":
    unittest.main()
