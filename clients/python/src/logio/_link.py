"""The background thread's work: one connection after another, for ever.

A hub that does not greet in time may be an original one, which acknowledges nothing: it is sent
records all the same. The newest of them are kept, up to half of the buffer: if it greets after
all, or on the next connection, it was only slow, and nothing is lost or doubled. If the next
connection is silent, too, they are taken for sent. A hub that greeted once is never taken for an
original one; it is waited for.

Thread safety: none; run() on one thread. The buffer is shared.
"""
import random
import socket
import time
from typing import Callable, List, Optional

from ._answer import Answer, AnswerReader
from ._buffer import Buffer
from ._config import Config
from ._connect import ConnectError, connect, wait
from ._debug import debug
from ._encode import encode_string
from ._flight import Flight

__all__ = ["Link"]

_WRITES_AT_ONCE = 4  # then answers are looked for
# In seconds:
_LINGER = 0.01     # between two looks for records
_NAP = 0.005       # the same, where the next look is at nothing else
_BUSY_FOR = 0.1    # after the last write; a hub acknowledges within that
_LOOK_EVERY = 1.0  # at a connection on which nothing is expected: is it closed?
_REFUSALS_SAID_MAX = 10


class _Over(Exception):
    """The connection has ended; the text says why."""


class Link:
    def __init__(self, config: Config, buffer: Buffer, client: str) -> None:
        self._config = config
        self._buffer = buffer
        self._client = client
        self._flight = Flight(buffer)
        self._given_up: Callable[[], bool] = lambda: buffer.abandoned
        self._longest_wait = 3600.0
        self._retry = config.first_retry
        self._known = [False] * len(config.hubs)  # hubs that have greeted once
        self._away_said = False
        self._refusals_said = 0
        # Of the present connection.
        self._sock: Optional[socket.socket] = None
        self._hub = 0
        self._head = b""
        self._greeted = self._plain = self._half_closed = self._error_said = False
        self._held_back = False  # nothing but the topic goes before the greeting
        self._again = False      # the connection is closed to be opened anew at once
        self._silent_until: Optional[float] = None
        self._written_at = 0.0
        self._answers = AnswerReader()

    def run(self, given_up: Optional[Callable[[], bool]] = None) -> None:
        """Until all is settled after the buffer's close(), or it is abandoned. Who runs it on a
        thread of the application's says when it has given up, and is asked often."""
        if given_up is not None:
            self._given_up, self._longest_wait = given_up, 0.05
        try:
            while not self._complete:
                why = self._try_hubs()
                if not self._complete:
                    self._say_away(why)
                    self._wait_before_retry()
        finally:
            self.drop_connection()
            self._buffer.end()

    def drop_connection(self) -> None:
        """Closes the descriptor; after a fork it is the parent's connection, which goes on."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    @property
    def _complete(self) -> bool:
        return self._given_up() or (self._buffer.closing and self._flight.empty
                                    and self._buffer.empty)

    # -- one connection after another

    def _try_hubs(self) -> str:
        """Each hub once, beginning with the last that worked; why the last of them failed."""
        why, tried = "", 0
        while tried < len(self._config.hubs) and not self._complete:
            try:
                self._sock = connect(self._config.hubs[self._hub], self._config.connect_timeout,
                                     self._buffer.wake_reader, self._given_up)
                self._talk()
            except (ConnectError, _Over) as error:
                why = str(error)
            except OSError as error:
                why = f"{self._name}: {error.strerror or error}"
            if self._sock is not None:
                self.drop_connection()
                if self._plain:
                    self._flight.note_plain()
                    self._buffer.set_plain_idle(False)
                if self._again:
                    self._again = False
                    continue
                if self._greeted or self._plain:
                    break  # it may be back at once
            self._hub = (self._hub + 1) % len(self._config.hubs)
            tried += 1
        return why

    def _wait_before_retry(self) -> None:
        closing = self._buffer.closing
        until = time.monotonic() + self._retry * random.uniform(0.75, 1.25)
        # Who is closing has little time.
        self._retry = (self._config.first_retry if closing
                       else min(self._retry * 2, self._config.longest_retry))
        wake = self._buffer.wake_reader
        while not self._given_up() and self._buffer.closing == closing:
            left = until - time.monotonic()
            if left <= 0:
                return
            if wait(wake, wake, False, min(left, self._longest_wait))[2]:
                self._buffer.forget_wake()

    @property
    def _name(self) -> str:
        return str(self._config.hubs[self._hub])

    def _say_away(self, why: str) -> None:
        if not self._away_said:
            self._away_said = True
            debug(f"{why}; lines are kept, and sent when it is back")

    def _topic(self) -> bytes:
        c = self._config
        return (b'{"app":%b,"proc":%b,"host":%b,"ack":true,"client":"%b","sequence":%d}\n' % (
            encode_string(c.app), encode_string(c.proc or ""), encode_string(c.host or ""),
            self._client.encode(), self._flight.acked + 1))

    # -- over one connection

    def _talk(self) -> None:
        self._flight.begin_connection()
        self._head = self._topic()
        self._greeted = self._plain = self._half_closed = self._error_said = False
        # After one that was silent: whether it has what that was sent is known by its greeting.
        self._held_back = self._flight.plain_to > self._flight.acked
        self._answers = AnswerReader()
        self._silent_until = time.monotonic() + self._config.greeting_timeout
        while not self._given_up():
            self._write()
            self._finish_sending()
            self._wait()

    def _write(self) -> None:
        assert self._sock is not None
        try:
            for _ in range(_WRITES_AT_ONCE):
                if self._head:
                    self._head = self._head[self._sock.send(self._head):]
                    continue
                if self._held_back or self._half_closed:
                    return
                pieces = self._flight.pieces(self._plain)
                if not pieces:
                    return
                self._flight.written(self._send(pieces))
                self._written_at = time.monotonic()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            # It may have said why before it closed; that it is closed is read behind that.
            self._half_closed = self._error_said = True
            debug(f"{self._name}: {error.strerror}")

    def _send(self, pieces: List[memoryview]) -> int:
        assert self._sock is not None
        if hasattr(self._sock, "sendmsg"):
            return self._sock.sendmsg(pieces)
        return self._sock.send(pieces[0])

    def _finish_sending(self) -> None:
        nothing_left = not (self._head or self._held_back or self._flight.unsent
                            or not self._buffer.empty)
        if self._plain:
            self._buffer.set_plain_idle(nothing_left)
        # Before it is known what kind of hub this is, its end is not to be taken for an original
        # one's: it may have been killed.
        if not nothing_left or not self._buffer.closing or not (self._greeted or self._plain):
            return
        if not self._half_closed:
            self._half_closed = True
            assert self._sock is not None
            self._sock.shutdown(socket.SHUT_WR)
        if self._greeted and self._flight.empty:
            raise _Over("all is acknowledged")

    def _wait(self) -> None:
        assert self._sock is not None
        timeout = self._longest_wait
        if not self._greeted and not self._plain and self._silent_until is not None:
            left = self._silent_until - time.monotonic()
            if left <= 0:
                self._on_silence()
                return
            timeout = min(timeout, left)
        writes = False
        if not self._half_closed:
            writes = bool(self._head) or (
                not self._held_back and bool(self._flight.pieces(self._plain)))
        if not writes:
            timeout = self._sleep(timeout)
        readable, _, awake = wait(self._sock, self._buffer.wake_reader, writes, timeout)
        if awake:
            self._buffer.forget_wake()
        if readable:
            self._read()

    def _sleep(self, timeout: float) -> float:
        """How long to wait for the socket now that there is nothing to write."""
        if self._greeted and self._flight.empty:
            busy = time.monotonic() - self._written_at < _BUSY_FOR
            self._buffer.rest(_NAP if busy else 0.0, min(timeout, _LOOK_EVERY))
            return 0.0
        # While records keep coming they are looked for, and nobody is woken for each.
        if time.monotonic() - self._written_at < _BUSY_FOR:
            return min(timeout, _LINGER)
        self._buffer.arm()
        # What came before that has woken nobody; or it has to wait for what is in flight.
        return timeout if self._buffer.empty else min(timeout, _LINGER)

    def _on_silence(self) -> None:
        """No greeting came in time."""
        self._silent_until = None
        if self._known[self._hub]:
            why = f"{self._name}: the hub does not answer"
            self._say_away(why)
            if len(self._known) > 1:
                raise _Over(why)
        elif self._held_back:
            # The second in a row: an original hub, which must not be sent anything twice.
            self._flight.release_plain(self._flight.plain_to)
            self._again = True
            raise _Over("")
        else:
            self._plain = True
            self._retry = self._config.first_retry
            self._away_said = False
            debug(f"{self._name}: connected; it does not acknowledge, as original hubs")

    def _read(self) -> None:
        assert self._sock is not None
        try:
            data = self._sock.recv(16 << 10)
        except (BlockingIOError, InterruptedError):
            return
        for answer in self._answers.feed(data):
            self._take_answer(answer)
        if not data:
            # An original hub closes when it has read all: there will never be a better answer.
            if self._half_closed and self._plain and not self._error_said:
                self._flight.release_all_plain()
                self._plain = False
            raise _Over(f"{self._name}: the hub closed the connection")

    def _take_answer(self, answer: Answer) -> None:
        if answer.kind == "error":
            self._on_error(answer)
            return
        if answer.kind == "greeting":
            self._greeted = self._known[self._hub] = True
            self._plain = self._held_back = False
            self._flight.plain_to = 0
            self._buffer.set_plain_idle(False)
            self._retry = self._config.first_retry
            debug(f"{self._name}: {'the hub is back' if self._away_said else 'connected'}")
            self._away_said = False
        if self._greeted and answer.number is not None:
            self._flight.settle(answer.number)

    def _on_error(self, answer: Answer) -> None:
        if answer.number is None:
            self._error_said = True
        elif not self._flight.refuse(answer.number):
            return
        if self._refusals_said < _REFUSALS_SAID_MAX:
            self._refusals_said += 1
            debug(f"{self._name}: the hub says: {answer.text}")
