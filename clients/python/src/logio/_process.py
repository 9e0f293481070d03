"""What is to be done when the process forks, ends, or is told to end."""
import atexit
import os
import signal
import sys
import threading
from types import FrameType
from typing import Callable, List, Optional

from ._debug import debug

__all__ = ["at_exit", "flush_on_sigterm", "forget", "in_child", "run_at_exit"]

Action = Callable[[], None]

_in_child: List[Action] = []
_at_exit: List[Action] = []
_not_now: List[Callable[[Action], bool]] = []
_hooked_pid = 0


def in_child(action: Action) -> None:
    """Called in each child that is forked."""
    _in_child.append(action)


def at_exit(action: Action, not_now: Optional[Callable[[Action], bool]] = None) -> None:
    """Called when the process ends in an orderly way, what was registered last first. Not from a
    signal handler while ``not_now`` says so: it then calls what it is given later."""
    _at_exit.append(action)
    if not_now:
        _not_now.append(not_now)


def forget(*actions: object) -> None:
    """None of these is called any more."""
    _in_child[:] = [each for each in _in_child if each not in actions]
    _at_exit[:] = [each for each in _at_exit if each not in actions]
    _not_now[:] = [each for each in _not_now if each not in actions]


def run_at_exit() -> None:
    for action in reversed(list(_at_exit)):
        action()


def _run_in_child() -> None:
    for action in list(_in_child):
        action()


def may_start_thread() -> bool:
    """Not in uWSGI before it has forked its workers: it forks as it stands, and a worker forked
    while another thread has the interpreter never gets it."""
    uwsgi = sys.modules.get("uwsgi")
    return uwsgi is None or uwsgi.worker_id() != 0 or uwsgi.mule_id() != 0


def is_heir() -> bool:
    """Of uWSGI's workers the first, when it is forked for the first time: it publishes what was
    recorded before the forks."""
    uwsgi = sys.modules.get("uwsgi")
    return (uwsgi is not None and uwsgi.worker_id() == 1
            and uwsgi.workers()[0]["respawn_count"] <= 1)


class _Token:
    """What multiprocessing's registry holds on to, weakly."""


_token = _Token()


def hook_multiprocessing() -> None:
    """A child of ``multiprocessing`` ends without atexit, but runs its own finalizers; those of
    its parent it forgets at its start. To be called in each process that publishes."""
    global _hooked_pid
    util = sys.modules.get("multiprocessing.util")
    if util is None or _hooked_pid == os.getpid():
        return
    _hooked_pid = os.getpid()
    util.register_after_fork(_token, _finalize_in_child)
    _finalize_in_child(_token)


def _finalize_in_child(_: _Token) -> None:
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, run_at_exit, exitpriority=-1000)


def _on_sigterm(number: int, _: Optional[FrameType]) -> None:
    # A second one ends the process at once.
    signal.signal(number, signal.SIG_DFL)
    debug("SIGTERM: what is left is sent")
    _end_by(number)


def _end_by(number: int) -> None:
    # The signal may have come in the midst of a publisher's work on this very thread.
    if any(not_now(lambda: _end_by(number)) for not_now in list(_not_now)):
        return
    try:
        run_at_exit()
    finally:
        os.kill(os.getpid(), number)


def _caught_by_others(number: int) -> bool:
    """Whether a handler in C is there, of which Python does not know, or will be."""
    if "uwsgi" in sys.modules:
        return True
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("SigCgt:"):
                    return bool(int(line[7:], 16) >> (number - 1) & 1)
    except (OSError, ValueError):
        pass  # not Linux
    return False


def flush_on_sigterm() -> bool:
    """SIGTERM flushes and then ends the process as it would have, by the signal. False: the
    program has a handler of its own, or this is not the main thread; then nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        return False
    if (signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
            or _caught_by_others(signal.SIGTERM)):
        return False
    signal.signal(signal.SIGTERM, _on_sigterm)
    return True


atexit.register(run_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_run_in_child)
