"""A Debian in a folder, booted: its own systemd runs there, with a network of its own."""
import pathlib
import subprocess
import tempfile

from hub import Failure, wait_until


class Booted:
    def __init__(self, folder):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--directory", folder, "--register=no", "--keep-unit",
             "--private-network", "--boot"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.leader = wait_until(self.find_leader, "the Debian's first process")
            wait_until(self.has_booted, "the end of the boot", 120)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()  # an orderly end of the Debian
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def has_booted(self):
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def find_leader(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise Failure(f"it does not boot: {self.log.read()[-2000:]}")
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        for child in children.split():
            words = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if words[0].endswith((b"systemd", b"init")):
                return child
        return None

    def run(self, *words, check=True, stdin="", seconds=120):
        done = subprocess.run(
            ["nsenter", "--all", "--target", self.leader, "env", "-i", "PATH=/usr/bin:/usr/sbin",
             *words], input=stdin, capture_output=True, text=True, timeout=seconds, check=False)
        if check and done.returncode != 0:
            raise Failure(f"{words}: {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def shown(self, unit, what):
        return self.run("systemctl", "show", "--value", "-p", what, unit).stdout.strip()
