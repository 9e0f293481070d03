"""Posts events to one callback URL, in order, as Marathon does: once each."""
import collections
import http.client
import select
import socket
import threading
import urllib.parse

AGENT = "spray-can/1.3.3"


class Poster:
    """A thread with a queue; `answered` is told of each event whether it was taken."""

    def __init__(self, url, timeout_s, answered):
        self.url, self.timeout_s, self.answered = url, timeout_s, answered
        self.queue = collections.deque()
        self.changed = threading.Condition()
        self.busy = False
        self.closing = False    # when the queue is empty
        self.connection = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def put(self, bodies):
        with self.changed:
            self.queue.extend(bodies)
            self.changed.notify_all()

    @property
    def pending(self):
        with self.changed:
            return len(self.queue) + self.busy

    def close(self):
        """Ends it behind what is queued."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()

    def drop(self):
        """Forgets what is queued, and gives up what is being posted."""
        with self.changed:
            self.queue.clear()
        waiting = self.connection and self.connection.sock
        if waiting:
            try:
                waiting.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.queue or self.closing)   # Marathon closes it
                if not self.queue:
                    break
                body = self.queue.popleft()
                self.busy = True
            taken = self.post(body)
            self.answered(taken)
            with self.changed:
                self.busy = False
        self.disconnect()

    def post(self, body):
        try:
            url = urllib.parse.urlsplit(self.url)
            connection = self.connected(url)
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
            for header in (("Accept", "application/json"),
                           ("Host", url.netloc.rpartition("@")[2]), ("User-Agent", AGENT),
                           ("Content-Type", "application/json"),
                           ("Content-Length", str(len(body)))):
                connection.putheader(*header)
            connection.endheaders(body)
            answer = connection.getresponse()
            answer.read()
            return 200 <= answer.status < 300
        except (OSError, ValueError, http.client.HTTPException):
            self.disconnect()
            return False

    def connected(self, url):
        """The connection of the event before, if it still stands."""
        if self.connection and self.connection.sock:
            poller = select.poll()
            poller.register(self.connection.sock, select.POLLIN)
            if not poller.poll(0):
                return self.connection
        self.disconnect()
        if url.scheme != "http":
            raise ValueError(f"{self.url} is no URL to post to")
        self.connection = http.client.HTTPConnection(url.hostname, url.port,
                                                     timeout=self.timeout_s)
        self.connection.connect()
        return self.connection

    def disconnect(self):
        if self.connection:
            self.connection.close()
