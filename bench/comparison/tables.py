"""What the runs say, as tables in Markdown."""
import itertools
import shlex

from comparison.machine import LATE, REST
from comparison.numbers import paired_ratios, readable, summary
from comparison.peers import REFERENCE, SERVERS, TERTULIA
from comparison.scenarios import SCENARIOS


# From so much of its core on, the load generator is said to have no time to spare.
BUSY = 0.95

# From so many cores on that other programs use, a run is said to have been disturbed.
DISTURBED = 0.1


class Runs:
    """All runs of some results. Rounds of different results are different rounds."""

    def __init__(self, results):
        self.results = results
        self.all = [
            {**run, "round": (number, run["round"])}
            for number, result in enumerate(results)
            for run in result["runs"]
        ]

    def of(self, case, server=None):
        return [r for r in self.all if r["case"] == case and server in (None, r["server"])]

    def servers(self, case):
        """Those that took part, in the order in which they are shown."""
        took_part = {run["server"] for run in self.of(case)}
        return [name for name in SERVERS if name in took_part]

    def values(self, case, server, field):
        """The summary of a field over the runs that went well."""
        return summary(run.get(field) for run in self.of(case, server) if run["outcome"] == "ok")

    def ratio(self, case, server, field):
        if server == REFERENCE:
            return None
        return summary(paired_ratios(self.of(case), field, server, REFERENCE))

    def collapse(self, case, server):
        """How often and why it collapsed; nothing, if it didn't."""
        runs = self.of(case, server)
        bad = [run for run in runs if run["outcome"] != "ok"]
        if not bad:
            return ""
        return f"collapsed in {len(bad)} of {len(runs)}: {bad[-1]['why']}"


def interval(found):
    """`1.23 [1.20–1.31]`; without an interval if there is one value alone."""
    if found is None:
        return ""
    if found.count == 1:
        return readable(found.median)
    return f"{readable(found.median)} [{readable(found.low)}–{readable(found.high)}]"


def middle(found):
    return readable(found.median) if found else ""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


# For each scenario: the field that is compared with Bun's, and the columns beside it.
COLUMNS = {
    "steady": (
        ("cpu_us_per_delivery", "CPU, µs a delivery"),
        [("p50_ms", "p50, ms", 1), ("p99_ms", "p99, ms", 1), ("rss_kb", "memory, MiB", 1024)],
    ),
    "most": (
        ("most_deliveries_per_second", "deliveries a second, maximum"),
        [("cpu_us_per_delivery", "CPU, µs a delivery", 1), ("p99_ms", "p99, ms", 1)],
    ),
    "idle": (
        ("idle_rss_kb", "memory, KiB a connection"),
        [("idle_heap_kb", "of it live heap, KiB", 1)],
    ),
    "storm": (
        ("storm_seconds", "seconds until all are connected"),
        [("p50_ms", "the chat's p50, ms", 1), ("p99_ms", "p99, ms", 1), ("max_ms", "longest, ms", 1)],
    ),
}


def columns(scenario):
    return COLUMNS.get(scenario, COLUMNS["steady"])


def case_table(runs, scenario, case):
    (field, title), others = columns(scenario)
    rows = []
    for name in runs.servers(case):
        found = runs.values(case, name, field)
        collapse = runs.collapse(case, name)
        first = "; ".join(part for part in (interval(found), collapse) if part)
        rows.append(
            [
                SERVERS[name].title,
                first,
                interval(runs.ratio(case, name, field)),
                *(middle(scaled(runs, case, name, key, by)) for key, _, by in others),
                str(len(runs.of(case, name))),
            ]
        )
    return table(["server", title, "by Bun's", *(head for _, head, _ in others), "rounds"], rows)


def scaled(runs, case, name, field, by):
    values = [run.get(field) for run in runs.of(case, name) if run["outcome"] == "ok"]
    return summary(value / by for value in values if value is not None)


def curve_table(runs):
    names = [name for name in SERVERS if any(runs.of(case, name) for case in SCENARIOS["curve"].cases)]
    head = ["messages a second"]
    for name in names:
        head += [f"{SERVERS[name].title}: µs", "p99, ms"]
    rows = []
    for case, load in SCENARIOS["curve"].cases.items():
        if not runs.of(case):
            continue
        row = [f"{load.rate:,}"]
        for name in names:
            found = runs.values(case, name, "cpu_us_per_delivery")
            collapse = "collapsed" if runs.collapse(case, name) and not found else ""
            row += [middle(found) or collapse, middle(runs.values(case, name, "p99_ms"))]
        rows.append(row)
    return table(head, rows)


def summary_table(runs):
    """Tertulia beside Bun, in one line a load and way of keeping."""
    rows = []
    for scenario in SCENARIOS.values():
        ours = [server for server in scenario.servers if server.is_ours]
        for case, server in itertools.product(scenario.cases, ours):
            (field, title), _ = columns(scenario.name)
            found = runs.ratio(case, server.name, field)
            if found is None or scenario.name == "curve":
                continue
            better = "more" if scenario.name == "most" else "less"
            rows.append(
                [
                    case + server.title.removeprefix(TERTULIA.title),
                    f"{title} ({better} is better)",
                    interval(runs.values(case, server.name, field)),
                    interval(runs.values(case, REFERENCE, field)),
                    interval(found),
                ]
            )
    return table(["load", "what", "Tertulia", "Bun", "by Bun's"], rows)


def sureness(runs, case):
    """What the brackets mean for this many rounds."""
    counts = {len(runs.of(case, name)) for name in runs.servers(case)}
    most = max(counts)
    if most == 1:
        return "One round: without an interval."
    sure = summary(range(most)).coverage
    return f"In brackets: the interval that contains the true median with {sure:.0%} probability, for {most} rounds."


def commands(runs, case):
    """How each server was spoken to; the port and the process are those of one run."""
    lines = []
    for server in ("tertulia", "socket.io"):
        for run in runs.of(case, server)[:1]:
            lines.append(f"./tertulia bench {shlex.join(run['arguments'])}")
            if "chat" in run:
                lines.append(f"./tertulia bench {shlex.join(run['chat']['arguments'])}")
            break
    return "```\n" + "\n".join(lines) + "\n```" if lines else ""


def limits(runs, cases):
    """Which runs measured the load generator as much as the server."""
    count = sum(len(runs.of(case)) for case in cases)
    busy = [run for case in cases for run in runs.of(case) if (run.get("generator_cpu_cores") or 0) > BUSY]
    if not busy:
        return ""
    by = [(SERVERS[name].title, sum(run["server"] == name for run in busy)) for name in SERVERS]
    names = ", ".join(f"{title} {times}" for title, times in by if times)
    return (
        f"The load generator was saturated in {len(busy)} of {count} runs ({names}):"
        " latency there, and the maximum throughput, are partly its own."
    )


def disturbance(runs, cases):
    """Whether the machine was quiet; nothing, if it was."""
    of = [run.get("others_cpu_cores") for case in cases for run in runs.of(case)]
    disturbed = [share for share in of if share and share > DISTURBED]
    if not disturbed:
        return ""
    return (
        f"**The machine was not quiet:** in {len(disturbed)} of {len(of)} runs other programs used"
        f" more than {DISTURBED:g} cores, up to {readable(max(disturbed))}. Measure again before you quote this."
    )


def machine_text(results):
    """Each machine once, and what was called on it."""
    commands = {}
    for result in results:
        m = result["machine"]
        machine = (
            f"{m['processor']}, {m['cores']} cores, {m['memory_gib']} GiB; {m['kernel']}, {m['system']};"
            f" JDK {m['jdk']}."
        )
        quick = ", a quick look with short runs" if result["quick"] else ""
        called = f"- {result['date']}: `{result['command']}`{quick}{wakes_text(m.get('wakes'))}"
        commands.setdefault(machine, []).append(called)
    return "\n\n".join("\n".join([machine, "", *lines]) for machine, lines in commands.items())


def wakes_text(wakes):
    """How late the machine woke a sleeping thread; nothing, for results without it."""
    if wakes is None:
        return ""
    return (
        f"; of {wakes['rests']:,} rests of {REST * 1000:g} ms before it, {wakes['late']} took more than"
        f" {LATE * 1000:g} ms longer, up to {wakes['latest_ms']:g} ms"
    )


def versions_table(results):
    versions = {}
    for result in results:
        for name, version in result["versions"].items():
            versions.setdefault(name, [])
            if version not in versions[name]:
                versions[name].append(version)
    rows = [[SERVERS[name].title, " · ".join(versions[name])] for name in SERVERS if name in versions]
    return table(["server", "version"], rows)
