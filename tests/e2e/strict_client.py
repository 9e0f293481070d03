"""Takes HTTP answers apart with h11, whose author is not ours, as a strict client would.

Debian's python3-h11 is used: scripts/test installs it.
"""
import sys

try:
    import h11
except ImportError:  # this interpreter is not Debian's
    sys.path.append("/usr/lib/python3/dist-packages")
    import h11

from hub import Failure


class StrictAnswer:
    """An answer's status, fields and body; fails at whatever is not HTTP/1.1 to the letter."""

    def __init__(self, raw, method="GET", complete=True):
        self.interim = []
        self.status, self.headers, self.body = None, {}, b""
        self.ended = False
        client = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        client.send(h11.Request(method=method, target="/", headers=[("Host", "h")]))
        client.send(h11.EndOfMessage())
        try:
            client.receive_data(raw)
            self.read(client)
            if complete:
                client.receive_data(b"")
                self.read(client)
        except h11.RemoteProtocolError as error:
            raise Failure(f"h11: {error}: {raw[:300]!r}") from None
        if self.status is None or (complete and not self.ended):
            raise Failure(f"not a whole answer: {raw[:300]!r}")
        if client.trailing_data[0]:
            raise Failure(f"more than one answer: {client.trailing_data[0][:300]!r}")

    def read(self, client):
        while True:
            event = client.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event,
                                                                          h11.ConnectionClosed):
                return
            if isinstance(event, h11.InformationalResponse):
                self.interim.append(event.status_code)
            elif isinstance(event, h11.Response):
                self.status = event.status_code
                self.take_fields(event.headers)
            elif isinstance(event, h11.Data):
                self.body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.ended = True

    def take_fields(self, fields):
        for name, value in fields:
            name = name.decode("ascii")
            if name in self.headers:
                raise Failure(f"{name} comes twice")
            self.headers[name] = value.decode("ascii")
