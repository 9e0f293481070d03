"""The Debian package: made, judged by lintian, installed into an empty Debian and run there.

usage: package_test.py ROOT [unittest argument]...

Needs root, lintian, mmdebstrap and systemd-nspawn. The Debian comes from where this machine has
its packages from.
"""
import configparser
import filecmp
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from booted import Booted  # noqa: E402
from hub import BINARY, Hub, record, wait_until  # noqa: E402
from service import BECOME, Manager, listening, port_of  # noqa: E402

SKIPPED = 77
INCLUDED = "adduser,init-system-helpers,systemd-sysv,man-db,bash-completion,zsh,fish"
# Asks for the hub's health again and again; each answer, or its want, is a line.
KNOCK = r"""
for i in $(seq 1000); do
  exec 3<>/dev/tcp/127.0.0.1/7702 || { echo refused; continue; }
  printf 'GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n' >&3
  IFS= read -r line <&3 || line='closed'
  exec 3<&- 3>&-
  echo "${line%$'\r'}"
done"""
FILES = {
    "./usr/bin/logio", "./lib/systemd/system/logio.service", "./lib/systemd/system/logio.socket",
    "./etc/logio/logio.toml", "./usr/share/man/man1/logio.1.gz",
    "./usr/share/bash-completion/completions/logio", "./usr/share/zsh/vendor-completions/_logio",
    "./usr/share/fish/vendor_completions.d/logio.fish", "./usr/share/doc/logio/copyright",
    "./usr/share/doc/logio/changelog.gz", "./usr/share/doc/logio/CHANGELOG.md.gz",
    "./usr/share/doc/logio/README.md", "./usr/share/lintian/overrides/logio"}

root = None
folder = None  # of this run, under build/


def run(*argv, check=True, timeout=600, **how):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, errors="replace", check=False, **how)
    if check and done.returncode != 0:
        raise AssertionError(f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def make_package(to):
    to.mkdir(exist_ok=True)
    run(root / "scripts/package", "--binary", os.path.realpath(BINARY), "--to", to)
    return next(to.glob("logio_*_amd64.deb"))


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package = make_package(folder / "first")

    def test_it_is_made_alike_each_time(self):
        self.assertTrue(filecmp.cmp(self.package, make_package(folder / "second"), shallow=False))

    def test_lintian_has_nothing_to_say(self):
        done = run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit",
                   "0", self.package, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_what_is_in_it(self):
        listed = run("dpkg-deb", "--contents", self.package).stdout.splitlines()
        self.assertEqual({line.split()[-1] for line in listed if line[0] != "d"}, FILES)
        self.assertTrue(all(line.split()[1] == "root/root" for line in listed))
        self.assertFalse([line for line in listed if line[5] == "w" or line[8] == "w"])

    def test_no_path_of_this_machine_is_in_it(self):
        out = folder / "unpacked"
        run("dpkg-deb", "--raw-extract", self.package, out)
        named = [str(path) for path in out.rglob("*") if path.is_file()
                 and any(own in path.read_bytes() for own in (str(root).encode(), b"/ro" b"ot/",
                                                             str(folder).encode()))]
        self.assertEqual(named, [])


class Units(unittest.TestCase):
    def test_every_key_of_the_configuration_can_be_used(self):
        text = (root / "packaging/logio.toml").read_text(encoding="utf-8")
        keys = set(re.findall(r"^#?([a-z_]+) = ", text, re.M)) - {"url", "name"}
        known = set(re.findall(r"^ {2}--([a-z-]+)", run(BINARY, "serve", "--help").stdout, re.M))
        self.assertEqual(keys, {k.replace("-", "_") for k in known - {"sink", "config"}})
        used = folder / "used.toml"
        used.write_text(re.sub(r"^#(?=[a-z_]+ = |\[\[)", "", text, flags=re.M), encoding="utf-8")
        self.assertIn(": ok", run(BINARY, "check", used).stdout)
        self.assertIn(": ok", run(BINARY, "check", root / "packaging/logio.toml").stdout)

    def test_the_unit_shuts_the_service_in(self):
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=15",
                   root / "packaging/logio.service")
        print(done.stdout.strip().splitlines()[-1], flush=True)

    def test_the_unit_waits_longer_than_the_hub_needs(self):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(root / "packaging/logio.service")
        grace = re.search(r"--grace .*?\[(\d+)s\]", run(BINARY, "serve", "--help").stdout, re.S)
        self.assertGreater(int(unit["Service"]["TimeoutStopSec"]), int(grace[1]) + 5)


class Installed(unittest.TestCase):
    """In the order of a package's life: installed, run, installed again, purged."""

    @classmethod
    def setUpClass(cls):
        cls.package = make_package(folder / "third")
        cls.debian = folder / "debian"
        sources = [p for p in (pathlib.Path("/etc/apt/sources.list.d/debian.sources"),
                               pathlib.Path("/etc/apt/sources.list")) if p.is_file()]
        run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={INCLUDED}",
            "--setup-hook=mkdir -p $1/etc/apt && cp -r /etc/apt/apt.conf.d $1/etc/apt",
            "--dpkgopt=path-include=/usr/share/man/*", "bookworm", cls.debian, *sources)
        shutil.copy(cls.package, cls.debian / "logio.deb")
        cls.before = cls.all_files()
        cls.users = (cls.debian / "etc/passwd").read_text(encoding="utf-8")

    @classmethod
    def all_files(cls):
        kept = re.compile(r"(var/(lib/dpkg|log|cache)|run|proc|sys|dev|tmp|etc/(passwd|group|"
                          r"shadow|gshadow|subuid|subgid)-?$|etc/\.pwd\.lock|root)")
        names = {str(p.relative_to(cls.debian)) for p in cls.debian.rglob("*")}
        return {n for n in names if not kept.match(n)}

    def inside(self, *argv, **how):
        return run("chroot", self.debian, *argv, **how)

    def test_1_it_can_be_installed(self):
        self.inside("dpkg", "-i", "/logio.deb")
        self.assertRegex((self.debian / "etc/passwd").read_text(encoding="utf-8"),
                         r"(?m)^logio:x:\d+:\d+:.*:/var/lib/logio:/usr/sbin/nologin$")
        file = self.debian / "etc/logio/logio.toml"
        self.assertEqual(file.stat().st_mode & 0o777, 0o640)
        for unit, target in (("logio.service", "multi-user"), ("logio.socket", "sockets")):
            link = self.debian / f"etc/systemd/system/{target}.target.wants/{unit}"
            self.assertTrue(link.is_symlink(), unit)
        self.inside("systemd-analyze", "verify", "--man=no", "logio.service", "logio.socket")

    def test_2_the_man_page_and_the_completions_are_found(self):
        page = self.inside("man", "-P", "cat", "logio", env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertIn("log plexer", page)
        shown = self.inside("bash", "-c", ". /usr/share/bash-completion/bash_completion; "
                            "_completion_loader logio; complete -p logio").stdout
        self.assertIn("logio", shown)
        self.inside("zsh", "-fc", "autoload -Uz compinit; compinit -D; [[ -n ${_comps[logio]} ]]")
        shown = self.inside("fish", "-c", "complete -C 'logio '").stdout
        self.assertIn("serve", shown)

    def hub_inside(self, manager, sockets):
        """As its unit runs it: as its user, with its file, on the ports of its socket unit."""
        state = self.debian / "var/lib/logio"
        if not state.exists():  # StateDirectory=
            state.mkdir(mode=0o750)
            self.inside("chown", "logio:logio", "/var/lib/logio")
        fds = [s.fileno() for s in sockets]
        program = ["/usr/sbin/chroot", "--userspec=logio:logio", str(self.debian),
                   "/usr/bin/logio", "serve", "--config", "/etc/logio/logio.toml"]
        return Installed_hub([sys.executable, "-c", BECOME, ",".join(map(str, fds)), "",
                              "publish:subscribe", *program], fds, manager.environment)

    def test_3_the_hub_runs_as_its_user_and_keeps_its_log(self):
        with Manager(abstract=True) as manager, listening() as publish, listening() as subscribe:
            for turn in (1, 2):
                with self.hub_inside(manager, [publish, subscribe]) as hub:
                    self.assertEqual(manager.next_with("READY")["READY"], "1")
                    status = pathlib.Path(f"/proc/{hub.process.pid}/status").read_text()
                    self.assertNotEqual(re.search(r"Uid:\s+(\d+)", status)[1], "0")
                    self.assertEqual((hub.publish_port, hub.subscribe_port),
                                     (port_of(publish), port_of(subscribe)))
                    with hub.publish("shop", ack=True) as publisher:
                        publisher.send(record(f"line {turn}"))
                        publisher.read_until(b'{"ack":1}')
                    with hub.subscribe("app=shop&tail=10&follow=false") as stream:
                        lines = stream.read_body_to_end()
                        self.assertEqual(lines.count(b": line "), turn, lines)
                    hub.signal(signal.SIGHUP)
                    manager.next_with("RELOADING")
                    self.assertEqual(manager.next_with("READY"), {"READY": "1"})
                    hub.signal(signal.SIGTERM)
                    manager.next_with("STOPPING")
                    self.assertEqual(hub.wait(), 0)

    def test_4_systemd_runs_it(self):
        other = folder / "booted"
        run("cp", "-a", "--reflink=auto", self.debian, other)
        # A watchdog that a test can wait for; all else as it is installed.
        drop_in = other / "etc/systemd/system/logio.service.d/test.conf"
        drop_in.parent.mkdir()
        drop_in.write_text("[Service]\nWatchdogSec=2\n", encoding="ascii")
        with Booted(str(other)) as debian:
            self.assertEqual(debian.shown("logio.service", "ActiveState"), "active")
            self.assertEqual(debian.shown("logio.service", "StatusText").partition(";")[0],
                             "Listening for publishers on :7701, for subscribers on :7702")
            self.assertEqual(debian.shown("logio.socket", "SubState"), "running")
            self.check_confined(debian)
            debian.run("logio", "pipe", "-a", "shop", "--to", "logio://127.0.0.1:7701",
                       stdin="from a pipe\n")
            asked = debian.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7702; printf 'GET "
                               "/?app=shop&tail=5&follow=false HTTP/1.0\\r\\n\\r\\n' >&3; "
                               "cat <&3")
            self.assertIn(": from a pipe\n", asked.stdout)
            debian.run("systemctl", "reload", "logio")
            wait_until(lambda: "reloaded in" in debian.run("journalctl", "-u", "logio").stdout,
                       "a reload in the journal")
            self.check_restarts(debian)
            self.check_watchdog(debian)

    def check_confined(self, debian):
        pid = debian.shown("logio.service", "MainPID")
        status = debian.run("cat", f"/proc/{pid}/status").stdout
        for line in (r"NoNewPrivs:\t1", r"Seccomp:\t2", r"CapEff:\t0+", r"CapBnd:\t0+"):
            self.assertRegex(status, f"(?m)^{line}$")
        self.assertNotRegex(status, r"(?m)^Uid:\t0")
        # Of the machine's own limit it gets what there is.
        self.assertEqual(debian.shown("logio.service", "LimitNOFILE"), "131072")

    def check_restarts(self, debian):
        knocking = subprocess.Popen(["nsenter", "--all", "--target", debian.leader, "bash", "-c",
                                     KNOCK], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True)
        self.addCleanup(knocking.kill)
        restarts = 0
        while knocking.poll() is None and restarts < 10:
            debian.run("systemctl", "restart", "logio")
            debian.run("systemctl", "reset-failed", "logio")  # more than five in 10 s are too many
            restarts += 1
        answers = knocking.communicate(timeout=120)[0].splitlines()
        self.assertGreaterEqual(restarts, 2)
        self.assertEqual(len(answers), 1000)
        self.assertEqual(set(answers), {"HTTP/1.1 200 OK"})

    def check_watchdog(self, debian):
        self.assertEqual(debian.shown("logio.service", "NRestarts"), "0")
        before = debian.shown("logio.service", "MainPID")
        debian.run("bash", "-c", f"kill -STOP {before}")
        wait_until(lambda: debian.shown("logio.service", "NRestarts") == "1" and
                   debian.shown("logio.service", "ActiveState") == "active",
                   "another hub in place of the one that hangs")
        self.assertIn("atchdog timeout", debian.run("journalctl", "-u", "logio").stdout)

    def test_5_it_can_be_installed_once_more_and_keeps_what_the_user_changed(self):
        file = self.debian / "etc/logio/logio.toml"
        with file.open("a", encoding="utf-8") as changed:
            changed.write("# mine\n")
        before = file.stat()
        self.inside("dpkg", "--force-confold", "-i", "/logio.deb")
        self.assertIn("# mine", file.read_text(encoding="utf-8"))
        self.assertEqual((before.st_mode, before.st_uid, before.st_gid),
                         (file.stat().st_mode, file.stat().st_uid, file.stat().st_gid))
        self.inside("sh", "-e", "/var/lib/dpkg/info/logio.postinst", "configure", "0.0.1")
        self.inside("dpkg", "--remove", "logio")
        self.assertTrue(file.exists())
        self.assertTrue((self.debian / "var/lib/logio").exists())
        self.inside("dpkg", "-i", "/logio.deb")
        self.assertIn("# mine", file.read_text(encoding="utf-8"))

    def test_6_nothing_is_left_when_it_is_purged(self):
        self.inside("dpkg", "--purge", "logio")
        self.assertEqual(self.all_files() - self.before, set())
        self.assertEqual((self.debian / "etc/passwd").read_text(encoding="utf-8"), self.users)
        self.inside("sh", "-e", "-c", "! grep logio /etc/passwd /etc/group")


class Installed_hub(Hub):
    """What Hub is for this build's binary, for a command that becomes the installed one."""

    def __init__(self, command, fds, environment):
        self.command, self.flags = "serve", []
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, pass_fds=fds, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log,
                                        env={"PATH": "/usr/bin", **environment})
        self.lines = b""
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise


def main(argv):
    global root, folder
    root = pathlib.Path(argv.pop(1)).resolve()
    tools = ("lintian", "mmdebstrap", "cpack", "systemd-analyze", "systemd-nspawn", "dpkg-deb")
    missing = [tool for tool in tools if not shutil.which(tool)]
    if os.geteuid() != 0 or missing:
        print(f"skipped: needs root and {', '.join(missing) or 'nothing else'}")
        return SKIPPED
    (root / "build").mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="package-test-", dir=root / "build"))
    folder.chmod(0o755)
    try:
        return 0 if unittest.main(argv=argv, exit=False, verbosity=2).result.wasSuccessful() else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
