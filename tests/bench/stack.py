"""The console as compose runs it: every program, and its processor time and memory."""

import os
import signal
import socket
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from children import stop
from console.celery import app
from console.infrastructure.redis import redis
from processes import _says_ok as says_ok
from run import PROGRAMS, WORKERS

CLOCK = "clock"
PATIENCE = 15  # s
IDLE = 0.1  # of a core, by all our programs together
TICK = os.sysconf("SC_CLK_TCK")
BARE = ["-m", *(part.replace("console.asgi", "tests.bench.bare") for part in PROGRAMS["web"])]
FAN_OUT = ["-m", *(part.replace("console.asgi", "tests.bench.fan_out") for part in PROGRAMS["web"])]


class Stack:
    """The running programs. `port` is that of the console, `bare` that of the limit."""

    def __init__(self, programs, port, bare):
        self.programs = programs
        self.port = port
        self.bare = bare

    def start_all(self, more_workers):
        self.programs.run("migrate", ["manage.py", "migrate", "--verbosity", "0"])
        self.programs.run("static", ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"])
        self.start_web()
        for name in WORKERS:
            self.programs.start(name, ["bin/run.py", name, "-n", f"{name}@bench{self.port}"])
        for number in range(more_workers):
            name = f"worker-{number + 2}"
            self.programs.start(name, ["bin/run.py", "worker", "-n", f"{name}@bench{self.port}"])
        self.programs.start("beat", ["bin/run.py", "beat"])
        self.wait_for_web()
        for name in WORKERS:
            self.programs.wait_for(name, lambda name=name: _has_joined(f"{name}@bench{self.port}"))

    def start_web(self):
        self.programs.start("web", ["bin/run.py", "web", "--host", "127.0.0.1", "--port", str(self.port)])

    def wait_for_web(self):
        self.programs.wait_for("web", lambda: says_ok(self.port, "/readyz"))

    def restart_web(self):
        self.end("web")
        self.start_web()
        self.wait_for_web()

    def end(self, name):
        child = self.programs.children.pop(name)
        child.is_stopping = True
        stop(child.process)

    def bare_view(self):
        """Run the limit beside the console. While one is measured, the other is idle."""
        return self._beside(BARE)

    def fan_out(self):
        """Run the limit of live updates."""
        return self._beside(FAN_OUT)

    @contextmanager
    def _beside(self, command):
        self.programs.start("bare", [*command, "--host", "127.0.0.1", "--port", str(self.bare)])
        self.programs.wait_for("bare", lambda: _listens(self.bare))
        try:
            yield self.bare
        finally:
            self.end("bare")

    def settle(self):
        """Wait until our programs are idle, for a limited time."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self.measured_cpu() as used:
                time.sleep(1)
            if sum(spent for name, spent in used.items() if name in PROGRAMS) < IDLE * used[CLOCK]:
                return

    @contextmanager
    def held(self, *names):
        """Stop these programs for a while."""
        processes = [self.programs.children[name].process for name in names]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGCONT)

    def connections(self):
        """Return the number of connections of the database."""
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            return connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename IS NOT NULL").fetchone()[0]

    def pids(self):
        """Return the process ids of each program and its children."""
        roots = {name: child.process.pid for name, child in self.programs.children.items()}
        roots["redis"] = redis().info("server")["process_id"]
        roots["postgres"] = int(Path(os.environ["DATA_DIR"], "postgres", "postmaster.pid").read_text().split()[0])
        return {name: [pid, *_children(pid)] for name, pid in roots.items()}

    def cpu(self):
        """Return the processor seconds that each program has used so far."""
        return {name: sum(map(_cpu_of, pids)) for name, pids in self.pids().items()} | {"client": time.process_time()}

    @contextmanager
    def measured_cpu(self):
        """Yield a dict that is filled at the end: processor seconds of each program and of others, and real seconds."""
        used, before, busy, start = {}, self.cpu(), _busy(), time.monotonic()
        yield used
        used.update({name: spent - before.get(name, 0) for name, spent in self.cpu().items()})
        used["others"] = max(_busy() - busy - sum(used.values()), 0)
        used[CLOCK] = time.monotonic() - start


def usage(used):
    """Return the use of each program in percent of one core, the busiest first."""
    parts = {name: spent / used[CLOCK] for name, spent in used.items() if name != CLOCK}
    busy = sorted(parts.items(), key=lambda item: -item[1])
    return "processor " + ", ".join(f"{name} {part:.0%}" for name, part in busy if part >= 0.01)


def each(used, name, number):
    return f"{used[name] / max(number, 1) * 1000:.2f} ms in {name} for each"


def pss(pid):
    """Return the memory of a process in MiB; its share of shared memory counts."""
    return _memory(pid, "smaps_rollup", "Pss")


def rss(pid):
    return _memory(pid, "smaps_rollup", "Rss")


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def _memory(pid, file, name):
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0


def _cpu_of(pid):
    """Return the processor seconds of a process, including those of its ended children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15])) / TICK


def _busy():
    """Return the processor seconds that all programs on this machine have used, on all cores."""
    user, nice, system, _idle, _wait, irq, softirq, *_rest = map(int, _first_line("/proc/stat").split()[1:])
    return (user + nice + system + irq + softirq) / TICK


def _first_line(path):
    with open(path) as file:
        return file.readline()


def _children(pid):
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [one for child in map(int, found) for one in (child, *_children(child))]


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _has_joined(name):
    return bool(app.control.ping(destination=[name], timeout=0.5))
