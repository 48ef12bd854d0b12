"""The measures in their order: the small desk before it grows, memory after all the work, the filled desk at last."""

import sys
import time

from tests.bench import intake, memory, pages, send, stream
from tests.bench.cast import Cast
from tests.bench.graph import Graph
from tests.bench.stack import Stack

FIRST = 50  # conversations


def measure(options, family, *, web, bare, graph):
    wanted, rows, small = options.measures, [], []
    stack = Stack(family, web, bare)
    stack.start_all()
    with Graph(graph) as facebook:
        cast = Cast(FIRST)
        if "pages" in wanted or options.fill:
            small = _told("pages", lambda: pages.measure_small(stack, cast))
        if "stream" in wanted:
            rows += _told("stream", lambda: stream.measure(stack, cast))
        if "send" in wanted:
            rows += _told("send", lambda: send.measure(stack, cast, facebook))
        if "intake" in wanted:
            rows = _told("intake", lambda: intake.measure(stack, cast)) + rows
        rows += small
        if "memory" in wanted:
            rows += _told("memory", lambda: memory.measure(stack, cast))
        if options.fill:
            rows += _told("pages, filled", lambda: pages.measure_filled(stack, cast, small))
    return rows


def _told(name, measured):
    began = time.monotonic()
    rows = measured()
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return rows
