"""Reads C++ well enough to judge it: masks comments and literals, finds functions and includes."""
import re

_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def _blank(text, keep_ends=False):
    blank = re.sub(r"[^\n]", " ", text)
    if keep_ends and len(blank) >= 2:
        blank = text[0] + blank[1:-1] + text[-1]
    return blank


def without_comments(text):
    """The same text, line for line and column for column, with comments blanked."""
    return _TOKENS.sub(lambda m: _blank(m[0]) if m[0].startswith("/") else m[0], text)


def masked(text):
    """The same text with comments blanked and literals emptied."""
    return _TOKENS.sub(lambda m: _blank(m[0], not m[0].startswith("/")), text)


def includes(text):
    """(line number, name, quoted?) of each include directive."""
    found = []
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            found.append((number, match[2], match[1] == '"'))
    return found


_CONTAINER = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:\[\[.*\]\]\s*)?(?:inline\s+)?"
                        r"(?:namespace|class|struct|union|enum|extern|requires|concept)\b", re.S)


def functions(text):
    """(first line, number of lines, head) of each outermost function body."""
    code = re.sub(r"(?m)^[ \t]*#(?:.*\\\n)*.*$", lambda m: _blank(m[0]), masked(text))
    found, stack, head_start, parens = [], [], 0, 0
    for at, char in enumerate(code):
        inside = any(kind == "function" for kind, _ in stack)
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            head = code[head_start:at]
            if inside or parens > 0 or re.search(r"[\w>]$", head):  # a member's initializer
                kind = "inner"
            elif _CONTAINER.match(head) and "(" not in re.sub(r"alignas\s*\(.*?\)", "", head):
                kind = "container"
            elif ")" in head and not re.search(r"=\s*$", head):
                kind = "function"
            else:
                kind = "inner"
            stack.append((kind, head_start + len(head) - len(head.lstrip())))
            if kind == "container":
                head_start = at + 1
        elif char == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                first = code.count("\n", 0, start) + 1
                last = code.count("\n", 0, at) + 1
                found.append((first, last - first + 1, " ".join(code[start:at].split())[:60]))
            if kind != "inner":
                head_start = at + 1
        elif char == ";" and not inside and parens == 0:
            head_start = at + 1
    return found
