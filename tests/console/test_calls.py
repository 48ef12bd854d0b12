"""News for which agents are called, and who is: pure functions, for arbitrary changes; and the rules of an agent."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from agents.preferences import Calls
from console.calls.deciding import CallChoices, is_called, is_quiet
from console.calls.news import OF_QUEUE, OF_TEAM, Item, News, State, news_between
from console.models import CallRules, Conversation, HandoverRules, Reminder, Team
from console.models.holder import Holder
from tests.conftest import restrict

NOON = time(12)
CHANGES = {News.MESSAGE, News.ASSIGNED, News.TRANSFERRED, News.UNSENT, News.BACK, News.WAITING, News.HANDED_OVER}


@st.composite
def states(draw):
    agent_id = draw(st.sampled_from([None, 1, 2]))
    holder = Holder.AGENT if agent_id else draw(st.sampled_from([Holder.BOT, Holder.QUEUE, Holder.ELSEWHERE]))
    is_open = bool(agent_id) or holder == Holder.ELSEWHERE or draw(st.booleans())
    return State(holder, agent_id, is_open, draw(st.integers(0, 3)), draw(st.booleans()), draw(st.booleans()))


def choices():
    hours, silent = st.none() | st.times(), st.frozensets(st.sampled_from(News))
    return st.builds(CallChoices, st.sampled_from(Calls), silent, hours, hours)


AGENTS = {"is_concerned": st.booleans(), "is_there": st.booleans(), "caused_it": st.booleans()}

# News


@given(states())
def test_no_change_is_no_news(state):
    assert news_between(state, state) is None


@given(states(), states())
def test_news_of_the_queue_is_about_what_waits_there_and_all_other_news_about_what_an_agent_holds(before, after):
    news = news_between(before, after)
    assert news is None or news in CHANGES
    assert news is None or (news in OF_QUEUE) == after.waits_in_queue == (after.agent_id is None)


@given(states(), states())
def test_each_customer_who_begins_to_wait_is_news(before, after):
    assert (news_between(before, after) in OF_QUEUE) == (after.waits_in_queue and not before.waits_in_queue)


# The decision


@given(st.sampled_from(News), choices(), st.times(), st.fixed_dictionaries(AGENTS))
def test_an_agent_is_called_only_as_they_chose_by_what_concerns_them_or_their_team(news, wanted, clock, agent):
    if is_called(news, wanted, clock, **agent):
        assert wanted.calls != Calls.NONE and news not in wanted.silent and not agent["caused_it"]
        assert not is_quiet(wanted, clock)
        assert agent["is_concerned"] or (news in OF_TEAM and agent["is_there"])
        assert news not in OF_QUEUE or wanted.calls == Calls.ALL


@given(st.sampled_from(sorted({*News} - OF_TEAM)), st.sampled_from([Calls.MINE, Calls.ALL]), st.booleans())
def test_news_of_an_agents_own_conversation_calls_them_also_while_they_chose_to_be_away(news, calls, is_there):
    assert is_called(news, CallChoices(calls), NOON, is_concerned=True, is_there=is_there, caused_it=False)


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_the_hours_between_them_share_the_day(begin, end, clock):
    quiet, between = CallChoices("mine", frozenset(), begin, end), CallChoices("mine", frozenset(), end, begin)
    assert begin == end or is_quiet(quiet, clock) != is_quiet(between, clock)


def test_quiet_hours_may_go_over_midnight():
    night = CallChoices("mine", frozenset(), time(22), time(6))
    assert [is_quiet(night, time(hour)) for hour in (21, 22, 0, 5, 6, 12)] == [False, True, True, True, False, False]


# Agents who are called


pytestmark = pytest.mark.django_db


def called(item):
    [(_item, agents)] = CallRules.objects.agents_by_item([item])
    return sorted(agent.username for agent in agents)


@pytest.fixture
def everybody(ana, ben):
    for agent in (ana, ben):
        agent.choose(calls="all")


def test_news_of_the_queue_calls_those_who_want_it_and_not_the_one_who_caused_it(conversation, ana, ben, everybody):
    conversation.return_to_queue(ana)
    assert called(Item(conversation.pk, "waiting")) == ["ben"]
    ben.choose(calls="mine")
    assert called(Item(conversation.pk, "waiting")) == []


def test_news_of_the_queue_calls_nobody_who_may_not_see_the_page_or_has_chosen_to_be_away(
    mona, ana, ben, everybody, bluebird
):
    ana.groups.add(restrict(bluebird))
    assert called(Item(mona.conversation.pk, "waiting")) == ["ana"]
    ana.go_away()
    assert called(Item(mona.conversation.pk, "waiting")) == []


def test_a_customer_who_waits_for_a_team_calls_its_members_and_agents_without_a_team(mona, ana, ben, everybody):
    refunds, others = Team.objects.create(name="Refunds"), Team.objects.create(name="Others")
    others.members.add(ben)
    Conversation.objects.update(team=refunds)
    assert called(Item(mona.conversation.pk, "waiting")) == ["ana"]
    refunds.members.add(ben)
    assert called(Item(mona.conversation.pk, "waiting")) == ["ana", "ben"]


def test_quiet_hours_are_those_of_the_agents_own_clock(conversation, ana):
    CallRules.objects.create(agent=ana, quiet_from=time(22), quiet_until=time(6), time_zone="Asia/Tokyo")
    item = Item(conversation.pk, "message", ana.pk)
    for hour, expected in ((12, ["ana"]), (14, [])):  # 21:00 and 23:00 in Tokyo
        with time_machine.travel(datetime(2026, 11, 30, hour, tzinfo=timezone.get_fixed_timezone(0)), tick=False):
            assert called(item) == expected


@pytest.mark.parametrize("number", [1, 5])
def test_the_search_for_agents_takes_as_many_queries_for_one_as_for_five(
    number, conversation, ana, django_user_model, django_assert_num_queries
):
    conversation.return_to_queue(ana)
    for count in range(number):
        django_user_model.objects.create_user(f"agent{count}", calls="all", is_present=True)
    items = [Item(conversation.pk, news) for news in ("waiting", "handed-over")] * number
    with django_assert_num_queries(3):
        assert all(len(agents) == number for _item, agents in CallRules.objects.agents_by_item(items))


# Reminders


def reminded(minutes):
    """Sweep so many minutes from now; return the news of the reminders, and whom it is for."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        return [(item.news, item.agent_id) for item in Reminder.objects.remind()]


@pytest.fixture
def waits(conversation):
    """Mona waits for Ana."""
    Conversation.objects.update(waiting_since=timezone.now(), unread=1)
    return Conversation.objects.get()


def test_a_customer_who_waits_for_long_calls_the_holder_once(waits, ana):
    assert reminded(9) == []
    assert reminded(11) == [("unanswered", ana.pk)]
    assert reminded(12) == []
    Conversation.objects.update(waiting_since=timezone.now() + timedelta(minutes=12))
    assert reminded(23) == [("unanswered", ana.pk)]


def test_the_next_holder_of_a_long_wait_is_called_too(waits, ana, ben):
    assert reminded(11) == [("unanswered", ana.pk)]
    waits.transfer(ana, to=ben)
    assert reminded(11) == [("unanswered", ben.pk)]


def test_an_agent_who_wants_no_reminder_or_snoozed_the_conversation_gets_none(waits, ana):
    CallRules.objects.create(agent=ana, unanswered_after=0)
    assert reminded(30) == []
    CallRules.objects.update(unanswered_after=5)
    Conversation.objects.update(is_snoozed=True)
    assert reminded(30) == []


def test_a_messaging_window_that_closes_calls_the_holder_while_the_customer_waits(waits, ana):
    CallRules.objects.create(agent=ana, unanswered_after=0)
    Conversation.objects.update(messaging_window_until=timezone.now() + timedelta(minutes=90))
    assert reminded(29) == []
    assert reminded(31) == [("window-closes", ana.pk)]
    assert reminded(32) == []


def test_a_long_wait_in_the_queue_calls_those_whose_minutes_are_over(waits, ana, ben, everybody):
    waits.return_to_queue(ana)
    CallRules.objects.create(agent=ben, queue_after=30)
    assert reminded(11) == [("queue-waits", None)]
    assert called(Item(waits.pk, "queue-waits", minutes=10)) == []  # Ana returned it herself
    assert reminded(31) == [("queue-waits", None)]
    assert called(Item(waits.pk, "queue-waits", minutes=30)) == ["ben"]


def test_a_wait_without_any_reaction_calls_the_whole_team(waits, ana, ben, bluebird):
    CallRules.objects.create(agent=ana, unanswered_after=0)
    assert reminded(60) == []
    HandoverRules.objects.create(page=bluebird, escalate_after=20)
    assert reminded(21) == [("escalated", None)]
    assert reminded(22) == []
    assert called(Item(waits.pk, "escalated")) == ["ben"]  # Ana took it, and knows
    ben.choose(calls="none")
    assert called(Item(waits.pk, "escalated")) == []


@pytest.mark.parametrize("number", [0, 3])
def test_the_sweep_for_reminders_takes_few_queries_where_nothing_is_due(number, waits, django_assert_num_queries):
    for _sweep in range(number):
        Reminder.objects.remind()
    with django_assert_num_queries(4):
        Reminder.objects.remind()


# The page


CHOSEN = {
    **{"calls": "all", "mine": ["message"], "team": ["waiting", "escalated"], "unanswered_after": "5"},
    **{"window_within": "30", "queue_after": "0", "quiet_from": "22:00", "quiet_until": "06:30", "volume": "20"},
    "time_zone": "Europe/Berlin",
}


def test_an_agent_chooses_by_which_news_when_and_how_loudly_they_are_called(anas_browser, ana):
    assert anas_browser.post("/calls/", CHOSEN).status_code == 302
    rules = CallRules.objects.get(agent=ana)
    assert {*rules.silent} == {*News.values} - {"message", "waiting", "escalated"}
    assert (rules.agent.calls, rules.volume, rules.time_zone) == ("all", 20, "Europe/Berlin")
    page = anas_browser.get("/calls/").content.decode()
    assert 'value="22:00"' in page and page.count(" checked") == 3


@pytest.mark.parametrize(
    "wrong",
    [{"quiet_until": ""}, {"volume": "11"}, {"mine": ["waiting"]}, {"calls": "loud"}, {"quiet_from": "25:00"}],
)
def test_rules_that_make_no_sense_are_refused_and_change_nothing(wrong, anas_browser, ana):
    assert anas_browser.post("/calls/", CHOSEN | wrong).status_code == 422
    assert not CallRules.objects.exists()
    ana.refresh_from_db()
    assert ana.calls == "mine"


def test_a_time_zone_that_no_clock_has_becomes_that_of_the_console(anas_browser):
    anas_browser.post("/calls/", CHOSEN | {"time_zone": "Mars/Phobos"})
    assert CallRules.objects.get().time_zone == ""


def test_an_agent_without_rules_of_their_own_has_the_defaults(anas_browser, ana):
    page = anas_browser.get("/calls/").content.decode()
    assert page.count(" checked") == len(News) and not CallRules.objects.exists()
