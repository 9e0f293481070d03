"""What Marathon answers, as bytes: Jersey's JSON in chunks, Jetty's pages with their length."""
import base64
import datetime
import email.utils
import http
import json

SERVER = "Jetty(9.3.z-SNAPSHOT)"
NOT_RUNNING = ("http event callback system is not running on this Marathon instance. Please "
               "re-start this instance with \"--event_subscriber http_callback\".")
PAGE = """<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<title>Error {status} {reason}</title>
</head>
<body><h2>HTTP ERROR {status}</h2>
<p>Problem accessing {path}. Reason:
<pre>    {reason}</pre></p>
</body>
</html>
"""


def compact(value):
    """As Marathon writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def timestamp():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"


def head(status, *headers):
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}", f"Date: {email.utils.formatdate(usegmt=True)}",
             "Cache-Control: no-cache, no-store, must-revalidate", "Pragma: no-cache", "Expires: 0",
             *headers, f"Server: {SERVER}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Answer:
    def __init__(self, status, body=b"", kind="application/json", headers=(), chunked=False):
        self.status, self.body, self.kind = status, body, kind
        self.headers, self.chunked = headers, chunked

    def encode(self, closes, chunks=True):
        headers = [*self.headers, *(["Connection: close"] if closes else [])]
        if self.body or self.kind != "application/json":
            headers.append(f"Content-Type: {self.kind}")
        if self.chunked and chunks:
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body)
            return head(self.status, *headers, "Transfer-Encoding: chunked") + body
        return head(self.status, *headers, f"Content-Length: {len(self.body)}") + self.body


def json_answer(value, status=200):
    return Answer(status, compact(value), chunked=True)


def message(status, text):
    return json_answer({"message": text}, status)


def page(status, path, reason=None, *headers):
    if reason is None:
        reason = http.HTTPStatus(status).phrase if status in list(http.HTTPStatus) else "Trouble"
    text = PAGE.format(status=status, path=path, reason=reason)
    return Answer(status, text.encode(), "text/html;charset=iso-8859-1", headers)


def wanted_answer(status, body, path, headers):
    """What a test asked for: `body` is None, text, bytes or what becomes JSON."""
    if body is None:
        answer = page(status, path)
    elif isinstance(body, (str, bytes)):
        body = body if isinstance(body, bytes) else body.encode()
        kind = "application/json" if body.startswith(b"{") else "text/plain;charset=utf-8"
        answer = Answer(status, body, kind)
    else:
        answer = json_answer(body, status)
    answer.headers = [*answer.headers, *headers]
    return answer


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def info(address, callbacks):
    """GET /v2/info of Marathon 1.4, as far as clients look at it."""
    name, _, port = address.rpartition(":")
    return {"name": "marathon", "version": "1.4.13", "buildref": "unknown", "elected": True,
            "leader": address, "frameworkId": "9ad5b1a8-6f56-4e9c-9cf8-f3d3fdc2ef1d-0000",
            "marathon_config": {"hostname": name, "checkpoint": True, "framework_name": "marathon",
                                "ha": True, "failover_timeout": 604800},
            "zookeeper_config": {"zk": "zk://127.0.0.1:2181/marathon", "zk_timeout": 10000},
            "event_subscriber": {"type": "http_callback", "http_endpoints": None} if callbacks
            else None,
            "http_config": {"http_port": int(port), "https_port": 8443}}
