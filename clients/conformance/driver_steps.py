"""What a scenario's steps tell the driver, and what they expect of its answers."""
import time

import matching
from waiting import Failure, short


def log(scene, value):
    """So many texts `PREFIX N`, counted on from those before."""
    first = scene.next_logged
    scene.next_logged += value["count"]
    prefix = value.get("text", "line ") * value.get("repeat", 1)
    scene.told_at = time.monotonic()
    scene.driver.tell(*({"do": "log", "text": f"{prefix}{number}"}
                        for number in range(first, scene.next_logged)))


def tell(scene, command):
    scene.driver.tell(scene.filled(command))
    scene.told_at = time.monotonic()


def burst(scene, value):
    """As fast as the client can; no call may take longer than `longest_ms`."""
    tell(scene, {"do": "burst", "count": value["count"], "text": value.get("text", "line ")})
    seen = scene.driver.answer()
    limits = {"longest_ns": {"at_most": value.get("longest_ms", 2000) * 1_000_000},
              "elapsed_ns": {"at_least": 0}}
    matching.check({"burst": limits}, seen, scene.names, "answer")
    scene.next_logged += value["count"]


def answer(scene, wanted):
    """The next line that the driver says; `within_ms` counts from the command."""
    wanted = dict(wanted)
    within_ms, not_before_ms = wanted.pop("within_ms", None), wanted.pop("not_before_ms", 0)
    seen = scene.driver.answer()
    took_ms = (time.monotonic() - scene.told_at) * 1000
    matching.check(wanted, seen, scene.names, "answer")
    if within_ms is not None and took_ms > within_ms:
        raise Failure(f"the answer took {took_ms:.0f} ms, at most {within_ms} were awaited")
    if took_ms < not_before_ms:
        raise Failure(f"the answer came after {took_ms:.0f} ms, {not_before_ms} were awaited")


def no_answer(scene, value):
    if not scene.driver.is_quiet(value["ms"] / 1000):
        raise Failure(f"no answer was awaited, seen {short(scene.driver.answer())}")


def counts(scene, wanted):
    """Waits until the client's counts are these."""
    def meets(seen):
        try:
            matching.check(wanted, seen, scene.names, "counts")
        except Failure:
            return False
        return True
    scene.driver.wait_stats(meets, f"counts {wanted}")


def close(scene, ms):
    tell(scene, {"do": "close", "ms": ms})


def end_of_input(scene, _):
    scene.driver.end_input()
    scene.told_at = time.monotonic()


def closed(scene, wanted):
    """The last counts, and the driver ends well."""
    limits = {key: wanted[key] for key in ("within_ms", "not_before_ms") if key in wanted}
    rest = {key: value for key, value in wanted.items() if key not in limits}
    answer(scene, {"closed": rest, **limits})
    code = scene.driver.wait_end()
    if code != 0:
        raise Failure(f"the driver ended with {code}, 0 was awaited; stderr: {scene.driver.said()}")


def says(scene, wanted):
    """What the client has said on stderr: how many lines, and what is in each or in one of them."""
    lines = scene.driver.said().splitlines()
    scene.said_checked = True
    if "lines" in wanted:
        matching.check(wanted["lines"], len(lines), scene.names,
                       f"the number of lines on stderr, {short(lines, 600)}")
    for line in lines:
        matching.check(wanted.get("each", {}), line, scene.names, "stderr")
        if not line.startswith(wanted.get("begins", "logio: ")):
            raise Failure(f"a line on stderr begins with 'logio: ', seen {short(line)}")
        if not line.endswith(wanted.get("ends", "")):
            raise Failure(f"a line was to end with {wanted['ends']!r}, seen {short(line)}")


STEPS = {function.__name__: function for function in (
    log, tell, burst, answer, no_answer, counts, close, end_of_input, closed, says)}
