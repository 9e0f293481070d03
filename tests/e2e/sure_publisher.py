"""Publishes records with acknowledgement, over all that happens to the hub."""
import json
import socket
import threading
import time

from hub import deadline, record, topic


class SurePublisher(threading.Thread):
    """Sends `count` records `text(n)`, the first is 1, and ends when all are acknowledged.

    Repeats after a cut what is not acknowledged, with the same times and numbers.
    """

    def __init__(self, port, name, count, text, pace=lambda: None, seconds=120, **topic_more):
        super().__init__(daemon=True)
        self.port, self.name_, self.count, self.text, self.pace = port, name, count, text, pace
        self.topic_more = topic_more
        self.end = deadline(seconds)
        self.acknowledged = 0
        self.failure = None
        began = time.time_ns()
        self.times = [began + n * 1000 for n in range(count + 1)]

    def record(self, n):
        seconds, rest = divmod(self.times[n], 10**9)
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return record(self.text(n), f"{text}.{rest:09}Z")

    def run(self):
        while self.acknowledged < self.count:
            if time.monotonic() > self.end:
                self.failure = f"{self.acknowledged} of {self.count} acknowledged"
                return
            try:
                self.send_all()
            except OSError:
                threading.Event().wait(0.01)

    def send_all(self):
        with socket.create_connection(("127.0.0.1", self.port), 5) as to:
            to.settimeout(0.01)
            first = self.acknowledged + 1
            to.sendall(topic("shop", self.name_, "h1", ack=True, client=self.name_, sequence=first,
                             **self.topic_more))
            unread, next_ = b"", first
            while self.acknowledged < self.count and time.monotonic() < self.end:
                if next_ <= self.count:
                    last = min(self.count, next_ + 20)
                    to.settimeout(5)
                    to.sendall(b"".join(self.record(n) for n in range(next_, last + 1)))
                    to.settimeout(0.01)
                    next_ = last + 1
                    self.pace()
                try:
                    more = to.recv(65536)
                except socket.timeout:
                    continue
                if not more:
                    return
                *lines, unread = (unread + more).split(b"\n")
                for line in lines:
                    answer = json.loads(line)
                    if "ack" in answer:
                        self.acknowledged = max(self.acknowledged, answer["ack"])
