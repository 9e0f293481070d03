"""A Marathon for tests: both of its event APIs over real sockets, and its troubles.

    with Marathon() as marathon:
        run_something_that_subscribes_at(marathon.url)
        marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
        marathon.emit({"eventType": "app_terminated_event", "appId": "/shop", "timestamp": TIME})

It answers as Marathon 1.4 behind Jetty 9.3 does: an event stream is not in chunks but ends with its
connection, lines end in CRLF, the two bytes of a heartbeat are written one after the other, and
`Accept` must be exactly `text/event-stream`. Only what it posts is easier to count: one event after
the other, and the next one at once when one was refused, where Marathon would wait for a while.
"""
import json
import math
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from answers import (NOT_RUNNING, Answer, basic, compact, head, info, json_answer,  # noqa: E402
                     message, page, timestamp)
from connection import Turns  # noqa: E402
from event_streams import EventStream, as_read, frame_of  # noqa: E402
from hub import DEADLINE_S, wait_until  # noqa: E402
from listening import Server, join  # noqa: E402
from posters import Poster  # noqa: E402
from troubles import Troubles  # noqa: E402

BATCH_EVENTS = 256
STRAY = {"slaveId": "stray", "taskId": "stray.1", "taskStatus": "TASK_RUNNING", "message": "",
         "appId": "/stray", "host": "stray", "ports": [31776],
         "eventType": "status_update_event", "timestamp": "2015-09-30T12:44:45.681Z"}


def prepared(event, kind, lines):
    """An event's kind and its bytes."""
    if isinstance(event, dict):
        kind = event.get("eventType", "") if kind is None else kind
        event = json.dumps(event, indent=1).encode() if lines else compact(event)
    elif kind is None:
        try:
            kind = json.loads(event).get("eventType", "")
        except (ValueError, AttributeError):
            kind = ""
    return kind, event


class Marathon(Troubles, Server):
    def __init__(self, *, prefix="", host="127.0.0.1", port=0, user="", password="", token="",
                 tls=None, callbacks=True, stream=True, line_end="\r\n", chunked=False,
                 heartbeat_s=10.0, keep_written=False, post_timeout_s=10.0,
                 write_timeout_s=DEADLINE_S):
        """`tls` is (certificate, key) as PEM files. `callbacks` is True, "off" (not configured:
        400) or "gone" (since 1.5: 404). Without a `heartbeat_s` there is none. All of these but
        host, port and tls may be changed while it runs; a stream has what it began with."""
        Server.__init__(self, host, port, tls)
        Troubles.__init__(self)
        self.prefix, self.user, self.password, self.token = prefix, user, password, token
        self.callbacks, self.stream = callbacks, stream
        self.line_end, self.chunked, self.heartbeat_s = line_end, chunked, heartbeat_s
        self.keep_written = keep_written
        self.post_timeout_s, self.write_timeout_s = post_timeout_s, write_timeout_s
        self.requests = []      # of connection.Request, in the order in which they came
        self.written = []       # (connection's number, event as a stream has it), if kept
        self.posted = 0         # events that a callback took
        self.refused = 0        # events that a callback did not take
        self.turns = Turns()    # who may emit, or change who is emitted to
        self.attached = []      # of EventStream
        self.posters = {}       # callback URL -> Poster
        self.retired = []       # posters that have still to post what was before
        self.silences_new = False

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://{self.address}{self.prefix}"

    def __exit__(self, *_):
        self.stop()
        self.forget()
        self.holder.close()

    def stop(self):
        """Ends all connections; who connects is refused. Subscriptions stay, for start()."""
        super().stop()
        with self.turns:
            self.attached.clear()
            for poster in (*self.posters.values(), *self.retired):
                poster.drop()

    def forget(self):
        """Subscriptions are lost, as with the state of a leader. What is queued is not posted."""
        with self.turns:
            posters = [*self.posters.values(), *self.retired]
            self.posters, self.retired = {}, []
        for poster in posters:
            poster.close()
            poster.drop()
            join(poster.thread)

    def wait_for(self, condition, what, seconds=None):
        return wait_until(condition, what, seconds)

    # -- emitting ---------------------------------------------------------------------------------

    def emit(self, event, kind=None, lines=False):
        """Sends a dict or bytes to each stream that wants its kind, and to each subscription.
        With `lines` a dict has several lines. Returns to how many streams it was written whole."""
        return self.emit_each([event], kind, lines)

    def emit_each(self, events, kind=None, lines=False):
        """Many at a time. Returns the sum of what emit() would have returned."""
        count, batch = 0, []
        for event in events:
            batch.append(prepared(event, kind, lines))
            if len(batch) == BATCH_EVENTS:
                with self.turns:
                    count += self.send(batch)
                batch = []
        with self.turns:
            return count + self.send(batch)

    def send(self, batch):
        """In its turn. A stream that fails has nothing behind what it was written."""
        count = 0
        if self.stopped.is_set():
            return count
        for stream in self.attached:
            wanted = [(kind, body) for kind, body in batch if stream.wants(kind)]
            done = stream.write([frame_of(body, kind, stream.line_end) for kind, body in wanted])
            count += done
            if self.keep_written:
                self.written += [(stream.number, as_read(body)) for _, body in wanted[:done]]
        for poster in self.posters.values():
            poster.put([body for _, body in batch])
        return count

    def send_own(self, kind, **members):
        """An event of Marathon itself, in its turn."""
        event = {**members, "eventType": kind, "timestamp": timestamp()}
        self.send([(kind, compact(event))])
        return event

    def frame(self, event, kind=None):
        """The bytes that emit() writes to an event stream, before they are put into chunks."""
        kind, body = prepared(event, kind, False)
        return frame_of(body, kind, self.line_end.encode())

    def comment(self, text):
        """Writes a comment to each stream. Returns how many have it."""
        line_end = self.line_end.encode()
        with self.turns:
            return sum(s.write([b": " + text.encode() + 2 * line_end]) for s in self.attached)

    # -- callbacks --------------------------------------------------------------------------------

    @property
    def subscriptions(self):
        """The callback URLs, oldest first."""
        with self.turns:
            return list(self.posters)

    @property
    def pending(self):
        """How many events are still to be posted."""
        with self.turns:
            return sum(p.pending for p in (*self.posters.values(), *self.retired))

    def answered(self, taken):
        with self.lock:
            self.posted += taken
            self.refused += not taken

    def subscribe(self, url, client_ip="127.0.0.1"):
        with self.turns:
            if url not in self.posters:
                self.posters[url] = Poster(url, self.post_timeout_s, self.answered)
            return self.send_own("subscribe_event", callbackUrl=url, clientIp=client_ip)

    def unsubscribe(self, url, client_ip="127.0.0.1"):
        """What was emitted before is still posted."""
        with self.turns:
            poster = self.posters.pop(url, None)
            if poster:
                poster.close()
                self.retired.append(poster)
            return self.send_own("unsubscribe_event", callbackUrl=url, clientIp=client_ip)

    # -- requests ---------------------------------------------------------------------------------

    def seen(self, method, path):
        """The requests for a path, which is without the prefix."""
        return [r for r in list(self.requests)
                if r.method == method and r.path == self.prefix + path]

    def serve_one(self, connection, request):
        """Answers one request. Returns whether another may come."""
        with self.lock:
            self.requests.append(request)
        path = request.path.removeprefix(self.prefix)
        closes = (request.version == "HTTP/1.0"
                  or request.headers.get("connection", "").lower() == "close")
        raw, answer = self.trouble(connection, request, path)
        if raw:
            connection.write(raw, self.write_timeout_s)
            return False
        answer = answer or self.refusal(request) or self.route(connection, request, path)
        if answer is None:      # an event stream, which has ended
            return False
        data = answer.encode(closes, chunks=request.version != "HTTP/1.0")
        return connection.write(data, self.write_timeout_s) == len(data) and not closes

    def refuse(self, why):
        return page(400, "", f"Bad Message {why}").encode(closes=True)

    def refusal(self, request):
        """401, unless who asks is known."""
        known, ask = set(), None
        if self.user:
            known.add(basic(self.user, self.password))
            ask = 'WWW-Authenticate: basic realm="Mesosphere"'
        if self.token:
            known.add(f"token={self.token}")
            ask = ask or "WWW-Authenticate: oauthjwt"
        if not known or request.headers.get("authorization") in known:
            return None
        return page(401, request.path, None, ask)

    def route(self, connection, request, path):
        routes = {"/v2/eventSubscriptions": self.answer_subscriptions,
                  "/v2/events": self.answer_events}
        if request.path.startswith(self.prefix + "/") and path in routes:
            return routes[path](connection, request)
        if request.path == self.prefix + path and request.method == "GET":
            if path == "/v2/leader":
                return json_answer({"leader": self.address})
            if path == "/v2/info":
                return json_answer(info(self.address, self.callbacks is True))
            if path == "/ping":
                return Answer(200, b"pong", "text/plain;charset=iso-8859-1")
        return message(404, f"URI not found: {request.path}")

    def answer_subscriptions(self, connection, request):
        if self.callbacks == "off":
            return message(400, NOT_RUNNING)
        if self.callbacks is not True:
            return message(404, f"URI not found: {request.path}")
        if request.method == "GET":
            return json_answer({"callbackUrls": self.subscriptions})
        act = {"POST": self.subscribe, "DELETE": self.unsubscribe}.get(request.method)
        if act is None:
            return page(405, request.path)
        url = request.query.get("callbackUrl", [""])[0]
        if not url:
            return message(400, "callbackUrl is missing")
        return json_answer(act(url, connection.peer))

    # -- event streams ----------------------------------------------------------------------------

    @property
    def streams(self):
        """How many are attached."""
        return sum(stream.open for stream in list(self.attached))

    def cut_streams(self, mid_event=False, reset=False):
        """Ends each stream. What was written before is delivered, except by a reset. `mid_event`
        is True, for the first half of an event that never comes, or bytes to end with; what is in
        chunks then lacks its last one. Returns how many there were."""
        piece = mid_event if isinstance(mid_event, bytes) else b""
        if mid_event is True:
            piece = self.frame(STRAY)
            piece = piece[:len(piece) // 2]
        before = list(self.attached) if reset and not piece else []
        for stream in before:
            stream.connection.reset()   # whoever is writing to it stops; it may detach by itself
        with self.turns:
            streams, self.attached = self.attached, []
            for stream in streams:
                stream.cut(piece, reset)
            for stream in streams:
                self.send_own("event_stream_detached", remoteAddress=stream.connection.peer)
        return len({*before, *streams})

    def silence(self, later=False):
        """Nothing more comes on the streams that are attached, nor, if asked, on later ones."""
        with self.turns:
            self.silences_new = later
            for stream in self.attached:
                stream.silent = True

    def speak(self):
        """What comes from now on is written again."""
        with self.turns:
            self.silences_new = False
            for stream in self.attached:
                stream.silent = False

    def answer_events(self, connection, request):
        if not self.stream:
            return message(404, f"URI not found: {request.path}")
        if request.method != "GET" or "text/event-stream" != request.headers.get("accept"):
            return page(405, request.path,
                        f"HTTP method {request.method} is not supported by this URL")
        chunked = self.chunked and request.version != "HTTP/1.0"
        stream = EventStream(connection, request.query.get("event_type", ()),
                             self.line_end.encode(), chunked, self.write_timeout_s)
        framing = "Transfer-Encoding: chunked" if chunked else "Connection: close"
        begin = head(200, "Content-Type: text/event-stream;charset=utf-8", framing)
        with self.turns:
            if connection.write(begin, self.write_timeout_s) < len(begin):
                return None
            stream.silent = self.silences_new
            self.attached.append(stream)
            self.send_own("event_stream_attached", remoteAddress=connection.peer)
        stream.watch(lambda: self.heartbeat_s or math.inf)
        with self.turns:
            if stream in self.attached:
                self.attached.remove(stream)
                self.send_own("event_stream_detached", remoteAddress=connection.peer)
        return None
