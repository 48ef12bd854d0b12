"""All measures in order: memory before anything else, the small desk before it grows, and the filled desk last."""

import sys
import time

from tests.bench import hang, intake, memory, pages, relay, send, snapshot, strangers, stream
from tests.bench.cast import Cast
from tests.bench.graph import Graph
from tests.bench.stack import Stack

FIRST = 50  # conversations


def measure(options, programs, *, web, bare, graph, bot):
    stack = Stack(programs, web, bare)
    stack.start_all(options.workers - 1)
    with Graph(graph) as facebook:
        cast = Cast(FIRST)
        measures = {
            "memory": lambda: memory.measure(stack, cast),
            "pages": lambda: pages.measure_small(stack, cast),
            "intake": lambda: intake.measure(stack, cast),
            "stream": lambda: stream.measure(stack, cast),
            "send": lambda: send.measure(stack, cast, facebook),
            "relay": lambda: relay.measure(stack, cast, bot),
            "strangers": lambda: strangers.measure(stack, cast, facebook),
            "hang": lambda: hang.measure(stack, cast),
            "snapshot": lambda: snapshot.measure(stack, cast, facebook, options.snapshot_seconds),
        }
        wanted = [name for name in measures if name in options.measures or (name == "pages" and options.fill)]
        rows = {name: _show(stack, name, measures[name]) for name in wanted}
        if options.fill:
            filled = _show(stack, options.fill, lambda: pages.measure_filled(stack, cast, rows["pages"], options.fill))
            rows[options.fill] = filled
    return [row for some in rows.values() for row in some]


def _show(stack, name, measured):
    stack.settle()
    began = time.monotonic()
    rows = measured()
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return rows
