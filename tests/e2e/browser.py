"""A real browser that opens a page of the test, and a TCP proxy that can be cut under it."""
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from hub import DEADLINE_S, Failure
from load import reset

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--no-proxy-server"]


class Page:
    """Serves one page on loopback; what it posts comes to `take`, in order, as Python values."""

    def __init__(self, html, take):
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, body=b"", kind="text/html; charset=utf-8"):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):  # noqa: N802
                self.answer(page.html.encode() if self.path == "/" else b"")

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with page.lock:
                    take(json.loads(body))
                self.answer()

            def log_message(self, *_):
                pass

        self.html = html
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(DEADLINE_S)


class Proxy:
    """Passes bytes on between its own port and another; cut() resets all that is open."""

    def __init__(self, port):
        self.target = port
        self.port = 0
        self.lock = threading.Lock()
        self.pairs = []
        self.connections = 0
        self.heartbeats = 0
        self.start()

    def start(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """Nobody can connect; who has, is cut."""
        self.listener.shutdown(socket.SHUT_RDWR)    # wakes accept()
        self.listener.close()
        self.cut()

    def cut(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for sock in pair:
                self.wake_and(reset, sock)
        return len(pairs)

    @staticmethod
    def wake_and(close, sock):
        try:
            close(sock.dup())       # the thread that waits in recv() keeps its own
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            hub = socket.create_connection(("127.0.0.1", self.target), DEADLINE_S)
            hub.settimeout(None)
            with self.lock:
                self.pairs.append((client, hub))
                self.connections += 1
            for source, sink in ((client, hub), (hub, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                self.heartbeats += data.count(b"\r\n:\n\n")
                sink.sendall(data)
        except OSError:
            pass
        for sock in (source, sink):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Browser:
    """Headless Chromium with an empty profile, on one page, until the block ends."""

    def __init__(self, url):
        program = shutil.which("chromium")
        if program is None:
            raise Failure("no chromium: scripts/test --all installs it")
        self.profile = tempfile.TemporaryDirectory(prefix="logio-chromium-",
                                                   ignore_cleanup_errors=True)
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile.name}", url],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)

    def read_log(self):
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", "replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)     # its own session: nobody else is in it
        except ProcessLookupError:
            pass
        self.process.wait(DEADLINE_S)
        self.log.close()
        self.profile.cleanup()
