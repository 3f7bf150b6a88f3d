"""The command: what it understands, and what it does with it."""
import argparse
import datetime
import pathlib
import shlex
import signal
import sys

from comparison import BENCH, CannotGoOn, machine, report, rounds
from comparison.installing import bun_program, centrifugo_program, install, jdk, load_generator, say
from comparison.peers import COMPARED, SERVERS
from comparison.scenarios import SCENARIOS

RESULTS = BENCH / "results"

# The loads of all scenarios.
CASES = tuple(case for scenario in SCENARIOS.values() for case in scenario.cases)

HELP = """\
Compares Tertulia with alternatives: the same chat room on each, the same messages, in turn on the same
core, for several rounds.

The peers are installed into bench/peers if necessary, from npm, Maven Central, Go's modules and Debian; then
each is started on core 0 and the load generator (./tertulia bench) on core 1, and the server's usage is
read from /proc. A round is one run of every server, and the order changes with each round. The result is
the median of the rounds, and the ratio to Bun within a round, because the speed of a machine varies over
time.

  bench/compare --quick                     a first look: short runs, 2 rounds, some 20 minutes
  bench/compare --scenarios light,busy --peers bun
                                            only Tertulia and Bun, under two kinds of load
  bench/compare                             everything, some hours: do not use the machine meanwhile
  bench/compare --report bench/results/*.json
                                            rewrites bench/RESULTS.md and its charts without measuring
"""


def scenarios_help():
    lines = [f"  {s.name:<8} {s.title} ({s.rounds} rounds)" for s in SCENARIOS.values()]
    peers = [f"  {name:<10} {SERVERS[name].title}" for name in COMPARED]
    return "\n".join(
        [
            "scenarios:",
            *lines,
            "",
            "peers:",
            *peers,
            "",
            "A server that loses messages, or delays them for seconds, is reported as collapsed, and is not",
            "measured again after the second time. Each result is a JSON file with every single run; the",
            "output of the servers is in bench/target. Exit codes: 0 success, 1 a check failed, 2 the command",
            "cannot be run as given (the message says what to do).",
        ]
    )


def parser():
    made = argparse.ArgumentParser(
        prog="bench/compare",
        description=HELP,
        epilog=scenarios_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--quick", action="store_true", help="short runs and 2 rounds, to see that everything works")
    made.add_argument("--peers", type=names(COMPARED), metavar="A,B", help="only these; default: all")
    made.add_argument("--scenarios", type=names(SCENARIOS), metavar="A,B", help="only these; default: all")
    made.add_argument("--cases", type=names(CASES), metavar="A,B",
                      help="only these loads, of scenarios that have several")
    made.add_argument("--rounds", type=positive, metavar="N", help="the number of rounds, instead of the scenario's own")
    made.add_argument("--out", type=pathlib.Path, metavar="DIR", default=RESULTS,
                      help="the folder for the result and its charts (bench/results)")
    made.add_argument("--install", action="store_true", help="install the peers without measuring")
    made.add_argument("--report", nargs="+", type=pathlib.Path, metavar="FILE",
                      help="write bench/RESULTS.md and its charts from these results, without measuring")
    made.add_argument("--self-test", action="store_true", help="check the statistics, the tables, the charts")
    return made


def names(known):
    def parse(text):
        asked = [name.strip() for name in text.split(",") if name.strip()]
        for name in asked:
            if name not in known:
                raise argparse.ArgumentTypeError(f"unknown name '{name}'; known are {', '.join(known)}")
        return tuple(dict.fromkeys(asked))

    return parse


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of rounds")
    return int(text)


def main(arguments):
    asked = parser().parse_args(arguments)
    # Ending this program also ends the programs that it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if asked.self_test:
            from comparison.tests import run

            return run()
        if asked.report:
            report.write(asked.report, BENCH / "RESULTS.md", RESULTS)
            return 0
        return compare(asked, arguments)
    except CannotGoOn as why:
        print(f"bench: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted; what was measured so far is kept", file=sys.stderr)
        return 2


def choose(names, cases):
    """The scenarios of these names that have any of these cases, with those alone."""
    chosen = [SCENARIOS[name].only(cases) for name in names]
    chosen = [scenario for scenario in chosen if scenario.cases]
    if not chosen:
        raise CannotGoOn("none of these scenarios has any of these cases: leave out --scenarios, or name others")
    return chosen


def whatever_the_folder(arguments):
    """The arguments but --out: where the result was put says nothing of it."""
    told = list(arguments)
    while "--out" in told:
        at = told.index("--out")
        del told[at:at + 2]
    return [each for each in told if not each.startswith("--out=")]


def compare(asked, arguments):
    machine.prepare()
    chosen = choose(asked.scenarios or SCENARIOS, asked.cases or CASES)
    peers = asked.peers or COMPARED
    wanted = ("tertulia", *peers)
    versions = {name: install(name) for name in wanted}
    for name, version in versions.items():
        say(f"{name} {version}")
    generator = load_generator()
    if asked.install:
        return 0
    home = jdk()
    tools = {
        "jdk": home,
        "generator": generator,
        "bun": bun_program() if "bun" in peers else "",
        "centrifugo": centrifugo_program(),
    }
    machine.leave_the_core_of_servers()
    began = datetime.datetime.now(datetime.timezone.utc)
    asked.out.mkdir(parents=True, exist_ok=True)
    path = asked.out / f"{began:%Y-%m-%d-%H%M%S}.json"
    about = {
        "date": f"{began:%Y-%m-%d}",
        "command": shlex.join(["bench/compare", *whatever_the_folder(arguments)]),
        "quick": asked.quick,
        "machine": machine.description(home),
        "versions": versions,
    }
    results = rounds.Results(path, about)
    for scenario in chosen:
        servers = tuple(s for s in scenario.servers if s.is_ours or s.name in peers)
        count = asked.rounds or (2 if asked.quick else scenario.rounds)
        say(f"{scenario.name}: {scenario.title}; of {', '.join(s.name for s in servers)}; rounds: {count}")
        rounds.take_turns(scenario, servers, count, asked.quick, tools, results)
    written = report.charts([results.content], asked.out)
    print()
    print(report.as_text([results.content]))
    say(f"every run is in {path}, the charts are {', '.join(written)}")
    return 0
