"""What the tests share: the package from the sources, hubs, and programs in processes of their
own."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOURCES = ROOT / "clients" / "python" / "src"
sys.path.insert(0, str(SOURCES))
sys.path.append(str(ROOT / "tests" / "e2e"))  # behind this folder, which has like names
for name in [each for each in os.environ if each.startswith("LOGIO_")]:
    if name not in ("LOGIO_BINARY", "LOGIO_TEST_DEADLINE_S"):
        del os.environ[name]

from hub import DEADLINE_S, Hub, deadline, wait_until  # noqa: E402,F401


class DurableHub:
    """A hub with a data directory, which can be killed and comes again at the same ports."""

    def __init__(self, at_the_end):
        folder = tempfile.TemporaryDirectory()
        at_the_end(folder.cleanup)  # behind the hub's end
        self.flags = ["--data-dir", folder.name]
        self.hub = Hub(*self.flags)
        at_the_end(lambda: self.hub.kill())
        self.flags += ["--publish-listen", f"127.0.0.1:{self.hub.publish_port}",
                       "--subscribe-listen", f"127.0.0.1:{self.hub.subscribe_port}"]

    def restart(self):
        self.hub.kill()
        self.hub = Hub(*self.flags)


def url_of(hub, app="shop", **more):
    query = "".join(f"&{key}={value}" for key, value in more.items())
    return f"logio://127.0.0.1:{hub.publish_port}?app={app}&host=h1{query}"


def environment(url=None, **more):
    out = {key: value for key, value in os.environ.items() if not key.startswith("LOGIO_")}
    # Python 3.12 and later warn of each fork in a program with threads.
    out.update({"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONWARNINGS": "ignore::DeprecationWarning"}, **more)
    if url:
        out["LOGIO_URL"] = url
    return out


def start(code, url=None, **more):
    """A Python program that publishes to ``url``."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=environment(url, **more))


def run(code, url=None, **more):
    """The same to its end: its exit code, standard output and standard error."""
    with start(code, url, **more) as program:
        try:
            out, err = program.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            program.kill()
            raise
        return program.returncode, out, err


def records(hub, query="tail=1000000"):
    """All that the hub has, as its NDJSON objects."""
    answer = hub.get(f"/?format=ndjson&follow=false&{query}", "Connection: close")
    body = dechunked(answer.body) if answer.headers.get("transfer-encoding") else answer.body
    return [json.loads(line) for line in body.splitlines() if line.strip()]


def dechunked(body):
    out = []
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        if not count:
            break
        out.append(body[:count])
        body = body[count + 2:]
    return b"".join(out)


def texts(hub, query="tail=1000000"):
    return [each["text"] for each in records(hub, query)]


def wait_texts(hub, wanted, query="tail=1000000"):
    """Until the hub has exactly these, in this order."""
    found = []

    def all_there():
        found[:] = texts(hub, query)
        return len(found) >= len(wanted)

    wait_until(all_there, f"{len(wanted)} records of {query}")
    return found
