"""Business hours, and the message to a customer who writes outside them."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from console.models import BusinessHours, Conversation, Customer, HandoverRules, Holiday, Team, business_hours
from personas.models import Page
from tests.console.conftest import texts

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # the console's time zone in tests is UTC
BERLIN = "Europe/Berlin"
DAYS = [
    day + timedelta(days=n) for day in (date(2026, 3, 28), date(2026, 10, 24)) for n in range(3)
]  # the clocks change


def at(text, day=MONDAY):
    hour, minute = text.split(":")
    return day + timedelta(hours=int(hour), minutes=int(minute))


def span(opens, closes, weekday=0, **of):
    return BusinessHours.objects.create(weekday=weekday, opens=opens, closes=closes, **of)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("08:59", False), ("09:00", True), ("11:59", True), ("12:00", False), ("13:00", True), ("23:59", True)],
)
def test_business_hours_may_have_several_spans_a_day_and_end_at_midnight(moment, is_open, bluebird):
    span("09:00", "12:00", page=bluebird)
    span("13:00", "00:00", page=bluebird)
    assert business_hours.are_open(bluebird, None, at(moment)) is is_open
    assert not business_hours.are_open(bluebird, None, at(moment, MONDAY + timedelta(days=1)))


def test_a_page_without_business_hours_is_always_open_except_on_holidays(bluebird):
    assert business_hours.are_open(bluebird, None, MONDAY)
    Holiday.objects.create(page=bluebird, day=MONDAY.date())
    assert not business_hours.are_open(bluebird, None, MONDAY)
    assert business_hours.are_open(bluebird, None, MONDAY + timedelta(days=1))


def test_a_team_without_business_hours_has_those_of_the_page(bluebird):
    team = Team.objects.create(name="Refunds")
    span("09:00", "12:00", page=bluebird)
    assert business_hours.are_open(bluebird, team, at("10:00"))
    span("14:00", "16:00", team=team)
    assert not business_hours.are_open(bluebird, team, at("10:00"))
    assert business_hours.are_open(bluebird, team, at("15:00"))
    assert not business_hours.are_open(bluebird, None, at("15:00"))
    Holiday.objects.create(team=team, day=MONDAY.date())
    assert not business_hours.are_open(bluebird, team, at("15:00"))
    assert business_hours.are_open(bluebird, None, at("10:00"))


def test_business_hours_that_end_before_they_begin_are_invalid(bluebird):
    for closes in ["09:00", "08:00"]:
        with pytest.raises(ValidationError, match="They end after they begin"):
            BusinessHours(page=bluebird, weekday=0, opens=time(9), closes=time.fromisoformat(closes)).full_clean()
    BusinessHours(page=bluebird, weekday=0, opens=time(9), closes=time(0)).full_clean()


def test_looking_up_business_hours_needs_two_queries(bluebird, django_assert_num_queries):
    for weekday in range(5):
        span("09:00", "12:00", weekday, page=bluebird)
    with django_assert_num_queries(2):
        business_hours.are_open(bluebird, None, MONDAY)


# Against a model that knows nothing of spans: every minute of the wall is open or not


minutes = st.integers(0, 24 * 60 - 1)
spans = st.lists(st.tuples(st.integers(0, 6), minutes, minutes).filter(lambda span: span[1] < (span[2] or 24 * 60)))
moments = st.tuples(st.sampled_from(DAYS), st.integers(0, 24 * 3600 - 1))


class AgainstEveryMinute(TestCase):
    @given(spans, spans, st.lists(st.sampled_from(DAYS)), st.lists(st.sampled_from(DAYS)), moments, st.booleans())
    @hypothesis(max_examples=150, deadline=None)
    def test_business_hours_agree_with_a_model_at_any_minute_and_clock_change(
        self, pages, teams, page_off, team_off, moment, has_team
    ):
        zone = zoneinfo.ZoneInfo(BERLIN)
        # So many seconds after midnight: on the days when the clocks change they pass what is skipped or comes twice.
        midnight = datetime.combine(moment[0], time.min, zone).astimezone(UTC)
        now = midnight + timedelta(seconds=moment[1])
        with transaction.atomic(), self.settings(TIME_ZONE=BERLIN):
            page = Page.objects.create(page_id="1", token="EAA")
            team = Team.objects.create(name="Refunds")
            _keep(pages, page_off, page=page)
            _keep(teams, team_off, team=team)
            found = business_hours.are_open(page, team if has_team else None, now)
            transaction.set_rollback(True)
        days_off = page_off + (team_off if has_team else [])
        of = teams if has_team and teams else pages
        assert found == (_is_open(of, now.astimezone(zone)) and now.astimezone(zone).date() not in days_off)


def _keep(spans, days_off, **of):
    for weekday, opens, closes in spans:
        span(_time(opens), _time(closes), weekday, **of)
    for day in days_off:
        Holiday.objects.create(day=day, **of)


def _time(minute):
    return time(minute // 60, minute % 60)


def _is_open(spans, local):
    minutes = {(weekday, minute) for weekday, opens, closes in spans for minute in range(opens, closes or 24 * 60)}
    return not spans or (local.weekday(), local.hour * 60 + local.minute) in minutes


# Messages to the customer


SENTENCE = "We are back at nine."


@pytest.fixture
def night(bluebird):
    span("09:00", "17:00", page=bluebird)
    HandoverRules.objects.create(page=bluebird, bot_app_id="222", words="human", closed_message=SENTENCE)
    with time_machine.travel(at("22:00"), tick=False) as clock:
        yield clock


@pytest.fixture
def guest(bluebird, night):
    """A conversation that the bot holds, whose customer wrote a moment ago."""
    customer = Customer.objects.create(page=bluebird, psid="7001002003004005")
    until = at("22:00", MONDAY + timedelta(days=1))
    return Conversation.objects.create(
        page=bluebird, customer=customer, holder="bot", customer_active_at=timezone.now(), messaging_window_until=until
    )


def test_a_customer_handed_over_outside_business_hours_gets_one_message_from_the_bot(guest, ana, night):
    guest.hand_over()
    [message] = guest.messages.all()
    assert (message.text, message.author, message.is_by_bot, message.state) == (SENTENCE, None, True, "queued")
    night.shift(60)
    guest.take(ana)
    guest.return_to_queue(ana)
    assert texts(guest.messages) == [SENTENCE]


def test_the_message_outside_business_hours_does_not_end_the_wait(guest, night, ana):
    asked = guest.messages.create(page=guest.page, is_incoming=True, state="received", at=timezone.now(), revision=0)
    night.shift(1)
    guest.hand_over()
    assert (guest.waiting_since, guest.last_words, guest.last_at) == (timezone.now(), "", None)
    guest.take(ana)
    guest.close(ana)
    guest.reopen(ana)  # and looks who has been waiting, and since when
    assert guest.waiting_since == asked.at


def test_a_customer_who_writes_outside_business_hours_in_the_queue_gets_one_message(guest, ana, receive, night):
    """Ana answered and put it back in the queue."""
    guest.hand_over()
    guest.messages.all().delete()
    Conversation.objects.update(waiting_since=None)
    said = {"mid": "m_1", "text": "One more thing"}
    by_guest = {"sender": {"id": guest.customer.psid}, "recipient": {"id": guest.page.page_id}}
    for number in range(2):
        at_ms = int(timezone.now().timestamp() * 1000) + number
        receive(by_guest | {"timestamp": at_ms, "message": said | {"mid": f"m_{number}"}})
    assert texts(guest.messages).count(SENTENCE) == 1


def test_no_message_about_business_hours_is_sent_within_them(guest, night):
    night.move_to(at("12:00"))
    guest.hand_over()
    assert texts(guest.messages) == []


def test_a_teams_own_sentence_outside_business_hours_comes_first(guest):
    team = Team.objects.create(name="Refunds", skill="refunds", closed_message="Refunds on Tuesdays.")
    team.pages.add(guest.page)
    guest.hand_over(skill="refunds")
    assert texts(guest.messages) == ["Refunds on Tuesdays."]


def test_no_message_about_business_hours_is_sent_when_only_a_person_may_answer(guest, night):
    night.move_to(at("22:01", MONDAY + timedelta(days=1)))
    guest.hand_over()
    assert texts(guest.messages) == []


def test_each_wait_outside_business_hours_gets_one_message_on_a_page_without_a_bot(
    guest, night, ana, receive, bluebird
):
    def say(mid):
        night.shift(1)
        names = {"sender": {"id": guest.customer.psid}, "recipient": {"id": bluebird.page_id}}
        receive(names | {"timestamp": int(timezone.now().timestamp() * 1000), "message": {"mid": mid, "text": "Hi"}})
        return texts(guest.messages.filter(is_incoming=False))

    HandoverRules.objects.update(bot_app_id="")
    Conversation.objects.update(holder="queue", closed_at=timezone.now())
    assert [say("m_1"), say("m_2")] == [[SENTENCE]] * 2
    night.shift(1)
    row = Conversation.objects.get()
    row.take(ana)
    row.close(ana)
    assert say("m_3") == [SENTENCE] * 2
