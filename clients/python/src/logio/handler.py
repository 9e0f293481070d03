"""``logio.Handler``: what ``logging`` records, in the hub.

The text is what the formatter makes of the record, its time when it was made, its severity the
nearest to its level. Fields are the logger's name (not the root's), what came in ``extra``, and
of an exception its type, message and traceback.
"""
import logging
import traceback
from typing import Any, Dict, Optional, Union

from ._encode import encode_fields
from ._shared import shared_publisher
from .transport import Publisher

__all__ = ["Handler", "severity_of"]

_LEVELS = ((5, "trace"), (10, "debug"), (20, "info"), (30, "warn"), (40, "error"), (50, "fatal"))
# What every record has; then what formatters add.
_ATTRIBUTES = frozenset(logging.makeLogRecord({}).__dict__)
_ATTRIBUTES_COUNT = len(_ATTRIBUTES)
_COMMON = _ATTRIBUTES | {"message", "asctime", "taskName"}
_KEPT_MAX = 1000  # loggers' names and levels; programs may make them up

_severities: Dict[int, str] = {}
_names: Dict[str, str] = {"root": ""}


def severity_of(level: int) -> str:
    """The nearest to it, of two the lower."""
    severity = _severities.get(level)
    if severity is None:
        severity = min(_LEVELS, key=lambda each: (abs(each[0] - level), each[0]))[1]
        if len(_severities) < _KEPT_MAX:
            _severities[level] = severity
    return severity


def _fields_of_name(name: str) -> str:
    fields = encode_fields({"logger": name})
    if len(_names) < _KEPT_MAX:
        _names[name] = fields
    return fields


def _exception(record: logging.LogRecord) -> Dict[str, Any]:
    assert record.exc_info
    kind, value, trace = record.exc_info
    text = record.exc_text  # as the formatter has made it
    if not text:
        text = "".join(traceback.format_exception(kind, value, trace)).rstrip("\n")
    name = getattr(kind, "__qualname__", str(kind))
    module = getattr(kind, "__module__", "builtins")
    return {"type": name if module == "builtins" else f"{module}.{name}",
            "message": value, "traceback": text}


def _fields(record: logging.LogRecord) -> str:
    fields: Dict[str, Any] = {} if record.name == "root" else {"logger": record.name}
    for key, value in record.__dict__.items():
        if key not in _COMMON:
            fields[key] = value
    if record.exc_info and record.exc_info[0] is not None:
        fields["exception"] = _exception(record)
    return encode_fields(fields)


class Handler(logging.Handler):
    """Publishes to the hub that ``url`` names, or LOGIO_URL; without either it does nothing.

    Handlers with the same URL share one publisher, which outlives them and ends with the process
    after what is left was sent. It never waits for a hub; nor does ``flush()``, which
    ``logging`` calls at any change of its configuration. To wait there is
    ``handler.publisher.flush(timeout)``.
    """

    #: How many there have been.
    made = 0

    def __init__(self, url: Optional[str] = None, level: Union[int, str] = logging.NOTSET,
                 publisher: Optional[Publisher] = None) -> None:
        super().__init__(level)
        Handler.made += 1
        self.publisher = publisher if publisher is not None else shared_publisher(url)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
            found = record.__dict__
            # Counting is quicker than to look at each: most records have nothing of their own.
            usual = _ATTRIBUTES_COUNT + ("message" in found) + ("asctime" in found)
            if len(found) == usual and not record.exc_info:
                fields = _names.get(record.name)
                if fields is None:
                    fields = _fields_of_name(record.name)
            else:
                fields = _fields(record)
            # A float has no more than microseconds of these years.
            self.publisher.add_encoded(text, round(record.created * 1e6) * 1000,
                                       _severities.get(record.levelno)
                                       or severity_of(record.levelno), fields)
        except RecursionError:
            raise  # as logging's own handlers: the application is about to end by it
        except Exception:  # noqa: BLE001 - the application goes on, and logging tells it
            self.handleError(record)
