"""The publisher of the reference driver: one lock, one thread that writes; and its faults."""
import collections
import json
import re
import socket
import sys
import threading
import time
import uuid

ESCAPES = {0x22: b'\\"', 0x5c: b"\\\\", 9: b"\\t",
           **{c: b"\\u%04x" % c for c in range(0x20) if c != 9}}
TEXT_BYTES_MAX, CUT_NOTE_BYTES = 1 << 20, 34
RECORD_BYTES_MORE = 200  # what a record takes of the buffer beside its bytes
ANSWER_BYTES_MAX = 1 << 16


def escaped(data, fault):
    out = re.sub(rb'[\x00-\x1f"\\]', lambda found: ESCAPES[found[0][0]], data)
    return out.replace(b"<", b"\\u003c") if fault == "escapes html" else out


def time_text(time_ns):
    second, rest = divmod(time_ns, 10**9)
    days, second = divmod(second, 86400)
    year, month, day = civil(days)
    return (f"{year:04}-{month:02}-{day:02}T{second // 3600:02}:{second // 60 % 60:02}:"
            f"{second % 60:02}.{rest:09}")


def civil(days):
    """The date that is so many days after 1970-01-01, in eras of 400 years from March on."""
    era, of_era = divmod(days + 719468, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year + era * 400 + (month <= 2), month, day


def record_bytes(text, time_ns, severity=None, fields=None, fault=""):
    if text.endswith(b"\n") and fault != "keeps line ends":
        text = text[:-2] if text.endswith(b"\r\n") else text[:-1]
    if len(text) > TEXT_BYTES_MAX:
        at = TEXT_BYTES_MAX - CUT_NOTE_BYTES
        back = next((n for n in range(4) if text[at - n] & 0xc0 != 0x80), 0)
        cut = len(text) - at + back
        text = text[:at - back] + b" [cut: %d bytes]" % cut
        fields = {"cut_bytes": cut, **(fields or {})}
    digits = 6 if fault == "microseconds" else 9
    out = b'{"time":"%bZ","raw":"%b"' % (time_text(time_ns)[:20 + digits].encode(),
                                         escaped(text, fault))
    if severity:
        out += b',"severity":"%b"' % severity.encode()
    if fields is not None:
        out += b',"fields":' + json.dumps(fields, separators=(",", ":"),
                                          ensure_ascii=False).encode()
    return out + b"}\n"


class Publisher:
    """Numbers are given when a record is sent first; `flight` has what waits for an answer."""

    def __init__(self, address, topic, flags, fault):
        self.address, self.topic, self.fault = address, topic, fault
        self.bytes_max = flags.get("--buffer-bytes", 64 << 20)
        self.records_max = flags.get("--buffer-records", 1_000_000)
        self.retry_s = flags.get("--first-retry-ms", 200) / 1000
        self.client = uuid.uuid4().hex
        self.changed = threading.Condition(threading.RLock())
        self.waiting, self.flight = collections.deque(), collections.deque()
        self.held = self.flight_bytes = self.lost = self.lost_since_ns = 0
        self.next_number, self.acked, self.refusals = 1, 0, set()
        self.closing = self.abandoned = self.greeted = False
        self.counts = dict.fromkeys(("added", "acknowledged", "refused", "dropped"), 0)

    # The application's side.
    def add(self, text, time_ns, severity=None, fields=None):
        if self.fault == "waits for the hub" and self.held > self.bytes_max // 2:
            with self.changed:
                self.changed.wait(3)
        line = record_bytes(text, time_ns, severity, fields, self.fault)
        with self.changed:
            self.counts["added"] += 1
            self.waiting.append((line, time_ns))
            self.held += len(line) + RECORD_BYTES_MORE
            bound = 1 << 60 if self.fault == "unbounded" else self.bytes_max
            while self.waiting and (self.held > bound or
                                    len(self.waiting) + len(self.flight) > self.records_max):
                newest = self.fault == "drops the newest"
                self.drop(self.waiting.pop() if newest else self.waiting.popleft())
            self.changed.notify_all()

    def drop(self, item):
        self.lost_since_ns = self.lost_since_ns if self.lost else item[1]
        self.lost += 1
        self.held -= len(item[0]) + RECORD_BYTES_MORE
        self.counts["dropped"] += 1

    def stats(self):
        with self.changed:
            known = self.counts
            left = known["added"] - known["acknowledged"] - known["refused"] - known["dropped"]
            return {**known, "unconfirmed": left + (self.fault == "miscounts")}

    def settled(self):
        return not self.waiting and not self.flight and not self.lost

    def flush(self, seconds):
        if self.fault == "flushes without a look":
            return True
        with self.changed:
            return self.changed.wait_for(lambda: not self.waiting and not self.flight, seconds)

    def close(self, seconds):
        with self.changed:
            self.closing = True
            self.changed.notify_all()
            if self.fault == "closes at once":
                seconds = 0
            self.changed.wait_for(self.settled, seconds)
            self.abandoned = True
            while self.waiting:
                self.drop(self.waiting.popleft())
            return self.stats()

    # The link's side.
    def run(self):
        while not self.abandoned:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting or self.flight or self.closing)
                if self.closing and self.settled():
                    return
            try:
                with socket.create_connection(self.address) as link:
                    self.talk(link)
            except OSError:
                pass
            with self.changed:
                self.changed.wait_for(lambda: self.abandoned, self.retry_s)

    def talk(self, link):
        """All that follows the topic's sequence is sent, whatever is acknowledged meanwhile."""
        with self.changed:
            again = [line for _, line, _ in self.flight]
            first = self.flight[0][0] if self.flight else self.next_number
        if self.fault == "begins one later":
            again, first = again[1:], first + 1
        client = uuid.uuid4().hex if self.fault == "forgets its name" else self.client
        head = {name: self.topic.get(name, "") for name in ("app", "proc", "host")}
        head.update(ack=True, client=client, sequence=first)
        link.sendall(json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
        self.greeted = self.fault == "half-closes before the greeting"
        goes_on = threading.Event()
        goes_on.set()
        reader = threading.Thread(target=self.read, args=(link, goes_on), daemon=True)
        reader.start()
        if self.fault != "resends nothing":
            link.sendall(b"".join(again))
        while goes_on.is_set() and not self.abandoned:
            with self.changed:
                lines = self.take()
                if not lines and self.closing and self.greeted:
                    break
                if not lines:
                    self.changed.wait(0.02)
            link.sendall(b"".join(lines))
        if goes_on.is_set() and self.fault != "never half-closes":
            link.shutdown(socket.SHUT_WR)
        reader.join(20)

    def take(self):
        """What may go into flight now; the notice of a loss first."""
        out = []
        half = 1 << 60 if self.fault == "all in flight" else self.bytes_max // 2
        if self.lost and self.flight_bytes < half - 200:
            when = time_text(self.lost_since_ns)[:23]
            text = f"Error L10 (output buffer overflow): {self.lost} messages dropped since {when}."
            if self.fault != "is silent about losses":
                out.append(self.number(record_bytes(text.encode(), time.time_ns(), "warn"), 0))
            self.lost = 0
        while self.waiting and not self.lost and (
                not self.flight or self.flight_bytes + len(self.waiting[0][0]) <= half):
            out.append(self.number(self.waiting.popleft()[0], 1))
        if self.fault == "swaps two" and len(out) > 2:
            out[1], out[2] = out[2], out[1]
        return out

    def number(self, line, records):
        self.flight.append((self.next_number, line, records))
        self.flight_bytes += len(line)
        self.next_number += 1
        return line

    def read(self, link, goes_on):
        rest = bytearray()
        try:
            while more := link.recv(1 << 16):
                rest += more
                if self.fault != "keeps endless answers" and b"\n" not in more:
                    del rest[ANSWER_BYTES_MAX:]
                if b"\n" in more:
                    *lines, rest = rest.split(b"\n")
                    for line in lines:
                        self.hear(bytes(line))
        except OSError:
            pass
        goes_on.clear()
        with self.changed:
            if self.closing and self.fault == "takes any end for an original hub's":
                self.flight.clear()
            self.changed.notify_all()

    def hear(self, line):
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        with self.changed:
            self.greeted = self.greeted or "logio" in said
            error = said.get("error")
            if isinstance(error, dict) and isinstance(error.get("record"), int):
                self.refuse(error["record"])
            elif isinstance(said.get("ack"), int) and 0 <= said["ack"] < 1 << 63:
                self.settle(said["ack"])
            if self.fault == "talks":
                print("a hub said", line, file=sys.stderr, flush=True)
            self.changed.notify_all()

    def refuse(self, number):
        if number > self.acked and number not in self.refusals and (
                self.fault != "overlooks refusals"):
            self.refusals.add(number)
            self.counts["refused"] += 1

    def settle(self, number):
        number = min(number, self.next_number - 1)
        if self.fault == "forgets one too many":
            number = min(number + 1, self.next_number - 1)
        self.acked = max(self.acked, number)
        while self.flight and self.flight[0][0] <= number:
            at, line, records = self.flight.popleft()
            self.flight_bytes -= len(line)
            self.held -= (len(line) + RECORD_BYTES_MORE) * records
            if at not in self.refusals or self.fault == "counts refusals twice":
                self.counts["acknowledged"] += records
