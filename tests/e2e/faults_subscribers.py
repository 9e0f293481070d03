"""Subscribers that do not speak, speak slowly, speak too much, or go without a word."""
import unittest

from faults import (INSTRUMENTED, MIB, Witness, descriptors, memory, reset_peak, subscribe_all,
                    wait_descriptors)
from hub import DEADLINE_S, Connection, Hub, Response, Stream, record, wait_until
from feeds import Checker
from load import Loop, Reader


class Requests(unittest.TestCase):
    def test_that_never_come_or_come_byte_by_byte(self):
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            start = descriptors(hub)
            silent = [Connection(hub.subscribe_port) for _ in range(200)]
            slow = [Connection(hub.subscribe_port) for _ in range(20)]
            request = b"GET /?app=slow HTTP/1.1\r\nHost: hub\r\nX-Long: " + b"y" * 200 + b"\r\n\r\n"
            for at in range(len(request)):
                for one in slow:
                    one.send(request[at:at + 1])
            for one in slow:
                self.assertIn(b" 200 OK\r\n", one.read_until(b"\r\n\r\n"))
            with hub.publish("slow", "p", "h") as publisher:
                publisher.send(record("to all\n"))
                for one in slow:
                    one.read_until(b" slow[p] h: to all\n")
            witness.prove()
            for one in silent:
                self.assertTrue(one.is_quiet(0))
                one.close()
            for one in slow:
                one.reset()
            wait_descriptors(hub, start)

    def test_with_a_megabyte_of_head_are_refused_in_little_memory(self):
        fields = b"".join(b"X-%d: %s\r\n" % (i, b"h" * 1000) for i in range(1024))
        big = {
            431: b"GET / HTTP/1.1\r\nHost: hub\r\n" + fields + b"\r\n",
            414: b"GET /?app=" + b"a" * MIB + b" HTTP/1.1\r\nHost: hub\r\n\r\n",
        }
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            start = descriptors(hub)
            reset_peak(hub)
            before = memory(hub)[0]
            for _ in range(20):
                for status, request in big.items():
                    with Connection(hub.subscribe_port) as one:
                        one.send(request)
                        answer = Response(one.read_to_end())
                        self.assertEqual(answer.status, status)
                        self.assertTrue(answer.body.startswith(b"error: "), answer.body)
            endless = Connection(hub.subscribe_port)
            with self.assertRaises((ConnectionError, TimeoutError)):
                for _ in range(100):
                    endless.send(b"Z" * MIB)
            endless.close()
            witness.prove()
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 16 * MIB)
            wait_descriptors(hub, start)

    def test_in_any_broken_form_get_an_answer_or_an_end(self):
        broken = [b"\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                  b"GET / HTTP/1.1\r\nHost\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n",
                  b"GET  / HTTP/1.1\r\n\r\n", b"get / http/1.1\r\nHost: h\r\n\r\n",
                  b"GET /?app=%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                  b"GET /?app=( HTTP/1.1\r\nHost: h\r\n\r\n",
                  b"GET /?" + b"&".join([b"app=x"] * 500) + b" HTTP/1.1\r\nHost: h\r\n\r\n",
                  b"GET /?app=" + b"(a*)*" * 1000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
                  b"GET /?log=" + b"x{1000}" * 100 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
                  b"{\"app\":\"x\"}{\"raw\":\"wrong port\"}\r\n\r\n"]
        with Hub() as hub, Witness(hub) as witness:
            for request in broken:
                with self.subTest(request[:40]), Connection(hub.subscribe_port) as one:
                    one.send(request)
                    one.end_sending()
                    answer = one.read_to_end()
                    if answer:
                        self.assertIn(Response(answer).status // 100, (4, 5), answer)
            witness.prove()


class Streams(unittest.TestCase):
    def test_that_are_reset_or_left_give_everything_back(self):
        with Hub("--subscriber-queue-bytes", "256KiB") as hub, Witness(hub) as witness:
            witness.prove()
            start = descriptors(hub)
            for wave in range(5):
                loop = Loop()
                crowd = [Reader(hub.subscribe_port, f"app=witness&host=vm|{i % 5}",
                                Checker([witness.feed])) for i in range(40)]
                subscribe_all(loop, hub, *crowd)
                for reader in crowd[::3]:
                    reader.paused = True
                witness.prove(500)
                loop.until(lambda: all(r.checker.received or r.paused for r in crowd), DEADLINE_S)
                for i, reader in enumerate(crowd):
                    reader.close(rst=i % 2 == 0)
                witness.prove(500)  # what is written to the gone ones tells the hub
                loop.close()
                wait_descriptors(hub, start)

    def test_with_a_half_closed_request_go_on(self):
        with Hub() as hub:
            for version in ("1.0", "1.1"):
                with hub.subscribe("app=half", version=version) as stream, \
                        hub.publish("half") as publisher:
                    stream.end_sending()
                    for i in range(50):
                        publisher.send(record(f"{i}\n"))
                        self.assertTrue(stream.read_line().endswith(b": %d\n" % i))

    def test_whose_client_goes_on_talking_go_on(self):
        with Hub() as hub, hub.subscribe("app=talk") as stream, hub.publish("talk") as publisher:
            reset_peak(hub)
            before = memory(hub)[0]
            stream.socket.setblocking(False)
            said = 0
            try:
                while said < 64 * MIB:
                    said += stream.socket.send(b"GET / HTTP/1.1\r\n\r\n" * 1000)
            except BlockingIOError:
                pass
            for i in range(50):
                publisher.send(record(f"{i}\n"))
                self.assertTrue(stream.read_line().endswith(b": %d\n" % i))
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 4 * MIB)

    def test_that_come_and_go_by_the_thousand(self):
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            start, before = descriptors(hub), memory(hub)[0]
            for wave in range(20):
                crowd = [Stream(hub.subscribe_port, f"/?app=w{wave}x{i}&log=y{i % 3}")
                         for i in range(50)]
                witness.prove(5)
                for one in crowd:
                    one.reset()
            wait_descriptors(hub, start)
            wait_until(lambda: INSTRUMENTED or memory(hub)[0] - before < 16 * MIB,
                       "the memory of a thousand subscribers is given back")


if __name__ == "__main__":
    unittest.main()
