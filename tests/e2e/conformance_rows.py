"""Raw requests with golden answers, by RFC 9110, RFC 9112 and the hub's own contract.

A row: what it is, the bytes, the status, and what the answer must say besides: `name: value` is a
header field, `!name` one that must not be there, bytes are how the body begins. LIVE: the answer is
a stream that goes on. CUT: the peer ends its sending side behind the bytes.
"""

LIVE = "live"
CUT = "cut"
ERROR = b"error: "
READ = "allow: GET, HEAD, OPTIONS"
PLAIN = "content-type: text/plain; charset=utf-8"
JSON = "content-type: application/json"
PATHS = ("/v1/topics", "/v1/subscribers", "/v1/sinks", "/v1/status", "/healthz", "/readyz",
         "/metrics")
OK = b"ok\n"


def line(text):
    """A request of that request line with nothing but its Host."""
    return (text if isinstance(text, bytes) else text.encode()) + b"\r\nHost: h\r\n\r\n"


def get(target, *fields, method="GET"):
    head = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: h", *fields])
    return head.encode("latin-1") + b"\r\n\r\n"


def ask(*fields):
    """For what should not matter to a page that is always there."""
    return get("/healthz", *fields)


def past(query):
    """A stream that ends with what there is: its body shows how the query was understood."""
    return get("/?follow=false&format=raw&" + query)


REQUEST_LINE = [
    ("HTTP/1.1", line("GET /healthz HTTP/1.1"), 200, OK),
    ("HTTP/1.0", line("GET /healthz HTTP/1.0"), 200, OK),
    ("HTTP/1.0 without Host", b"GET /healthz HTTP/1.0\r\n\r\n", 200, OK),
    ("a page in HTTP/1.0", b"GET /v1/topics HTTP/1.0\r\n\r\n", 200, "!transfer-encoding", b"{"),
    ("a stream in HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", 200, LIVE, "!transfer-encoding"),
    ("a later minor version", line("GET /healthz HTTP/1.2"), 200, OK),
    ("the last minor version", line("GET /healthz HTTP/1.9"), 200, OK),
    ("HTTP/0.9", b"GET /\r\n\r\n", 400, ERROR),
    ("HTTP/0.9 with its version", line("GET /healthz HTTP/0.9"), 505, ERROR),
    ("HTTP/2.0", line("GET /healthz HTTP/2.0"), 505, ERROR),
    ("HTTP/3.0", line("GET /healthz HTTP/3.0"), 505, ERROR),
    ("a preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, ERROR),
    ("a version in small letters", line("GET /healthz http/1.1"), 505, ERROR),
    ("another protocol's version", line("OPTIONS / RTSP/1.0"), 505, ERROR),
    ("a version with two digits", line("GET /healthz HTTP/1.10"), 505, ERROR),
    ("a version without a minor", line("GET /healthz HTTP/1"), 505, ERROR),
    ("a method in small letters", line("get /healthz HTTP/1.1"), 405, READ, ERROR),
    ("a method in mixed letters", line("Get / HTTP/1.1"), 405, READ + ", POST"),
    ("a method that is none", line("G@T /healthz HTTP/1.1"), 400, ERROR),
    ("a long method", line("X" * 300 + " /healthz HTTP/1.1"), 405, READ, ERROR),
    ("no method", line(" /healthz HTTP/1.1"), 400, ERROR),
    ("garbage", b"hello\r\n\r\n", 400, ERROR),
    ("bytes", bytes(range(128, 160)) + b"\r\n\r\n", 400, ERROR),
    ("an empty line in front", b"\r\n" + ask(), 200, OK),
    ("many empty lines in front", b"\r\n" * 50 + b"\n\n" + ask(), 200, OK),
    ("bare line feeds", b"GET /healthz HTTP/1.1\nHost: h\n\n", 200, OK),
    ("bare carriage returns", b"GET /healthz HTTP/1.1\rHost: h\r\r\n\n", 505, ERROR),
    ("a carriage return in the target", line("GET /hea\rlthz HTTP/1.1"), 400, ERROR),
    ("NUL in the target", line("GET /hea\0lthz HTTP/1.1"), 400, ERROR),
    ("NUL in the method", line("G\0T /healthz HTTP/1.1"), 400, ERROR),
    ("NUL in the version", line("GET /healthz HTTP/1\x001"), 505, ERROR),
    ("DEL in the target", line("GET /hea\x7flthz HTTP/1.1"), 400, ERROR),
    ("a tab for a space", line("GET\t/healthz HTTP/1.1"), 400, ERROR),
    ("a tab in front of the version", line("GET /healthz\tHTTP/1.1"), 400, ERROR),
    ("two spaces in front", line("GET  /healthz HTTP/1.1"), 400, ERROR),
    ("two spaces behind", line("GET /healthz  HTTP/1.1"), 400, ERROR),
    ("a space at the end", line("GET /healthz HTTP/1.1 "), 400, ERROR),
    ("a space in the target", line("GET /?log=a b HTTP/1.1"), 400, b"error: the request target "),
    ("absolute form", line("GET http://hub:7702/healthz HTTP/1.1"), 200, OK),
    ("absolute form with a capital scheme", line("GET HTTP://hub/healthz HTTP/1.1"), 200, OK),
    ("absolute form without a path", line("GET http://hub HTTP/1.1"), 200, LIVE),
    ("absolute form with a query alone", line("GET http://hub?x=y HTTP/1.1"), 400, b"error: x: "),
    ("authority form", line("CONNECT hub:7702 HTTP/1.1"), 404, ERROR),
    ("authority form for GET", line("GET hub:7702 HTTP/1.1"), 404, ERROR),
    ("asterisk form", line("OPTIONS * HTTP/1.1"), 204, READ + ", POST"),
    ("asterisk form for GET", line("GET * HTTP/1.1"), 404, ERROR),
    ("no target", line("GET HTTP/1.1"), 400, ERROR),
    ("an empty target", line("GET  HTTP/1.1"), 400, ERROR),
    ("a target without a slash", line("GET healthz HTTP/1.1"), 404, ERROR),
    ("a fragment", line("GET /healthz#top HTTP/1.1"), 404, ERROR),
    ("8-bit bytes in the path", line("GET /h\u00e9 HTTP/1.1"), 404, ERROR),
    ("a very long target", line("GET /?log=" + "a" * 70_000 + " HTTP/1.1"), 414, ERROR),
    ("a long target within the limit", line("GET /?log=" + "a" * 60_000 + " HTTP/1.1"), 400,
     b"error: log: "),
    ("a target without an end", b"GET /" + b"a" * 90_000, 414, ERROR),
    ("empty lines without an end", b"\r\n" * 50_000, 431, ERROR),
    ("TLS", bytes.fromhex("16030100c8010000c40303") + bytes(200), 400, b"error: this is TLS"),
    ("TLS, its first bytes", b"\x16\x03\x01", 400, b"error: this is TLS"),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", 400, ERROR),
    ("a publisher's JSON", b'{"app":"a"}{"raw":"x"}', 400, b"error: this is JSON "),
    ("nothing", b"", None, CUT),
    ("half a head", b"GET / HTTP/1.1\r\nHo", None, CUT),
]

FIELDS = [
    ("no Host", b"GET /healthz HTTP/1.1\r\n\r\n", 400, b"error: the request has no Host"),
    ("two Hosts", ask("Host: h"), 400, b"error: there are two Host"),
    ("two Hosts in one", b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, ERROR),
    ("an empty Host", b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 200, OK),
    ("a Host with a path", b"GET /healthz HTTP/1.1\r\nHost: h/x\r\n\r\n", 400, ERROR),
    ("a Host with a user", b"GET /healthz HTTP/1.1\r\nHost: u@h\r\n\r\n", 400, ERROR),
    ("a Host with a space", b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", 400, ERROR),
    ("a Host with a bad port", b"GET /healthz HTTP/1.1\r\nHost: h:x\r\n\r\n", 400, ERROR),
    ("an IPv6 Host", b"GET /healthz HTTP/1.1\r\nHost: [::1]:7702\r\n\r\n", 200, OK),
    ("a bad Host in HTTP/1.0", b"GET /healthz HTTP/1.0\r\nHost: a b\r\n\r\n", 400, ERROR),
    ("a space before the colon", ask("X : y"), 400, ERROR),
    ("a tab before the colon", ask("X\t: y"), 400, ERROR),
    ("a field without a colon", ask("nothing"), 400, ERROR),
    ("a field without a name", ask(": y"), 400, ERROR),
    ("a space in a name", ask("A B: y"), 400, ERROR),
    ("8-bit bytes in a name", ask("\xc3\xa9: y"), 400, ERROR),
    ("a folded field", ask("X: a", " b"), 200, OK),
    ("a fold before all fields", b"GET /healthz HTTP/1.1\r\n Host: h\r\n\r\n", 400, ERROR),
    ("NUL in a value", ask("X: a\0b"), 400, ERROR),
    ("a control character in a value", ask("X: a\x01b"), 400, ERROR),
    ("DEL in a value", ask("X: a\x7fb"), 400, ERROR),
    ("a carriage return in a value", ask("X: a\rb"), 400, ERROR),
    ("a tab in a value", ask("X: a\tb"), 200, OK),
    ("8-bit bytes in a value", ask("X: \xff\xfe"), 200, OK),
    ("an empty value", ask("X:"), 200, OK),
    ("spaces round a value", ask("X:  \t y \t"), 200, OK),
    ("names in any case", b"GET /healthz HTTP/1.1\r\nhOST: h\r\n\r\n", 200, OK),
    ("1,000 small fields", ask(*(f"X-{i}: y" for i in range(1000))), 200, OK),
    ("10,000 small fields", ask(*(f"X-{i}: y" for i in range(10_000))), 431, ERROR),
    ("a huge field", ask("X: " + "y" * 100_000), 431, ERROR),
    ("a huge name", ask("X" * 100_000 + ": y"), 431, ERROR),
    ("a field within the limit", ask("X: " + "y" * 60_000), 200, OK),
    ("Upgrade to h2c", ask("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                           "HTTP2-Settings: AAMAAABkAAQAAP__"), 200, "!upgrade", OK),
    ("Upgrade to a WebSocket", ask("Connection: Upgrade", "Upgrade: websocket",
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 200, OK),
    ("keep-alive", ask("Connection: keep-alive"), 200, "connection: close", OK),
    ("Range", ask("Range: bytes=0-0"), 200, "!content-range", OK),
    ("a condition", ask("If-None-Match: *"), 200, OK),
    ("Expect on GET", ask("Expect: 100-continue"), 200, OK),
    ("an X-Forwarded-For of many", get("/", "X-Forwarded-For: 10.0.0.1, unknown, [::1]:7"), 200,
     LIVE),
    ("an X-Forwarded-For of nothing", get("/", "X-Forwarded-For:"), 200, LIVE),
    ("a huge X-Forwarded-For", get("/", "X-Forwarded-For: " + "1, " * 10_000), 200, LIVE),
    ("an X-Forwarded-For of bytes", get("/", 'X-Forwarded-For: "\xff\\'), 200, LIVE),
]

# The hub holds these records of app p: "a b", "a+b", "a%b", "a&b=c", "a;b", "é".
PERCENT = [
    ("+ is a space", past("log=^a+b$"), 200, b"a b\n"),
    ("%20 is a space", past("log=^a%20b$"), 200, b"a b\n"),
    ("%2B is a plus", past("log=^a%5C%2Bb$"), 200, b"a+b\n"),
    ("%2b is a plus", past("log=^a%5c%2bb$"), 200, b"a+b\n"),
    ("%25 is a percent sign", past("log=^a%25b$"), 200, b"a%b\n"),
    ("a double encoding is undone once", past("log=^a%2525b$"), 200, b""),
    ("%26 and %3D are no separators", past("log=^a%26b%3Dc$"), 200, b"a&b=c\n"),
    ("= in a value", past("log=b=c"), 200, b"a&b=c\n"),
    ("; is an ordinary character", past("log=a;b"), 200, b"a;b\n"),
    ("UTF-8 in escapes", past("log=^%C3%A9$"), 200, b"\xc3\xa9\n"),
    ("UTF-8 in escapes of small letters", past("log=^%c3%a9$"), 200, b"\xc3\xa9\n"),
    ("UTF-8 as it is", past("log=^\xc3\xa9$"), 200, b"\xc3\xa9\n"),
    ("an encoded name", past("l%6Fg=^a+b$"), 200, b"a b\n"),
    ("an encoded separator makes a name", past("log%3Da+b"), 400, b"error: log=a b: "),
    ("an encoded question mark in a value", past("log=^a.%3Fb$"), 200, b"a b\n"),
    ("a question mark in a value", past("log=^a+x?b$"), 200, b"a b\n"),
    ("two & in a row", past("&&log=^a+b$&"), 200, b"a b\n"),
    ("NUL", past("log=%00"), 400, b"error: log: control character (0x00)"),
    ("a line feed", past("log=%0a"), 400, b"error: log: control character (0x0a)"),
    ("a carriage return", past("log=%0D%0AX:y"), 400, b"error: log: control character (0x0d)"),
    ("overlong UTF-8", past("log=%C0%AF"), 400, b"error: log: "),
    ("a surrogate", past("log=%ED%A0%80"), 400, b"error: log: "),
    ("half a character", past("log=%C3"), 400, b"error: log: "),
    ("a byte that is no UTF-8", past("log=\xff"), 400, b"error: log: "),
    ("an escape of one digit", past("log=a%2"), 400, b"error: log: bad escape %2 at offset 1"),
    ("an escape of no digit", past("log=a%"), 400, b"error: log: bad escape %"),
    ("an escape of other letters", past("log=%zz"), 400, b"error: log: bad escape %zz"),
    ("an escape of UTF-16", past("log=%u0041"), 400, b"error: log: bad escape %u0"),
    ("an escape broken by a sign", past("log=%+1"), 400, b"error: log: bad escape %+1"),
    ("a bad escape in a name", past("lo%g=a"), 400, b"error: bad escape %g"),
    ("a control character in a name", past("lo%01=a"), 400, b"error: control character"),
    ("a name without a value", past("log"), 200, b"a b\n"),
    ("no name", past("=a"), 400, b"error: a parameter without a name"),
    ("no name and no value", past("="), 400, b"error: a parameter without a name"),
    ("a name in capitals", past("LOG=a"), 400, b"error: LOG: unknown parameter"),
    ("a single parameter twice", past("tail=1&tail=1"), 400, b"error: tail: given more than once"),
    ("a plus in a time", past("since=2016-12-06T22:14:21+01:00"), 400, b"error: since: "),
    ("200 parameters", past("&".join(["log=a"] * 200)), 400, b"error: more than 128 parameters"),
    ("an encoded slash", get("/v1%2Ftopics"), 404, ERROR),
    ("an encoded slash in small letters", get("/v1%2ftopics"), 404, ERROR),
    ("an encoded question mark", get("/healthz%3Fa"), 404, ERROR),
    ("NUL in the path", get("/healthz%00"), 404, ERROR),
    ("a line feed in the path", get("/healthz%0a"), 404, ERROR),
    ("a bad escape in the path", get("/healthz%zz"), 404, ERROR),
    ("dots in the path, encoded", get("/%2e%2e/healthz"), 404, ERROR),
    ("overlong dots in the path", get("/%c0%ae%c0%ae/healthz"), 404, ERROR),
]

PATH = [
    *((f"nothing at {path}", get(path), 404, PLAIN, b"error: there is nothing at ")
      for path in ("//", "/./", "/../", "/..", "/v1", "/v1/", "/v1/topics/", "/v1//topics",
                   "/HEALTHZ", "/healthz/", "/V1/status", "//healthz", "/./healthz",
                   "/v1/../healthz", "/index.html", "/favicon.ico", "/robots.txt", "/;a=b",
                   "/v1/sinks/", "/v1/sinks/x", "/v1/sinks//dead", "/v1/sinks/x/y/dead")),
    *((f"no sink: {path}", get(path), 404, PLAIN, b"error: there is no sink called x")
      for path in ("/v1/sinks/x/dead", "/v1/sinks/x/records")),
    ("a trailing question mark", get("/healthz?"), 200, OK),
    ("two question marks", get("/??"), 400, b"error: ?: unknown parameter"),
    ("parameters of a page that has none", get("/v1/status?app=a"), 400, b"error: app: "),
    ("parameters of a probe", get("/healthz?now=1"), 200, OK),
    ("a stream", get("/"), 200, LIVE, PLAIN, "x-accel-buffering: no",
     "cache-control: no-cache, no-transform", "x-content-type-options: nosniff"),
    *((f"what is at {path}", get(path), 200, "x-content-type-options: nosniff") for path in PATHS),
]


def method_rows():
    rows = []
    for path in ("/",) + PATHS:
        allow = READ + (", POST" if path == "/" else "")
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"):
            rows.append((f"{method} {path}", get(path, method=method), 405, allow, ERROR))
        rows.append((f"OPTIONS {path}", get(path, method="OPTIONS"), 204, allow,
                     "!content-length", "!transfer-encoding"))
        rows.append((f"HEAD {path}", get(path, method="HEAD"), 200))
        if path != "/":
            rows.append((f"POST {path}", get(path, "Content-Length: 0", method="POST"), 405, allow,
                         ERROR))
    return rows


CHANGE = "/v1/sinks/x/dead/resend"
METHOD = method_rows() + [
    *((f"{method} where only POST is", get(CHANGE, method=method), 405, "allow: OPTIONS, POST")
      for method in ("GET", "HEAD", "PUT", "post")),
    ("OPTIONS where only POST is", get(CHANGE, method="OPTIONS"), 204, "allow: OPTIONS, POST"),
    ("a change of what is not there", get(CHANGE, method="POST"), 404, ERROR),
    ("a change with a body", get(CHANGE, "Content-Length: 2", method="POST") + b"{}", 404, ERROR),
    ("a change that a page asks for", get(CHANGE, "Origin: http://h", method="POST"), 403, ERROR),
    ("a change through a proxy", get(CHANGE, "X-Forwarded-For: 1.2.3.4", method="POST"), 403,
     ERROR),
    ("POST without a length", get("/?app=m", method="POST"), 411, ERROR),
    ("OPTIONS of nothing", get("/nothing", method="OPTIONS"), 404, ERROR),
    ("HEAD of nothing", get("/nothing", method="HEAD"), 404, PLAIN),
    ("HEAD of a bad query", get("/?app=(", method="HEAD"), 400, PLAIN),
    ("HEAD without a Host", b"HEAD /healthz HTTP/1.1\r\n\r\n", 400, PLAIN),
    ("HEAD that is too long", get("/", "X: " + "y" * 100_000, method="HEAD"), 431, PLAIN),
    ("HEAD in HTTP/2", line("HEAD / HTTP/2.0"), 505, PLAIN),
    ("a preflight of a foreign page", get("/", "Origin: http://evil.example",
                                          "Access-Control-Request-Method: POST", method="OPTIONS"),
     204, "!access-control-allow-origin", "!access-control-allow-methods", "vary: Origin"),
    ("a preflight of a known page", get("/", "Origin: http://a.example",
                                        "Access-Control-Request-Method: POST", method="OPTIONS"),
     204, "access-control-allow-origin: http://a.example",
     "access-control-allow-methods: GET, HEAD, OPTIONS, POST"),
    ("a preflight for a page that is read", get("/metrics", "Origin: http://a.example",
                                                method="OPTIONS"),
     204, "access-control-allow-methods: GET, HEAD, OPTIONS"),
    ("an origin of another scheme", get("/healthz", "Origin: https://a.example"), 200,
     "!access-control-allow-origin"),
    ("an origin with a tail", get("/healthz", "Origin: http://a.example.evil.example"), 200,
     "!access-control-allow-origin"),
    ("the origin null", get("/healthz", "Origin: null"), 200, "!access-control-allow-origin"),
    ("an error for a known page", get("/nothing", "Origin: http://a.example"), 404,
     "access-control-allow-origin: http://a.example"),
]
