"""`logio top`: printed once, and on terminals of several sizes, with hubs that come and go."""
import json
import os
import re
import signal
import subprocess
import unittest
import urllib.request

from hub import BINARY, Connection, Hub, record, run, topic, wait_until
from scripted_http import ScriptedHttp
from terminal import Terminal

PAGES = ("topics", "subscribers", "sinks", "marathon")


class Feed:
    """Publishers of some topics, whose counts are known."""

    def __init__(self, hub, counts):
        self.connections = []
        for (app, proc), n in counts.items():
            connection = Connection(hub.publish_port)
            connection.send(topic(app, proc, "h1") + b"".join(record("x\n") for _ in range(n)))
            self.connections.append(connection)
        wait_until(lambda: self.received(hub) == sum(counts.values()), "all records")

    @staticmethod
    def received(hub):
        with urllib.request.urlopen(url_of(hub) + "/v1/topics", timeout=10) as answer:
            return sum(t["records"] for t in json.load(answer)["topics"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()


def url_of(hub):
    return f"http://127.0.0.1:{hub.subscribe_port}"


def top(hub, *flags):
    return [BINARY, "top", "--hub", url_of(hub), "-d", "200ms", *flags]


def masked(screen):
    """Numbers and times that change from run to run as `#`, and spaces between columns as one."""
    lines = [re.sub(r" +", " ", line).rstrip() for line in screen.splitlines()]
    return [re.sub(r"\d+(\.\d+)?([smh]|ms| [KM]?i?B)?\b(\d+[smh])?", "#", line) for line in lines]


class Once(unittest.TestCase):
    def test_the_text_has_all_four_tables_and_no_escape_sequences(self):
        with Hub() as hub, Feed(hub, {("shop", "web"): 3, ("bank", "wörk"): 2}):
            ended = run("top", "--hub", url_of(hub), "-d", "200ms")
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            text = ended.stdout.decode()
            self.assertNotIn("\x1b", text)
            for head in ("topics: 2", "subscribers: 0", "sinks: 0", "marathon: "):
                self.assertIn("\n" + head, text)
            rows = [line.split() for line in text.splitlines()]
            self.assertIn(["shop", "web", "h1"], [r[:3] for r in rows])
            self.assertIn(["bank", "wörk", "h1"], [r[:3] for r in rows])
            one = run("top", "--hub", url_of(hub), "-d", "200ms", "-n", "1", "--sort", "records",
                      "--color", "always").stdout.decode()
            self.assertIn("topics: 2, the first 1", one)
            self.assertIn("shop", one)
            self.assertNotIn("bank", one)
            self.assertIn("\x1b[1m", one)

    def test_json_has_the_hubs_own_pages_and_rates(self):
        with Hub() as hub, Feed(hub, {("shop", "web"): 3, ("bank", "w"): 2}), \
                hub.subscribe("app=shop"):
            wait_until(lambda: b'"id"' in hub.get("/v1/subscribers").body, "the subscriber")
            ended = run("top", "--hub", url_of(hub), "-d", "200ms", "-o", "json", "-a", "sh.p")
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            got = json.loads(ended.stdout)
            self.assertEqual(list(got), ["status", *PAGES, "rates"])
            self.assertEqual([t["app"] for t in got["topics"]], ["shop"])
            self.assertEqual(got["topics"][0]["records"], 3)
            self.assertEqual(got["marathon"]["state"], "off")
            self.assertEqual(got["subscribers"][0]["filter"], "app=shop")
            rates = got["rates"]
            self.assertGreaterEqual(rates["seconds"], 0.2)
            self.assertEqual(rates["records_in_per_second"], 0)
            self.assertEqual(rates["topics"], [{"app": "shop", "proc": "web", "host": "h1",
                                                "records_per_second": 0, "bytes_per_second": 0}])
            self.assertEqual(rates["subscribers"][0]["id"], got["subscribers"][0]["id"])

    def test_a_reader_that_goes_is_a_quiet_end(self):
        with Hub() as hub:
            process = subprocess.Popen([BINARY, "top", "--hub", url_of(hub), "-d", "1h"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdout.close()
            self.assertEqual(process.wait(30), 0)
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()

    def refused(self, *flags, code, says):
        ended = run("top", *flags)
        self.assertEqual((ended.returncode, ended.stdout), (code, b""), ended.stderr)
        line = ended.stderr.decode()
        self.assertEqual(line.count("\n"), 1, line)
        self.assertTrue(line.startswith("logio top: "), line)
        self.assertIn(says, line)

    def test_errors_are_one_line_with_what_where_and_the_remedy(self):
        self.refused("--sort", "size", code=64, says="--sort: 'size' is no column; there are app ")
        self.refused("-a", "(", code=64, says="missing )")
        self.refused("-d", "1ms", code=64, says="200ms")
        self.refused("--view", "all", code=64, says="topics|subscribers|sinks|marathon")
        pages = {"/v1/status": (200, {}, b"<html>"),
                 "/no/v1/status": (401, {}, b""), "/bar/v1/status": (403, {}, b"")}
        with ScriptedHttp(pages) as other:
            self.refused("--hub", other.url, code=69, says="/v1/status is no hub's: expected a "
                         "value, found '<' at byte 0")
            self.refused("--hub", other.url + "/no", code=69, says="401")
            self.refused("--hub", other.url + "/bar", code=69, says="403")
            self.refused("--hub", other.url + "/where", code=69, says="404")
        self.refused("--hub", other.url, code=69, says="refuse")


class Screen(unittest.TestCase):
    def test_80x24_shows_head_and_table(self):
        with Hub() as hub, Feed(hub, {("shop", "web"): 3, ("bank", "w"): 2}), \
                Terminal(top(hub, "--sort", "records")) as terminal:
            screen = terminal.wait("topics: 2", "bank")
            wait_until(lambda: "LAST" in (s := terminal.screen()) and "-" not in
                       s.splitlines()[5].split()[3:], "the second look")
            lines = masked(terminal.screen())
            port = url_of(hub)
            self.assertEqual(terminal.screen().splitlines()[0].split(", up")[0],
                             f"logio {re.search(r'[0-9.]+', screen).group()} at {port}")
            self.assertEqual(lines[1], "in #/s #/s out #/s #/s lag # lost +#")
            self.assertEqual(lines[3], "topics: # every # ? help")
            self.assertEqual(lines[4].split()[:7],
                             ["APP", "PROC", "HOST", "REC/S", "B/S", "RECORDS*", "BYTES"])
            self.assertEqual([line.split()[0] for line in lines[5:7]], ["shop", "bank"])
            self.assertTrue(all(len(line) <= 80 for line in terminal.screen().splitlines()))

    def test_keys_change_table_order_filter_and_end(self):
        with Hub() as hub, Feed(hub, {("shop", "web"): 3, ("bank", "w"): 2}), \
                Terminal(top(hub, "--sort", "app")) as terminal:
            def wait_for(*names):
                wait_until(lambda: tuple(line.split()[0] for line in
                                         terminal.screen().splitlines()[5:7] if line.strip())
                           == names, names)

            terminal.wait("APP*")
            wait_for("bank", "shop")
            terminal.keys("r")
            terminal.wait("APP^")
            wait_for("shop", "bank")
            terminal.keys(">")
            terminal.wait("PROC^")
            terminal.keys("/", "s", "h", "Enter")
            terminal.wait("topics: 1  /sh")
            wait_for("shop")
            terminal.keys("/", "(", "Enter")
            terminal.wait("/(: missing )")
            terminal.keys("Escape")
            terminal.wait("topics: 2")
            for key, title in (("s", "subscribers: 0"), ("k", "sinks: 0"), ("m", "marathon: "),
                               ("Tab", "topics: 2"), ("2", "subscribers: 0"), ("1", "topics: 2")):
                terminal.keys(key)
                terminal.wait(title)
            terminal.keys("?")
            terminal.wait("Ctrl-C")
            terminal.keys("x")
            terminal.wait_gone("Ctrl-C")
            terminal.keys("Space")
            terminal.wait("PAUSED")
            terminal.keys("Space", "+")
            terminal.wait("every 500ms")
            terminal.keys("q")
            self.assertNotIn("topics", terminal.wait_given_back())

    def test_small_wide_and_resized_screens_are_never_overfull(self):
        counts = {(f"application-number-{i}", "process-with-a-name"): 1 for i in range(30)}
        with Hub() as hub, Feed(hub, counts), Terminal(top(hub), 50, 10) as terminal:
            terminal.wait("1-6 shown", "…")
            terminal.keys("End")
            terminal.wait("25-30 shown")
            terminal.resize(132, 43)
            terminal.wait("topics: 30  every", "application-number-29", "PUBS")
            terminal.resize(40, 8)
            terminal.wait("shown")
            wait_until(lambda: len([x for x in terminal.screen().splitlines() if "appli" in x]) ==
                       5, "five rows")
            terminal.resize(3, 2)
            terminal.resize(80, 24)
            terminal.wait("1-19 shown")

    def test_signals_and_ctrl_c_give_the_terminal_back(self):
        with Hub() as hub:
            for end in ("C-c", signal.SIGTERM, signal.SIGHUP):
                with self.subTest(end), Terminal(top(hub)) as terminal:
                    terminal.wait("topics: 0")
                    if end == "C-c":
                        terminal.keys(end)
                    else:
                        os.kill(self.find(url_of(hub)), end)
                    self.assertNotIn("topics", terminal.wait_given_back())

    def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again(self):
        with Hub() as hub, Terminal(top(hub)) as terminal:
            for _ in range(2):
                terminal.wait("topics: 0")
                terminal.keys("C-z")
                self.assertNotIn("topics: 0", terminal.wait("Stopped"))
                terminal.type("stty -a | grep -q ' icanon' && echo SA''NE")
                terminal.wait("SANE")
                terminal.type("clear; fg")
            terminal.wait("topics: 0")
            terminal.keys("q")
            self.assertNotIn("topics: 0", terminal.wait("PROMPT>"))

    @staticmethod
    def find(url):
        """The top that looks at this hub: no other has its port."""
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[1:2] == [b"top"] and url.encode() in words:
                return int(name)
        raise AssertionError("top does not run")

    def test_a_hub_that_goes_is_told_and_found_again(self):
        with Hub() as hub:
            flags = ["--subscribe-listen", f"127.0.0.1:{hub.subscribe_port}"]
            with Terminal(top(hub)) as terminal:
                terminal.wait("topics: 0")
                hub.stop()
                terminal.wait("AWAY for", "logio ")
                with Hub(*flags):
                    terminal.wait("RESTARTED")
                    terminal.wait_gone("AWAY")
                    terminal.keys("q")
                    terminal.wait("CODE=0")

    def test_a_hub_that_stands_still_holds_up_neither_keys_nor_the_end(self):
        with Hub() as hub, Terminal(top(hub)) as terminal:
            terminal.wait("topics: 0")
            hub.signal(signal.SIGSTOP)
            try:
                terminal.keys("s")
                terminal.wait("subscribers: ")
                terminal.resize(100, 30)
                terminal.keys("?")
                terminal.wait("Ctrl-Z")
                terminal.keys("q", "q")
                terminal.wait("CODE=0")
            finally:
                hub.signal(signal.SIGCONT)

    def test_without_utf8_only_ascii_is_shown_and_no_color_is_respected(self):
        with Hub() as hub, Feed(hub, {("wörk" * 30, "w"): 1}):
            env = {"LC_ALL": "C", "NO_COLOR": "1"}
            with Terminal(top(hub), 80, 24, env) as terminal:
                screen = terminal.wait("w?rk", "~")
                self.assertTrue(screen.isascii(), screen)
                self.assertNotIn("\x1b", terminal.screen(colors=True))


if __name__ == "__main__":
    unittest.main()
