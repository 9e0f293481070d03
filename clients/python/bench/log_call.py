"""What one call of ``logger.info`` costs the thread that makes it: with ``logging.FileHandler``,
with ``logio.Handler`` and the hub up, and with the hub away.

    LOGIO_BINARY=build/logio python3 clients/python/bench/log_call.py [--smoke] [CALLS [ROUNDS]]

Prints nanoseconds per call, the median of the rounds, and the ratio to FileHandler's in the same
run; ends with 1 if one of them is over 1.5. Each figure is measured in two ways: calls in an
unbroken row, where the background thread's work is in the figure as far as it is done meanwhile,
and calls with the thread asleep in between, as most programs log.
"""
import logging
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "clients" / "python" / "src"))
sys.path.append(str(ROOT / "tests" / "e2e"))

import logio  # noqa: E402
from hub import Hub  # noqa: E402

LIMIT = 1.5
TEXT = "GET /basket/%d 200 in 12 ms for 192.0.2.17, 4711 bytes, no cache"


def logger_with(handler):
    logger = logging.Logger("shop", logging.INFO)
    logger.addHandler(handler)
    return logger


def in_a_row(logger, calls):
    begin = time.perf_counter_ns()
    for n in range(calls):
        logger.info(TEXT, n)
    return (time.perf_counter_ns() - begin) / calls


def one_by_one(logger, calls):
    total = 0
    for n in range(calls):
        time.sleep(0.0005)
        begin = time.perf_counter_ns()
        logger.info(TEXT, n)
        total += time.perf_counter_ns() - begin
    return total / calls


def main(argv):
    smoke = argv[:1] == ["--smoke"]
    argv = argv[smoke:]
    calls = int(argv[0]) if argv else 5_000
    rounds = int(argv[1]) if len(argv) > 1 else 41
    with tempfile.TemporaryDirectory() as folder, Hub() as hub:
        file = logging.FileHandler(os.path.join(folder, "log"))
        file.setFormatter(logging.Formatter("%(message)s"))
        publishers = {
            "hub up": logio.Publisher(f"logio://127.0.0.1:{hub.publish_port}?app=bench"),
            "hub away": logio.Publisher("logio://127.0.0.1:1?app=bench")}
        loggers = {"file": logger_with(file)}
        for name, publisher in publishers.items():
            loggers[name] = logger_with(logio.Handler(publisher=publisher))
        worst = 0.0
        for way, count in ((in_a_row, calls), (one_by_one, max(calls // 100, 1))):
            figures = {name: [] for name in loggers}
            for _ in range(rounds):
                for name, logger in loggers.items():
                    figures[name].append(way(logger, count))
                    publishers["hub up"].flush(30)
            rival = figures["file"]
            for name, found in figures.items():
                ratio = statistics.median(f / r for f, r in zip(found, rival))
                print(f"{way.__name__:<11} {name:<9} {statistics.median(found):8.0f} ns "
                      f"({min(found):.0f}-{max(found):.0f})  ratio {ratio:.2f}")
                worst = max(worst, ratio)
        stats = publishers["hub up"].close(30)
        print(f"published {stats.acknowledged} of {stats.added}")
        file.close()
        publishers["hub away"].close(0)
    return 0 if (smoke or worst <= LIMIT) and stats.acknowledged == stats.added else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
