"""Reads a hub's records as they come, over all cuts."""
import asyncio
import socket
import ssl
import threading
from typing import (AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, List,
                    Optional, Tuple, TypeVar, Union)

from ._buffer import make_wake_pair, wake
from ._config import HubAddress
from ._connect import connect
from ._course import CONNECT_TIMEOUT, SILENCE_MAX, Course, Cut, SubscribeError, parse_hub
from ._debug import debug
from ._items import Item, Loss, Record

__all__ = ["Item", "Loss", "Record", "SubscribeError", "Subscription", "subscribe"]

_READ_BYTES = 64 << 10
T = TypeVar("T")
Texts = Union[None, str, Iterable[str]]


class Subscription:
    """Yields ``Record`` and ``Loss``, in order: ``for item in s``, or ``async for item in s``.

    After a cut, a silence of 45 s, or a hub that is not ready it connects again, for ever, and
    goes on behind the last record that was yielded. It ends with the block or loop that reads it,
    by ``close()`` from any thread, by cancellation, and, if ``until`` was given, there.
    ``SubscribeError`` says that the hub will not have it, and why. To be read once.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._closed = threading.Event()
        self._end_wait: Optional[Callable[[], None]] = None  # of who reads, wherever it waits
        self._items: Optional[Iterator[Item]] = None
        self._async_items: Optional[AsyncIterator[Item]] = None

    def close(self) -> None:
        """Ends the iteration, also when it waits in another thread."""
        self._closed.set()
        end_wait = self._end_wait
        if end_wait is not None:
            end_wait()

    def _cut(self, error: BaseException) -> float:
        delay = self._course.retry_delay()
        debug(f"{self._course.hub}: {error}; again in {delay:.1f} s")
        return delay

    # -- for item in ...

    def __iter__(self) -> Iterator[Item]:
        if self._items is None:
            self._items = self._read()
        return self._items

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        items, self._items = self._items, None
        if items is not None and hasattr(items, "close"):
            try:
                items.close()
            except ValueError:
                pass  # another thread is in it, and ends by itself

    def _read(self) -> Iterator[Item]:
        while not self._closed.is_set():
            try:
                yield from self._read_connection()
                return
            except (OSError, Cut) as error:
                if not self._closed.is_set():
                    self._closed.wait(self._cut(error))

    def _connect(self) -> socket.socket:
        reader, writer = make_wake_pair()
        with reader, writer:
            self._end_wait = lambda: wake(writer)
            hub = self._course.hub
            try:
                return connect(HubAddress(hub.host, hub.port), CONNECT_TIMEOUT, reader,
                               self._closed.is_set)
            finally:
                self._end_wait = None

    def _read_connection(self) -> Iterator[Item]:
        sock = self._connect()
        try:
            sock.settimeout(SILENCE_MAX)
            self._end_wait = lambda: shut(sock)
            if self._course.hub.tls:
                sock = ssl.create_default_context().wrap_socket(
                    sock, server_hostname=self._course.hub.host)
            sock.sendall(self._course.request())
            while not self._course.ended and not self._closed.is_set():
                data = sock.recv(_READ_BYTES)
                if not data or self._closed.is_set():
                    break
                for item in self._course.feed(data):
                    yield item
                    if self._closed.is_set():
                        return
            if not self._closed.is_set():
                self._course.end()
        finally:
            self._end_wait = None
            sock.close()

    # -- async for item in ...

    def __aiter__(self) -> AsyncIterator[Item]:
        if self._async_items is None:
            self._async_items = self._aread()
        return self._async_items

    async def __aenter__(self) -> "Subscription":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        items, self._async_items = self._async_items, None
        if items is not None and hasattr(items, "aclose"):
            await items.aclose()

    async def _aread(self) -> AsyncIterator[Item]:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        self._end_wait = lambda: loop.call_soon_threadsafe(stopped.set)  # type: ignore[assignment]
        try:
            while not self._closed.is_set():
                items = self._aread_connection(stopped)
                try:
                    async for item in items:
                        yield item
                        if self._closed.is_set():
                            return
                    return
                except (OSError, Cut, asyncio.TimeoutError) as error:
                    if not self._closed.is_set():
                        await _pause(stopped, self._cut(error))
                finally:
                    await items.aclose()
        finally:
            self._end_wait = None

    async def _aread_connection(self, stopped: asyncio.Event) -> AsyncGenerator[Item, None]:
        hub = self._course.hub
        context = ssl.create_default_context() if hub.tls else None
        streams = await _either(asyncio.open_connection(hub.host, hub.port, ssl=context), stopped,
                                CONNECT_TIMEOUT)
        if streams is None:
            return
        reader, writer = streams
        try:
            writer.write(self._course.request())
            while not self._course.ended:
                data = await _either(reader.read(_READ_BYTES), stopped, SILENCE_MAX)
                if data is None:
                    return
                if not data:
                    break
                for item in self._course.feed(data):
                    yield item
            self._course.end()
        finally:
            writer.close()


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except asyncio.TimeoutError:
        pass


async def _either(what: Awaitable[T], stopped: asyncio.Event, timeout: float) -> Optional[T]:
    """Its result; None once ``stopped``; asyncio.TimeoutError after so many seconds."""
    work, stop = asyncio.ensure_future(what), asyncio.ensure_future(stopped.wait())
    try:
        await asyncio.wait({work, stop}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        if stop.done():
            return None
        raise asyncio.TimeoutError(f"nothing came for {timeout:g} s")
    finally:
        work.cancel()
        stop.cancel()


def shut(sock: socket.socket) -> None:
    """Whoever reads from it, in any thread, is at its end."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _texts(key: str, value: Texts) -> List[Tuple[str, str]]:
    if value is None:
        return []
    return [(key, each) for each in ([value] if isinstance(value, str) else value)]


def subscribe(hub: Optional[str] = None, *, app: Texts = None, proc: Texts = None,
              host: Texts = None, log: Texts = None, exclude: Texts = None,
              severity: Optional[str] = None, tail: Optional[int] = None,
              since: Optional[str] = None, until: Optional[str] = None,
              after: Optional[str] = None, first_retry: float = 0.2,
              longest_retry: float = 15.0) -> Subscription:
    """Reads what ``hub`` (``http://HOST:7702``, ``https://...``) has and gets.

    ``app``, ``proc`` and ``host`` are regular expressions for the whole value, of several any
    may match; ``log`` is found in the text, of several all; ``exclude`` is not, of several none.
    ``severity`` is the least. ``tail`` begins with the last so many, ``since`` at a time (RFC 3339
    or an age such as ``10m``), ``after`` behind a record's cursor; without these it begins now.
    ``until`` ends it. Without ``hub`` it is LOGIO_HUB, the host of LOGIO_URL, or this machine.
    """
    wanted: List[Tuple[str, str]] = []
    for key, value in (("app", app), ("proc", proc), ("host", host), ("log", log),
                       ("exclude", exclude), ("severity", severity), ("until", until)):
        wanted += _texts(key, value)
    first: List[Tuple[str, str]] = []
    for key, begin in (("tail", None if tail is None else str(tail)), ("since", since),
                       ("after", after)):
        first += _texts(key, begin)
    return Subscription(Course(parse_hub(hub), wanted, first, first_retry, longest_retry))
