"""What is measured of the hub's binary without any load."""

import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

from . import systems

STARTS = 9
JOURNAL_BYTES = 2 * 2**30


def _first_answer(hub):
    """Asks for a stream; returns when the answer's first bytes are here."""
    with socket.create_connection(("127.0.0.1", hub.subscribe_port), timeout=5) as stream:
        stream.sendall(b"GET /?app=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        if not stream.recv(12).startswith(b"HTTP/1.1 200"):
            raise systems.StartFailed("the first answer is no 200")
    return time.monotonic()


def _resident_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return None


def _chroot(binary):
    """`logio version` with nothing else in sight; the binary must be static for that."""
    if os.geteuid() != 0:
        return "not tried: needs root"
    directory = tempfile.mkdtemp(prefix="logio-bench-")
    try:
        shutil.copy(binary, os.path.join(directory, "logio"))

        def enter():
            os.chroot(directory)
            os.chdir("/")
            os.setgid(65534)
            os.setuid(65534)

        os.chmod(directory, 0o755)
        done = subprocess.run(["/logio", "version"], preexec_fn=enter, timeout=10, check=False,
                              env={}, capture_output=True)
        return "runs" if done.returncode == 0 else "fails"
    except OSError:
        return "fails"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def check_binary(places):
    """Size, memory when idle, time to the first answer (the median of some starts)."""
    out = {"binary_mib": os.path.getsize(places.hub) / 1e6, "chroot": _chroot(places.hub)}
    answers = []
    for _ in range(STARTS):
        with systems.Hub({places.server_core}, places.hub) as hub:
            answers.append((_first_answer(hub) - hub.started_at) * 1000)
            out["resident_mib"] = _resident_mib(hub.pid)
    out["answer_ms"] = statistics.median(answers)
    return out


def _fill(places, flags, data, bytes_wanted):
    """Publishes until the journal is that long; the hub is then killed."""
    with systems.Hub({places.server_core}, places.hub, flags) as hub:
        while sum(entry.stat().st_size for entry in os.scandir(data)) < bytes_wanted:
            subprocess.run([places.load, "--system", "logio", "--publishers", "4", "--topics", "4",
                            "--group", "1,all", "--seconds", "4", "--publish-port",
                            str(hub.publish_port), "--subscribe-port", str(hub.subscribe_port),
                            "--server-pid", str(hub.pid), "--core", str(places.load_core)],
                           check=True, capture_output=True, timeout=120)
        hub.process.kill()
        hub.process.wait()


def check_journal(places):
    """A hub that was killed on a long journal: the time to its first answer, and its memory."""
    directory = tempfile.mkdtemp(prefix="logio-bench-")
    flags = ["--data-dir", directory, "--journal-bytes-max", "4GiB"]
    data = os.path.join(directory, "journal")
    out = {}
    try:
        for key, bytes_wanted in (("short", 0), ("long", JOURNAL_BYTES)):
            os.makedirs(data, exist_ok=True)
            _fill(places, flags, data, bytes_wanted)
            answers, resident = [], []
            for _ in range(STARTS):
                with systems.Hub({places.server_core}, places.hub, flags) as hub:
                    answers.append((_first_answer(hub) - hub.started_at) * 1000)
                    resident.append(_resident_mib(hub.pid))
                    hub.process.kill()
                    hub.process.wait()
            out[f"{key}_journal_ms"] = statistics.median(answers)
            out[f"{key}_journal_mib"] = statistics.median(resident)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return out
