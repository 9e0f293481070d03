"""What people are told when something is wrong: one line each, what, where and the remedy."""
import unittest

from hub import run
from scripted_http import ScriptedHttp

NOWHERE = "http://127.0.0.1:1"

# arguments, environment, exit code, the line.
GOLDEN = [
    ((), {}, 64, "logio: which command? See logio --help; logio serve runs a hub"),
    (("tial",), {}, 64, "logio: unknown command 'tial'; did you mean tail?"),
    (("elephant",), {}, 64, "logio: unknown command 'elephant'; see logio --help"),
    (("a\nb\x1b[31m",), {}, 64, "logio: unknown command 'a?b?[31m'; see logio --help"),
    (("tail", "--hgihlight", "x"), {}, 64,
     "logio tail: unknown flag --hgihlight; did you mean --highlight?"),
    (("tail", "-Z"), {}, 64, "logio tail: unknown flag -Z; see logio tail --help"),
    (("tail", "-n"), {}, 64, "logio tail: -n needs a value (N)"),
    (("tail", "--local=yes"), {}, 64, "logio tail: --local takes no value"),
    (("tail", "-o", "xml"), {}, 64, "logio tail: -o: 'xml' is none of text|ndjson|raw"),
    (("tail", "--hub", "hub"), {}, 64,
     "logio tail: --hub: 'hub' is no URL of a hub: write http://HOST:7702"),
    (("tail",), {"LOGIO_HUB": "http://h:x"}, 78,
     "logio tail: LOGIO_HUB: 'http://h:***' has a bad port 'x'"),
    (("tail",), {"LOGIO_URL": "http://hub"}, 78,
     "logio tail: LOGIO_URL: 'http://hub' is no URL of a hub: write logio://HOST:7701?app=NAME"),
    (("tail", "--hub", NOWHERE), {}, 69,
     "logio tail: cannot connect to 127.0.0.1:1: connection refused; is a hub there? --hub URL or "
     "LOGIO_HUB says where"),
    (("healthcheck", "--hub", NOWHERE), {}, 69,
     "logio healthcheck: cannot connect to 127.0.0.1:1: connection refused"),
    (("view", "-g", "a(b"), {}, 64,
     "logio view: --grep: 'a(b': missing ) at byte 1. close the group with ), or write \\( for a "
     "plain parenthesis"),
    (("view", "/nonexistent"), {}, 69,
     "logio view: cannot read /nonexistent: No such file or directory"),
    (("pipe",), {}, 64,
     "logio pipe: which application is it? Give -a NAME, or app= in the URL"),
    (("pipe",), {"LOGIO_URL": "hub:7701"}, 78,
     "logio pipe: LOGIO_URL: 'hub:7701' is no URL of a hub: write logio://HOST:7701?app=NAME"),
    (("run", "-a", "x"), {}, 64,
     "logio run: which command? Write it behind the flags: logio run -a APP -- CMD [ARG]..."),
    (("run", "true"), {}, 64,
     "logio run: which application is it? Give -a NAME, or app= in the URL"),
    (("run", "-a", "x", "--to", "logio://h:x", "true"), {}, 64,
     "logio run: --to: 'logio://h:***' has a bad port 'x'"),
    (("top", "--hub", NOWHERE, "--once"), {}, 69,
     "logio top: cannot connect to 127.0.0.1:1: connection refused"),
    (("check",), {}, 64, "logio check: which file? Give its name; see logio check --help"),
    (("completion", "tcsh"), {}, 64,
     "logio completion: for which shell? 'tcsh' is none of bash|zsh|fish"),
    (("serve", "--rign-bytes", "1MiB"), {}, 64,
     "logio serve: unknown flag --rign-bytes; did you mean --ring-bytes?"),
    (("serve",), {"LOGIO_RING_BYTES": "much"}, 78,
     "logio serve: environment variable LOGIO_RING_BYTES: 'much' is no size: write N, NKiB, NMiB "
     "or NGiB"),
]


class Errors(unittest.TestCase):
    maxDiff = None

    def said(self, *arguments, code, env=None):
        done = run(*arguments, env=env)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done.stderr)
        text = done.stderr.decode()
        self.assertEqual(text.count("\n"), 1, text)
        return text[:-1]

    def test_each_is_one_line_with_the_remedy_and_its_exit_code(self):
        for arguments, env, code, line in GOLDEN:
            with self.subTest(" ".join(arguments)):
                self.assertEqual(self.said(*arguments, code=code, env=env), line)

    def test_a_hub_or_a_proxy_before_it_that_refuses_is_told_alike_by_every_reader(self):
        for status, words in ((401, "Unauthorized (proxy/1.0): it wants a name and a password: "
                                    "give them in the URL, http://NAME:PASSWORD@127.0.0.1:"),
                              (403, "Forbidden (proxy/1.0): this address or name may not read "
                                    "there; ask who runs it")):
            refusing = {path: (status, {}, b"") for path in ("/", "/healthz", "/v1/status")}
            with ScriptedHttp(refusing) as server:
                for command in ("tail", "healthcheck", "top"):
                    with self.subTest(f"{command} {status}"):
                        said = self.said(command, "--hub", server.url, code=69)
                        self.assertTrue(said.startswith(f"logio {command}: {server.url} answers "
                                                        f"{status} {words}"), said)


if __name__ == "__main__":
    unittest.main()
