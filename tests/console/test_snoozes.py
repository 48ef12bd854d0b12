"""Snooze: an agent sets a conversation aside, and it comes back by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from console.models import Conversation, Handover, HandoverRules, ScheduledReply, Snooze, TakenByAnother, UnseenMessages
from console.queue.counts import new_counts
from console.queue.sections import section_of
from console.sweep import sweep
from tests.console.conftest import HTMX, fresh, now, words

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def in_an_hour():
    return timezone.now() + HOUR


@pytest.fixture
def snoozed(conversation, ana):
    Snooze.objects.snooze(conversation, ana, in_an_hour())
    return conversation


def section(conversation, agent):
    return section_of(fresh(conversation), agent.pk, None)


def pass_by(hours):
    with time_machine.travel(timezone.now() + hours * HOUR, tick=False):
        sweep()


def test_a_snoozed_conversation_leaves_mine_and_stays_with_its_agent(snoozed, bluebird, ana, ben):
    assert (section(snoozed, ana), section(snoozed, ben)) == ("snoozed", "others")
    assert not Conversation.objects.held_by(ana).exists()
    counts = new_counts()
    assert counts.of([bluebird.pk], ana.pk, None) == {
        "mentions": 0,
        "mine": 0,
        "waiting": 0,
        "others": 0,
        "snoozed": 1,
    }
    assert counts.of([bluebird.pk], ben.pk, None)["others"] == 1


def test_a_snooze_ends_at_its_moment_and_calls_its_agent_until_they_look(snoozed, ana):
    pass_by(0.9)
    assert section(snoozed, ana) == "snoozed"
    pass_by(1.1)
    assert (section(snoozed, ana), snoozed.is_back) == ("mine", True)
    snoozed.see(ana)
    assert not fresh(snoozed).is_back


def test_a_snooze_that_was_prolonged_ends_at_the_later_moment(snoozed, ana):
    Snooze.objects.snooze(snoozed, ana, timezone.now() + 3 * HOUR)
    pass_by(1.1)
    assert section(snoozed, ana) == "snoozed"
    pass_by(3.1)
    assert section(snoozed, ana) == "mine"


def test_a_snooze_without_a_moment_ends_when_the_customer_writes(conversation, ana, receive, said):
    Snooze.objects.snooze(conversation, ana)
    pass_by(100)
    assert section(conversation, ana) == "snoozed"
    receive(said("m_1", "Hello?", now()))
    assert (section(conversation, ana), conversation.unread, conversation.is_back) == ("mine", 1, False)


def test_a_snooze_with_a_moment_ends_when_the_customer_writes_before(snoozed, ana, receive, said):
    receive(said("m_1", "Hello?", now()))
    assert section(snoozed, ana) == "mine"
    snoozed.see(ana)
    pass_by(1.1)
    assert not fresh(snoozed).is_back


def test_the_agents_own_reply_leaves_it_snoozed(snoozed, ana, say):
    say("We are looking into it")
    assert section(snoozed, ana) == "snoozed"


def test_whoever_gets_it_gets_it_awake(snoozed, ana, ben):
    snoozed.transfer(ana, to=ben)
    assert section(snoozed, ben) == "mine"
    pass_by(1.1)
    assert not fresh(snoozed).is_back


def test_closing_ends_a_snooze_and_undo_gives_it_back_awake(snoozed, ana):
    snoozed.close(ana, can_undo=True)
    assert not fresh(snoozed).is_snoozed
    snoozed.undo(ana, Handover.objects.latest("pk"))
    assert section(snoozed, ana) == "mine"


def test_only_the_holder_snoozes_and_ends_a_snooze(snoozed, ben):
    for verb in (Snooze.objects.snooze, Snooze.objects.end_snooze):
        with pytest.raises(TakenByAnother):
            verb(snoozed, ben)
    assert fresh(snoozed).is_snoozed


def test_nothing_is_snoozed_before_its_agent_has_seen_what_the_customer_wrote(conversation, ana, receive, said):
    receive(said("m_1", "Is it there?", now()))
    seen = conversation.messages.get(mid="m_1").pk
    receive(said("m_2", "I have bought another one", now()))
    with pytest.raises(UnseenMessages):
        Snooze.objects.snooze(conversation, ana, in_an_hour(), seen=seen)
    assert not fresh(conversation).is_snoozed


def test_a_snoozed_conversation_does_not_go_back_to_the_bot_by_itself(snoozed, bluebird, ana):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/", back_after=10)
    assert fresh(snoozed).returns_at is None
    Snooze.objects.update(until=timezone.now() + 5 * HOUR)
    pass_by(4)
    assert section(snoozed, ana) == "snoozed"


def test_a_snooze_whose_moment_has_come_stays_with_its_agent_though_the_bot_takes_what_is_silent(
    snoozed, bluebird, ana
):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/", back_after=10)
    with time_machine.travel(timezone.now() + 2 * HOUR, tick=False) as clock:
        sweep()
        assert (section(snoozed, ana), snoozed.is_back, snoozed.returns_at) == ("mine", True, None)
        clock.shift(HOUR)
        sweep()
        snoozed.see(ana)
        sweep()
        assert section(snoozed, ana) == "bot"


def test_a_snooze_that_its_agent_ends_leaves_the_agent_as_much_time_as_a_new_conversation(snoozed, bluebird, ana):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/", back_after=10)
    with time_machine.travel(timezone.now() + 0.9 * HOUR, tick=False) as clock:
        Snooze.objects.end_snooze(snoozed, ana)
        sweep()
        assert section(snoozed, ana) == "mine"
        assert snoozed.returns_at == timezone.now() + timedelta(minutes=10)
        clock.shift(timedelta(minutes=11))
        sweep()
        assert section(snoozed, ana) == "bot"


def test_a_reply_that_facebook_refuses_ends_a_snooze_and_calls_its_agent(conversation, ana, say):
    message = say("When does it suit you?")
    Snooze.objects.snooze(conversation, ana)
    message.fail("No.")
    assert (section(conversation, ana), conversation.is_back) == ("mine", True)


def test_a_scheduled_reply_that_is_refused_ends_a_snooze(conversation, ana, receive, said):
    receive(said("m_1", "Hello", now()))
    ScheduledReply.objects.send_later(conversation, ana, "Is all well?", in_an_hour())
    Snooze.objects.snooze(conversation, ana, timezone.now() + 9 * HOUR)
    Conversation.objects.update(messaging_window_until=timezone.now())
    pass_by(1.1)
    assert (section(conversation, ana), conversation.is_back) == ("mine", True)


def test_a_customer_who_waits_is_snoozed_with_a_moment_alone(anas_browser, conversation, ana, receive, said):
    receive(said("m_1", "Hello?", now()))
    answer = anas_browser.post(f"/conversations/{conversation.pk}/snooze/", form(""), headers=HTMX)
    assert answer.status_code == 409
    assert "Mona Weber waits for an answer: choose a moment." in words(answer.text)
    assert not fresh(conversation).is_snoozed
    Snooze.objects.snooze(conversation, ana, in_an_hour())
    assert fresh(conversation).is_snoozed


def test_snoozes_that_ended_otherwise_are_not_looked_through_for_ever(snoozed, ana, receive, said):
    receive(said("m_1", "Hello?", now()))
    pass_by(1.1)
    assert Snooze.objects.get().until is None


def test_a_snooze_that_fails_to_end_stops_no_other(snoozed, bluebird, ana, monkeypatch, caplog):
    def fail(snooze):
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr(Snooze, "end", fail)
        pass_by(1.1)
    assert "does not end" in caplog.text
    pass_by(1.1)
    assert section(snoozed, ana) == "mine"


# At the desk


def form(when="in 2 hours", **more):
    return {"when": when, "time_zone": "Europe/Berlin"} | more


@pytest.mark.parametrize(
    ("when", "hours"),
    [("in 2 hours", 2), ("when 2 h of the window are left", 22), ("When 1 hour of the window is left", 23)],
)
def test_an_agent_snoozes_until_a_moment_in_words(when, hours, anas_browser, conversation, receive, said):
    receive(said("m_1", "Hello", now()))
    path = f"/conversations/{conversation.pk}/"
    answer = anas_browser.post(f"{path}snooze/", form(when), headers=HTMX)
    assert answer.status_code == 200
    assert "Snoozed until" in words(answer.text) and "Undo" in words(answer.text)
    assert abs(Snooze.objects.get().until - timezone.now() - hours * HOUR) < timedelta(minutes=1)
    assert "End snooze" in words(anas_browser.get(path).text)
    assert "Mona Weber" in words(anas_browser.get("/queue/?snoozed=0", headers=HTMX).text)


def test_an_agent_snoozes_until_the_customer_writes(anas_browser, conversation):
    answer = anas_browser.post(f"/conversations/{conversation.pk}/snooze/", form(""), headers=HTMX)
    assert "Snoozed until Mona Weber writes" in words(answer.text)
    assert Snooze.objects.get().until is None


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("whenever", "Write a moment"),
        ("yesterday", "This moment is over"),
        ("when 2 h of the window are left", "Facebook sets no end"),
        ("9999999999 h of the window", "Write a moment"),
    ],
)
def test_a_moment_that_is_none_is_said_in_the_form_and_in_the_preview(when, problem, anas_browser, conversation):
    path = f"/conversations/{conversation.pk}/snooze/"
    answer = anas_browser.post(path, form(when), headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#dialog-form")
    assert problem in words(answer.text)
    assert problem in words(anas_browser.get(f"{path}preview/", form(when)).text)
    assert not fresh(conversation).is_snoozed


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Adak"])
@pytest.mark.parametrize("when", ["31.12.9999 23:59", "9999-12-31T23:59:59 utc", "in 99999999 hours"])
def test_a_moment_that_some_time_zones_cannot_show_is_refused(when, zone, anas_browser, conversation):
    path, given = f"/conversations/{conversation.pk}/snooze/", form(when) | {"time_zone": zone}
    assert anas_browser.post(path, given, headers=HTMX).status_code == 422
    assert "Write a moment" in words(anas_browser.get(f"{path}preview/", given).text)
    assert not fresh(conversation).is_snoozed


def test_a_window_that_is_nearly_shut_is_refused_as_a_moment(anas_browser, conversation, receive, said):
    receive(said("m_1", "Hello", now()))
    answer = anas_browser.post(f"/conversations/{conversation.pk}/snooze/", form("when 30 h of the window are left"))
    assert "So little of the messaging window is left already" in words(answer.text)


def test_the_preview_names_the_moment_and_warns_of_a_window_that_is_shut_by_then(
    anas_browser, conversation, receive, said
):
    receive(said("m_1", "Hello", now()))
    path = f"/conversations/{conversation.pk}/snooze/preview/"
    soon, late = (words(anas_browser.get(path, form(when)).text) for when in ("in 2 hours", "in 30 hours"))
    assert "Comes back on" in soon and "Facebook takes replies until" not in soon
    assert "Facebook takes replies until" in late
    assert "Mona Weber waits for an answer: choose a moment." in words(anas_browser.get(path, form("")).text)


def test_what_the_customer_wrote_meanwhile_is_shown_before_the_snooze(anas_browser, conversation, receive, said):
    receive(said("m_1", "Is it there?", now()))
    seen = conversation.messages.get(mid="m_1").pk
    receive(said("m_2", "I have bought another one", now()))
    answer = anas_browser.post(f"/conversations/{conversation.pk}/snooze/", form(seen=seen), headers=HTMX)
    assert answer.status_code == 409
    assert "Mona Weber just sent another message" in words(answer.text) and "Snooze anyway" in words(answer.text)


def test_a_colleague_gets_the_reason_in_the_form(bens, snoozed):
    answer = bens.post(f"/conversations/{snoozed.pk}/snooze/", form(), headers=HTMX)
    assert answer.status_code == 409
    assert "Ana Ruiz" in words(answer.text)


def test_a_snooze_is_ended_by_a_button_and_undone_by_an_offer(anas_browser, snoozed, ana):
    path = f"/conversations/{snoozed.pk}/end-snooze/"
    assert "End snooze" not in words(anas_browser.post(path, headers=HTMX).text)
    assert section(snoozed, ana) == "mine"
    Snooze.objects.snooze(snoozed, ana)
    answer = anas_browser.post(path, {"opens": "1"}, headers=HTMX)
    assert answer.headers["HX-Push-Url"] == f"/conversations/{snoozed.pk}/"
    assert section(snoozed, ana) == "mine"


def test_without_scripts_an_agent_snoozes_on_a_page_of_its_own(anas_browser, conversation):
    path = f"/conversations/{conversation.pk}/snooze/"
    assert "Snooze Mona Weber" in words(anas_browser.get(path).text)
    assert anas_browser.post(path, form()).status_code == 302
    assert fresh(conversation).is_snoozed
