"""What a scenario's steps make the hub do, and what they expect of a connection.

Each function is a step of its name; `scene` has the hubs, the connections and the names.
"""
import os
import time

import hub_model
import matching
from waiting import Failure, deadline, short
from wire import Topic, lost_count, read_record

STEP_BYTES = 1 << 20


def accept(scene, value):
    """A connection of hub `hub`, from now on the one that steps speak of."""
    scene.connection = scene.hubs[value.get("hub", 0)].accept(value.get("seconds"))
    scene.connections[value.get("as", "last")] = scene.connection


def use(scene, name):
    scene.connection = scene.connections[name]


def topic(scene, wanted):
    """The topic comes first: exactly this one, of the same client as before."""
    seen = Topic(scene.connection.read_line(awaited="the topic"))
    scene.ledger.enter(seen)
    scene.connection.number = seen.sequence
    named = {"app": "shop", "proc": "web", "host": "h1", **wanted}
    shown = {key: getattr(seen, key) for key in ("app", "proc", "host", "sequence")}
    matching.check(named, shown, scene.names, "topic")


def next_record(scene):
    connection = scene.connection
    line = connection.read_line(awaited=f"record {connection.number}")
    if not line.endswith(b"\n"):
        raise Failure(f"record {connection.number} was awaited; the connection ended with "
                      f"{short(line)}")
    scene.ledger.take(connection.number, line)
    connection.number += 1
    return read_record(line)


def records(scene, wanted):
    """Texts `PREFIX N` up to `to`, counted from `from`, or on from where they were read last."""
    first = matching.evaluated(wanted.get("from", scene.next_text), scene.names)
    last = matching.evaluated(wanted["to"], scene.names)
    for number in range(first, last + 1):
        text = next_record(scene)["raw"]
        if text != f"{wanted.get('text', 'line ')}{number}":
            raise Failure(f"the record of {wanted.get('text', 'line ')}{number} was awaited, seen "
                          f"{short(text)}")
        if wanted.get("acknowledge_every") and number % wanted["acknowledge_every"] == 0:
            scene.connection.acknowledge(scene.connection.number - 1)
    scene.next_text = last + 1
    took_ms = (time.monotonic() - scene.told_at) * 1000
    if took_ms > wanted.get("within_ms", took_ms):
        raise Failure(f"they took {took_ms:.0f} ms, at most {wanted['within_ms']} were awaited")


def record(scene, wanted):
    matching.check(wanted, next_record(scene), scene.names, "record")


def records_and_losses(scene, wanted):
    """Texts up to `line TO`; what is left out is told by a notice in its place, with its number.

    They are acknowledged as they come, but for the last. From now on `lost` is how many were lost,
    and `last` the number of the last record.
    """
    due, lost = wanted.get("from", scene.next_text), 0
    while due <= wanted["to"]:
        text = next_record(scene)
        scene.connection.acknowledge(scene.connection.number - 2)
        count = lost_count(text)
        if count is None and text["raw"] != f"line {due}":
            raise Failure(f"line {due} was awaited, behind {lost} that are told as lost, seen "
                          f"{short(text)}")
        due += count or 1
        lost += count or 0
    scene.next_text = due
    scene.names.update(lost=lost, last=scene.connection.number - 1)
    matching.check(wanted["lost"], lost, scene.names, "the number of lost records")


def read_until_quiet(scene, wanted):
    """All that the client sends without an acknowledgement: so many bytes."""
    connection, taken = scene.connection, 0
    while True:
        taken += len(connection.take(len(connection.rest())))
        if connection.is_quiet(wanted["ms"] / 1000):
            break
        if not connection.fill(deadline(), "more"):
            raise Failure("the client has ended the connection")
    matching.check(wanted["bytes"], taken, scene.names, "unacknowledged bytes")


def read_bytes(scene, count):
    scene.connection.read_bytes(count)


def greet(scene, value):
    number = value if isinstance(value, int) else value["ack"]
    epoch = "e1" if isinstance(value, int) else value["epoch"]
    scene.connection.greet(number, epoch)


def acknowledge(scene, number):
    scene.connection.acknowledge(matching.evaluated(number, scene.names))


def refuse(scene, error):
    scene.connection.say({"error": error})


def write(scene, text):
    scene.connection.write(text)


def write_apart(scene, text):
    """Each byte in a packet of its own."""
    for byte in text.encode():
        scene.connection.write(bytes([byte]))


def write_long(scene, value):
    """One answer of so many bytes, and no line end."""
    for _ in range(value["bytes"] // STEP_BYTES):
        scene.connection.write(b"x" * STEP_BYTES)


def cut(scene, how):
    scene.connection.reset() if how == "reset" else scene.connection.close()



def ended(scene, _):
    """The client has half-closed, and sent nothing more before."""
    scene.connection.read_end()


def quiet(scene, value):
    if not scene.connection.is_quiet(value["ms"] / 1000):
        line = scene.connection.read_line(0.1)
        raise Failure(f"nothing may come here, seen {short(line) or 'the end'}")


def left_alone(scene, value):
    if not scene.hubs[value.get("hub", 0)].is_left_alone(value["ms"] / 1000):
        raise Failure("a connection came where none may")


def shut(scene, hub):
    scene.hubs[hub].shut()


def open(scene, hub):  # noqa: A001, the step's name
    scene.hubs[hub].open()


def storm(scene, value):
    """A hub that is cut off again and again, and has every line once in the end."""
    scene.note(f"seed {scene.seed}")
    model = hub_model.NumberedHub(scene.hubs[0], scene.ledger)
    scene.connection = model.storm(value["records"], value["cuts"], scene.seed, value["bytes_most"])
    _check_texts(model.texts, value["records"])


def model(scene, value):
    """Connections one after the other to a hub that counts as the real one does."""
    hub = hub_model.NumberedHub(scene.hubs[0], scene.ledger)
    for each in value["connections"]:
        scene.connection = hub.serve(each.get("greets", True), each.get("bytes", float("inf")),
                                     each.get("acknowledges", True), value["records"],
                                     each.get("ends", "close"))
    _check_texts(hub.texts, value["records"])


def original(scene, value):
    """An original hub reads until it has so many lines, or so many more."""
    scene.original = scene.original or hub_model.OriginalHub(scene.hubs[0])
    wanted = value.get("records") or len(scene.original.texts) + value["more"]
    scene.original.read_until(wanted)
    _check_texts(scene.original.texts, wanted)


def original_quiet(scene, value):
    """For so long nothing comes: time for the client to see what kind of hub it has."""
    if not scene.original.is_quiet(value["ms"] / 1000):
        raise Failure("an original hub was sent more than there is")


def original_cut(scene, _):
    scene.original.cut()


def original_finish(scene, wanted):
    scene.original.finish()
    _check_texts(scene.original.texts, wanted)


def _check_texts(seen, wanted):
    """Each line once, and in order."""
    for number, text in enumerate(seen, 1):
        if text != f"line {number}":
            raise Failure(f"line {number} was awaited, the hub has {short(text)} there")
    if len(seen) != wanted:
        raise Failure(f"{wanted} lines were awaited, the hub has {len(seen)}")


def grown(scene, value):
    """What the driver's memory has grown by since the step `mark`; a sanitizer's is not judged."""
    if os.environ.get("LOGIO_TEST_SANITIZED"):
        return
    now = scene.driver.resident_bytes()
    grown_mib = (now - scene.marked_bytes) / (1 << 20)
    if now and grown_mib > value["mib_at_most"]:
        raise Failure(f"the driver has grown by {grown_mib:.1f} MiB, at most "
                      f"{value['mib_at_most']} were awaited")


def mark(scene, _):
    scene.marked_bytes = scene.driver.resident_bytes()


STEPS = {function.__name__: function for function in (
    accept, use, topic, records, record, records_and_losses, read_until_quiet, read_bytes, greet,
    acknowledge, refuse, write, write_apart, write_long, cut, ended, quiet, left_alone, shut, open,
    storm, model, original, original_quiet, original_cut, original_finish, grown, mark)}
