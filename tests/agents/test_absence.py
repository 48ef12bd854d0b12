"""Absence: a reason that colleagues read, who said so, and a time for which conversations stay with their agent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from agents.models import Agent
from console.models import Conversation, HandoverRules, Holder
from console.sweep import sweep
from tests.conftest import restrict
from tests.console.conftest import fresh, words

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def logged_in(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def anas(ana):
    return logged_in(ana)


@pytest.fixture
def bens(ben):
    return logged_in(ben)


def reason_of(agent):
    agent = Agent.objects.get(pk=agent.pk)
    return agent.is_present, agent.away_reason


# Reasons


@pytest.mark.parametrize(
    ("reason", "said"), [("lunch", "at lunch"), ("meeting", "in a meeting"), ("other", "busy elsewhere")]
)
def test_colleagues_read_why_an_agent_is_away_where_they_read_that_they_are(reason, said, conversation, anas, bens):
    anas.post("/away/", {"reason": reason})
    for path in ("/", f"/conversations/{conversation.pk}/"):
        assert f"Ana Ruiz ({said})" in words(bens.get(path).text)
    assert said in words(bens.get(f"/conversations/{conversation.pk}/colleagues/?q=ana").text).lower()


def test_an_agent_who_gives_no_reason_or_an_unknown_one_is_just_away(conversation, anas, bens):
    for fields in ({}, {"reason": "sleep"}, {"minutes": "7"}):
        anas.post("/away/", fields)
        assert "Ana Ruiz (away)" in words(bens.get("/").text)


def test_an_agent_who_comes_back_has_no_reason_any_more(ana, anas):
    anas.post("/away/", {"reason": "lunch"})
    anas.post("/back/")
    anas.post("/away/")
    assert reason_of(ana) == (False, "")


def test_the_desk_of_an_agent_says_why_they_are_away(anas):
    anas.post("/away/", {"reason": "lunch"})
    assert "At lunch" in anas.get("/").text


# Set by a lead


@pytest.fixture
def lead(ben, bluebird):
    ben.user_permissions.add(Permission.objects.get(codename="set_presence"))


def test_a_lead_says_that_a_colleague_is_away_and_all_read_who_said_so(lead, ana, anas, bens):
    assert bens.post(f"/colleagues/{ana.pk}/set-away/", {"reason": "meeting"}).status_code == 302
    assert reason_of(ana) == (False, "meeting")
    assert "set by Ben Okafor" in words(anas.get("/colleagues/").text)
    assert "set by Ben Okafor" in words(bens.get("/colleagues/").text)


def test_an_agent_whom_a_lead_has_set_away_can_come_back(lead, ana, anas, bens):
    bens.post(f"/colleagues/{ana.pk}/set-away/", {"reason": "meeting"})
    anas.post("/back/")
    assert reason_of(ana) == (True, "")
    assert "set by" not in bens.get("/colleagues/").text


def test_an_agent_who_goes_away_themselves_is_not_said_to_have_been_set_away(lead, ana, anas, bens):
    bens.post(f"/colleagues/{ana.pk}/set-away/", {"reason": "meeting"})
    anas.post("/away/", {"reason": "lunch"})
    assert "set by" not in bens.get("/colleagues/").text


def test_nobody_without_the_permission_sets_a_colleague_away(ana, bens):
    assert "set-away" not in bens.get("/colleagues/").text
    assert bens.post(f"/colleagues/{ana.pk}/set-away/", {"reason": "meeting"}).status_code == 403
    assert reason_of(ana) == (True, "")


def test_a_lead_sees_and_sets_only_colleagues_with_whom_they_have_a_page_in_common(lead, ana, bens, bluebird, ada):
    ana.groups.add(restrict(bluebird))
    assert "Ana Ruiz" not in bens.get("/colleagues/").text
    assert bens.post(f"/colleagues/{ana.pk}/set-away/").status_code == 404
    assert "Ana Ruiz" in logged_in(ada).get("/colleagues/").text


# Be right back


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(page=bluebird, away_for=5)


@pytest.fixture
def waiting(clock, rules, conversation):
    """Mona waits for Ana."""
    Conversation.objects.update(waiting_since=NOW)
    return conversation


def passes(clock, minutes):
    clock.shift(timedelta(minutes=minutes))
    sweep()


def test_an_agent_who_is_right_back_keeps_their_conversations_until_then(clock, waiting, ana, anas):
    anas.post("/away/", {"minutes": "15"})
    passes(clock, 14)
    assert fresh(waiting).agent == ana
    passes(clock, 5)
    assert fresh(waiting).agent == ana
    passes(clock, 2)  # five minutes after the moment at which she wanted to be back
    assert fresh(waiting).holder == Holder.QUEUE


def test_an_agent_who_is_just_away_loses_their_conversations_as_the_rules_say(clock, waiting, anas):
    anas.post("/away/", {"reason": "lunch"})
    passes(clock, 6)
    assert fresh(waiting).holder == Holder.QUEUE


def test_the_time_ends_by_itself_and_an_open_desk_makes_the_agent_present(clock, waiting, ana, anas):
    ana.note_online()
    anas.post("/away/", {"minutes": "15"})
    Agent.objects.filter(pk=ana.pk).note_online()
    assert reason_of(ana) == (False, "back-soon")
    passes(clock, 15)
    Agent.objects.filter(pk=ana.pk).note_online()  # as the stream of her desk does
    assert reason_of(ana) == (True, "")
    passes(clock, 1)
    assert fresh(waiting).agent == ana


def test_the_time_ends_when_the_agent_returns_before(clock, waiting, ana, anas):
    anas.post("/away/", {"minutes": "15"})
    anas.post("/back/")
    assert Agent.objects.get(pk=ana.pk).back_at is None
    assert reason_of(ana) == (True, "")


def test_colleagues_read_until_when_an_agent_is_away(clock, bluebird, anas, bens):
    anas.post("/away/", {"minutes": "15"})
    assert "back soon, until 12:15" in words(bens.get("/colleagues/").text)


def test_logging_out_on_one_device_does_not_end_the_time_for_which_an_agent_is_right_back(clock, waiting, ana, anas):
    logged_in(ana).post("/away/", {"minutes": "15"})
    anas.post("/logout/")
    passes(clock, 10)
    assert fresh(waiting).agent == ana
    assert reason_of(ana) == (False, "back-soon")


def test_an_agent_who_leaves_the_team_has_no_absence(ana, anas):
    anas.post("/away/", {"minutes": "15"})
    Agent.objects.get(pk=ana.pk).leave()
    assert reason_of(ana) == (False, "")


def test_a_long_list_of_colleagues_has_pages(ana, anas, bluebird):
    Agent.objects.bulk_create(
        Agent(username=f"agent-{number:03}", first_name=f"Guest {number:03}") for number in range(120)
    )
    found, path = [], "/colleagues/"
    while path:
        page = anas.get(path).text
        assert page.count('class="colleagues-name"') <= 100
        found += re.findall(r"Guest (\d{3})</span>", page)
        path = (more := re.search(r'href="([^"]+)">More colleagues', page)) and f"/colleagues/{more[1]}"
    assert found == [f"{number:03}" for number in range(120)]
    assert re.search(r'href="\?after=0">Earlier colleagues', page)
