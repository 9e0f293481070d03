"""The include table: who includes whom, who is linked with whom."""
import re

import rules
import source


def module_of(path):
    """The module whose folder the file is in, if any, and whether it is public."""
    for module, (sources, headers, _) in rules.ELSEWHERE.items():
        if path.startswith((sources, headers)):
            return module, path.startswith(headers)
    match = re.match(r"(?:include/logio|src)/([^/]+)/", path)
    return (match[1] if match else None), path.startswith("include/")


def target_of(name):
    """What an include names: ("module", m, file), ("third", library, name) or ("system", ...)."""
    match = re.match(r"(?:logio/)?([a-z]+)/(.+\.hpp)$", name)
    if match and match[1] in rules.MODULES:
        return "module", match[1], match[2]
    for library, pattern in rules.THIRD_PARTY:
        if re.match(pattern, name):
            return "third", library, name
    return "system", name, name


def check_include(path, module, name, problems, line):
    kind, target, file = target_of(name)
    modules, libraries = rules.MODULES[module]
    if kind == "module" and target != module:
        if target == "app":
            problems.append((path, line, "include-table", "app is included by nobody"))
        elif module == "config" and target not in modules:
            if not re.fullmatch(rules.OPTIONS_HEADER, file):
                problems.append((path, line, "include-table",
                                 f"config may use {target}'s options header only, not {name}"))
        elif target not in modules:
            problems.append((path, line, "include-table", f"{module} may not use {target}: {name}"))
        if not name.startswith("logio/"):
            problems.append((path, line, "include-table", f"{name} is private to {target}"))
    elif kind == "module" and module_of(path)[1] and not name.startswith("logio/"):
        problems.append((path, line, "include-table", f"public header needs the private {name}"))
    elif kind == "third" and target not in libraries:
        problems.append((path, line, "include-table", f"{module} may not use {target}: {name}"))
    return kind, target


def linked(text):
    """(public, private) names of logio_library's DEPS and PRIVATE_DEPS, or None."""
    call = re.search(r"logio_library\s*\((.*?)\)", re.sub(r"#.*", "", text), re.S)
    if not call:
        return None
    lists, current = {}, None
    for word in call[1].split():
        if re.fullmatch(r"[A-Z_]+", word):
            current = word
        else:
            lists.setdefault(current, []).append(word.removeprefix("logio::"))
    return set(lists.get("DEPS", [])), set(lists.get("PRIVATE_DEPS", []))


def list_of(module):
    if module in rules.ELSEWHERE:
        return rules.ELSEWHERE[module][2]
    return f"src/{module}/CMakeLists.txt"


def check_links(module, text, used, problems):
    """The link graph equals the includes: `used` maps a name to whether a public header uses it."""
    path = list_of(module)
    found = linked(text)
    if found is None:
        return
    public, private = found
    modules, libraries = rules.MODULES[module]
    allowed = set(modules) | set(libraries)
    for name in sorted(public | private):
        if name not in allowed and not (module == "config" and name in rules.MODULES):
            problems.append((path, 1, "link-graph", f"{module} may not be linked with {name}"))
        elif name not in used:
            # beast brings asio, and asio brings boost; an unused name is a wrong claim.
            problems.append((path, 1, "link-graph", f"{module} is linked with {name}, unused"))
    for name, in_public in sorted(used.items()):
        if name == "boost" and {"asio", "beast"} & (public | private):
            continue
        if name == "asio" and "beast" in (public | private):
            continue
        if name not in public | private:
            problems.append((path, 1, "link-graph", f"{module} includes {name} but is not linked "
                             "with it directly"))
        elif in_public and name not in public:
            problems.append((path, 1, "link-graph", f"a public header of {module} includes {name}: "
                             "it belongs into DEPS"))
    for name in [*rules.BEHIND_ONE_SOURCE, *rules.BEHIND_ONE_HEADER]:
        if name in public:
            problems.append((path, 1, "link-graph", f"{name} belongs into PRIVATE_DEPS"))


def check_behind_header(path, line, name, target, problems):
    """What stands behind one private header: the library only there, the header only in bodies."""
    for library, header in rules.BEHIND_ONE_HEADER.items():
        if target == library and path != header:
            problems.append((path, line, "behind-one-header",
                             f"{library} stands behind {header}: include that"))
        if name == header.removeprefix("src/") and not path.endswith(".cpp"):
            problems.append((path, line, "behind-one-header",
                             f"{header} brings {library}: only a .cpp may include it"))


def check(files, problems):
    used, behind = {}, {}
    for path, text in files.items():
        module, public = module_of(path)
        if module is None or not path.endswith((".hpp", ".cpp")):
            continue
        if module not in rules.MODULES:
            problems.append((path, 1, "include-table", f"{module} is not in the table"))
            continue
        for line, name, _ in source.includes(text):
            kind, target = check_include(path, module, name, problems, line)
            check_behind_header(path, line, name, target, problems)
            # Bodies of a library (net/asio_impl.cpp) are compiled by the kit, not by the module.
            if kind != "system" and target != module and not path.endswith("_impl.cpp"):
                of_module = used.setdefault(module, {})
                of_module[target] = of_module.get(target, False) or public
            if target in rules.BEHIND_ONE_SOURCE:
                behind.setdefault((module, target), set()).add(path)
        code = source.without_comments(text)
        for pattern, what in rules.NEVER.get(module, []):
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                problems.append((path, line, "include-table", f"{module} must not touch {what}"))
    for (_, library), paths in behind.items():
        for path in sorted(paths):
            if not path.endswith(".cpp") or len(paths) > 1:
                problems.append((path, 1, "behind-one-source",
                                 f"{library} stands behind one .cpp of a module; it is in "
                                 f"{', '.join(sorted(paths))}"))
    for module in rules.MODULES:
        text = files.get(list_of(module))
        if text is not None:
            check_links(module, text, used.get(module, {}), problems)
