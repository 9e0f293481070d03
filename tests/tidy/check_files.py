"""Rules for a file by itself: sizes, pragma once, header comments, banned words."""
import ast
import re

import rules
import source


def is_code(path):
    return path.endswith((".hpp", ".cpp", ".go", ".py", ".sh", ".cmake", "CMakeLists.txt")) or (
        path.startswith(("scripts/", ".ci/", "bench/")) and "." not in path.rsplit("/", 1)[-1])


def python_functions(text):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    return [(node.lineno, node.end_lineno - node.lineno + 1, node.name) for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def go_functions(text):
    """As gofmt leaves them: from `func` to the brace in the first column."""
    found = []
    for match in re.finditer(r"(?ms)^func ([^\n]*)\{\n.*?^\}$", text):
        found.append((text.count("\n", 0, match.start()) + 1, match[0].count("\n") + 1, match[1]))
    return found


def check_sizes(path, text, problems, warnings):
    lines = text.splitlines()
    if len(lines) > rules.FILE_LINES_MAX:
        problems.append((path, 1, "file-length",
                         f"{len(lines)} lines, at most {rules.FILE_LINES_MAX}: two files?"))
    elif len(lines) > rules.FILE_LINES_SOFT:
        warnings.append((path, 1, "file-length",
                         f"{len(lines)} lines, better at most {rules.FILE_LINES_SOFT}"))
    for number, line in enumerate(lines, 1):
        if path.endswith(".go"):
            line = line.expandtabs(4)
        if len(line) > rules.LINE_COLUMNS_MAX:
            problems.append((path, number, "line-length",
                             f"{len(line)} columns, at most {rules.LINE_COLUMNS_MAX}"))
        if line != line.rstrip() and path.endswith((".hpp", ".cpp", ".py")):
            problems.append((path, number, "line-length", "white space at the line's end"))
    found = []
    if path.endswith((".hpp", ".cpp")):
        found = source.functions(text)
    elif path.endswith(".go"):
        found = go_functions(text)
    elif path.endswith(".py") or text.startswith("#!/usr/bin/env python3"):
        found = python_functions(text)
    for first, count, name in found:
        if count > rules.FUNCTION_LINES_MAX:
            problems.append((path, first, "function-length",
                             f"{count} lines, at most {rules.FUNCTION_LINES_MAX}: {name}"))


def check_header(path, text, problems):
    if not re.search(r"(?m)^#pragma once$", text):
        problems.append((path, 1, "pragma-once", "no #pragma once"))
    if path.startswith("include/") and not text.lstrip().startswith("///"):
        problems.append((path, 1, "header-comment", "does not begin with what it is (///)"))


def check_words(path, text, problems):
    code = source.masked(text) if path.endswith((".hpp", ".cpp")) else text
    for table, seen in ((rules.WORDS, code), (rules.RAW_WORDS, text)):
        for what, pattern, where, right in table:
            if not re.fullmatch(where, path) or (right and re.fullmatch(right, path)):
                continue
            for match in re.finditer(pattern, seen):
                line = seen.count("\n", 0, match.start()) + 1
                problems.append((path, line, "banned-word", what))


def check_registered(path, text, problems):
    """The build finds a class of tests by the line that begins it."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef):
            continue
        has_tests = any(getattr(part, "name", "").startswith("test") for part in node.body)
        if has_tests and not re.match(rules.TEST_CLASS, lines[node.lineno - 1]):
            problems.append((path, node.lineno, "unregistered-test",
                             f"{node.name} has tests that the build does not find: its line "
                             f"is to match {rules.TEST_CLASS}"))


def check(files, problems, warnings):
    for path, text in files.items():
        if is_code(path):
            check_sizes(path, text, problems, warnings)
        if path.endswith(".hpp"):
            check_header(path, text, problems)
        if re.fullmatch(rules.REGISTERED_TESTS, path):
            check_registered(path, text, problems)
        check_words(path, text, problems)
