"""``import logio.auto``: with LOGIO_URL set, all that ``logging`` records is in the hub.

Nothing else changes. No handler is added to the root logger, as that would make a later
``logging.basicConfig()`` do nothing, silence the warnings that ``logging`` prints while nothing
is configured, and be gone after ``logging.config.dictConfig()``. Instead each record that a
logger gives to its handlers is given to a ``logio.Handler`` of ours after them: also where
loggers do not propagate, and whatever is configured, before or later. A logger that leads to a
``logio.Handler`` of the program's own publishes by that one.

At exit what is left is sent, for up to 5 seconds; so it is on SIGTERM, if nobody has a handler
for it when this is imported; the process ends by the signal all the same. LOGIO_SIGTERM=0
leaves SIGTERM alone.

Import it first: what other modules log while they exit is then published, too.
"""
import logging
import os
from typing import Callable, Optional

from ._process import flush_on_sigterm
from ._shared import quiet, shared_publisher
from .handler import Handler

__all__ = ["handler", "install", "uninstall"]

#: The one that is given every record; None where LOGIO_URL is not set, or unusable. Its level,
#: filters and formatter may be set.
handler: Optional[Handler] = None

_original: Optional[Callable[[logging.Logger, logging.LogRecord], None]] = None


def _has_own_handler(logger: Optional[logging.Logger]) -> bool:
    while logger is not None:
        if any(isinstance(each, Handler) for each in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False


def install() -> Optional[Handler]:
    """What importing this module does; once."""
    global handler, _original
    if _original is not None:
        return handler
    publisher = shared_publisher()
    if not publisher.enabled:
        return None
    made_before = Handler.made
    ours = handler = Handler(publisher=publisher)
    original = _original = logging.Logger.callHandlers

    def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
        before, quiet.on = quiet.on, True
        try:
            original(logger, record)
        finally:
            quiet.on = before
        if record.levelno < ours.level:
            return
        others = made_before or Handler.made > 1
        if not others or not _has_own_handler(logger):
            ours.handle(record)

    setattr(logging.Logger, "callHandlers", call_handlers)  # noqa: B010 - no method is assigned to
    if os.environ.get("LOGIO_SIGTERM") != "0":
        flush_on_sigterm()
    return ours


def uninstall() -> None:
    """Loggers are as before; what was recorded is still sent."""
    global handler, _original
    if _original is not None:
        setattr(logging.Logger, "callHandlers", _original)  # noqa: B010
    handler = _original = None


install()
