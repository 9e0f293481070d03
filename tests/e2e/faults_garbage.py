"""Publishers that send what nobody should: garbage, a byte at a time, lines without an end."""
import random
import unittest

from faults import (INSTRUMENTED, MIB, SCALE, Witness, descriptors, finish_publishers, memory,
                    reset_peak, subscribe_all, wait_descriptors)
from feeds import Checker, Feed
from garbage import Thrower, garbage
from hub import DEADLINE_S, Hub, record, topic
from load import Loop, Publisher, Reader

class Garbage(unittest.TestCase):
    def test_thousands_of_them_get_a_reason_and_disturb_nobody(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            before, files = memory(hub)[0], descriptors(hub)
            loop = Loop()
            for wave in range(20 // SCALE):
                throwers = [Thrower(hub.publish_port, *garbage(chance)) for _ in range(100)]
                loop.add(*throwers)
                loop.until(lambda: all(t.ended for t in throwers), DEADLINE_S,
                           f"the hub closes everyone of wave {wave}")
                for thrower in throwers:
                    thrower.verify()
                    loop.drop(thrower)
                witness.prove(20)
            wait_descriptors(hub, files)
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[0] - before, 32 * MIB)

    def test_a_refused_record_does_not_end_a_plain_publisher(self):
        with Hub() as hub, hub.subscribe("app=g") as stream, hub.publish("g", "p", "h") as sender:
            for bad in (b'{"raw":1}', b'{"time":"yesterday","raw":"x"}', b"{}", b'{"severity":9}'):
                sender.send(bad + record("next\n"))
                self.assertTrue(stream.read_line().endswith(b" g[p] h: next\n"))
            self.assertTrue(sender.is_quiet())
            hub.wait_log("refused record 1: ")


class SlowDrip(unittest.TestCase):
    def test_publishers_that_send_a_byte_per_turn(self):
        loop = Loop()
        feeds = [Feed(f"f{i}", app="drip", proc=f"p{i % 7}", form=form)
                 for i, form in enumerate(["json", "stamped", "lines"] * (60 // SCALE))]
        checker = Checker(feeds)
        with Hub() as hub, Witness(hub) as witness:
            subscribe_all(loop, hub, Reader(hub.subscribe_port, "app=drip", checker))
            publishers = []
            for feed in feeds:
                checker.begin_at(feed, 1)
                publisher = Drip(hub.publish_port, feed, limit=4)
                publisher.fill()
                publishers.append(loop.add(publisher))
            loop.until(lambda: all(p.idle for p in publishers), DEADLINE_S * 2, "all is sent")
            witness.prove()
            finish_publishers(loop, publishers)
            loop.until(lambda: checker.received == 4 * len(feeds), DEADLINE_S, "every record comes")
            self.assertEqual((checker.gaps, checker.notices), (0, 0))
            loop.close()


class Drip(Publisher):
    def on_writable(self):
        whole, self.out = self.out, self.out[:1]
        super().on_writable()
        self.out = whole[1:] if not self.out else whole


class HugeLines(unittest.TestCase):
    total = 50_000_000 // SCALE

    def send_huge(self, hub, form, reader, lead, tail):
        """A text of `total` bytes between `lead` and `tail`, then a short record."""
        part = b"0123456789abcdef" * 4096
        with hub.publish("huge", "p", "h", format=form) as sender:
            sender.send(lead)
            for sent in range(0, self.total, len(part)):
                sender.send(part[:self.total - sent])
            sender.send(tail)
            line = reader.read_line()
            text = line.split(b": ", 1)[1]
            kept, _, cut = text[:-1].rpartition(b" [cut: ")
            self.assertTrue(cut.endswith(b" bytes]"), text[-100:])
            self.assertEqual(len(kept) + int(cut.split()[0]), self.total)
            self.assertTrue(MIB - 64 < len(kept) <= MIB, len(kept))
            self.assertTrue((part * 17).startswith(kept))
            self.assertTrue(reader.read_line().endswith(b" huge[p] h: behind\n"))

    def test_are_cut_with_the_exact_count_in_little_memory(self):
        with Hub("--ring-bytes", "16MiB") as hub, hub.subscribe("app=huge") as reader, \
                Witness(hub) as witness:
            witness.prove()
            reset_peak(hub)
            before = memory(hub)[0]
            self.send_huge(hub, "json", reader, b'{"raw":"', b'\\n"}' + record("behind\n"))
            self.send_huge(hub, "lines", reader, b"", b"\nbehind\n")
            witness.prove()
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 24 * MIB)

    def test_many_at_once(self):
        many, size = 40 // SCALE, 3 * MIB
        with Hub() as hub, hub.subscribe("app=huge") as reader, Witness(hub) as witness:
            loop = Loop()
            throwers = [Thrower(hub.publish_port, "huge", topic("huge") + b'{"raw":"' +
                                b"y" * size + b'"}', False) for _ in range(many)]
            loop.add(*throwers)
            loop.until(lambda: all(t.ended for t in throwers), DEADLINE_S, "all huge lines are in")
            witness.prove()
            dropped = received = 0
            while received + dropped < many:
                line = reader.read_line()
                if b"Error L10" in line:
                    dropped += int(line.split(b"overflow): ")[1].split()[0])
                else:
                    received += 1
                    kept = line.count(b"y") - 1  # and one in "bytes"
                    self.assertTrue(line.endswith(b"yy [cut: %d bytes]\n" % (size - kept)),
                                    line[-80:])
            self.assertEqual(received + dropped, many)
            loop.close()


if __name__ == "__main__":
    unittest.main()
