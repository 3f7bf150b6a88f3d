"""What is tested without a server: the statistics, the turns, the tables and the charts.

`bench/compare --self-test` runs it, and the project's build runs that.
"""
import argparse
import itertools
import json
import math
import re
import unittest
import xml.etree.ElementTree as xml

from comparison import BENCH, CannotGoOn, charts, installing, machine, report
from comparison.load import Load, judge
from comparison.main import RESULTS, choose, names, positive, whatever_the_folder
from comparison.numbers import Summary, coverage, paired_ratios, readable
from comparison.peers import COMPARED, PEERS, SERVERS
from comparison.rounds import turns
from comparison.scenarios import highest
from comparison.tables import Runs, interval

# The runs of two quick looks, as they were written down, in one result.
SAMPLE = BENCH / "comparison" / "sample.json"
SVG = "{http://www.w3.org/2000/svg}"


def run():
    suite = unittest.defaultTestLoader.loadTestsFromName(__name__)
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1


def sample():
    return json.loads(SAMPLE.read_text())


def a_run(server, round, value=1.0, outcome="ok"):
    return {"case": "light", "server": server, "round": round, "outcome": outcome, "why": "w", "cost": value}


class Numbers(unittest.TestCase):
    def test_coverage_is_what_counting_all_cases_gives(self):
        for count in range(1, 11):
            for left_out in range((count + 1) // 2):
                # Each value is below or above the true median, with the same probability.
                within = sum(
                    left_out < sum(below) < count - left_out
                    for below in itertools.product((0, 1), repeat=count)
                )
                self.assertAlmostEqual(coverage(count, left_out), within / 2**count, msg=(count, left_out))

    def test_the_interval_leaves_out_what_95_percent_allow(self):
        fifteen = Summary(range(15))
        self.assertEqual((fifteen.low, fifteen.median, fifteen.high), (3, 7, 11))
        self.assertGreaterEqual(fifteen.coverage, 0.95)

    def test_few_values_have_their_range_and_say_how_sure_that_is(self):
        five = Summary([5, 1, 4, 2, 3])
        self.assertEqual((five.low, five.median, five.high), (1, 3, 5))
        self.assertEqual(five.coverage, 0.9375)
        self.assertEqual(Summary([7]).coverage, 0)

    def test_ratios_are_of_the_same_round_and_of_runs_that_went_well(self):
        runs = [
            a_run("tertulia", 1, 2.0),
            a_run("bun", 1, 4.0),
            a_run("tertulia", 2, 3.0),
            a_run("bun", 2, 100.0, "collapsed"),
            a_run("tertulia", 3, 9.0),
            a_run("bun", 3, 3.0),
            a_run("bun", 4, 3.0),
        ]
        self.assertEqual(paired_ratios(runs, "cost", "tertulia", "bun"), [0.5, 3.0])

    def test_three_digits_that_count(self):
        told = {0: "0", 0.14449: "0.144", 0.9996: "1.00", 5.334: "5.33", 99.96: "100", 12.345: "12.3", 134_499: "134,000"}
        for value, text in told.items():
            self.assertEqual(readable(value), text)


class Turns(unittest.TestCase):
    def test_everybody_once_a_round_and_each_first_in_turn(self):
        order = list(turns(("a", "b", "c"), 4))
        self.assertEqual("".join(server for _, server in order), "abcbcacababc")
        self.assertEqual([number for number, _ in order], [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])


class Search(unittest.TestCase):
    def test_finds_the_limit_wherever_it_lies_and_ends(self):
        for limit in (7, 90, 399, 400, 401, 5_000, 102_399):
            for first in (5, 400, 50_000):
                tried = []
                good, bad = highest(lambda rate: tried.append(rate) or rate <= limit, first, 1.06)
                self.assertTrue(0 < good <= limit < bad, (limit, first, tried))
                self.assertLess(bad / good, 1.06, (limit, first, tried))
                self.assertLess(len(tried), 20)

    def test_says_so_if_there_is_no_limit_or_nothing_passes(self):
        self.assertEqual(highest(lambda rate: True, 400, 1.06), (102_400, None))
        self.assertEqual(highest(lambda rate: False, 400, 1.06)[0], 0)


class Judgement(unittest.TestCase):
    class Alive:
        def is_alive(self):
            return True

    def judged(self, load=Load(connections=10, rate=5), **fields):
        measured = {"opened": 10, "closed": 0, "lost": 0, "expected": 50, "p99_ms": 3.0, **fields}
        return judge(measured, load, self.Alive())

    def test_what_is_well_is_well(self):
        self.assertEqual(self.judged(), ("ok", ""))

    def test_a_collapse_is_named(self):
        self.assertEqual(self.judged(opened=9), ("collapsed", "9 of 10 connections opened"))
        self.assertEqual(self.judged(closed=2), ("collapsed", "2 of 10 connections were closed"))
        self.assertEqual(self.judged(lost=1), ("collapsed", "1 of 50 deliveries did not arrive"))
        self.assertEqual(self.judged(p99_ms=2500), ("collapsed", "p99 2.5 s"))
        patient = Load(connections=10, rate=5, longest_p99_ms=math.inf)
        self.assertEqual(self.judged(patient, p99_ms=2500)[0], "ok")
        self.assertEqual(judge(None, Load(connections=10), self.Alive()), ("collapsed", "no end in sight"))
        self.assertEqual(judge(None, Load(connections=10), self.Alive(), "nobody let in")[1], "nobody let in")

    def test_who_only_listens_loses_nothing_of_his_own(self):
        self.assertEqual(self.judged(Load(connections=10), lost=-5)[0], "ok")


class Options(unittest.TestCase):
    def test_what_there_is_not_is_refused_with_what_there_is(self):
        self.assertEqual(names(COMPARED)("bun, vertx,bun"), ("bun", "vertx"))
        with self.assertRaisesRegex(argparse.ArgumentTypeError, "unknown name 'node'; known are bun, "):
            names(COMPARED)("node")
        with self.assertRaisesRegex(argparse.ArgumentTypeError, "not a number of rounds"):
            positive("0")

    def test_cases_that_no_chosen_scenario_has_are_refused(self):
        (busy,) = choose(("light", "busy"), ("busy-5000",))
        self.assertEqual(list(busy.cases), ["busy-5000"])
        with self.assertRaisesRegex(CannotGoOn, "none of these scenarios"):
            choose(("light",), ("busy-5000",))

    def test_where_a_result_was_put_is_not_told(self):
        self.assertEqual(whatever_the_folder(["--out", "here", "--quick", "--out=there"]), ["--quick"])


class Pins(unittest.TestCase):
    def test_packages_are_of_one_exact_version_which_the_lock_file_has(self):
        for name in ("bun", "socket.io"):
            wanted = json.loads((PEERS / name / "package.json").read_text())["dependencies"]
            locked = json.loads((PEERS / name / "package-lock.json").read_text())["packages"]
            for package, version in wanted.items():
                self.assertRegex(version, r"^\d+\.\d+\.\d+$")
                self.assertEqual(locked[f"node_modules/{package}"]["version"], version)
            for path, package in locked.items():
                self.assertTrue(not path or package["integrity"], path)

    def test_the_module_of_go_is_of_one_exact_version(self):
        self.assertRegex(installing.CENTRIFUGO, r"^\d+\.\d+\.\d+$")

    def test_versions_of_the_java_peers_stand_in_one_place(self):
        for name in ("vertx", "spring"):
            pom = (PEERS / name / "pom.xml").read_text()
            versions = set(re.findall(r"<version>(.*?)</version>", pom)) - {"0.1.0", "4.0.0"}
            self.assertTrue(all(version.startswith("${") for version in versions), versions)


class Tables(unittest.TestCase):
    def test_the_middle_stands_with_its_interval(self):
        self.assertEqual(interval(Summary([1.0, 2.0, 4.0])), "2.00 [1.00–4.00]")
        self.assertEqual(interval(Summary([1.0])), "1.00")
        self.assertEqual(interval(None), "")

    def test_every_server_of_the_sample_has_its_line(self):
        made = report.blocks([sample()])
        runs = Runs([sample()])
        for case in ("light", "busy-5000"):
            for name in runs.servers(case):
                self.assertIn(f"| {SERVERS[name].title} |", made[case.split("-")[0]])

    def test_the_summary_has_a_line_for_each_way_of_keeping(self):
        result = sample()
        costs = {"tertulia": 3.0, "tertulia-signal": 2.0, "bun": 4.0}
        result["runs"] = [dict(a_run(n, 1), cpu_us_per_delivery=cost, arguments=[]) for n, cost in costs.items()]
        lines = report.blocks([result])["summary"].splitlines()
        what = "CPU, µs a delivery (less is better)"
        self.assertEqual(lines[2:], [
            f"| light | {what} | 3.00 | 4.00 | 0.750 |",
            f"| light, keeping nothing | {what} | 2.00 | 4.00 | 0.500 |",
        ])

    def test_a_collapse_is_said_and_counts_in_no_median(self):
        result = sample()
        result["runs"] = [dict(a_run("bun", n), scenario="light", cpu_us_per_delivery=1.0, arguments=[]) for n in (1, 2)]
        result["runs"][1].update(outcome="collapsed", why="7 of 9 deliveries did not arrive", cpu_us_per_delivery=9.0)
        line = next(l for l in report.blocks([result])["light"].splitlines() if l.startswith("| Bun |"))
        self.assertIn("| 1.00; collapsed in 1 of 2: 7 of 9 deliveries did not arrive |", line)

    def test_each_load_says_how_sure_its_own_rounds_are(self):
        result = sample()
        result["runs"] = [
            dict(a_run("bun", n), case=case, cpu_us_per_delivery=1.0, arguments=[])
            for case, rounds in (("busy-1000", 1), ("busy-5000", 2))
            for n in range(1, rounds + 1)
        ]
        text = report.blocks([result])["busy"]
        self.assertLess(text.index("One round: without an interval"), text.index("5,000 messages a second"))
        self.assertGreater(text.index("for 2 rounds."), text.index("5,000 messages a second"))

    def test_it_is_said_if_the_machine_was_not_quiet(self):
        result = sample()
        for run, share in zip(result["runs"], itertools.cycle((0.01, 0.75))):
            run["others_cpu_cores"] = share
        self.assertIn("used more than 0.1 cores, up to 0.750.", report.blocks([result])["light"])
        for run in result["runs"]:
            run["others_cpu_cores"] = 0.02
        self.assertNotIn("not quiet", report.blocks([result])["light"])

    def test_it_is_said_how_late_the_machine_wakes_whoever_rests(self):
        result = sample()
        self.assertNotIn("rests", report.blocks([result])["machine"])
        result["machine"]["wakes"] = {"rests": 1200, "late": 60, "latest_ms": 9.8}
        self.assertIn(
            "; of 1,200 rests of 1.5 ms before it, 60 took more than 1 ms longer, up to 9.8 ms",
            report.blocks([result])["machine"],
        )
        measured = machine.wakes(seconds=0.05)
        self.assertLessEqual(measured["late"], measured["rests"])
        self.assertGreater(measured["rests"], 0)

    def test_rounds_of_two_results_are_not_taken_for_one(self):
        slow, quick = sample(), sample()
        slow["runs"] = [dict(a_run("bun", 1), cpu_us_per_delivery=2.0)]
        quick["runs"] = [dict(a_run("tertulia", 1), cpu_us_per_delivery=1.0)]
        self.assertIsNone(Runs([slow, quick]).ratio("light", "tertulia", "cpu_us_per_delivery"))


class Report(unittest.TestCase):
    PAGE = "".join(f"<!-- begin {name} -->\nold\n<!-- end {name} -->\n" for name in report.blocks([sample()]))

    def test_marks_are_filled_and_can_be_filled_again(self):
        once = report.filled("a <!-- from --> b\n<!-- from x.json -->\n" + self.PAGE, [sample()], ["s.json"])
        self.assertNotIn("old", once)
        self.assertIn("<!-- from s.json -->", once)
        self.assertEqual(report.filled(once, [sample()], ["s.json"]), once)

    def test_a_page_without_a_mark_is_refused(self):
        with self.assertRaises(CannotGoOn):
            report.filled(self.PAGE.replace("begin light", "begin bright"), [sample()], [])

    def test_the_page_and_its_charts_are_what_its_results_give(self):
        page = (BENCH / "RESULTS.md").read_text()
        paths = [RESULTS / name for name in report.FROM.search(page).group(1).split()]
        results = report.read(paths)
        self.assertEqual(report.filled(page, results, [path.name for path in paths]), page)
        for name, picture in report.pictures(results).items():
            self.assertEqual((RESULTS / name).read_text(), picture, name)
            self.assertIn(f"](results/{name})", page)
        self.assertEqual(len(re.findall(r"\]\(results/.*?\.svg\)", page)), len(report.pictures(results)))


class Charts(unittest.TestCase):
    def test_every_chart_of_the_sample_is_whole_and_says_in_words_what_it_shows(self):
        pictures = report.pictures([sample()])
        self.assertIn("cpu.svg", pictures)
        for name, picture in pictures.items():
            root = xml.fromstring(picture)
            self.assertEqual(root.get("role"), "img")
            self.assertEqual([child.tag for child in root[:2]], [SVG + "title", SVG + "desc"])
            self.assertIn("prefers-color-scheme: dark", picture)
            self.assertNotIn("href", picture)
            width, height = (float(n) for n in root.get("viewBox").split()[2:])
            for text in root.iter(SVG + "text"):
                self.assertTrue(0 <= float(text.get("x")) <= width, (name, text.text))
                self.assertTrue(0 <= float(text.get("y")) <= height, (name, text.text))

    def test_bars_are_as_long_as_their_values_and_names_are_only_names(self):
        panel = charts.Panel("<P>", "µs", [charts.Bar("a & b", 1.0, 0.5, 2.0), charts.Bar("c", 4.0), charts.Bar("d", note="collapsed")])
        root = xml.fromstring(charts.bars("t", [panel]))
        widths = [float(r.get("width")) for r in root.iter(SVG + "rect") if r.get("class") != "paper"]
        self.assertAlmostEqual(widths[1], 4 * widths[0], delta=0.2)
        self.assertEqual(len(widths), 2)
        texts = [text.text for text in root.iter(SVG + "text")]
        for words in ("<P> (µs)", "a & b", "1.00", "4.00", "collapsed"):
            self.assertIn(words, texts)
        self.assertIn("a & b 1.00 µs; c 4.00 µs; d collapsed.", root[1].text)

    def test_a_curve_goes_up_where_values_do(self):
        plot = charts.Plot("p", "rate", [charts.Line("one", [(10, 1.0), (100, 10.0), (1000, 100.0)])])
        root = xml.fromstring(charts.curves("t", [plot]))
        path = [p.get("d") for p in root.iter(SVG + "path") if (p.get("class") or "").startswith("line")][-1]
        points = [tuple(map(float, p.split())) for p in path[1:].split("L")]
        self.assertEqual(points, sorted(points, key=lambda point: (point[0], -point[1])))
        self.assertAlmostEqual(points[1][0] - points[0][0], points[2][0] - points[1][0], delta=0.2)
