"""What is measured. Each scenario takes a running server, or starts its own, and returns a run's fields."""
import dataclasses
import math
import time

from comparison.load import Load, Loading, judge, measure
from comparison.peers import BUN, COMPARED, KEEPING_NOTHING, SERVERS, TERTULIA, UNPACED
from comparison.process import Running


OTHERS = tuple(SERVERS[name] for name in COMPARED)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """`cases` are the loads by name; each is run on every server, `rounds` times."""

    name: str
    title: str
    cases: dict
    take: object
    rounds: int
    servers: tuple = (TERTULIA, *OTHERS)

    def only(self, cases):
        """The same with these cases alone, of those that it has."""
        return dataclasses.replace(self, cases={case: self.cases[case] for case in self.cases if case in cases})

    def loads(self, quick):
        """The cases; of many, a quick look takes every other one."""
        step = 2 if quick and len(self.cases) > 3 else 1
        return dict(list(self.cases.items())[::step])


def quickly(load, quick):
    """The same load for a shorter time."""
    return dataclasses.replace(load, warm_up=2, time=3) if quick else load


def steady(load, server, tools, quick, before):
    """A load that stays as it is."""
    with Running(server, tools) as running:
        return measure(quickly(load, quick), running)


# What talks: rooms that keep what is said, and rooms that keep as little as the peers' do.
TALKING = (TERTULIA, KEEPING_NOTHING, *OTHERS)

# A probe for `most`: long enough to see a backlog grow, short enough for a dozen of them.
PROBE = Load(connections=100, rate=400, warm_up=3, time=4)
MOST_P99_MS = 100
LEAST_RATE, MOST_RATE = 5, 102_400


def highest(passes, first, gap):
    """The highest rate that passes, 0 if none does, and the lowest that did not, if there is one.

    Takes four times the rate until that fails, or a quarter until that passes, and then halves what is
    between the two, by ratio, until one is less than `gap` times the other.
    """
    good, bad, rate = 0, None, first
    while LEAST_RATE <= rate <= MOST_RATE and not (good and bad and bad / good < gap):
        if passes(rate):
            good = rate
        else:
            bad = rate
        if good and bad:
            rate = (good * bad) ** 0.5
        elif bad:
            rate = max(bad / 4, LEAST_RATE) if bad > LEAST_RATE else 0
        else:
            rate = min(good * 4, MOST_RATE) if good < MOST_RATE else good * 4
    return good, bad


def most(load, server, tools, quick, before):
    """Looks for the highest rate at which p99 stays under 100 ms and nothing is lost.

    A rate has failed if it fails twice, the second time on a new server that is warm: a hiccup is no
    limit. The search begins at half of what the round `before` found.
    """
    step = dataclasses.replace(load, warm_up=2, time=3) if quick else load
    best, probes = None, []
    running = Running(server, tools)

    def passes(rate):
        nonlocal best, running
        for _ in range(2):
            measured = measure(dataclasses.replace(step, rate=rate), running)
            passed = measured["outcome"] == "ok" and measured["p99_ms"] <= MOST_P99_MS
            probes.append({"rate": rate, "passed": passed, "p99_ms": measured.get("p99_ms")})
            if passed:
                best = measured
                return True
            running.stop()
            running = Running(server, tools)
            running.ready()
            measure(dataclasses.replace(step, rate=rate / 4), running)
        return False

    try:
        running.ready()
        first = (before or {}).get("rate", 0) / 2 or load.rate
        good, bad = highest(passes, first, 1.2 if quick else 1.06)
    finally:
        running.stop()
    if best is None:
        return {"outcome": "collapsed", "why": "at every rate", "probes": probes}
    return {
        **best,
        "probes": probes,
        "rate": good,
        "most_deliveries_per_second": good * load.connections,
        "no_end_found": bad is None,
    }


# How long connections are left in peace before memory is read, for what opening them left behind.
SETTLE = 3


def idle(load, server, tools, quick, before):
    """Memory of connections on which nothing happens: what the system counts, then a JVM's live heap."""
    load = dataclasses.replace(load, time=SETTLE + 7)
    with Running(server, tools) as running:
        heap_before = running.live_heap_kb()
        rss_before = running.rss_kb()
        loading = Loading(load, running)
        try:
            while running.connections() < load.connections and loading.is_running():
                time.sleep(0.2)
            time.sleep(SETTLE)
            rss_after = running.rss_kb() if running.is_alive() else None
            heap_after = running.live_heap_kb() if running.is_alive() else None
            measured = loading.result()
            others = loading.others()
        finally:
            loading.stop()
        outcome, why = judge(measured, load, running, loading.last_words())
        run = dict(outcome=outcome, why=why, arguments=loading.arguments, others_cpu_cores=others)
        run["opened"] = measured["opened"] if measured else None
        if outcome == "ok":
            run["rss_kb"] = rss_after
            run["idle_rss_kb"] = (rss_after - rss_before) / load.connections
            if heap_after is not None:
                run["idle_heap_kb"] = (heap_after - heap_before) / load.connections
        return run


# The running chat that a storm disturbs: slow, since new connections receive it too.
# Its delay is the result here, so a delay alone is not a collapse.
CHAT = Load(connections=100, rate=4, senders=4, warm_up=2, time=15, longest_p99_ms=math.inf)
# How long the chat has run when the storm begins.
CALM = 4


def storm(load, server, tools, quick, before):
    """All at once: how long until they are in, and what the chat that was there notices."""
    chat = dataclasses.replace(CHAT, time=10) if quick else CHAT
    load = dataclasses.replace(load, time=chat.warm_up + chat.time)
    with Running(server, tools) as running:
        talking = Loading(chat, running, "chat")
        coming = None
        try:
            time.sleep(CALM)
            coming = Loading(load, running, "storm")
            heard = talking.result()
            came = coming.result()
            others = talking.others([coming])
        finally:
            talking.stop()
            if coming:
                coming.stop()
        outcome, why = judge(came, load, running, coming.last_words())
        if outcome == "ok":
            outcome, why = judge(heard, chat, running, talking.last_words())
        run = dict(outcome=outcome, why=why, arguments=coming.arguments, others_cpu_cores=others)
        run["chat"] = dict(heard or {}, arguments=talking.arguments)
        if came:
            run["storm_seconds"] = came["connect_seconds"]
            run["opened"] = came["opened"]
            run["generator_cpu_cores"] = coming.busy_while_connecting()
            run["rss_kb"] = came.get("rss_kb_after")
        if heard:
            run["p50_ms"], run["p99_ms"], run["max_ms"] = (heard[k] for k in ("p50_ms", "p99_ms", "max_ms"))
        return run


CURVE = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "light",
            "1,000 connections, 50 messages a second",
            # A JVM counts calls before it compiles, and 50 a second are few.
            {"light": Load(connections=1_000, rate=50, warm_up=40)},
            steady,
            rounds=15,
            servers=TALKING,
        ),
        Scenario(
            "busy",
            "100 connections, 1,000 and 5,000 messages a second",
            {
                "busy-1000": Load(connections=100, rate=1_000),
                "busy-5000": Load(connections=100, rate=5_000),
            },
            steady,
            rounds=15,
            servers=TALKING,
        ),
        Scenario(
            "heavy",
            "1,000 connections, 400 messages a second",
            {"heavy": Load(connections=1_000, rate=400)},
            steady,
            rounds=15,
            servers=TALKING,
        ),
        Scenario(
            "most",
            "the most deliveries a second to 100 connections before p99 passes 100 ms",
            {"most": PROBE},
            most,
            rounds=5,
            servers=TALKING,
        ),
        Scenario(
            "idle",
            "memory of 10,000 connections on which nothing happens",
            {"idle": Load(connections=10_000, warm_up=0, connect_rate=500)},
            idle,
            rounds=5,
        ),
        Scenario(
            "storm",
            "10,000 connections at once, while a chat of 100 goes on",
            {"storm": Load(connections=10_000, warm_up=0, connect_rate=0)},
            storm,
            rounds=5,
        ),
        Scenario(
            "curve",
            "100 connections, from 200 to 20,000 messages a second",
            {f"curve-{rate}": Load(connections=100, rate=rate, warm_up=5, time=6) for rate in CURVE},
            steady,
            rounds=5,
            servers=(TERTULIA, UNPACED, BUN),
        ),
    )
}
