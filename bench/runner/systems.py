"""The systems under test: how each is started on free ports, asked for its ports, and ended.

Every system is a context manager. Inside it `pid`, `publish_port` and `subscribe_port` are known
and the server answers. Leaving it ends that process, and only that, by its id.
"""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

START_SECONDS = 10
STOP_SECONDS = 10


class StartFailed(Exception):
    """The server did not come up; the text says what it said."""


def _on_cores(cores):
    """What a child does before it runs: bind itself to these cores."""
    return (lambda: os.sched_setaffinity(0, cores)) if cores else None


class Server:
    """One server process with a directory of its own."""

    def __init__(self, cores):
        self.cores = cores
        self.process = None
        self.directory = None
        self.publish_port = 0
        self.subscribe_port = 0
        self.started_at = 0.0

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="logio-bench-")
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        raise NotImplementedError

    def spawn(self, command, stdout, **more):
        self.log = os.path.join(self.directory, "stderr")
        with open(self.log, "wb") as log:
            self.started_at = time.monotonic()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout,
                                            stderr=log, cwd=self.directory,
                                            preexec_fn=_on_cores(self.cores), **more)

    def said(self):
        """The last of what it wrote to stderr."""
        with open(self.log, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def until(self, what, ready):
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.process.poll() is not None:
                raise StartFailed(f"it exited with {self.process.returncode}: {self.said()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"no {what} within {START_SECONDS} s: {self.said()}")
            time.sleep(0.005)


class Announcing(Server):
    """A server that prints `Listening for subscribers on tcp HOST:PORT` and the like."""

    def __init__(self, cores, command):
        super().__init__(cores)
        self.command = command

    def start(self):
        self.spawn(self.command, subprocess.PIPE)
        found = {}
        text = b""
        deadline = self.started_at + START_SECONDS
        while len(found) < 2:
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, deadline - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not piece:
                raise StartFailed(f"no ports in {text!r}; stderr: {self.said()}")
            text += piece
            found = dict(re.findall(rb"Listening for (\w+) on tcp \S*:(\d+)\n", text))
        self.publish_port = int(found[b"publishers"])
        self.subscribe_port = int(found[b"subscribers"])


class Hub(Announcing):
    def __init__(self, cores, binary, flags=()):
        super().__init__(cores, [binary, "serve", "--publish-listen", "127.0.0.1:0",
                                 "--subscribe-listen", "127.0.0.1:0", *flags])


class Relay(Announcing):
    def __init__(self, cores, binary):
        super().__init__(cores, [binary])


class Nats(Server):
    def start(self):
        self.spawn(["nats-server", "-a", "127.0.0.1", "-p", "-1",
                    "--ports_file_dir", self.directory], subprocess.DEVNULL)
        name = os.path.join(self.directory, f"nats-server_{self.pid}.ports")

        def ready():
            try:
                with open(name, encoding="ascii") as file:
                    urls = json.load(file)["nats"]
            except (OSError, ValueError):
                return False
            self.publish_port = self.subscribe_port = int(urls[0].rsplit(":", 1)[1])
            return True

        self.until("ports file", ready)


class Rsyslog(Server):
    """rsyslog with TCP in and TCP out, set for throughput.

    The actions run on the queue's own worker (no second queue), in large batches, and forward the
    message as it came. `targets` are the ports that it forwards to.
    """

    def __init__(self, cores, targets):
        super().__init__(cores)
        self.targets = targets

    def start(self):
        actions = "".join(
            f'  action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp"\n'
            f'         template="as_it_came" action.resumeRetryCount="-1"\n'
            f'         action.resumeInterval="1")\n'
            for port in self.targets)
        port_file = os.path.join(self.directory, "port")
        text = (f'global(workDirectory="{self.directory}" maxMessageSize="8k")\n'
                'main_queue(queue.type="FixedArray" queue.size="100000"\n'
                '           queue.dequeueBatchSize="4096" queue.workerThreads="1")\n'
                'module(load="imtcp" maxSessions="2000")\n'
                'template(name="as_it_came" type="string" string="%rawmsg%\\n")\n'
                'ruleset(name="forward") {\n' + actions + '}\n'
                'input(type="imtcp" port="0" address="127.0.0.1" ruleset="forward"\n'
                f'      listenPortFileName="{port_file}")\n')
        config = os.path.join(self.directory, "rsyslog.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(text)
        self.spawn(["rsyslogd", "-n", "-f", config, "-i", "NONE"], subprocess.DEVNULL)

        def ready():
            try:
                with open(port_file, encoding="ascii") as file:
                    self.publish_port = int(file.read())
            except (OSError, ValueError):
                return False
            return True

        self.until("port file", ready)
