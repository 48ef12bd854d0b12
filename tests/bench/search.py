"""Measure the search in a database after years of work: twenty agents who each ask every two seconds."""

import asyncio
import os
import statistics
import time
from urllib.parse import urlencode

import psycopg

from console.models import SearchWord
from tests.bench.cast import AGENTS
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.bench.fill import fill
from tests.bench.pages import FILLS
from tests.bench.stack import each, usage

SECONDS = 30
RATE = AGENTS / 2  # a second
TARGET_P95 = 50  # ms
# Words that every fifth message has, names, ids, two words, beginnings of words, and some that nobody ever said.
QUERIES = [
    *["parcel", "weber 4711", "order tuesday", "thank", "natar", "9000000000000077", "parc", "mail house", "xylophone"]
]
# As little as a search can be: the newest messages that have a word, without rights, names or a page.
BARE = """
SELECT id, text FROM console_message WHERE id IN (
    SELECT message_id FROM console_searchdocument WHERE kind <> 'customer' AND vector @@ %s::tsquery
    ORDER BY at DESC LIMIT 31
)
"""


def measure(stack, cast, machine, size):
    with stack.held("worker", "processor", "background"):  # the tables are locked
        fill(*FILLS[size])
    questions = [_question(cast, number, stack.port) for number in range(int(RATE * SECONDS))]
    _learn()
    asyncio.run(at_rate(stack.port, questions[: 2 * AGENTS], RATE))
    with stack.measured_cpu() as used:
        answered = asyncio.run(at_rate(stack.port, questions, RATE))
    assert all(answer.status == 200 for _latency, answer in answered), answered[0]
    row = Row.of("search, a million messages, 10/s", [latency for latency, _answer in answered])
    row.rate, most = len(answered) / SECONDS, machine.at_most(TARGET_P95)
    row.target, row.is_met = f"p95 ≤ {most:.0f} ms here ({TARGET_P95})", row.p95 <= most
    row.notes = [f"{usage(used)}; {each(used, 'web', len(answered))}, {each(used, 'postgres', len(answered))}"]
    row.notes += [f"bare statement p50 {_bare():.1f} ms"]
    return [row]


def _learn():
    """Learn all words, as the sweep does in the course of minutes."""
    while SearchWord.objects.learn():
        pass


def _question(cast, number, port):
    path = f"/search/?{urlencode({'q': QUERIES[number % len(QUERIES)]})}"
    return cast.get(path, number % AGENTS, port, HX_Request="true")


def _bare():
    """Return the median time (ms) of the bare statement for the same words."""
    times = []
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        for query in QUERIES * 3:
            began = time.perf_counter()
            database.execute(BARE, [" & ".join(f"'{word}':*" for word in query.split())]).fetchall()
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)
