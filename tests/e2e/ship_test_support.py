"""A running logio ship, for tests."""
import os
import signal
import subprocess
import tempfile

from hub import BINARY, wait_until


class Ship:
    """A running logio ship."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL):
        self.log = tempfile.TemporaryFile()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
        self.process = subprocess.Popen([BINARY, "ship", *arguments], stdin=stdin,
                                        stdout=subprocess.DEVNULL, stderr=self.log,
                                        env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.log.close()

    def said(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def wait_said(self, text):
        return wait_until(lambda: text in self.said(), f"{text!r} from ship; {self.said()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def wait(self, seconds=None):
        wait_until(lambda: self.process.poll() is not None, "ship ends", seconds)
        return self.process.returncode

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()
