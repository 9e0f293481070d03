"""Sinks beside rsyslog's: the same lines from a file into a real Kafka and a real OpenSearch.

`logio ship` reads a file on standard input; rsyslog reads it with imfile. Both run until the server
has acknowledged every line; counted are the lines a second from start to end, and the CPU of the
process that ships. The servers are those of the project's own tests.
"""

import argparse
import glob
import os
import resource
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from . import figures, report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECONDS_MAX = 300
TICKS = os.sysconf("SC_CLK_TCK")
PEERS = os.path.join(ROOT, "tests", "peers")

# What both get: batches as large, the same compression, acknowledged by all replicas.
OMKAFKA = """action(type="omkafka" broker=["{address}"] topic="{topic}" template="json"
  confParam=["compression.codec=lz4", "acks=all", "enable.idempotence=true", "linger.ms=5",
             "batch.num.messages=10000", "queue.buffering.max.messages=100000"]
  partitions.auto="on" resubmitOnFailure="on" name="out")"""
OMELASTICSEARCH = """action(type="omelasticsearch" server="{host}" serverport="{port}"
  searchIndex="{topic}" searchType="" template="json" bulkmode="on" maxbytes="4m"
  errorfile="{folder}/refused" action.resumeRetryCount="-1" name="out")"""
RSYSLOG = """
global(workDirectory="{folder}" maxMessageSize="8k")
main_queue(queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="5000")
module(load="imfile") module(load="{module}")
template(name="json" type="list" option.jsonf="on") {{
  property(outname="@timestamp" name="timegenerated" dateFormat="rfc3339" format="jsonf")
  constant(outname="app" value="nginx" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}}
ruleset(name="ship") {{
  {action}
}}
input(type="imfile" file="{lines}" tag="nginx" ruleset="ship" reopenOnTruncate="on")
"""


def write_lines(path, count):
    """Lines of a web server's log, no two the same."""
    with open(path, "w", encoding="ascii") as file:
        for i in range(count):
            file.write(f'10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255} - - [22/Nov/2026:06:25:24 '
                       f'+0000] "GET /api/v1/items/{i * 7919 % 1000003}?page={i % 97} HTTP/1.1" '
                       f'{200 if i % 50 else 503} {i * 31 % 20011} "-" "Mozilla/5.0 (X11; Linux '
                       'x86_64)"\n')


class Shipped:
    """One run's figures."""

    def __init__(self, lines, seconds, cpu_s):
        self.figures = {"lines_per_s": lines / seconds, "cpu_us_per_line": cpu_s / lines * 1e6}


def ship(binary, url, lines, count):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    with open(lines, "rb") as file:
        done = subprocess.run([binary, "ship", "-a", "nginx", url], stdin=file,
                              capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or f"{count} records delivered\n" not in done.stderr:
        raise RuntimeError(f"ship: {done.stderr}")
    return Shipped(count, seconds, after.ru_utime - before.ru_utime +
                   after.ru_stime - before.ru_stime)


class Offsets:
    """How many records a topic has, by the protocol's own ListOffsets (version 1)."""

    def __init__(self, address, topic, partitions=3):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=SECONDS_MAX)
        name = topic.encode()
        asked = b"".join(struct.pack(">iq", n, -1) for n in range(partitions))
        body = (struct.pack(">hhih", 2, 1, 1, 5) + b"bench" +
                struct.pack(">iih", -1, 1, len(name)) + name +
                struct.pack(">i", partitions) + asked)
        self.request = struct.pack(">i", len(body)) + body
        self.head = 4 + 4 + 2 + len(name) + 4  # of the answer, in front of its partitions
        self.partitions = partitions

    def _read(self, count):
        out = b""
        while len(out) < count:
            more = self.socket.recv(count - len(out))
            if not more:
                raise RuntimeError("the broker closed the connection")
            out += more
        return out

    def count(self):
        self.socket.sendall(self.request)
        answer = self._read(struct.unpack(">i", self._read(4))[0])
        rows = struct.iter_unpack(">ihqq", answer[self.head:self.head + 22 * self.partitions])
        return sum(offset for _, _, _, offset in rows)

    def close(self):
        self.socket.close()


class Documents:
    """How many documents an index took, by its own counters."""

    def __init__(self, node, index):
        self.node, self.index = node, index

    def count(self):
        try:
            stats = self.node.ask("GET", f"/{self.index}/_stats/indexing")
        except Exception:  # it is not there yet
            return 0
        return stats["_all"]["primaries"]["indexing"]["index_total"]

    def close(self):
        pass


def rsyslog(module, action, lines, count, arrived):
    folder = tempfile.mkdtemp(prefix="logio-bench-")
    config = os.path.join(folder, "conf")
    with open(config, "w", encoding="ascii") as file:
        file.write(RSYSLOG.format(folder=folder, module=module, lines=lines,
                                  action=action.replace("{folder}", folder)))
    begun = time.monotonic()
    process = subprocess.Popen(["rsyslogd", "-n", "-f", config, "-i", "NONE"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while (got := arrived.count()) < count:
            if process.poll() is not None:
                raise RuntimeError(f"rsyslogd: {process.stderr.read()!r}")
            if time.monotonic() - begun > SECONDS_MAX:
                raise RuntimeError(f"rsyslogd delivered {got} of {count}")
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return Shipped(count, seconds, (int(fields[11]) + int(fields[12])) / TICKS)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
        arrived.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure(name, runs, pairs):
    """`runs`: label -> function of the pair's number. Interleaved."""
    found = {label: [] for label in runs}
    for pair in range(pairs):
        for label, run in runs.items():
            print(f"\r{name}: {pair + 1} of {pairs}, {label:<10}", end="", file=sys.stderr,
                  flush=True)
            found[label].append(run(pair).figures)
    print(file=sys.stderr)
    return found


def rows_of(name, found):
    out = []
    for label, runs in found.items():
        ratios = ["-", "-"]
        if label != "rsyslog":
            ratios = [figures.Spread(a[key] / b[key] for a, b in zip(runs, found["rsyslog"])).text()
                      for key in ("lines_per_s", "cpu_us_per_line")]
        out.append([name, label,
                    f"{statistics.median(r['lines_per_s'] for r in runs):.0f}",
                    f"{statistics.median(r['cpu_us_per_line'] for r in runs):.2f}", *ratios])
    return out


def _missing_modules():
    """Of rsyslog, which Debian has in packages of their own."""
    packages = {"omkafka": "rsyslog-kafka", "omelasticsearch": "rsyslog-elasticsearch"}
    return [package for module, package in packages.items()
            if not glob.glob(f"/usr/lib/*/rsyslog/{module}.so")]


def main(argv):
    parser = argparse.ArgumentParser(prog="bench/sinks", description=__doc__.splitlines()[0])
    parser.add_argument("--hub", default=os.path.join(ROOT, "build", "logio"),
                        help="the binary under test (build/logio)")
    parser.add_argument("--lines", type=int, default=500_000, help="of each run (500000)")
    parser.add_argument("--pairs", type=int, default=5, help="interleaved runs of each (5)")
    parser.add_argument("--only", choices=("kafka", "search"))
    o = parser.parse_args(argv)
    if missing := _missing_modules():
        print(f"bench/sinks: not installed: apt-get install {' '.join(missing)}", file=sys.stderr)
        return 69
    sys.path[:0] = [os.path.join(PEERS, "kafka"), os.path.join(PEERS, "search")]
    import broker
    import node
    table = []
    with tempfile.TemporaryDirectory(prefix="logio-bench-") as folder:
        lines = os.path.join(folder, "lines")
        write_lines(lines, o.lines)
        if o.only != "search":
            with broker.Broker() as kafka:
                def omkafka(n):
                    action = OMKAFKA.format(address=kafka.address, topic=f"r{n}")
                    return rsyslog("omkafka", action, lines, o.lines,
                                   Offsets(kafka.address, f"r{n}"))
                kafka.create("warm")
                for n in range(o.pairs):
                    kafka.create(f"l{n}")
                    kafka.create(f"r{n}")
                ship(o.hub, f"kafka://{kafka.address}/warm", lines, o.lines)
                table += rows_of("Kafka 3.9, 3 partitions", measure("kafka", {
                    "logio": lambda n: ship(o.hub, f"kafka://{kafka.address}/l{n}", lines, o.lines),
                    "rsyslog": omkafka}, o.pairs))
        if o.only != "kafka":
            with node.Node() as search:
                host, port = search.address.rsplit(":", 1)

                def omelasticsearch(n):
                    action = OMELASTICSEARCH.replace("{host}", host).replace("{port}", port)
                    return rsyslog("omelasticsearch", action.replace("{topic}", f"r{n}"), lines,
                                   o.lines, Documents(search, f"r{n}"))
                url = f"elasticsearch://{search.address}"
                ship(o.hub, f"{url}/warm", lines, o.lines)
                table += rows_of("OpenSearch 2.19", measure("search", {
                    "logio": lambda n: ship(o.hub, f"{url}/l{n}", lines, o.lines),
                    "rsyslog": omelasticsearch}, o.pairs))
    print(report.table(["peer", "who ships", "lines/s", "CPU-µs per line", "rate ÷ rsyslog",
                        "CPU ÷ rsyslog"], table))
    return 0
