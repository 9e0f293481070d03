"""What the application's threads and the link's thread share: the queue, the counts, the wish to
end.

One re-entrant lock, never held over input or output. A signal handler or a finalizer that runs in
the midst of a call on the same thread, and itself adds a record, finds ``_inside`` set: its work
is put off until the call is through.
"""
import socket
import threading
import time
from dataclasses import dataclass
from typing import Callable, List, Optional, Tuple

from ._queue import Batch, RecordQueue

__all__ = ["Buffer", "Stats", "make_wake_pair", "wake"]


@dataclass(frozen=True)
class Stats:
    """``added == acknowledged + refused + dropped + unconfirmed``, always."""

    added: int = 0
    acknowledged: int = 0
    refused: int = 0
    #: Never sent, and never will be.
    dropped: int = 0
    #: Not yet, or not any more: waiting, or sent without an answer.
    unconfirmed: int = 0
    #: Of these: sent to a hub that acknowledges nothing.
    sent_plain: int = 0


def make_wake_pair() -> Tuple[socket.socket, socket.socket]:
    """To be waited for, and to wake by a byte; neither blocks."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    return reader, writer


def wake(writer: socket.socket) -> None:
    """Who waits for the other one of the pair."""
    try:
        writer.send(b"\0")
    except OSError:
        pass  # full: it will wake; or closed: there is nobody to wake


# What the link's thread waits for, and so what add() has to do.
_AWAKE, _FOR_THE_BELL, _FOR_THE_SOCKET = range(3)


class Buffer:
    def __init__(self, bytes_max: int, records_max: int,
                 inherited: Optional["Buffer"] = None) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._inside = False
        self._put_off: List[Callable[[], None]] = []
        # Inherited is what nobody else uses any more, and of which nothing was sent.
        self._queue: RecordQueue = (
            inherited._queue if inherited else RecordQueue(bytes_max, records_max))
        self._added: int = inherited._added if inherited else 0
        self._settled = 0  # acknowledged, the refused among them
        self._refused = 0
        self._sent_plain = 0
        self._waits = _AWAKE
        # Rung by release(), which unlike a write to a socket keeps the interpreter's lock: the
        # link's thread, once woken, does not get in between the caller and its next line.
        self._bell = threading.Lock()
        self._bell.acquire()
        self._waiting_threads = 0
        self.closing = False    # nothing will be added any more
        self.abandoned = False  # and there is no time left
        self.ended = False      # the link's last words
        self.plain_idle = False  # all is sent, to a hub that acknowledges nothing
        # Readable when something may have changed for the link.
        self.wake_reader, self._wake_writer = make_wake_pair()

    # -- the application's side

    def add(self, line: bytes, time_ns: int) -> None:
        with self._lock:
            if self._inside:
                self._put_off.append(lambda: self.add(line, time_ns))
                return
            self._inside = True
            try:
                self._added += 1
                self._queue.add(line, time_ns)
                if self.closing and self.ended:
                    self._queue.drop_all()  # too late, and counted
                waits, self._waits = self._waits, _AWAKE
            finally:
                self._inside = False
        if waits == _FOR_THE_BELL:
            self._ring()
        elif waits == _FOR_THE_SOCKET:
            wake(self._wake_writer)
        if self._put_off:
            self._catch_up()

    def put_off(self, action: Callable[[], None]) -> bool:
        """True: this thread is in the midst of a change; then it is called behind that."""
        if not self._lock.acquire(blocking=False):
            return False  # another thread is
        try:
            if self._inside:
                self._put_off.append(action)
            return self._inside
        finally:
            self._lock.release()

    def _catch_up(self) -> None:
        while self._put_off:
            try:
                action = self._put_off.pop(0)
            except IndexError:
                return  # another thread was faster
            action()

    @property
    def stats(self) -> Stats:
        with self._lock:
            acknowledged = self._settled - min(self._refused, self._settled)
            dropped = self._queue.dropped
            return Stats(self._added, acknowledged, self._refused, dropped,
                         self._added - acknowledged - self._refused - dropped, self._sent_plain)

    @property
    def unsettled(self) -> int:
        with self._lock:
            return self._added - self._settled - self._queue.dropped

    def flush(self, deadline: float) -> bool:
        """Until what is here now is acknowledged; False: it was not, or not all of it."""
        with self._changed:
            dropped = self._queue.dropped
            target = self._added - dropped
            self.wake()

            def over() -> bool:
                lost = self._queue.dropped - dropped
                return (self._settled + lost >= target or self.plain_idle or self.ended)

            self._wait(over, deadline)
            return self._settled >= target

    def close(self, deadline: float) -> Stats:
        """What was not sent by ``deadline`` is dropped, and the link is told to end."""
        with self._changed:
            self.closing = True
            self.wake()
            self._wait(lambda: self.ended, deadline)
            self._queue.drop_all()
            self.abandoned = self.ended = True
            self._changed.notify_all()
            self.wake()
            return self.stats

    def _wait(self, condition: Callable[[], bool], deadline: float) -> None:
        self._waiting_threads += 1
        try:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
        finally:
            self._waiting_threads -= 1

    # -- the link's side

    def take(self) -> Optional[Batch]:
        """None: nothing waits, or too much is in flight."""
        with self._lock:
            self._inside = True
            try:
                batch = None if self.abandoned else self._queue.take()
            finally:
                self._inside = False
        if self._put_off:
            self._catch_up()
        return batch

    @property
    def empty(self) -> bool:
        return not self._queue

    def settle(self, records: int) -> None:
        with self._lock:
            if not self.abandoned:
                self._settled += records
                self._tell_waiting()

    def refuse(self) -> None:
        with self._lock:
            if not self.abandoned:
                self._refused += 1

    def count_plain(self, records: int) -> None:
        with self._lock:
            if not self.abandoned:
                self._sent_plain += records

    def set_plain_idle(self, idle: bool) -> None:
        if idle != self.plain_idle:
            with self._lock:
                self.plain_idle = idle
                self._tell_waiting()

    def release(self, batch: Batch) -> None:
        with self._lock:
            self._inside = True
            try:
                self._queue.release(batch)
            finally:
                self._inside = False
        if self._put_off:
            self._catch_up()

    def end(self) -> None:
        with self._lock:
            self.ended = True
            self._changed.notify_all()

    def _tell_waiting(self) -> None:
        if self._waiting_threads:
            self._changed.notify_all()

    # -- waking

    def wake(self) -> None:
        """The link's thread, wherever it waits."""
        wake(self._wake_writer)
        self._ring()

    def _ring(self) -> None:
        try:
            self._bell.release()
        except RuntimeError:
            pass  # it is rung already

    def rest(self, nap: float, timeout: float) -> None:
        """Until there is something to take, or to end; for the link with nothing to hear. An
        add() within the nap rings for nobody: to wake a thread is the dearest part of it."""
        if nap > 0 and not self._queue and self._bell.acquire(timeout=nap):
            return
        with self._lock:
            if self._queue or self.closing:
                return
            self._waits = _FOR_THE_BELL
        self._bell.acquire(timeout=timeout)
        self._waits = _AWAKE

    def arm(self) -> None:
        """The next add() wakes who waits for ``wake_reader``; not if something is there that
        cannot be taken yet."""
        with self._lock:
            self._waits = _AWAKE if self._queue else _FOR_THE_SOCKET

    def forget_wake(self) -> None:
        try:
            self.wake_reader.recv(4096)
        except OSError:
            pass

    def release_descriptors(self) -> None:
        self.wake_reader.close()
        self._wake_writer.close()
