"""Scheduled replies: who schedules them, when they go, and what keeps them back."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DataError
from django.db.models.signals import post_init
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.models import (
    CannotReceive,
    Conversation,
    Handover,
    HandoverRules,
    Message,
    ScheduledReply,
    TakenByAnother,
    WindowClosed,
)
from console.scheduled_replies.forms import ScheduledReplyForm
from console.scheduled_replies.models import State
from console.sweep import sweep
from console.wording.moments import moment_of, zone_of
from tests.conftest import restrict
from tests.console.conftest import HTMX, fresh, now, row_of, words

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 29, 19, 45, tzinfo=UTC)  # 20:45 in Berlin


@pytest.fixture
def later(conversation, ana):
    """Schedule a reply of Ana's in an hour, unless another moment is given."""

    def schedule(text="Is all well now?", hours=1, **options):
        at = timezone.now() + hours * HOUR
        return ScheduledReply.objects.send_later(conversation, ana, text, at, **options)

    return schedule


@pytest.fixture
def due():
    """Let so many hours pass, and sweep."""

    def pass_by(hours=1.1):
        with time_machine.travel(timezone.now() + hours * HOUR, tick=False):
            sweep()

    return pass_by


def replies():
    return list(Message.objects.filter(is_incoming=False).in_order().values_list("text", "author__username"))


def thread(browser, conversation, since=0):
    return browser.get(f"/conversations/{conversation.pk}/messages/?since={since}", headers=HTMX).content.decode()


# When it is due


def test_a_scheduled_reply_goes_out_once_when_it_is_due(later, due):
    reply = later()
    due(0.9)
    assert replies() == []
    due()
    due()
    assert replies() == [("Is all well now?", "ana")]
    reply.refresh_from_db()
    assert reply.state == State.SENT
    assert Message.objects.get(is_incoming=False).idempotency_key == reply.message_key


def test_a_scheduled_reply_goes_out_although_the_same_form_sent_another_at_once(later, due, conversation, ana):
    reply = later()
    conversation.send(ana, "One moment, please", reply.idempotency_key)
    due()
    assert replies() == [("One moment, please", "ana"), ("Is all well now?", "ana")]


def test_replies_that_are_due_together_go_out_in_the_order_of_their_moments(later, due):
    later("Second", hours=2)
    later("First", hours=1)
    due(3)
    assert [text for text, _author in replies()] == ["First", "Second"]


def test_a_reply_for_silence_stops_when_the_customer_writes_before(later, due, receive, said):
    silent, anyway = later("Are you there?", is_for_silence=True), later("Here is the offer", hours=1.05)
    receive(said("m1", "Yes, I am", at=now()))
    due()
    silent.refresh_from_db()
    assert (silent.state, replies()) == (State.STOPPED, [(anyway.text, "ana")])


def test_a_reply_for_silence_stops_before_it_is_due_so_that_it_no_longer_holds_up_closing(
    later, due, receive, said, conversation, ana
):
    silent, anyway = later("Are you there?", is_for_silence=True), later("Here is the offer")
    receive(said("m1", "Yes, I am", at=now()))
    due(0.1)
    silent.refresh_from_db()
    anyway.refresh_from_db()
    assert (silent.state, anyway.state, replies()) == (State.STOPPED, State.WAITING, [])
    anyway.discard()
    conversation.refresh_from_db()
    conversation.close(ana)


def test_a_reply_for_silence_goes_out_when_the_customer_stays_silent(later, due, receive, said):
    receive(said("m1", "I shall look", at=now()))
    later("Are you there?", is_for_silence=True)
    due()
    assert replies() == [("Are you there?", "ana")]


def test_a_reply_whose_author_has_lost_the_conversation_is_kept_back_and_says_why(
    later, due, conversation, ben, browser_of
):
    reply = later()
    conversation.transfer(conversation.agent, to=ben)
    due()
    reply.refresh_from_db()
    assert (reply.state, replies()) == (State.REFUSED, [])
    assert "Not sent: This conversation is with Ben Okafor." in words(thread(browser_of(ben), conversation))
    row = row_of(conversation)
    assert row.has_failed
    with time_machine.travel(timezone.now() + 26 * HOUR):
        row = row_of(conversation)
    assert not row.has_failed


def test_a_reply_that_cannot_be_sent_stops_no_other(later, due, conversation):
    broken, well = later("Broken"), later("Well", hours=1.05)

    def fail(instance, **sent):
        if instance.text == broken.text:
            raise DataError

    post_init.connect(fail, Message)
    due()
    post_init.disconnect(fail, Message)
    broken.refresh_from_db()
    assert (broken.state, replies()) == (State.WAITING, [(well.text, "ana")])


# Refusals


def test_only_who_holds_the_conversation_schedules_a_reply(conversation, ben):
    with pytest.raises(TakenByAnother):
        ScheduledReply.objects.send_later(conversation, ben, "Hi", timezone.now() + HOUR)
    assert not ScheduledReply.objects.exists()


def test_a_moment_after_the_messaging_window_is_refused(later, conversation):
    Conversation.objects.update(messaging_window_until=timezone.now() + HOUR)
    with pytest.raises(WindowClosed, match="Facebook takes replies until"):
        later(hours=2)
    later(hours=0.5)


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_a_conversation_with_a_reply_that_waits_is_not_let_go(verb, later, due, conversation, ana, with_bot):
    reply = later()
    with pytest.raises(CannotReceive, match="send or delete it first"):
        getattr(conversation, verb)(ana)
    reply.discard()
    getattr(conversation, verb)(ana)
    assert Handover.objects.last().cause in ("closed", "handed-back")


@pytest.fixture
def with_bot(bluebird):
    return HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")


# At the desk


def form(**more):
    return {"text": "Is all well?", "when": "in 2 hours", "time_zone": "Europe/Berlin"} | more


def test_an_agent_schedules_edits_and_deletes_a_reply(browser_of, conversation, ana):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/"
    answer = browser.post(f"{path}send-later/", form(), headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")
    reply = ScheduledReply.objects.get()
    assert abs(reply.at - timezone.now() - 2 * HOUR) < timedelta(minutes=1)
    page = thread(browser, conversation)
    assert "Goes out" in page and "Is all well?" in page
    own = f"{path}scheduled-replies/{reply.pk}/"
    assert "Is all well?" in browser.get(own, headers=HTMX).content.decode()
    browser.post(own, form(text="Is all fine?", is_for_silence="on"), headers=HTMX)
    reply.refresh_from_db()
    assert (reply.text, reply.is_for_silence) == ("Is all fine?", True)
    revision = Conversation.objects.get().revision
    assert browser.post(f"{own}delete/", headers=HTMX).status_code == 200
    assert "data-gone" in thread(browser, conversation, since=revision)
    assert "scheduled-reply" not in browser.get(path).content.decode()


def test_a_reply_is_sent_before_it_is_due(browser_of, later, conversation, ana):
    path = f"/conversations/{conversation.pk}/scheduled-replies/{later().pk}/send-now/"
    assert browser_of(ana).post(path, headers=HTMX).status_code == 200
    again = browser_of(ana).post(path, headers=HTMX)
    assert (again.status_code, again.text) == (409, "This reply has been sent or discarded meanwhile.")
    assert replies() == [("Is all well now?", "ana")]


@pytest.fixture
def seen(conversation, receive, said):
    """Return the last message that Ana has seen; the customer writes another one then."""
    receive(said("m_1", "Is it there?", now()))
    last = conversation.messages.get(mid="m_1").pk
    receive(said("m_2", "I have bought another one", now()))
    return last


def test_nothing_is_scheduled_before_its_author_has_seen_what_the_customer_wrote_meanwhile(
    seen, browser_of, conversation, ana
):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/send-later/"
    given = form(seen=seen, is_for_silence="on")
    answer = browser.post(path, given, headers=HTMX)
    assert answer.status_code == 409
    assert "Mona Weber just sent another message. Your reply was not scheduled" in words(answer.text)
    assert not ScheduledReply.objects.exists()
    newest = re.search('name="seen" value="([^"]+)"', answer.text)[1]
    assert browser.post(path, given | {"seen": newest}, headers=HTMX).status_code == 200
    reply = ScheduledReply.objects.get()
    own = f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/"
    assert browser.post(own, given | {"text": "Is it?"}, headers=HTMX).status_code == 409
    assert fresh(reply).text == "Is all well?"


def test_a_scheduled_reply_is_not_sent_now_before_its_author_has_seen_all(seen, later, browser_of, conversation, ana):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/scheduled-replies/{later().pk}/send-now/"
    answer = browser.post(path, {"seen": seen}, headers=HTMX)
    assert (answer.status_code, replies()) == (409, [])
    assert answer.text == "Mona Weber just sent another message. Your reply was not sent."
    assert browser.post(path, {"seen": seen + 1}, headers=HTMX).status_code == 200


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"when": ""}, "Write a moment"),
        ({"when": "soonish"}, "Write a moment"),
        ({"when": "2020-01-01 10:00"}, "This moment is over"),
        ({"text": " "}, "Write something first."),
        ({"text": "a" * 20_001}, "A reply can have at most"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused_and_keeps_its_text(change, sentence, browser_of, conversation, ana):
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/send-later/", form(**change), headers=HTMX)
    assert answer.status_code == 422
    assert sentence in words(answer.content.decode())
    assert not ScheduledReply.objects.exists()


def test_the_form_says_which_moment_its_words_name_and_whether_a_reply_can_go_out_then(browser_of, conversation, ana):
    Conversation.objects.update(messaging_window_until=datetime(2026, 11, 30, 12, tzinfo=UTC))
    with time_machine.travel(SUNDAY, tick=False):
        browser, path = browser_of(ana), f"/conversations/{conversation.pk}/send-later/preview/"
        asked = {"time_zone": "Europe/Berlin"}
        early, late = (browser.get(path, asked | {"when": f"tomorrow {hour}"}).content.decode() for hour in (9, 14))
    assert words(early) == "Goes out on Monday, 30 Nov 09:00"
    assert "Facebook takes replies until" in words(late) and "until 30 Nov 13:00," in words(late)


def choices(browser, conversation):
    asked = {"time_zone": "Europe/Berlin"}
    return words(browser.get(f"/conversations/{conversation.pk}/send-later/choices/", asked).content.decode())


@pytest.mark.parametrize(
    ("until", "offered"),
    [
        (datetime(2026, 12, 5, tzinfo=UTC), "In 1 hour Tomorrow 9:00 Monday 9:00"),
        (datetime(2026, 11, 29, 22, tzinfo=UTC), "In 1 hour Facebook takes replies until 23:00"),
        (datetime(2026, 11, 29, 20, tzinfo=UTC), "Facebook takes replies until 21:00"),
    ],
)
def test_only_moments_at_which_facebook_takes_a_reply_are_offered(until, offered, browser_of, conversation, ana):
    Conversation.objects.update(messaging_window_until=until, human_agent_until=until)
    with time_machine.travel(SUNDAY, tick=False):
        assert choices(browser_of(ana), conversation).startswith(offered)


def test_a_refused_moment_is_said_once(browser_of, conversation, ana):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/send-later/"
    until = timezone.now() + timedelta(days=1)
    Conversation.objects.update(messaging_window_until=until, human_agent_until=until)
    for when, sentence in (("in 30 days", "Facebook takes replies until"), ("soonish", "Write a moment")):
        answer = words(browser.post(path, form(when=when), headers=HTMX).content.decode())
        assert answer.count(sentence) == 1
    assert "Goes out on" in words(browser.post(path, form(text=""), headers=HTMX).content.decode())


@pytest.mark.parametrize("path", ["", "send-now/", "delete/"])
def test_a_colleagues_scheduled_reply_is_shown_and_cannot_be_changed(path, browser_of, later, conversation, ben):
    reply = later()
    assert "Is all well now?" in thread(browser_of(ben), conversation)
    answer = browser_of(ben).post(f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/{path}", form())
    assert answer.status_code == 404


def test_a_form_that_is_sent_twice_because_the_console_did_not_answer_is_one_reply(browser_of, conversation, ana):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/send-later/"
    key = re.search('name="idempotency_key" value="([^"]+)"', browser.get(path, headers=HTMX).text)[1]
    for _press in range(2):
        assert browser.post(path, form(idempotency_key=key), headers=HTMX).status_code == 200
    assert ScheduledReply.objects.count() == 1


def test_the_key_of_a_colleagues_scheduled_reply_is_refused(browser_of, later, conversation, ben):
    key = later().idempotency_key
    conversation.transfer(conversation.agent, to=ben)
    path = f"/conversations/{conversation.pk}/send-later/"
    assert browser_of(ben).post(path, form(idempotency_key=key), headers=HTMX).status_code == 409
    assert ScheduledReply.objects.count() == 1


def test_a_reply_that_was_discarded_on_another_device_says_so_as_it_is_edited(browser_of, later, conversation, ana):
    reply = later()
    reply.discard()
    own = f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/"
    for answer in (browser_of(ana).get(own, headers=HTMX), browser_of(ana).post(own, form(), headers=HTMX)):
        assert (answer.status_code, "sent or discarded meanwhile" in answer.text) == (409, True)


def test_lines_of_three_dashes_divide_a_scheduled_reply_as_they_divide_one_that_goes_out_now(later, due):
    later("One\n---\nTwo")
    due()
    assert replies() == [("One", "ana"), ("Two", "ana")]


# Once its author has lost the conversation


def test_a_reply_whose_author_has_lost_the_conversation_says_on_what_it_depends(
    later, conversation, ana, ben, browser_of
):
    later()
    revision = fresh(conversation).revision
    conversation.transfer(ana, to=ben)
    assert "only if Ana Ruiz handles this conversation then" in words(thread(browser_of(ben), conversation, revision))
    revision = fresh(conversation).revision
    conversation.transfer(ben, to=ana)
    shown = words(thread(browser_of(ben), conversation, revision))
    assert "Is all well now?" in shown and "only if" not in shown


@pytest.mark.parametrize("end", ["transfer", "leave"])
def test_a_colleague_deletes_the_reply_of_an_author_who_cannot_send_it_any_more(
    end, later, conversation, ana, ben, browser_of
):
    reply = later()
    conversation.transfer(ana, to=ben) if end == "transfer" else ana.leave()
    path = f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/delete/"
    assert path in thread(browser_of(ben), conversation)
    assert browser_of(ben).post(path, headers=HTMX).status_code == 200
    assert fresh(reply).state == State.DISCARDED


def test_nothing_is_scheduled_in_a_conversation_that_the_agent_may_not_see(browser_of, conversation, ben, bluebird):
    restrict(bluebird)
    for path in ("send-later/", "send-later/preview/", "send-later/choices/"):
        assert browser_of(ben).get(f"/conversations/{conversation.pk}/{path}").status_code == 404


def test_the_form_works_without_scripts(browser_of, conversation, ana):
    browser, path = browser_of(ana), f"/conversations/{conversation.pk}/send-later/"
    assert "When" in browser.get(path).content.decode()
    assert browser.post(path, form(when="")).status_code == 422
    assert browser.post(path, form()).status_code == 302
    assert ScheduledReply.objects.exists()


def test_a_reply_that_is_edited_without_scripts_keeps_its_moment(browser_of, later, conversation, ana, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    reply = fresh(later())
    browser, path = browser_of(ana), reverse("edit-scheduled-reply", args=[conversation.pk, reply.pk])
    shown = re.search('name="when" value="([^"]+)"', browser.get(path).content.decode())[1]
    assert browser.post(path, {"text": "Is it?", "when": shown}).status_code == 302
    assert fresh(reply).at == reply.at


def test_a_reply_that_is_edited_stays_in_the_second_of_two_hours_that_the_clocks_call_the_same(later):
    reply = later()
    reply.at = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # when it is half past two for the second time
    written = {"text": "Is it?", "time_zone": "Europe/Berlin", "when": "2027-10-31 02:30"}
    form = ScheduledReplyForm(written, reply=reply)
    assert form.is_valid() and form.edited()["at"] == reply.at
    moved = ScheduledReplyForm(written | {"when": "2027-10-31 02:31"}, reply=reply)
    assert moved.is_valid() and moved.edited()["at"] == datetime(2027, 10, 31, 0, 31, tzinfo=UTC)


# Words


@pytest.mark.parametrize(
    ("said", "day", "hour"),
    [
        ("tomorrow 9", 30, 9),
        ("tomorrow 9:30", 30, 9.5),
        ("tomorrow at 9", 30, 9),
        ("Monday 14", 30, 14),
        ("in 2 hours", 29, 22.75),
        ("in 30 min", 29, 21.25),
        ("23", 29, 23),
        ("9", 30, 9),
        ("2026-11-30 08:15", 30, 8.25),
        ("30 Nov 8:15", 30, 8.25),
        ("morgen um 9 Uhr", 30, 9),
        ("in einer Stunde", 29, 21.75),
    ],
)
def test_words_name_the_next_moment_in_the_time_zone_of_the_agent(said, day, hour):
    with time_machine.travel(SUNDAY, tick=False):
        at = moment_of(said, BERLIN).astimezone(BERLIN)
    assert (at.month, at.day, at.hour + at.minute / 60) == (11, day, hour)


@pytest.mark.parametrize(
    "night",
    [datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
@pytest.mark.parametrize(
    ("said", "minutes"),
    [("in 1 hour", 60), ("in 90 min", 90), ("in 2h", 120), ("in einer Stunde", 60), ("in 30 minutes", 30)],
)
def test_hours_go_on_in_the_night_in_which_clocks_change(said, minutes, night):
    with time_machine.travel(night, tick=False):
        assert moment_of(said, BERLIN) - night == timedelta(minutes=minutes)


def test_days_end_at_the_hour_that_clocks_show_also_when_these_change(db):
    with time_machine.travel(datetime(2027, 3, 27, 8, tzinfo=UTC), tick=False):
        assert moment_of("in 1 day", BERLIN).astimezone(BERLIN).hour == 9
        assert moment_of("tomorrow 9", BERLIN).astimezone(BERLIN).hour == 9


@given(
    st.text(max_size=60) | st.from_regex(r"(in |tomorrow |next )?\d{1,6}[ :/.-]?(\d{1,6}|days|years)?", fullmatch=True)
)
def test_any_words_name_a_moment_or_none(said):
    at = moment_of(said, BERLIN)
    assert at is None or at.tzinfo


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../../etc/passwd", "Europe", "\x00"])
def test_an_unknown_time_zone_is_the_consoles(name):
    assert zone_of(name) == timezone.get_default_timezone()
