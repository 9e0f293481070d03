"""Sinks over TLS, before Python's server (OpenSSL) in front of a GELF server and of another hub."""
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from peers import Daemon, find_program, free_port, make_certificate, wait_until

from gelf_test import SOURCES
from hub import Hub, run
from ship_test_support import Ship


class Front:
    """A TLS server that passes on what it decrypts, to a port of this machine and back."""

    def __init__(self, folder, port, ask_certificate=None):
        self.certificate, self.key = make_certificate(pathlib.Path(folder), "IP:127.0.0.1")
        self.to = port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if ask_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(ask_certificate)
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.refused = 0
        threading.Thread(target=self.run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        try:
            inner = self.context.wrap_socket(plain, server_side=True)
        except (ssl.SSLError, OSError):
            self.refused += 1
            plain.close()
            return
        outer = socket.create_connection(("127.0.0.1", self.to))
        back = threading.Thread(target=self.copy, args=(outer, inner), daemon=True)
        back.start()
        self.copy(inner, outer)
        back.join()
        inner.close()
        outer.close()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except (ssl.SSLError, OSError):
            pass


class OverTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.built = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="logio-gelf-"))
        cls.program = f"{cls.built}/gelf_receiver"
        go = find_program("go", "/usr/lib/go/bin/go", "/usr/local/go/bin/go")
        subprocess.run([go, "build", "-o", cls.program, "main.go"], cwd=SOURCES, check=True,
                       timeout=300, env={**os.environ, "GO111MODULE": "off", "GOFLAGS": "",
                                         "GOPATH": "/usr/share/gocode",
                                         "GOCACHE": f"{cls.built}/cache"})

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="logio-tls-"))

    def folder_of(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        return path

    def receiver(self):
        daemon = Daemon("gelf")
        self.addCleanup(daemon.end)
        tcp = free_port()
        daemon.start([self.program, str(daemon.folder / "rows"),
                      f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}", f"127.0.0.1:{tcp}"], tcp)
        return daemon, tcp

    def ship(self, url, *lines):
        return run("ship", "-a", "shop", url, stdin="".join(f"{line}\n" for line in lines).encode())

    def test_gelf_and_who_is_not_trusted_gets_nothing(self):
        graylog, tcp = self.receiver()
        with Front(self.folder_of("server"), tcp) as front:
            url = f"gelf+tls://127.0.0.1:{front.port}?timeout=2s"
            done = self.ship(f"{url}&ca_file={front.certificate}", "one", "two")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = graylog.await_rows(2)
            self.assertEqual([r["short_message"] for r in rows], ["one", "two"])
            stranger = make_certificate(pathlib.Path(self.folder_of("stranger")), "IP:127.0.0.1")
            with Ship("-a", "shop", f"{url}&ca_file={stranger[0]}",
                      stdin=subprocess.PIPE) as it:
                it.process.stdin.write(b"secret\n")
                it.process.stdin.close()
                it.wait_said("is not trusted here")
                self.assertEqual(it.end(), 69)
            self.assertEqual(len(graylog.rows()), 2)

    def test_our_own_certificate(self):
        graylog, tcp = self.receiver()
        ours = make_certificate(pathlib.Path(self.folder_of("client")), "DNS:client")
        with Front(self.folder_of("server"), tcp, ask_certificate=ours[0]) as front:
            url = (f"gelf+tls://127.0.0.1:{front.port}?timeout=2s&ca_file={front.certificate}")
            done = self.ship(f"{url}&cert_file={ours[0]}&key_file={ours[1]}", "known")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(graylog.await_rows(1)[0]["short_message"], "known")
            with Ship("-a", "shop", url, stdin=subprocess.PIPE) as it:
                it.process.stdin.write(b"unknown\n")
                it.process.stdin.close()
                it.wait_said("trying again until it works")
                wait_until(lambda: front.refused > 0, "it is refused")
                self.assertEqual(it.end(), 69)
            self.assertEqual(len(graylog.rows()), 1)

    def test_another_hub(self):
        with Hub() as hub, Front(self.folder_of("server"), hub.publish_port) as front:
            url = f"logios://127.0.0.1:{front.port}?ca_file={front.certificate}&timeout=2s"
            texts = [f"line {n}" for n in range(2000)]
            done = self.ship(url, *texts)
            self.assertEqual(done.returncode, 0, done.stderr)
            got = hub.get("/?tail=5000&follow=false&format=raw").body
            self.assertEqual(sorted(self.lines(got)), sorted(texts))

    @staticmethod
    def lines(chunked):
        """Of a chunked body."""
        text = b""
        while chunked:
            size, _, rest = chunked.partition(b"\r\n")
            count = int(size, 16)
            text, chunked = text + rest[:count], rest[count + 2:]
        return text.decode().splitlines()


if __name__ == "__main__":
    unittest.main()
