"""`logio run` on a terminal: the command has one, too, and notices nothing; nor does the shell."""
import json
import os
import signal
import sys
import unittest

from hub import BINARY, Hub, wait_until
from terminal import Terminal

SIZES = ((80, 24), (132, 43))


class OnTerminal:
    """A shell in a terminal, with LOGIO (the program) and LOGIO_URL (a hub) in its environment."""

    def __init__(self, columns=80, rows=24):
        self.hub = Hub()
        try:
            # Short words, so that no line of the screen is wrapped.
            self.terminal = Terminal(["true"], columns, rows, {
                "LOGIO": BINARY, "LOGIO_URL": f"logio://127.0.0.1:{self.hub.publish_port}?app=tty"})
        except BaseException:
            self.hub.stop()
            raise

    def __enter__(self):
        self.terminal.wait("CODE=0")
        self.terminal.type("clear")
        self.terminal.wait_gone("CODE=0")
        return self.terminal, self.hub

    def __exit__(self, *_):
        self.terminal.__exit__()
        self.hub.stop()


def records(hub):
    with hub.subscribe("app=tty&format=ndjson&tail=1000&follow=false") as stream:
        return [json.loads(line) for line in stream.read_body_to_end().splitlines()]


def texts(hub):
    return [record["text"] for record in records(hub)]


def processes(name):
    """Those of this user whose command line has `name`."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if name in file.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Jobs(unittest.TestCase):
    def test_a_shell_inside_has_its_jobs(self):
        for columns, rows in SIZES:
            with self.subTest((columns, rows)), OnTerminal(columns, rows) as (terminal, hub):
                terminal.type("$LOGIO run -- bash --norc -i; echo CO''DE=$?")
                wait_until(lambda: b'"bash"' in hub.get("/v1/topics").body, "the publisher")
                terminal.type("PS1='in> '; stty size; tty")
                terminal.wait(f"{rows} {columns}")
                terminal.wait("/dev/pts/")
                terminal.type("sleep 1000 &")
                terminal.type("jobs; fg")
                terminal.wait("Running")
                wait_until(lambda: terminal.screen().rstrip().endswith("\nsleep 1000"), "fg")
                terminal.keys("C-z")
                terminal.wait("Stopped")
                terminal.type("bg; echo A''GAIN; fg")
                terminal.wait("AGAIN\nsleep 1000")
                terminal.keys("C-c")
                terminal.type("echo of=$?")
                terminal.wait("of=130")
                terminal.type("exit 7")
                terminal.wait("CODE=7")
                terminal.type("stty -a | grep -o ' icanon .*ixon\\| echo ' && echo SA''NE")
                terminal.wait("SANE")
                seen = texts(hub)
                self.assertIn(f"{rows} {columns}", seen)
                self.assertIn("in> jobs; fg", seen)
                self.assertFalse([text for text in seen if "\x1b" in text or "\r" in text], seen)

    def test_a_key_stops_the_command_and_us_and_fg_goes_on(self):
        with OnTerminal() as (terminal, hub):
            command = "trap 'echo BA''CK' CONT; echo BE''GUN; read x; echo GOT \\$x; exit 3"
            terminal.type(f'$LOGIO run -- bash -c "{command}"')
            terminal.wait("BEGUN")
            terminal.keys("C-z")
            terminal.wait("Stopped")
            # The terminal is the shell's again.
            terminal.type("echo $((6 * 7))")
            terminal.wait("\n42")
            terminal.type("clear; fg; echo CO''DE=$?")
            terminal.wait("BACK")
            terminal.type("word")
            self.assertIn("GOT word", terminal.wait("CODE=3"))
            wait_until(lambda: "GOT word" in texts(hub), "the last line")

    def test_in_the_background_it_prints_and_is_stopped_when_it_reads(self):
        with OnTerminal() as (terminal, hub):
            command = "echo BE\"\"GUN; read x; echo GOT $x; exit 4"
            terminal.type(f"$LOGIO run -- sh -c '{command}' &")
            terminal.wait("BEGUN")
            terminal.type("")
            terminal.type("jobs")
            terminal.wait("Stopped (tty input)")
            terminal.type("clear; fg; echo CO''DE=$?")
            wait_until(lambda: foreground_reads(), "that it reads")
            terminal.type("word")
            self.assertIn("GOT word", terminal.wait("CODE=4"))

    def test_from_the_background_to_the_foreground_the_keys_are_its_own(self):
        with OnTerminal() as (terminal, hub):
            terminal.type("$LOGIO run -- sh -c 'echo BE\"\"GUN; sleep 1000; echo no' &")
            terminal.wait("BEGUN")
            terminal.type("clear; fg")
            wait_until(lambda: terminal.screen().startswith("${LOGIO} run"), "the shell's words")
            # The shell says so before it gives the terminal away: then the key was its own.
            for _ in range(10):
                terminal.keys("C-c")
                try:
                    terminal.wait("PROMPT>", seconds=3)
                    break
                except AssertionError:
                    pass
            terminal.type("echo CO''DE=$?")
            terminal.wait("CODE=130")

    def test_a_key_that_interrupts_the_command_interrupts_the_script_around_it(self):
        with OnTerminal() as (terminal, hub):
            terminal.type("bash -c 'while :; do $LOGIO run -- sleep 1000; done'")
            wait_until(lambda: b'"sleep"' in hub.get("/v1/topics").body, "the publisher")
            terminal.keys("C-c")
            wait_until(lambda: terminal.screen().count("PROMPT>") == 2, "the prompt")
            terminal.type("echo CO''DE=$?")
            terminal.wait("CODE=130")


def foreground_reads():
    """A command of ours waits in a read of its terminal."""
    for pid in processes(b"echo GOT $x"):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            if fields[0] == "S" and fields[2] == fields[5]:  # its group has its terminal
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if not file.read().startswith(BINARY.encode()):
                        return True
        except OSError:
            pass
    return False


FULL_SCREEN = """
import curses
def main(screen):
    while True:
        rows, columns = screen.getmaxyx()
        screen.erase()
        screen.addstr(0, 0, f"SIZE {columns}x{rows}")
        screen.addstr(rows - 1, 0, "BOTTOM")
        key = screen.getch()
        if key == ord("q"):
            return
        if key == curses.KEY_RESIZE:
            curses.update_lines_cols()
print("BEFORE")
curses.wrapper(main)
print("AFTER")
"""


def edited(screen, rows):
    """Vim, no longer inserting, shows two lines, its own last one, and a tilde in all others."""
    return (screen.startswith("some text\n") and "INSERT" not in screen and
            screen.count("\n~") == rows - 3)


class FullScreen(unittest.TestCase):
    def test_vim_edits_is_stopped_and_goes_on(self):
        for columns, rows in SIZES:
            with self.subTest((columns, rows)), OnTerminal(columns, rows) as (terminal, hub):
                terminal.type("$LOGIO run -- vim.tiny -u NONE -N; echo CO''DE=$?")
                terminal.wait("VIM - Vi IMproved")
                terminal.keys("i")
                terminal.type("some text")
                terminal.keys("Escape")
                wait_until(lambda: edited(terminal.screen(), rows), "two lines in the editor")
                terminal.keys("C-z")
                terminal.wait("Stopped")
                self.assertIn("$LOGIO run", terminal.screen())
                terminal.type("clear; fg; echo CO''DE=$?")
                wait_until(lambda: terminal.screen().startswith("some text\n"), "vim again")
                terminal.type(":q!")
                terminal.wait("CODE=0")
                self.assertNotIn("\n~", terminal.screen())
                seen = texts(hub)
                self.assertFalse([text for text in seen if "some text" in text], seen)

    def test_its_size_is_the_terminals_also_when_that_changes(self):
        # Given as variables: a line of the terminal has no room for them.
        with Hub() as hub, Terminal(["true"], 80, 24, {
                "LOGIO": BINARY, "PYTHON": sys.executable, "PROGRAM": FULL_SCREEN,
                "LOGIO_URL": f"logio://127.0.0.1:{hub.publish_port}?app=tty"}) as terminal:
            terminal.wait("CODE=0")
            terminal.type("clear; $LOGIO run -- $PYTHON -c \"$PROGRAM\"; echo CO''DE=$?")
            terminal.wait("SIZE 80x24")
            for columns, rows in ((40, 12), (132, 43), (100, 30)):
                terminal.resize(columns, rows)
                screen = terminal.wait(f"SIZE {columns}x{rows}")
                wait_until(lambda: terminal.screen().splitlines()[rows - 1:] == ["BOTTOM"], screen)
            terminal.keys("q")
            terminal.wait("CODE=0")
            wait_until(lambda: texts(hub) == ["BEFORE", "AFTER"], "two lines")


class Streams(unittest.TestCase):
    def test_what_is_redrawn_is_published_as_one_reads_it(self):
        with OnTerminal() as (terminal, hub):
            script = ("printf \"1 %%\\\\r50 %%\\\\r100 %%\\\\n\\\\033[31mred\\\\033[0m\\\\n\";"
                      "echo er\"\"ror >&2")
            terminal.type(f"$LOGIO run -- sh -c '{script}'; echo CO''DE=$?")
            self.assertIn("100 %\nred\nerror\nCODE=0", terminal.wait("CODE=0"))
            self.assertEqual(texts(hub), ["100 %", "red", "error"])

    def test_standard_error_that_goes_elsewhere_is_told_apart(self):
        with OnTerminal() as (terminal, hub):
            terminal.type("$LOGIO run -- sh -c 'test -t 1 && echo out; echo err >&2' 2>/dev/null; "
                          "echo CO''DE=$?")
            terminal.wait("\nout\nCODE=0")
            self.assertEqual({record["text"]: record.get("fields") for record in records(hub)},
                             {"out": None, "err": {"stream": "stderr"}})

    def test_no_terminal_gives_pipes(self):
        with OnTerminal() as (terminal, hub):
            terminal.type("$LOGIO run -T -- sh -c 'test -t 1 || echo pi\"\"pe; tty'; "
                          "echo CO''DE=$?")
            self.assertIn("pipe\n/dev/pts/", terminal.wait("CODE=0"))

    def test_a_hub_that_goes_away_does_not_write_into_the_commands_screen(self):
        with OnTerminal() as (terminal, hub):
            terminal.type("$LOGIO run --flush 10ms -- sh -c 'echo BE\"\"GUN; read x'; "
                          "echo CO''DE=$?")
            terminal.wait("BEGUN")
            wait_until(lambda: texts(hub) == ["BEGUN"], "the line")
            hub.kill()
            terminal.type("word")
            screen = terminal.wait("CODE=0")
            # The hub may have been killed before it acknowledged what it had.
            self.assertRegex(screen, "logio run: of 2 lines the hub has acknowledged [01]")
            self.assertEqual(screen.count("logio run:"), 1, screen)


def run_itself(pids):
    """Of these processes the one that was typed; the others are in a session that one of them
    leads, or have ended."""
    def session(pid):
        try:
            return os.getsid(pid)
        except ProcessLookupError:
            return pid

    one, = (pid for pid in pids if session(pid) not in pids)
    return one


class Ends(unittest.TestCase):
    def kill_run(self, name):
        ours = wait_until(lambda: len(p := processes(name)) == 3 and p, "all processes")
        os.kill(run_itself(ours), signal.SIGKILL)

    def test_killed_it_takes_the_command_with_it(self):
        with OnTerminal() as (terminal, hub):
            name = b"765%d" % os.getpid()
            terminal.type(f"$LOGIO run -- sleep {name.decode()}; echo CO''DE=$?")
            self.kill_run(name)
            terminal.wait("CODE=137")
            wait_until(lambda: not processes(name), "that all are gone")

    def test_killed_in_the_background_it_takes_the_command_with_it(self):
        with OnTerminal() as (terminal, hub):
            name = b"764%d" % os.getpid()
            terminal.type(f"set -m; $LOGIO run -- sleep {name.decode()} &")
            self.kill_run(name)
            wait_until(lambda: not processes(name), "that all are gone")

    def test_a_signal_goes_on_to_the_command(self):
        with OnTerminal() as (terminal, hub):
            command = ("trap 'echo HANDLED; exit 9' TERM; echo BE\"\"GUN; "
                       "while :; do sleep .1; done")
            terminal.type(f"$LOGIO run -- bash -c \"{command}\"; echo CO''DE=$?")
            terminal.wait("BEGUN")
            os.kill(run_itself(processes(b"HANDLED")), signal.SIGTERM)
            self.assertIn("HANDLED\nCODE=9", terminal.wait("CODE=9"))
            terminal.type("stty -a | grep -q ' icanon' && echo SA''NE")
            terminal.wait("SANE")

    def test_a_terminal_that_is_closed_ends_the_command(self):
        on = OnTerminal()
        with on as (terminal, hub):
            name = b"763%d" % os.getpid()
            terminal.type(f"$LOGIO run -- sleep {name.decode()}")
            wait_until(lambda: len(processes(name)) == 3, "all processes")
        wait_until(lambda: not processes(name), "that all are gone")


if __name__ == "__main__":
    unittest.main()
