"""`logio tail`: what it shows, what it makes of cuts and restarts, and what it says of errors."""
import collections
import json
import os
import pty
import random
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from hub import BINARY, DEADLINE_S, Failure, Hub, deadline, record, run, wait_until
from scripted_http import ScriptedHttp
from sure_publisher import SurePublisher
from terminal import Terminal

CURSOR = re.compile(r'"cursor":"[0-9a-f]{16}-\d+"')


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Tail:
    """A `tail` that runs: its lines as they come, and what it says on stderr."""

    def __init__(self, url, *flags, env=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        environment.update(env or {})
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([BINARY, "tail", "--hub", url, *flags],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=environment)
        self.lines = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def wait_said(self, text):
        return wait_until(lambda: text in self.said() and self.said(), f"{text!r} on stderr")

    def wait_lines(self, n, seconds=None):
        wait_until(lambda: len(self.lines) >= n, f"{n} lines of tail: {self.said()}", seconds)
        return self.lines

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.thread.join(DEADLINE_S)
        self.process.stdout.close()
        self.errors.close()


class Proxy:
    """Passes connections on to a port, until they are cut."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs, self.lock, self.ended = [], threading.Lock(), False
        self.accepted = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to_port), 5)
            except OSError:
                near.close()
                continue
            with self.lock:
                self.accepted += 1
                self.pairs.append((near, far))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(a, b), daemon=True).start()

    @staticmethod
    def copy(a, b):
        try:
            while True:
                data = a.recv(1 << 14)
                if not data:
                    break
                b.sendall(data)
        except OSError:
            pass
        for one in (a, b):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """By a reset, wherever the stream is."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for near, far in pairs:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            for one in (near, far):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                one.close()

    def close(self):
        self.ended = True
        self.listener.close()
        self.cut()


class Shown(unittest.TestCase):
    def test_history_then_live_in_each_form(self):
        with Hub() as hub, hub.publish("shop", "web", "h1") as publisher:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            publisher.send(b"".join(record(f"line {n}") for n in range(150)))
            wait_until(lambda: len(run("tail", "--no-follow", "--hub", url).stdout.splitlines()) ==
                       100, "the last hundred")
            got = run("tail", "shop", "-n", "2", "--no-follow", "--hub", url).stdout
            self.assertEqual(got, b"2016-12-06T22:14:21.448 shop[web] h1: line 148\n"
                                  b"2016-12-06T22:14:21.448 shop[web] h1: line 149\n")
            self.assertEqual(len(run("tail", "-n", "all", "--no-follow", "--hub", url)
                                 .stdout.splitlines()), 150)
            raw = run("tail", "-n1", "-o", "raw", "--no-follow", "--hub", url).stdout
            self.assertEqual(raw, b"line 149\n")
            ours = run("tail", "-n3", "-o", "json", "--no-follow", "--hub", url).stdout
            theirs = hub.get("/?format=ndjson&tail=3&follow=false", "Connection: close").body
            self.assertIn(ours.splitlines()[0], theirs)
            self.assertEqual([json.loads(line)["text"] for line in ours.splitlines()],
                             ["line 147", "line 148", "line 149"])
            with Tail(url, "-a", "shop", "-n", "1", "-T", "{app}:{text}") as tail:
                self.assertEqual(tail.wait_lines(1), [b"shop:line 149\n"])
                publisher.send(record("live"))
                self.assertEqual(tail.wait_lines(2)[1], b"shop:live\n")

    def test_selection_is_that_of_a_subscriber(self):
        with Hub() as hub, hub.publish("shop", "web", "h1") as web, \
                hub.publish("bank", "db", "h2") as db:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            web.send(record("an ERROR", severity="error") + record("fine", severity="info"))
            db.send(record("an ERROR too", severity="fatal"))
            hub_lines = lambda *flags: run("tail", "-o", "raw", "--no-follow", "--hub", url,
                                           *flags).stdout.splitlines()
            wait_until(lambda: len(hub_lines()) == 3, "three records")
            self.assertEqual(hub_lines("-p", "web|x", "-g", "ERR"), [b"an ERROR"])
            self.assertEqual(sorted(hub_lines("-v", "too")), [b"an ERROR", b"fine"])
            self.assertEqual(hub_lines("-S", "fatal"), [b"an ERROR too"])
            self.assertEqual(hub_lines("ban", "--match", "partial"), [b"an ERROR too"])
            self.assertEqual(hub_lines("--until", "1970-01-01T00:00:00Z"), [])

    def test_a_terminal_gets_colours_and_no_control_characters(self):
        with Hub() as hub, hub.publish("shop", "web", "h1") as publisher:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            publisher.send(record("\x1b[2Jhello \x9b world"))
            ours, theirs = pty.openpty()
            with subprocess.Popen([BINARY, "tail", "shop", "-g", "hello", "--hub", url],
                                  stdin=theirs, stdout=theirs, stderr=theirs) as tail:
                os.close(theirs)
                seen, end = b"", deadline()
                while b"world" not in seen:
                    if not select.select([ours], [], [], max(0, end - time.monotonic()))[0]:
                        raise Failure(f"the terminal shows {seen!r}")
                    seen += os.read(ours, 4096)
                tail.kill()
            os.close(ours)
            self.assertIn(rb"\x1b[2J" + b"\x1b[1;7mhello\x1b[0m " + rb"\xc2\x9b world", seen)

    def test_a_pipe_nobody_reads_any_more_ends_it_also_while_no_line_comes(self):
        with Hub() as hub:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            with subprocess.Popen([BINARY, "tail", "--hub", url], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as tail:
                wait_until(lambda: b'"remote"' in hub.get("/v1/subscribers").body,
                           "the subscription")
                tail.stdout.close()
                self.assertEqual(tail.wait(DEADLINE_S), 0)
                self.assertEqual(tail.stderr.read(), b"")

    def test_an_app_that_is_not_there_yet_is_said_with_those_that_are_near(self):
        with Hub() as hub, hub.publish("shop", "web", "h1") as publisher:
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            publisher.send(record("x"))
            wait_until(lambda: b"shop" in hub.get("/v1/topics").body, "the topic")
            with Tail(url, "shpo") as tail:
                self.assertEqual(tail.wait_said("\n"), "logio tail: nothing matches app=shpo yet; "
                                 "waiting for it. Near it: shop\n")
                with hub.publish("shpo") as late:
                    late.send(record("late"))
                    self.assertIn(b"shpo[] : late", tail.wait_lines(1)[0])
            with Tail(url, "sho") as tail:
                self.assertEqual(tail.wait_said("\n"), "logio tail: nothing matches app=sho yet; "
                                 "waiting for it. Some names would in part: --match partial\n")
            with Tail(url, "elephant") as tail:
                self.assertIn("The hub has 2 apps; curl '", tail.wait_said("\n"))
            with Tail(url, "shop") as tail:
                tail.wait_lines(1)
                self.assertEqual(tail.said(), "")
            done = run("tail", "shpo1", "--no-follow", "--hub", url)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (0, b"", b"logio tail: nothing matches app=shpo1. Near it: shpo, "
                                      b"shop\n"))


class Screens(unittest.TestCase):
    LINES = ["2016-12-06T22:14:21.448 shop[web] h1: GET /cart 200",
             "2016-12-06T22:14:21.448 shop[web] h1: payment failed: ERROR 17",
             "2016-12-06T22:14:21.448 shop[web] h1: \\x1b[2J and \\u{202e}"]

    def shown(self, columns, lines, *flags):
        with Hub() as hub, hub.publish("shop", "web", "h1") as publisher:
            publisher.send(record("GET /cart 200") + record("payment failed: ERROR 17",
                                                            severity="error") +
                           record("\x1b[2J and \u202e"))
            url = f"http://127.0.0.1:{hub.subscribe_port}"
            wait_until(lambda: len(run("tail", "--no-follow", "--hub", url).stdout.splitlines()) ==
                       3, "three records")
            with Terminal([BINARY, "tail", *flags], columns, lines, {"LOGIO_HUB": url}) as terminal:
                shown, colours = terminal.wait("202e"), terminal.screen(colors=True)
                hub.stop()
                terminal.wait("logio tail:")
                terminal.keys("C-c")
                terminal.wait("^C\nPROMPT>")  # the signal ends the shell's line, too
            begin = shown.index("2016-")
            return shown[begin:].rstrip("\n").split("\n"), colours[colours.index("2016-") - 9:]

    def test_a_wide_and_a_small_terminal_show_the_same_lines(self):
        self.assertEqual(self.shown(80, 24)[0], self.LINES)
        wrapped, _ = self.shown(40, 12)
        self.assertEqual("".join(line.ljust(40) for line in wrapped).split(),
                         " ".join(self.LINES).split())

    def test_colours_tell_topic_severity_and_what_was_looked_for(self):
        _, colours = self.shown(132, 43, "-g", "a")
        self.assertRegex(colours, "\x1b\\[[0-9;]*mshop\\[web\\] h1: ")
        self.assertIn("\x1b[31mp\x1b[1;7ma\x1b[0m\x1b[31m", colours)
        _, plain = self.shown(132, 43, "--color", "never")
        self.assertNotIn("\x1b", plain)


class Cuts(unittest.TestCase):
    def restarted(self, hub_flags, restarts, check):
        """Publishes through `restarts` ends of the hub and cuts; gives `check` what was shown."""
        count, chance = 12_000, random.Random(20161206)
        publish, subscribe = free_port(), free_port()
        flags = ["--publish-listen", f"127.0.0.1:{publish}",
                 "--subscribe-listen", f"127.0.0.1:{subscribe}", *hub_flags]
        proxy = Proxy(subscribe)
        hub = Hub(*flags)
        go_on = threading.Semaphore(0)
        publishers = [SurePublisher(publish, f"p{i}", count // 2, lambda n: f"{n}",
                                    pace=lambda: go_on.acquire(timeout=0.05), seconds=200)
                      for i in range(2)]
        try:
            with Tail(f"http://127.0.0.1:{proxy.port}", "shop", "-n", "all", "-T",
                      "{proc} {text}") as tail:
                wait_until(lambda: proxy.accepted, "tail's connection")
                for one in publishers:
                    one.start()
                for i in range(restarts):
                    shown = len(tail.lines)
                    for _ in range(4):
                        go_on.release()
                    wait_until(lambda: len(tail.lines) > shown or
                               all(not p.is_alive() for p in publishers),
                               f"lines after {i} cuts: {tail.said()[-2000:]}", 60)
                    how = ("kill", "cut", "term")[chance.randrange(3)]
                    if how == "cut":
                        proxy.cut()
                        continue
                    if how == "kill":
                        hub.kill()
                    else:
                        hub.stop()
                    hub = Hub(*flags)
                for _ in range(count):
                    go_on.release()
                for one in publishers:
                    one.join(200)
                    self.assertIsNone(one.failure)
                check(tail, count)
        finally:
            hub.stop()
            proxy.close()

    def test_every_written_line_is_shown_once_over_fifty_cuts_and_restarts(self):
        def check(tail, count):
            wait_until(lambda: sum(b"logio" not in line for line in tail.lines) >= count,
                       f"all lines: {tail.said()[-2000:]}", 60)
            for name in ("p0", "p1"):
                mine = [int(line.split()[1]) for line in tail.lines
                        if line.startswith(name.encode())]
                twice = [n for n, times in collections.Counter(mine).items() if times > 1]
                self.assertEqual(twice, [])
                self.assertEqual(mine, list(range(1, count // 2 + 1)))
            self.assertIn("trying again until it works", tail.said())
            self.assertIn("connected again after ", tail.said())

        with tempfile.TemporaryDirectory() as folder:
            self.restarted(["--data-dir", folder], 50, check)

    def test_without_a_journal_nothing_is_shown_twice_and_each_break_is_shown(self):
        def check(tail, count):
            del count
            wait_until(lambda: b"p0 6000\n" in tail.lines and b"p1 6000\n" in tail.lines,
                       "the last lines", 60)
            mine = [line for line in tail.lines if line.startswith(b"p")]
            twice = [n for n, times in collections.Counter(mine).items() if times > 1]
            self.assertEqual(twice, [])
            breaks = [line for line in tail.lines if b"Error L15 (continuity lost)" in line]
            self.assertGreater(len(breaks), 3)

        self.restarted([], 20, check)

    def test_a_hub_that_stands_still_costs_nothing(self):
        with Hub() as hub, hub.publish("shop") as publisher, \
                Tail(f"http://127.0.0.1:{hub.subscribe_port}", "-o", "raw") as tail:
            publisher.send(record("before"))
            tail.wait_lines(1)
            hub.signal(signal.SIGSTOP)
            publisher.send(b"".join(record(f"{n}") for n in range(1000)))
            hub.signal(signal.SIGCONT)
            lines = tail.wait_lines(1001)
            self.assertEqual(lines[1:], [b"%d\n" % n for n in range(1000)])
            self.assertEqual(tail.said(), "")


class Errors(unittest.TestCase):
    def said(self, *arguments, code=69, env=None):
        done = run("tail", *arguments, env=env)
        self.assertEqual((done.returncode, done.stdout), (code, b""))
        text = done.stderr.decode()
        self.assertEqual(text.count("\n"), 1, text)
        return text[:-1]

    def test_what_a_proxy_or_something_else_answers_is_one_line_with_the_remedy(self):
        text = {"Content-Type": "text/plain"}
        for answer, expected in [
                ((401, {"WWW-Authenticate": "Basic"}, b"<html>"),
                 "{url} answers 401 Unauthorized (proxy/1.0): it wants a name and a password: give "
                 "them in the URL, http://NAME:PASSWORD@127.0.0.1:{port}"),
                ((403, text, b"not from here\n"),
                 "{url} answers 403 Forbidden (proxy/1.0): not from here: this address or name may "
                 "not read there; ask who runs it"),
                ((404, {}, b""),
                 "{url} answers 404 Not Found (proxy/1.0): a hub has its paths elsewhere"),
                ((302, {"Location": "https://logs.example/"}, b""),
                 "{url} answers 302 Found (proxy/1.0): it points to https://logs.example/; give "
                 "that as the hub"),
                ((502, {}, b""), "{url} answers 502 Bad Gateway (proxy/1.0)"),
                ((200, text, b"hello\n"), "{url} answers, but not as a hub does")]:
            with self.subTest(answer[0]), ScriptedHttp({"/": answer}) as server:
                self.assertEqual(self.said("--hub", server.url),
                                 "logio tail: " + expected.format(url=server.url,
                                                                  port=server.port))

    def test_name_and_password_are_sent_and_never_shown(self):
        with ScriptedHttp({"/": (401, {}, b"")}) as server:
            url = f"http://me:s%40cret@127.0.0.1:{server.port}"
            said = self.said("--hub", url)
            self.assertTrue(said.endswith(": it does not take this name and password"), said)
            self.assertNotIn("cret", said)
            self.assertEqual(server.seen[0][1]["Authorization"], "Basic bWU6c0BjcmV0")

    def test_a_path_stands_in_front_of_the_hubs(self):
        with ScriptedHttp({}) as server:
            self.said("--hub", server.url + "/logs/")
            self.assertTrue(server.seen[0][0].startswith("/logs/?format=ndjson&tail=100"))

    def test_what_is_wrong_here_is_said_before_a_hub_is_asked(self):
        nowhere = ("--hub", "http://127.0.0.1:1")
        self.assertEqual(self.said("-g", "a(b", *nowhere, code=64),
                         "logio tail: --grep: 'a(b': missing ) at byte 1. close the group with ), "
                         "or write \\( for a plain parenthesis")
        self.assertEqual(self.said("--greb", "x", *nowhere, code=64),
                         "logio tail: unknown flag --greb; did you mean --grep?")
        self.assertIn("is neither an age", self.said("--since", "soon", *nowhere, code=64))
        self.assertIn("--template: it has '{x'", self.said("-T", "{x}", *nowhere, code=64))
        self.assertEqual(self.said("--hub", "hub:7702", code=64),
                         "logio tail: --hub: 'hub:7702' is no URL of a hub: write "
                         "http://HOST:7702")
        self.assertEqual(self.said(env={"LOGIO_URL": "http://hub"}, code=78),
                         "logio tail: LOGIO_URL: 'http://hub' is no URL of a hub: write "
                         "logio://HOST:7701?app=NAME")
        self.assertEqual(self.said(*nowhere), "logio tail: cannot connect to 127.0.0.1:1: "
                         "connection refused; is a hub there? --hub URL or LOGIO_HUB says where")

    def test_a_port_that_speaks_something_else_is_said(self):
        with Hub() as hub:
            said = self.said("--hub", f"http://127.0.0.1:{hub.publish_port}")
            self.assertIn("the answer is not HTTP as expected", said)


if __name__ == "__main__":
    unittest.main()
