"""Figures of many runs: medians, ratios pair by pair, and their spread."""

import statistics

BUSY = 0.9


class Spread:
    """Median and quartiles of some values."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)
        if len(self.values) >= 4:
            self.low, _, self.high = statistics.quantiles(self.values, n=4, method="inclusive")
        else:
            self.low, self.high = min(self.values), max(self.values)

    def text(self, form="{:.2f}"):
        low, median, high = (form.format(v) for v in (self.low, self.median, self.high))
        return f"{median} ({low} to {high})"


class Results:
    """What one row's variants gave, pair by pair."""

    def __init__(self, row):
        self.row = row
        self.runs = {variant.label: [] for variant in row.variants}
        self.failed = {}

    def add(self, label, run):
        self.runs[label].append(run)

    def has(self, *labels):
        return all(self.runs.get(label) and label not in self.failed for label in labels)

    def spread(self, label, key):
        return Spread(run[key] for run in self.runs[label])

    def median(self, label, key):
        return self.spread(label, key).median

    def ratio(self, label, base, key):
        """Of each pair's two runs; both labels must have run."""
        return Spread(a[key] / b[key] if b[key] else float("inf")
                      for a, b in zip(self.runs[label], self.runs[base]))

    def generator_bound(self, label):
        return self.median(label, "generator_busy") > BUSY
