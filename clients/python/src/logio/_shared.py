"""One publisher per URL for all handlers and streams of the process: one connection."""
import threading
from typing import Dict, Optional

from ._debug import tell
from .transport import ConfigError, Publisher

__all__ = ["quiet", "shared_publisher"]

_lock = threading.Lock()
_publishers: Dict[Optional[str], Publisher] = {}


class _Quiet(threading.local):
    """``on`` in a thread whose log record is published already: what handlers now print is not
    published once more by a stream."""

    on = False


quiet = _Quiet()


def shared_publisher(url: Optional[str] = None) -> Publisher:
    """By ``url``, or by LOGIO_URL. Has no error: of an unusable URL one line says why, and the
    publisher only counts."""
    publisher = _publishers.get(url)
    if publisher is None:
        with _lock:
            publisher = _publishers.get(url)
            if publisher is None:
                publisher = _publishers[url] = _make(url)
    return publisher


def forget_shared() -> None:
    """For tests: the next call looks at the environment again."""
    with _lock:
        for publisher in _publishers.values():
            publisher.close(0)
        _publishers.clear()


def _make(url: Optional[str]) -> Publisher:
    if url is not None:
        try:
            return Publisher(url)
        except ConfigError as error:
            tell(f"the URL of a handler: {error}; nothing is published")
    return Publisher.disabled() if url is not None else Publisher()
