"""A container engine for the image test: the one at hand, else a private one started here.

The private one is Debian's docker.io on a socket and data folder of its own. It makes no bridge and
touches no firewall rule, so everything that it builds or runs uses the host's network.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

BASE = "debian:bookworm"
READY_SECONDS = 60


class Unavailable(Exception):
    """No engine, or no base image, can be had here; the message says why."""


def cache_dir():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "logio"


class Engine:
    def __init__(self):
        self.environment = dict(os.environ, DOCKER_CLI_HINTS="false")
        self.daemon = None
        self.folder = None
        if self.docker("version", check=False).returncode != 0:
            self.start()

    def docker(self, *argv, check=True, timeout=120, **how):
        try:
            done = subprocess.run(["docker", *argv], env=self.environment, timeout=timeout,
                                  capture_output=True, text=True, errors="replace", **how)
        except FileNotFoundError:
            raise Unavailable("no docker command; install docker.io") from None
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(argv)}:\n{(done.stdout + done.stderr)[-4000:]}")
        return done

    def start(self):
        if os.geteuid() != 0 or not shutil.which("dockerd"):
            raise Unavailable("no engine answers, and starting one needs root and docker.io")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="logio-engine-"))
        data = cache_dir() / "engine"
        data.mkdir(parents=True, exist_ok=True)
        filesystem = subprocess.run(["stat", "-f", "-c", "%T", str(data)], capture_output=True,
                                    text=True).stdout.strip()
        driver = "vfs" if filesystem == "overlayfs" else "overlay2"
        host = f"unix://{self.folder}/socket"
        self.environment.update(DOCKER_HOST=host, DOCKER_BUILDKIT="0")
        self.log = open(self.folder / "log", "w+")
        self.daemon = subprocess.Popen(
            ["dockerd", f"--host={host}", "--iptables=false", "--ip6tables=false",
             "--ip-forward=false", "--ip-masq=false", "--bridge=none", f"--data-root={data}",
             f"--storage-driver={driver}", f"--exec-root={self.folder}/run",
             f"--pidfile={self.folder}/pid", "--exec-opt=native.cgroupdriver=cgroupfs",
             "--shutdown-timeout=5"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        end = time.monotonic() + READY_SECONDS
        while self.docker("version", check=False).returncode != 0:
            try:
                # Waits for its end, which would be a failure, and so paces the next question.
                self.daemon.wait(timeout=0.2)
                ended = True
            except subprocess.TimeoutExpired:
                ended = time.monotonic() > end
            if ended:
                reason = self.last_words()
                self.close()
                raise Unavailable(f"dockerd does not start here: {reason}")

    def last_words(self):
        self.log.flush()
        return (self.folder / "log").read_text(errors="replace")[-600:]

    def close(self):
        if self.daemon is None:
            return
        # The data folder is kept for its layers; what it gathers is bounded.
        for old in (["container", "prune", "-f"], ["image", "prune", "-f", "--filter=until=72h"]):
            if self.daemon.poll() is None:
                self.docker(*old, check=False)
        self.daemon.terminate()
        try:
            self.daemon.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        self.daemon = None
        self.log.close()
        namespace = self.folder / "run" / "netns" / "default"
        subprocess.run(["umount", str(namespace)], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def has(self, image):
        return self.docker("image", "inspect", image, check=False).returncode == 0

    def provide_base(self):
        """The Dockerfile's base image: present, pulled, or made from this machine's packages."""
        if self.has(BASE):
            return
        if self.docker("pull", "-q", BASE, check=False, timeout=300).returncode == 0:
            return
        if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
            raise Unavailable(f"no registry gives {BASE}, and making it needs root and mmdebstrap")
        sources = [str(p) for p in (pathlib.Path("/etc/apt/sources.list.d/debian.sources"),
                                    pathlib.Path("/etc/apt/sources.list")) if p.is_file()]
        with tempfile.TemporaryDirectory(prefix="logio-base-") as folder:
            archive = f"{folder}/base.tar"
            made = subprocess.run(
                ["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates",
                 "--customize-hook=copy-in /etc/apt/apt.conf.d /etc/apt",
                 "--customize-hook=copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs",
                 "bookworm", archive, *sources], capture_output=True, text=True, timeout=600)
            if made.returncode != 0:
                raise Unavailable(f"mmdebstrap cannot make {BASE}: {made.stderr[-600:]}")
            self.docker("import", archive, BASE, timeout=300)
