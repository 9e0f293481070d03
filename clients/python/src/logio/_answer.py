"""What a hub says to an acknowledged publisher: one JSON object per line."""
import json
from dataclasses import dataclass
from typing import Any, Iterator, Optional

__all__ = ["Answer", "AnswerReader"]

_LINE_BYTES_MAX = 64 << 10  # what is longer is left out


@dataclass(frozen=True)
class Answer:
    """A greeting or an acknowledgement up to ``number``; or an error, of that record if it has
    one."""

    kind: str  # "greeting", "ack" or "error"
    number: Optional[int]
    text: str = ""  # an error's message


def _whole(value: Any) -> Optional[int]:
    return value if type(value) is int and 0 <= value < 1 << 64 else None


def _read(line: bytes) -> Optional[Answer]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    error = said.get("error")
    if isinstance(error, dict):
        text = error.get("message")
        return Answer("error", _whole(error.get("record")),
                      text if isinstance(text, str) else line.decode("utf-8", "replace"))
    number = _whole(said.get("ack"))
    if number is None:
        return None
    return Answer("greeting" if "logio" in said else "ack", number)


class AnswerReader:
    """Takes bytes in any pieces; what is no answer is passed over."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> Iterator[Answer]:
        start = 0
        while True:
            end = data.find(b"\n", start)
            part = data[start:] if end < 0 else data[start:end]
            if len(self._line) + len(part) > _LINE_BYTES_MAX:
                self._line.clear()
                self._too_long = True
            elif not self._too_long:
                self._line += part
            if end < 0:
                return
            start = end + 1
            answer = None if self._too_long else _read(bytes(self._line))
            self._line.clear()
            self._too_long = False
            if answer:
                yield answer
