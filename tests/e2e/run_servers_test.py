"""`logio run` around servers that others wrote: nginx, and Python's."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

from hub import BINARY, DEADLINE_S, Hub, wait_until

CONFIGURATION = """
daemon off;
worker_processes 2;
pid {folder}/pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
  access_log /dev/stdout;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{text}"; }} }}
}}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def find_nginx():
    """Installed, or unpacked in the cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return shutil.which("nginx") or cache + "/logio/nginx/usr/sbin/nginx"


class Wrapped:
    """A server under `logio run`; killed at the end if it still runs."""

    def __init__(self, hub, command):
        self.process = subprocess.Popen(
            [BINARY, "run", "-a", "site", "-p", "web", "--to",
             f"logio://127.0.0.1:{hub.publish_port}", "--", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE_S)


def answer(port, path):
    """None: nobody listens yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE_S) as page:
            return page.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
    except OSError:
        return None


def workers_of(pid_file):
    """The processes that nginx's master has started and that still run."""
    with open(pid_file, encoding="ascii") as file:
        master = file.read().strip()
    with open(f"/proc/{master}/task/{master}/children", encoding="ascii") as file:
        return set(file.read().split())


def lines_of(stream, most):
    for _ in range(most):
        yield json.loads(stream.read_line())


class Servers(unittest.TestCase):
    def test_nginx_is_published_reloaded_and_ended(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder, Hub() as hub, \
                hub.subscribe("app=site&format=ndjson") as stream:
            file = folder + "/nginx.conf"

            def configure(text):
                with open(file, "w", encoding="ascii") as out:
                    out.write(CONFIGURATION.format(folder=folder, port=port, text=text))

            configure("one")
            with Wrapped(hub, [find_nginx(), "-e", "stderr", "-p", folder, "-c", file]) as process:
                wait_until(lambda: answer(port, "/first") == "one", "nginx")
                before = wait_until(
                    lambda: len(found := workers_of(folder + "/pid")) == 2 and found, "two workers")
                configure("two")
                process.send_signal(signal.SIGHUP)
                wait_until(lambda: answer(port, "/second") == "two", "the new configuration")
                # The old workers answer beside the new ones until they are told to end.
                wait_until(lambda: not before & workers_of(folder + "/pid"), "the old workers")
                for i in range(200):
                    self.assertEqual(answer(port, f"/page/{i}"), "two")
                process.send_signal(signal.SIGQUIT)  # as nginx ends when it has answered all
                self.assertEqual(process.wait(DEADLINE_S), 0)
            pages, errors = [], []
            for record in lines_of(stream, 1000):
                if record.get("fields") == {"stream": "stderr"}:
                    errors.append(record["text"])
                elif "GET /page/" in record["text"]:
                    pages.append(int(record["text"].split("GET /page/")[1].split()[0]))
                if errors and "exit" in errors[-1] and len(pages) == 200:
                    break
            self.assertEqual(sorted(pages), list(range(200)))
            self.assertTrue([text for text in errors if "reconfiguring" in text], errors)

    def test_pythons_server_ends_by_its_signal(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder, Hub() as hub, \
                hub.subscribe("app=site&format=ndjson") as stream:
            command = [sys.executable, "-u", "-m", "http.server", str(port), "--bind",
                       "127.0.0.1", "--directory", folder]
            with Wrapped(hub, command) as process:
                wait_until(lambda: answer(port, "/") is not None, "the server")
                for i in range(50):
                    answer(port, f"/none/{i}")
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(DEADLINE_S), -signal.SIGTERM)
            records = []
            for record in lines_of(stream, 1000):
                records.append(record)
                if '"GET /none/49 ' in record["text"]:
                    break
            asked = [r for r in records if '"GET /none/' in r["text"]]
            self.assertEqual([int(r["text"].split("/none/")[1].split()[0]) for r in asked],
                             list(range(50)))
            self.assertEqual({r["fields"]["stream"] for r in asked}, {"stderr"})
            self.assertTrue(any("Serving HTTP on 127.0.0.1" in r["text"] for r in records), records)


if __name__ == "__main__":
    unittest.main()
