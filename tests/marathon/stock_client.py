"""The stock Python client of Marathon, from where scripts/test --all installs it.

Its package has the name of this folder's marathon.py. Both may be imported: `stock` is the package.
"""
import importlib
import logging
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSION = re.search(r"^marathon==(\S+)", (HERE / "requirements.txt").read_text(), re.M)[1]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
FOLDER = CACHE / "logio" / f"marathon-client-{VERSION}"


def load():
    if not FOLDER.is_dir():
        raise AssertionError(f"no marathon client in {FOLDER}: scripts/test --all installs it")
    own = sys.modules.pop("marathon", None)
    sys.path.insert(0, str(FOLDER))
    try:
        package = importlib.import_module("marathon")
    finally:
        sys.path.remove(str(FOLDER))
        sys.path.append(str(FOLDER))    # for what it needs later
        sys.modules.pop("marathon", None)
        if own:
            sys.modules["marathon"] = own
    package.log.setLevel(logging.CRITICAL)
    return package


stock = load()
