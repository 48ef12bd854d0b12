"""All measures in order: memory before anything else, the small desk before it grows, and the filled desk last."""

import sys
import time

from tests.bench import (
    browser,
    faces,
    hang,
    intake,
    live,
    memory,
    pages,
    processing,
    relay,
    search,
    send,
    snapshot,
    strangers,
    stream,
)
from tests.bench.cast import Cast
from tests.bench.figures import Machine
from tests.bench.graph import Graph
from tests.bench.stack import Stack

FIRST = 50  # conversations


def measure(options, programs, rows, *, web, bare, graph, bot):
    """Add each row as soon as it is known, so that those before a failure can be shown; return the machine."""
    stack = Stack(programs, web, bare)
    stack.start_all(options.workers - 1)
    with Graph(graph) as facebook:
        cast = Cast(FIRST)
        machine = Machine(intake.bare_rate(stack, cast))
        print(machine, file=sys.stderr)
        measures = {
            "memory": lambda: memory.measure(stack, cast),
            "pages": lambda: pages.measure_small(stack, cast, machine),
            "intake": lambda: intake.measure(stack, cast),
            "stream": lambda: stream.measure(stack, cast, machine),
            "live": lambda: live.measure(stack, cast, machine),
            "faces": lambda: faces.measure(stack, cast, machine),
            "browser": lambda: browser.measure(stack, cast, machine),
            "send": lambda: send.measure(stack, cast, facebook),
            "processing": lambda: processing.measure(stack, cast, facebook, machine, options.seconds),
            "relay": lambda: relay.measure(stack, cast, bot),
            "strangers": lambda: strangers.measure(stack, cast, facebook),
            "hang": lambda: hang.measure(stack, cast),
            "snapshot": lambda: snapshot.measure(stack, cast, facebook, machine, options.snapshot_seconds),
            "search": lambda: search.measure(stack, cast, machine, options.fill or "filled"),
        }
        wanted = [name for name in measures if name in options.measures or (name == "pages" and options.fill)]
        found = {name: _add(rows, stack, name, measures[name]) for name in wanted}
        if options.fill:
            small, size = found["pages"], options.fill
            _add(rows, stack, size, lambda: pages.measure_filled(stack, cast, machine, small, size))
    return machine


def _add(rows, stack, name, measured):
    """Measure; add the rows to those of other measures, and return them."""
    stack.settle()
    began, before = time.monotonic(), len(rows)
    rows.extend(measured())
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return rows[before:]
