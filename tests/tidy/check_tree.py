"""Rules for files together: mirrored tests, no dead file."""
import re

import rules
import source

UNTESTED = "tests/tidy/untested.txt"


def untested(files, problems):
    """The public headers that need no test of their own, each with its reason."""
    listed = {}
    for number, line in enumerate(files.get(UNTESTED, "").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        header, _, reason = line.partition(":")
        if not reason.strip():
            problems.append((UNTESTED, number, "mirrored-tests", f"{header}: no reason"))
        if f"include/logio/{header}" not in files:
            problems.append((UNTESTED, number, "mirrored-tests", f"{header} does not exist"))
        listed[header] = number
    return listed


def check_mirror(files, problems):
    tested = set()
    for path, text in files.items():
        match = re.fullmatch(r"tests/([a-z]+)/(\w+)_test\.cpp", path)
        if not match or match[1] not in rules.MODULES:
            continue
        name = f"{match[1]}/{match[2]}.hpp"
        if f"include/logio/{name}" in files:
            wanted = {f"logio/{name}"}
        elif f"src/{name}" in files:
            wanted = {name}
        else:
            problems.append((path, 1, "mirrored-tests", f"no header {name} that it would test"))
            continue
        tested.add(name)
        first = source.includes(text)[:1]
        if not first or first[0][1] not in wanted:
            problems.append((path, first[0][0] if first else 1, "mirrored-tests",
                             f"its first include is not {wanted.pop()}"))
    listed = untested(files, problems)
    for path in files:
        match = re.fullmatch(r"include/logio/([a-z]+/\w+\.hpp)", path)
        if not match:
            continue
        if match[1] in tested and match[1] in listed:
            problems.append((UNTESTED, listed[match[1]], "mirrored-tests",
                             f"{match[1]} has a test"))
        elif match[1] not in tested and match[1] not in listed:
            problems.append((path, 1, "mirrored-tests", "no test of the same name, and no reason "
                             f"in {UNTESTED}"))


def lists_for(path, files):
    """The CMake lists that may name a source: of its folder, those above, and the module kit."""
    folder = path.rsplit("/", 1)[0]
    while folder:
        yield files.get(f"{folder}/CMakeLists.txt", "")
        folder = folder.rpartition("/")[0]
    for other, text in files.items():
        if other.startswith("scripts/cmake/"):
            yield text


def check_dead(files, problems):
    included = {name.rsplit("/", 1)[-1] for path, text in files.items()
                if path.endswith((".hpp", ".cpp")) for _, name, _ in source.includes(text)}
    kit = "".join(text for path, text in files.items() if path.startswith("scripts/cmake/"))
    for path in files:
        name = path.rsplit("/", 1)[-1]
        if path.endswith(".cpp"):
            word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
            if not any(word.search(text) for text in lists_for(path, files)):
                problems.append((path, 1, "dead-file", "in no CMakeLists.txt"))
        elif path.endswith(".hpp") and name not in included:
            if not path.startswith("scripts/cmake/pch_") or "pch_${" not in kit:
                problems.append((path, 1, "dead-file", "included by nobody"))


def check(files, problems):
    check_mirror(files, problems)
    check_dead(files, problems)
