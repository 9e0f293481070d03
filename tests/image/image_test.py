"""The image, built from docker/Dockerfile and run by a real engine.

usage: image_test.py ROOT [unittest argument]...

Ends with 77 (skipped) when no engine can be had, and says why.
"""
import http.client
import io
import json
import os
import pathlib
import pty
import re
import select
import socket
import subprocess
import sys
import tarfile
import threading
import time
import unittest
import uuid

import engine

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "marathon"))

from marathon import Marathon  # noqa: E402
from run_marathon import held_port  # noqa: E402

IMAGE = "logio:image-test"
BUILD_SECONDS = 1500
WAIT_SECONDS = 30
NOBODY = 65534
FREE_PORTS = ["-e", "LOGIO_PUBLISH_LISTEN=127.0.0.1:0", "-e", "LOGIO_SUBSCRIBE_LISTEN=127.0.0.1:0"]
SKIPPED = 77

root = None
docker_engine = None


def wait_for(what, condition):
    """Asks until the condition holds; its value, or an error after WAIT_SECONDS."""
    never, end = threading.Event(), time.monotonic() + WAIT_SECONDS
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {WAIT_SECONDS} s")
        never.wait(0.05)
    return value


class Hub:
    """A container of the image, attached to a terminal or to a pipe."""

    def __init__(self, *options, arguments=(), terminal=False):
        self.name = f"logio-test-{uuid.uuid4().hex[:12]}"
        argv = ["docker", "run", "--rm", "--name", self.name, "--network=host", *options]
        self.output = b""
        if terminal:
            self.stream, slave = pty.openpty()
            argv += ["-i", "-t"]
        else:
            slave = None
            self.stream, writer = os.pipe()
        self.process = subprocess.Popen(
            argv + [IMAGE, *arguments], env=docker_engine.environment,
            stdin=slave if terminal else subprocess.DEVNULL,
            stdout=slave if terminal else writer, stderr=subprocess.STDOUT)
        os.close(slave if terminal else writer)

    def read(self):
        """Takes what is there; False at the end."""
        if not select.select([self.stream], [], [], 0.1)[0]:
            return True
        try:
            more = os.read(self.stream, 65536)
        except OSError:  # a terminal's end
            more = b""
        self.output += more
        return bool(more)

    def port(self, who):
        pattern = rb"Listening for " + who + rb" on tcp \S*:(\d+)"
        end = time.monotonic() + WAIT_SECONDS
        while not (found := re.search(pattern, self.output)):
            if not self.read() or time.monotonic() > end:
                raise AssertionError(f"no line of {who.decode()}: {self.output.decode()}")
        return int(found[1])

    def end(self):
        """Waits for the exit code."""
        while self.read() and self.process.poll() is None:
            pass
        return self.process.wait(timeout=WAIT_SECONDS)

    def inspect(self, what):
        return json.loads(docker_engine.docker("inspect", "-f", f"{{{{json {what}}}}}",
                                               self.name).stdout)

    def close(self):
        docker_engine.docker("rm", "-f", self.name, check=False)
        self.process.wait(timeout=WAIT_SECONDS)
        os.close(self.stream)


class image(unittest.TestCase):
    def hub(self, *options, **how):
        started = Hub(*options, **how)
        self.addCleanup(started.close)
        return started

    def test_a_line_goes_from_a_publisher_to_a_subscriber(self):
        hub = self.hub(*FREE_PORTS)
        subscriber = http.client.HTTPConnection("127.0.0.1", hub.port(b"subscribers"), timeout=30)
        self.addCleanup(subscriber.close)
        subscriber.request("GET", "/?app=shop&proc=web|worker")
        answer = subscriber.getresponse()
        self.assertEqual(answer.status, 200)
        with socket.create_connection(("127.0.0.1", hub.port(b"publishers")), 30) as publisher:
            publisher.sendall(b'{"app":"shop","proc":"web","host":"h1"}'
                              b'{"time":"2026-01-02T03:04:05Z","raw":"hello from outside\\n"}')
        self.assertIn(b"hello from outside", answer.readline())

    def test_it_runs_as_nobody_with_nothing_granted(self):
        hub = self.hub(*FREE_PORTS, "--read-only", "--cap-drop=ALL",
                       "--security-opt=no-new-privileges:true")
        hub.port(b"publishers")
        self.assertEqual(hub.inspect(".Config.User"), f"{NOBODY}:{NOBODY}")
        status = pathlib.Path(f"/proc/{hub.inspect('.State.Pid')}/status")
        if status.is_file():  # an engine on this machine
            found = re.search(r"^Uid:\s+(\d+)\s+(\d+)", status.read_text(), re.M)
            self.assertEqual(found.groups(), (str(NOBODY), str(NOBODY)))

    def test_interrupt_and_terminate_end_it_with_0(self):
        for signal in ("INT", "TERM"):
            hub = self.hub(*FREE_PORTS)
            hub.port(b"subscribers")
            hub.port(b"publishers")
            docker_engine.docker("kill", "-s", signal, hub.name)
            self.assertEqual(hub.end(), 0, (signal, hub.output))

    def test_control_c_in_a_terminal_ends_it(self):
        hub = self.hub(*FREE_PORTS, terminal=True)
        hub.port(b"subscribers")
        hub.port(b"publishers")
        os.write(hub.stream, b"\x03")
        self.assertEqual(hub.end(), 0, hub.output)

    def test_the_health_check_passes(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        hub = self.hub("-e", "LOGIO_PUBLISH_LISTEN=127.0.0.1:0",
                       "-e", f"LOGIO_SUBSCRIBE_LISTEN=127.0.0.1:{port}",
                       "-e", f"LOGIO_HUB=http://127.0.0.1:{port}", "--health-interval=1s")
        hub.port(b"subscribers")
        wait_for("healthy", lambda: hub.inspect(".State.Health.Status") == "healthy")
        docker_engine.docker("exec", hub.name, "/logio", "healthcheck")

    def test_marathon_loggers_arguments(self):
        """As its own image: the arguments are all flags. It registers, takes events, is healthy
        where LOGIO_HUB says whom to ask, and takes its registration back when it is stopped."""
        with Marathon() as marathon, held_port() as port:
            callback = f"http://127.0.0.1:{port}/events"
            hub = self.hub("-e", f"LOGIO_HUB=http://127.0.0.1:{port}", "--health-interval=1s",
                           arguments=("-m", marathon.url, "-c", callback,
                                      "-e", "in-memory://localhost/?max_length=1000",
                                      "-p", str(port), "-i", "127.0.0.1"))
            self.assertEqual(hub.port(b"events"), port)
            self.assertRegex(hub.output, rb"Configuring in-memory store with {'max_length': 1000}")
            wait_for("registered", lambda: marathon.posted == 1)
            self.assertEqual(marathon.subscriptions, [callback])
            happened = {"eventType": "app_terminated_event", "appId": "/shop"}
            marathon.emit(happened)
            wait_for("taken", lambda: marathon.posted == 2)
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            self.addCleanup(client.close)
            client.request("GET", "/events", headers={"Connection": "close"})
            self.assertEqual(json.loads(client.getresponse().read())["events"][1:], [happened])
            wait_for("healthy", lambda: hub.inspect(".State.Health.Status") == "healthy")
            docker_engine.docker("kill", "-s", "TERM", hub.name)
            self.assertEqual(hub.end(), 0, hub.output)
            self.assertEqual((marathon.subscriptions, marathon.refused), ([], 0))

    def test_arguments_take_the_place_of_serve(self):
        done = docker_engine.docker("run", "--rm", "--network=none", IMAGE, "version")
        self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")

    def test_every_command_is_reached_through_the_entry_point(self):
        def text(*words):
            return docker_engine.docker("run", "--rm", "--network=none", IMAGE, *words).stdout

        listed = text("--help").partition("\ncommands:\n")[2].partition("\n\n")[0]
        names = set(re.findall(r"^  ([a-z]+) ", listed, re.M)) - {"version", "help"}
        self.assertLess({"serve", "marathon", "tail", "pipe", "check", "view"}, names)
        for name in names:
            self.assertIn(f"usage: logio {name}", text(name, "--help"), name)
        wrong = docker_engine.docker("run", "--rm", "--network=none", IMAGE, "tial", check=False)
        self.assertEqual((wrong.returncode, wrong.stderr),
                         (64, "logio: unknown command 'tial'; did you mean tail?\n"))

    def test_pipe_publishes_from_one_container_to_another(self):
        hub = self.hub(*FREE_PORTS)
        subscriber = http.client.HTTPConnection("127.0.0.1", hub.port(b"subscribers"), timeout=30)
        self.addCleanup(subscriber.close)
        subscriber.request("GET", "/?app=shop")
        answer = subscriber.getresponse()
        to = f"logio://127.0.0.1:{hub.port(b'publishers')}"
        docker_engine.docker("run", "--rm", "-i", "--network=host", IMAGE, "pipe", "-a", "shop",
                             "--to", to, input="hello from a pipe\n")
        self.assertIn(b"hello from a pipe", answer.readline())

    def test_it_holds_the_binary_the_certificates_and_data_only(self):
        name = f"logio-test-{uuid.uuid4().hex[:12]}"
        docker_engine.docker("create", "--name", name, IMAGE)
        self.addCleanup(docker_engine.docker, "rm", "-f", name, check=False)
        exported = subprocess.run(["docker", "export", name], env=docker_engine.environment,
                                  capture_output=True, timeout=60, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(exported)) as opened:
            members = {member.name.rstrip("/"): member for member in opened}
        self.assertEqual(members["data"].uid, NOBODY)
        self.assertTrue(members["data"].isdir())
        self.assertGreater(members["etc/ssl/certs/ca-certificates.crt"].size, 100_000)
        self.assertLessEqual(members["logio"].size, 12 << 20)
        # The engine itself adds these, empty.
        ours = {n for n, m in members.items() if m.isfile() and m.size > 0}
        self.assertEqual(ours, {"logio", "etc/ssl/certs/ca-certificates.crt"})

    def test_the_image_says_how_it_is_to_be_run(self):
        config = json.loads(docker_engine.docker(
            "image", "inspect", "-f", "{{json .Config}}", IMAGE).stdout)
        self.assertEqual(config["Entrypoint"], ["/logio"])
        self.assertEqual(config["Cmd"], ["serve"])
        self.assertEqual(set(config["ExposedPorts"]), {"7701/tcp", "7702/tcp", "5000/tcp"})
        self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "/logio", "healthcheck"])


def main(argv):
    global root, docker_engine
    root = argv.pop(1)
    try:
        docker_engine = engine.Engine()
    except engine.Unavailable as why:
        print(f"skipped: {why}")
        return SKIPPED
    try:
        docker_engine.provide_base()
        begin = time.monotonic()
        docker_engine.docker("build", "--network=host", "-f", f"{root}/docker/Dockerfile", "-t",
                             IMAGE, root, timeout=BUILD_SECONDS)
        size = int(docker_engine.docker("image", "inspect", "-f", "{{.Size}}", IMAGE).stdout)
        print(f"built {IMAGE}: {size >> 20} MiB in {time.monotonic() - begin:.0f} s", flush=True)
        return 0 if unittest.main(argv=argv, exit=False, verbosity=2).result.wasSuccessful() else 1
    except engine.Unavailable as why:
        print(f"skipped: {why}")
        return SKIPPED
    finally:
        docker_engine.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
