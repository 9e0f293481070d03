"""Publishes records to a hub, and never keeps the application waiting.

``Publisher.add`` puts a record into a bounded buffer; one background thread looks up names,
connects, sends, resends after a cut and hears what the hub acknowledges. What was never sent is
dropped first, the oldest before the others; what was sent is kept until it is acknowledged, so
that a cut neither loses nor doubles a record::

    add() -> [ queue: oldest dropped first ] -> [ flight: numbered, kept ] -> acknowledged

Nothing is started before the first record. After a fork the child has a publisher of its own: a
new client, an empty buffer; what the parent added is the parent's.

This module knows nothing of ``logging``: what makes records in other ways builds upon it.
"""
import os
import secrets
import threading
import time
from typing import Any, Callable, Mapping, Optional, Union

from . import _process
from ._buffer import Buffer, Stats
from ._config import Config, ConfigError, parse_url
from ._debug import debug, tell
from ._encode import SEVERITIES, encode_fields, encode_record
from ._link import Link

__all__ = ["Config", "ConfigError", "Publisher", "Stats"]

NAME_OF_ENVIRONMENT = "LOGIO_URL"


class _Running:
    """What a publisher has in one process: the buffer, the link, its thread."""

    def __init__(self, config: Config, inherited: Optional["_Running"] = None) -> None:
        self.pid = os.getpid()
        self.started_in = 0  # the process that its thread is in
        self.buffer: Buffer = Buffer(config.buffer_bytes, config.buffer_records,
                                     inherited.buffer if inherited else None)
        self.link = Link(config, self.buffer, secrets.token_hex(16))
        self.thread: Optional[threading.Thread] = None

    def start(self) -> None:
        """If no thread is to be had, as when the interpreter ends, close() does its work."""
        if not _process.may_start_thread():
            return
        thread = threading.Thread(target=self.link.run, name="logio", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return
        self.thread = thread
        self.started_in = self.pid

    def close(self, deadline: float) -> Stats:
        if self.thread is None and not self.buffer.ended:
            self.buffer.closing = True
            self.link.run(lambda: time.monotonic() > deadline)
        stats = self.buffer.close(deadline)
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(max(0.0, min(0.1, deadline - time.monotonic())))
        return stats

    def leave_to_parent(self) -> None:
        """In a forked child: the descriptors are closed, the connection is the parent's."""
        self.link.drop_connection()
        self.buffer.release_descriptors()


def config_of_environment() -> Optional[Config]:
    """By LOGIO_URL; None: it is not set, or unusable, which is told in one line."""
    url = os.environ.get(NAME_OF_ENVIRONMENT)
    if not url:
        return None
    try:
        return parse_url(url, lambda line: tell(f"{NAME_OF_ENVIRONMENT}: {line}"))
    except ConfigError as error:
        tell(f"{NAME_OF_ENVIRONMENT}: {error}; nothing is published")
        return None


class Publisher:
    """Publishes to the hub that ``to`` names: a URL, a ``Config``, or without either LOGIO_URL.

    A URL or Config of one's own that cannot be used raises ``ConfigError``. If it is LOGIO_URL
    that cannot be used, one line on standard error says why; if it is not set, nothing does:
    the publisher then drops what is added, and counts it.

    Any thread may call any method; ``add`` also from signal handlers and finalizers.
    """

    def __init__(self, to: Union[str, Config, None] = None) -> None:
        if isinstance(to, str):
            to = parse_url(to, lambda line: tell(f"the URL: {line}"))
        self._set_up(to if to is not None else config_of_environment())

    def _set_up(self, config: Optional[Config]) -> None:
        self._config = config
        self._lock = threading.RLock()
        self._running: Optional[_Running] = None
        self._closed = self._config is None
        self._orphan: Optional[_Running] = None
        self._last = Stats()
        self._too_late = 0
        if config is not None:
            _process.in_child(self._begin_anew)
            _process.at_exit(self._close_at_exit, self._put_off)

    @classmethod
    def disabled(cls) -> "Publisher":
        """One that drops what is added, and counts it."""
        out = cls.__new__(cls)
        out._set_up(None)
        return out

    @property
    def enabled(self) -> bool:
        """Whether there is a usable URL."""
        return self._config is not None

    def add(self, text: Union[str, bytes], time_ns: Optional[int] = None,
            severity: Optional[str] = None, fields: Optional[Mapping[str, Any]] = None) -> None:
        """Publishes ``text`` without its final line end; returns at once, and has no error.

        ``time_ns`` counts from 1970, now if None. ``severity`` is one of trace, debug, info,
        warn, error and fatal; another is left out. ``fields`` keep their types as far as JSON has
        them; other values become their strings.
        """
        if severity is not None and severity not in SEVERITIES:
            debug(f"severity {severity!r} is left out; use one of {', '.join(SEVERITIES)}")
            severity = None
        if not isinstance(text, (str, bytes)):
            text = str(text)
        self.add_encoded(text, time.time_ns() if time_ns is None else time_ns, severity,
                         encode_fields(fields) if fields else "")

    def add_encoded(self, text: Union[str, bytes], time_ns: int, severity: Optional[str],
                    fields: str, left_out_bytes: int = 0) -> None:
        """As ``add``, for who has the fields as a JSON object, checked the severity, and may
        have left out bytes behind ``text``."""
        if self._closed:
            self._too_late += 1
            return
        line = encode_record(text, time_ns, severity, fields, left_out_bytes)
        running = self._running
        # A program in C that forks need not call Python's hooks.
        if running is None or running.started_in != os.getpid():
            running = self._start()
        running.buffer.add(line, time_ns)

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until all that was added before is acknowledged; False: some of it was not."""
        running = self._running
        if running is None:
            return True
        if running.thread is None:
            return False
        return running.buffer.flush(time.monotonic() + timeout)

    def close(self, timeout: float = 5.0) -> Stats:
        """Sends what is left, tells the hub that this is all, and waits for what it acknowledges.

        What was not sent when the time is over is dropped. The counts are exact, and do not
        change any more, except that what is added later is dropped and counted.
        """
        running = self._running
        if running is not None and not self._closed:
            self._last = running.close(time.monotonic() + timeout)
            debug(f"closed: {self._last}")
        self._closed = True
        self._running = None
        _process.forget(self._begin_anew, self._close_at_exit, self._put_off)
        return self.stats

    @property
    def stats(self) -> Stats:
        """Of this process, so far."""
        running = self._running
        s = running.buffer.stats if running is not None else self._last
        late = self._too_late
        return Stats(s.added + late, s.acknowledged, s.refused, s.dropped + late, s.unconfirmed,
                     s.sent_plain)

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> _Running:
        with self._lock:
            if self._running is not None and self._running.pid != os.getpid():
                self._begin_anew()
            if self._running is None:
                assert self._config is not None
                heir = self._orphan is not None and _process.is_heir()
                self._running = _Running(self._config, self._orphan if heir else None)
                self._orphan = None
                _process.hook_multiprocessing()
            if self._running.thread is None:
                self._running.start()
            return self._running

    def _begin_anew(self) -> None:
        """In a forked child, where no other thread is left; a lock may be held for ever."""
        self._lock = threading.RLock()
        running, self._running = self._running, None
        self._last, self._too_late = Stats(), 0
        if running is not None:
            running.leave_to_parent()
            debug(f"forked from {running.pid}: a new client, an empty buffer")
            # A parent that may not have a thread cannot send what it has.
            self._orphan = running if running.thread is None else None

    def _close_at_exit(self) -> None:
        self.close(self._config.exit_timeout if self._config else 0.0)

    def _put_off(self, action: Callable[[], None]) -> bool:
        """True: this thread is in the midst of an add(); then ``action`` is called behind it."""
        running = self._running
        return running is not None and running.buffer.put_off(action)
