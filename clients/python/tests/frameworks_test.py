"""Real frameworks before the real hub, which is killed and restarted under them; what it has is
read by curl. Each line must be there once, and those of one worker in order."""
import collections
import contextlib
import json
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

import support
from frameworks import environment
from hub import DEADLINE_S, deadline, wait_until

HERE = pathlib.Path(__file__).resolve().parent
REQUESTS = 2000
RESTARTS = 3


class Place(support.DurableHub):
    def __init__(self, stack):
        super().__init__(stack.callback)
        self.url = support.url_of(self.hub)

    def read(self):
        """All that it has, by curl."""
        url = (f"http://127.0.0.1:{self.hub.subscribe_port}/"
               "?app=shop&since=1d&follow=false&format=ndjson")
        done = subprocess.run(["curl", "-sSf", "--max-time", str(int(DEADLINE_S)), url],
                              stdout=subprocess.PIPE, check=True)
        return [json.loads(line) for line in done.stdout.splitlines() if line]


class Server:
    """A server in a process of its own; `port` is what it says on standard error."""

    def __init__(self, stack, words, url):
        self.process = subprocess.Popen(words, cwd=HERE, env=environment(url), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        stack.callback(self.process.kill)
        self.said = ""
        self.port = 0
        end = deadline()
        while not self.port:
            ready, _, _ = select.select([self.process.stderr], [], [], 0.1)
            if ready:
                self.said += self.process.stderr.readline()
            found = re.search(r"(?:Listening at: http://|bound to TCP address )127\.0\.0\.1:(\d+)",
                              self.said)
            self.port = int(found[1]) if found else 0
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"it does not start: {self.said}")
        self.drain = threading.Thread(target=self.read_on, daemon=True)
        self.drain.start()

    def read_on(self):
        for line in self.process.stderr:
            self.said += line

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.read().decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(DEADLINE_S)
        self.drain.join(DEADLINE_S)
        self.process.stderr.close()
        return code


class Web(unittest.TestCase):
    """A Flask application with four workers, under load from four clients."""

    def check(self, *words, wait_idle=lambda: None):
        with contextlib.ExitStack() as stack:
            place = Place(stack)
            server = Server(stack, [sys.executable, "-B", *words], place.url)
            answered, numbers = [], iter(range(REQUESTS))
            lock = threading.Lock()

            def work():
                while True:
                    with lock:
                        n = next(numbers, None)
                    if n is None:
                        return
                    worker = server.get(f"/buy/{n}").strip()
                    answered.append((n, worker))

            clients = [threading.Thread(target=work) for _ in range(4)]
            for each in clients:
                each.start()
            for part in range(1, RESTARTS + 1):
                wait_until(lambda: len(answered) > REQUESTS * part // (RESTARTS + 1),
                           f"requests; the server: {server.said[-2000:]}")
                place.restart()
            for each in clients:
                each.join()
            wait_idle()
            code = server.end()
            self.assertEqual(code, 0, server.said[-2000:])
            self.assertEqual(len(answered), REQUESTS)
            self.judge(place, answered, server.said)

    def judge(self, place, answered, said):
        found = place.read()
        self.assertGreaterEqual(len([each for each in found if "loaded" in each["text"]]), 1)
        found = [each for each in found if each["text"].startswith("bought ")]
        counts = collections.Counter(each["fields"]["number"] for each in found)
        self.assertEqual({n: counts[n] for n in range(REQUESTS) if counts[n] != 1}, {})
        workers = collections.defaultdict(list)
        for each in found:
            workers[each["fields"]["worker"]].append(each["time"])
            self.assertEqual((each["app"], each["fields"]["logger"], each["severity"]),
                             ("shop", "shop", 9))
        self.assertGreater(len(workers), 1)
        for times in workers.values():
            self.assertEqual(times, sorted(times))
        self.assertEqual(dict(answered), {each["fields"]["number"]: str(each["fields"]["worker"])
                                          for each in found})
        # Its own log goes where it went, in its own format.
        self.assertEqual(len(re.findall(r"(?m)^20\S+ \S+ bought \d+$", said)), REQUESTS)

    def test_gunicorn(self):
        self.check("-m", "gunicorn", "-w", "4", "-b", "127.0.0.1:0", "shop:app")

    def test_gunicorn_that_loads_the_application_before_it_forks(self):
        self.check("-m", "gunicorn", "-w", "4", "-b", "127.0.0.1:0", "--preload", "shop:app")

    def check_uwsgi(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            stats = f"{folder}/stats"
            self.check("-c", "import pyuwsgi; pyuwsgi.run()", "--http-socket", "127.0.0.1:0",
                       "--master", "--processes", "4", "--enable-threads", "--die-on-term",
                       "--stats", stats, "--disable-logging", *words, "--module", "shop:app",
                       wait_idle=lambda: self.wait_workers_idle(stats))

    def wait_workers_idle(self, stats):
        """A worker of uWSGI that is told to end in the midst of a request runs no exit hook; it is
        in the midst of it for a moment longer than its answer takes."""
        def busy():
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(DEADLINE_S)
                asking.connect(stats)
                answer = json.loads(b"".join(iter(lambda: asking.recv(1 << 16), b"")))
            return [each["id"] for each in answer["workers"] if each["status"] != "idle"]
        wait_until(lambda: not busy(), "idle workers")

    def test_uwsgi(self):
        self.check_uwsgi()

    def test_uwsgi_that_loads_the_application_in_each_worker(self):
        self.check_uwsgi("--lazy-apps")


class Scripts(unittest.TestCase):
    def check(self, code, wanted):
        with contextlib.ExitStack() as stack:
            place = Place(stack)
            program = stack.enter_context(support.start(code, place.url))
            stack.callback(program.kill)
            for _ in range(RESTARTS):
                self.assertEqual(program.stdout.readline(), "restart\n")
                place.restart()
                program.stdin.write("done\n")
                program.stdin.flush()
            out, err = program.communicate(timeout=DEADLINE_S)
            self.assertEqual((program.returncode, out, err), (0, "", ""))
            found = [each["text"] for each in place.read()]
            self.assertEqual(sorted(found), sorted(wanted))
            return found

    def test_a_script_that_forks(self):
        self.check("""
            import logio.auto, logging, os, sys
            logging.getLogger().addHandler(logging.NullHandler())
            for part in range(4):
                logging.error("parent %d", part)
                children = []
                for n in range(5):
                    child = os.fork()
                    if child == 0:
                        for i in range(200):
                            logging.error("child %d %d %d", part, n, i)
                        sys.exit()
                    children.append(child)
                if part < 3:
                    print("restart", flush=True)
                    sys.stdin.readline()
                for child in children:
                    assert os.waitpid(child, 0)[1] == 0
        """, [f"parent {part}" for part in range(4)]
            + [f"child {p} {n} {i}" for p in range(4) for n in range(5) for i in range(200)])

    def test_an_asyncio_program(self):
        """Many tasks log; the loop goes on while the hub is away."""
        found = self.check("""
            import asyncio, logio.auto, logging, sys
            logging.getLogger().addHandler(logging.NullHandler())
            async def talk(n):
                for i in range(400):
                    logging.error("task %d %d", n, i)
                    await asyncio.sleep(0)
            async def main():
                loop = asyncio.get_running_loop()
                for part in range(4):
                    tasks = [asyncio.ensure_future(talk(part * 10 + n)) for n in range(10)]
                    if part < 3:
                        print("restart", flush=True)
                        await loop.run_in_executor(None, sys.stdin.readline)
                    await asyncio.gather(*tasks)
            asyncio.run(main())
        """, [f"task {n} {i}" for n in range(40) for i in range(400)])
        for n in (0, 39):
            self.assertEqual([each for each in found if each.startswith(f"task {n} ")],
                             [f"task {n} {i}" for i in range(400)])


if __name__ == "__main__":
    unittest.main()
