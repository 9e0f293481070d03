"""Hubs that do what a real one does with numbers, or an original one without, over many
connections: whatever the client sends on which of them, each line must arrive once and in order.
"""
import random
import select
import socket

from waiting import Failure, await_readable, deadline, short
from wire import Ledger, Topic, lost_count, read_record

ACKNOWLEDGE_EVERY = 100  # records


class NumberedHub:
    """Keeps what it has read whole, and skips what it has already."""

    def __init__(self, hub, ledger=None):
        self.hub = hub
        self.ledger = ledger or Ledger()
        self.highest = 0
        self.texts = []

    def serve(self, greets, read_bytes, acknowledges, wanted, ends):
        """One connection, up to so many bytes of records or until it has `wanted` texts."""
        connection = self.hub.accept()
        topic = Topic(connection.read_line(awaited="the topic"))
        self.ledger.enter(topic)
        if topic.sequence > self.highest + 1 and self.highest:
            raise Failure(f"the client goes on with {topic.sequence}: the hub has {self.highest}")
        if greets:
            connection.greet(self.highest)
        number, taken = topic.sequence, 0
        while taken < read_bytes and len(self.texts) < wanted:
            line = connection.read_line(awaited=f"record {number}")
            taken += len(line)
            if taken > read_bytes:
                break  # the hub closes within this record, and has not got it
            if not line.endswith(b"\n"):
                raise Failure(f"the client closed within record {number}: {short(line)}")
            self.keep(number, line)
            if acknowledges and number % ACKNOWLEDGE_EVERY == 0:
                connection.acknowledge(number)
            number += 1
        if len(self.texts) >= wanted:
            if not greets:
                connection.greet(self.highest)
            connection.acknowledge(self.highest)
            return connection
        connection.reset() if ends == "reset" else connection.close()
        return None

    def keep(self, number, line):
        self.ledger.take(number, line)
        if number <= self.highest:
            return
        self.highest = number
        record = read_record(line)
        if lost_count(record) is not None:
            raise Failure(f"a loss where the buffer is large enough: {record['raw']}")
        self.texts.append(record["raw"])

    def storm(self, wanted, cuts, seed, bytes_most):
        """Cuts at random places; then a connection that stays, which is returned."""
        chance = random.Random(seed)
        for _ in range(cuts):
            kept = self.serve(greets=chance.random() < 0.8, wanted=wanted,
                              read_bytes=chance.randrange(bytes_most),
                              acknowledges=chance.random() < 0.7,
                              ends=chance.choice(("close", "reset")))
            if kept:
                return kept
        return self.serve(True, float("inf"), True, wanted, "")


class OriginalHub:
    """Says nothing, reads everything, and has no idea of numbers."""

    def __init__(self, hub):
        self.hub = hub
        self.texts = []
        self.open = []

    def accept(self):
        connection = self.hub.accept()
        self.open.append((connection, [False]))

    def take(self, connection, had_topic):
        """What came on one connection; False once the client has closed it."""
        goes_on = connection.fill(deadline(), "records")
        while b"\n" in connection.rest():
            line = connection.read_line()
            if had_topic[0]:
                self.texts.append(read_record(line)["raw"])
            else:
                Topic(line)
                had_topic[0] = True
        if not goes_on:
            connection.close()
        return goes_on

    def read_until(self, wanted):
        """Serves all connections until it has so many texts."""
        end = deadline()
        while len(self.texts) < wanted:
            if not self.look(end - deadline(0)):
                raise Failure(f"in vain: {wanted} records for an original hub, which has "
                              f"{len(self.texts)}")

    def look(self, seconds):
        """Takes what comes next, a connection or records; False: nothing within so long."""
        watched = [self.hub.listener, *(each.socket for each, _ in self.open)]
        ready, _, _ = select.select(watched, [], [], max(0, seconds))
        if self.hub.listener in ready:
            self.accept()
        self.open = [(each, had) for each, had in self.open
                     if each.socket not in ready or self.take(each, had)]
        return bool(ready)

    def is_quiet(self, seconds):
        """Whether no record comes for so long."""
        had, end = len(self.texts), deadline(seconds)
        while self.look(end - deadline(0)):
            pass
        return len(self.texts) == had

    def cut(self):
        """Closes, and waits until the clients have seen it: what they send before is lost."""
        for connection, _ in self.open:
            connection.socket.shutdown(socket.SHUT_WR)
        self.finish()

    def close_all(self):
        for connection, _ in self.open:
            connection.close()
        self.open = []

    def finish(self):
        """Reads what comes until the clients have ended their side, then closes, as the
        original."""
        end = deadline()
        while self.open:
            connection, had = self.open[0]
            await_readable(connection.socket, end, "the client's end")
            if not self.take(connection, had):
                self.open.pop(0)
