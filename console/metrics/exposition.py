"""The figures and counters as Prometheus reads them. deploy/monitoring has alert rules and a dashboard for them."""

import time
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from console.metrics import graph_calls

PREFIX = "console_"
BOUNDS = [*map(str, graph_calls.BUCKETS), "+Inf"]


def written(figures, streams, pool):
    """Return the text of the answer. streams, pool: of this web server."""
    registry = CollectorRegistry()
    registry.register(_Collector([*_shared(figures), *_of_counts(figures.counts), *_own(streams, pool)]))
    return generate_latest(registry)


class _Collector:
    def __init__(self, families):
        self._families = families

    def collect(self):
        return self._families


def _shared(figures):
    """Return the figures that all web servers share."""
    yield _gauge("webhooks_due", "Stored webhooks that wait to be processed", figures.webhooks.count)
    yield _gauge("oldest_webhook_seconds", "Age of the oldest of them", figures.webhooks.seconds)
    yield _gauge(
        "webhooks_given_up", "Webhooks that wait for an admin to requeue them", figures.given_up_webhooks.count
    )
    messages = figures.messages
    yield _gauge("messages", "Replies on their way", {state: one.count for state, one in messages.items()}, "state")
    ages = {state: one.seconds for state, one in messages.items()}
    yield _gauge("oldest_message_seconds", "Age of the oldest of them, of paused Pages too", ages, "state")
    yield _gauge("messages_pending", "Replies that nothing holds back", figures.pending_messages.count)
    yield _gauge("oldest_pending_message_seconds", "Age of the oldest of them", figures.pending_messages.seconds)
    yield _gauge("bot_events", "Events that bots have not taken yet", figures.bot_events.count)
    yield _gauge("oldest_bot_event_seconds", "Age of the oldest of them", figures.bot_events.seconds)
    yield _gauge("bots_down", "Pages whose bot does not answer", figures.bots_down)
    yield _gauge("pages", "Pages by the state of their connection", figures.pages, "state")
    yield _gauge("pages_paused", "Pages that send nothing until an admin acts", figures.paused_pages)
    yield _gauge("pages_slowed", "Pages that wait for a rate limit of Facebook's", figures.slowed_pages)
    yield _gauge(
        "page_calls_per_second", "Calls to which a Page is limited near Facebook's limit", figures.rates, "page"
    )
    yield _gauge("personas", "Personas by state", figures.personas, "state")
    yield _gauge("database_connections", "Connections to the database by state", figures.connections, "state")
    yield _gauge("worker_heartbeat_seconds", "Age of the last heartbeat", _known(figures.heartbeats), "queue")
    at = {task: time.time() - age for task, age in _known(figures.runs).items()}
    yield _gauge("last_run_timestamp_seconds", "Last successful run of each periodic task", at, "task")
    yield _gauge("disk_bytes", "Size of the disk of DATA_DIR", figures.disk_bytes)
    yield _gauge("disk_free_bytes", "Free space on it", figures.free_bytes)


def _own(streams, pool):
    """Return the figures of this web server alone."""
    yield _gauge("streams", "Open live streams of this web server", streams)
    yield _gauge("database_pool", "Database connections of this web server's pool", pool, "state")


def _of_counts(counts):
    yield _counter("webhooks_received", "Webhooks stored", counts)
    yield _counter("webhooks_processed", "Attempts at webhooks by outcome", counts, "outcome")
    yield _counter(graph_calls.RESULTS, "Calls to Facebook by result", counts, "result")
    found = counts.get(graph_calls.SECONDS, {})
    buckets = zip(BOUNDS, accumulate(found.get(bound, 0) for bound in BOUNDS), strict=True)
    histogram = HistogramMetricFamily(PREFIX + graph_calls.SECONDS, "Seconds until Facebook answered")
    histogram.add_metric([], list(buckets), counts.get(graph_calls.SUM, {}).get("", 0))
    yield histogram


def _known(ages):
    return {name: age for name, age in ages.items() if age is not None}


def _gauge(name, text, value, label=""):
    family = GaugeMetricFamily(PREFIX + name, f"{text}.", labels=[label] if label else None)
    return _filled(family, value if label else {"": value}, label)


def _counter(name, text, counts, label=""):
    family = CounterMetricFamily(PREFIX + name, f"{text}.", labels=[label] if label else None)
    return _filled(family, counts.get(name, {} if label else {"": 0}), label)


def _filled(family, values, label):
    for name, value in sorted(values.items()):
        family.add_metric([str(name)] if label else [], value)
    return family
