"""Reads the hub's own pages: JSON as Python values, metrics as numbers by name and labels."""
import json
import re

from hub import Failure, Stream

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')


def body_of(hub, target, version="1.1", receive_buffer=None):
    """A page's body, chunked or not; the status must be 200."""
    with Stream(hub.subscribe_port, target, version, receive_buffer=receive_buffer) as stream:
        if stream.head.status != 200:
            raise Failure(f"{target}: {stream.head.status_line}")
        return stream.read_body_to_end()


def page(hub, target, **how):
    return json.loads(body_of(hub, target, **how))


def topics(hub, query=""):
    return page(hub, "/v1/topics" + query)["topics"]


def subscribers(hub):
    return page(hub, "/v1/subscribers")["subscribers"]


class Metrics:
    """One reading of /metrics."""

    def __init__(self, hub):
        self.text = body_of(hub, "/metrics").decode()
        self.samples = []
        for line in self.text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.fullmatch(line).groups()
            self.samples.append((name, dict(LABEL.findall(labels or "")), float(value)))

    def __call__(self, name, **labels):
        """The sum of the samples of this name that have these labels."""
        found = [value for n, has, value in self.samples
                 if n == name and labels.items() <= has.items()]
        if not found:
            raise Failure(f"no {name}{labels} in /metrics")
        return sum(found)
