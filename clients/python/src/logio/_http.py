"""An HTTP/1.1 answer taken apart as it comes, in pieces of any size. No input and no output."""
from typing import Dict, List

__all__ = ["HttpError", "HttpReader"]

_HEAD_BYTES_MAX = 64 << 10
_CHUNK_LINE_BYTES_MAX = 1 << 10


class HttpError(Exception):
    """What came is not HTTP."""


class HttpReader:
    """``status`` is 0 until the head is complete; ``complete`` says that the body has ended as
    its framing says, and not by a cut."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Dict[str, str] = {}
        self.complete = False
        self._rest = bytearray()
        self._chunked = False
        self._left = -1  # of the chunk, or of the body: -1 is without a known end
        self._in_line = True

    def feed(self, data: bytes) -> bytes:
        """The body's bytes in it."""
        self._rest += data
        if not self.status and not self._read_head():
            return b""
        if not self._chunked:
            return self._take_plain()
        out: List[bytes] = []
        while not self.complete and (self._read_chunk_line() if self._in_line
                                     else self._read_chunk(out)):
            pass
        return b"".join(out)

    def end(self) -> None:
        """The connection was closed."""
        if self.status and not self._chunked and self._left < 0:
            self.complete = True

    def _read_head(self) -> bool:
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            if len(self._rest) > _HEAD_BYTES_MAX:
                raise HttpError("the head of the answer is too long")
            return False
        lines = self._rest[:end].decode("latin-1").split("\r\n")
        del self._rest[:end + 4]
        words = lines[0].split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
            raise HttpError(f"this is no HTTP: {lines[0][:60]!r}")
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        if words[1].startswith("1"):
            self.headers.clear()  # an interim answer
            return self._read_head()
        self.status = int(words[1])
        self._chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        length = self.headers.get("content-length", "")
        if not self._chunked and length.isdigit():
            self._left = int(length)
        return True

    def _take_plain(self) -> bytes:
        end = len(self._rest) if self._left < 0 else min(self._left, len(self._rest))
        out = bytes(self._rest[:end])
        del self._rest[:end]
        if self._left >= 0:
            self._left -= end
            self.complete = self._left == 0
        return out

    def _read_chunk_line(self) -> bool:
        end = self._rest.find(b"\r\n")
        if end < 0:
            if len(self._rest) > _CHUNK_LINE_BYTES_MAX:
                raise HttpError("the line before a chunk is too long")
            return False
        text = bytes(self._rest[:end]).partition(b";")[0].strip()
        del self._rest[:end + 2]
        try:
            self._left = int(text, 16)
        except ValueError:
            raise HttpError(f"a chunk begins with {text[:20]!r}") from None
        if self._left < 0:
            raise HttpError("a chunk of less than nothing")
        self.complete = self._left == 0
        self._in_line = False
        return True

    def _read_chunk(self, out: List[bytes]) -> bool:
        if self._left:
            part = bytes(self._rest[:self._left])
            del self._rest[:len(part)]
            self._left -= len(part)
            out.append(part)
        if self._left or len(self._rest) < 2:
            return False
        if self._rest[:2] != b"\r\n":
            raise HttpError("a chunk does not end in a line end")
        del self._rest[:2]
        self._in_line = True
        return True
