"""A real OpenSearch node on loopback, and a few words with it.

    with Node() as node:
        node.address                    # 127.0.0.1:PORT, the same after kill() and start()
        node.documents("logs")          # every document: id -> source

scripts/test --all fetches the jars (scripts/lib.sh, provide_opensearch). Every wait has a deadline.
"""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

DEADLINE_S = float(os.environ.get("LOGIO_TEST_DEADLINE_S", "120"))
HERE = pathlib.Path(__file__).resolve().parent
VERSION = "2.19.3"
SMALL_JVM = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Djava.awt.headless=true", "-Dlog4j2.disable.jmx=true",
             f"-Dlog4j2.configurationFile={HERE}/log4j2.properties"]
PAGE = 10000  # what a node gives at once


class Failure(AssertionError):
    """Something did not happen in time, or the node said no."""


def jars():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "logio" / f"opensearch-{VERSION}"
    if not any(folder.glob("opensearch-2*.jar")) or shutil.which("javac") is None:
        raise Failure(f"no OpenSearch {VERSION} in {folder}, or no JDK: scripts/test --all gets "
                      "both")
    return f"{folder}/*"


def free_ports(count):
    """A node must know its port before it listens, so the ports are asked for and given back."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Node:
    def __init__(self, **settings):
        """Settings with `__` for the dots of their names."""
        self.folder = tempfile.TemporaryDirectory(prefix="logio-search-")
        self.ports = [str(port) for port in free_ports(2)]
        self.address = f"127.0.0.1:{self.ports[0]}"
        self.settings = [f"{k.replace('__', '.')}={v}" for k, v in settings.items()]
        self.log = tempfile.TemporaryFile()
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def start(self):
        self.process = subprocess.Popen(
            ["java", *SMALL_JVM, f"-Djava.io.tmpdir={self.folder.name}", "-cp", jars(),
             str(HERE / "Node.java"), self.folder.name, *self.ports, *self.settings],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        end, said = time.monotonic() + DEADLINE_S, b""
        while b"node started" not in said:
            ready = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            said += more
            if not more:
                self.kill()
                self.log.seek(0)
                raise Failure("the node did not start:\n" +
                              self.log.read()[-3000:].decode(errors="replace"))
        self.process.stdout.close()
        self.ask("GET", f"/_cluster/health?wait_for_status=yellow&timeout={int(DEADLINE_S)}s")

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        self.log.close()
        self.folder.cleanup()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://{self.address}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failure(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def documents(self, index):
        """Every document of the indices that match, by id; page by page, in order of position."""
        self.ask("POST", f"/{index}/_refresh")
        found, after = {}, None
        while True:
            query = {"size": PAGE, "sort": [{"event.sequence": "asc"}],
                     "track_total_hits": True, "query": {"match_all": {}}}
            if after is not None:
                query["search_after"] = after
            hits = self.ask("POST", f"/{index}/_search", query)["hits"]
            for hit in hits["hits"]:
                found[hit["_id"]] = hit["_source"]
                after = hit["sort"]
            if len(hits["hits"]) < PAGE:
                total = hits["total"]["value"]
                if total != len(found):
                    raise Failure(f"{index} has {total} documents with {len(found)} ids")
                return found
