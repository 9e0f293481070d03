"""What each wait has in common: a deadline, and an error that says what was awaited."""
import os
import select
import time

DEADLINE_S = float(os.environ.get("LOGIO_TEST_DEADLINE_S", "20"))


class Failure(AssertionError):
    """What had to be seen was not seen, or not in time."""


def deadline(seconds=None):
    return time.monotonic() + (DEADLINE_S if seconds is None else seconds)


def is_readable(what, seconds):
    """Whether `what`, a socket or descriptor, has bytes, its end or an error within so long."""
    poll = select.poll()
    poll.register(what, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))


def is_writable(what, seconds):
    poll = select.poll()
    poll.register(what, select.POLLOUT)
    return bool(poll.poll(max(0, seconds) * 1000))


def pause():
    """Between two looks at a condition: nobody is waited for with it."""
    select.select([], [], [], 0.005)


def await_readable(what, end, awaited):
    if not is_readable(what, end - time.monotonic()):
        raise Failure(f"in vain: {awaited}")


def short(what, most=300):
    """A value for a message: not longer than somebody reads."""
    text = what if isinstance(what, str) else repr(what)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
