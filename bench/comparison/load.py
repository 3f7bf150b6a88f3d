"""Puts load on a server with `./tertulia bench`, which has a core of its own, and judges what came of it."""
import json
import os
import subprocess
import time
from dataclasses import dataclass

from comparison.process import LOAD_CORE, WORK, end

# Past this a server is said to have collapsed: nobody would call it a conversation.
LONGEST_P99_MS = 2_000
# Within this a connection is ready, or refused: long enough for all of a storm.
CONNECT_TIMEOUT = 30
# How long nothing is done when all connections are there.
SETTLE = 1
# How much longer than asked for the generator may take: to start, to connect, to wait for what is late.
PATIENCE = 60


@dataclass(frozen=True)
class Load:
    """So many connections, of which the first `senders` say `rate` messages a second in all."""

    connections: int
    rate: float = 0
    senders: int = 100
    warm_up: float = 15  # A JVM compiles for most of that.
    time: float = 10
    connect_rate: float = 1_000
    longest_p99_ms: float = LONGEST_P99_MS

    def arguments(self, running):
        senders = min(self.senders, self.connections)
        url, message = running.next_crowd()
        return [
            *("--url", url),
            *("--connections", str(self.connections)),
            *("--senders", str(senders)),
            *("--rate", f"{self.rate:g}"),
            *("--warm-up", f"{self.warm_up:g}s"),
            *("--time", f"{self.time:g}s"),
            *("--settle", f"{SETTLE}s"),
            *("--connect-rate", f"{self.connect_rate:g}"),
            *("--connect-timeout", f"{CONNECT_TIMEOUT}s"),
            *("--message", message),
            *running.server.talk,
            *("--pid", str(running.pid)),
        ]


class Loading:
    """One load generator that runs."""

    def __init__(self, load, running, name="load"):
        self.load = load
        self.running = running
        self.arguments = load.arguments(running)
        self.log = WORK / f"{name}.log"
        self.out = WORK / f"{name}.json"
        self.samples = []
        self.began = time.monotonic(), busy_seconds(), cpu_seconds(running.pid)
        with open(self.out, "w") as out, open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", LOAD_CORE, *running.generator, "--json", "-", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )

    def result(self):
        """Waits for its end, and returns what it measured, or nothing if it takes too long."""
        deadline = time.monotonic() + self.load.warm_up + self.load.time + PATIENCE
        deadline += self.load.connections / max(1, self.load.connect_rate or 1_000)
        while self.is_running():
            if time.monotonic() > deadline or not self.running.is_alive():
                self.stop()
                return None
            self.samples.append((time.monotonic(), cpu_seconds(self.process.pid)))
            time.sleep(0.1)
        try:
            return json.loads(self.out.read_text())
        except ValueError:
            return None

    def is_running(self):
        return self.process.poll() is None

    def busy_while_connecting(self):
        """How much of its core the generator used until all its connections were there.

        That moment is known from the end: from then on it only waits, for as long as it was told to.
        """
        if len(self.samples) < 2:
            return None
        ready = self.samples[-1][0] - SETTLE - self.load.warm_up - self.load.time
        before = [sample for sample in self.samples if sample[0] <= ready] or self.samples[:2]
        (began, used_before), (ended, used) = before[0], before[-1]
        return (used - used_before) / (ended - began) if ended > began else None

    def others(self, generators=()):
        """How many cores were busy, since this began, with what is neither the server nor a generator."""
        began, busy_before, server_before = self.began
        used = sum(loading.samples[-1][1] for loading in (self, *generators) if loading.samples)
        used += max(0, cpu_seconds(self.running.pid) - server_before)
        return max(0, busy_seconds() - busy_before - used) / (time.monotonic() - began)

    def last_words(self):
        """What the generator said last: the reason, if it could not do what it was to do."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines and self.process.returncode == 2 else ""

    def stop(self):
        end(self.process)


def cpu_seconds(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def busy_seconds():
    """What all cores together have worked since the machine started, for whomever."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def judge(measured, load, running, words=""):
    """What became of it: `ok`, or `collapsed` and why. Who sends nothing has nothing to lose."""
    if measured is None:
        if not running.is_alive():
            return "collapsed", f"the server ended: {running.last_words()}"
        return "collapsed", words or "no end in sight"
    if measured["opened"] < load.connections:
        return "collapsed", f"{measured['opened']:,} of {load.connections:,} connections opened"
    if measured["closed"]:
        return "collapsed", f"{measured['closed']:,} of {load.connections:,} connections were closed"
    if load.rate == 0:
        return "ok", ""
    if measured["lost"] > 0:
        return "collapsed", f"{measured['lost']:,} of {measured['expected']:,} deliveries did not arrive"
    if (measured.get("p99_ms") or 0) > load.longest_p99_ms:
        return "collapsed", f"p99 {measured['p99_ms'] / 1000:,.1f} s"
    return "ok", ""


def measure(load, running):
    """One load on one server, from the first connection to the last delivery: a run's fields."""
    loading = Loading(load, running)
    try:
        measured = loading.result()
        others = loading.others()
    finally:
        loading.stop()
    outcome, why = judge(measured, load, running, loading.last_words())
    run = dict(measured or {}, outcome=outcome, why=why, others_cpu_cores=others)
    run["arguments"] = loading.arguments
    run["rss_kb"] = run.get("rss_kb_after")
    return run
