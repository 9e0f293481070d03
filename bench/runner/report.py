"""The table, on the terminal and in results.md."""

import datetime
import os
import platform
import subprocess


def machine():
    """What it ran on, without naming any machine."""
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def commit(directory):
    try:
        def git(*args):
            return subprocess.run(["git", *args], cwd=directory, check=True, text=True,
                                  capture_output=True).stdout.strip()
        changed = " with uncommitted changes" if git("status", "--porcelain", "-uno") else ""
        return git("rev-parse", "--short=12", "HEAD") + changed
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _rate(results, label):
    value = results.spread(label, "delivered_per_s")
    mark = "at least " if results.generator_bound(label) else ""
    return f"{mark}{value.median / 1e6:.3f}"


def _rate_table(results):
    base = results.row.base
    head = ["variant", "M lines/s delivered", "CPU-s per million",
            f"rate ÷ {base}", f"CPU ÷ {base}", "server busy", "generator busy"]
    rows = []
    for label, runs in results.runs.items():
        if not results.has(label):
            continue
        ratios = ["-", "-"]
        if label != base and results.has(base):
            ratios = [results.ratio(label, base, key).text()
                      for key in ("delivered_per_s", "cpu_s_per_million")]
        rows.append([label, _rate(results, label),
                     f"{results.median(label, 'cpu_s_per_million'):.4f}", *ratios,
                     f"{results.median(label, 'server_busy'):.2f}",
                     f"{results.median(label, 'generator_busy'):.2f}"])
    return head, rows


def _latency_table(results):
    base = results.row.base
    head = ["variant", "p50 µs", "p99 µs", "p99.9 µs", f"p50 ÷ {base}", f"p99 ÷ {base}",
            "CPU-s per million", "server busy"]
    rows = []
    for label in results.runs:
        if not results.has(label):
            continue
        ratios = ["-", "-"]
        if label != base and results.has(base):
            ratios = [results.ratio(label, base, key).text() for key in ("p50_us", "p99_us")]
        rows.append([label, *(f"{results.median(label, key):.0f}"
                              for key in ("p50_us", "p99_us", "p999_us")), *ratios,
                     f"{results.median(label, 'cpu_s_per_million'):.4f}",
                     f"{results.median(label, 'server_busy'):.2f}"])
    return head, rows


def _memory_table(results):
    head = ["variant", "MiB at start", "MiB with the others connected", "KiB each, of 1,000",
            "MiB at most", "cut off by the server"]
    rows = []
    for label in results.runs:
        if not results.has(label):
            continue
        start, idle, peak = (results.median(label, key) for key in
                             ("resident_start", "resident_idle", "resident_peak"))
        rows.append([label, f"{start / 2**20:.1f}", f"{idle / 2**20:.1f}",
                     f"{(idle - start) / 1024 / 1000:.1f}", f"{peak / 2**20:.1f}",
                     f"{results.median(label, 'cut_off'):.0f}"])
    return head, rows


def _loss_table(results):
    head = ["variant", "M lines/s published", "matched", "received", "announced", "notices"]
    rows = []
    for label in results.runs:
        if results.has(label):
            rows.append([label, f"{results.median(label, 'published_per_s') / 1e6:.3f}",
                         *(f"{results.median(label, key):.0f}" for key in
                           ("matched", "received", "announced", "notices"))])
    return head, rows


def _joins_table(results):
    base = results.row.base
    head = ["variant", "M lines/s delivered", f"rate ÷ {base}", "joins", "first line p50 µs",
            "p99 µs", "server busy"]
    rows = []
    for label in results.runs:
        if not results.has(label):
            continue
        ratio = "-"
        if label != base and results.has(base):
            ratio = results.ratio(label, base, "delivered_per_s").text()
        rows.append([label, _rate(results, label), ratio,
                     *(f"{results.median(label, key):.0f}"
                       for key in ("joins", "first_p50_us", "first_p99_us")),
                     f"{results.median(label, 'server_busy'):.2f}"])
    return head, rows


def _disk_table(results):
    head = ["variant", "M lines/s delivered", "CPU-s per million", "MB/s to disk"]
    rows = []
    for label, runs in results.runs.items():
        if not results.has(label):
            continue
        moves = "delivered_per_s" in runs[0]
        rows.append([label, _rate(results, label) if moves else "-",
                     f"{results.median(label, 'cpu_s_per_million'):.4f}" if moves else "-",
                     f"{results.median(label, 'disk_bytes_per_s') / 1e6:.0f}"
                     if "disk_bytes_per_s" in runs[0] else "-"])
    return head, rows


def _sinks_table(results):
    base = results.row.base
    head = ["variant", "M lines/s to subscribers", "M lines/s to the sink that is well",
            f"subscribers ÷ {base}", f"sink ÷ {base}", "p99 µs", "server busy"]
    rows = []
    for label in results.runs:
        if not results.has(label):
            continue
        ratios = ["-", "-"]
        if label != base and results.has(base):
            ratios = [results.ratio(label, base, key).text("{:.3f}")
                      for key in ("delivered_per_s", "well_per_s")]
        rows.append([label, _rate(results, label),
                     f"{results.median(label, 'well_per_s') / 1e6:.3f}", *ratios,
                     f"{results.median(label, 'p99_us'):.0f}",
                     f"{results.median(label, 'server_busy'):.2f}"])
    return head, rows


TABLES = {"rate": _rate_table, "latency": _latency_table, "memory": _memory_table,
          "disk": _disk_table, "sinks": _sinks_table,
          "loss": _loss_table, "joins": _joins_table}


def table(head, rows):
    """A Markdown table whose columns line up."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]

    def one(cells):
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"

    return "\n".join([one(head), "|" + "|".join("-" * (w + 2) for w in widths) + "|",
                      *(one(row) for row in rows)])


def row_text(results):
    """One row of the benchmark: its title, its table, and what failed."""
    count = max((len(runs) for runs in results.runs.values()), default=0)
    parts = [f"### {results.row.title}", f"`{results.row.key}`, {count} interleaved runs of each\n"]
    head, rows = TABLES[results.row.figure](results)
    if rows:
        parts.append(table(head, rows))
    for label, why in results.failed.items():
        parts.append(f"\n**{label} failed:** {why.splitlines()[0]}")
    return "\n".join(parts) + "\n"


def verdict_text(verdicts):
    words = {True: "reached", False: "**not reached**", None: "-"}
    return table(["target", "wanted", "found: median (quartiles)", "", "row"],
                 [[v.what, v.wanted, v.found, words[v.reached], f"`{v.row}`"] for v in verdicts])


def disturbed(all_results):
    """How much of the time the pinned servers were able to run but had no core, at the median."""
    shares = sorted(run["server_waited"] for results in all_results for variant in
                    results.row.variants if variant.pinned
                    for run in results.runs[variant.label])
    return shares[len(shares) // 2] if shares else 0.0


def header(directory, seed, pairs, seconds, all_results):
    now = datetime.datetime.now(datetime.timezone.utc)
    generator = sorted(run["generator_user_ns_per_line"] for results in all_results
                       if results.row.key in ("1-1", "4-1") for runs in results.runs.values()
                       for run in runs)
    own = (f" The generator makes and checks a line in {generator[len(generator) // 2]:.0f} ns"
           " outside the kernel." if generator else "")
    return (
        "# Benchmark results\n\n"
        "Written by `bench/run`; what is measured and how: [README.md](README.md).\n\n"
        f"- Commit: {commit(directory)}\n"
        f"- Machine: {machine()}\n"
        f"- Date: {now:%Y-%m-%d %H:%M} UTC\n"
        f"- Seed: {seed}; {pairs} interleaved runs of each variant, {seconds:g} s measured\n"
        f"- The servers, pinned to a core of their own, waited {disturbed(all_results):.1%} of the"
        f" time for it (other work on the machine).{own}\n\n"
        "Every byte that was delivered was checked. Ratios are medians of the ratios of the runs"
        " that were\ninterleaved, with their quartiles.\n")


def results_text(head, verdicts, all_results):
    return "\n".join([head, "## Targets\n", verdict_text(verdicts), "\n## Rows\n",
                      *(row_text(results) for results in all_results)])
