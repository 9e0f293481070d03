"""What a scenario expects of a value: the value itself, or what it must meet.

    {"dropped": 3, "text": {"has": ["dropped since"]}}   members that are not named are not judged
    {}                                                   anything
    {"at_least": 1, "at_most": 9}                        a number
    "=lost", "=5000-lost"                                a number that a step before has named
"""
import re

from waiting import Failure, short

JUDGES = {
    "at_least": lambda wanted, seen: seen >= wanted,
    "at_most": lambda wanted, seen: seen <= wanted,
    "has": lambda wanted, seen: all(word.lower() in seen.lower() for word in wanted),
    "lacks": lambda wanted, seen: not any(word.lower() in seen.lower() for word in wanted),
}


def evaluated(value, names):
    """A `=` text's number; anything else as it is."""
    if not isinstance(value, str) or not value.startswith("="):
        return value
    total = 0
    for sign, term in re.findall(r"([+-]?)(\w+)", value[1:]):
        number = int(term) if term.isdigit() else names[term]
        total += -number if sign == "-" else number
    return total


def check(wanted, seen, names, where):
    """Raises what differs, with its place."""
    wanted = evaluated(wanted, names)
    if wanted == {}:
        return
    if isinstance(wanted, dict) and set(wanted) <= set(JUDGES):
        for judge, limit in wanted.items():
            limit = evaluated(limit, names)
            if seen is None or not JUDGES[judge](limit, seen):
                raise Failure(f"{where}: expected {judge} {limit!r}, seen {short(seen)}")
    elif isinstance(wanted, dict):
        if not isinstance(seen, dict):
            raise Failure(f"{where}: expected {short(wanted)}, seen {short(seen)}")
        for key, value in wanted.items():
            if key not in seen:
                raise Failure(f"{where}: expected {key!r}, seen {short(seen)}")
            check(value, seen[key], names, f"{where}.{key}")
    elif isinstance(wanted, list):
        if not isinstance(seen, list) or len(seen) != len(wanted):
            raise Failure(f"{where}: expected {short(wanted)}, seen {short(seen)}")
        for at, (one, other) in enumerate(zip(wanted, seen)):
            check(one, other, names, f"{where}[{at}]")
    elif wanted != seen or isinstance(wanted, bool) != isinstance(seen, bool):
        raise Failure(f"{where}: expected {wanted!r}, seen {short(seen)}")
