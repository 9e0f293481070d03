"""Wheel and sdist: built offline, installed into an empty environment, and used."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import venv

import support
from frameworks import environment
from hub import Hub

FOLDER = pathlib.Path(__file__).resolve().parents[1]
BUILD = ("import sys, setuptools.build_meta as backend; "
         "print(getattr(backend, 'build_' + sys.argv[1])(sys.argv[2]))")


def run(*words, **how):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **how)
    if done.returncode:
        raise AssertionError(f"{words}: {done.stdout[-3000:]}")
    return done.stdout


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def build(self, kind, source):
        """By the backend that pyproject.toml names, in a copy: it leaves its traces there."""
        copy, out = self.folder / f"{kind}-source", self.folder / "built"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        said = run(sys.executable, "-c", BUILD, kind, str(out), cwd=copy,
                   env=environment(ours=False))
        return out / said.splitlines()[-1]

    def install(self, wheel):
        """Into an environment that has nothing else; its interpreter."""
        place = self.folder / "environment"
        venv.create(place, with_pip=False)
        python = str(place / "bin" / "python")
        run("python3", "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
            "--no-deps", str(wheel), env=support.environment(PYTHONPATH=""))
        return python

    def use(self, python):
        with Hub() as hub:
            said = run(python, "-c",
                       "import logio.auto, logging, importlib.metadata as m, os; "
                       "logging.getLogger().addHandler(logging.NullHandler()); "
                       "logging.error('installed'); "
                       "print(m.version('logio'), m.requires('logio'), logio.__version__, "
                       "os.path.exists(os.path.dirname(logio.__file__) + '/py.typed'))",
                       env=support.environment(support.url_of(hub), PYTHONPATH=""))
            self.assertEqual(said, "0.1.0 None 0.1.0 True\n")
            self.assertEqual(support.texts(hub), ["installed"])

    def test_the_wheel(self):
        wheel = self.build("wheel", FOLDER)
        self.assertEqual(wheel.name, "logio-0.1.0-py3-none-any.whl")
        self.use(self.install(wheel))

    def test_the_sdist_and_the_wheel_that_is_built_of_it(self):
        sdist = self.build("sdist", FOLDER)
        self.assertEqual(sdist.name, "logio-0.1.0.tar.gz")
        shutil.unpack_archive(str(sdist), str(self.folder / "unpacked"))
        wheel = self.build("wheel", self.folder / "unpacked" / "logio-0.1.0")
        self.use(self.install(wheel))


if __name__ == "__main__":
    unittest.main()
