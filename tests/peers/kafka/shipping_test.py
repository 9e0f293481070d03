"""logio ship between a real Kafka and Graylog's GELF library: what arrives, what is committed."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import Daemon, find_program, free_port, wait_until  # noqa: E402
from gelf_test import SOURCES  # noqa: E402
from broker import DEADLINE_S, Broker, Failure, java, run  # noqa: E402
from hub import Hub, record  # noqa: E402
from ship_test_support import Ship  # noqa: E402

# As the tools of Rockerbox wrote them: extra fields without their underscore, no time, no level.
ROCKERBOX = (r'{"app_name":"\/web\/app","application":"web_app.1b9a","source":"slave17",'
             r'"host":"slave17","version":"1.1","short_message":"C:\\new \u00e9 <x>\n"}')
CHECKED = '{"log_message":"ok","timestamp":"2016-12-06 22:14:21","app_name":"a.h"}'


class Receiver(Daemon):
    """A GELF server on TCP, the same port after kill() and begin()."""

    def __init__(self, program):
        super().__init__("gelf")
        self.program = program
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port()

    def begin(self):
        self.start([self.program, str(self.folder / "rows"), f"127.0.0.1:{self.udp}",
                    f"127.0.0.1:{self.tcp}"], self.tcp)


def produce(broker, topic, values, *properties):
    command = java("kafka.tools.ConsoleProducer", "--bootstrap-server", broker.address, "--topic",
                   topic, *(f"--property={p}" for p in properties))
    done = subprocess.run(command, input="".join(v + "\n" for v in values).encode(),
                          capture_output=True, timeout=DEADLINE_S, check=False)
    if done.returncode != 0:
        raise Failure(done.stderr.decode(errors="replace")[-2000:])


def committed(broker, group):
    """Of all partitions together."""
    text = run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server",
               broker.address, "--describe", "--group", group)
    rows = [line.split() for line in text.splitlines() if line.split()[:1] == [group]]
    return sum(int(row[3]) for row in rows if row[3] != "-")


class Shipping(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory(prefix="logio-gelf-")
        cls.addClassCleanup(cls.built.cleanup)
        program = f"{cls.built.name}/gelf_receiver"
        go = find_program("go", "/usr/lib/go/bin/go", "/usr/local/go/bin/go")
        subprocess.run([go, "build", "-o", program, "main.go"], cwd=SOURCES, check=True,
                       timeout=300, env={**os.environ, "GO111MODULE": "off", "GOFLAGS": "",
                                         "GOPATH": "/usr/share/gocode",
                                         "GOCACHE": f"{cls.built.name}/cache"})
        cls.program = program
        cls.broker = cls.enterClassContext(Broker())

    def setUp(self):
        self.graylog = Receiver(self.program)
        self.addCleanup(self.graylog.end)
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="logio-ship-"))
        self.state = os.path.join(self.folder, "state")

    def command(self, topic, *more, to="?timeout=2s", start=""):
        return ("--from", f"kafka://{self.broker.address}/{topic}?group=g-{topic}{start}",
                "--state", self.state, f"gelf+tcp://127.0.0.1:{self.graylog.tcp}{to}&name=graylog",
                *more)

    def dead(self):
        path = os.path.join(self.state, "graylog", "dead.ndjson")
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_each_kind_of_value_arrives_as_it_should(self):
        self.broker.create("kinds", partitions=1)
        full = json.dumps({"version": "1.1", "host": "h1", "short_message": "boom",
                           "full_message": "boom\n  at x", "timestamp": 1481062461.448, "level": 3,
                           "_app": "shop", "_user": 7, "_ratio": 1.5})
        produce(self.broker, "kinds", [ROCKERBOX, full, CHECKED, "just text", "KEY\tnull-value"],
                "null.marker=null-value")
        produce(self.broker, "kinds", ["key\tnull-value"], "null.marker=null-value",
                "parse.key=true")
        # Bytes that are no UTF-8, by a hub, which passes them on as they are.
        with Hub("--sink", f"kafka://{self.broker.address}/kinds?format=text") as hub:
            with hub.publish("odd", "web", "h1") as publisher:
                publisher.send(b'{"time":"2016-12-06T22:14:21Z","raw":"bytes \xff\xfe\\n"}')
                publisher.send(record("good"))
                publisher.end_sending()
                publisher.read_to_end()
            wait_until(lambda: len(self.broker.read("kinds")) == 8, "all is in the topic")
        self.graylog.begin()
        with Ship(*self.command("kinds", "--no-follow", "-a", "from-kafka", "-p", "p")) as it:
            self.assertEqual(it.wait(DEADLINE_S), 69, it.said())
            said = it.said()
        rows = self.graylog.await_rows(6)
        self.assertEqual(len(rows), 6, said)
        rockerbox, whole, checked, text, keyed, good = rows
        self.assertEqual(rockerbox["short_message"], "C:\\new é <x>")
        self.assertNotIn("full_message", rockerbox)
        self.assertEqual(rockerbox["host"], "slave17")
        self.assertEqual([rockerbox[k] for k in ("_app_name", "_application", "_source", "_app")],
                         ["/web/app", "web_app.1b9a", "slave17", "from-kafka"])
        self.assertEqual({k: whole[k] for k in ("short_message", "full_message", "timestamp",
                                                "level", "_app", "_user", "_ratio", "host")},
                         {"short_message": "boom", "full_message": "boom\n  at x",
                          "timestamp": 1481062461.448, "level": 3, "_app": "shop", "_user": 7,
                          "_ratio": 1.5, "host": "h1"})
        self.assertEqual((checked["short_message"], checked["_app"], checked["_proc"]),
                         (CHECKED, "from-kafka", "p"))
        self.assertEqual([text["short_message"], keyed["short_message"]],
                         ["just text", "KEY\tnull-value"])
        self.assertTrue(good["short_message"].endswith("odd[web] h1: good"))
        reasons = [d["reason"] for d in self.dead()]
        self.assertIn("is a tombstone", reasons[0])
        self.assertIn("is no UTF-8; shown as base64", reasons[1])
        self.assertEqual(len(reasons), 2)
        self.assertIn("6 records delivered, 2 refused, the first because of", said)
        self.assertEqual(committed(self.broker, "g-kinds"), 8)

    def test_offsets_are_committed_only_when_the_receiver_has_the_bytes(self):
        self.broker.create("bytes", partitions=3)
        produce(self.broker, "bytes", [f"n={i}." for i in range(1000)])
        with Ship(*self.command("bytes")) as it:
            it.wait_said("trying again until it works")
            self.assertEqual(it.end(), 0, it.said())
            self.assertIn("; the next run begins with them", it.said())
        self.assertEqual(committed(self.broker, "g-bytes"), 0)
        self.graylog.begin()
        with Ship(*self.command("bytes")) as it:
            self.graylog.await_rows(1000)
            self.graylog.signal(signal.SIGSTOP)
            produce(self.broker, "bytes", [f"n={i}. {'x' * 30000}" for i in range(1000, 1600)])
            it.wait_said("trying again until it works")
            self.assertLess(committed(self.broker, "g-bytes"), 1600)
            self.graylog.signal(signal.SIGCONT)
            self.await_all(range(1600), it)
            # What a receiver's kernel has taken is its own, so it dies when it has read all.
            self.graylog.kill()
            produce(self.broker, "bytes", [f"n={i}." for i in range(1600, 1700)])
            wait_until(lambda: it.said().count("trying again until it works") == 2, "it notices",
                       DEADLINE_S)
            self.graylog.begin()
            self.await_all(range(1600, 1700), it)  # its rows begin anew
            self.assertEqual(it.end(), 0, it.said())
        self.assertEqual(committed(self.broker, "g-bytes"), 1700)
        with Ship(*self.command("bytes", "--no-follow")) as it:
            self.assertEqual(it.wait(DEADLINE_S), 0, it.said())
            self.assertIn("logio ship: 0 records delivered\n", it.said())

    def await_all(self, wanted, it):
        def missing():
            return sorted(set(wanted) - {self.number(r) for r in self.graylog.rows()})
        try:
            wait_until(lambda: not missing(), "all has arrived", DEADLINE_S)
        except AssertionError as error:
            raise Failure(f"{error}: {missing()[:20]} of {len(missing())}; {it.said()}") from None

    @staticmethod
    def number(row):
        return int(row["short_message"].split("n=", 1)[1].split(".", 1)[0])

    def test_killed_at_random_it_goes_on_where_it_was(self):
        chance = random.Random(3)
        self.broker.create("kills", partitions=3)
        produce(self.broker, "kills", [f"n={i}." for i in range(20_000)])
        self.graylog.begin()
        for _ in range(3):
            had = len(self.graylog.rows())
            goal = had + chance.randrange(1, 3000)
            with Ship(*self.command("kills", to="?batch_records=200&rate_records=8000")) as it:
                wait_until(lambda: len(self.graylog.rows()) >= goal, "some arrive", DEADLINE_S)
                it.kill()
        with Ship(*self.command("kills", "--no-follow")) as it:
            self.assertEqual(it.wait(DEADLINE_S), 0, it.said())
        rows = wait_until(lambda: (rows := self.graylog.rows()) and
                          len({self.number(r) for r in rows}) == 20_000 and rows, "all", DEADLINE_S)
        print(f"{len(rows)} for 20000")
        self.assertEqual(committed(self.broker, "g-kills"), 20_000)

    def test_what_is_wrong_with_the_cluster_is_told(self):
        with Ship("--from", "kafka://127.0.0.1:1/t?group=g", "file:///dev/null?name=f") as it:
            it.wait_said("127.0.0.1:1")
            self.assertEqual(it.end(), 0, it.said())
        with Ship("--from", f"kafka://{self.broker.address}/absent?group=g&start=latest",
                  "file:///dev/null?name=f") as it:
            it.wait_said("absent")
            self.assertEqual(it.end(), 0, it.said())


if __name__ == "__main__":
    unittest.main()
