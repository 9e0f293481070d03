"""A service manager for one hub: its notify socket, and sockets that it hands over."""
import os
import select
import socket
import sys
import tempfile
import time

from hub import Failure, Hub, deadline

# Puts the descriptors where sd_listen_fds(3) wants them and becomes the program: only the process
# itself knows its LISTEN_PID.
BECOME = """
import os, sys
fds, pid, names, *program = sys.argv[1:]
high = [os.dup(int(fd)) for fd in fds.split(",") if fd]
while min(high, default=99) < 3 + len(high):
    high = [os.dup(fd) for fd in high]
for at, fd in enumerate(high):
    os.dup2(fd, 3 + at, inheritable=True)
os.environ["LISTEN_FDS"] = str(len(high))
os.environ["LISTEN_PID"] = pid or str(os.getpid())
if names:
    os.environ["LISTEN_FDNAMES"] = names
os.execv(program[0], program)
"""


def listening(host="127.0.0.1", family=socket.AF_INET, backlog=4096):
    out = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    out.bind((host, 0))
    out.listen(backlog)
    return out


def port_of(listener):
    return listener.getsockname()[1]


def activated(sockets, *flags, names="", pid="", **how):
    """A hub that inherits the sockets (anything with a descriptor)."""
    fds = [s.fileno() for s in sockets]
    launcher = [sys.executable, "-c", BECOME, ",".join(map(str, fds)), pid, names]
    return Hub(*flags, launcher=launcher, fds=fds, **how)


class Manager:
    """The socket at which a service says how it is."""

    def __init__(self, abstract=False):
        self.folder = tempfile.TemporaryDirectory(prefix="logio-notify-")
        path = f"{self.folder.name}/notify"
        self.name = f"@logio-test-{os.getpid()}-{id(self)}" if abstract else path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if abstract else path)
        self.environment = {"NOTIFY_SOCKET": self.name}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()

    def next(self, seconds=None):
        """What one message says, by name."""
        end = deadline(seconds)
        if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
            raise Failure("the hub tells nothing")
        lines = self.socket.recv(1 << 16).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)

    def next_with(self, name, seconds=None):
        end = deadline(seconds)
        while True:
            said = self.next(end - time.monotonic())
            if name in said:
                return said

    def drain(self):
        """Takes what was said already."""
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(1 << 16)

    def is_quiet(self, seconds):
        """Whether nothing is said for so long: for what must not happen."""
        return not select.select([self.socket], [], [], seconds)[0]
