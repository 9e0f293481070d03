"""A record as it goes over the wire: one line of JSON, the same bytes each time it is sent.

    {"time":"2026-11-21T01:45:53.955367001Z","raw":"text","severity":"warn","fields":{"n":1}}

Bytes that are not UTF-8 stay as they are; the hub keeps them.
"""
import json
import math
import re
from datetime import datetime, timedelta
from json.encoder import encode_basestring  # type: ignore[attr-defined]
from typing import Any, Mapping, Optional, Tuple, Union

__all__ = ["SEVERITIES", "TEXT_BYTES_MAX", "encode_fields", "encode_loss", "encode_record",
           "encode_string"]

TEXT_BYTES_MAX = 1 << 20
SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")

_CUT_NOTE_BYTES_MAX = 34  # room for ` [cut: N bytes]` with the longest N
_FIELDS_BYTES_MAX = 8 << 20  # a hub refuses records of more than 16 MiB
_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # of the years 1 and 9999
_UNSAFE = re.compile(rb'[\x00-\x1f"\\]')
_ESCAPES = {bytes((c,)): b"\\u%04x" % c for c in range(0x20)}
_ESCAPES.update({b'"': b'\\"', b"\\": b"\\\\", b"\t": b"\\t"})
_INT_MIN, _INT_MAX = -(1 << 63), (1 << 64) - 1  # what JSON readers take as an integer
_DEPTH_MAX = 20

# The second that was written last, and how: replaced as a whole, so that threads need no lock.
_second: Tuple[int, str] = (0, "1970-01-01T00:00:00.")


def _text_of_second(number: int) -> str:
    """``2026-11-21T01:45:53.``; those that no calendar has are the first and the last."""
    global _second
    inside = min(max(number, _FIRST_SECOND), _LAST_SECOND)
    # isoformat and not strftime: some platforms write the year 1 without zeros.
    text = (_EPOCH + timedelta(seconds=inside)).isoformat() + "."
    _second = (number, text)
    return text


def to_bytes(text: str) -> bytes:
    """UTF-8; bytes that came in by ``surrogateescape`` go out as they were."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _escape(data: bytes) -> bytes:
    if _UNSAFE.search(data) is None:
        return data
    return _UNSAFE.sub(lambda found: _ESCAPES[found[0]], data)


def encode_string(text: str) -> bytes:
    """``text`` as a JSON string."""
    return b'"' + _escape(to_bytes(text)) + b'"'


def _without_line_end(data: bytes) -> bytes:
    if data.endswith(b"\n"):
        return data[:-2] if data.endswith(b"\r\n") else data[:-1]
    return data


def _cut(data: bytes, left_out: int) -> Tuple[bytes, int]:
    """What is kept of a text that is too long, not ending within a character, and how much
    is not."""
    most = TEXT_BYTES_MAX - _CUT_NOTE_BYTES_MAX
    if len(data) <= most:
        return data, left_out
    at = most
    while at > most - 3 and data[at] & 0xC0 == 0x80:
        at -= 1
    if data[at] & 0xC0 == 0x80:
        at = most  # not UTF-8
    return data[:at], left_out + len(data) - at


def encode_record(text: Union[str, bytes], time_ns: int, severity: Optional[str] = None,
                  fields: str = "", left_out_bytes: int = 0) -> bytes:
    """``fields`` is empty or a JSON object; ``left_out_bytes`` were behind ``text``."""
    number, rest = divmod(time_ns, _NS)
    known, second = _second
    if number != known:
        second = _text_of_second(number)
    more = f',"severity":"{severity}"' if severity else ""
    # No character of a printable text needs more than what encode_basestring escapes.
    if (type(text) is str and text.isprintable() and len(text) < TEXT_BYTES_MAX >> 2
            and not left_out_bytes):
        quoted = encode_basestring(text)
        if fields:
            return (f'{{"time":"{second}{rest:09d}Z","raw":{quoted}{more},"fields":{fields}}}\n'
                    .encode())
        return f'{{"time":"{second}{rest:09d}Z","raw":{quoted}{more}}}\n'.encode()
    data = _without_line_end(to_bytes(text) if isinstance(text, str) else text)
    cut, note = left_out_bytes, b""
    if left_out_bytes or len(data) > TEXT_BYTES_MAX:
        data, cut = _cut(data, left_out_bytes)
    if cut:
        note = b" [cut: %d bytes]" % cut
        inner = fields[1:-1].strip()
        fields = f'{{"cut_bytes":{cut}{"," if inner else ""}{inner}}}'
    return b'{"time":"%b%09dZ","raw":"%b%b"%b%b%b}\n' % (
        second.encode(), rest, _escape(data), note, more.encode(),
        b',"fields":' if fields else b"", fields.encode())


def encode_loss(count: int, since_ns: int, now_ns: int) -> bytes:
    """The record that stands where records were dropped."""
    number, rest = divmod(since_ns, _NS)
    since = f"{_text_of_second(number)}{rest // 1_000_000:03d}"
    return encode_record(f"Error L10 (output buffer overflow): {count} messages dropped since "
                         f"{since}.", now_ns, "warn")


def _plain(value: Any, depth: int) -> Any:
    """``value`` as JSON can say it; what it cannot becomes its string."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if isinstance(value, int):
        return int(value) if _INT_MIN <= value <= _INT_MAX else _text_of(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _text_of(value)
    if depth < _DEPTH_MAX:
        if isinstance(value, Mapping):
            return {_text_of(k): _plain(v, depth + 1) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [_plain(v, depth + 1) for v in value]
    return _text_of(value)


def _text_of(value: Any) -> str:
    try:
        return value if type(value) is str else str(value)
    except Exception as error:  # noqa: BLE001 - a value of the application's, and its fault
        return f"<{type(value).__name__}: {type(error).__name__} in str()>"


def encode_fields(fields: Mapping[str, Any]) -> str:
    """A JSON object with the values' own types; empty for none."""
    if not fields:
        return ""
    text = json.dumps(_plain(fields, 0), ensure_ascii=False, separators=(",", ":"))
    if not text.isascii():
        try:
            size = len(text.encode())
        except UnicodeEncodeError:  # half of a character: as its escape
            text = json.dumps(_plain(fields, 0), separators=(",", ":"))
            size = len(text)
    else:
        size = len(text)
    if size > _FIELDS_BYTES_MAX:
        return f'{{"fields_left_out_bytes":{size}}}'
    return text
