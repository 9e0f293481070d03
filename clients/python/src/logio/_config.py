"""What a publisher is told: by a URL, or value by value.

    logio://[user:pass@]host[:7701][,host2[:port]...]?app=&proc=&host=&buffer_bytes=&buffer_records=

An unusable URL is a ``ConfigError`` whose text says what is wrong, where, and how to mend it.
"""
import os
import re
import socket
import sys
from dataclasses import dataclass
from typing import Callable, Dict, Mapping, Optional, Tuple
from urllib.parse import unquote_to_bytes

__all__ = ["Config", "ConfigError", "HubAddress", "parse_url"]

PUBLISH_PORT = 7701
TOPIC_BYTES_MAX = 255
_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_WRITE = "write it as logio://HOST:7701?app=NAME"
_NOT_IN_A_TOPIC = re.compile(r"[\x00-\x1f\x7f-\x9f\[\]]")


class ConfigError(ValueError):
    """The settings cannot be used; the text is one line."""


@dataclass(frozen=True)
class HubAddress:
    """Where a hub listens for publishers: a name or an address, without brackets."""

    host: str
    port: int = PUBLISH_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def program_name() -> str:
    """The program's base name; for ``python -m NAME`` the name, for ``python -c`` ``python``."""
    path = sys.argv[0] if getattr(sys, "argv", None) else ""
    if path in ("", "-c", "-m"):
        return "python"
    folder, name = os.path.split(path)
    return os.path.basename(folder) or "python" if name == "__main__.py" else name


def as_topic_value(text: str) -> str:
    """``text`` as a hub takes it: for names that nobody wrote for a hub."""
    clean = _NOT_IN_A_TOPIC.sub("_", text)
    return clean.encode("utf-8", "replace")[:TOPIC_BYTES_MAX].decode("utf-8", "ignore")


@dataclass(frozen=True)
class Config:
    """All that a publisher needs to know.

    ``buffer_bytes`` and ``buffer_records`` bound what is kept for hubs that are away or slow,
    what is in flight included; times are in seconds. ``proc`` and ``host`` default to the
    program's and the machine's name.
    """

    hubs: Tuple[HubAddress, ...]
    app: str
    proc: Optional[str] = None
    host: Optional[str] = None
    buffer_bytes: int = 64 << 20
    buffer_records: int = 1_000_000
    connect_timeout: float = 5.0
    greeting_timeout: float = 2.0
    first_retry: float = 0.2
    longest_retry: float = 15.0
    exit_timeout: float = 5.0

    def __post_init__(self) -> None:
        if not self.hubs:
            raise ConfigError(f"there is no host; {_WRITE}")
        if self.proc is None:
            object.__setattr__(self, "proc", as_topic_value(program_name()))
        if self.host is None:
            object.__setattr__(self, "host", as_topic_value(socket.gethostname()))
        if not self.app:
            raise ConfigError("there is no app; add ?app=NAME")
        for key, value in (("app", self.app), ("proc", self.proc), ("host", self.host)):
            _check_topic_value(key, value or "")
        if self.buffer_bytes < 1 or self.buffer_records < 1:
            raise ConfigError("the buffer holds nothing; make buffer_bytes and buffer_records "
                              "at least 1")


def _check_topic_value(key: str, value: str) -> None:
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise ConfigError(f"{key} is not UTF-8; write it in UTF-8") from None
    if size > TOPIC_BYTES_MAX:
        raise ConfigError(f"{key} has {size} bytes; use at most {TOPIC_BYTES_MAX}")
    if _NOT_IN_A_TOPIC.search(value):
        raise ConfigError(f"{key} has a control character or one of [ ]; leave these out")


def parse_size(text: str) -> int:
    """Of ``64MiB``, ``1 KiB`` or ``4096``."""
    match = re.fullmatch(r"([0-9]{1,15}) ?(KiB|MiB|GiB)?", text)
    if not match or int(match[1]) == 0:
        raise ValueError
    return int(match[1]) * _UNITS[match[2] or ""]


def _parse_hub(text: str, number: int) -> HubAddress:
    where = f"host {number}" if number > 1 else "the host"
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise ConfigError(f"{where} has a [ without ]; write an IPv6 address as [::1]:7701")
        if rest and not rest.startswith(":"):
            raise ConfigError(f"{where} has something behind ]; write it as [::1]:7701")
        port, colon = rest[1:], rest[:1]
    else:
        host, colon, port = text.partition(":")
        if ":" in port:
            raise ConfigError(f"{where} has two colons; write an IPv6 address as [::1]:7701")
    if not host:
        raise ConfigError(f"{where} is empty; {_WRITE}")
    if re.search(r"[\x00-\x20\x7f]", host):
        raise ConfigError(f"{where} has white space or a control character; {_WRITE}")
    if not colon:
        return HubAddress(host)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ConfigError(f"{where} has a bad port {port[:20]!r}; use 1 to 65535")
    return HubAddress(host, int(port))


def _decode(text: str, key: str) -> str:
    if re.search(r"%(?![0-9a-fA-F]{2})", text):
        raise ConfigError(f"{key} has a % without two hex digits; write a percent sign as %25")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{key} is not UTF-8; write it in UTF-8") from None


def _read_query(query: str, warn: Callable[[str], None]) -> Dict[str, str]:
    found: Dict[str, str] = {}
    known = ("app", "proc", "host", "buffer_bytes", "buffer_records")
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key in known:
            found[key] = _decode(value, key)
        elif pair:
            warn(f"{key[:40]!r} is no key of this client; it is left out "
                 f"(there are {', '.join(known)})")
    return found


def _no_warning(_: str) -> None:
    pass


def _sizes(given: Mapping[str, str]) -> Dict[str, int]:
    out = {}
    for key in ("buffer_bytes", "buffer_records"):
        if key in given:
            try:
                out[key] = parse_size(given[key])
            except ValueError:
                raise ConfigError(f"{key} is {given[key][:20]!r}; write a size such as 65536, "
                                  "512 KiB or 64MiB") from None
    return out


def parse_url(url: str, warn: Callable[[str], None] = _no_warning) -> Config:
    """The settings in ``url``; ``warn`` is given one line for each key that is not known."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme != "logio":
        raise ConfigError(f"it does not begin with logio://; {_WRITE}")
    rest = rest.partition("#")[0]
    end = re.search(r"[/?]", rest)
    authority, tail = (rest[:end.start()], rest[end.start():]) if end else (rest, "")
    hosts = authority.rpartition("@")[2]
    given = _read_query(tail.partition("?")[2], warn)
    hubs = tuple(_parse_hub(text, n) for n, text in enumerate(hosts.split(","), 1))
    sizes = _sizes(given)
    return Config(hubs, given.get("app", ""), given.get("proc"), given.get("host"), **sizes)
