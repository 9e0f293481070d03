"""The library as strangers take it: built by itself, installed and found; or a part of theirs."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from hub import DEADLINE_S, Hub

SOURCE = pathlib.Path(__file__).resolve().parents[1]
CONSUMER = SOURCE / "examples" / "consumer"
BUILD_S = 250


def run(*command, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LOGIO_")}
    if shutil.which("ccache"):
        clean["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
    ended = subprocess.run([str(word) for word in command], env={**clean, **environment},
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=BUILD_S,
                           check=False)
    if ended.returncode != 0:
        raise AssertionError(f"{command}: {ended.returncode}\n{ended.stdout.decode()[-3000:]}\n"
                             f"{ended.stderr.decode()[-3000:]}")
    return ended


def build(source, folder, *settings):
    run("cmake", "-S", source, "-B", folder, *settings)
    run("cmake", "--build", folder, "-j", "2")


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="logio-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check_consumer(self, build_folder):
        """It publishes, another program of it reads, and both go on when the hub is another."""
        reader = None
        data = ("--data-dir", self.folder / "data", "--disk-free-min", "0")
        with Hub(*map(str, data)) as hub:
            ports = (hub.publish_port, hub.subscribe_port)
            url = f"logio://127.0.0.1:{ports[0]}?app=shop"
            out = run(build_folder / "consumer", "hello", 'a "b"', LOGIO_URL=url)
            self.assertEqual((out.stdout, out.stderr), (b"2 of 2 acknowledged\n", b""))
            reader = subprocess.Popen([build_folder / "reader", f"http://127.0.0.1:{ports[1]}",
                                       "shop", "3"], stdout=subprocess.PIPE)
            self.addCleanup(reader.stdout.close)
            self.addCleanup(reader.wait)
            self.addCleanup(reader.kill)
            self.assertEqual(reader.stdout.readline(), b'hello {"word":1}\n')
            self.assertEqual(reader.stdout.readline(), b'a "b" {"word":2}\n')
        with Hub(*map(str, data), "--publish-listen", f"127.0.0.1:{ports[0]}",
                 "--subscribe-listen", f"127.0.0.1:{ports[1]}"):
            run(build_folder / "consumer", "again", LOGIO_URL=url)
            self.assertEqual(reader.stdout.readline(), b'again {"word":1}\n')
            self.assertEqual(reader.wait(DEADLINE_S), 0)

    def check_bad_url(self, build_folder):
        out = run(build_folder / "consumer", "hello", LOGIO_URL="logio://hub:x?app=a")
        self.assertEqual(out.stdout, b"0 of 0 acknowledged\n")
        self.assertEqual(out.stderr, b"logio: LOGIO_URL: the port 'x' of host 'hub' is none; write "
                         b"1 to 65535, or leave it out for 7701; nothing is published\n")

    def test_installed_and_found(self):
        library, prefix, consumer = (self.folder / name for name in ("build", "prefix", "consumer"))
        build(SOURCE, library)
        run("cmake", "--install", library, "--prefix", prefix)
        build(CONSUMER, consumer, f"-DCMAKE_PREFIX_PATH={prefix}")
        headers = {p.name for p in (prefix / "include" / "logio" / "client").iterdir()}
        self.assertEqual(headers, {p.name for p in (SOURCE / "include/logio/client").iterdir()})
        self.check_consumer(consumer)
        self.check_bad_url(consumer)

    def test_as_a_part_of_another_project_and_shared(self):
        consumer = self.folder / "consumer"
        build(CONSUMER, consumer, f"-DLOGIO_CLIENT_SOURCE={SOURCE}", "-DBUILD_SHARED_LIBS=ON")
        self.check_consumer(consumer)


if __name__ == "__main__":
    unittest.main()
