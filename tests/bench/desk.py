"""Measure the desk's pages on a small desk and on a large one, in one process and without a network.

    bin/with-servers --temporary .venv/bin/python -m tests.bench.desk

It makes a database for each size, requests every page, and prints the median and the 95th percentile of the time. In
brackets stand those of Python's processor time, which can be compared on a busy machine as well. With --explain it
prints PostgreSQL's plan of every query instead.
"""

import argparse
import os
import statistics
import time

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, get_runner

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
SIZES = {"small": (50, 500), "large": (100_000, 1_000_000)}
REQUESTS = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("sizes", nargs="*", default=[*SIZES], metavar="SIZE", help="small, large")
    options = parser.parse_args()
    django.setup()
    results = {size: _on_a_desk_of(*SIZES[size], options) for size in options.sizes}
    if not options.explain:
        _show(results)


def _on_a_desk_of(conversations, messages, options):
    from tests.bench.fill import fill

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        began = time.perf_counter()
        fill(conversations, messages)
        print(f"{conversations} conversations, {messages} messages: {time.perf_counter() - began:.0f} s")
        return {name: _ask(path, options) for name, path in _paths().items()}
    finally:
        runner.teardown_databases(databases)


def _paths():
    """Return the addresses of the pages that agents request. The thread is the longest one."""
    from console.models import Conversation

    longest = Conversation.objects.order_by("-revision", "-pk").first()
    thread = longest.messages.in_order()
    middle = list(thread.values_list("pk", flat=True))[longest.messages.count() // 2]
    messages = f"/conversations/{longest.pk}/messages/"
    return {
        "desk": "/",
        "queue": "/queue/",
        "queue, closed": "/queue/?closed=25",
        "conversation": f"/conversations/{longest.pk}/",
        "what changed": f"{messages}?since={longest.revision - 1}",
        "nothing changed": f"{messages}?since={longest.revision}",
        "older": f"{messages}?before={thread.last().pk}",
        "far older": f"{messages}?before={middle}",
        **_admin_lists(),
    }


def _admin_lists():
    return {f"admin, {name}": f"/admin/console/{name}/" for name in ("conversation", "inboundwebhook")}


def _ask(path, options):
    client = _browser_of_an_agent(is_admin=path.startswith("/admin"))
    for _warm in range(3):
        assert client.get(path).status_code == 200, path
    if options.explain:
        return _explain(client, path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    count = len(queries)  # the next request forgets them
    times = [_time(client, path) for _request in range(options.requests)]
    return [*map(_percentiles, zip(*times, strict=True)), count]


def _time(client, path):
    clocks = (time.perf_counter, time.process_time)
    began = [clock() for clock in clocks]
    client.get(path)
    return [(clock() - before) * 1000 for clock, before in zip(clocks, began, strict=True)]


def _percentiles(times):
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def _browser_of_an_agent(is_admin):
    from agents.models import Agent

    agent = Agent.objects.filter(conversations__isnull=False).order_by("pk").first()
    if is_admin:
        agent, _is_new = Agent.objects.get_or_create(username="ada", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _explain(client, path):
    print(f"\n=== {path}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    for query in queries:
        _show_plan(query["sql"])


def _show_plan(sql):
    if sql.startswith("SELECT") and "console_" in sql:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + sql.replace("%", "%%"))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        print(f"\n-- {sql[:60]} … {sql[sql.rfind(' WHERE ') :]}\n{plan}")


def _show(results):
    print(f"{'':22}" + "".join(f"{size:>44}" for size in results))
    for name in next(iter(results.values())):
        print(f"{name:22}" + "".join(_cell(*result[name]) for result in results.values()))


def _cell(wall, processor, count):
    return f"{wall[0]:10.1f} {wall[1]:7.1f} ({processor[0]:6.1f} {processor[1]:6.1f}) ms {count:3} q."


if __name__ == "__main__":
    main()
