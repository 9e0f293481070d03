"""Publishing by POST for tests: requests in one go or bit by bit, and curl."""
import json
import subprocess

from hub import DEADLINE_S, Connection, Response


def chunk(data, extension=b""):
    return b"%x" % len(data) + extension + b"\r\n" + data + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
NDJSON = "Content-Type: application/x-ndjson"
JSON = "Content-Type: application/json"


def head(target, *headers, version="1.1", method="POST"):
    lines = [f"{method} {target} HTTP/{version}", "Host: hub", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


class Upload(Connection):
    """A POST whose head is sent; its body goes bit by bit."""

    def __init__(self, hub, query, *headers, **how):
        super().__init__(hub.subscribe_port)
        self.send(head("/?" + query, *headers, **how))

    def answer(self, seconds=None):
        """Reads to the end of the connection."""
        return Answer(self.read_to_end(seconds))


class Answer(Response):
    """An answer with its counts."""

    def __init__(self, raw):
        super().__init__(raw)
        self.json = None
        if self.headers.get("content-type") == "application/json":
            self.json = json.loads(self.body)

    @property
    def counts(self):
        return self.status, self.json["accepted"], self.json["refused"]

    @property
    def lines(self):
        return [(e["line"], e["code"]) for e in self.json["errors"]]

    @property
    def code(self):
        return self.json["error"]["code"]


def post(hub, query, body, *headers):
    """The whole request at once, with a Content-Length."""
    with Upload(hub, query, f"Content-Length: {len(body)}", *headers) as upload:
        upload.send(body)
        return upload.answer()


def raw(hub, data, end_sending=False):
    """Bytes as they are; the first answer that comes back."""
    with Connection(hub.subscribe_port) as connection:
        connection.send(data)
        if end_sending:
            connection.end_sending()
        return Answer(connection.read_to_end())


def curl(hub, query, *arguments, stdin=b""):
    """curl's answer: the status and the body as JSON."""
    url = f"http://127.0.0.1:{hub.subscribe_port}/?{query}"
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--max-time", str(DEADLINE_S),
                           *arguments, url], input=stdin, capture_output=True, check=False,
                          timeout=DEADLINE_S * 2)
    if done.returncode != 0:
        raise AssertionError(f"curl: {done.returncode} {done.stderr!r}")
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), json.loads(body)
