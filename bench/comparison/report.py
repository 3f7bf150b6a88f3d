"""Puts tables between the marks of bench/RESULTS.md, and draws its charts."""
import json
import re

from comparison import CannotGoOn, charts as draw
from comparison.peers import SERVERS
from comparison.scenarios import SCENARIOS
from comparison.tables import (
    Runs,
    case_table,
    commands,
    curve_table,
    disturbance,
    limits,
    machine_text,
    summary_table,
    sureness,
    versions_table,
)

# The alternative text of each picture, and the mark under which it is.
ALTERNATIVES = {
    "cpu": ("cpu.svg", "CPU of the server for each delivery, by server and load"),
    "most": ("most.svg", "Maximum deliveries a second on one core, by server"),
    "idle": ("memory.svg", "Memory of 10,000 idle connections, by server"),
    "storm": ("storm.svg", "10,000 connections at once: how long it takes, and what a chat notices"),
    "curve": ("curve.svg", "CPU for each delivery and p99 against the rate, of Tertulia and Bun"),
}

MARKED = re.compile(r"(<!-- begin (\S+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
FROM = re.compile(r"<!-- from(.*?) -->")


def read(paths):
    results = []
    for path in paths:
        try:
            results.append(json.loads(path.read_text()))
        except (OSError, ValueError) as why:
            raise CannotGoOn(f"{path} is not a result: {why}") from why
    return results


def write(paths, page, folder):
    """Rewrites the page from these results, and its charts into the folder."""
    results = read(paths)
    page.write_text(filled(page.read_text(), results, [path.name for path in paths]))
    charts(results, folder)


def filled(text, results, names):
    """The page's text, with everything between marks generated again."""
    made = blocks(results)
    asked = {mark.group(2) for mark in MARKED.finditer(text)}
    if asked != set(made):
        raise CannotGoOn(f"the page has marks for {sorted(asked)}, and there is {sorted(made)}")
    text = MARKED.sub(lambda mark: mark.group(1) + made[mark.group(2)] + "\n" + mark.group(3), text)
    return FROM.sub(f"<!-- from {' '.join(names)} -->", text)


def blocks(results):
    """Every piece that is generated, by the name of its marks."""
    runs = Runs(results)
    made = {
        "machine": machine_text(results),
        "versions": versions_table(results),
        "summary": summary_table(runs),
        "cpu": "",
    }
    for scenario in SCENARIOS.values():
        made[scenario.name] = scenario_text(runs, scenario)
    drawn = pictures(results)
    for name, (picture, words) in ALTERNATIVES.items():
        if picture in drawn:
            made[name] = f"![{words}](results/{picture})\n\n{made.get(name, '')}".rstrip()
    return made


def scenario_text(runs, scenario):
    parts = []
    measured = [case for case in scenario.cases if runs.of(case)]
    if not measured:
        return "Not measured this time."
    if scenario.name == "curve":
        parts += [curve_table(runs), sureness(runs, measured[0])]
    else:
        for case in measured:
            parts.append(f"**{described(scenario.cases[case])}**" if len(scenario.cases) > 1 else "")
            parts += [case_table(runs, scenario.name, case), sureness(runs, case)]
    parts.append(limits(runs, measured))
    parts.append(disturbance(runs, measured))
    parts.append(commands(runs, measured[-1]))
    return "\n\n".join(part for part in parts if part)


def described(load):
    return f"{load.connections:,} connections, {load.rate:,} messages a second"


def as_text(results):
    """The same for a terminal."""
    runs = Runs(results)
    return "\n\n".join(
        f"{scenario.title}\n\n{scenario_text(runs, scenario)}"
        for scenario in SCENARIOS.values()
        if any(runs.of(case) for case in scenario.cases)
    )


def charts(results, folder):
    """Draws what there are runs for, and returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = pictures(results)
    for name, picture in drawn.items():
        (folder / name).write_text(picture)
    return list(drawn)


def pictures(results):
    runs = Runs(results)
    drawn = {}
    cpu = [
        panel(runs, case, "cpu_us_per_delivery", described(SCENARIOS[name].cases[case]), "µs of CPU a delivery")
        for name in ("light", "busy", "heavy")
        for case in SCENARIOS[name].cases
        if runs.of(case)
    ]
    if cpu:
        drawn["cpu.svg"] = draw.bars("CPU of the server for each delivery", cpu)
    if runs.of("most"):
        title = "Most deliveries on one core with p99 under 100 ms"
        most = panel(runs, "most", "most_deliveries_per_second", "100 connections", "deliveries a second")
        drawn["most.svg"] = draw.bars(title, [most])
    if runs.of("idle"):
        panels = [panel(runs, "idle", "idle_rss_kb", "Resident memory", "KiB a connection")]
        heap = panel(runs, "idle", "idle_heap_kb", "Live heap, where there is a JVM", "KiB a connection")
        heap = draw.Panel(heap.title, heap.unit, [bar for bar in heap.bars if bar.value is not None])
        drawn["memory.svg"] = draw.bars("Memory of 10,000 idle connections", panels + [heap] * bool(heap.bars))
    if runs.of("storm"):
        panels = [
            panel(runs, "storm", "storm_seconds", "Until all 10,000 are in", "seconds"),
            panel(runs, "storm", "p99_ms", "p99 of the chat that goes on meanwhile", "ms"),
        ]
        drawn["storm.svg"] = draw.bars("10,000 connections at once", panels)
    if any(runs.of(case) for case in SCENARIOS["curve"].cases):
        drawn["curve.svg"] = curve(runs)
    return drawn


def panel(runs, case, field, title, unit):
    found = []
    for name in runs.servers(case):
        of = runs.values(case, name, field)
        note = short_collapse(runs, case, name)
        if of is None:
            found.append(draw.Bar(SERVERS[name].title, note=note or "not measured"))
        else:
            server = SERVERS[name]
            found.append(draw.Bar(server.title, of.median, of.low, of.high, note, server.is_ours))
    return draw.Panel(title, unit, found)


def short_collapse(runs, case, name):
    bad = [run for run in runs.of(case, name) if run["outcome"] != "ok"]
    if not bad:
        return ""
    count = len(runs.of(case, name))
    return f"collapsed: {bad[-1]['why']}" if len(bad) == count else f"(collapsed in {len(bad)} of {count})"


def curve(runs):
    cases = SCENARIOS["curve"].cases
    names = [name for name in SERVERS if any(runs.of(case, name) for case in cases)]

    def lines(field):
        return [
            draw.Line(
                SERVERS[name].title,
                [
                    (load.rate, found.median)
                    for case, load in cases.items()
                    if (found := runs.values(case, name, field)) and found.median > 0
                ],
            )
            for name in names
        ]

    across = "messages a second, each to 100 connections"
    return draw.curves(
        "Cost and latency of a delivery over the rate",
        [
            draw.Plot("CPU of the server, µs a delivery", across, lines("cpu_us_per_delivery")),
            draw.Plot("p99, ms", across, lines("p99_ms")),
        ],
    )
