"""The records that wait to be sent, in batches, within bounds that also hold for what is in
flight.

A batch is what is sent, kept and dropped as a whole: records as they go over the wire. It takes
up to a sixteenth of the buffer, at most 64 KiB; a longer record has a batch of its own.

Thread safety: none; the buffer's lock.
"""
import time
from collections import deque
from typing import Deque, Optional

from ._encode import encode_loss

__all__ = ["Batch", "RecordQueue"]

_BATCH_BYTES_MAX = 64 << 10
# Of a batch's own objects; each record adds its bytes, an eighth, which is how far ahead a
# bytearray reserves, and one for rounding.
_BATCH_OVERHEAD = 320


class Batch:
    """Records with consecutive numbers, and how many of them the hub has."""

    __slots__ = ("data", "held", "records", "numbers", "first", "settled", "since_ns")

    def __init__(self, since_ns: int) -> None:
        self.data = bytearray()
        self.held = _BATCH_OVERHEAD  # bytes of memory
        self.records = 0             # of the application: 0 in a notice of loss
        self.numbers = 0             # that its records take of the client's sequence
        self.first = 0               # number of its first record, once it is in flight
        self.settled = 0             # so many of its numbers are out of our hands
        self.since_ns = since_ns     # time of its first record

    @property
    def last(self) -> int:
        return self.first + self.numbers - 1


class RecordQueue:
    def __init__(self, bytes_max: int, records_max: int) -> None:
        self._bytes_max = bytes_max
        self._records_max = records_max
        self._batch_bytes_max = min(max(bytes_max // 16, 512), _BATCH_BYTES_MAX)
        self._batch_records_max = max(records_max // 16, 1)
        self._waiting: Deque[Batch] = deque()
        self._held_bytes = 0    # waiting and in flight
        self._held_records = 0
        self._flight_bytes = 0
        self.dropped = 0
        self._dropped_unsaid = 0
        self._dropped_since_ns = 0

    def __bool__(self) -> bool:
        return bool(self._waiting) or self._dropped_unsaid != 0

    @property
    def held_bytes(self) -> int:
        return self._held_bytes

    def add(self, line: bytes, time_ns: int) -> None:
        """Never fails: what finds no room is dropped, the oldest first."""
        size = len(line)
        held = size + (size >> 3) + 1
        waiting = self._waiting
        batch = waiting[-1] if waiting else None
        if (batch is None or len(batch.data) + size > self._batch_bytes_max
                or batch.records >= self._batch_records_max):
            batch = None
        need = held if batch is not None else held + _BATCH_OVERHEAD
        if (self._held_bytes + need > self._bytes_max
                or self._held_records >= self._records_max):
            if not self._make_room(held + _BATCH_OVERHEAD):
                self._note_loss(1, time_ns)
                return
            if not waiting:
                batch = None  # it was the oldest, too
        if batch is None:
            batch = Batch(time_ns)
            waiting.append(batch)
            self._held_bytes += _BATCH_OVERHEAD
        batch.data += line
        batch.held += held
        batch.records += 1
        batch.numbers += 1
        self._held_bytes += held
        self._held_records += 1

    def _make_room(self, need: int) -> bool:
        """False: what is in flight leaves none."""
        while (self._held_bytes + need > self._bytes_max
               or self._held_records >= self._records_max):
            if not self._waiting:
                return False
            self._drop_oldest()
        return True

    def _drop_oldest(self) -> None:
        oldest = self._waiting.popleft()
        self._note_loss(oldest.records, oldest.since_ns)
        self._held_bytes -= oldest.held
        self._held_records -= oldest.records

    def _note_loss(self, records: int, since_ns: int) -> None:
        if not self._dropped_unsaid:
            self._dropped_since_ns = since_ns
        self._dropped_unsaid += records
        self.dropped += records

    def drop_all(self) -> None:
        while self._waiting:
            self._drop_oldest()

    def take(self) -> Optional[Batch]:
        """The next batch, which is in flight from now on; a notice of loss before what follows
        a loss. None: nothing waits, or too much is in flight."""
        size = self._waiting[0].held if self._waiting else 0
        if self._flight_bytes and self._flight_bytes + size > self._bytes_max // 2:
            return None
        if self._dropped_unsaid:
            batch = Batch(self._dropped_since_ns)
            batch.data += encode_loss(self._dropped_unsaid, self._dropped_since_ns,
                                      time.time_ns())
            batch.numbers = 1
            batch.held += len(batch.data)
            self._dropped_unsaid = 0
            self._held_bytes += batch.held
        elif self._waiting:
            batch = self._waiting.popleft()
        else:
            return None
        self._flight_bytes += batch.held
        return batch

    def release(self, batch: Batch) -> None:
        """A batch in flight is out of our hands."""
        self._held_bytes -= batch.held
        self._flight_bytes -= batch.held
        self._held_records -= batch.records
