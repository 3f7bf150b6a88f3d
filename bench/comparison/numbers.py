"""Medians, how sure they are, and ratios of what ran side by side. Nothing here assumes a distribution."""
import math
import statistics

LEVEL = 0.95


class Summary:
    """The median of some values, and the interval in which the true one lies with `coverage`.

    The ends of the interval are values themselves: as many are left out at each end as the binomial
    distribution allows at 95 %. Of fewer than six values none can be left out; then `coverage` is less.
    """

    def __init__(self, values):
        values = sorted(values)
        self.count = len(values)
        self.median = statistics.median(values)
        left_out = 0
        while coverage(self.count, left_out + 1) >= LEVEL:
            left_out += 1
        self.low = values[left_out]
        self.high = values[-1 - left_out]
        self.coverage = coverage(self.count, left_out)


def coverage(count, left_out):
    """How probable it is that a median lies within `count` values without `left_out` at either end."""
    if 2 * left_out >= count:
        return 0.0
    outside = sum(math.comb(count, k) for k in range(left_out + 1)) / 2**count
    return max(0.0, 1 - 2 * outside)


def summary(values):
    """Nothing, if there are no values."""
    values = [value for value in values if value is not None]
    return Summary(values) if values else None


def paired_ratios(runs, field, server, reference):
    """For each round in which both have the field: the one's value by the other's, of the same round."""
    of = {}
    for run in runs:
        value = run.get(field)
        if value is not None and run["outcome"] == "ok":
            of[run["server"], run["round"]] = value
    return [
        value / of[reference, number]
        for (name, number), value in sorted(of.items())
        if name == server and of.get((reference, number))
    ]


def readable(value):
    """Three digits that count, thousands apart; no more."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    value = round(value, digits)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
