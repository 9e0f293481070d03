"""The house rules, held by a test: python3 tests/tidy/tidy.py [ROOT].

Prints `file:line: rule: what is wrong` for each finding and ends with 1 if there is one. Warnings
are printed and do not count.
"""
import pathlib
import re
import sys

import check_files
import check_modules
import check_tree
import rules


def read_tree(root):
    """path -> text of every file that is judged."""
    paths = [root / name for name in rules.ROOT_FILES]
    for folder in rules.FOLDERS:
        paths += sorted((root / folder).rglob("*"))
    files = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        if not path.is_file() or "__pycache__" in name or re.fullmatch(rules.DATA, name):
            continue
        try:
            files[name] = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
    return files


def judge(files):
    problems, warnings = [], []
    check_modules.check(files, problems)
    check_files.check(files, problems, warnings)
    check_tree.check(files, problems)
    return sorted(set(problems)), sorted(set(warnings))


def main(argv):
    root = pathlib.Path(argv[0] if argv else pathlib.Path(__file__).parents[2]).resolve()
    files = read_tree(root)
    problems, warnings = judge(files)
    for mark, found in (("warning: ", warnings), ("", problems)):
        for path, line, rule, what in found:
            print(f"{path}:{line}: {mark}{rule}: {what}")
    print(f"tidy: {len(files)} files, {len(problems)} problems, {len(warnings)} warnings")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
