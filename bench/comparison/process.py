"""A server that runs, on a core of its own; and what the system knows about it."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from comparison import BENCH, CannotGoOn

SERVER_CORE = "0"
LOAD_CORE = "1"
LONGEST_START = 60.0
LONGEST_STOP = 5.0
WORK = BENCH / "target"

_ports = iter(range(18100, 19000))


def free_port():
    """Another one each time, since the system remembers closed connections for a minute."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise CannotGoOn("no port is left between 18100 and 19000")


class Running:
    """One server from its start to its end. Use it in a `with`, which ends it."""

    def __init__(self, server, tools):
        self.server = server
        self.jdk = tools["jdk"]
        self.generator = tools["generator"]
        self.port = free_port()
        self.crowds = 0
        WORK.mkdir(exist_ok=True)
        self.data = tempfile.mkdtemp(prefix="data-", dir=WORK)
        self.log = WORK / f"{server.name}.log"
        known = {**tools, "port": self.port, "data": self.data}
        command = [word.format(**known) for word in server.command]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TERTULIA_")}
        environment |= {key: value.format(**known) for key, value in server.environment.items()}
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *command],
                cwd=server.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self):
        """That of the server itself: what stands before it in the command becomes it."""
        return self.process.pid

    def ready(self):
        """Waits until it listens. If it never does, it is ended."""
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        end(self.process)
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self):
        return self.ready()

    def __exit__(self, *failure):
        self.stop()

    def is_alive(self):
        return self.process.poll() is None

    def last_words(self):
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    def next_crowd(self):
        """The URL and the message for another generator's connections."""
        self.crowds += 1
        crowd = f"c{self.crowds}"
        url = f"ws://127.0.0.1:{self.port}{self.server.path}"
        return url.replace("CROWD", crowd), self.server.message.replace("CROWD", crowd)

    def rss_kb(self):
        """What it keeps in memory, in KiB."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return None

    def live_heap_kb(self):
        """The used heap of a JVM after a collection, in KiB; nothing, if it is not a JVM."""
        if not self.server.is_jvm:
            return None
        jcmd = ["taskset", "-c", LOAD_CORE, f"{self.jdk}/bin/jcmd", str(self.pid)]
        said = subprocess.run(
            [*jcmd, "GC.class_histogram"], capture_output=True, text=True, timeout=60
        ).stdout
        total = [line.split() for line in said.splitlines() if line.startswith("Total")]
        return int(total[-1][2]) / 1024 if total else None

    def connections(self):
        """How many TCP connections it has, by the system's table."""
        local = f"0100007F:{self.port:04X}"
        count = 0
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table) as lines:
                for line in lines:
                    fields = line.split()
                    count += fields[1].endswith(local) and fields[3] == "01"
        return count

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + LONGEST_START
        while time.monotonic() < deadline:
            if not self.is_alive():
                raise CannotGoOn(f"{self.server.name} ended at once: {self.last_words()} ({self.log})")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise CannotGoOn(f"{self.server.name} does not listen after {LONGEST_START:.0f} s ({self.log})")


def end(process):
    """Asks a process and its children to end, and after a while doesn't ask."""
    for sign, patience in ((signal.SIGTERM, LONGEST_STOP), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
            return
        except ProcessLookupError:
            process.wait()
            return
        except subprocess.TimeoutExpired:
            continue
