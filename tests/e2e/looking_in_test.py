"""What the hub says of itself: it adds up with what was sent and with what readers counted."""
import json
import pathlib
import re
import signal
import unittest

from hub import Connection, Hub, Response, record, wait_until
from journal_test import Folder
from looking_in import Metrics, body_of, page, subscribers, topics

NOTICE = re.compile(rb" logio\[hub\] \S+: Error L10 \(output buffer overflow\): (\d+) messages")


class Counting:
    """A reader's own count of one stream: lines, and records that it was told it lost."""

    def __init__(self, stream):
        self.stream = stream
        self.lines = self.dropped = self.bytes = 0

    def read_through(self, last):
        """Reads up to the line that ends so."""
        while not self.read_one().endswith(last):
            pass

    def read_one(self):
        """One line of a record; what is said before it of losses is counted."""
        while True:
            line = self.stream.read_line()
            self.bytes += len(line)
            notice = NOTICE.search(line)
            if notice:
                self.dropped += int(notice[1])
                continue
            self.lines += 1
            return line

    def read_to(self, lines):
        while self.lines < lines:
            self.read_one()


def by_filter(hub):
    return {row["filter"]: row for row in subscribers(hub)}


class Accounting(unittest.TestCase):
    def test_it_all_adds_up(self):
        """Refusals, a reader that is slow, one that leaves: every record is somewhere."""
        count, size = 3000, 2000
        with Hub("--subscriber-queue-bytes", "256KiB", "--io-threads", "2") as hub:
            good = Counting(hub.subscribe("app=shop"))
            raw = Counting(hub.subscribe("app=shop&proc=web&format=raw"))
            slow = Counting(hub.subscribe("app=shop&host=h1", receive_buffer=4096))
            leaver = hub.subscribe("app=shop&host=h2", receive_buffer=4096)
            with hub.publish("shop", "web", "h1") as one, hub.publish("shop", "db", "h2") as two:
                for i in range(count):
                    text = f"{i} " + "x" * size
                    one.send(record(text) + (b'{"raw":7}' if i % 100 == 0 else b""))
                    two.send(record(text) + (b'{"time":"x","raw":"x"}' if i % 50 == 0 else b""))
                    # The quick readers keep up, so that only the slow ones lose anything.
                    if i % 20 == 19:
                        good.read_to(2 * (i + 1))
                        raw.read_to(i + 1)
                self.assertEqual((good.lines, good.dropped), (2 * count, 0))
                self.assertEqual((raw.lines, raw.dropped), (count, 0))
                self.check_topics(hub, count)

                before = by_filter(hub)["app=shop&host=h2"]
                self.assertGreater(before["dropped_records"], 0)
                self.assertGreater(before["lag_records"], 0)
                self.assertGreater(before["lag_seconds"], 0)
                self.assertGreater(before["queued_bytes"], 0)
                self.assertEqual(before["sent_records"] + before["dropped_records"]
                                 + before["lag_records"], count)
                leaver.reset()
                wait_until(lambda: len(subscribers(hub)) == 3, "the reader that left is gone")

                one.send(record("last"))
                slow.read_through(b": last\n")
                good.read_through(b": last\n")
                raw.read_through(b"last\n")
                self.assertGreater(slow.dropped, 0)
                self.assertEqual(slow.lines + slow.dropped, count + 1)
                self.check_subscribers(hub, good, raw, slow)
                self.check_metrics(hub, count, [good, raw, slow], before)
                for counting in (good, raw, slow):
                    counting.stream.close()

    def check_topics(self, hub, count):
        one, two = sorted(topics(hub), key=lambda t: t["host"])
        self.assertEqual((one["records"], one["refused"], one["publishers"]),
                         (count, count // 100, 1))
        self.assertEqual((two["records"], two["refused"]), (count, count // 50))
        self.assertEqual(one["bytes"], two["bytes"])
        self.assertLess(one["first_seen"], one["last_seen"])

    def check_subscribers(self, hub, good, raw, slow):
        rows = by_filter(hub)
        for counting, query in ((good, "app=shop"), (raw, "app=shop&proc=web"),
                                (slow, "app=shop&host=h1")):
            row = rows[query]
            self.assertEqual((row["sent_records"], row["dropped_records"], row["sent_bytes"]),
                             (counting.lines, counting.dropped, counting.bytes), query)
            self.assertEqual((row["lag_records"], row["lag_seconds"], row["missed_records"]),
                             (0, 0, 0), query)
            local = counting.stream.socket.getsockname()
            self.assertEqual(row["remote"], f"{local[0]}:{local[1]}")
        self.assertEqual([row["format"] for row in subscribers(hub)], ["text", "raw", "text"])

    def check_metrics(self, hub, count, readers, left):
        m = Metrics(hub)
        self.assertEqual(m("logio_records_received_total", input="tcp"), 2 * count + 1)
        self.assertEqual(m("logio_bytes_received_total"), sum(t["bytes"] for t in topics(hub)))
        refused = {"bad_record": count // 100, "bad_time": count // 50}
        for reason, number in refused.items():
            self.assertEqual(m("logio_records_refused_total", reason=reason), number)
        self.assertEqual(m("logio_records_refused_total"), sum(refused.values()))

        # The one that left was sent what it was, or a little more before it went.
        sent = m("logio_records_sent_total")
        dropped = m("logio_records_dropped_total", reason="slow_subscriber")
        discarded = m("logio_records_dropped_total", reason="closed")
        self.assertEqual(sent + dropped + discarded, (2 * count + 1) + (count + 1) * 2 + count)
        self.assertGreaterEqual(sent, sum(r.lines for r in readers) + left["sent_records"])
        self.assertEqual(m("logio_records_sent_total", output="raw"), count + 1)
        self.assertEqual(m("logio_bytes_sent_total", output="raw"), readers[1].bytes)
        self.assertEqual(dropped, sum(r.dropped for r in readers) + left["dropped_records"])
        self.assertEqual(m("logio_publish_to_send_seconds_count"), sent)
        self.assertEqual(m("logio_publish_to_send_seconds_bucket", le="+Inf"), sent)
        self.assertEqual(m("logio_records_missed_total"), 0)
        self.assertEqual(m("logio_connections", kind="publisher"), 2)
        self.assertEqual(m("logio_connections", kind="subscriber"), 3)
        self.assertEqual(m("logio_topics"), 2)

    def test_publishers_that_are_turned_away(self):
        with Hub("--topics-max", "1", "--io-threads", "1") as hub, hub.publish("a", ack=True) as a:
            a.read_until(b"}\n")
            with hub.publish("b") as other:
                self.assertIn(b"too_many_topics", other.read_to_end())
            with Connection(hub.publish_port) as other:
                other.send(b"hello")
                self.assertIn(b"bad_json", other.read_to_end())
            m = Metrics(hub)
            self.assertEqual(m("logio_publishers_refused_total", reason="too_many_topics"), 1)
            self.assertEqual(m("logio_publishers_refused_total", reason="bad_json"), 1)
            self.assertEqual(m("logio_publishers_refused_total"), 2)
            self.assertEqual(m("logio_records_refused_total"), 0)


class Topics(unittest.TestCase):
    def test_they_are_filtered_and_sorted(self):
        names = [("b", "y", "h"), ("a", "y", "h"), ("a", "", ""), ("ab", "x", "h")]
        with Hub() as hub:
            for name in names:
                with hub.publish(*name, ack=True) as publisher:
                    publisher.read_until(b"}\n")
            found = [(t["app"], t["proc"], t["host"]) for t in topics(hub)]
            self.assertEqual(found, sorted(names))
            for query, wanted in {"?app=a": 2, "?app=a&match=partial": 3, "?proc=x|y&host=h": 3,
                                  "?app=nobody": 0}.items():
                self.assertEqual(len(topics(hub, query)), wanted, query)

    def test_rates_are_true_and_fall_to_nothing(self):
        with Hub() as hub, hub.publish("a", ack=True) as publisher:
            publisher.read_until(b"}\n")
            for _ in range(500):
                publisher.send(record("x"))
            publisher.read_until(b'{"ack":500}\n')
            rate = topics(hub)[0]["records_per_second"]
            self.assertGreater(rate, 500 / 6)
            self.assertLessEqual(rate, 500)
            wait_until(lambda: topics(hub)[0]["records_per_second"] == 0, "a silent topic")
            self.assertEqual(topics(hub)[0]["records"], 500)

    def test_many_topics_come_in_pieces_also_over_http_1_0(self):
        count = 5000
        with Hub() as hub:
            for i in range(count):
                with hub.publish("app", f"p{i}", "ü" * 60, ack=True) as publisher:
                    publisher.read_until(b"}\n")
            first = page(hub, "/v1/topics")["topics"]
            self.assertEqual([t["proc"] for t in first], sorted(f"p{i}" for i in range(count)))
            again = page(hub, "/v1/topics", version="1.0", receive_buffer=4096)["topics"]
            self.assertEqual([t["proc"] for t in again], [t["proc"] for t in first])
            self.assertEqual(Metrics(hub)("logio_topics"), count)


class DockerFiles(unittest.TestCase):
    """The dashboard and the alerts name metrics that there are."""

    FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docker"

    def metrics_in(self, text):
        return set(re.findall(r"\b(?:logio|process)_[a-z_]+", text))

    def test_every_metric_that_they_name(self):
        dashboard = json.loads((self.FOLDER / "grafana-dashboard.json").read_text("utf-8"))
        targets = [t for panel in dashboard["panels"] for t in panel["targets"]]
        self.assertGreater(len(targets), 20)
        named = self.metrics_in(" ".join(t["expr"] for t in targets))
        alerts = (self.FOLDER / "alerts.yml").read_text("utf-8")
        named |= self.metrics_in(alerts)
        with Folder() as data, Hub("--data-dir", data.path, "--disk-free-min", "0",
                                   "--sink", "in-memory://localhost/",
                                   "--marathon-url", "http://127.0.0.1:1") as hub:
            there = {name for name, _, _ in Metrics(hub).samples}
        self.assertEqual(named - there, set())
        self.assertGreater(len(named), 30)

    def test_each_alert_says_what_happened_and_what_to_do(self):
        alerts = (self.FOLDER / "alerts.yml").read_text("utf-8").split("- alert: ")[1:]
        self.assertGreater(len(alerts), 10)
        for alert in alerts:
            for part in ("expr:", "severity:", "summary:", "description:"):
                self.assertEqual(alert.count(part), 1, alert.split("\n")[0])


class Subscribers(unittest.TestCase):
    def test_all_of_all_threads_in_the_order_in_which_they_came(self):
        count = 500
        with Hub("--io-threads", "4") as hub:
            streams = [hub.subscribe(f"app=a{i}") for i in range(count)]
            rows = subscribers(hub)
            self.assertEqual([row["filter"] for row in rows], [f"app=a{i}" for i in range(count)])
            self.assertEqual([row["id"] for row in rows],
                             sorted({row["id"] for row in rows}))
            for stream in streams[::2]:
                stream.close()
            with hub.publish("nothing") as publisher:
                publisher.send(record("x"))
            for stream in streams[::2]:  # only a reset, or a write, tells of who has gone
                stream.close()
            rest = {row["filter"] for row in subscribers(hub)}
            self.assertTrue({f"app=a{i}" for i in range(1, count, 2)} <= rest)
            for stream in streams:
                stream.close()

    def test_what_a_proxy_says_is_shown_and_shortened(self):
        with Hub() as hub, hub.subscribe("app=a", headers=["X-Forwarded-For: " + "9" * 300]):
            self.assertEqual(subscribers(hub)[0]["forwarded_for"], "9" * 256)


class Status(unittest.TestCase):
    def test_the_hub_in_one_object(self):
        with Hub("--ring-bytes", "4MiB") as hub:
            empty = page(hub, "/v1/status")
            self.assertEqual(empty["cursor"], empty["oldest_cursor"])
            self.assertRegex(empty["cursor"], empty["epoch"] + r"-\d+$")
            with hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
                publisher.send(record("x") * 10)
                stream.read_lines(10)
                now = page(hub, "/v1/status")
                self.assertEqual(now["oldest_cursor"], empty["oldest_cursor"])
                self.assertEqual(now["cursor"], f"{now['epoch']}-10")
                self.assertEqual(now["ring"]["records"], 10)
                self.assertGreater(now["ring"]["used_bytes"], 0)
                self.assertLess(abs(now["ring"]["bytes"] - (4 << 20)), 1 << 20)
                self.assertIsNone(now["journal"])
                self.assertEqual((now["connections"]["publishers"],
                                  now["connections"]["subscribers"]), (1, 1))
                self.assertGreater(now["uptime_seconds"], 0)
                self.assertRegex(now["started_at"], r"^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z$")
                self.assertRegex(now["version"], r"^\d+\.\d+\.\d+")


class Requests(unittest.TestCase):
    PATHS = ("/v1/topics", "/v1/subscribers", "/v1/sinks", "/v1/status", "/healthz", "/readyz",
             "/metrics")

    def test_head_options_and_other_methods_at_each_path(self):
        with Hub() as hub:
            for path in self.PATHS:
                answer = hub.get(path, method="HEAD")
                self.assertEqual((answer.status, answer.body), (200, b""), path)
                self.assertEqual(hub.get(path).headers["content-type"],
                                 answer.headers["content-type"])
                self.assertEqual(hub.get(path, method="OPTIONS").headers["allow"],
                                 "GET, HEAD, OPTIONS", path)
                refused = hub.get(path, method="DELETE")
                self.assertEqual(refused.status, 405)
                self.assertEqual(refused.headers["allow"], "GET, HEAD, OPTIONS", path)

    def test_an_unknown_path_is_told_what_there_is(self):
        with Hub() as hub:
            answer = hub.get("/v1/topic")
            self.assertEqual(answer.status, 404)
            for path in self.PATHS:
                self.assertIn(path, answer.body.decode())

    def test_unknown_parameters_and_bad_patterns(self):
        with Hub() as hub:
            for target in ("/v1/topics?log=x", "/v1/topics?app=(", "/v1/topics?app=%zz",
                           "/v1/status?x=1", "/v1/subscribers?app=a", "/v1/sinks?x=1"):
                answer = hub.get(target, "Accept: application/json")
                self.assertEqual(answer.status, 400, target)
                error = json.loads(answer.body)["error"]
                self.assertTrue(error["parameter"], target)
                self.assertTrue(error["hint"], target)

    def test_types(self):
        with Hub() as hub:
            self.assertEqual(hub.get("/metrics", "Accept: text/html").headers["content-type"],
                             "text/plain; version=0.0.4; charset=utf-8")
            for path in ("/v1/topics", "/v1/subscribers", "/v1/sinks", "/v1/status"):
                self.assertEqual(hub.get(path, "Accept: text/plain").headers["content-type"],
                                 "application/json")

    def test_no_label_holds_what_a_client_says(self):
        with Hub() as hub, hub.subscribe("app=mine", headers=["X-Forwarded-For: mine"]), \
                hub.publish("mine", "mine", "mine", ack=True) as publisher:
            publisher.read_until(b"}\n")
            self.assertNotIn(b"mine", body_of(hub, "/metrics"))


class Health(unittest.TestCase):
    def test_a_hub_that_drains_is_alive_and_not_ready(self):
        with Hub("--grace", "30s") as hub:
            self.assertEqual(hub.get("/readyz").body, b"ok\n")
            # A reader that takes nothing keeps the drain from ending.
            stuck = hub.subscribe("app=a", receive_buffer=4096)
            asking = [Connection(hub.subscribe_port) for _ in range(4)]
            for connection in asking:
                connection.send(b"GET /")  # the hub has it, and waits for the rest
            with hub.publish("a", ack=True) as publisher:
                publisher.read_until(b"}\n")
                publisher.send(record("x" * 500_000) * 8)
                publisher.read_until(b'{"ack":8}\n')
                hub.signal(signal.SIGTERM)
                self.assertIn(b"shutting_down", publisher.read_to_end())
            rest = (b"healthz", b"readyz", b"metrics", b"?app=a")
            answers = []
            for connection, path in zip(asking, rest):
                connection.send(path + b" HTTP/1.1\r\nHost: h\r\n\r\n")
                answers.append(Response(connection.read_to_end()))
            self.assertEqual((answers[0].status, answers[0].body), (200, b"ok\n"))
            self.assertEqual((answers[1].status, answers[1].body), (503, b"draining\n"))
            self.assertEqual(answers[2].status, 200)
            stuck.read_body_to_end()
            self.assertTrue(stuck.complete)
            for connection in (*asking, stuck):
                connection.close()
            self.assertEqual(hub.wait(), 0)

    def test_a_full_hub_still_says_how_it_is(self):
        with Hub("--connections-max", "2") as hub, hub.subscribe("app=a"), hub.subscribe("app=b"):
            self.assertEqual(hub.get("/?app=c").status, 503)
            self.assertEqual(hub.get("/healthz").body, b"ok\n")
            self.assertEqual(Metrics(hub)("logio_connections", kind="subscriber"), 2)


if __name__ == "__main__":
    unittest.main()
