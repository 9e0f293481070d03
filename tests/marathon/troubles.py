"""What befalls requests to the test Marathon, instead of an answer or in front of it."""
import threading

from answers import Answer, wanted_answer
from connection import SLICE_S

GARBAGE = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\0\0\1\xff"
API = "/v2/"


class Planned:
    """What the next requests get. `path` is without the prefix; None: all of the API."""

    def __init__(self, act, times, path, method):
        self.act, self.times, self.path, self.method = act, times, path, method

    def is_for(self, request, path):
        return (path == self.path if self.path else path.startswith(API)) and (
            self.method in (None, request.method))


class Troubles:
    """A part of the Marathon; each method may be called while it runs. `times` may be math.inf."""

    def __init__(self):
        self.planned = []
        self.hanging = 0    # requests that have no answer yet
        self.released = threading.Event()
        self.leader = None  # (URL, status)
        self.changing = threading.Lock()

    def fail(self, status, times=1, body=None, path=None, method=None, headers=()):
        """The next requests get this status, and the body: text, bytes, or a dict for JSON."""
        self.plan(lambda request, _: (b"", wanted_answer(status, body, request.path, headers)),
                  times, path, method)

    def garbage(self, times=1, path=None, method=None, data=GARBAGE):
        """The next requests get these bytes, and the end of the connection."""
        self.plan(lambda *_: (data, None), times, path, method)

    def hang(self, times=1, path=None, method=None):
        """The next requests are read and not answered until release(), which lets them go on."""
        with self.changing:
            if self.released.is_set():
                self.released = threading.Event()
        self.plan(self.hang_one, times, path, method)

    def release(self):
        """Requests that hang go on, and no more will hang."""
        with self.changing:
            self.planned = [one for one in self.planned if one.act != self.hang_one]
            self.released.set()

    def redirect(self, url, status=302):
        """Each request of the API is sent to the leader at `url`; None: this one leads again."""
        self.leader = (url.rstrip("/"), status) if url is not None else None

    def heal(self):
        """Nothing of the above is to come any more."""
        with self.changing:
            self.planned = []
            self.released.set()
        self.leader = None

    # -- for the server ---------------------------------------------------------------------------

    def plan(self, act, times, path, method):
        with self.changing:
            self.planned.append(Planned(act, times, path, method))

    def trouble(self, connection, request, path):
        """Raw bytes to write before the connection ends, or an answer, or neither."""
        with self.changing:
            found = next((one for one in self.planned if one.is_for(request, path)), None)
            if found:
                found.times -= 1
                if found.times <= 0:
                    self.planned.remove(found)
        raw, answer = found.act(request, connection) if found else (b"", None)
        if not raw and answer is None and self.leader and path.startswith(API):
            url, status = self.leader
            target = request.target.removeprefix(self.prefix)
            answer = Answer(status, headers=[f"Location: {url}{target}"])
        return raw, answer

    def hang_one(self, _, connection):
        released = self.released
        with self.changing:
            self.hanging += 1
        while not connection.aborted and not released.wait(SLICE_S):
            pass    # leaving the Marathon aborts it
        with self.changing:
            self.hanging -= 1
        return b"", None
