"""Drives the Elasticsearch client by the program search_drive, and compares what has arrived."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import client_drive  # noqa: E402

EPOCH = "0123456789abcdef"


class Drive(client_drive.Drive):
    program = os.environ.get("LOGIO_SEARCH_DRIVE", "search_drive")


def sums(calls):
    return [sum(call[what] for call in calls) for what in ("delivered", "refused")]


def wrong_ids(documents, count):
    """What is missing and what is there though it was not sent; both empty when all is well."""
    wanted = {f"{EPOCH}-{n}" for n in range(1, count + 1)}
    return {"missing": sorted(wanted - set(documents))[:20],
            "not sent": sorted(set(documents) - wanted)[:20]}


NOTHING_WRONG = {"missing": [], "not sent": []}
