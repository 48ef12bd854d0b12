"""PostgreSQL, Redis, the sandbox and every program of the console. Each can be killed and started again.

They have a folder and sockets of their own. Only the thread that made the Stack may start a program: the kernel ends a
tethered program with the thread that started it.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bin"))

from children import stop, tethered  # noqa: E402
from embedded import postgres, redis_server  # noqa: E402
from servers import new_keys, socket_dir  # noqa: E402
from tests.chaos.infrastructure import Hardware  # noqa: E402

READY_TIMEOUT = 180  # s, on a busy machine
GRAPH_TIMEOUT = 2  # s: short, so that many calls without an answer fit into a run
# s: long enough that no call takes effect after it, even on a busy machine; see DELAY in faults.py.
SETTLE = 8
MUTATIONS = str(ROOT / "tests" / "chaos" / "mutations")
APP_ID, APP_SECRET = "1517776481860111", "sandbox-app-secret"  # the sandbox's own
NAME_PATTERN = "{first} {last_initial}."
# Below the ports of outgoing connections: no other program takes the port of one that is down.
PORTS = range(20_000, 32_000)

PROGRAMS = {
    "worker-1": ["bin/run.py", "worker", "-n", "worker-1@chaos"],
    "worker-2": ["bin/run.py", "worker", "-n", "worker-2@chaos"],
    "processor-1": ["bin/run.py", "processor", "-n", "processor-1@chaos"],
    "processor-2": ["bin/run.py", "processor", "-n", "processor-2@chaos"],
    "background": ["bin/run.py", "background", "-n", "background@chaos"],
    "beat": ["bin/run.py", "beat"],
}


class Stack:
    """The servers and programs of a run. mutation: the name of a fault to build into the programs, or ""."""

    def __init__(self, folder, sockets, lock, *, mutation=""):
        self.folder = folder
        *web_ports, self.sandbox_port, self.bot_port = _free_ports(4)
        self.console_urls = [f"http://127.0.0.1:{port}" for port in web_ports]
        self.console_url = self.console_urls[0]  # where Facebook delivers
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.bot_url = f"http://127.0.0.1:{self.bot_port}"
        self.postgres = postgres(folder, sockets, lock, temporary=False)  # with fsync, because it will crash
        self.redis = redis_server(folder, sockets, lock, temporary=False)
        self.environment = self._environment()
        self.hardware = Hardware(folder / "hardware")
        self.changed = self.environment | {"CHAOS_MUTATION": mutation, "PYTHONPATH": MUTATIONS}
        self.changed |= {"CHAOS_HARDWARE": str(self.hardware.folder)}
        self.programs = {}
        self.gave_up = Counter()  # programs that ended without having been killed
        self.commands = PROGRAMS | {
            "web": ["bin/run.py", "web", "--host", "127.0.0.1", "--port", str(web_ports[0])],
            "web-2": ["bin/run.py", "web", "--host", "127.0.0.1", "--port", str(web_ports[1])],
            "sandbox": ["-m", "sandbox", "--port", str(self.sandbox_port)],
        }

    def _environment(self):
        return os.environ | {
            **new_keys(),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "DATA_DIR": str(self.folder),
            "DEBUG": "1",
            "LOG_LEVEL": "WARNING",
            "PUBLIC_URL": self.console_url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "GRAPH_API_URL": self.sandbox_url,
            "FACEBOOK_APP_ID": APP_ID,
            "FACEBOOK_APP_SECRET": APP_SECRET,
            "SANDBOX_CALLBACK_URL": f"{self.console_url}/webhooks/messenger",
            "PERSONA_NAME_PATTERN": NAME_PATTERN,
            "SETTLE_SECONDS": str(SETTLE),
            "GRAPH_TIMEOUT": str(GRAPH_TIMEOUT),
            "NO_PROXY": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
        }

    # Start and stop

    def start(self, stack):
        """Start everything but the bots, in the order of their dependencies. `stack` ends it all."""
        for server in (self.postgres, self.redis):
            stack.enter_context(server)
        stack.callback(self._stop_programs)
        self.start_program("sandbox")
        self._wait_for("sandbox", f"{self.sandbox_url}/_sandbox/world")
        self.start_missing()  # meanwhile: their sweeps find no tables at first, and try again
        self.run("-m", "tests.chaos.cast", self.bot_url)
        for name, url in zip(["web", "web-2"], self.console_urls, strict=True):
            self._wait_for(name, f"{url}/readyz")

    def run(self, *arguments):
        """Run a program without any mutation until it ends by itself; return its output."""
        done = subprocess.run(
            tethered([sys.executable, *arguments]), cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def start_program(self, name):
        with (self.folder / f"{name}.log").open("a") as log:
            self.programs[name] = subprocess.Popen(
                tethered([sys.executable, *self.commands[name]]),
                cwd=ROOT,
                env=self.environment if name == "sandbox" else self.changed | {"CHAOS_PROGRAM": name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def start_missing(self):
        """Start the programs that were killed or ended by themselves, as a supervisor does in production."""
        for name in self.commands:
            process = self.programs.get(name)
            if process and process.poll() not in (None, -signal.SIGKILL):
                self.gave_up[name] += 1
            if not process or process.poll() is not None:
                self.start_program(name)

    def kill(self, name):
        process = self.programs[name]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def empty_redis(self):
        """Crash Redis and start it again without its data."""
        self.redis.crash()
        shutil.rmtree(self.folder / "redis")
        (self.folder / "redis").mkdir(mode=0o700)
        self.redis.start()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _stop_programs(self):
        stop(*self.programs.values(), by=signal.SIGKILL)

    def _wait_for(self, name, url):
        deadline = time.monotonic() + READY_TIMEOUT
        while not _answers(url):
            if self.programs[name].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{self.log(name)[-3000:]}")
            time.sleep(0.1)


@contextmanager
def running_stack(keep_logs=None, **options):
    """Yield a Stack in a folder of its own, which is removed at the end; copy the logs to `keep_logs` before."""
    with ExitStack() as stack:
        path = tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(path)).resolve()
        sockets = stack.enter_context(socket_dir(folder))
        lock = stack.enter_context((folder / "servers.lock").open("a"))
        if keep_logs:
            stack.callback(_keep, folder, Path(keep_logs))
        chaos = Stack(folder, sockets, lock.fileno(), **options)
        chaos.start(stack)
        yield chaos


def _keep(folder, logs):
    logs.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.log"):
        shutil.copy(path, logs)


def _answers(url):
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def _free_ports(count):
    """Return free ports, all of them different."""
    with ExitStack() as held:
        found = []
        for port in random.sample(PORTS, len(PORTS)):
            if len(found) == count:
                return found
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                found.append(port)
            except OSError:
                continue
    raise RuntimeError("There is no free port.")
