"""Says which tests of a ctest run failed or did not run at all.

usage: strict_results.py JUNIT_FILE               fails if a test was skipped, disabled or not run
       strict_results.py --failures JUNIT_FILE    prints the end of what each failed test printed

ctest ends with 0 when tests skip themselves; continuous integration must not.
"""
import sys
import xml.etree.ElementTree as tree

LINES_MAX = 40  # of one test's output
TESTS_MAX = 8


def cases_of(path):
    return list(tree.parse(path).getroot().iter("testcase"))


def check(path):
    cases = cases_of(path)
    missing = [(case.get("name"), case.get("status")) for case in cases
               if case.get("status") not in ("run", "fail")]
    for name, status in missing:
        print(f"not run ({status}): {name}", file=sys.stderr)
    if not cases:
        print("no test was run", file=sys.stderr)
    return 1 if missing or not cases else 0


def print_failures(path):
    failed = [case for case in cases_of(path) if case.get("status") == "fail"]
    for case in failed[:TESTS_MAX]:
        lines = (case.findtext("system-out") or "").splitlines()
        print(f"-- {case.get('name')}: the last of {len(lines)} lines")
        print("\n".join(f"   {line}" for line in lines[-LINES_MAX:]))
    for case in failed[TESTS_MAX:]:
        print(f"-- {case.get('name')}: failed too")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--failures":
        sys.exit(print_failures(sys.argv[2]))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(check(sys.argv[1]))
