"""Runs one scenario: a driver, its hubs, and the steps in their order."""
import urllib.parse

import driver_steps
import hub_steps
import stream_steps
from driver import Driver
from scripted_hub import ScriptedHub, has_ipv6
from waiting import Failure, short
from wire import Ledger


def repeat(scene, value):
    for _ in range(value["times"]):
        run_steps(scene, value["steps"])


def accept_after_log(scene, value):
    """A client may connect with its first record only."""
    driver_steps.log(scene, value)
    hub_steps.accept(scene, {})


STEPS = {**hub_steps.STEPS, **driver_steps.STEPS, **stream_steps.STEPS,
         "repeat": repeat, "accept_after_log": accept_after_log}
# Short, so that a scenario with some cuts takes no time; greetings are awaited for long unless a
# scenario says otherwise, so that a slow machine makes no original hub.
FLAGS = {"--greeting-ms": 60_000, "--first-retry-ms": 5, "--longest-retry-ms": 50}
TOPIC = {"app": "shop", "proc": "web", "host": "h1"}


class Skipped(Exception):
    """The scenario cannot be run here, or not with this client."""


class Scene:
    """What the steps of a scenario share."""

    def __init__(self, scenario, command, seed):
        self.seed = seed
        self.notes = []
        self.names = {}
        self.ledger = Ledger()
        self.connection, self.connections = None, {}
        self.next_text = self.next_logged = 1
        self.original = self.stream = None
        self.chunked = self.wants_json = self.said_checked = False
        self.marked_bytes = self.told_at = 0
        self.asked_after = ""
        hosts = scenario.get("hubs", ["127.0.0.1"])
        if any(":" in host for host in hosts) and not has_ipv6():
            raise Skipped("this machine has no IPv6")
        self.hubs = [ScriptedHub(host) for host in hosts]
        self.http = ScriptedHub()
        for index in scenario.get("shut", []):
            self.hubs[index].shut()
        flags = {**FLAGS, **scenario.get("flags", {})}
        words = [word for name, value in flags.items() for word in (name, str(value))]
        self.driver = Driver(command, self.url(scenario), words, scenario.get("environment"))

    def url(self, scenario):
        if "url" in scenario:
            return self.filled(scenario["url"])
        query = urllib.parse.urlencode({**TOPIC, **scenario.get("query", {})},
                                       quote_via=urllib.parse.quote)
        return f"logio://{','.join(hub.address for hub in self.hubs)}?{query}"

    def filled(self, value):
        """With $http and $hub replaced by the addresses of this run."""
        if isinstance(value, str):
            return (value.replace("$http", self.http.address)
                    .replace("$hub", self.hubs[0].address))
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        return value

    def note(self, text):
        self.notes.append(text)

    def close(self):
        self.driver.__exit__()
        for hub in (*self.hubs, self.http):
            hub.shut()
        for connection in (*self.connections.values(), self.connection, self.stream):
            if connection is not None:
                connection.close()
        if self.original is not None:
            self.original.close_all()


def run_steps(scene, steps):
    for number, step in enumerate(steps, 1):
        (name, value), = step.items()
        try:
            STEPS[name](scene, value)
        except (Failure, OSError) as error:
            notes = "".join(f" ({note})" for note in scene.notes)
            raise Failure(f"step {number}, {short(step, 160)}: {error}{notes}") from error


def run(scenario, command, seed):
    """Raises Failure with the step that failed, or Skipped."""
    scene = Scene(scenario, command, seed)
    try:
        run_steps(scene, scenario["steps"])
        check_silence(scene)
    finally:
        scene.close()


def check_silence(scene):
    """Unless a scenario expects otherwise, a client says nothing: no line of it is in the way."""
    if not scene.said_checked and scene.driver.said():
        raise Failure(f"nothing was to be said on stderr, seen {short(scene.driver.said(), 2000)}")
