"""A server on loopback that can stop, and start again at the same port."""
import socket
import ssl
import threading

from connection import Connection, Ended, Malformed
from hub import DEADLINE_S, Failure

IDLE_S = 30     # of a connection without a request, as Jetty has it


def bound(host, port):
    held = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((host, port))
    return held


def join(thread):
    thread.join(DEADLINE_S)
    if thread.is_alive():
        raise Failure(f"{thread.name} of a test's server does not end")


class Server:
    """A thread of each connection calls serve_one() for each request, and refuse() for the last."""

    def __init__(self, host, port, tls):
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.connections = 0    # that were accepted
        self.stopped = threading.Event()
        self.stopped.set()
        self.lock = threading.Lock()
        self.threads = {}       # of each connection
        self.listener = self.acceptor = None
        # It keeps the port while nobody listens there: who connects is refused.
        self.holder = bound(host, port)
        self.host, self.port = self.holder.getsockname()[:2]

    @property
    def address(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.holder.close()

    def start(self):
        """Listens, at the same port each time."""
        if not self.stopped.is_set():
            return
        self.listener = bound(self.host, self.port)
        self.listener.listen(128)
        self.stopped.clear()
        self.acceptor = threading.Thread(target=self.accept, args=(self.listener,), daemon=True)
        self.acceptor.start()

    def stop(self):
        """Ends all connections; who connects is refused."""
        if self.stopped.is_set():
            return
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        join(self.acceptor)
        self.listener.close()
        with self.lock:
            threads = dict(self.threads)
        for connection in threads.values():
            connection.abort()
        for thread in threads:
            join(thread)

    def accept(self, listener):
        while not self.stopped.is_set():
            try:
                accepted, peer = listener.accept()
            except OSError:
                break
            self.connections += 1
            connection = Connection(accepted, self.connections, peer[0])
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            with self.lock:
                self.threads[thread] = connection
            thread.start()

    def serve(self, connection):
        try:
            connection.begin(self.context, IDLE_S)
            while self.serve_one(connection, connection.read_request(IDLE_S)):
                pass
        except (Ended, OSError):
            pass
        except Malformed as why:
            connection.write(self.refuse(str(why)), IDLE_S)
        finally:
            connection.close()
            with self.lock:
                self.threads.pop(threading.current_thread(), None)
