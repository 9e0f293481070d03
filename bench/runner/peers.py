"""Peers of sinks that are not well: one that is not there, one that stands still, one that refuses.

Inside the block `flags` fills the ports into a hub's flags: {dead}, {stopped}, {refusing}.
"""

import http.server
import json
import socket
import subprocess
import sys
import threading

# Takes a connection, reads, and stands still in the middle of it.
STANDS_STILL = """
import os, signal, socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
server.accept()[0].recv(65536)
os.kill(os.getpid(), signal.SIGSTOP)
"""

REFUSAL = {"index": {"_index": "x", "status": 400,
                     "error": {"type": "mapper_parsing_exception", "reason": "it is not wanted"}}}


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Answers like a node of Elasticsearch for which no document is right."""

    protocol_version = "HTTP/1.1"

    def _answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self._answer({"version": {"number": "8.0.0"}})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        count = body.count(b"\n") // 2
        self._answer({"took": 1, "errors": True, "items": [REFUSAL] * count})

    def log_message(self, *_):
        pass


class Unwell:
    def __enter__(self):
        self.stopped = subprocess.Popen([sys.executable, "-c", STANDS_STILL],
                                        stdout=subprocess.PIPE, text=True)
        self.stopped_port = int(self.stopped.stdout.readline())
        with socket.create_server(("127.0.0.1", 0)) as gone:
            self.dead_port = gone.getsockname()[1]
        self.refusing = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
        self.refusing.daemon_threads = True
        threading.Thread(target=self.refusing.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.refusing.shutdown()
        self.refusing.server_close()
        self.stopped.kill()
        self.stopped.wait()
        self.stopped.stdout.close()

    def flags(self, flags):
        return [flag.format(dead=self.dead_port, stopped=self.stopped_port,
                            refusing=self.refusing.server_address[1])
                for flag in flags]
