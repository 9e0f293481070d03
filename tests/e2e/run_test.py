"""`logio run`: the command notices nothing, and what it prints is in the hub."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from hub import BINARY, DEADLINE_S, Hub, deadline, run, wait_until
from terminal import Terminal

NOWHERE = "logio://127.0.0.1:1"
QUICK = ("--flush", "10ms", "--to", NOWHERE)


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}


class Running:
    """`logio run` in the background; ends with the block."""

    def __init__(self, *words, **how):
        self.process = subprocess.Popen([BINARY, "run", "-a", "shop", *words],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment(), **how)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


class Command(unittest.TestCase):
    def ran(self, *command, flags=QUICK, **how):
        return run("run", "-a", "shop", *flags, "--", *command, **how)

    def test_its_exit_code_is_ours(self):
        for code in (0, 1, 7, 255):
            self.assertEqual(self.ran("sh", "-c", f"exit {code}").returncode, code)

    def test_the_signal_that_ends_it_ends_us(self):
        for name in ("TERM", "KILL", "SEGV", "PIPE"):
            self.assertEqual(self.ran("sh", "-c", f"kill -{name} $$").returncode,
                             -getattr(signal, "SIG" + name), name)

    def test_what_cannot_be_run_is_told_in_one_line(self):
        for command, code, words in (("/nonexistent", 127, b"is it installed"),
                                     ("/etc/passwd", 126, b"may you execute it")):
            done = self.ran(command)
            self.assertEqual(done.returncode, code)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
            self.assertIn(words, done.stderr)

    def test_its_words_are_its_own(self):
        for words in (("printf", "%s ", "--help", "-a", "--", "x"),
                      ("--", "printf", "%s ", "--help", "-a", "--", "x")):
            done = run("run", "-a", "shop", *QUICK, *words)
            self.assertEqual((done.returncode, done.stdout), (0, b"--help -a -- x "), done.stderr)
        self.assertIn(b"usage: logio run", run("run", "-a", "shop", "--help").stdout)

    def test_bytes_pass_through_unchanged_both_ways(self):
        data = bytes(range(256)) * 4096
        done = self.ran("sh", "-c", "cat; printf err >&2", stdin=data)
        self.assertEqual(done.stdout, data)
        self.assertIn(b"\nerr", b"\n" + done.stderr)
        self.assertIn(b"lines the hub has acknowledged ", done.stderr)

    def test_it_has_no_descriptor_and_no_disposition_of_ours(self):
        look = ("import os,signal\n"
                "print(sorted(os.listdir('/proc/self/fd'))[:-1],\n"
                "      [l for l in open('/proc/self/status') if l[:3] == 'Sig' and l[3] != 'Q'])")
        command = (sys.executable, "-c", look)
        how = dict(capture_output=True, env=environment(), stdin=subprocess.DEVNULL, check=True)
        plain = subprocess.run(command, **how).stdout
        self.assertEqual(subprocess.run([BINARY, "run", "-a", "shop", *QUICK, *command],
                                        **how).stdout, plain)

    def test_its_pipe_breaks_when_our_reader_goes(self):
        with Running(*QUICK, "yes") as process:
            process.stdout.read(10)
            process.stdout.close()
            self.assertEqual(process.wait(DEADLINE_S), -signal.SIGPIPE)

    def test_what_it_leaves_behind_holds_nothing_up(self):
        began = time.monotonic()
        with Running(*QUICK, "sh", "-c", "sleep 300 & echo $!; exit 3") as process:
            self.assertEqual(process.wait(DEADLINE_S), 3)
            os.kill(int(process.stdout.readline()), signal.SIGKILL)
        self.assertLess(time.monotonic() - began, DEADLINE_S)


class Signals(unittest.TestCase):
    def test_each_goes_on_to_the_command_once(self):
        for name in ("TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "WINCH", "ALRM"):
            script = f"trap 'echo got' {name}; echo ready; while :; do sleep 0.01; done"
            with self.subTest(name), Running(*QUICK, "bash", "-c", script) as process:
                self.assertEqual(process.stdout.readline(), b"ready\n")
                process.send_signal(getattr(signal, "SIG" + name))
                self.assertEqual(process.stdout.readline(), b"got\n")
                os.kill(children(process.pid)[0], signal.SIGKILL)
                self.assertEqual(process.wait(DEADLINE_S), -signal.SIGKILL)
                self.assertEqual(process.stdout.read(), b"")

    def test_a_stopped_command_stops_us_and_goes_on_with_us(self):
        with Running(*QUICK, "sh", "-c", "echo ready; read x; exit 5",
                     stdin=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            child = children(process.pid)[0]
            process.send_signal(signal.SIGTSTP)
            # Its group is an orphan's, where SIGTSTP does nothing: then as kill -STOP does it.
            os.kill(child, signal.SIGSTOP)
            wait_until(lambda: state(child) == "T" and state(process.pid) == "T", "both stopped")
            process.send_signal(signal.SIGCONT)
            wait_until(lambda: state(child) != "T" and state(process.pid) != "T", "both go on")
            process.stdin.close()
            self.assertEqual(process.wait(DEADLINE_S), 5)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class WithAHub(unittest.TestCase):
    def test_a_hub_that_never_answers_is_no_reason_to_say_that_all_is_well(self):
        with Hub() as hub:
            hub.signal(signal.SIGSTOP)
            try:
                # Longer than the greeting is waited for: it may be an original hub, or a dead one.
                done = run("run", "-a", "shop", "--flush", "3s", "--to",
                           f"logio://127.0.0.1:{hub.publish_port}", "echo", "x")
            finally:
                hub.signal(signal.SIGCONT)
            self.assertEqual((done.returncode, done.stdout), (0, b"x\n"))
            self.assertIn(b"of 1 lines the hub has acknowledged 0: 0 dropped, 0 refused, 1 sent",
                          done.stderr)

    def test_lines_come_with_their_topic_and_stderr_with_its_field(self):
        with Hub() as hub, hub.subscribe("app=shop&format=ndjson") as stream:
            done = run("run", "-a", "shop", "--to", f"logio://127.0.0.1:{hub.publish_port}", "--",
                       "sh", "-c", "echo out; echo err >&2; printf end")
            self.assertEqual((done.returncode, done.stdout), (0, b"out\nend"))
            self.assertEqual(done.stderr, b"err\n")
            seen = {}
            for line in stream.read_lines(3):
                seen[json.loads(line)["text"]] = json.loads(line)
            self.assertEqual(set(seen), {"out", "err", "end"})
            self.assertEqual(seen["out"]["proc"], "sh")
            self.assertEqual(seen["err"].get("fields"), {"stream": "stderr"})
            self.assertNotIn("fields", seen["out"])

    def test_a_stopped_hub_holds_nothing_up_and_gets_all(self):
        n = 3_000  # that a subscriber may be behind
        with Hub() as hub, hub.subscribe("app=shop&format=ndjson") as stream:
            hub.signal(signal.SIGSTOP)
            try:
                with Running("--to", f"logio://127.0.0.1:{hub.publish_port}", "--flush", "60s",
                             "seq", str(n)) as process:
                    # All is out while the hub stands still.
                    lines = b"".join(b"%d\n" % i for i in range(1, n + 1))
                    self.assertEqual(process.stdout.read(len(lines)), lines)
                    hub.signal(signal.SIGCONT)
                    self.assertEqual(process.wait(DEADLINE_S), 0)
                    self.assertEqual(process.stderr.read(), b"")
            finally:
                hub.signal(signal.SIGCONT)
            end = deadline()
            for i in range(1, n + 1):
                line = stream.read_line(end - time.monotonic())
                self.assertEqual(json.loads(line).get("text"), str(i), line)

    def test_a_hub_that_is_killed_and_restarted_has_all_once_and_in_order(self):
        n, cuts = 100_000, 4
        # Stops where it is told to, so that the hub's end falls into the middle.
        command = (f"import sys\nfor i in range(1, {n} + 1):\n sys.stdout.write(f'line {{i}}\\n')\n"
                   f" if i % {n // cuts} == 0:\n  sys.stdout.flush(); sys.stdin.readline()\n"
                   "sys.exit(7)")
        wanted = b"".join(b"line %d\n" % i for i in range(1, n + 1))
        with tempfile.TemporaryDirectory() as folder, socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            one.close()
            flags = ["--data-dir", folder, "--publish-listen", f"127.0.0.1:{port}"]
            hub = Hub(*flags)
            try:
                with Running("--to", f"logio://127.0.0.1:{port}", "--flush", "60s", "-q", "--",
                             sys.executable, "-c", command, stdin=subprocess.PIPE) as process:
                    passed = b""
                    for i in range(1, cuts + 1):
                        end = wanted.index(b"line %d\n" % (i * n // cuts)) + len(
                            b"line %d\n" % (i * n // cuts))
                        passed += process.stdout.read(end - len(passed))
                        hub.kill()
                        process.stdin.write(b"\n")
                        process.stdin.flush()
                        hub = Hub(*flags)
                    self.assertEqual(process.wait(DEADLINE_S), 7)
                    self.assertEqual((passed == wanted, process.stderr.read()), (True, b""))
                held = run("tail", "-n", "all", "--no-follow", "-o", "raw", "--hub",
                           f"http://127.0.0.1:{hub.subscribe_port}").stdout
                self.assertEqual((held == wanted, held.count(b"\n")), (True, n))
            finally:
                hub.stop()


class JobControl(unittest.TestCase):
    def test_ctrl_c_and_ctrl_z_do_what_they_do_without_it(self):
        with Hub() as hub:
            # Short words, so that no line of the screen is wrapped.
            words = {"LOGIO": BINARY,
                     "LOGIO_URL": f"logio://127.0.0.1:{hub.publish_port}?app=jobs"}
            with Terminal(["sh", "-c", "trap : INT; $LOGIO run -- sleep 100; echo ENDED=$?"],
                          100, 24, words) as terminal:
                wait_until(lambda: b'"jobs"' in hub.get("/v1/topics").body, "the publisher")
                terminal.keys("C-c")
                terminal.wait("ENDED=130")
                terminal.type("$LOGIO run -- sh -c 'echo BE''GUN; read x; echo AG''AIN $x; exit 3'")
                terminal.wait("BEGUN")
                terminal.keys("C-z")
                terminal.wait("Stopped")
                before = terminal.screen().count("read x")
                terminal.type("fg; echo CO''DE=$?")
                wait_until(lambda: terminal.screen().count("read x") > before, "that it goes on")
                terminal.type("word")
                self.assertIn("AGAIN word", terminal.wait("CODE=3"))


if __name__ == "__main__":
    unittest.main()
