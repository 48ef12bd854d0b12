"""All measures in order: memory before anything else, the small desk before it grows, and the filled desk last."""

import sys
import time

from tests.bench import hang, intake, live, memory, pages, processing, relay, send, snapshot, strangers, stream
from tests.bench.cast import Cast
from tests.bench.figures import Machine
from tests.bench.graph import Graph
from tests.bench.stack import Stack

FIRST = 50  # conversations


def measure(options, programs, *, web, bare, graph, bot):
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
            "send": lambda: send.measure(stack, cast, facebook),
            "processing": lambda: processing.measure(stack, cast, facebook, machine, options.seconds),
            "relay": lambda: relay.measure(stack, cast, bot),
            "strangers": lambda: strangers.measure(stack, cast, facebook),
            "hang": lambda: hang.measure(stack, cast),
            "snapshot": lambda: snapshot.measure(stack, cast, facebook, machine, options.snapshot_seconds),
        }
        wanted = [name for name in measures if name in options.measures or (name == "pages" and options.fill)]
        rows = {name: _show(stack, name, measures[name]) for name in wanted}
        if options.fill:
            small, size = rows["pages"], options.fill
            rows[size] = _show(stack, size, lambda: pages.measure_filled(stack, cast, machine, small, size))
    return machine, [row for some in rows.values() for row in some]


def _show(stack, name, measured):
    stack.settle()
    began = time.monotonic()
    rows = measured()
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return rows
