"""The hub's Elasticsearch sink with an API key, which nginx asks for before a real OpenSearch."""
import os
import unittest

from gate import Gate
from hub import Hub, wait_until
from journal_test import Folder, publish
from node import Node
from reload_test import Config
from sinks_test import sink

# As Elasticsearch gives them: base64 of `id:api_key`.
KEY = "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw=="
STALE = "c3RhbGU6c3RhbGU="


class ApiKey(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = cls.enterClassContext(Node())
        cls.gate = cls.enterClassContext(Gate(cls.node, KEY))

    def table(self, key_file):
        return "\n".join(["[[sink]]", 'name = "logs"', f'token_file = "{key_file}"',
                          f'url = "elasticsearch+https://{self.gate.address}/logs"',
                          f'ca_file = "{self.gate.certificate}"', ""])

    def await_all(self, hub, texts, index="logs"):
        wait_until(lambda: sink(hub, index)["sent_records"] == len(texts), "it has it all")
        self.assertEqual(sink(hub, index)["dead_records"], 0)
        found = self.node.documents(index).values()
        self.assertEqual(sorted(source["message"] for source in found), sorted(texts))

    def test_the_right_key_passes(self):
        texts = [f"line {n}" for n in range(2000)]
        with Hub("--sink", f"elasticsearch+https://{self.gate.address}/plain?token={KEY}"
                           f"&ca_file={self.gate.certificate}&name=plain") as hub:
            publish(hub, "shop", *texts)
            self.await_all(hub, texts, "plain")
            self.assertEqual(sink(hub, "plain")["retried_requests"], 0)
            self.assertNotIn(KEY, hub.read_log() + hub.get("/v1/sinks").body.decode())

    def test_a_stale_key_waits_for_the_right_one(self):
        texts = [f"line {n}" for n in range(500)]
        with Folder() as folder, Folder() as data:
            keys = [os.path.join(folder.path, name) for name in ("stale", "fresh")]
            for path, key in zip(keys, (STALE, KEY)):
                with open(path, "w", encoding="ascii") as file:
                    file.write(key + "\n")
            config = Config(folder, self.table(keys[0]), "--data-dir", data.path,
                            "--disk-free-min", "0")
            with config.hub as hub:
                publish(hub, "shop", *texts)
                wait_until(lambda: sink(hub, "logs")["state"] == "back_off", "it is refused")
                told = sink(hub, "logs")
                self.assertIn(f"{self.gate.address}: HTTP status 401", told["last_error"])
                self.assertIn("check the user and password, or the token", told["last_error"])
                self.assertEqual((told["sent_records"], told["dead_records"],
                                  told["dropped_records"]), (0, 0, 0))
                self.assertEqual(config.apply(self.table(keys[1]))["changed"], ["logs"])
                self.await_all(hub, texts)
                self.assertNotIn(STALE, hub.read_log())


if __name__ == "__main__":
    unittest.main()
