"""Completions in real shells, the man page by man, and all scripts through shellcheck."""
import os
import re
import subprocess
import tempfile
import unittest

BINARY = os.path.abspath(os.environ.get("LOGIO_BINARY", "build/logio"))
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SECONDS = 60


def run(*words, stdin=None, **how):
    return subprocess.run(words, input=stdin, capture_output=True, timeout=SECONDS, check=False,
                          text=True, **how)


def told(*words):
    done = run(BINARY, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Completions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        for shell, name in (("bash", "logio.bash"), ("zsh", "_logio"), ("fish", "logio.fish")):
            with open(os.path.join(cls.folder.name, name), "w", encoding="ascii") as file:
                file.write(told("completion", shell))
        for name in ("here.toml", "other"):
            with open(os.path.join(cls.folder.name, name), "w", encoding="ascii"):
                pass

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def in_bash(self, *words):
        quoted = " ".join(f"'{word}'" for word in words)
        done = run("bash", "--norc", "-c", f". ./logio.bash; COMP_WORDS=({quoted}); "
                   "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _logio; printf '%s\\n' "
                   '"${COMPREPLY[@]}"', cwd=self.folder.name)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def in_zsh(self, line):
        """What zsh's own completion system offers, by a pseudo-terminal of zsh.

        The words waited for are not in what is typed, which a terminal may echo any time. READY
        is said by the line editor: what comes before that is echoed by the terminal instead.
        """
        script = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump"
zpty -w z 'zstyle ":completion:*" list-prompt ""; LISTMAX=10000; setopt no_beep'
zpty -w z 'comp() { zle list-choices; zle -M ready; }; zle -N comp; bindkey "^T" comp'
zpty -w z 'zle-line-init() { print -n RE""ADY }; zle -N zle-line-init'
zpty -r z out '*READY*'
zpty -n -w z "$1"$'\t\t'
zpty -n -w z $'\x15print E""ND\n'
zpty -r z out '*END*'
print -r -- "$out"
"""
        done = run("zsh", "-f", "-c", script, "zsh", line, cwd=self.folder.name,
                   env={**os.environ, "TERM": "dumb"})
        return done.stdout

    def in_fish(self, line):
        done = run("fish", "--no-config", "-c", f'source logio.fish; complete -C"{line}"',
                   cwd=self.folder.name, env={**os.environ, "HOME": self.folder.name})
        self.assertEqual(done.stderr, "")
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    def test_bash(self):
        self.assertEqual(self.in_bash("logio", "ta"), ["tail"])
        self.assertIn("completion", self.in_bash("logio", ""))
        self.assertEqual(self.in_bash("logio", "tail", "--hi"), ["--highlight"])
        self.assertEqual(self.in_bash("logio", "tail", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.in_bash("logio", "tail", "--color", "=", "n"), ["never"])
        self.assertEqual(self.in_bash("logio", "serve", "--config", "he"), ["here.toml"])
        self.assertEqual(self.in_bash("logio", "check", "he"), ["here.toml"])
        self.assertEqual(self.in_bash("logio", "completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.in_bash("logio", "tail", "--hub", "x"), [])

    def test_fish(self):
        self.assertEqual(self.in_fish("logio ta"), ["tail"])
        self.assertEqual(self.in_fish("logio tail --hi"), ["--highlight"])
        self.assertEqual(sorted(self.in_fish("logio tail --color a")), ["always", "auto"])
        self.assertEqual(self.in_fish("logio completion f"), ["fish"])

    def test_zsh(self):
        self.assertIn("logio tail", self.in_zsh("logio tai"))
        self.assertIn("--highlight=", self.in_zsh("logio tail --hi"))
        self.assertRegex(self.in_zsh("logio tail --color=n"), "--color=never")

    def test_bash_script_passes_shellcheck(self):
        done = run("shellcheck", "-s", "bash", os.path.join(self.folder.name, "logio.bash"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class Manual(unittest.TestCase):
    def test_man_shows_it_without_a_warning(self):
        with tempfile.NamedTemporaryFile("w", suffix=".1", encoding="ascii") as file:
            file.write(told("manual"))
            file.flush()
            done = run("man", "--warnings", "-l", file.name,
                       env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MANPAGER": "cat"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words in ("LOGIO(1)", "NAME", "-a, --app PATTERN", "logio serve", "EXIT STATUS"):
            self.assertIn(words, done.stdout)

    def test_every_flag_of_the_help_is_in_it(self):
        page = re.sub(r"\\-", "-", told("manual"))
        for command in ("serve", "tail", "pipe", "view", "ship", "healthcheck"):
            for flag in re.findall(r"^  (?:-\w, )?(--[\w-]+)", told(command, "--help"), re.M):
                self.assertIn(flag, page, command)


class Scripts(unittest.TestCase):
    def test_all_pass_shellcheck(self):
        files = run("git", "ls-files", cwd=ROOT).stdout.split("\n")
        scripts = []
        for name in filter(None, files):
            path = os.path.join(ROOT, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                first = file.readline()
            if re.match(rb"#!.*\b(ba|da)?sh\b", first) or name == "scripts/lib.sh":
                scripts.append(name)
        self.assertGreater(len(scripts), 4)
        for name in scripts:
            with self.subTest(name):
                done = run("shellcheck", "-x", "-s", "bash", name, cwd=ROOT)
                self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
