"""The Elasticsearch client before two real nodes of one cluster, of which one goes away."""
import signal
import time
import unittest

from drive import NOTHING_WRONG, Drive, wrong_ids
from node import DEADLINE_S, Failure, Node


class Cluster(unittest.TestCase):
    """The second node may go: it takes no part in elections, and the first has all documents."""

    def setUp(self):
        self.first = self.enterContext(Node(
            discovery__type="zen", cluster__initial_cluster_manager_nodes="n1",
            # Whoever is stopped or gone is noticed within seconds.
            cluster__fault_detection__follower_check__timeout="1s",
            cluster__fault_detection__follower_check__retry_count="2"))
        self.second = self.enterContext(Node(
            discovery__type="zen", node__name="n2", node__roles="data,ingest",
            discovery__seed_hosts=f"127.0.0.1:{self.first.ports[1]}"))
        self.await_nodes(2)
        # The client begins with the one that goes away.
        self.both = f"{self.second.address},{self.first.address}"

    def await_nodes(self, count):
        end = time.monotonic() + DEADLINE_S
        while (found := self.first.ask("GET", "/_cluster/health")["number_of_nodes"]) != count:
            if time.monotonic() > end:
                raise Failure(f"the cluster has {found} nodes, not {count}")

    def deliver_while(self, index, goes_away):
        self.first.ask("PUT", f"/{index}", {"settings": {
            "number_of_shards": 2, "number_of_replicas": 1,
            "index.write.wait_for_active_shards": "1"}})
        self.first.ask("GET", f"/_cluster/health/{index}?wait_for_status=green"
                              f"&timeout={int(DEADLINE_S)}s")
        with Drive(self.second.address, "warm") as drive:  # a JVM's first requests take seconds
            drive.send(10000)
        with Drive(self.both, index, timeout_ms=12000) as drive:
            drive.begin(60000, 100, 5000)
            calls = [drive.read_call() for _ in range(2)]
            of_second = self.first.ask("GET", "/_nodes/n2/stats/http")["nodes"].popitem()[1]
            self.assertGreater(of_second["http"]["current_open"], 0)
            goes_away()
            calls += drive.rest()
        self.assertEqual(calls[-1]["pending"], 0)
        self.assertEqual(sum(call["refused"] for call in calls), 0)
        self.assertEqual(wrong_ids(self.first.documents(index), 60000), NOTHING_WRONG)
        return calls

    def test_one_stands_still_comes_back_and_dies(self):
        calls = self.deliver_while("stopped", lambda: self.second.signal(signal.SIGSTOP))
        self.assertTrue(any(self.second.address in call["error"] for call in calls))
        self.second.signal(signal.SIGCONT)
        self.await_nodes(2)
        self.deliver_while("killed", self.second.kill)
        self.await_nodes(1)


if __name__ == "__main__":
    unittest.main()
