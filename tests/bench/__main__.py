"""Start the console as compose runs it, measure it, and print a table: each figure beside its limit on this machine.

Without names everything is measured: intake, stream, live, faces, browser, send, processing, relay, pages, memory,
strangers (slow clients), hang (of Redis), snapshot (sending during a backup of ten minutes) and search, in a database
with a million messages, which it fills first. --fill also measures the pages with 100 000 conversations and a million
messages, or with ten times as many (--fill large), which takes minutes and 10 GB.
The targets are for two cores, which include the client; those of `processing` and of live updates are scaled by the
factor of this machine, which is the rate of a bare Django view.
"""

import argparse
import json
import os
import platform
import socket
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import django

from processes import Programs
from servers import ROOT, running_servers, stop_on_signals

MEASURES = [
    *["intake", "stream", "live", "faces", "browser", "send", "processing", "relay", "pages", "memory"],
    *["strangers", "hang", "snapshot", "search"],
]


def main():
    options = parse_options()
    stop_on_signals(lambda number: 128 + number)
    about, rows = machine(), []
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
            scale = measure(options, folder, rows)
        about |= {"bare_view": f"{scale.bare:.0f}/s", "factor": f"{scale.factor:.2f}"}
    finally:
        show(about | {"load_after": round(os.getloadavg()[0], 1)}, rows, options.json)
    sys.exit(any(row.is_met is False for row in rows))


def measure(options, folder, rows):
    """Measure with a durable PostgreSQL and a Redis of our own, whatever the environment says."""
    web, bare, graph, bot = free_ports(4)
    os.chdir(ROOT)
    os.environ.update(settings(web, graph), DATA_DIR=folder, DATABASE_URL="", REDIS_URL="")
    with running_servers() as environment, Programs(options.verbose) as programs:
        os.environ.update(environment)
        django.setup()
        from tests.bench import everything  # its imports need the settings

        return everything.measure(options, programs, rows, web=web, bare=bare, graph=graph, bot=bot)


def parse_options():
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument(
        "--fill",
        nargs="?",
        const="filled",
        choices=["filled", "large"],
        help="the pages in a filled database too: 100 000 conversations and a million messages; or ten times as many",
    )
    parser.add_argument(
        "--snapshot-seconds", type=int, default=600, metavar="S", help="for which a backup holds its snapshot: 600"
    )
    parser.add_argument("--workers", type=int, default=2, help="as compose runs it: 2")
    parser.add_argument("--seconds", type=int, default=60, help="of sending with receipts; five minutes are 300")
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the figures there as well; - for standard output"
    )
    parser.add_argument("--verbose", action="store_true", help="show all that the programs say, not only warnings")
    options = parser.parse_args()
    if unknown := set(options.measures) - set(MEASURES):
        parser.error(f"{', '.join(unknown)}: known are {', '.join(MEASURES)}")
    options.measures = options.measures or MEASURES
    return options


def free_ports(number):
    """Return free ports, all of them different."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _port in range(number)]
        return [probe.getsockname()[1] for probe in probes]


def settings(web, graph):
    return {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
        "PUBLIC_URL": f"http://127.0.0.1:{web}",
        "GRAPH_API_URL": f"http://127.0.0.1:{graph}",
        "REMAP_SIGTERM": "SIGQUIT",  # as in compose
        "PYTHONUNBUFFERED": "1",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # between two measurements a short wait does no harm
    }


def machine():
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def show(about, rows, path):
    from tests.bench.figures import as_json, table

    whole = json.dumps({"machine": about, "rows": as_json(rows)}, indent=2)
    if path and str(path) == "-":
        print(whole)
        return
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items()), end="\n\n")
    print(table(rows))
    if path:
        path.write_text(whole + "\n")


if __name__ == "__main__":
    main()
