"""On what it was measured, and whether that will do."""
import os
import pathlib
import platform
import resource
import shutil
import time

from comparison import CannotGoOn
from comparison.installing import asked
from comparison.process import SERVER_CORE

# A server's, and as many again the load generator's; each process has its own count.
OPEN_FILES_NEEDED = 10_500
OPEN_FILES_WANTED = 20_000

# How a server that paces itself uses its core: it rests, and then it works.
REST, WORK = 0.0015, 0.001
# From so much later on than asked for, a rest counts as long.
LATE = 0.001


def first(path, key):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return ""


def description(jdk):
    release = pathlib.Path(jdk, "release").read_text()
    java = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    memory = int(first("/proc/meminfo", "MemTotal").split()[0])
    return {
        "processor": first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 1024 / 1024, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": asked(["sh", "-c", ". /etc/os-release && echo $PRETTY_NAME"]),
        "jdk": " ".join(java.get(k, "").strip('"') for k in ("IMPLEMENTOR", "JAVA_RUNTIME_VERSION")).strip(),
        "python": platform.python_version(),
        "wakes": wakes(),
    }


def wakes(seconds=3):
    """How late this machine wakes a thread that sleeps on the servers' core.

    A machine that others share may give the core away while nobody needs it, and be slow to give it back.
    Latency then is worse for a server that rests, and no better for the load.
    """
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(SERVER_CORE)})
    try:
        lateness = []
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            time.sleep(REST)
            woken = time.monotonic()
            lateness.append(woken - began - REST)
            while time.monotonic() - woken < WORK:
                pass
    finally:
        os.sched_setaffinity(0, before)
    late = sum(1 for each in lateness if each > LATE)
    return {"rests": len(lateness), "late": late, "latest_ms": round(max(lateness) * 1000, 1)}


def prepare():
    """Raises the bound on open files, or says what is missing."""
    if platform.system() != "Linux":
        raise CannotGoOn("this needs Linux's /proc and taskset")
    if len(os.sched_getaffinity(0) & {0, 1}) < 2:
        raise CannotGoOn("this needs two cores: 0 for the servers and 1 for the load")
    if shutil.which("taskset") is None:
        raise CannotGoOn("taskset not found: install it (Debian: apt-get install util-linux)")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_WANTED)
    if most < OPEN_FILES_NEEDED:
        raise CannotGoOn(f"10,000 connections need open files: raise `ulimit -Hn` from {hard} to 20000")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def leave_the_core_of_servers():
    """Else this very process, which looks at the others, would be measured with them."""
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {int(SERVER_CORE)})
