"""In which order servers take their turns, and what is kept of it."""
import datetime
import json
import os

from comparison.numbers import readable

# A server that has collapsed so often under one load is not asked again.
ENOUGH_COLLAPSES = 2


def turns(servers, rounds):
    """`(round, server)`: A B C, then B C A, and so on, so that nobody always comes first or after the same."""
    for number in range(rounds):
        first = number % len(servers)
        for server in servers[first:] + servers[:first]:
            yield number + 1, server


class Results:
    """Every run so far, written down after each: what is measured is not lost if it ends early."""

    def __init__(self, path, about):
        self.path = path
        self.content = {**about, "runs": []}

    def add(self, run):
        self.content["runs"].append(run)
        temporary = self.path.with_suffix(".part")
        temporary.write_text(json.dumps(self.content, indent=1, ensure_ascii=False) + "\n")
        os.replace(temporary, self.path)


def take_turns(scenario, servers, rounds, quick, tools, results):
    """All rounds of one scenario, load by load."""
    for case, load in scenario.loads(quick).items():
        collapses, latest = {}, {}
        for number, server in turns(servers, rounds):
            if collapses.get(server.name, 0) >= ENOUGH_COLLAPSES:
                continue
            now = datetime.datetime.now(datetime.timezone.utc)
            run = {
                "scenario": scenario.name,
                "case": case,
                "server": server.name,
                "round": number,
                "at": now.isoformat(timespec="seconds"),
                **scenario.take(load, server, tools, quick, latest.get(server.name)),
            }
            if run["outcome"] == "ok":
                latest[server.name] = run
            else:
                collapses[server.name] = collapses.get(server.name, 0) + 1
            results.add(run)
            print(f"{case:<12} {number:>2}/{rounds}  {server.name:<17} {in_short(run)}", flush=True)


FIELDS = {
    "cpu_us_per_delivery": "µs a delivery",
    "p99_ms": "ms p99",
    "most_deliveries_per_second": "deliveries/s, maximum",
    "idle_rss_kb": "KiB a connection",
    "idle_heap_kb": "KiB live heap",
    "storm_seconds": "s until all are connected",
}


def in_short(run):
    """A run in one line."""
    parts = [f"{readable(run[k])} {unit}" for k, unit in FIELDS.items() if run.get(k) is not None]
    if run["outcome"] != "ok":
        parts.insert(0, f"{run['outcome']}: {run['why']};")
    return "  ".join(parts)
