"""A program in a real pseudo-terminal: tmux of its own, whose screen is read and whose keys are
sent."""
import os
import shlex
import subprocess
import tempfile

from hub import wait_until


class Terminal:
    """`command` is typed into a shell of `columns` by `rows`; the shell stays when it has ended."""

    def __init__(self, command, columns=80, rows=24, env=None):
        self.folder = tempfile.TemporaryDirectory()
        # A terminal that goes hangs up twice: whoever looks for leaks at its end would lose its
        # second process by it, and wait for that for ever, busily.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        variables = {"TERM": "screen", "LC_ALL": "C.UTF-8", "PS1": "PROMPT> ",
                     "ASAN_OPTIONS": asan.lstrip(":"), **(env or {})}
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith("LOGIO_") and k not in ("NO_COLOR", "TMUX")}
        self.environment = {**kept, **variables}
        self.tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(columns), "-y",
                  str(rows), "env", *(f"{k}={v}" for k, v in variables.items()),
                  "sh", "-i")
        self.wait("PROMPT>")
        # After its end the shell says how, and how the terminal is.
        self.type(shlex.join(command) + "; echo CODE=$?; stty -a | grep -o ' -*echo '")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.folder.name + "/socket", *words], check=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
                              env=self.environment).stdout.decode()

    def type(self, line):
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def screen(self, colors=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if colors else []))

    def wait(self, *texts, seconds=None):
        """Until all of them are on one screen, which may have been drawn by half; that screen."""
        def seen():
            screen = self.screen()
            return all(text in screen for text in texts) and screen

        try:
            return wait_until(seen, " and ".join(map(repr, texts)), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error} on the screen:\n{self.screen()}") from None

    def wait_given_back(self):
        """Until the command has ended with 0 and the terminal echoes; what is seen behind that."""
        def seen():
            _, end, rest = self.screen().partition("CODE=0")
            return end and "\n echo" in rest and rest

        return wait_until(seen, "CODE=0 and a terminal that echoes")

    def wait_gone(self, text):
        return wait_until(lambda: text not in (s := self.screen()) and s, f"no {text!r}")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")
        self.folder.cleanup()
