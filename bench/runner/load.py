"""One run of the load generator against one freshly started server."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request

from . import peers, systems

RUN_SECONDS_MAX = 180


class RunFailed(Exception):
    """The run is worth nothing; the text says why."""


class Places:
    """Where the binaries are, and which cores the two sides get."""

    def __init__(self, hub, load, relay, sketch, server_core, load_core):
        self.hub = hub
        self.load = load
        self.relay = relay
        self.sketch = sketch
        self.server_core = server_core
        self.load_core = load_core


class Variant:
    """A system with its settings and what the generator does to it."""

    def __init__(self, label, system, load, hub_flags=(), pinned=True, unwell=False):
        self.label = label
        self.system = system
        self.load = list(load)
        self.hub_flags = list(hub_flags)
        self.pinned = pinned
        self.unwell = unwell  # the hub's flags name peers that are not well


def parse(text):
    """The generator's `key=value` lines."""
    out = {}
    for line in text.splitlines():
        key, found, value = line.partition("=")
        if found:
            out[key] = float(value)
    return out


def _server(variant, places, cores, targets, flags=()):
    if variant.system == "logio":
        return systems.Hub(cores, places.hub, flags)
    if variant.system == "relay":
        return systems.Relay(cores, places.relay)
    if variant.system == "sketch":
        return systems.Relay(cores, places.sketch)
    if variant.system == "nats":
        return systems.Nats(cores)
    return systems.Rsyslog(cores, targets)


def _command(variant, places, timing):
    # The sketch speaks the hub's protocols.
    system = "logio" if variant.system == "sketch" else variant.system
    command = [places.load, "--system", system, *variant.load, *timing]
    if variant.pinned:
        command += ["--core", str(places.load_core)]
    return command


def _write_plainly(mib):
    """What the file system that servers get takes of one writer that syncs at its end."""
    with tempfile.TemporaryDirectory(prefix="logio-bench-") as directory:
        begun = time.monotonic()
        subprocess.run(["dd", "if=/dev/zero", f"of={directory}/file", "bs=1M", f"count={mib}",
                        "conv=fdatasync"], check=True, capture_output=True)
        return {"disk_bytes_per_s": mib * 2**20 / (time.monotonic() - begun),
                "server_waited": 0.0}


def _ask(server, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.subscribe_port}{path}",
                                timeout=10) as answer:
        return json.load(answer)


def _journal_bytes_per_record(server):
    """Of what the hub's journal holds now."""
    journal = _ask(server, "/v1/status")["journal"]
    records = int(journal["durable_cursor"].partition("-")[2]) - journal["oldest_position"] + 1
    return journal["bytes"] / max(1, records)


def _finish(process, given):
    try:
        out, err = process.communicate(given, timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise RunFailed(f"the generator took more than {RUN_SECONDS_MAX} s") from None
    if process.returncode != 0:
        raise RunFailed(f"exit {process.returncode}: {err.strip()}\n{out}")
    return parse(out)


def run_once(variant, places, timing):
    """Starts the server, drives it, ends it; returns the generator's figures."""
    if variant.system == "dd":
        return _write_plainly(variant.load[0])
    cores = {places.server_core} if variant.pinned else None
    command = _command(variant, places, timing)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
             "text": True}
    if variant.system != "rsyslog":
        with (peers.Unwell() as unwell,
              _server(variant, places, cores, (),
                      unwell.flags(variant.hub_flags) if variant.unwell else variant.hub_flags)
              as server):
            command += ["--publish-port", str(server.publish_port), "--subscribe-port",
                        str(server.subscribe_port), "--server-pid", str(server.pid)]
            process = subprocess.Popen(command, **pipes)
            out = _finish_with_reason(process, "", server)
            if "--data-dir" in variant.hub_flags:
                out["disk_bytes_per_s"] = (_journal_bytes_per_record(server) *
                                           out["published_per_s"])
            if "--sink" in variant.hub_flags:
                well = next(s for s in _ask(server, "/v1/sinks")["sinks"] if s["name"] == "well")
                uptime = _ask(server, "/v1/status")["uptime_seconds"]
                out["well_per_s"] = well["sent_records"] / uptime
            return out
    # rsyslog connects to its targets, so they must listen first.
    process = subprocess.Popen(command, **pipes)
    targets = [int(port) for port in process.stdout.readline().split()]
    if not targets:
        return _finish(process, "")
    try:
        with _server(variant, places, cores, targets) as server:
            return _finish_with_reason(process, f"{server.publish_port} {server.pid}\n", server)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()


def _finish_with_reason(process, given, server):
    try:
        return _finish(process, given)
    except RunFailed as error:
        state = server.process.poll()
        if state is not None:
            raise RunFailed(f"the server exited with {state}: {server.said()}\n{error}") from None
        raise RunFailed(f"{error}\nthe server said: {server.said()}") from None
