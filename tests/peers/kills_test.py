"""The hub killed with -9 at random moments under load, its peers stopped in between.

One hub with a journal feeds all kinds of sinks at once: Kafka, OpenSearch, rsyslog, a second hub
and a file. Whatever was acknowledged arrives in each; once, where the sink promises once.
"""
import json
import os
import random
import signal
import sys
import unittest

from peers import ROOT, Daemon, find_program, free_port, wait_until

for folder in ("kafka", "search"):
    sys.path.insert(0, str(ROOT / "tests" / "peers" / folder))

from broker import Broker  # noqa: E402
from faults import SCALE  # noqa: E402
from feeds import Feed  # noqa: E402
from hub import DEADLINE_S  # noqa: E402
from journal_test import Folder, records_of, serve  # noqa: E402
from load import AckedPublisher, Loop  # noqa: E402
from node import Node  # noqa: E402
from sinks_test import lines, sinks  # noqa: E402

# With the kills of journal_test and sinks_test more than 50 in each run of all tests.
KILLS = int(os.environ.get("LOGIO_KILLS", 15)) // SCALE
RSYSLOG = """
global(workDirectory="{folder}" maxMessageSize="64k" net.enableDNS="off")
module(load="imtcp")
template(name="row" type="list" option.jsonf="on") {{
  property(outname="text" name="msg" format="jsonf")
}}
ruleset(name="all") {{
  action(type="omfile" file="{folder}/rows" template="row" asyncWriting="off" flushOnTXEnd="on")
}}
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="all")
"""


class Rsyslog(Daemon):
    def __init__(self):
        super().__init__("rsyslog")
        self.port = free_port()
        (self.folder / "conf").write_text(RSYSLOG.format(folder=self.folder, port=self.port))
        self.start([find_program("rsyslogd"), "-n", "-i", "NONE", "-f", str(self.folder / "conf")],
                   self.port)


def number_of(text):
    """Of `f 123 filler`, behind whatever the peer has put in front."""
    return int(text.split("f ", 1)[1].split(" ", 1)[0])


class Kills(unittest.TestCase):
    def test_every_acknowledged_record_arrives_everywhere(self):
        seed = int(os.environ.get("LOGIO_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"seed {seed}, {KILLS} kills")
        chance = random.Random(seed)
        folder, out, other = (self.enterContext(Folder()) for _ in range(3))
        broker, node = self.enterContext(Broker()), self.enterContext(Node())
        syslog = Rsyslog()
        self.addCleanup(syslog.end)
        second = self.enterContext(serve(other))
        path = os.path.join(out.path, "log")
        flags = []
        for url in (
            f"file://{path}?name=file&format=ndjson",
            f"kafka://{broker.address}/kept?name=kafka&timeout=5s",
            f"elasticsearch://{node.address}/kept?name=search&timeout=10s",
            f"syslog+tcp://127.0.0.1:{syslog.port}?name=syslog&timeout=5s",
            f"logio://127.0.0.1:{second.publish_port}?name=hub&timeout=5s"):
            flags += ["--sink", url]
        hub = serve(folder, *flags)
        self.addCleanup(lambda: hub.kill())
        port, loop = hub.publish_port, Loop()
        feed = Feed("f", odd=False)
        publisher = loop.add(AckedPublisher(port, feed, "client"))
        stoppable = [broker, node, syslog, second]
        for _ in range(KILLS):
            stopped = chance.choice(stoppable) if chance.random() < 0.3 else None
            if stopped is not None:
                stopped.signal(signal.SIGSTOP)
            goal = publisher.acked + chance.randrange(1, 4000)
            publisher.limit = goal + 2000  # so that some are on their way at the kill
            loop.until(lambda goal=goal: publisher.acked >= goal, DEADLINE_S,
                       "more is acknowledged")
            hub.kill()
            if stopped is not None and chance.random() < 0.5:
                stopped.signal(signal.SIGCONT)
                stopped = None
            hub = serve(folder, "--publish-listen", f"127.0.0.1:{port}", *flags)
            if stopped is not None:
                stopped.signal(signal.SIGCONT)
            publisher.close(rst=True)
            publisher.reconnect()
        publisher.limit = feed.sent
        loop.until(lambda: publisher.all_acked, DEADLINE_S, "all of it is acknowledged")
        loop.close()
        wait_until(lambda: all(s["lag_records"] == 0 and s["state"] == "up"
                               for s in sinks(hub).values()),
                   "every sink has it all", 10 * DEADLINE_S)
        told = sinks(hub)
        self.assertEqual(hub.stop(), 0, hub.read_log())
        self.assertEqual([s["dead_records"] for s in told.values()], [0] * 5)

        kept = [number_of(r["text"]) for r in records_of(folder)]
        self.assertEqual(kept, list(range(1, len(kept) + 1)))
        self.assertGreaterEqual(len(kept), publisher.acked)
        # At least once.
        for name, texts in (
                ("file", (json.loads(line)["text"] for line in lines(path))),
                ("kafka", (json.loads(r.value)["text"] for r in broker.read("kept"))),
                ("syslog", (row["text"] for row in syslog.rows()))):
            got = [number_of(text) for text in texts]
            print(f"{name}: {len(got)} for {len(kept)}")
            self.assertEqual(sorted(set(got)), kept, name)
        # Once.
        documents = node.documents("kept").values()
        self.assertEqual(sorted(number_of(d["message"]) for d in documents), kept)
        self.assertEqual(sorted(number_of(r["text"]) for r in records_of(other)), kept)


if __name__ == "__main__":
    unittest.main()
