"""docs/marathon.md: its applications are started as Marathon would, and what it names is there."""
import contextlib
import json
import pathlib
import re
import tempfile
import unittest

from marathon import Marathon
from run_marathon import held_port, listening

from events import event, stored
from hub import Hub, Stream, run, wait_until
from looking_in import body_of

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "marathon.md").read_text("utf-8")
BLOCK = re.compile(r"^```json\n(.*?)^```$", re.M | re.S)
BLOCKS = BLOCK.findall(PAGE)
TEXT = BLOCK.sub("", PAGE)
SPANS = re.findall(r"`([^`\n]+)`", TEXT)
MARATHON = "http://marathon.example.org:8080"
MARATHONS_FLAGS = {"--event_subscriber"}
HOST = "127.0.0.1"


def help_of(*command):
    done = run(*command, "--help")
    if done.returncode != 0:
        raise AssertionError(f"logio {' '.join(command)} --help: {done.returncode}")
    return done.stdout.decode()


def port_flags():
    """The port that a hub has without a flag -> the flags that name one on loopback instead."""
    found = {int(port): lambda here, name=name: (name, f"{HOST}:{here}")
             for name, port in re.findall(r"^  (--\w+-listen) ADDRESS(?:.*\n    )*?.*\[:(\d+)\]$",
                                          help_of("serve"), re.M)}
    port = re.search(r"^  -p, --port PORT .*\[(\d+)\]$", help_of("marathon"), re.M)[1]
    found[int(port)] = lambda here: ("-i", HOST, "-p", str(here))
    return found


class Task:
    """An application on an agent: a free port for each mapping, Marathon's variables, a folder for
    each volume, and then its process. In a container it would listen on the mappings' other side;
    here it is told to listen where it is seen from outside."""

    def __init__(self, text, marathon):
        self.app = json.loads(text)
        self.marathon = marathon
        self.parts = contextlib.ExitStack()

    def __enter__(self):
        with self.parts:
            self.start()
            self.parts = self.parts.pop_all()
        return self

    def __exit__(self, *how):
        self.parts.__exit__(*how)

    def start(self):
        container = self.app["container"]
        self.mappings = container.get("portMappings", container["docker"].get("portMappings"))
        self.ports = [self.parts.enter_context(held_port()) for _ in self.mappings]
        self.folders = {volume["containerPath"]: self.parts.enter_context(
            tempfile.TemporaryDirectory()) for volume in container.get("volumes", [])}
        variables = {"HOST": HOST, "PORTS": ",".join(map(str, self.ports)),
                     "PORT": str(self.ports[0]), "MARATHON_APP_ID": self.app["id"],
                     "MARATHON_APP_RESOURCE_MEM": str(self.app["mem"])}
        for n, (mapping, port) in enumerate(zip(self.mappings, self.ports)):
            variables |= {f"PORT{n}": str(port), f"PORT_{mapping['containerPort']}": str(port)}
        arguments = [self.folders.get(word, word.replace(MARATHON, self.marathon.url))
                     for word in self.app["args"]]
        flags = port_flags()
        for mapping, port in zip(self.mappings, self.ports):
            arguments += flags[mapping["containerPort"]](port)
        word = arguments.pop(0) if arguments[0] == "serve" else ""
        self.hub = self.parts.enter_context(Hub(*arguments, command=word, env=variables))

    @property
    def callback(self):
        """The callback URL that it registers, if it has one: the variables are put in."""
        flags = {"-c", "--callback-url"}
        found = [value for flag, value in zip(self.app["args"], self.app["args"][1:])
                 if flag in flags]
        variable = re.compile(r"\$\{(?:HOST|PORT(\d+))\}")
        return variable.sub(lambda m: str(self.ports[int(m[1])]) if m[1] else HOST,
                            found[0]) if found else None

    def events(self):
        return json.loads(stored(self.hub))["events"]

    def link(self):
        return json.loads(body_of(self.hub, "/v1/marathon"))

    def check_health(self, test):
        test.assertTrue(self.app["healthChecks"])
        for check in self.app["healthChecks"]:
            with Stream(self.ports[check["portIndex"]], check["path"]) as answer:
                test.assertEqual(answer.head.status, 200)


class Applications(unittest.TestCase):
    def test_each_is_json(self):
        self.assertEqual(len(BLOCKS), PAGE.count("```json"))
        self.assertEqual(len(BLOCKS), PAGE.count("```") // 2)
        self.assertEqual([json.loads(text)["id"] for text in BLOCKS],
                         ["/logio", "/logio", "/marathon-logger"])

    def test_each_has_its_ports_its_health_and_marathons_events(self):
        for text, has_callback in zip(BLOCKS, (False, True, True), strict=True):
            with Marathon() as marathon:
                with Task(text, marathon) as task:
                    self.assertEqual(listening(task.hub.process.pid),
                                     {(HOST, port) for port in task.ports})
                    task.check_health(self)
                    self.assertEqual(bool(task.callback), has_callback)
                    wanted = [task.callback] if has_callback else []
                    marathon.wait_for(lambda: marathon.subscriptions == wanted and
                                      marathon.streams == (not has_callback), "it is connected")
                    # More than the 100 that would be kept if the page did not ask for 1000.
                    sent = [event("status_update_event", appId="/shop", n=n) for n in range(150)]
                    marathon.emit_each(sent)
                    marathon.wait_for(lambda: task.events()[-150:] == sent, "all are stored")
                    for path, folder in task.folders.items():
                        self.assertIn(path, task.app["args"])
                        self.assertTrue(list(pathlib.Path(folder).iterdir()), path)
                self.assertEqual((marathon.refused, marathon.subscriptions), (0, []))

    def test_with_a_callback_url_at_a_marathon_without_callbacks(self):
        for callbacks in ("off", "gone"):
            for text in BLOCKS:
                with Marathon(callbacks=callbacks) as marathon, Task(text, marathon) as task:
                    marathon.wait_for(lambda: marathon.streams == 1, "it reads the stream")
                    task.check_health(self)
                    self.assertEqual(marathon.seen("POST", "/v2/eventSubscriptions"), [])


class Text(unittest.TestCase):
    """Outside of the blocks."""

    def test_flags(self):
        known = set(re.findall(r"--[a-z-]+", help_of("serve") + help_of("marathon")))
        named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", TEXT)) - MARATHONS_FLAGS
        self.assertGreater(len(named), 5)
        self.assertEqual(named - known, set())
        for text in BLOCKS:
            used = [word for word in json.loads(text)["args"] if word.startswith("-")]
            self.assertEqual([word for word in used if not re.search(
                rf"^  (?:-\w, )?{word}[, ]", help_of("marathon"), re.M)], [])

    def test_commands(self):
        commands = re.findall(r"^  (\w+) {2}", help_of(), re.M)
        named = re.findall(r"^logio (\w+)$", "\n".join(SPANS), re.M)
        self.assertIn("marathon", named)
        self.assertEqual([name for name in named if name not in commands], [])

    def test_defaults(self):
        named = re.findall(r"`(--[a-z-]+)` \((\d+) MiB\)", TEXT)
        self.assertEqual(len(named), 3)
        for flag, value in named:
            self.assertRegex(help_of("serve"),
                             rf"(?m)^  {flag} SIZE(?:.*\n    )*?.*\[{value}MiB\]$")

    def test_paths(self):
        """Those of the hub, of Marathon, and of the container."""
        named = {path for span in SPANS
                 for path in re.findall(r"(?:(?<=hub:7702)|(?<![^ ]))/[a-z0-9][\w/]*", span)}
        self.assertTrue({"/v1/marathon", "/v2/events", "/data"} <= named, named)
        with Marathon() as marathon, Task(BLOCKS[0], marathon) as task:
            for path in named - set(task.folders):
                port = marathon.port if path.startswith("/v2/") else task.hub.subscribe_port
                headers = ("Accept: text/event-stream",) if path == "/v2/events" else ()
                with Stream(port, path, headers=headers) as answer:
                    self.assertEqual(answer.head.status, 200, path)

    def test_what_v1_marathon_says(self):
        """Which way it is, since when, what came and what the last error was."""
        for text, state in zip(BLOCKS[:2], ("streaming", "registered"), strict=True):
            with Marathon() as marathon:
                marathon.fail(503)
                with Task(text, marathon) as task:
                    said = wait_until(lambda: (page := task.link())["state"] == state and page,
                                      f"it is {state}")
                    self.assertRegex(said["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
                    self.assertIn("503", said["last_error"])
                    marathon.emit(event("app_terminated_event", appId="/shop"))
                    wait_until(lambda: task.link()["events"].get("app_terminated_event") == 1,
                               "the event is counted")

    def test_the_record_of_an_interruption(self):
        words = re.search(r"`(Error L16 [^`]*): why`", re.sub(r"\s+", " ", TEXT))[1]
        shape = re.escape(words).replace("…", r"\S+").encode() + b": .+\n"
        with Marathon() as marathon, Task(BLOCKS[0], marathon) as task:
            with task.hub.subscribe("app=marathon&proc=marathon&log=L16&format=raw") as stream:
                marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
                marathon.cut_streams()
                self.assertRegex(stream.read_line(), b"^" + shape + b"$")


if __name__ == "__main__":
    unittest.main()
