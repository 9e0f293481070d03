"""What a hub sends to a subscriber: records, and notices of loss, which are no records."""
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional, Union

__all__ = ["Item", "Loss", "Record", "read_item"]


@dataclass(frozen=True)
class Record:
    """One record; what the hub leaves out is empty or None. Times are RFC 3339 in UTC with
    nanoseconds, as the hub writes them."""

    text: str
    app: str = ""
    proc: str = ""
    host: str = ""
    #: When it was made, by its publisher's clock.
    time: str = ""
    #: When the hub got it.
    arrived: str = ""
    #: 1 to 24 as in OpenTelemetry: 9 is info, 13 warn, 17 error.
    severity: Optional[int] = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: Where to go on behind it: ``subscribe(after=...)``.
    cursor: str = ""

    @property
    def datetime(self) -> datetime:
        """``time``, cut to microseconds."""
        seconds, _, fraction = self.time.rstrip("Z").partition(".")
        return datetime.strptime(f"{seconds}.{fraction[:6] or '0'}",
                                 "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Loss:
    """Records that this subscriber does not get, told where they are missing."""

    #: "dropped": it was too slow; "missed": the hub has them no more; "continuity_lost": the
    #: hub cannot know, its history is another than that of the cursor.
    kind: str
    #: How many; None where that is not known.
    count: Optional[int]
    #: The time of the first of them, if it is known.
    since: Optional[str]
    reason: str
    #: The notice as a line of a log has it.
    text: str


Item = Union[Record, Loss]


def _text(found: Dict[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _count(found: Dict[str, Any], key: str) -> Optional[int]:
    value = found.get(key)
    return value if type(value) is int else None


def read_item(line: bytes) -> Optional[Item]:
    """None: a heartbeat, or what only a newer client knows."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if "cursor" not in found:
        for kind in ("dropped", "missed", "continuity_lost"):
            if kind in found:
                return Loss(kind, _count(found, kind), _text(found, "since") or None,
                            _text(found, "reason"), _text(found, "text"))
    if "text" not in found and "cursor" not in found:
        return None
    fields = found.get("fields")
    return Record(_text(found, "text"), _text(found, "app"), _text(found, "proc"),
                  _text(found, "host"), _text(found, "time"), _text(found, "arrived"),
                  _count(found, "severity"), fields if isinstance(fields, dict) else {},
                  _text(found, "cursor"))
