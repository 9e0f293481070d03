"""Batches that were taken from the buffer and are not yet out of our hands, numbered.

The first is the oldest that is not acknowledged in full. On a new connection all of them go
again, from the first record that is not acknowledged, under the numbers that they had. Numbers
are the client's own sequence, from 1.

Thread safety: the link's thread only.
"""
from collections import deque
from typing import Deque, List

from ._buffer import Buffer
from ._queue import Batch

__all__ = ["Flight"]

_PIECES_MAX = 16  # of one write: up to 1 MiB


class Flight:
    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._batches: Deque[Batch] = deque()
        self._next = 1
        self.acked = 0
        self._refused_to = 0
        self.plain_to = 0  # sent whole to a hub that did not greet
        # Of the present connection.
        self._begun = 0    # batches that are sent, or in _pieces
        self._pieces: List[memoryview] = []  # what is to be written next, of the last of these
        self._skip = 0     # of the first batch: settled before this connection

    def begin_connection(self) -> None:
        self._pieces.clear()
        self._begun = len(self._batches)
        self._forget()
        self._begun = 0
        self._skip = self._batches[0].settled if self._batches else 0

    @property
    def empty(self) -> bool:
        return not self._batches

    @property
    def unsent(self) -> bool:
        """Whether some of it is not yet written on this connection."""
        return bool(self._pieces) or self._begun < len(self._batches)

    def pieces(self, plain: bool) -> List[memoryview]:
        """The bytes to be written next; none: there are none now."""
        self._forget()
        while len(self._pieces) < _PIECES_MAX:
            if self._begun == len(self._batches) and not self._take(plain):
                break
            batch = self._batches[self._begun]
            self._begun += 1
            start = 0
            while self._skip:
                start = batch.data.index(b"\n", start) + 1
                self._skip -= 1
            self._pieces.append(memoryview(batch.data)[start:])
        return self._pieces

    def _take(self, plain: bool) -> bool:
        batch = self._buffer.take()
        # To a hub that acknowledges nothing the oldest count as sent when there is no room.
        while batch is None and plain and self._written and not self._buffer.empty:
            self.release_plain(self._batches[0].last)
            batch = self._buffer.take()
        if batch is None:
            return False
        batch.first = self._next
        self._next += batch.numbers
        self._batches.append(batch)
        return True

    @property
    def _written(self) -> int:
        """Batches that are written in full."""
        return self._begun - len(self._pieces)

    def written(self, count: int) -> None:
        """So many bytes of ``pieces`` went out."""
        while count:
            first = self._pieces[0]
            if count < len(first):
                self._pieces[0] = first[count:]
                return
            count -= len(first)
            del self._pieces[0]

    def settle(self, number: int) -> None:
        """All up to ``number`` is in the hub's hands."""
        number = min(number, self._next - 1)
        self.acked = max(self.acked, number)
        self._buffer.settle(self._mark(number))
        self._forget()

    def release_plain(self, number: int) -> None:
        """What a hub that acknowledges nothing was sent, up to ``number``, is out of our
        hands."""
        self.acked = max(self.acked, number)
        self._buffer.count_plain(self._mark(number))
        self._forget()

    def release_all_plain(self) -> None:
        self.release_plain(self._next - 1)

    def _mark(self, number: int) -> int:
        """Of how many of the application's records this was news."""
        records = 0
        for batch in self._batches:
            if batch.first > number:
                break
            before = batch.settled
            batch.settled = max(before, min(number - batch.first + 1, batch.numbers))
            if batch.records:
                records += batch.settled - before
        return records

    def _forget(self) -> None:
        """The hub counts from the topic's sequence on, so all that follows it is sent, also what
        the greeting says that it has from a connection before: it skips that."""
        while self._written > 0 and self._batches[0].settled == self._batches[0].numbers:
            self._buffer.release(self._batches.popleft())
            self._begun -= 1

    def refuse(self, number: int) -> bool:
        """False: it was sent again, and refused again."""
        if number <= self._refused_to or number < self.acked:
            return False
        self._refused_to = number
        for batch in self._batches:
            if batch.first <= number <= batch.last:
                if batch.records:
                    self._buffer.refuse()
                break
        return True

    def note_plain(self) -> None:
        """Remembers up to where a hub that acknowledges nothing was written whole records."""
        if not self._begun:
            return
        index = self._begun - 1 if not self._pieces else self._written
        batch = self._batches[index]
        unsent = len(self._pieces[0]) if self._pieces else 0
        lines = batch.data.count(b"\n", 0, len(batch.data) - unsent)
        self.plain_to = batch.first + lines - 1
