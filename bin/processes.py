"""Start the console on this machine: PostgreSQL, Redis, a sandbox in place of Facebook, web server, workers, a bot.

CONSOLE_PORT (8000), SANDBOX_PORT (8001) and BOT_PORT (8002) choose the ports, DATA_DIR (var/) the folder in which
everything is kept; with other ports and another folder a second console runs beside the first. Ctrl-C stops everything.
"""

import argparse
import collections
import contextlib
import functools
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import preparation
from children import stop, tethered
from run import WORKERS
from servers import ROOT, running_servers, stop_on_signals

READY_TIMEOUT = 90  # s
BOT_KEY = "hk_example-only-key-of-the-demo"  # gives access to the sandbox's Page alone
LEVEL = re.compile(r"[\d\s:,.[-]*(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")  # after the time, if a line has one
LOUD = {"WARNING", "ERROR", "CRITICAL"}

WELCOME = """
  Console            http://127.0.0.1:{console}
  Admin              http://127.0.0.1:{console}/admin/
  Customer's phone   http://127.0.0.1:{sandbox}
  API for bots       http://127.0.0.1:{console}/api/docs

  Log in as ana, ben or admin; the password is handover-demo. Ctrl-C stops everything.

Console ready: http://127.0.0.1:{console}"""


def main():
    options = parse_options()
    console, sandbox, bot = free_ports(CONSOLE_PORT=8000, SANDBOX_PORT=8001, BOT_PORT=8002)
    stop_on_signals(lambda number: 0)
    with running_servers() as environment, Programs(options.verbose) as programs:
        os.chdir(ROOT)
        os.environ.update(
            environment,
            PYTHONUNBUFFERED="1",
            SANDBOX_CALLBACK_URL=f"http://127.0.0.1:{console}/webhooks/messenger",
            REMAP_SIGTERM="SIGQUIT",  # a worker gives back what it has not finished
        )
        start_everything(programs, console, sandbox, bot)
        print(WELCOME.format(console=console, sandbox=sandbox), flush=True)
        programs.wait_until(lambda: False)


def parse_options():
    parser = argparse.ArgumentParser(
        prog="bin/dev", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--verbose", action="store_true", help="show all that the processes say, not only warnings")
    return parser.parse_args()


def free_ports(**defaults):
    """Return the ports that these settings name, all of them free and different."""
    with contextlib.ExitStack() as held:
        return [_free_port(name, os.environ.get(name) or default, held) for name, default in defaults.items()]


def _free_port(setting, value, held):
    try:
        held.enter_context(socket.create_server(("127.0.0.1", int(value))))
    except (ValueError, OverflowError):
        raise SystemExit(f"{setting} is {value!r}, which is not a port.") from None
    except PermissionError:
        raise SystemExit(f"Port {value} is for the system alone: set {setting} to one above 1023.") from None
    except OSError:
        raise SystemExit(f"Port {value} is in use: set {setting} to another.") from None
    return int(value)


def start_everything(programs, console, sandbox, bot):
    """Start each program, wait until all of them answer, and create the demo's data unless it is there."""
    print("Starting the console …", flush=True)
    level = ["--loglevel", "INFO"] if programs.is_verbose else []
    alive = {name: Path(os.environ["DATA_DIR"], f"{name}.alive") for name in WORKERS}
    demo = ["manage.py", "demo", "--verbosity", "0", "--bot", f"http://127.0.0.1:{bot}/", "--key", BOT_KEY]
    is_prepared = preparation.is_noted(os.environ["DATABASE_URL"], demo)

    world = os.path.join(os.environ["DATA_DIR"], "sandbox-world.json")
    programs.start("sandbox", ["-m", "sandbox", "--port", str(sandbox), "--world", world])
    programs.start("bot", ["examples/bot.py"], **_of_bot(console, bot))
    if not is_prepared:
        programs.run("migrate", ["manage.py", "migrate", "--verbosity", "0"])
    programs.start("web", ["bin/run.py", "web", "--host", "127.0.0.1", "--port", str(console)])
    for name in WORKERS:
        alive[name].unlink(missing_ok=True)
        programs.start(name, ["bin/run.py", name, "-n", f"{name}@{console}", *level], ALIVE_FILE=str(alive[name]))
    # Not with a worker's --beat option: that forks a process, which goes on when the worker is killed.
    programs.start("beat", ["bin/run.py", "beat", *level])
    programs.wait_for("sandbox", functools.partial(_says_ok, sandbox, "/_sandbox/world"))
    programs.wait_for("web", functools.partial(_says_ok, console, "/readyz"))
    for name in WORKERS:
        programs.wait_for(name, alive[name].exists)
    if not is_prepared:
        programs.run("demo", demo)
        preparation.note(os.environ["DATABASE_URL"], demo)


def _of_bot(console, port):
    """Return the environment variables of the example bot."""
    url, secret = f"http://127.0.0.1:{console}", os.environ["FACEBOOK_APP_SECRET"]
    return {"HANDOVER_URL": url, "HANDOVER_KEY": BOT_KEY, "PORT": str(port), "APP_SECRET": secret}


def _says_ok(port, path):
    """Return whether this page answers 200. Not with urllib, which would use a proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    return False


class Programs:
    """Programs that run together: when one ends, all are stopped."""

    def __init__(self, is_verbose):
        self.is_verbose = is_verbose
        self.children = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for child in self.children.values():
            child.is_stopping = True
        stop(*(child.process for child in self.children.values()))

    def start(self, name, arguments, **environment):
        self.children[name] = Program(name, arguments, self.is_verbose, environment)

    def run(self, name, arguments):
        """Start a program and wait until it ends by itself."""
        self.start(name, arguments)
        self.wait_until(lambda: self.children[name].process.poll() == 0)
        del self.children[name]

    def wait_for(self, name, is_up):
        deadline = time.monotonic() + READY_TIMEOUT
        self.wait_until(lambda: is_up() or time.monotonic() > deadline)
        if time.monotonic() > deadline:
            raise SystemExit(f"{name} does not answer. {self.children[name].last_output()}")

    def wait_until(self, is_done):
        while not is_done():
            for child in self.children.values():
                if child.process.poll() is not None:
                    raise SystemExit(f"{child.name} has ended ({child.process.returncode}). {child.last_output()}")
            time.sleep(0.1)


class Program:
    """A Python program that shows its warnings and errors, or everything."""

    def __init__(self, name, arguments, is_verbose, environment):
        self.name = name
        self.is_verbose = is_verbose
        self.is_stopping = False  # then its warnings are not shown: programs complain when they are stopped
        self.last_lines = collections.deque(maxlen=20)
        # In a process group of its own: Ctrl-C in the terminal reaches this program alone, which stops everything.
        self.process = subprocess.Popen(
            tethered([sys.executable, *arguments]),
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def last_output(self):
        self.reader.join(timeout=1)
        return "Its last lines:\n" + "".join(self.last_lines)

    def _read(self):
        is_loud = False
        for line in self.process.stdout:
            self.last_lines.append(line)
            is_loud = _is_loud(line, otherwise=is_loud)
            if self.is_verbose or (is_loud and not self.is_stopping):
                print(f"{self.name:>8} | {line}", end="", flush=True)


def _is_loud(line, otherwise):
    """Return whether to show the line. A line without a level is treated as the line before it."""
    level = LEVEL.match(line)
    return level[1] in LOUD if level else otherwise or line.startswith("Traceback")


if __name__ == "__main__":
    main()
