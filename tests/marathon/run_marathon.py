"""`logio marathon` for tests: beside a test Marathon, with a callback URL of its own."""
import contextlib
import os
import socket
import struct

from marathon import Marathon

from hub import Hub

LISTENS = "0A"  # TCP_LISTEN in /proc/net/tcp


@contextlib.contextmanager
def held_port():
    """A free port that nobody else is given meanwhile; whoever names it can listen there."""
    with Marathon() as holder:
        holder.stop()
        yield holder.port


@contextlib.contextmanager
def logger(marathon, *flags, options="", command="marathon"):
    """A hub with marathon-logger's flags; `options` stand behind Marathon's URL."""
    with held_port() as port:
        callback = f"http://127.0.0.1:{port}/events"
        with Hub("-m", marathon.url + options, "-c", callback, *flags, "-p", str(port),
                 command=command) as hub:
            hub.callback = callback
            yield hub


def address_of(text):
    """The host and port of a line in /proc/net/tcp or tcp6: words of this machine's byte order."""
    words, port = text.split(":")
    packed = b"".join(struct.pack("=I", int(words[n:n + 8], 16)) for n in range(0, len(words), 8))
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def listening(pid):
    """All (host, port) where a process takes TCP connections."""
    sockets = set()
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):    # closed since
            sockets.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
    found = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{table}", encoding="ascii") as file:
            for line in list(file)[1:]:
                column = line.split()
                if column[3] == LISTENS and f"socket:[{column[9]}]" in sockets:
                    found.add(address_of(column[1]))
    return found
