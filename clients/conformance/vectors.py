"""The table of bytes: what a client makes of a text, a time, a severity and fields.

    {"name": …, "log": {"text": …, "time_ns": …}, "wire": …, "read": {…}}

A run of bytes is a text, {"base64": …}, {"repeat": N, "of": run}, or a list of these. `wire` is
all bytes of the line; with "any_order" that holds up to `,"fields":`, and the objects are equal.
"""
import base64
import json

from scene import Scene, check_silence
from waiting import Failure, short
from wire import Topic

FIELDS = b',"fields":'


def bytes_of(run):
    if isinstance(run, str):
        return run.encode()
    if isinstance(run, list):
        return b"".join(bytes_of(each) for each in run)
    if "base64" in run:
        return base64.b64decode(run["base64"], validate=True)
    return bytes_of(run["of"]) * run["repeat"]


def command_of(vector):
    log = dict(vector["log"])
    text = bytes_of(log.pop("text"))
    return {"do": "log", "base64": base64.b64encode(text).decode(), **log}


def same(one, other):
    """Equal, and no truth for a number; a whole number may be written 1 or 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def check(vector, line):
    wanted = bytes_of(vector["wire"])
    if not vector.get("any_order"):
        if line != wanted:
            raise Failure(f"expected {difference(wanted, line)}")
        return
    wanted_head, _, wanted_fields = wanted.partition(FIELDS)
    head, _, fields = line.partition(FIELDS)
    if head != wanted_head or not fields.endswith(b"}\n"):
        raise Failure(f"expected {difference(wanted, line)}")
    try:
        seen = json.loads(fields[:-2])
    except ValueError:
        raise Failure(f"fields that are no JSON: {short(fields)}") from None
    if not same(json.loads(wanted_fields[:-2]), seen):
        raise Failure(f"expected the fields {short(wanted_fields)}, seen {short(fields)}")


def difference(wanted, seen):
    """The two from a little before their first difference."""
    at = next((n for n, (a, b) in enumerate(zip(wanted, seen)) if a != b),
              min(len(wanted), len(seen)))
    start = max(0, at - 20)
    return (f"{short(wanted[start:at + 60])} and {len(wanted)} bytes, seen "
            f"{short(seen[start:at + 60])} and {len(seen)} bytes; they differ at byte {at}")


def run(table, command):
    """All in one connection: name -> what is wrong with it, or None."""
    scene = Scene({}, command, 0)
    results = {}
    try:
        for vector in table:
            scene.driver.tell(command_of(vector))
        connection = scene.connection = scene.hubs[0].accept()
        Topic(connection.read_line(awaited="the topic"))
        connection.greet(0)
        for number, vector in enumerate(table, 1):
            line = connection.read_line(awaited=f"the record of {vector['name']}")
            connection.acknowledge(number)
            try:
                check(vector, line)
                results[vector["name"]] = None
            except Failure as error:
                results[vector["name"]] = str(error)
        scene.driver.end_input()
        connection.read_end()
        scene.driver.answer()
        if scene.driver.wait_end() != 0:
            raise Failure(f"the driver failed: {scene.driver.said()}")
        check_silence(scene)
    finally:
        scene.close()
    return results
