"""The figures of the work that waits, as /metrics shows them, and the rules and the dashboard made for them."""

import json
import re
import uuid
from datetime import timedelta

import pytest
import requests
import yaml
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from console import tasks
from console.infrastructure import heartbeats, rate_limit
from console.infrastructure.redis import redis
from console.metrics import counters, exposition, figures, graph_calls
from console.models import BotEvent, HandoverRules, InboundWebhook, Message
from console.models.inbound_webhook import MAX_ATTEMPTS
from console.sweep import sweep
from messenger import GraphError
from messenger.usage import Usage
from personas.models import Page
from tests.conftest import CONSOLE_URL, ROOT, web_server
from tests.stand_in import free_port

MONITORING = ROOT / "deploy" / "monitoring"
TOKEN = "metrics-token-of-the-tests"
SWEEP = "console.sweep.sweep"
POOL = {"used": 1, "free": 2, "waiting": 0}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_counts():
    counters.counters.send()
    redis().delete(counters.KEY)


def shown(streams=0):
    """Return {name: {labels: value}} of what /metrics shows."""
    text = exposition.written(figures.read(), streams, POOL).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name: {} for sample in samples} | _by_name(samples)


def _by_name(samples):
    found = {}
    for sample in samples:
        found.setdefault(sample.name, {})[",".join(sample.labels.values())] = sample.value
    return found


def value(name, label=""):
    return shown()[f"console_{name}"][label]


# Work that waits


def webhook(**fields):
    body = '{"object":"page","entry":[]}'
    stored = InboundWebhook.objects.create(body=body, digest=uuid.uuid4().hex)
    InboundWebhook.objects.filter(pk=stored.pk).update(**fields)
    return stored


def test_the_age_of_the_oldest_unprocessed_webhook_is_shown():
    assert (value("webhooks_due"), value("oldest_webhook_seconds")) == (0, 0)
    for minutes in (5, 3):
        webhook(received_at=timezone.now() - timedelta(minutes=minutes))
    webhook(received_at=timezone.now() - timedelta(minutes=9), processed_at=timezone.now())
    assert value("webhooks_due") == 2
    assert value("oldest_webhook_seconds") == pytest.approx(300, abs=20)


def test_a_webhook_that_was_given_up_is_shown_apart():
    webhook(attempts=MAX_ATTEMPTS)
    assert (value("webhooks_due"), value("webhooks_given_up")) == (0, 1)


def test_replies_are_shown_by_state_and_those_of_a_paused_page_hold_up_nothing(conversation, say):
    message = say("Hello")
    Message.objects.filter(pk=message.pk).update(at=timezone.now() - timedelta(minutes=5))
    assert value("messages", "queued") == 1
    assert value("oldest_pending_message_seconds") == pytest.approx(300, abs=20)
    Page.objects.update(paused_since=timezone.now())
    assert (value("messages_pending"), value("pages_paused")) == (0, 1)
    assert value("oldest_message_seconds", "queued") == pytest.approx(300, abs=20)


def test_events_for_a_bot_that_is_down_are_shown(conversation, bluebird):
    rules = HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    event = BotEvent.objects.create(page=bluebird, conversation=conversation, kind="event", body="{}")
    BotEvent.objects.filter(pk=event.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    assert (value("bot_events"), value("bots_down")) == (1, 0)
    assert value("oldest_bot_event_seconds") == pytest.approx(120, abs=20)
    HandoverRules.objects.filter(pk=rules.pk).update(bot_down_until=timezone.now())
    assert value("bots_down") == 1


def test_pages_and_personas_are_shown_by_state(bluebird, ana):
    bluebird.personas.for_agent(ana, bluebird)
    assert (value("pages", "connected"), value("personas", "wanted"), value("personas", "live")) == (1, 1, 0)
    bluebird.personas.update(graph_id="1")
    assert (value("personas", "wanted"), value("personas", "live")) == (0, 1)


def test_the_limit_of_a_page_near_facebooks_limit_is_shown(bluebird):
    assert "console_page_calls_per_second" not in shown()
    rate_limit.learn(bluebird.pk, Usage(percent=90))
    assert value("page_calls_per_second", str(bluebird.pk)) == 1


def test_heartbeats_and_the_last_run_of_each_periodic_task_are_shown():
    redis().delete(*[f"heartbeat:{name}" for name in [*heartbeats.QUEUES, "console.sweep.sweep"]])
    assert "console_worker_heartbeat_seconds" not in shown()
    tasks.beat("messages")
    sweep()
    assert value("worker_heartbeat_seconds", "messages") < 20
    assert value("last_run_timestamp_seconds", "console.sweep.sweep") == pytest.approx(
        timezone.now().timestamp(), abs=20
    )


def test_connections_and_the_disk_are_shown():
    assert value("database_connections", "active") >= 1
    assert 0 < value("disk_free_bytes") < value("disk_bytes")


# Counters


def test_calls_to_facebook_are_counted_by_result_and_time():
    graph_calls.count(0.2, None)
    graph_calls.count(3, GraphError("No answer", is_outcome_unknown=True))
    graph_calls.count(0.3, GraphError("Expired", status=400, error={"code": 190}))
    counters.counters.send()
    assert shown()["console_graph_calls_total"] == {"ok": 1, "no_answer": 1, "renew_token": 1}
    assert shown()["console_graph_call_seconds_bucket"]["0.5"] == 2
    assert value("graph_call_seconds_count") == 3
    assert value("graph_call_seconds_sum") == pytest.approx(3.5)


def test_each_call_of_a_page_is_counted(sandbox, bluebird):
    bluebird.client().page()
    counters.counters.send()
    assert value("graph_calls_total", "ok") == 1


def test_webhooks_are_counted_when_they_are_processed(arrive, bluebird):
    arrive(b'{"object":"page","entry":[]}')
    InboundWebhook.objects.process()
    counters.counters.send()
    assert value("webhooks_processed_total", "processed") == 1


def test_counts_that_redis_does_not_take_are_sent_later():
    redis().set(counters.KEY, "not a hash")
    graph_calls.count(0.2, None)
    counters.counters.send()
    redis().delete(counters.KEY)
    counters.counters.send()
    assert value("graph_calls_total", "ok") == 1


# Cost


def test_the_figures_take_the_same_number_of_queries_however_much_waits(
    django_assert_num_queries, conversation, say, bluebird
):
    for _n in range(3):
        webhook()
        say("Hello")
    Page.objects.create(page_id="2", name="Second")
    with django_assert_num_queries(8):
        figures.read()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: InboundWebhook.objects.due(), "webhook_due"),
        (lambda: InboundWebhook.objects.given_up(), "webhook_given_up"),
        (lambda: Message.objects.filter(state__in=figures.PENDING), "message_pending"),
    ],
)
def test_the_figures_of_large_tables_are_read_by_the_small_indexes_of_what_waits(rows, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows().order_by().explain()


# The endpoint


@pytest.mark.django_db(transaction=True)
def test_metrics_are_shown_only_to_a_direct_request_with_the_token(stack):
    port = free_port()
    with web_server(port, METRICS_TOKEN=TOKEN):
        url, allowed = f"http://127.0.0.1:{port}/metrics", {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.get(url, headers=allowed, timeout=20)
        assert answer.ok and "console_streams 0.0" in answer.text
        assert 'console_database_pool{state="free"}' in answer.text
        for headers in ({}, {"Authorization": "Bearer other"}, {**allowed, "X-Forwarded-For": "10.0.0.1"}):
            assert requests.get(url, headers=headers, timeout=20).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_without_a_token_in_the_settings_metrics_are_not_found(stack):
    for headers in ({}, {"Authorization": "Bearer "}):
        assert requests.get(f"{CONSOLE_URL}/metrics", headers=headers, timeout=20).status_code == 404


# The files for Prometheus and Grafana


def rules():
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions():
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


def test_every_metric_in_the_rules_and_the_dashboard_exists(bluebird):
    rate_limit.learn(bluebird.pk, Usage(percent=90))
    tasks.beat("messages")
    sweep()
    graph_calls.count(0.2, None)
    counters.counters.send()
    InboundWebhook.objects.process()
    named = {name for expression in expressions() for name in re.findall(r"console_\w+", expression)}
    assert len(named) > 20
    assert named - shown().keys() - {"console_webhooks_processed_total"} == set()


def test_a_worker_or_sweep_without_a_known_run_has_a_rule():
    redis().delete(*[f"heartbeat:{name}" for name in [*heartbeats.QUEUES, SWEEP]])
    found = shown()
    assert not found.get("console_worker_heartbeat_seconds")
    assert SWEEP not in found.get("console_last_run_timestamp_seconds", {})
    [expression] = [rule["expr"] for rule in rules() if rule["alert"] == "HeartbeatUnknown"]
    assert re.findall(r'absent\(console_worker_heartbeat_seconds{queue="(\w+)"}\)', expression) == heartbeats.QUEUES
    assert f'absent(console_last_run_timestamp_seconds{{task="{SWEEP}"}})' in expression


def test_each_rule_has_a_severity_a_summary_and_whole_parentheses():
    assert len(rules()) >= 9
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
    for expression in expressions():
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]")), expression


def test_the_document_says_of_each_rule_what_to_do():
    text = (ROOT / "docs" / "operations.md").read_text()
    assert [rule["alert"] for rule in rules() if f"`{rule['alert']}`" not in text] == []
