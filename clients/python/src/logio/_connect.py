"""A connection to a hub, made without waiting longer than told, and one wait for it and for the
application."""
import encodings.idna  # noqa: F401 - getaddrinfo would import it, when another thread may import
import errno
import os
import select
import socket
import time
from typing import Callable, Tuple, Union

from ._config import HubAddress

__all__ = ["ConnectError", "connect", "wait"]

_PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK)


class ConnectError(OSError):
    """Why no connection came about, in one line with the hub's name."""


def wait(sock: socket.socket, wake: socket.socket, writes: bool,
         timeout: float) -> Tuple[bool, bool, bool]:
    """Whether ``sock`` has something to read (or has failed), takes something, and whether
    ``wake`` has something to read."""
    timeout = max(timeout, 0.0)
    if not hasattr(select, "poll"):
        reads, takes, fails = select.select([sock, wake], [sock] if writes else [], [sock], timeout)
        return sock in reads or sock in fails, sock in takes, wake in reads
    poll = select.poll()
    poll.register(sock, select.POLLIN | (select.POLLOUT if writes else 0))
    poll.register(wake, select.POLLIN)
    events = dict(poll.poll(min(timeout, 86_400.0) * 1000))
    of_sock = events.get(sock.fileno(), 0)
    return (bool(of_sock & ~select.POLLOUT), bool(of_sock & select.POLLOUT),
            bool(events.get(wake.fileno(), 0)))


def _set_options(sock: socket.socket) -> None:
    options = [(socket.IPPROTO_TCP, "TCP_NODELAY", 1),
               # A dead peer is found by these: it is silent by right.
               (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
               (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
               (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 15),
               (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
               (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 60_000)]
    for level, name, value in options:
        if hasattr(socket, name):
            try:
                sock.setsockopt(level, getattr(socket, name), value)
            except OSError:
                pass  # this system has it by name only


def _resolve(hub: HubAddress) -> list:  # type: ignore[type-arg]
    host: Union[str, bytes] = hub.host.encode() if hub.host.isascii() else hub.host
    try:
        return socket.getaddrinfo(host, hub.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConnectError(f"{hub}: the name cannot be resolved ({why})") from None


def connect(hub: HubAddress, timeout: float, wake: socket.socket,
            given_up: Callable[[], bool]) -> socket.socket:
    """A socket that does not block; each address of the hub has ``timeout`` seconds."""
    why = "no address"
    for family, kind, protocol, _, address in _resolve(hub):
        if given_up():
            break
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            why = error.strerror or str(error)
            continue
        try:
            _connect_one(sock, address, time.monotonic() + timeout, wake, given_up)
            _set_options(sock)
            return sock
        except OSError as error:
            sock.close()
            why = error.strerror or str(error)
    raise ConnectError(f"{hub}: {why}")


def _connect_one(sock: socket.socket, address: object, deadline: float, wake: socket.socket,
                 given_up: Callable[[], bool]) -> None:
    sock.setblocking(False)
    code = sock.connect_ex(address)  # type: ignore[arg-type]
    while code in _PENDING:
        left = deadline - time.monotonic()
        if left <= 0 or given_up():
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        readable, writable, awake = wait(sock, wake, True, left)
        if awake:
            wake.recv(4096)
        if readable or writable:
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
