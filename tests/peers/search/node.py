"""A real node of OpenSearch or Elasticsearch on loopback, and a few words with it.

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
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bounds import DEADLINE_S, Failure  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SMALL_JVM = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Djava.awt.headless=true", "-Dlog4j2.disable.jmx=true",
             f"-Dlog4j2.configurationFile={HERE}/log4j2.properties"]
PAGE = 10000  # what a node gives at once


def cached(name, version, pattern):
    """The folder that scripts/test --all has put it in."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "logio" / f"{name}-{version}"
    if not any(folder.glob(pattern)) or shutil.which("javac") is None:
        raise Failure(f"no {name} {version} in {folder}, or no JDK: scripts/test --all gets both")
    return folder


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
    PLUGINS = ["org.opensearch.transport.Netty4Plugin",
               "org.opensearch.ingest.common.IngestCommonPlugin",
               "org.opensearch.analysis.common.CommonAnalysisPlugin",
               "org.opensearch.index.mapper.MapperExtrasPlugin",
               "org.opensearch.index.reindex.ReindexPlugin",
               "org.opensearch.painless.PainlessPlugin"]

    scheme, headers, context = "http", {}, None

    def __init__(self, **settings):
        """Settings with `__` for the dots of their names."""
        self.folder = tempfile.TemporaryDirectory(prefix="logio-search-")
        self.ports = [str(port) for port in free_ports(2)]
        self.address = f"127.0.0.1:{self.ports[0]}"
        self.settings = [f"{k.replace('__', '.')}={v}" for k, v in settings.items()]
        self.log = tempfile.TemporaryFile()
        self.process = None
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def prepare(self):
        """What is done once, before the first start."""

    def class_path(self):
        return f"{cached('opensearch', '2.19.3', 'opensearch-2*.jar')}/*"

    def source(self):
        return HERE / "Node.java"

    def start(self):
        self.process = subprocess.Popen(
            ["java", *SMALL_JVM, f"-Djava.io.tmpdir={self.folder.name}", "-cp",
             self.class_path(), str(self.source()), self.folder.name, *self.ports,
             ",".join(self.PLUGINS), *self.settings],
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
        self.await_health()

    def await_health(self):
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
            f"{self.scheme}://{self.address}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **self.headers})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S,
                                        context=self.context) as answer:
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


class Elasticsearch(Node):
    PLUGINS = ["org.elasticsearch.transport.Netty4Plugin"]

    def class_path(self):
        return f"{cached('elasticsearch', '7.17.24', 'elasticsearch-7*.jar')}/*"

    def source(self):
        """OpenSearch began as a copy of it, so only the names of the packages are others."""
        source = pathlib.Path(self.folder.name) / "Node.java"
        source.write_text((HERE / "Node.java").read_text().replace("org.opensearch.",
                                                                   "org.elasticsearch."))
        return source
