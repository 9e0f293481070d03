"""The client's own lines, on standard error: not through ``logging`` and not through
``sys.stderr``, either of which may lead back here."""
import os
import time

__all__ = ["debug", "tell"]


def _write(line: str) -> None:
    try:
        os.write(2, f"logio: {line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # closed, or full: there is nobody to tell


def tell(line: str) -> None:
    """What a user must know, whatever is set."""
    _write(line.replace("\n", " "))


def debug(line: str) -> None:
    """What the client does; only with LOGIO_DEBUG=1."""
    if os.environ.get("LOGIO_DEBUG") == "1":
        _write(f"{time.strftime('%H:%M:%S')} [{os.getpid()}] " + line.replace("\n", " "))
