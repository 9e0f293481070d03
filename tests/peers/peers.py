"""Real servers on loopback, and a sink's client that delivers to them."""
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from hub import DEADLINE_S, Failure, wait_until  # noqa: E402

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "logio"
EPOCH = "00c0ffee12345678"


def find_program(name, *places):
    for place in (shutil.which(name), f"/usr/sbin/{name}", *places):
        if place and os.access(place, os.X_OK):
            return str(place)
    raise Failure(f"no {name}: scripts/test --all provides it")


def free_port(kind=socket.SOCK_STREAM):
    """Free now; daemons cannot be told to take any and say which."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(DEADLINE_S)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """A process of a test, with a folder of its own; it writes one JSON object a line."""

    def __init__(self, name):
        self.temporary = tempfile.TemporaryDirectory(prefix=f"logio-{name}-")
        self.folder = pathlib.Path(self.temporary.name)
        self.log = self.folder / "log"
        self.process = None

    def start(self, command, port, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **environment})

        def ready():
            if self.process.poll() is not None:
                raise Failure(f"{command[0]} ended: {self.log.read_bytes()[-2000:]!r}")
            return answers(port)
        wait_until(ready, f"{command[0]} listens")

    def rows(self, **wanted):
        """What it has written so far, of the rows with these values."""
        try:
            lines = (self.folder / "rows").read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        rows = [json.loads(line) for line in lines]
        return [row for row in rows if all(row.get(k) == v for k, v in wanted.items())]

    def await_rows(self, count, **wanted):
        return wait_until(lambda: len(self.rows(**wanted)) >= count and self.rows(**wanted),
                          f"{count} rows with {wanted}, not {len(self.rows(**wanted))}")

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(DEADLINE_S)

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self.temporary.cleanup()


class Deliverer:
    """The client of a sink, until the block ends. Its topic is given once."""

    def __init__(self, kind, over, port, topic, host="127.0.0.1", **options):
        self.process = subprocess.Popen(
            [os.environ["LOGIO_DELIVERER"], kind, over, host, str(port),
             *(f"{key}={value}" for key, value in options.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdin.write(json.dumps(topic).encode())
        self.process.stdin.flush()
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)
        self.process.stdout.close()

    def answer(self):
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], DEADLINE_S)[0]:
                raise Failure("the deliverer does not answer")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Failure("the deliverer ended")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def deliver(self, *records):
        """(fates, answers): `records` are objects, or bytes as they are to be read. Few enough that
        no answer is waited for while they are written."""
        for record in records:
            self.process.stdin.write(record if isinstance(record, bytes)
                                     else json.dumps(record, ensure_ascii=False).encode())
        self.process.stdin.flush()
        fates, all_answers = "", []
        while len(fates) < len(records):
            all_answers.append(self.answer())
            fates += all_answers[-1]["fates"]
        return fates, all_answers


def make_certificate(folder, names):
    """A certificate signed by itself, and its key."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [find_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=peer", "-addext", f"subjectAltName={names}", "-keyout", str(key),
         "-out", str(certificate)], check=True, capture_output=True, timeout=60)
    return certificate, key
