"""Where scripts/test --all puts what requirements.txt names."""
import os
import pathlib
import re

import support

HERE = pathlib.Path(__file__).resolve().parent
VERSION = re.search(r"^flask==(\S+)", (HERE / "requirements.txt").read_text("utf-8"), re.M)[1]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
FOLDER = CACHE / "logio" / f"python-frameworks-{VERSION}"


def environment(url=None, *, ours=True, **more):
    """With the frameworks importable, and our package from its sources."""
    if not FOLDER.is_dir():
        raise AssertionError(f"no Flask and its like in {FOLDER}: scripts/test --all installs them")
    out = support.environment(url, **more)
    paths = [str(FOLDER), *([str(support.SOURCES)] if ours else [])]
    return {**out, "PYTHONPATH": os.pathsep.join(paths)}
