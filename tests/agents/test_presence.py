"""Presence: agents are present by choice, and while a desk is open. A lost network counts only after a minute."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console.models import CannotReceive
from tests.stand_in import eventually

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def stand(ana):
    """Return Ana's presence, as others see it."""
    ana.refresh_from_db()
    return ana.is_present, ana.is_auto_away, ana.away_since


def is_there(ana):
    return ana in Agent.objects.present()


def test_an_agent_without_scripts_is_never_counted_as_offline(clock, ana):
    clock.shift(timedelta(days=1))
    Agent.objects.make_offline_away()
    assert stand(ana) == (True, False, None)
    assert is_there(ana)


@pytest.mark.parametrize(("seconds", "there"), [(59, True), (60, False)])
def test_an_agent_whose_network_is_lost_counts_as_away_only_after_a_minute(seconds, there, clock, ana):
    ana.note_online()
    clock.shift(timedelta(seconds=seconds))
    assert is_there(ana) is there
    Agent.objects.make_offline_away()
    assert stand(ana) == ((True, False, None) if there else (False, True, NOW))


def test_an_agent_whose_network_was_lost_is_present_again_when_seen(clock, ana):
    ana.note_online()
    clock.shift(timedelta(minutes=5))
    Agent.objects.make_offline_away()
    ana.refresh_from_db()
    ana.note_online()
    assert stand(ana) == (True, False, None)
    assert is_there(ana)


def test_an_agent_who_chose_to_be_away_stays_away_when_seen(clock, ana):
    ana.note_online()
    ana.go_away()
    clock.shift(timedelta(seconds=20))
    ana.note_online()
    assert stand(ana) == (False, False, NOW)
    assert ana.last_seen_at == NOW + timedelta(seconds=20)


def test_an_agent_who_was_lost_and_goes_away_keeps_the_earlier_away_time(clock, ana):
    ana.note_online()
    clock.shift(timedelta(minutes=5))
    Agent.objects.make_offline_away()
    ana.refresh_from_db()
    ana.go_away()
    assert stand(ana) == (False, False, NOW)
    ana.note_online()
    assert not ana.is_present


def test_an_agent_who_comes_back_the_next_day_is_present_before_the_desk_opens(clock, ana):
    ana.note_online()
    ana.go_away()
    clock.shift(timedelta(days=1))
    ana.come_back()
    Agent.objects.make_offline_away()
    assert stand(ana) == (True, False, None)
    assert is_there(ana)


def test_an_agent_who_leaves_and_returns_to_work_is_away(clock, ana):
    ana.leave()
    assert stand(ana) == (False, False, NOW)
    ana.return_to_team()
    assert stand(ana) == (False, False, NOW)


def test_seen_at_is_written_once_in_fifteen_seconds_with_several_desks_open(clock, ana):
    for seconds, known in [(0, 0), (7, 0), (7, 0), (2, 16)]:
        clock.shift(timedelta(seconds=seconds))
        with CaptureQueriesContext(connection) as queries:
            ana.note_online()
        assert len(queries) == 1
        assert Agent.objects.get().last_seen_at == NOW + timedelta(seconds=known)


def test_an_agent_who_loads_pages_without_scripts_is_seen(clock, client, ana):
    ana.note_online()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    for _minute in range(3):
        clock.shift(timedelta(seconds=50))
        client.get("/")
        Agent.objects.make_offline_away()
        assert is_there(ana)


def test_the_first_page_a_lost_agent_loads_shows_them_as_present(clock, client, ana):
    ana.note_online()
    clock.shift(timedelta(minutes=5))
    Agent.objects.make_offline_away()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "Present" in client.get("/").content.decode()
    assert stand(ana) == (True, False, None)


def test_an_agent_who_never_opened_a_desk_is_not_lost_after_loading_a_page(clock, client, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    clock.shift(timedelta(days=1))
    Agent.objects.make_offline_away()
    assert stand(ana) == (True, False, None)


def test_a_page_needs_no_extra_query_if_its_agent_was_seen_within_fifteen_seconds(clock, client, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    counts = []
    for last_seen_at in (None, NOW - timedelta(seconds=14), NOW - timedelta(seconds=15)):
        Agent.objects.update(last_seen_at=last_seen_at)
        with CaptureQueriesContext(connection) as queries:
            client.get("/presence/")
        counts.append(len(queries))
    assert counts == [counts[0], counts[0], counts[0] + 1]


@pytest.mark.django_db(transaction=True)
def test_an_agent_seen_while_the_sweep_marks_them_lost_stays_present(ana):
    Agent.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    losing = threading.Thread(target=_lose)
    with transaction.atomic():
        Agent.objects.update(last_seen_at=timezone.now())
        losing.start()
        eventually(_is_waited_for)
    losing.join()
    assert stand(ana) == (True, False, None)


def _lose():
    Agent.objects.make_offline_away()
    connection.close()


def _is_waited_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone()


def test_a_conversation_cannot_be_transferred_to_an_agent_whose_network_is_lost(clock, conversation, ana, ben):
    ben.note_online()
    clock.shift(timedelta(seconds=61))
    with pytest.raises(CannotReceive, match="Ben Okafor is away"):
        conversation.transfer(ana, to=ben)


# Several desks


def logged_in(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_logging_out_on_one_device_keeps_an_agent_present_with_a_desk_on_another(ana, client):
    other = logged_in(ana)
    ana.note_online()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/logout/")
    other.get("/queue/")  # the desk on the other device is told that presences changed, and asks
    assert Agent.objects.get(pk=ana.pk).is_present


def test_logging_out_on_the_only_device_makes_an_agent_away(ana, client):
    ana.note_online()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/logout/")
    client.get("/queue/")
    assert not Agent.objects.get(pk=ana.pk).is_present


def test_an_agent_who_chose_to_be_away_stays_away_when_another_device_logs_out(ana, client):
    other = logged_in(ana)
    ana.note_online()
    ana.go_away()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/logout/")
    other.get("/queue/")
    assert not Agent.objects.get(pk=ana.pk).is_present
