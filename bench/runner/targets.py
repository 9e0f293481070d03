"""What the hub must reach, and whether it did."""


class Verdict:
    def __init__(self, what, wanted, found, reached, row):
        self.what = what
        self.wanted = wanted
        self.found = found
        self.reached = reached  # True, False, or None for not measured
        self.row = row


def _ratio(results, row, label, base, key, limit, at_most, what):
    sign = "at most" if at_most else "at least"
    wanted = f"{sign} {limit:g} × {base}"
    found = results.get(row)
    if found is None or not found.has(label, base):
        return Verdict(what, wanted, "not measured", None, row)
    ratio = found.ratio(label, base, key)
    reached = ratio.median <= limit if at_most else ratio.median >= limit
    text = ratio.text("{:.3f}")
    if key == "delivered_per_s" and found.generator_bound(label):
        text = "at least " + text
    return Verdict(what, wanted, text, reached, row)


def _cost_to_others(results, row, what):
    """The others lose less than 5 %: of their rate, or, where the generator is the limit, per line
    of the server's CPU."""
    label, base = "logio", "logio alone"
    found = results.get(row)
    if found is None or not found.has(label, base):
        return Verdict(what, "less than 5 % off", "not measured", None, row)
    rate = found.ratio(label, base, "delivered_per_s")
    cpu = found.ratio(label, base, "cpu_s_per_million")
    bound = found.generator_bound(base)
    reached = cpu.median < 1.05 if bound else rate.median > 0.95
    text = f"rate × {rate.text('{:.3f}')}, CPU per line × {cpu.text('{:.3f}')}"
    return Verdict(what, "less than 5 % off", text, reached, row)


def _limit(results, row, label, figure, limit, unit, what):
    found = results.get(row)
    wanted = f"at most {limit:g} {unit}"
    if found is None or not found.has(label):
        return Verdict(what, wanted, "not measured", None, row)
    value = figure(found, label)
    return Verdict(what, wanted, f"{value:.4g} {unit}", value <= limit, row)


def per_idle_kib(found, label):
    runs = found.runs[label]
    return sorted((run["resident_idle"] - run["resident_start"]) / 1024 / 1000
                  for run in runs)[len(runs) // 2]


def _queue_mib(found, label):
    return max(run["resident_peak"] - run["resident_start"] for run in found.runs[label]) / 2**20


def _accounted(results, row, what):
    found = results.get(row)
    if found is None or not found.has("logio"):
        return Verdict(what, "exactly", "not measured", None, row)
    # A run with an unaccounted line fails, so each run that is here is exact.
    announced = sum(run["announced"] for run in found.runs["logio"])
    matched = sum(run["matched"] for run in found.runs["logio"])
    return Verdict(what, "exactly", f"{matched:.0f} matched, {announced:.0f} of them announced",
                   True, row)


def _still(checks, key, limit, unit, what):
    value = checks.get(key)
    wanted = f"at most {limit:g} {unit}"
    if value is None:
        return Verdict(what, wanted, "not measured", None, "binary")
    return Verdict(what, wanted, f"{value:.4g} {unit}", value <= limit, "binary")


def _rival_targets(results):
    cpu, rate = "cpu_s_per_million", "delivered_per_s"
    logio, nats = "logio", "nats"
    out = [
        _ratio(results, "4-1", logio, nats, cpu, 0.2, True, "CPU per million delivered, 4 → 1"),
        _ratio(results, "4-8", logio, nats, cpu, 0.25, True, "CPU per million delivered, 4 → 8"),
        _ratio(results, "1-1", logio, nats, rate, 4, False, "lines/s, 1 → 1"),
        _ratio(results, "4-1", logio, nats, rate, 4, False, "lines/s, 4 → 1"),
        _ratio(results, "4-8", logio, nats, rate, 3.5, False, "lines/s, 4 → 8"),
    ]
    for row in ("1-1", "4-1", "4-8"):
        out.append(_ratio(results, row, "logio lines", logio, cpu, 0.7, True,
                          f"CPU of `lines`, {row.replace('-', ' → ')}"))
    for row in ("threads-4-1", "threads-4-8"):
        out.append(_ratio(results, row, logio, nats, rate, 3, False,
                          f"lines/s unpinned, two threads, {row[8:].replace('-', ' → ')}"))
    return out


def _topics_target(results):
    found = results.get("topics")
    labels = ("100 topics", "4 topics")
    what, wanted = "100 topics against 4", "at most 10 % less"
    if found is None or not found.has(*labels):
        return Verdict(what, wanted, "not measured", None, "topics")
    rate = found.ratio(*labels, "delivered_per_s")
    cpu = found.ratio(*labels, "cpu_s_per_million")
    bound = found.generator_bound("4 topics")
    reached = cpu.median <= 1.1 if bound else rate.median >= 0.9
    text = f"rate × {rate.text('{:.3f}')}, CPU per line × {cpu.text('{:.3f}')}"
    return Verdict(what, wanted, text, reached, "topics")


def _latency_targets(results):
    out = [_ratio(results, "latency", "logio", "relay", "p50_us", 1.3, True, "p50 at 20,000/s"),
           _ratio(results, "latency", "logio", "relay", "p99_us", 2, True, "p99 at 20,000/s")]
    out.append(_limit(results, "latency", "logio", lambda f, label: f.median(label, "p99_us"),
                      5000, "µs", "p99 at 20,000/s"))
    return out


def _ten_thousand(results):
    found = results.get("ten-thousand")
    what, wanted = "10,000 idle subscribers beside 100 active publishers", "works"
    if found is None or not found.has("logio"):
        return Verdict(what, wanted, "not measured", None, "ten-thousand")
    rate = found.spread("logio", "delivered_per_s")
    return Verdict(what, wanted, f"{rate.median / 1e6:.2f} M/s, every line checked", True,
                   "ten-thousand")


def _joins_target(results):
    found = results.get("joins")
    what, wanted = "beside 30 joins with tail=10000 a second", "less than 5 % off"
    if found is None or not found.has("joins", "none"):
        return Verdict(what, wanted, "not measured", None, "joins")
    rate = found.ratio("joins", "none", "delivered_per_s")
    return Verdict(what, wanted, f"rate × {rate.text('{:.3f}')}", rate.median > 0.95, "joins")


def _format_target(results, label):
    """Half of text's rate, or, where the generator is the limit, twice its CPU per line."""
    found = results.get("formats")
    what, wanted = f"{label} fan-out, 4 → 8", "at least 0.5 × text"
    if found is None or not found.has(label, "text"):
        return Verdict(what, wanted, "not measured", None, "formats")
    rate = found.ratio(label, "text", "delivered_per_s")
    cpu = found.ratio(label, "text", "cpu_s_per_million")
    bound = found.generator_bound(label)
    reached = cpu.median <= 1 / 0.5 if bound else rate.median >= 0.5
    text = f"rate × {rate.text('{:.3f}')}, CPU per line × {cpu.text('{:.3f}')}"
    return Verdict(what, wanted, ("at least " if bound else "") + text, reached, "formats")


def _history_targets(results):
    out = [_format_target(results, label) for label in ("ndjson", "sse")]
    out.append(_joins_target(results))
    out.append(_limit(results, "first-byte", "tail=100",
                      lambda f, label: f.median(label, "first_p99_us"), 5000, "µs",
                      "first line of tail=100, p99"))
    return out


def _flat_out(results):
    """The lower of the two is the limit: the same hub's rate, or what the disk takes."""
    found = results.get("journal-flat-out")
    what = "flat out with the journal, 4 → 1"
    wanted = "at least 0.85 × memory only, or 0.6 × dd"
    if found is None or not found.has("journal", "memory only", "dd"):
        return Verdict(what, wanted, "not measured", None, "journal-flat-out")
    rate = found.ratio("journal", "memory only", "delivered_per_s")
    disk = found.ratio("journal", "dd", "disk_bytes_per_s")
    text = f"lines/s × {rate.text('{:.3f}')}, bytes/s × {disk.text('{:.3f}')}"
    return Verdict(what, wanted, text, rate.median >= 0.85 or disk.median >= 0.6,
                   "journal-flat-out")


def _journal_targets(results):
    steady = ("journal-steady", "journal", "memory only")
    return [_ratio(results, *steady, "cpu_s_per_million", 1.5, True,
                   "CPU per line with the journal at 500,000/s"),
            _ratio(results, *steady, "p99_us", 3, True, "p99 with the journal at 500,000/s"),
            _flat_out(results)]


def _memory_of_journal(checks):
    what, wanted = "resident on a journal of 2 GiB", "as on an empty one"
    short, long = checks.get("short_journal_mib"), checks.get("long_journal_mib")
    if long is None:
        return Verdict(what, wanted, "not measured", None, "binary")
    return Verdict(what, wanted, f"{long:.1f} MB, empty {short:.1f} MB", long < short * 1.25 + 2,
                   "binary")


def _unwell(results, row, how):
    found = results.get(row)
    what, wanted = f"beside sinks that are dead, stopped and refusing, {how}", "less than 5 % off"
    if found is None or not found.has("beside them", "alone"):
        return Verdict(what, wanted, "not measured", None, row)
    ratios = [found.ratio("beside them", "alone", key) for key in ("delivered_per_s", "well_per_s")]
    text = "subscribers × {}, another sink × {}".format(*(r.text("{:.3f}") for r in ratios))
    return Verdict(what, wanted, text, all(r.median > 0.95 for r in ratios), row)


def judge(results, checks, queues_mib_total):
    """All verdicts, in the order of the issue's list."""
    return [
        *_rival_targets(results),
        _topics_target(results),
        *_latency_targets(results),
        _limit(results, "idle-publishers", "logio", per_idle_kib, 8, "KiB", "an idle publisher"),
        _limit(results, "idle-subscribers", "logio", per_idle_kib, 8, "KiB", "an idle subscriber"),
        _ten_thousand(results),
        _cost_to_others(results, "unmatched", "beside 1,000 subscribers that match nothing"),
        _cost_to_others(results, "log-filters", "beside 100 `log` filters that match nothing"),
        _cost_to_others(results, "one-stuck", "beside one reader that stopped reading"),
        _limit(results, "thousand-stuck", "logio", _queue_mib, queues_mib_total * 1.1, "MiB",
               "queues of 1,000 stuck readers, resident"),
        _accounted(results, "open", "open loop: matched = received + announced"),
        *_history_targets(results),
        *_journal_targets(results),
        _still(checks, "long_journal_ms", 1000, "ms",
               "first answer of a hub that was killed on a journal of 2 GiB"),
        _memory_of_journal(checks),
        _unwell(results, "sinks-unwell", "at 500,000/s"),
        _unwell(results, "sinks-flat-out", "flat out"),
        _still(checks, "binary_mib", 12, "MB", "static binary"),
        _still(checks, "resident_mib", 24, "MB", "resident when idle"),
        _still(checks, "answer_ms", 50, "ms", "from start to the first answer"),
        Verdict("in an empty chroot", "runs", checks.get("chroot", "not measured"),
                {"runs": True, "fails": False}.get(checks.get("chroot")), "binary"),
    ]
