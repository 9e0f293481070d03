"""The command line of bench/run."""

import argparse
import os
import shutil
import subprocess
import sys

from . import checks, figures, load, report, rows, systems, targets

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCH)
RIVALS = {"nats": ("nats-server", "nats-server"), "rsyslog": ("rsyslogd", "rsyslog")}
QUEUES_MIB_TOTAL = 256  # the hub's default of --queues-bytes-total


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="bench/run", description="End-to-end benchmarks of the hub beside its rivals.",
        epilog="Rows: " + ", ".join(row.key for row in rows.all_rows()))
    parser.add_argument("--hub", default=os.path.join(ROOT, "build", "logio"),
                        help="the binary under test (build/logio)")
    parser.add_argument("--tools", help="where logio_load and logio_relay are "
                        "(bench/ beside the hub, or of a preset's build folder)")
    parser.add_argument("--pairs", type=int, default=15, help="interleaved runs of each (15)")
    parser.add_argument("--seconds", type=float, default=1.0, help="measured time of a run (1)")
    parser.add_argument("--rows", help="only these, separated by commas")
    parser.add_argument("--systems", help="only these: logio,nats,rsyslog,relay,sketch")
    parser.add_argument("--quick", action="store_true", help="3 runs of each, half a second")
    parser.add_argument("--smoke", action="store_true",
                        help="seconds: check that everything works, hub and relay only")
    parser.add_argument("--install", action="store_true", help="install missing rivals with apt")
    parser.add_argument("--realtime", action="store_true",
                        help="run both sides before all else on the machine (needs root): for a "
                        "machine that does other work")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--results", default=os.path.join(BENCH, "results.md"),
                        help="where to write the results (bench/results.md)")
    out = parser.parse_args(argv)
    if out.quick:
        out.pairs, out.seconds = 3, 0.5
    return out


def _find_tools(wanted, hub):
    beside = os.path.join(os.path.dirname(os.path.abspath(hub)), "bench")
    build = os.path.join(ROOT, "build")
    candidates = [wanted] if wanted else [beside, os.path.join(build, "bench")]
    if not wanted and os.path.isdir(build):
        candidates += [os.path.join(build, name, "bench") for name in sorted(os.listdir(build))]
    for directory in candidates:
        if os.access(os.path.join(directory, "logio_load"), os.X_OK):
            return directory
    return None


def _install(packages):
    subprocess.run(["apt-get", "update"], check=True)
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], check=True)


def _available(options, places):
    """The systems that can run here; says what is missing."""
    found = {"relay", "logio", "sketch", "dd"}
    for system, binary in (("logio", places.hub), ("sketch", places.sketch)):
        if not os.access(binary, os.X_OK):
            found.discard(system)
            print(f"{system}: no {os.path.relpath(binary)}, left out", file=sys.stderr)
    if options.smoke:
        return found
    missing = {system: package for system, (binary, package) in RIVALS.items()
               if shutil.which(binary, path=os.environ.get("PATH", "") + ":/usr/sbin") is None}
    if missing and options.install:
        _install(missing.values())
        missing = {}
    for system, package in missing.items():
        print(f"{system}: not installed, left out. `apt-get install {package}`, or --install",
              file=sys.stderr)
    found |= set(RIVALS) - set(missing)
    return found


def _chosen(options, available):
    if options.systems:
        available = available & set(options.systems.split(","))
    chosen = rows.smoke_rows("logio" in available) if options.smoke else rows.all_rows()
    if options.rows:
        wanted = options.rows.split(",")
        unknown = set(wanted) - {row.key for row in chosen}
        if unknown:
            sys.exit(f"bench/run: no row {', '.join(sorted(unknown))}")
        chosen = [row for row in chosen if row.key in wanted]
    for row in chosen:
        row.variants = [variant for variant in row.variants if variant.system in available]
    return [row for row in chosen if row.variants]


def _measure(row, options, places):
    """Runs a row's variants in turn, so that what disturbs one disturbs the others too."""
    results = figures.Results(row)
    pairs = min(options.pairs, row.pairs or options.pairs)
    timing = ["--seed", str(options.seed)]
    if not options.smoke:
        timing += ["--seconds", str(max(options.seconds, row.seconds or 0))]
    for pair in range(pairs):
        for variant in row.variants:
            if variant.label in results.failed:
                continue
            print(f"\r{row.key}: {pair + 1} of {pairs}, {variant.label:<24}", end="",
                  file=sys.stderr, flush=True)
            try:
                results.add(variant.label, load.run_once(variant, places, timing))
            except (load.RunFailed, systems.StartFailed) as error:
                results.failed[variant.label] = str(error)
                print(f"\n{variant.label}: {error}", file=sys.stderr)
    print(file=sys.stderr)
    return results


def _smoke(chosen, options, places):
    failed = 0
    for row in chosen:
        results = _measure(row, options, places)
        failed += len(results.failed)
        for label, runs in results.runs.items():
            for run in runs:
                print(f"{label}: {run['received']:.0f} lines checked, "
                      f"{run['announced']:.0f} announced as lost")
    print("failed" if failed else "every byte as it must be")
    return 1 if failed else 0


def main(argv):
    options = _arguments(argv)
    tools = _find_tools(options.tools, options.hub)
    if tools is None:
        print("bench/run: no logio_load found; build the targets bench_load, bench_relay and "
              "bench_sketch, or name their folder with --tools", file=sys.stderr)
        return 64
    tools = os.path.abspath(tools)
    places = load.Places(os.path.abspath(options.hub), os.path.join(tools, "logio_load"),
                         os.path.join(tools, "logio_relay"), os.path.join(tools, "logio_sketch"),
                         options.server_core, options.load_core)
    if (os.cpu_count() or 1) < 2:
        places.load_core = places.server_core
    if options.realtime:
        # Every process started from here inherits it.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    available = _available(options, places)
    chosen = _chosen(options, available)
    if options.smoke:
        return _smoke(chosen, options, places)

    found = checks.check_binary(places) if "logio" in available else {}
    if "logio" in available and any(row.key.startswith("journal") for row in chosen):
        found |= checks.check_journal(places)
    all_results = []
    for row in chosen:
        all_results.append(_measure(row, options, places))
        print(report.row_text(all_results[-1]), flush=True)
        # After each row: who ends a long run early keeps what was measured.
        verdicts = targets.judge({r.row.key: r for r in all_results}, found, QUEUES_MIB_TOTAL)
        head = report.header(ROOT, options.seed, options.pairs, options.seconds, all_results)
        with open(options.results, "w", encoding="utf-8") as file:
            file.write(report.results_text(head, verdicts, all_results))
    print(report.verdict_text(verdicts))
    return 1 if any(results.failed for results in all_results) else 0
