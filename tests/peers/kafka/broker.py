"""A real Kafka broker on loopback, and Kafka's own consumer to read back what it was given.

    with Broker({"auto.create.topics.enable": "true"}) as broker:
        broker.address                  # 127.0.0.1:PORT, the same after kill() and start()
        broker.read("topic")            # every record, by Kafka's console consumer

scripts/test --all fetches the jars (scripts/lib.sh, provide_kafka). Every wait has a deadline.
"""
import base64
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
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bounds import DEADLINE_S, Failure  # noqa: E402

VERSION = "3.9.1"
SMALL_JVM = ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Djava.awt.headless=true"]
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "num.partitions": "3",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "true",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "log.cleaner.enable": "false",
    # The records' times are of 2016, which is more than a week ago.
    "log.retention.ms": "-1",
}


def jars():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "logio" / f"kafka-{VERSION}"
    if not any(folder.glob("kafka_*.jar")) or shutil.which("java") is None:
        raise Failure(f"no Kafka {VERSION} in {folder}, or no java: scripts/test --all gets both")
    return f"{folder}/*"


def java(*arguments):
    return ["java", *SMALL_JVM, "-cp", jars(), *arguments]


def run(*arguments):
    done = subprocess.run(java(*arguments), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=DEADLINE_S, check=False)
    if done.returncode != 0:
        raise Failure(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def free_ports(count):
    """Kafka must know its port before it listens, so the ports are asked for and given back."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Record:
    """A line of the console consumer: timestamp, partition, headers, key, value."""

    def __init__(self, line):
        self.time, self.partition, headers, self.key, self.value = line.split("\t", 4)
        self.headers = dict(pair.split(":", 1) for pair in headers.split(",")) \
            if headers != "NO_HEADERS" else {}


class Broker:
    def __init__(self, settings=None, protocol="PLAINTEXT", scram=None, files=None):
        """`files` (name: text) are put beside the settings, in which {folder} is their folder."""
        self.folder = tempfile.TemporaryDirectory(prefix="logio-kafka-")
        where = pathlib.Path(self.folder.name)
        port, controller = free_ports(2)
        self.address = f"127.0.0.1:{port}"
        self.process = None
        for name, text in (files or {}).items():
            (where / name).write_text(text, encoding="utf-8")
        all_settings = {
            **SETTINGS,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"{protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"{protocol}://127.0.0.1:{port}",
            "listener.security.protocol.map":
                f"{protocol}:{protocol},CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": protocol,
            "log.dirs": f"{where}/data",
            **{k: v.replace("{folder}", str(where)) for k, v in (settings or {}).items()},
        }
        self.properties = where / "server.properties"
        self.properties.write_text("".join(f"{k}={v}\n" for k, v in all_settings.items()),
                                   encoding="utf-8")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # Its first letter may be a dash, with which it would be read as an option of its own.
        run("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c",
            str(self.properties),
            *(["--add-scram", scram] if scram else []))
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def start(self):
        self.process = subprocess.Popen(
            java("-Dorg.slf4j.simpleLogger.defaultLogLevel=info", "kafka.Kafka",
                 str(self.properties)),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end, log = time.monotonic() + DEADLINE_S, b""
        while b"Kafka Server started" not in log:
            ready = select.select([self.process.stderr], [], [], max(0, end - time.monotonic()))[0]
            more = os.read(self.process.stderr.fileno(), 65536) if ready else b""
            log += more
            if not more:
                text = log[-3000:].decode(errors="replace")
                self.kill()
                raise Failure(f"the broker did not start:\n{text}")
        # What it says from now on is for nobody, and must not stop it.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stderr,
                                      stdout=subprocess.DEVNULL)
        self.process.stderr.close()

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE_S)
        if getattr(self, "drain", None):
            self.drain.wait(DEADLINE_S)

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        self.folder.cleanup()

    def create(self, topic, partitions=3, **config):
        settings = [f"--config={k.replace('_', '.')}={v}" for k, v in config.items()]
        run("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.address, "--create",
            "--topic", topic, "--partitions", str(partitions), *settings)

    def read(self, topic, config=None):
        """Every record that the topic has, each partition in its order. The brokers' own offsets
        say how many there are, so a record more or less is seen as well."""
        client = []
        if config:
            path = pathlib.Path(self.folder.name) / "client.properties"
            path.write_text("".join(f"{k}={v}\n" for k, v in config.items()), encoding="utf-8")
            client = [str(path)]
        offsets = run("org.apache.kafka.tools.GetOffsetShell", "--bootstrap-server", self.address,
                      "--topic", topic, *(["--command-config", *client] if client else []))
        records = []
        for line in offsets.split():
            _, partition, count = line.rsplit(":", 2)
            if count != "0":
                records += self.read_partition(topic, partition, count, client)
        return records

    def read_partition(self, topic, partition, count, client):
        shown = [f"--property=print.{what}=true"
                 for what in ("timestamp", "partition", "headers", "key", "value")]
        text = run("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server",
                   self.address, "--topic", topic, "--partition", partition, "--offset",
                   "earliest", "--max-messages", count, "--timeout-ms",
                   str(int(DEADLINE_S * 500)), *shown,
                   *(["--consumer.config", *client] if client else []))
        return [Record(line) for line in text.splitlines() if line]
