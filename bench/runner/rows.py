"""What is measured: each row compares variants that run interleaved, A B A B."""

from .load import Variant


class Row:
    """Variants run in turn. `base` is the label that ratios are taken over."""

    def __init__(self, key, title, variants, base, pairs=None, seconds=None, figure="rate"):
        self.key = key
        self.title = title
        self.variants = variants
        self.base = base
        self.pairs = pairs        # fewer than asked for, where one run takes long
        self.seconds = seconds    # longer than asked for, where a run must settle
        self.figure = figure      # rate, latency, memory: which columns the table shows


def shape(publishers, subscribers, topics=None):
    """Arguments for publishers → subscribers that each get everything."""
    return ["--publishers", str(publishers), "--topics", str(topics or publishers),
            "--group", f"{subscribers},all"]


def flow_rows():
    out = []
    for publishers, subscribers in ((1, 1), (4, 1), (4, 8)):
        args = shape(publishers, subscribers)
        out.append(Row(f"{publishers}-{subscribers}", f"{publishers} → {subscribers}", [
            Variant("logio", "logio", args),
            Variant("logio lines", "logio", args + ["--format", "lines"]),
            Variant("nats", "nats", args),
            Variant("rsyslog", "rsyslog", args),
            Variant("sketch", "sketch", args),
            Variant("relay", "relay", args),
        ], base="nats"))
    args = shape(4, 1)
    out.append(Row("mixed", "4 → 1, one line of ten with escapes, non-ASCII, inner newlines", [
        Variant("logio", "logio", args + ["--series", "mixed"]),
        Variant("logio plain", "logio", args),
    ], base="logio plain"))
    out.append(Row("stamped", "4 → 1, `lines` with time stamps", [
        Variant("logio stamped", "logio", args + ["--format", "stamped"]),
        Variant("logio", "logio", args),
    ], base="logio"))
    for publishers, subscribers in ((4, 1), (4, 8)):
        args = shape(publishers, subscribers)
        out.append(Row(f"threads-{publishers}-{subscribers}",
                       f"{publishers} → {subscribers}, unpinned, two I/O threads", [
            Variant("logio", "logio", args, hub_flags=["--io-threads", "2"], pinned=False),
            Variant("nats", "nats", args, pinned=False),
        ], base="nats"))
    return out


def fan_out_rows():
    one = ["--publishers", "1", "--topics", "1"]
    alone = ["--group", "1,all"]
    filters = ["--group", "1,topic=0,app=a0000", "--group", "99,none,app=a{i}x"]
    subjects = ["--group", "1,topic=0,logs.a0000.web.h1", "--group", "99,none,logs.a{i}x.web.h1"]
    return [
        Row("1-100", "1 → 100, one filter", [
            Variant("logio", "logio", one + ["--group", "100,all,app=a.*"]),
            Variant("nats", "nats", one + ["--group", "100,all,logs.>"]),
            Variant("relay", "relay", one + ["--group", "100,all"]),
        ], base="nats"),
        Row("topic-filters", "1 → 1 beside 99 topic filters that do not match", [
            Variant("logio", "logio", one + filters),
            Variant("logio alone", "logio", one + ["--group", "1,topic=0,app=a0000"]),
            Variant("nats", "nats", one + subjects),
        ], base="logio alone"),
        Row("unmatched", "4 → 1 beside 1,000 subscribers that match nothing", [
            Variant("logio", "logio", shape(4, 1) + ["--group", "1000,none,app=x{i}"]),
            Variant("logio alone", "logio", shape(4, 1)),
        ], base="logio alone"),
        Row("log-filters", "1 → 1 beside 100 `log` filters that match nothing", [
            Variant("logio", "logio", one + alone + ["--group", "100,none,log=absent{i}!"]),
            Variant("logio alone", "logio", one + alone),
        ], base="logio alone"),
        Row("topics", "100 topics against 4", [
            Variant("100 topics", "logio", shape(100, 1)),
            Variant("4 topics", "logio", shape(4, 1)),
            Variant("100 publishers, 4 topics", "logio", shape(100, 1, 4)),
        ], base="4 topics"),
    ]


def latency_rows():
    paced = ["--flow", "paced", "--rate", "20000"]
    one = shape(1, 1) + paced
    many = ["--publishers", "1000", "--topics", "1000", *paced]
    asked = []
    subjects = []
    for i in range(1000):
        asked += ["--group", f"1,topic={i},app=a{i:04}"]
        subjects += ["--group", f"1,topic={i},logs.a{i:04}.web.h1"]
    return [
        Row("latency", "1 → 1 at 20,000 lines/s, each its own write", [
            Variant("logio", "logio", one),
            Variant("nats", "nats", one),
            Variant("rsyslog", "rsyslog", one),
            Variant("sketch", "sketch", one),
            Variant("relay", "relay", one),
        ], base="relay", figure="latency"),
        Row("thousand", "1,000 publishers, 1,000 subscribers of one topic each, 20,000 lines/s", [
            Variant("logio", "logio", many + asked),
            Variant("nats", "nats", many + subjects),
        ], base="nats", figure="latency"),
    ]


def stuck_rows():
    healthy = ["--publishers", "4", "--topics", "4", "--group", "4,all"]
    return [
        Row("one-stuck", "4 → 4 beside one reader that stops reading", [
            Variant("logio", "logio", healthy + ["--group", "1,all,stuck"]),
            Variant("logio alone", "logio", healthy),
            Variant("nats", "nats", healthy + ["--group", "1,all,stuck"]),
            Variant("nats alone", "nats", healthy),
        ], base="logio alone"),
        Row("thousand-stuck", "4 → 1 beside 1,000 stuck readers with different filters", [
            Variant("logio", "logio",
                    shape(4, 1) + ["--group", "1000,all,stuck,app=a.*|x{i}", "--patience", "60",
                                   "--loss", "announced"]),
        ], base="logio", pairs=3, seconds=8, figure="memory"),
        Row("flood", "100 → 1, flat out: what a reader that keeps up gets", [
            Variant("logio", "logio", shape(100, 1) + ["--flow", "open"]),
        ], base="logio", pairs=3, seconds=3, figure="loss"),
        Row("open", "4 → 2, flat out, one of the readers slow: nothing unaccounted for", [
            Variant("logio", "logio", ["--publishers", "4", "--topics", "4", "--flow", "open",
                                       "--group", "1,all", "--group", "1,all,slow"]),
        ], base="logio", pairs=3, seconds=3, figure="loss"),
    ]


def idle_rows():
    quiet = ["--publishers", "1001", "--active", "1", "--topics", "1", "--group", "1,all",
             "--flow", "paced", "--rate", "100", "--settle", "1"]
    read = ["--publishers", "1", "--topics", "1", "--group", "1,all",
            "--flow", "paced", "--rate", "100", "--settle", "1"]
    return [
        Row("idle-publishers", "1,000 idle publishers", [
            Variant("logio", "logio", quiet),
            Variant("nats", "nats", quiet),
        ], base="nats", pairs=5, figure="memory"),
        Row("idle-subscribers", "1,000 idle subscribers", [
            Variant("logio", "logio", read + ["--group", "1000,none,app=x"]),
            Variant("nats", "nats", read + ["--group", "1000,none,idle.x"]),
        ], base="nats", pairs=5, figure="memory"),
        Row("ten-thousand", "100 → 1 beside 10,000 idle subscribers", [
            Variant("logio", "logio", shape(100, 1) + ["--group", "10000,none,app=x{i}"]),
            Variant("logio alone", "logio", shape(100, 1)),
        ], base="logio alone", pairs=5),
    ]


def history_rows():
    many = shape(4, 8) + ["--window", "10000"]  # of the longest lines, what a queue holds
    steady = shape(4, 2) + ["--flow", "steady", "--rate", "500000"]
    return [
        Row("formats", "4 → 8 in each format", [
            Variant("ndjson", "logio", many + ["--answer", "ndjson"]),
            Variant("sse", "logio", many + ["--answer", "sse"]),
            Variant("text", "logio", many),
        ], base="text"),
        Row("joins", "4 → 2 at 500,000 lines/s, 30 readers with tail=10000 a second", [
            Variant("joins", "logio", steady + ["--joins", "30", "--join-query", "tail=10000",
                                                "--join-lines", "10000"]),
            Variant("none", "logio", steady),
        ], base="none", seconds=3, figure="joins"),
        Row("first-byte", "4 → 2 at 500,000 lines/s, 30 readers with tail=100 a second", [
            Variant("tail=100", "logio",
                    steady + ["--joins", "30", "--join-query", "tail=100", "--join-lines", "100"]),
        ], base="tail=100", seconds=3, figure="joins"),
    ]


def journal_rows():
    """On a disk of the machine: what the journal costs beside the same hub without."""
    journal = ["--data-dir", "data", "--journal-bytes-max", "1GiB"]
    steady = shape(4, 2) + ["--flow", "steady", "--rate", "500000"]
    return [
        Row("journal-steady", "4 → 2 at 500,000 lines/s, with the journal", [
            Variant("journal", "logio", steady, hub_flags=journal),
            Variant("memory only", "logio", steady),
        ], base="memory only", seconds=3, figure="latency"),
        Row("journal-flat-out", "4 → 1 with the journal, and dd (1 GiB, conv=fdatasync)", [
            Variant("journal", "logio", shape(4, 1), hub_flags=journal),
            Variant("memory only", "logio", shape(4, 1)),
            Variant("dd", "dd", [1024]),
        ], base="memory only", seconds=3, figure="disk"),
    ]


def sink_rows():
    """What peers that are not well cost a sink that is, and the subscribers."""
    steady = shape(4, 2) + ["--flow", "steady", "--rate", "500000"]
    well = ["--data-dir", "data", "--journal-bytes-max", "1GiB",
            "--sink", "in-memory://localhost/?name=well"]
    unwell = ["--sink", "gelf+tcp://127.0.0.1:{dead}?name=dead",
              "--sink", "syslog+tcp://127.0.0.1:{stopped}?name=stopped&timeout=1s",
              "--sink", "elasticsearch://127.0.0.1:{refusing}/x?name=refusing&rate_records=5000"]
    return [
        Row("sinks-unwell", "4 → 2 and a sink at 500,000 lines/s, beside three sinks whose peers "
            "are dead, stand still, refuse everything", [
                Variant("beside them", "logio", steady, hub_flags=well + unwell, unwell=True),
                Variant("alone", "logio", steady, hub_flags=well),
            ], base="alone", seconds=3, figure="sinks"),
        Row("sinks-flat-out", "4 → 2 and a sink flat out, beside the same three sinks", [
            Variant("beside them", "logio", shape(4, 2), hub_flags=well + unwell, unwell=True),
            Variant("alone", "logio", shape(4, 2), hub_flags=well),
        ], base="alone", seconds=3, figure="sinks"),
    ]


def all_rows():
    return (flow_rows() + fan_out_rows() + latency_rows() + stuck_rows() + idle_rows()
            + history_rows() + journal_rows() + sink_rows())


def smoke_rows(with_hub):
    """A few seconds over every path of the generator that needs no rival."""
    short = ["--seconds", "0.1", "--warmup", "0.05", "--settle", "0.05"]
    relay = [
        Variant("relay 4 → 2", "relay", shape(4, 2) + short),
        Variant("relay paced", "relay", shape(1, 1) + ["--flow", "paced"] + short),
        Variant("sketch", "sketch", shape(4, 2) + ["--series", "mixed"] + short),
    ]
    hub = [
        Variant("json", "logio", shape(4, 2) + short),
        Variant("mixed", "logio", shape(2, 1) + ["--series", "mixed"] + short),
        Variant("lines", "logio", shape(2, 1) + ["--format", "lines"] + short),
        Variant("stamped", "logio", shape(2, 1) + ["--format", "stamped"] + short),
        Variant("paced", "logio", shape(1, 1) + ["--flow", "paced"] + short),
        Variant("filters", "logio", shape(4, 1) + ["--group", "1,topic=2,app=a0002", "--group",
                                                   "9,none,app=x{i}"] + short),
        Variant("open", "logio", shape(2, 1) + ["--flow", "open", "--group", "1,all,slow",
                                                "--group", "1,all,stuck"] + short),
        Variant("ndjson", "logio",
                shape(4, 2) + ["--answer", "ndjson", "--window", "5000"] + short),
        Variant("sse", "logio",
                shape(4, 2) + ["--answer", "sse", "--window", "5000"] + short),
        Variant("journal", "logio", shape(4, 2) + short, hub_flags=["--data-dir", "data",
                                                                    "--disk-free-min", "0"]),
        Variant("joins", "logio", shape(4, 2) + ["--flow", "steady", "--rate", "100000", "--joins",
                                                 "50", "--join-query", "tail=100",
                                                 "--join-lines", "100"] + short),
        Variant("idle", "logio", ["--publishers", "20", "--active", "2", "--topics", "2",
                                  "--group", "1,all"] + short),
    ]
    return [Row("smoke", "smoke", relay + (hub if with_hub else []), base="relay 4 → 2", pairs=1)]
