"""Fails if a test of a ctest run was skipped, disabled or not run.

usage: strict_results.py JUNIT_FILE

ctest ends with 0 when tests skip themselves; continuous integration must not.
"""
import sys
import xml.etree.ElementTree as tree


def main(path):
    cases = list(tree.parse(path).getroot().iter("testcase"))
    missing = [(case.get("name"), case.get("status")) for case in cases
               if case.get("status") not in ("run", "fail")]
    for name, status in missing:
        print(f"not run ({status}): {name}", file=sys.stderr)
    if not cases:
        print("no test was run", file=sys.stderr)
    return 1 if missing or not cases else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
