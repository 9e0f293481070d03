"""More rows of conformance_rows: bodies and what hides behind them, and what Accept asks for."""
from conformance_rows import CUT, ERROR, JSON, LIVE, OK, PLAIN, get, past

CHUNKED = "Transfer-Encoding: chunked"
EVIL = b"POST /?app=evil HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nx\n"
ONE = b'{"accepted":1,"refused":0,'
NONE = b'{"accepted":0,"refused":0,'
SSE = "content-type: text/event-stream"
NDJSON = "content-type: application/x-ndjson"
RAW = "content-type: application/octet-stream"


def with_body(body, *fields, target="/healthz", method="GET"):
    return get(target, *fields, method=method) + body


def post(body, *fields, query="app=c"):
    return get("/?" + query, *fields, method="POST") + body


def chunks(body, *fields):
    return post(body, CHUNKED, *fields)


def lengths(*values):
    return with_body(b"x\n", *(f"Content-Length: {value}" for value in values))


def codings(*values, version="1.1"):
    head = with_body(b"0\r\n\r\n", *(f"Transfer-Encoding: {value}" for value in values))
    return head.replace(b"HTTP/1.1", b"HTTP/" + version.encode(), 1)


# GET's body is not read; what does not agree on where it ends is refused as for POST.
FRAMING = [
    ("GET with a body", with_body(b"hello", "Content-Length: 5"), 200, OK),
    ("GET with a length and no body", with_body(b"", "Content-Length: 5"), 200, OK),
    ("GET with an empty body", with_body(b"", "Content-Length: 0"), 200, OK),
    ("GET with chunks", with_body(b"2\r\nx\n\r\n0\r\n\r\n", CHUNKED), 200, OK),
    ("a stream with a body", with_body(b"hello", "Content-Length: 5", target="/"), 200, LIVE),
    ("HEAD with a body", with_body(b"hello", "Content-Length: 5", method="HEAD"), 200),
    ("OPTIONS with a body", with_body(b"hello", "Content-Length: 5", method="OPTIONS"), 204),
    ("DELETE with a body", with_body(b"hello", "Content-Length: 5", method="DELETE"), 405, ERROR),
    ("a length and chunks", with_body(EVIL, "Content-Length: 2", CHUNKED), 400, ERROR),
    ("chunks and a length", with_body(EVIL, CHUNKED, "Content-Length: 2"), 400, ERROR),
    ("equal lengths", lengths("2", "2"), 200, OK),
    ("different lengths", lengths("2", "3"), 400, ERROR),
    ("equal lengths in one", lengths("2, 2"), 200, OK),
    ("different lengths in one", lengths("2, 3"), 400, ERROR),
    ("an empty length", lengths(""), 400, ERROR),
    ("a length of a word", lengths("two"), 400, ERROR),
    ("a length with plus", lengths("+2"), 400, ERROR),
    ("a length with minus", lengths("-2"), 400, ERROR),
    ("a length with a space in it", lengths("1 2"), 400, ERROR),
    ("a length with spaces round it", lengths("  2  "), 200, OK),
    ("a length with zeros in front", lengths("0002"), 200, OK),
    ("a length in hex", lengths("0x2"), 400, ERROR),
    ("a length with a fraction", lengths("2.0"), 400, ERROR),
    ("a length with an exponent", lengths("2e1"), 400, ERROR),
    ("a length over 64 bits", lengths("18446744073709551618"), 400, ERROR),
    ("a length of 100 digits", lengths("9" * 100), 400, ERROR),
    ("chunked in any case", codings("CHUNKED"), 200, OK),
    ("chunked twice", codings("chunked", "chunked"), 400, ERROR),
    ("chunked twice in one", codings("chunked, chunked"), 400, ERROR),
    ("chunked, identity", codings("chunked, identity"), 400, ERROR),
    ("identity, chunked", codings("identity, chunked"), 501, ERROR),
    ("identity", codings("identity"), 400, ERROR),
    ("xchunked", codings("xchunked"), 400, ERROR),
    ("gzip, chunked", codings("gzip, chunked"), 501, ERROR),
    ("chunked with a parameter", codings("chunked;a=b"), 400, ERROR),
    ("chunked in quotes", codings('"chunked"'), 400, ERROR),
    ("chunked behind a tab", codings("\tchunked"), 200, OK),
    ("chunked with a vertical tab", codings("\x0bchunked"), 400, ERROR),
    ("chunked with NUL", codings("chunked\0"), 400, ERROR),
    ("chunked with an empty element", codings(", chunked"), 200, OK),
    ("an empty transfer coding", codings(""), 400, ERROR),
    ("chunked in HTTP/1.0", codings("chunked", version="1.0"), 400, ERROR),
    ("a name with an underscore", with_body(b"", "Transfer_Encoding: chunked"), 200, OK),
]

BODY = [
    ("a chunk", chunks(b"2\r\nx\n\r\n0\r\n\r\n"), 200, JSON, ONE),
    ("a size in capitals", chunks(b"A\r\nxxxxxxxxx\n\r\n0\r\n\r\n"), 200, ONE),
    ("a size with zeros in front", chunks(b"0002\r\nx\n\r\n0\r\n\r\n"), 200, ONE),
    ("a last chunk of many zeros", chunks(b"2\r\nx\n\r\n0000\r\n\r\n"), 200, ONE),
    ("an extension", chunks(b"2;a=b\r\nx\n\r\n0\r\n\r\n"), 200, ONE),
    ("an extension in quotes", chunks(b'2;a="b;c"\r\nx\n\r\n0\r\n\r\n'), 200, ONE),
    ("a trailer", chunks(b"2\r\nx\n\r\n0\r\nX-Sum: 1\r\n\r\n"), 200, ONE),
    ("a trailer that frames", chunks(b"2\r\nx\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400),
    ("a size with plus", chunks(b"+2\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("a size with minus", chunks(b"-2\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("a size in 0x", chunks(b"0x2\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("a size with a space in front", chunks(b" 2\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("a size of 16 digits", chunks(b"ffffffffffffffff\r\nx\n"), 400, ONE, CUT),
    ("a size over 64 bits", chunks(b"10000000000000002\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("no size", chunks(b"\r\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("no line end behind a chunk", chunks(b"2\r\nx\n0\r\n\r\n"), 400),
    ("a bare line feed behind a size", chunks(b"2\nx\n\r\n0\r\n\r\n"), 400, NONE),
    ("a bare line feed behind a chunk", chunks(b"2\r\nx\n\n0\r\n\r\n"), 400),
    ("a bare line feed at the end", chunks(b"2\r\nx\n\r\n0\n\n"), 400, CUT),
    ("a bare carriage return behind a size", chunks(b"2\rx\n\r\n0\r\n\r\n"), 400, NONE, CUT),
    ("a line feed in an extension", chunks(b"2;a\nx\n\r\n0\r\n\r\n"), 400, NONE, CUT),
    ("a request in an extension", chunks(b"0;\nPOST /?app=evil HTTP/1.1\r\n\r\n"), 400, NONE, CUT),
    ("a request behind a length", post(b"x\n" + EVIL, "Content-Length: 2"), 200, ONE),
    ("a request behind an empty body", post(EVIL, "Content-Length: 0"), 200, NONE),
    ("a request behind the last chunk", chunks(b"2\r\nx\n\r\n0\r\n\r\n" + EVIL), 200, ONE),
    ("a request behind a GET", get("/healthz") + EVIL, 200, OK),
    ("a request behind a body of GET", with_body(EVIL, "Content-Length: 0"), 200, OK),
    ("a request as a body of GET", with_body(EVIL, f"Content-Length: {len(EVIL)}"), 200, OK),
    ("a request behind HEAD", get("/healthz", method="HEAD") + EVIL, 200),
    ("a request behind OPTIONS", get("/", method="OPTIONS") + EVIL, 204),
    ("a request behind a bad one", b"GET / HTTP/9\r\n\r\n" + EVIL, 505, ERROR),
    ("a request behind one without Host", b"GET / HTTP/1.1\r\n\r\n" + EVIL, 400, ERROR),
    ("a request behind a stream", get("/") + EVIL, 200, LIVE),
    ("a request behind a page", get("/v1/topics") + EVIL * 1000, 200, b'{"topics":['),
    ("100 requests at once", get("/healthz") * 100, 200, OK),
    ("a length and chunks of POST", post(b"0\r\n\r\n" + EVIL, "Content-Length: 4", CHUNKED), 400,
     ERROR),
    ("Expect", post(b"x\n", "Content-Length: 2", "Expect: 100-continue"), 200, ONE),
    ("Expect in capitals", post(b"x\n", "Content-Length: 2", "Expect: 100-CONTINUE"), 200, ONE),
    ("Expect without a body", post(b"", "Content-Length: 0", "Expect: 100-continue"), 200, NONE),
    ("another Expect", post(b"x\n", "Content-Length: 2", "Expect: 200-ok"), 417, ERROR),
    ("two Expects", post(b"x\n", "Content-Length: 2", "Expect: 100-continue", "Expect: x"), 417,
     ERROR),
    ("a body without a topic", post(b"x\n", "Content-Length: 2", query=""), 400, b"error: app: "),
    ("a body that is cut off", post(b"x\n", "Content-Length: 9"), 400, CUT),
    ("chunks that are cut off", chunks(b"2\r\nx\n"), 400, CUT),
    ("a length over the limit", post(b"", "Content-Length: 1000000000000"), 413, ERROR),
    ("an unknown coding", post(b"x", "Content-Length: 1", "Content-Encoding: br"), 415,
     "accept-encoding: gzip, zstd", ERROR),
]


def accepting(what, kind, *lines, target="/"):
    return (what, get(target, *(f"Accept: {line}" for line in lines)), 200, LIVE, kind)


def failing(what, kind, *lines):
    begin = b'{"error":{"code":"bad_pattern"' if kind == JSON else b"error: app: "
    return (what, get("/?app=(", *(f"Accept: {line}" for line in lines)), 400, kind, begin)


ACCEPT = [
    accepting("everything", PLAIN, "*/*"),
    accepting("an empty Accept", PLAIN, ""),
    accepting("server-sent events", SSE, "text/event-stream"),
    accepting("ndjson", NDJSON, "application/x-ndjson"),
    accepting("a browser", PLAIN, "text/html,application/xhtml+xml,*/*;q=0.8"),
    accepting("a name in capitals", SSE, "TEXT/EVENT-STREAM"),
    accepting("two Accepts", NDJSON, "image/png", "application/x-ndjson"),
    accepting("the better quality", NDJSON, "text/event-stream;q=0.3, application/x-ndjson;q=0.7"),
    accepting("the better quality in front", SSE, "text/event-stream, application/x-ndjson;q=0.9"),
    accepting("the first of equals", SSE, "text/event-stream, application/x-ndjson"),
    accepting("a quality of 0", PLAIN, "text/event-stream;q=0"),
    accepting("a quality of 0.000", PLAIN, "text/event-stream;q=0.000, */*"),
    accepting("a quality over 1", PLAIN, "text/event-stream;q=2"),
    accepting("a quality under 0", PLAIN, "text/event-stream;q=-1"),
    accepting("a quality of too many digits", PLAIN, "text/event-stream;q=0.12345"),
    accepting("a quality of a word", PLAIN, "text/event-stream;q=high"),
    accepting("an empty quality", PLAIN, "text/event-stream;q="),
    accepting("a quality with spaces", NDJSON, "text/event-stream ; q=0.1 , application/x-ndjson"),
    accepting("a parameter", SSE, "text/event-stream;charset=utf-8"),
    accepting("a comma in quotes", SSE, 'text/plain;a="x,y";q=0.1, text/event-stream'),
    accepting("quotes without an end", PLAIN, 'text/plain;a="x, text/event-stream'),
    accepting("commas", SSE, ",,, text/event-stream,,"),
    accepting("no slash", PLAIN, "text"),
    accepting("what is not to be had", PLAIN, "image/png"),
    accepting("5,000 entries", PLAIN, "a/b," * 5000),
    accepting("a format in the query wins", PLAIN, "text/event-stream", target="/?format=text"),
    failing("an error as text", PLAIN, "*/*"),
    failing("an error as JSON", JSON, "application/json"),
    failing("an error as JSON for ndjson", JSON, "application/x-ndjson"),
    failing("an error as JSON for events", JSON, "text/event-stream"),
    failing("an error as JSON refused", PLAIN, "application/json;q=0, */*"),
    failing("an error for a browser", PLAIN, "text/html, */*"),
    ("a 404 as JSON", get("/x", "Accept: application/json"), 404, JSON,
     b'{"error":{"code":"not_found"'),
    ("a 405 as JSON", get("/", "Accept: application/json", method="PUT"), 405, JSON,
     b'{"error":{"code":"method_not_allowed"'),
    ("a Last-Event-ID that is none", get("/?follow=false&format=sse", "Last-Event-ID: x"), 200, SSE,
     b"event: "),
    ("an empty Last-Event-ID", get("/?format=sse", "Last-Event-ID:"), 200, LIVE, SSE),
    ("a Last-Event-ID of bytes", get("/?follow=false&format=sse", "Last-Event-ID: \xff'\"<>"), 200,
     SSE, b"event: "),
    ("a huge Last-Event-ID", get("/?follow=false&format=sse", "Last-Event-ID: " + "9" * 50_000),
     200, SSE, b"event: "),
    ("a Last-Event-ID of another format", get("/?follow=false&format=raw", "Last-Event-ID: x"), 200,
     RAW, b"a b\n"),
    ("a cursor of another hub", past("after=0123456789abcdef-7"), 200, RAW),
]
