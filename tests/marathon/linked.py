"""A hub and a Marathon together, for tests."""
import contextlib
import json
import socket

from marathon import Marathon

from hub import Hub, wait_until
from looking_in import Metrics, body_of

TIME = "2015-09-30T12:44:45.681Z"
FAST = "?check=100ms&timeout=5s&read_timeout=20s"


def happened(number, kind="status_update_event", **members):
    """An event that no other is equal to."""
    return {"n": number, "appId": "/shop", "host": "slave-1", **members, "eventType": kind,
            "timestamp": TIME}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def registering(marathon, *flags, url=None, more="", port=None, **how):
    """A hub with a callback URL of its own. `more` goes on behind the options of Marathon's URL."""
    port = port or free_port()
    with Hub("--subscribe-listen", f"127.0.0.1:{port}",
             "--marathon-url", (url or marathon.url) + FAST + more,
             "--callback-url", f"http://127.0.0.1:{port}/events", *flags, **how) as hub:
        hub.callback = f"http://127.0.0.1:{port}/events"
        hub.subscribe_port = port  # also when it does not wait until the hub is ready
        yield hub


def streaming(marathon, *flags, options=FAST, **how):
    return Hub("--marathon-url", marathon.url + options, *flags, **how)


def link_of(hub):
    return json.loads(body_of(hub, "/v1/marathon"))


def wait_state(hub, state):
    return wait_until(lambda: (found := link_of(hub))["state"] == state and found,
                      f"the hub is {state}; it is {link_of(hub)}")


def wait_registered(marathon, hub):
    wait_until(lambda: marathon.subscriptions == [hub.callback],
               f"{hub.callback} is registered: {marathon.subscriptions}")
    return wait_state(hub, "registered")


def kept(hub, query=""):
    """The events in the hub's store that are not Marathon's about itself."""
    events = json.loads(body_of(hub, "/events" + query))["events"]
    return [event for event in events if "n" in event]


def numbers(hub):
    return [event["n"] for event in kept(hub)]


def wait_numbers(hub, expected):
    expected = list(expected)
    wait_until(lambda: len(numbers(hub)) >= len(expected),
               f"{len(expected)} events; there are {numbers(hub)[-5:]}")
    return numbers(hub)


def gaps(hub):
    """The records that tell of interruptions, oldest first."""
    with hub.subscribe("app=marathon&proc=marathon&log=^Error+L16&tail=1000000&follow=false&"
                       "format=ndjson") as stream:
        body = stream.read_body_to_end()
    return [json.loads(line) for line in body.splitlines()]


def metric(hub, name, **labels):
    return Metrics(hub)(name, **labels)


__all__ = ["FAST", "TIME", "Hub", "Marathon", "free_port", "gaps", "happened", "kept", "link_of",
           "metric", "numbers", "registering", "streaming", "wait_numbers", "wait_registered",
           "wait_state",
           "wait_until"]
