"""The course of a subscription over all its connections: what is asked of the hub, what its
answers mean, and where it goes on after a cut. No input and no output."""
import base64
import json
import os
import random
from dataclasses import dataclass
from typing import Iterator, List, Optional, Tuple
from urllib.parse import quote, unquote, urlencode, urlsplit

from ._config import ConfigError, parse_url
from ._http import HttpError, HttpReader
from ._items import Item, Record, read_item

__all__ = ["Course", "Cut", "Hub", "SubscribeError", "parse_hub"]

SILENCE_MAX = 45.0  # without a byte, not even a heartbeat, a connection counts as cut
CONNECT_TIMEOUT = 5.0
HEARTBEAT = "15s"
_LINE_BYTES_MAX = 128 << 20
_ERROR_BYTES_MAX = 64 << 10
_SUBSCRIBE_PORT = 7702


class SubscribeError(Exception):
    """The hub said no, for good; the text is its own message, in one line."""


class Cut(Exception):
    """The connection ended, and another is to be tried."""


@dataclass(frozen=True)
class Hub:
    host: str
    port: int
    tls: bool = False
    path: str = ""
    authorization: str = ""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _default_url() -> str:
    hub = os.environ.get("LOGIO_HUB")
    if hub:
        return hub
    url = os.environ.get("LOGIO_URL")
    if url:
        try:
            host = parse_url(url).hubs[0].host
            return f"http://[{host}]" if ":" in host else f"http://{host}"
        except ConfigError as error:
            raise SubscribeError(f"LOGIO_URL: {error}") from None
    return "http://127.0.0.1"


def parse_hub(url: Optional[str]) -> Hub:
    """By ``url``; else LOGIO_HUB, the host of LOGIO_URL, or this machine."""
    given = _default_url() if url is None else url
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        raise SubscribeError(f"the hub's URL cannot be read ({error}); "
                             "write it as http://HOST:7702") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SubscribeError("the hub's URL is none; write it as http://HOST:7702")
    if parts.query or parts.fragment:
        raise SubscribeError("the hub's URL has a query; what is wanted is told by arguments")
    tls = parts.scheme == "https"
    authorization = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Hub(parts.hostname, port or (443 if tls else _SUBSCRIBE_PORT), tls,
               quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._"), authorization)


class Course:
    """``wanted`` goes into each request, ``first`` only into those before anything is known of
    where the stream stands."""

    def __init__(self, hub: Hub, wanted: List[Tuple[str, str]],
                 first: List[Tuple[str, str]], first_retry: float, longest_retry: float) -> None:
        self.hub = hub
        self._wanted = wanted
        self._first = first
        self._first_retry, self._longest_retry = first_retry, longest_retry
        self._retry = first_retry
        self._cursor = ""
        self._ends = any(key == "until" for key, _ in wanted)
        self._begin()

    def _begin(self) -> None:
        self._http = HttpReader()
        self._line = bytearray()
        self._searched = 0
        self._body_of_error = bytearray()

    def request(self) -> bytes:
        """The next connection's."""
        self._begin()
        place = [("after", self._cursor)] if self._cursor else self._first
        query = urlencode(self._wanted + place + [("format", "ndjson"),
                                                  ("heartbeat", HEARTBEAT)])
        lines = [f"GET {self.hub.path}/?{query} HTTP/1.1", f"Host: {self.hub}",
                 "Accept: application/x-ndjson", "User-Agent: logio-python"]
        if self.hub.authorization:
            lines.append(f"Authorization: {self.hub.authorization}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def retry_delay(self) -> float:
        """How long to wait before the next connection."""
        delay = self._retry * random.uniform(0.75, 1.25)
        self._retry = min(self._retry * 2, self._longest_retry)
        return delay

    def feed(self, data: bytes) -> Iterator[Item]:
        """What is in it. ``Cut`` and ``SubscribeError`` as they say."""
        known = self._http.status
        try:
            body = self._http.feed(data)
        except HttpError as error:
            raise Cut(str(error)) from None
        if not self._http.status:
            return
        if self._http.status != 200:
            self._feed_error(body)
            return
        if not known:
            self._retry = self._first_retry
            if not self._cursor:
                self._cursor = self._http.headers.get("logio-cursor", "")
        for line in self._lines(body):
            item = read_item(line)
            if item is None:
                continue
            if isinstance(item, Record) and item.cursor:
                self._cursor = item.cursor
            yield item

    def _lines(self, body: bytes) -> Iterator[bytes]:
        self._line += body
        start = 0
        end = self._line.find(b"\n", self._searched)
        try:
            while end >= 0:
                line = bytes(self._line[start:end])
                start = end + 1
                if line.strip():
                    yield line
                end = self._line.find(b"\n", start)
        finally:
            del self._line[:start]
            self._searched = len(self._line)
        if len(self._line) > _LINE_BYTES_MAX:
            raise Cut("a line of more than 128 MiB: this is no hub")

    def _feed_error(self, body: bytes) -> None:
        self._body_of_error += body[:_ERROR_BYTES_MAX - len(self._body_of_error)]
        if self._http.complete or len(self._body_of_error) >= _ERROR_BYTES_MAX:
            self._raise_status()

    def _raise_status(self) -> None:
        status = self._http.status
        text = _message(bytes(self._body_of_error)) or "nothing"
        if status >= 500 or status in (408, 429):
            raise Cut(f"the hub says {status}: {text}")
        raise SubscribeError(f"the hub says {status}: {text}")

    @property
    def over(self) -> bool:
        """The end of the stream is the end of the subscription."""
        return self._ends and self._http.status == 200 and self._http.complete

    @property
    def ended(self) -> bool:
        """The hub has ended the answer as HTTP has it."""
        return self._http.complete

    def end(self) -> None:
        """The connection was closed: ``over``, or ``Cut``."""
        self._http.end()
        if self._http.status and self._http.status != 200:
            self._raise_status()
        if not self.over:
            raise Cut("the hub closed the connection")


def _message(body: bytes) -> str:
    """A hub's own words, in one line."""
    try:
        said = json.loads(body)
        error = said["error"]
        hint = error.get("hint")
        return " ".join(str(error["message"]).split()) + (f" ({hint})" if hint else "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return " ".join(body.decode("utf-8", "replace").split())[:500]
