"""Takes what is printed apart into lines."""
import threading
import time
from typing import Callable

from ._encode import TEXT_BYTES_MAX

__all__ = ["LineSplitter"]


class LineSplitter:
    """Gives each complete line to ``publish`` (the text, the time of its beginning, how many
    bytes were left out of it). Of a longer line than a record may be, the beginning is kept."""

    def __init__(self, publish: Callable[[bytes, int, int], None]) -> None:
        self._publish = publish
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        self._part = bytearray()
        self._left_out = 0
        self._since_ns = 0

    def feed(self, data: bytes) -> None:
        with self._lock:
            start, end = 0, data.find(b"\n")
            while end >= 0:
                self._grow(data[start:end])
                self._finish()
                start, end = end + 1, data.find(b"\n", end + 1)
            if start < len(data):
                self._grow(data[start:])

    def _grow(self, data: bytes) -> None:
        if not self._since_ns:
            self._since_ns = time.time_ns()
        # One more byte than a text may have shows that it is to be cut.
        room = TEXT_BYTES_MAX + 1 - len(self._part)
        self._part += data[:room]
        self._left_out += max(0, len(data) - room)

    def _finish(self) -> None:
        part, since_ns, left_out = self._part, self._since_ns, self._left_out
        self._begin()
        # The publisher removes the line end, be it one byte or two.
        self._publish(bytes(part) + b"\n", since_ns, left_out)

    def finish(self) -> None:
        """What is there of a line without an end is one."""
        with self._lock:
            if self._part:
                self._finish()

    def forget(self) -> None:
        """In a forked child: the line was begun by the parent, and is its."""
        self._lock = threading.RLock()
        self._begin()
