"""The hub's metrics, alerts and scrape example, judged by Prometheus itself.

scripts/test --all puts Debian's prometheus into the cache folder; one on the PATH is as good.
"""
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from hub import DEADLINE_S, Failure, Hub, record, wait_until  # noqa: E402
from looking_in import body_of  # noqa: E402


def find_program(name):
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    unpacked = cache / "logio" / "prometheus" / "usr" / "bin" / name
    found = shutil.which(name) or (str(unpacked) if unpacked.exists() else None)
    if found is None:
        raise Failure(f"no {name}: scripts/test --all fetches it, apt-get install prometheus too")
    return found


def promtool(*arguments, **how):
    done = subprocess.run([find_program("promtool"), *map(str, arguments)], capture_output=True,
                          timeout=60, check=False, **how)
    return done.returncode, (done.stdout + done.stderr).decode()


class Prometheus:
    """A server on a free port of loopback, with a folder of its own, until the block ends."""

    def __init__(self, config):
        self.folder = tempfile.TemporaryDirectory(prefix="logio-prometheus-")
        path = pathlib.Path(self.folder.name) / "prometheus.yml"
        path.write_text(config, encoding="utf-8")
        self.process = subprocess.Popen(
            [find_program("prometheus"), f"--config.file={path}", "--log.level=info",
             f"--storage.tsdb.path={self.folder.name}/data", "--web.listen-address=127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.port = self.find_port()
        except BaseException:
            self.end()
            raise

    def find_port(self):
        """Its log says which port it was given."""
        end, log = time.monotonic() + DEADLINE_S, b""
        while time.monotonic() < end:
            if not select.select([self.process.stderr], [], [], end - time.monotonic())[0]:
                break
            more = os.read(self.process.stderr.fileno(), 65536)
            if not more:
                break
            log += more
            found = re.search(rb'msg="Listening on" address=127\.0\.0\.1:(\d+)', log)
            if found:
                return int(found[1])
        raise Failure(f"prometheus does not start: {log[-1000:]!r}")

    def query(self, expression):
        """The value of the only series, or None while there is none."""
        url = f"http://127.0.0.1:{self.port}/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
                found = json.load(answer)["data"]["result"]
        except OSError:
            return None  # not quite up
        return float(found[0]["value"][1]) if len(found) == 1 else None

    def end(self):
        self.process.terminate()
        try:
            self.process.communicate(timeout=DEADLINE_S)  # its log goes on until it ends
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Promtool(unittest.TestCase):
    def test_the_metrics_of_a_live_hub_are_clean(self):
        with Hub() as hub, hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
            publisher.send(record("x") + b'{"raw":1}')
            stream.read_line()
            code, said = promtool("check", "metrics", input=body_of(hub, "/metrics"))
            self.assertEqual((code, said), (0, ""))

    def test_the_scrape_example_and_its_alerts_are_well_formed(self):
        code, said = promtool("check", "config", ROOT / "docker" / "prometheus.yml")
        self.assertEqual(code, 0, said)
        code, said = promtool("check", "rules", ROOT / "docker" / "alerts.yml")
        self.assertEqual(code, 0, said)

    def test_the_dashboard_asks_in_well_formed_expressions(self):
        board = json.loads((ROOT / "docker" / "grafana-dashboard.json").read_text("utf-8"))
        asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
        rules = [{"record": f"panel:{n}", "expr": e.replace("$__rate_interval", "1m")}
                 for n, e in enumerate(asked)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)  # YAML, too
            file.flush()
            code, said = promtool("check", "rules", file.name)
            self.assertEqual(code, 0, said)

    def test_the_alerts_are_raised_by_what_they_are_for(self):
        with tempfile.TemporaryDirectory() as folder:
            for file in (ROOT / "docker" / "alerts.yml",
                         ROOT / "tests" / "prometheus" / "alerts_test.yml"):
                shutil.copy(file, folder)
            code, said = promtool("test", "rules", "alerts_test.yml", cwd=folder)
            self.assertEqual(code, 0, said)


class Scraped(unittest.TestCase):
    def test_a_real_prometheus_sees_the_true_number(self):
        count = 12_345
        with Hub() as hub, hub.publish("a", ack=True) as publisher:
            publisher.read_until(b"}\n")
            publisher.send(record("x") * count)
            publisher.read_until(b'{"ack":%d}\n' % count)
            example = (ROOT / "docker" / "prometheus.yml").read_text(encoding="utf-8")
            config = (example.replace("127.0.0.1:7702", f"127.0.0.1:{hub.subscribe_port}")
                      .replace(" 15s", " 1s").replace("- alerts.yml",
                                                      f"- {ROOT}/docker/alerts.yml"))
            with Prometheus(config) as prometheus:
                wait_until(lambda: prometheus.query('up{job="logio"}') == 1, "a scrape", 60)
                received = 'logio_records_received_total{job="logio",input="tcp"}'
                wait_until(lambda: prometheus.query(received) == count, "the true number", 60)
                publisher.send(record("x"))
                wait_until(lambda: prometheus.query(received) == count + 1, "one more", 60)
                self.assertIsNone(prometheus.query('ALERTS{alertstate="firing"}'))
                self.assertEqual(prometheus.query("logio_ready"), 1)


if __name__ == "__main__":
    unittest.main()
