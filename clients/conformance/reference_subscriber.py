"""The subscriber of the reference driver: http.client does what it can; and its faults."""
import base64
import http.client
import json
import time
import urllib.parse

RETRY_S = 0.02
LOSSES = ("dropped", "missed", "continuity_lost")


class Refused(Exception):
    """The hub's own words."""


def target_of(base, query):
    pairs = [(name, each) for name, value in query.items()
             for each in (value if isinstance(value, list) else [value])]
    return f"{base.path.rstrip('/')}/?{urllib.parse.urlencode(pairs)}"


def ask(base, query):
    link = http.client.HTTPConnection(base.hostname, base.port, timeout=20)
    headers = {}
    if base.username is not None:
        user = f"{urllib.parse.unquote(base.username)}:{urllib.parse.unquote(base.password)}"
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    link.request("GET", target_of(base, {**query, "format": "ndjson", "heartbeat": "15s"}),
                 headers=headers)
    answer = link.getresponse()
    if answer.status == 503:
        raise ConnectionError("503")
    if answer.status != 200:
        said = answer.read().decode().partition("\n")[0]
        raise Refused(f"{answer.status}: {said}")
    return link, answer


def items_of(answer, fault):
    """Whole lines; a line that a cut has left unfinished is none. A cut raises."""
    rest = b""
    try:
        while more := answer.read1(1 << 16):
            *lines, rest = (rest + more).split(b"\n")
            yield from (json.loads(line) for line in lines if line.strip())
    except http.client.IncompleteRead:
        if fault == "takes half lines" and rest:
            yield {"text": rest.decode()}
        if fault != "takes a cut for the end":
            raise


class Reader:
    def __init__(self, command, say, fault):
        self.base = urllib.parse.urlsplit(command["hub"])
        self.query = dict(command["filter"])
        self.most, self.say, self.fault = command["most"], say, fault
        self.seen = 0

    def resume_after(self, cursor):
        if cursor is None or self.fault == "forgets its cursor":
            return
        for name in ("tail", "since"):
            if self.fault != "asks for the tail again":
                self.query.pop(name, None)
        self.query["after"] = cursor

    def take(self, item):
        if any(name in item for name in LOSSES) and self.fault != "takes losses for records":
            if self.fault != "hides losses":
                self.say({"loss": item})
                self.seen += 1
            return
        self.say({"record": item})
        self.seen += 1
        self.resume_after(item.get("cursor"))

    def read_once(self):
        """True: this was the end."""
        link, answer = ask(self.base, self.query)
        try:
            if self.fault != "ignores the header":
                self.resume_after(answer.headers.get("Logio-Cursor"))
            for item in items_of(answer, self.fault):
                self.take(item)
                if self.seen >= self.most:
                    return True
        finally:
            answer.close()
            link.close()
        return "until" in self.query and self.fault != "asks again after the end"


def subscribe(command, say, fault):
    reader = Reader(command, say, fault)
    ended = False
    if reader.base.scheme != "http":
        say({"error": "the hub's URL: write http://HOST:7702"})
        ended = True
    while not ended:
        try:
            ended = reader.read_once()
        except Refused as error:
            if fault != "asks again for the impossible":
                say({"error": str(error)})
                ended = True
        except (OSError, http.client.HTTPException):
            pass
        if not ended:
            time.sleep(RETRY_S)
    say({"subscribed": reader.seen})
