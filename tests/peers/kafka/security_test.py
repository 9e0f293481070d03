"""Kafka over TLS with SASL, both ways, before a real broker that lets nobody else in."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import make_certificate  # noqa: E402
from broker import DEADLINE_S, Broker  # noqa: E402
from hub import run  # noqa: E402
from ship_test_support import Ship  # noqa: E402

LOGIN = "org.apache.kafka.common.security"
LISTENER = "listener.name.sasl_ssl"


class Security(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="logio-tls-"))
        cls.certificate, key = make_certificate(pathlib.Path(cls.folder), "IP:127.0.0.1")
        cls.broker = cls.enterClassContext(Broker(
            {"ssl.keystore.type": "PEM", "ssl.keystore.location": "{folder}/broker.pem",
             "ssl.truststore.type": "PEM", "ssl.truststore.location": "{folder}/trusted.pem",
             "ssl.endpoint.identification.algorithm": "",
             "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
             "sasl.mechanism.inter.broker.protocol": "PLAIN",
             f"{LISTENER}.plain.sasl.jaas.config":
                 f'{LOGIN}.plain.PlainLoginModule required username="logio" password="s3cret" '
                 'user_logio="s3cret";',
             f"{LISTENER}.scram-sha-256.sasl.jaas.config":
                 f"{LOGIN}.scram.ScramLoginModule required;",
             f"{LISTENER}.scram-sha-512.sasl.jaas.config":
                 f"{LOGIN}.scram.ScramLoginModule required;"},
            protocol="SASL_SSL", scram="SCRAM-SHA-512=[name=logio,password=s3cret]",
            files={"broker.pem": key.read_text() + cls.certificate.read_text(),
                   "trusted.pem": cls.certificate.read_text()}))

    def url(self, topic, mechanism="SCRAM-SHA-512", password="s3cret", ca=None):
        return (f"kafka+tls://logio:{password}@{self.broker.address}/{topic}?"
                f"ca_file={ca or self.certificate}&sasl_mechanism={mechanism}&timeout=10s")

    def test_there_and_back_with_each_mechanism(self):
        for mechanism in ("PLAIN", "SCRAM-SHA-512"):
            with self.subTest(mechanism):
                topic, out = f"t-{mechanism}", os.path.join(self.folder, mechanism)
                texts = [f"line {n}" for n in range(500)]
                done = run("ship", "-a", "shop", self.url(topic, mechanism),
                           stdin="".join(t + "\n" for t in texts).encode(), seconds=DEADLINE_S)
                self.assertEqual(done.returncode, 0, done.stderr)
                done = run("ship", "--from", self.url(topic, mechanism) + "&group=g",
                           "--no-follow", f"file://{out}?format=ndjson", seconds=DEADLINE_S)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(out, encoding="utf-8") as file:
                    rows = [json.loads(line) for line in file]
                self.assertEqual(sorted(r["text"] for r in rows), sorted(texts))
                self.assertEqual({r["app"] for r in rows}, {"shop"})

    def test_a_wrong_password_and_a_broker_that_is_not_trusted_are_told(self):
        other = pathlib.Path(self.folder) / "other"
        other.mkdir()
        stranger = make_certificate(other, "IP:127.0.0.1")[0]
        for how, words in (({"password": "wrong"}, "uthentication failed"),
                           ({"ca": stranger}, "certificate verify failed")):
            with self.subTest(how):
                with Ship("-a", "shop", self.url("t", **how), stdin=subprocess.PIPE) as it:
                    it.process.stdin.write(b"secret\n")
                    it.process.stdin.close()
                    it.wait_said(words)
                    self.assertNotIn("s3cret", it.said())
                    self.assertEqual(it.end(), 69)
                with Ship("--from", self.url("t", **how) + "&group=g",
                          f"file://{self.folder}/none?name=f") as it:
                    it.wait_said(words)
                    self.assertEqual(it.end(), 0)


if __name__ == "__main__":
    unittest.main()
