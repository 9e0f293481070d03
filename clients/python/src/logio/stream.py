"""``logio.stream()``: what is printed, in the hub, and still where it went."""
import sys
from types import TracebackType
from typing import Any, Iterable, List, Optional, TextIO, Tuple, Type

from . import _process
from ._encode import to_bytes
from ._lines import LineSplitter
from ._shared import quiet, shared_publisher
from .transport import Publisher

__all__ = ["Streams", "stream"]


class _Bytes:
    """``sys.stdout.buffer``: bytes are published, too."""

    def __init__(self, original: Any, lines: LineSplitter) -> None:
        self._original = original
        self._lines = lines

    def write(self, data: Any) -> Any:
        count = self._original.write(data)
        if not quiet.on:
            self._lines.feed(bytes(data))
        return count

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class _Text:
    """Stands for a text stream in everything (``isatty``, ``fileno``, ``encoding``...), and
    publishes what is written to it."""

    def __init__(self, original: TextIO, lines: LineSplitter) -> None:
        self._original = original
        self._lines = lines

    def write(self, text: str) -> int:
        count = self._original.write(text)
        if not quiet.on:
            self._lines.feed(to_bytes(text))
        return count

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> _Bytes:
        return _Bytes(self._original.buffer, self._lines)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def __iter__(self) -> Any:
        return iter(self._original)

    def __enter__(self) -> "_Text":
        return self

    def __exit__(self, *_: object) -> None:
        self._original.close()


class Streams:
    """The standard streams while they are published; ``restore()`` or the end of a ``with``
    block gives them back."""

    def __init__(self, publisher: Publisher, names: Iterable[str]) -> None:
        self._replaced: List[Tuple[str, Any, Any]] = []
        self._splitters: List[LineSplitter] = []
        if publisher.enabled:
            for name in names:
                self._replace(name, publisher)
            _process.in_child(self._forget)
            _process.at_exit(self._finish)

    def _replace(self, name: str, publisher: Publisher) -> None:
        original = getattr(sys, name)
        if original is None:
            return  # a program without a console
        fields = '{"stream":"stderr"}' if name == "stderr" else ""

        def publish(line: bytes, time_ns: int, left_out: int) -> None:
            publisher.add_encoded(line, time_ns, None, fields, left_out)

        lines = LineSplitter(publish)
        ours = _Text(original, lines)
        setattr(sys, name, ours)
        self._replaced.append((name, original, ours))
        self._splitters.append(lines)

    def _finish(self) -> None:
        for lines in self._splitters:
            lines.finish()

    def _forget(self) -> None:
        for lines in self._splitters:
            lines.forget()

    def restore(self) -> None:
        """Where another has replaced a stream since, that stays, and is not published on."""
        self._finish()
        for name, original, ours in self._replaced:
            if getattr(sys, name) is ours:
                setattr(sys, name, original)
        self._replaced.clear()
        _process.forget(self._forget, self._finish)

    def __enter__(self) -> "Streams":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.restore()


def stream(publisher: Optional[Publisher] = None, *, stdout: bool = True,
           stderr: bool = True) -> Streams:
    """Publishes each line that is printed from now on; those of stderr have the field
    ``stream=stderr``. Without a URL nothing changes."""
    names = [name for name, wanted in (("stdout", stdout), ("stderr", stderr)) if wanted]
    return Streams(publisher if publisher is not None else shared_publisher(), names)
