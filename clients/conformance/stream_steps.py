"""The subscribe side of the scripted hub: what steps expect of a request, and answer to it."""
import json
import urllib.parse

import matching
from waiting import Failure, short

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 503: "Service Unavailable"}


def _body_of(items):
    """NDJSON: objects as the hub writes them; a text stands for itself."""
    return "".join(each if isinstance(each, str)
                   else json.dumps(each, separators=(",", ":"), ensure_ascii=False) + "\n"
                   for each in items).encode()


def request(scene, wanted):
    """A new connection asks: GET, with exactly these parameters beside format and heartbeat."""
    scene.stream = scene.http.accept()
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = scene.stream.read_line(awaited="the rest of a request")
        if not line:
            raise Failure(f"the request ended early: {short(head)}")
        head += line
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, version = first.split(" ")
    if method != "GET" or version != "HTTP/1.1":
        raise Failure(f"a GET with HTTP/1.1 was awaited, seen {short(first)}")
    headers = {name.lower(): value.strip() for name, _, value in
               (line.partition(":") for line in lines)}
    if headers.get("host") != f"127.0.0.1:{scene.http.port}":
        raise Failure(f"the header Host is {headers.get('host')!r}")
    matching.check(wanted.get("headers", {}), headers, scene.names, "the request's headers")
    scene.wants_json = "json" in headers.get("accept", "")
    _check_target(scene, wanted, target, headers)


def _check_target(scene, wanted, target, headers):
    path, _, query = target.partition("?")
    if path.rstrip("/") != wanted.get("path", ""):
        raise Failure(f"the path {wanted.get('path', '/')} was awaited, seen {short(path)}")
    asked = urllib.parse.parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    if asked.pop("format", None) != ["ndjson"] and "ndjson" not in headers.get("accept", ""):
        raise Failure(f"format=ndjson is not asked for: {short(target)}")
    asked.pop("heartbeat", None)
    scene.asked_after = asked.get("after", [""])[0]
    asked = {name: sorted(values) for name, values in asked.items()}
    named = {name: sorted(value) if isinstance(value, list) else [value]
             for name, value in wanted.get("query", {}).items()}
    if asked != named:
        raise Failure(f"the parameters {named} were awaited, seen {asked}")


def respond(scene, value):
    """The head, and at once a `body` if there is one; then the stream is open.

    As the real hub does, who accepts JSON is told what is wrong as `json_body`.
    """
    status = value.get("status", 200)
    headers = dict(value.get("headers", {}))
    scene.chunked = value.get("framing", "chunked") == "chunked"
    body = value.get("body", "").encode()
    if "json_body" in value and scene.wants_json:
        body = json.dumps(value["json_body"]).encode()
        headers["Content-Type"] = "application/json"
    if "body" in value:
        headers["Content-Length"] = str(len(body))
    elif scene.chunked:
        headers["Transfer-Encoding"] = "chunked"
    headers.setdefault("Content-Type", "application/x-ndjson")
    if status == 200 and "logio-cursor" not in (name.lower() for name in headers):
        headers["Logio-Cursor"] = scene.asked_after or "e-0"  # a hub always says it
    headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{k}: {v}" for k, v in headers.items())]
    scene.stream.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def _write(scene, data):
    """A client that has seen what it wanted may have left: its answers tell whether it has."""
    try:
        scene.stream.write(data)
    except (BrokenPipeError, ConnectionResetError):
        pass


def _send(scene, data):
    if scene.chunked:
        data = b"%x\r\n%b\r\n" % (len(data), data)
    _write(scene, data)


def items(scene, value):
    _send(scene, _body_of(value))


def items_apart(scene, value):
    """The same in chunks of so many bytes."""
    data = _body_of(value["items"])
    for at in range(0, len(data), value["bytes"]):
        _send(scene, data[at:at + value["bytes"]])


def items_in_packets(scene, value):
    """One chunk, whose framing and inside come byte by byte."""
    data = _body_of(value)
    framed = b"%x;extension=1\r\n%b\r\n" % (len(data), data)
    for byte in framed:
        _write(scene, bytes([byte]))


def long_item(scene, value):
    _send(scene, _body_of([{"cursor": value["cursor"], "text": "x" * value["text_bytes"]}]))


def http_shut(scene, _):
    scene.http.shut()


def http_open(scene, _):
    scene.http.open()


def hang_up(scene, how):
    """finish: the end that the hub means; close, reset: a cut."""
    if how == "finish" and scene.chunked:
        _write(scene, b"0\r\n\r\n")
    scene.stream.reset() if how == "reset" else scene.stream.close()


def asked_no_more(scene, value):
    if not scene.http.is_left_alone(value["ms"] / 1000):
        raise Failure("the client asked again, where it must not")


def left(scene, _):
    """The client has closed its side."""
    scene.stream.read_end()


STEPS = {function.__name__: function for function in (
    request, respond, items, items_apart, items_in_packets, long_item,
    http_shut, http_open, hang_up, asked_no_more, left)}
