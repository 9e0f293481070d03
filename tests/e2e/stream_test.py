"""What goes in comes out: the stock client's bytes, every query parameter, both formats."""
import shutil
import socket
import subprocess
import unittest

from hub import DEADLINE_S, Failure, Hub, Publisher, Stream, record, topic

STOCK = (b'{"app":"myapp","proc":"web","host":"vm"}'
         b'{"time":"2026-11-21T01:45:53.955367001Z","raw":"2026/11/21 01:45:53 INFO hello 0 '
         b'\\u003ca\\u0026b\\u003e \xc3\xa9 \\"q\\"\\ttab\\n"}')
STOCK_LINE = (b"2026-11-21T01:45:53.955 myapp[web] vm: 2026/11/21 01:45:53 INFO hello 0 "
              b"<a&b> \xc3\xa9 \"q\"\ttab\n")


class StockClient(unittest.TestCase):
    def test_its_exact_bytes_give_the_exact_line(self):
        with Hub() as hub, hub.subscribe("app=myapp") as stream:
            with Publisher(hub.publish_port, STOCK):
                self.assertEqual(stream.read_line(), STOCK_LINE)

    def test_split_at_every_byte(self):
        with Hub() as hub, hub.subscribe("app=myapp") as stream:
            for at in range(1, len(STOCK)):
                with Publisher(hub.publish_port, STOCK[:at]) as publisher:
                    publisher.send(STOCK[at:])
                    self.assertEqual(stream.read_line(), STOCK_LINE)

    def test_nothing_is_written_to_it_while_it_publishes(self):
        with Hub() as hub, hub.subscribe("app=myapp") as stream:
            with Publisher(hub.publish_port, STOCK + b'{"raw":1}') as publisher:
                stream.read_line()
                self.assertTrue(publisher.is_quiet())
                publisher.end_sending()
                self.assertEqual(publisher.read_to_end(), b"")

    def test_times_with_offsets_are_shown_in_utc_truncated(self):
        with Hub() as hub, hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
            publisher.send(record("x", "2016-12-06T17:14:21.4489999-05:00"))
            self.assertEqual(stream.read_line(), b"2016-12-06T22:14:21.448 a[] : x\n")

    def test_through_curl_with_unescaped_patterns(self):
        curl = shutil.which("curl")
        self.assertIsNotNone(curl, "scripts/test installs curl")
        with Hub() as hub:
            url = f"http://127.0.0.1:{hub.subscribe_port}?app=^my(app)$&proc=web|worker&log=[<]a"
            with subprocess.Popen([curl, "-sgN", "-m", str(int(DEADLINE_S)), url],
                                  stdout=subprocess.PIPE) as process:
                hub_has_reader(hub)
                with Publisher(hub.publish_port, STOCK):
                    self.assertEqual(process.stdout.readline(), STOCK_LINE)
                process.terminate()


def hub_has_reader(hub):
    """Publishes probes until the reader under test must have subscribed."""
    with hub.subscribe("app=probe") as mine, hub.publish("probe") as publisher:
        for _ in range(20):
            publisher.send(record("x"))
            mine.read_line()
        mine.is_quiet(0.5)


class Filters(unittest.TestCase):
    def only(self, query, wanted, others):
        """Of these topics and texts the query streams `wanted`, in order, and no other."""
        with Hub() as hub, hub.subscribe(query) as stream:
            for app, proc, host, text in others + wanted:
                with hub.publish(app, proc, host) as publisher:
                    publisher.send(record(text))
                    publisher.end_sending()
                    publisher.read_to_end()
            for app, proc, host, text in wanted:
                self.assertTrue(stream.read_line().endswith(
                    f" {app}[{proc}] {host}: {text}\n".encode()))
            self.assertTrue(stream.is_quiet())

    def test_whole_values(self):
        self.only("app=shop&proc=web|worker",
                  [("shop", "web", "h", "1"), ("shop", "worker", "h", "2")],
                  [("shop", "webhook", "h", "n"), ("myshop", "web", "h", "n")])

    def test_partial_values(self):
        self.only("app=hop&match=partial", [("shop", "web", "h", "1"), ("hops", "", "", "2")],
                  [("pay", "web", "h", "n")])

    def test_host_and_repeated_parameters(self):
        self.only("app=a&app=b&host=h[12]", [("a", "", "h1", "1"), ("b", "", "h2", "2")],
                  [("a", "", "h3", "n"), ("c", "", "h1", "n")])

    def test_log_and_exclude(self):
        self.only("log=ERR&log=time.?out&exclude=retry", [("a", "", "", "ERR timeout")],
                  [("a", "", "", "ERR"), ("a", "", "", "ERR time-out retry"), ("a", "", "", "x")])

    def test_escapes_plus_and_empty_values(self):
        self.only("log=a%2Bb&log=c+d&proc=", [("a", "p", "", "aab c d")],
                  [("a", "", "", "a+b c+d")])

    def test_an_empty_proc_can_be_asked_for(self):
        self.only("proc=^$", [("a", "", "h", "1")], [("a", "web", "h", "n")])


class Formats(unittest.TestCase):
    def test_text_puts_a_tab_behind_inner_newlines_and_ends_in_one(self):
        with Hub() as hub, hub.subscribe("format=text") as stream, hub.publish("a") as publisher:
            publisher.send(record("one\ntwo\r\nthree\r\n") + record("no end") + record("two\n\n"))
            self.assertEqual(b"".join(stream.read_lines(6)),
                             b"2016-12-06T22:14:21.448 a[] : one\n\ttwo\r\n\tthree\n"
                             b"2016-12-06T22:14:21.448 a[] : no end\n"
                             b"2016-12-06T22:14:21.448 a[] : two\n\t\n")

    def test_raw_is_the_text_and_bytes_that_are_not_utf8_pass(self):
        with Hub() as hub, hub.subscribe("format=raw") as stream, hub.publish("a") as publisher:
            publisher.send(b'{"raw":"\xff\xfe \x80","x":{"y":[1,{}]}}{"TEXT":"a\\u0000b\\ud800"}')
            self.assertEqual(stream.read_line(), b"\xff\xfe \x80\n")
            self.assertEqual(stream.read_line(), b"a\0b\xef\xbf\xbd\n")

    def test_lines_and_stamped_lines(self):
        with Hub() as hub, hub.subscribe() as stream:
            with hub.publish("a", format="lines") as publisher:
                publisher.send(b"\none\r\ntwo\nlast")
                publisher.end_sending()
                for text in (b"one", b"two", b"last"):
                    self.assertTrue(stream.read_line().endswith(b" a[] : " + text + b"\n"))
            with hub.publish("a", format="lines", stamped=True) as publisher:
                publisher.send(b"\n1481062461448999999 stamped\n")
                self.assertEqual(stream.read_line(), b"2016-12-06T22:14:21.448 a[] : stamped\n")


class Streams(unittest.TestCase):
    def test_the_head_comes_before_any_record_and_a_topic_may_appear_later(self):
        with Hub() as hub, hub.subscribe("app=later") as stream:
            head = stream.head
            self.assertEqual(head.status, 200)
            self.assertEqual(head.headers["content-type"], "text/plain; charset=utf-8")
            self.assertEqual(head.headers["cache-control"], "no-cache, no-transform")
            self.assertEqual(head.headers["x-accel-buffering"], "no")
            self.assertEqual(head.headers["x-content-type-options"], "nosniff")
            self.assertEqual(head.headers["connection"], "close")
            self.assertRegex(head.headers["logio-cursor"], r"^[0-9a-f]{16}-\d+$")
            with hub.publish("later") as publisher:
                publisher.send(record("now"))
                self.assertTrue(stream.read_line().endswith(b"later[] : now\n"))

    def test_a_subscription_that_would_match_in_part_is_told_so(self):
        with Hub() as hub, hub.publish("shop") as publisher, hub.subscribe("app=shop") as first:
            publisher.send(record("x"))
            first.read_line()
            with hub.subscribe("app=sho") as stream:
                self.assertEqual(stream.head.headers.get("logio-match"), "none")
            with hub.subscribe("app=zzz") as stream:
                self.assertNotIn("logio-match", stream.head.headers)

    def test_http_1_0_has_no_chunks(self):
        with Hub() as hub, hub.subscribe("app=a", version="1.0") as stream:
            self.assertFalse(stream.chunked)
            with hub.publish("a") as publisher:
                publisher.send(record("x"))
                self.assertEqual(stream.read_line(), b"2016-12-06T22:14:21.448 a[] : x\n")

    def test_a_reader_that_half_closes_still_gets_its_stream(self):
        with Hub() as hub, hub.subscribe("app=a") as stream:
            stream.end_sending()
            with hub.publish("a") as publisher:
                publisher.send(record("x"))
                self.assertTrue(stream.read_line().endswith(b": x\n"))

    def test_forwarded_for_without_a_port_is_fine(self):
        with Hub() as hub:
            stream = hub.subscribe("app=a", headers=["X-Forwarded-For: 10.1.2.3, 10.0.0.1"])
            with stream, hub.publish("a") as publisher:
                publisher.send(record("x"))
                self.assertTrue(stream.read_line().endswith(b": x\n"))

    def test_ipv6_and_dual_stack(self):
        if not socket.has_ipv6:
            raise Failure("this machine's Python has no IPv6")
        with Hub("--publish-listen", ":0", "--subscribe-listen", ":0") as hub:
            hosts = ["127.0.0.1"]
            try:
                with socket.socket(socket.AF_INET6) as probe:
                    probe.bind(("::1", 0))
                hosts.append("::1")
            except OSError:
                pass  # no IPv6 here: then the hub listens on IPv4 alone
            for host in hosts:
                with Stream(hub.subscribe_port, "/?app=a", host=host) as stream:
                    with Publisher(hub.publish_port, topic("a"), host=host) as publisher:
                        publisher.send(record("x"))
                        self.assertTrue(stream.read_line().endswith(b": x\n"))


if __name__ == "__main__":
    unittest.main()
