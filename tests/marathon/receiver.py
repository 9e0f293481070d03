"""Takes what is posted to a callback URL, and remembers the bytes."""
import socketserver
import threading

from hub import DEADLINE_S


class Receiver:
    def __init__(self):
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = DEADLINE_S

            def handle(self):
                while receiver.take(self.rfile, self.connection):
                    self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n"
                                     % receiver.status)

        self.status = 200
        self.heads, self.bodies, self.connections = [], [], set()
        self.go_on = threading.Event()      # no answer while it is clear
        self.go_on.set()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/events"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,),
                                       daemon=True)

    def take(self, file, connection):
        lines = []
        while not lines or lines[-1] not in (b"\r\n", b""):
            lines.append(file.readline())
        if lines[-1] == b"":
            return False
        length = next(int(line.split(b":")[1]) for line in lines
                      if line.startswith(b"Content-Length:"))
        self.connections.add(connection)
        self.heads.append(b"".join(lines))
        self.bodies.append(file.read(length))
        return self.go_on.wait(DEADLINE_S)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.go_on.set()
        self.server.shutdown()
        self.thread.join(DEADLINE_S)
        self.server.server_close()
