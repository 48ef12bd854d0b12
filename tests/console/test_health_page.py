"""The Health page of the administration, as staff read it."""

import re
import uuid
from contextlib import suppress
from datetime import timedelta
from html import unescape

import pytest
from django.test import override_settings
from django.utils import timezone
from redis import RedisError

from console import tasks
from console.infrastructure import heartbeats, rate_limit
from console.infrastructure.redis import breaker, redis
from console.metrics.last_runs import PERIODIC
from console.models import BotEvent, HandoverRules, InboundWebhook, Message
from console.models.inbound_webhook import MAX_ATTEMPTS
from messenger.usage import Usage
from personas.models import Page
from tests.conftest import TOKEN, in_role, restrict
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db
LINE = re.compile(r'data-state="(\w+)".*?<strong>(.*?):</strong>(.*?)<div class="help">(.*?)</li>', re.DOTALL)


@pytest.fixture(autouse=True)
def healthy():
    """Let all workers and periodic tasks have run just now."""
    for name in [*heartbeats.QUEUES, *PERIODIC]:
        heartbeats.beat(name)


@pytest.fixture
def health(client, ada):
    """Return the lines that Ada, a superuser, reads: {name: (state, value, meaning and advice)}."""
    client.force_login(ada)
    return lambda: lines_of(client.get("/admin/health/"))


@pytest.fixture
def no_redis():
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        redis.cache_clear()
        yield
    redis.cache_clear()
    eventually(_redis_is_asked)


def _redis_is_asked():
    """A moment after it came back."""
    with suppress(RedisError):
        breaker.check()
        return True


def lines_of(answer):
    assert answer.status_code == 200
    found = LINE.findall(unescape(answer.content.decode()))
    return {name: (state, " ".join(value.split()), text) for state, name, value, text in found}


def webhook(**fields):
    stored = InboundWebhook.objects.create(body='{"object":"page","entry":[]}', digest=uuid.uuid4().hex)
    InboundWebhook.objects.filter(pk=stored.pk).update(**fields)


def ago(**past):
    return timezone.now() - timedelta(**past)


def test_where_all_is_well_every_line_is_right(health, bluebird):
    redis().delete(f"rate-limit:{bluebird.pk}:rate")
    found = health()
    assert {name for name, (state, _value, _text) in found.items() if state != "right"} <= {
        "Disk"
    }  # the test machine's
    assert found["Webhooks that wait"][1] == "None"
    assert found["Sending"][:2] == ("right", "Not limited")


def test_webhooks_that_wait_too_long_say_how_many_and_how_long(health):
    webhook(received_at=ago(seconds=20))
    assert health()["Webhooks that wait"][0] == "right"
    webhook(received_at=ago(minutes=30, seconds=20))
    state, value, text = health()["Webhooks that wait"]
    assert (state, value) == ("look", "2, the oldest for 30 minutes")
    assert "restart it" in text


def test_webhooks_that_were_given_up_say_what_to_do(health):
    webhook(attempts=MAX_ATTEMPTS)
    state, value, text = health()["Webhooks given up"]
    assert (state, value[:2]) == ("look", "1,")
    assert "requeue them" in text


def test_replies_that_wait_fail_or_are_of_unknown_outcome_are_shown_apart(health, say):
    queued, unknown, failed = say("One"), say("Two"), say("Three")
    Message.objects.filter(pk=queued.pk).update(at=ago(minutes=12))
    Message.objects.filter(pk=unknown.pk).update(state="unknown", at=ago(hours=2, minutes=1))
    Message.objects.filter(pk=failed.pk).update(state="failed")
    found = health()
    assert found["Replies that wait"][:2] == ("look", "1, the oldest for 12 minutes")
    assert found["Replies of unknown outcome"][:2] == ("look", "1, the oldest for 2 hours")
    assert found["Failed replies"][0] == "look"


def test_a_page_that_is_paused_or_slowed_down_says_why(health, bluebird):
    rate_limit.learn(bluebird.pk, Usage(percent=90))
    assert health()["Sending"][:2] == ("look", "Near Facebook's limit: slowed down to 1.0 calls a second")
    Page.objects.update(waits_until=timezone.now() + timedelta(hours=1), why_waiting="Too many calls.")
    assert "Too many calls." in health()["Sending"][1]
    Page.objects.update(paused_since=timezone.now(), why_paused="The token is dead.")
    assert health()["Sending"][:2] == ("look", "Paused: The token is dead.")


def test_a_bot_that_is_down_shows_its_events_and_its_last_error(health, bluebird, conversation):
    rules = HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    BotEvent.objects.create(page=bluebird, conversation=conversation, kind="event", body="{}")
    assert health()["Events that wait for the bot"][0] == "right"
    assert health()["Events given up"][:2] == ("unknown", "Not known")
    HandoverRules.objects.filter(pk=rules.pk).update(bot_down_until=timezone.now(), bot_error="HTTP 500")
    assert health()["Events that wait for the bot"][0] == "look"
    assert health()["Events given up"][:2] == ("look", "Last error: HTTP 500")


def test_a_silent_worker_is_shown_and_one_that_never_gave_a_sign_too(health):
    redis().delete("heartbeat:webhooks")
    assert health()["Worker for webhooks"][0] == "look"
    tasks.beat("webhooks")
    assert health()["Worker for webhooks"][0] == "right"
    redis().set("heartbeat:webhooks", timezone.now().timestamp() - 600)
    assert health()["Worker for webhooks"][:2] == ("look", "Heard of 10 minutes ago")


def test_a_sweep_without_a_known_run_is_unknown_and_a_late_one_is_shown(health):
    redis().delete("heartbeat:console.sweep.sweep")
    assert health()["Sweep"][:2] == ("unknown", "Not known")
    redis().set("heartbeat:console.sweep.sweep", timezone.now().timestamp() - 600)
    assert health()["Sweep"][:2] == ("look", "Ran 10 minutes ago")


def test_without_redis_what_it_knows_is_unknown_and_the_rest_is_shown(health, bluebird, no_redis):
    found = health()
    assert {found[name][0] for name in ("Worker for replies", "Sweep", "Sending")} == {"unknown"}
    assert "Redis does not answer" in found["Sweep"][2]
    assert found["Webhooks that wait"][0] == "right"


def test_staff_see_the_figures_of_their_own_pages_alone(client, bluebird, ana):
    restrict(Page.objects.create(page_id="2", token=TOKEN, name="Pots"), "pots")
    ana.is_staff = True
    ana.save()
    client.force_login(in_role(ana, "supervisor"))
    text = client.get("/admin/health/").content.decode()
    assert ("Bluebird" in text, "Pots" in text) == (True, False)


@pytest.mark.parametrize(("role", "is_offered"), [("supervisor", True), ("admin", True), ("analyst", False)])
def test_the_administration_links_to_health_for_those_who_may_see_it(client, ana, role, is_offered):
    ana.is_staff = True
    ana.save()
    client.force_login(in_role(ana, role))
    assert ("/admin/health/" in client.get("/admin/").content.decode()) is is_offered
    assert client.get("/admin/health/").status_code == (200 if is_offered else 403)


def test_the_page_takes_the_same_number_of_queries_for_many_pages(health, say, django_assert_num_queries):
    with django_assert_num_queries(15):
        health()
    for number in range(2, 6):
        page = Page.objects.create(page_id=str(number), token=TOKEN, name=f"Page {number}")
        HandoverRules.objects.create(page=page, webhook_url="http://127.0.0.1:9/")
        webhook()
        say("Hello")
    with django_assert_num_queries(15):
        health()


# Requeueing


def test_requeueing_asks_first_and_then_says_how_many_webhooks_are_processed_again(health, client):
    for _number in range(2):
        webhook(attempts=MAX_ATTEMPTS, error="KeyError")
    webhook(processed_at=timezone.now())
    assert 'href="/admin/health/requeue/"' in health()["Webhooks given up"][2]
    assert "2 webhooks were given up." in client.get("/admin/health/requeue/").content.decode()
    assert InboundWebhook.objects.given_up().count() == 2
    answer = client.post("/admin/health/requeue/", follow=True)
    assert "2 webhooks were requeued." in answer.content.decode()
    assert (InboundWebhook.objects.given_up().count(), InboundWebhook.objects.due().count()) == (0, 2)
    InboundWebhook.objects.process()
    assert not InboundWebhook.objects.unprocessed().exists()


def test_requeueing_where_nothing_was_given_up_offers_no_button(client, ada):
    client.force_login(ada)
    text = client.get("/admin/health/requeue/").content.decode()
    assert ("No webhook was given up." in text, 'value="Requeue"' in text) == (True, False)


def test_staff_who_are_no_superusers_cannot_requeue_and_see_no_link(client, ana):
    webhook(attempts=MAX_ATTEMPTS)
    ana.is_staff = True
    ana.save()
    client.force_login(in_role(ana, "admin"))
    assert "/admin/health/requeue/" not in client.get("/admin/health/").content.decode()
    assert client.post("/admin/health/requeue/").status_code == 403
    assert InboundWebhook.objects.given_up().count() == 1
