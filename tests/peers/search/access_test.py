"""The hub's Elasticsearch sink before a real OpenSearch with its security plugin: HTTPS, users."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import make_certificate  # noqa: E402
from hub import Hub, wait_until  # noqa: E402
from journal_test import Folder, publish  # noqa: E402
from reload_test import Config  # noqa: E402
from secure_node import PASSWORD, RIGHTS, SecureNode  # noqa: E402
from sinks_test import sink  # noqa: E402


class Access(unittest.TestCase):
    """A user must not cost a record, whatever is wrong with its password or its rights."""

    @classmethod
    def setUpClass(cls):
        cls.node = cls.enterClassContext(SecureNode())

    def url(self, index, user="writer", password=PASSWORD, ca=None):
        return (f"elasticsearch+https://{user}:{password}@{self.node.address}/{index}?"
                f"ca_file={ca or self.node.certificate}&name={index}")

    def await_error(self, hub, name, text):
        """It waits with this error, and has let go of nothing."""
        wait_until(lambda: sink(hub, name)["state"] == "back_off", f"{name} is refused")
        told = sink(hub, name)
        self.assertIn(text, told["last_error"])
        self.assertEqual((told["sent_records"], told["dead_records"], told["dropped_records"]),
                         (0, 0, 0))
        hub.wait_log(text)

    def await_all(self, hub, index, texts):
        wait_until(lambda: sink(hub, index)["sent_records"] == len(texts), f"{index} has it all")
        self.assertEqual(sink(hub, index)["dead_records"], 0)
        found = self.node.documents(index).values()
        self.assertEqual(sorted(source["message"] for source in found), sorted(texts))

    def test_every_record_of_a_user_who_may_write(self):
        texts = [f"line {n}" for n in range(2000)]
        with Hub("--sink", self.url("logs")) as hub:
            publish(hub, "shop", *texts)
            self.await_all(hub, "logs", texts)
            self.assertEqual(sink(hub, "logs")["retried_requests"], 0)

    def test_a_wrong_password_is_told_and_put_right_without_a_loss(self):
        texts = [f"line {n}" for n in range(500)]
        with Folder() as folder, Folder() as data:
            config = Config(folder, self.table("wr0ng"), "--data-dir", data.path,
                            "--disk-free-min", "0")
            with config.hub as hub:
                publish(hub, "shop", *texts)
                self.await_error(hub, "logs-late", f"{self.node.address}: HTTP status 401; "
                                 "check the user and password, or the token")
                wait_until(lambda: sink(hub, "logs-late")["lag_records"] == 500, "they wait")
                self.assertEqual(config.apply(self.table(PASSWORD))["changed"], ["logs-late"])
                self.await_all(hub, "logs-late", texts)
                self.assertNotIn("wr0ng", hub.read_log())
                self.assertNotIn(PASSWORD, hub.read_log())

    def table(self, password):
        return "\n".join(["[[sink]]", 'name = "logs-late"', 'user = "writer"',
                          f'url = "elasticsearch+https://{self.node.address}/logs-late"',
                          f'password = "{password}"', f'ca_file = "{self.node.certificate}"', ""])

    def test_a_user_without_the_right_waits_for_it(self):
        with Hub("--sink", self.url("for-reader", user="reader"),
                 "--sink", self.url("for-writer")) as hub:
            publish(hub, "shop", "one", "two")
            # One may not write at all, the other not there: a whole answer, and one by record.
            self.await_error(hub, "for-reader", f"{self.node.address}: HTTP status 403: "
                             "security_exception: no permissions for [indices:data/write/bulk] "
                             "and User [name=reader, ")
            self.await_error(hub, "for-writer", f"{self.node.address}: 403 security_exception: "
                             "no permissions for [indices:admin/create] and User [name=writer, ")
            for name in ("for-reader", "for-writer"):
                self.assertIn("; give the user or token the right to it, or lift the block",
                              sink(hub, name)["last_error"])
            rights = {**RIGHTS["writer"], "index_permissions": [
                {**RIGHTS["writer"]["index_permissions"][0], "index_patterns": ["for-*"]}]}
            self.node.ask("PUT", "/_plugins/_security/api/roles/for", rights)
            self.node.ask("PUT", "/_plugins/_security/api/rolesmapping/for",
                          {"users": ["reader", "writer"]})
            for name in ("for-reader", "for-writer"):
                self.await_all(hub, name, ["one", "two"])

    def test_a_node_that_is_not_trusted_gets_nothing(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="logio-ca-")))
        stranger = make_certificate(folder, "IP:127.0.0.1")[0]
        with Hub("--sink", self.url("logs-secret", ca=stranger)) as hub:
            publish(hub, "shop", "secret")
            self.await_error(hub, "logs-secret", "is not trusted here")
        names = [one["index"] for one in self.node.ask("GET", "/_cat/indices?format=json")]
        self.assertNotIn("logs-secret", names)


if __name__ == "__main__":
    unittest.main()
