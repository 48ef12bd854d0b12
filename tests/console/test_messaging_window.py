"""The messaging window: what opens it, the tag of each answer, and the sentences that say why it is closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.models import Conversation, Message, TakenByAnother, WindowClosed
from tests.conftest import PAGE_ID
from tests.console.conftest import AT, INBOX, fresh, moment

DAY, WEEK = timedelta(hours=24), timedelta(days=7)
NOT_APPROVED = {"message": "(#10) To use 'Human Agent', your use must be reviewed and approved", "code": 10}
OUTSIDE = {"message": "(#10) This message is sent outside of allowed window.", "code": 10, "error_subcode": 2018278}


@pytest.fixture
def pass_time(sandbox, time_machine):
    """Let time pass for us and for Facebook."""

    def pass_(**long):
        time_machine.shift(timedelta(**long))
        sandbox.post("clock", advance_s=int(timedelta(**long).total_seconds()))

    time_machine.move_to(timezone.now(), tick=True)
    return pass_


@pytest.fixture
def written(receive, said, conversation):
    """Mona has just written."""
    receive(said("m_1", at=now_ms()))
    conversation.refresh_from_db()


@pytest.fixture
def approved(bluebird):
    bluebird.may_use_human_agent = True
    bluebird.save()


@pytest.fixture
def confirmed(approved, conversation, ana):
    conversation.human_agent_at, conversation.human_agent_by = timezone.now(), ana
    conversation.save()


def now_ms():
    return int(timezone.now().timestamp() * 1000)


def tags(sandbox):
    sends = [call["body"] for call in sandbox.requests("POST", "messages") if "message" in call["body"]]
    return [(body["messaging_type"], body.get("tag")) for body in sends]


# Opening


@pytest.mark.parametrize(
    "event",
    [
        {"message": {"mid": "m_2", "text": "Hi"}},
        {"postback": {"title": "Menu", "payload": "MENU"}},
        {"referral": {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
        {"reaction": {"mid": "m_1", "action": "react", "emoji": "😍", "reaction": "love"}},
    ],
    ids=lambda event: next(iter(event)),
)
def test_customer_activity_opens_the_messaging_window_from_its_own_time(event, receive, said, by_mona, mona):
    receive(said("m_1", at=AT))
    receive(by_mona(AT + 5000, **event))
    conversation = fresh(mona.conversation)
    assert conversation.customer_active_at == moment(AT + 5000)
    assert (conversation.messaging_window_until, conversation.human_agent_until) == (
        moment(AT + 5000) + DAY,
        moment(AT + 5000) + WEEK,
    )


@pytest.mark.parametrize(
    "event",
    [
        {"read": {"watermark": AT + 5000}},
        {"delivery": {"watermark": AT + 5000}},
        {"message_edit": {"mid": "m_1", "text": "Hi again", "num_edit": 1}},
        {"reaction": {"mid": "m_1", "action": "unreact"}},
        {"message": {"mid": "m_1", "is_deleted": True}},
    ],
    ids=str,
)
def test_events_that_are_no_customer_activity_open_no_messaging_window(event, receive, said, by_mona, mona):
    receive(said("m_1", at=AT), by_mona(AT + 5000, **event))
    assert fresh(mona.conversation).customer_active_at == moment(AT)


def test_an_answer_of_the_page_opens_no_messaging_window(receive, said, echo, mona):
    receive(said("m_1", at=AT), echo("m_2", at=AT + 5000))
    assert fresh(mona.conversation).customer_active_at == moment(AT)


def test_a_late_customer_message_does_not_shorten_the_messaging_window(receive, said, mona):
    receive(said("m_2", at=AT + 5000), said("m_1", at=AT))
    assert fresh(mona.conversation).customer_active_at == moment(AT + 5000)


def test_a_customer_message_does_not_shorten_a_longer_messaging_window(receive, said, mona):
    Conversation.objects.update(messaging_window_until=moment(AT) + WEEK)
    receive(said("m_1", at=AT))
    assert fresh(mona.conversation).messaging_window_until == moment(AT) + WEEK


def test_a_referral_opens_the_messaging_window_but_begins_no_wait(receive, bluebird):
    referral = {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    receive({"sender": {"id": "42"}, "recipient": {"id": PAGE_ID}, "timestamp": AT, "referral": referral})
    conversation = Conversation.objects.get()
    assert (conversation.is_open, conversation.messages.count()) == (False, 0)
    assert conversation.customer_active_at == moment(AT)


def test_a_customer_without_known_activity_may_be_answered_until_facebook_refuses(receive, bluebird, ana):
    echo = {"is_echo": True, "app_id": INBOX, "mid": "m_1", "text": "From the Inbox"}
    receive({"sender": {"id": PAGE_ID}, "recipient": {"id": "42"}, "timestamp": AT, "message": echo})
    conversation = Conversation.objects.get()
    assert (conversation.messaging_window, conversation.time_left) == ("open", None)


# Ways to answer


def test_an_answer_within_a_day_is_sent_without_a_tag(written, approved, say, conversation, sandbox, pass_time):
    pass_time(hours=23)
    say("Hello")
    conversation.deliver()
    assert tags(sandbox) == [("RESPONSE", None)]


def test_a_confirmed_answer_after_a_day_is_sent_with_the_human_agent_tag(
    written, confirmed, say, conversation, sandbox, pass_time
):
    pass_time(hours=25)
    message = say("Hello")
    conversation.deliver()
    assert tags(sandbox) == [("MESSAGE_TAG", "HUMAN_AGENT")]
    assert fresh(message).state == Message.State.SENT


def test_an_unconfirmed_answer_after_a_day_is_refused(written, approved, say, conversation, pass_time):
    pass_time(hours=25)
    with pytest.raises(WindowClosed, match="confirm first"):
        say("Hello")
    assert not conversation.messages.filter(is_incoming=False).exists()


@pytest.mark.parametrize(("long", "sentence"), [({"hours": 25}, "24 hours"), ({"days": 8}, "24 hours")])
def test_an_answer_after_a_day_is_refused_on_a_page_without_the_human_agent_tag(
    long, sentence, written, say, pass_time
):
    pass_time(**long)
    with pytest.raises(WindowClosed, match=sentence):
        say("Hello")


def test_an_answer_after_a_week_is_refused(written, confirmed, say, pass_time):
    pass_time(days=7, minutes=1)
    with pytest.raises(WindowClosed, match="7 days"):
        say("Hello")


def test_a_reply_repeated_after_the_end_of_the_messaging_window_is_still_accepted(
    written, say, conversation, ana, pass_time
):
    message = say("once")
    pass_time(hours=25)
    assert conversation.send(author=ana, text="once", idempotency_key=message.idempotency_key) == [message]


def test_retry_after_the_end_of_the_messaging_window_is_refused(written, say, conversation, ana, sandbox, pass_time):
    message = say("failed")
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    conversation.deliver()
    pass_time(hours=25)
    with pytest.raises(WindowClosed):
        conversation.retry(message, ana)
    assert fresh(message).state == Message.State.FAILED


# Confirming


def test_confirming_human_agent_once_is_enough_for_a_conversation(written, approved, say, conversation, ana, pass_time):
    pass_time(hours=25)
    conversation.confirm_human_agent(ana)
    confirmed_at = conversation.human_agent_at
    conversation.confirm_human_agent(ana)
    assert (conversation.human_agent_at, conversation.human_agent_by) == (confirmed_at, ana)
    say("A person here")


def test_only_the_holder_can_confirm_human_agent(written, approved, conversation, ben, pass_time):
    pass_time(hours=25)
    with pytest.raises(TakenByAnother):
        conversation.confirm_human_agent(ben)


def test_confirming_human_agent_before_it_is_needed_changes_nothing(written, approved, conversation, ana):
    conversation.confirm_human_agent(ana)
    assert conversation.human_agent_at is None


def test_confirming_human_agent_unlocks_the_composer(written, approved, conversation, anas_browser, pass_time):
    pass_time(hours=25)
    path = f"/conversations/{conversation.pk}"
    assert b'data-locked="unconfirmed"' in anas_browser.get(f"{path}/").content
    answer = anas_browser.post(f"{path}/confirm-human-agent/", headers={"HX-Request": "true"})
    assert b"data-locked" not in answer.content
    assert b"nothing promotional" in answer.content


# At the moment of sending


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_reply_that_waited_past_the_end_of_the_messaging_window_fails(
    is_approved, written, bluebird, say, conversation, sandbox, pass_time
):
    bluebird.may_use_human_agent = is_approved
    bluebird.save()
    late, _late_too = say("late"), say("late too")
    pass_time(hours=25)
    conversation.deliver()
    assert {message.state for message in conversation.messages.filter(is_incoming=False)} == {Message.State.FAILED}
    assert "24 hours" in fresh(late).error
    assert tags(sandbox) == []


def test_an_automatic_message_is_never_sent_with_the_human_agent_tag(
    written, confirmed, say, conversation, sandbox, pass_time
):
    message = say("beep")
    Message.objects.filter(pk=message.pk).update(author=None)
    pass_time(hours=25)
    conversation.deliver()
    assert (fresh(message).state, tags(sandbox)) == (Message.State.FAILED, [])
    assert "only a human agent" in message.error


def test_confirming_human_agent_in_another_tab_counts_when_the_reply_is_sent(
    written, approved, say, conversation, ana, sandbox, pass_time
):
    say("Hello")
    pass_time(hours=25)
    assert conversation.send_queue.lease()
    [message] = conversation.send_queue.next_pending()
    Conversation.objects.get().confirm_human_agent(ana)
    message.deliver()
    assert tags(sandbox) == [("MESSAGE_TAG", "HUMAN_AGENT")]


# Facebook's answers count more


def test_a_refusal_by_facebook_ends_the_messaging_window(written, say, conversation, sandbox):
    message = say("Hello")
    sandbox.fail("messages", times=1, status=400, error=OUTSIDE)
    conversation.deliver()
    assert fresh(message).state == Message.State.FAILED
    conversation.refresh_from_db()
    assert (conversation.messaging_window, conversation.messaging_window_until <= timezone.now()) == ("shut", True)


def test_a_reply_refused_outside_the_messaging_window_can_be_retried_with_the_tag(
    written, approved, say, conversation, ana, sandbox
):
    message = say("Hello")
    sandbox.fail("messages", times=1, status=400, error=OUTSIDE)
    conversation.deliver()
    conversation.confirm_human_agent(ana)
    conversation.retry(message, ana)
    conversation.deliver()
    assert tags(sandbox)[1:] == [("MESSAGE_TAG", "HUMAN_AGENT")]
    assert fresh(message).state == Message.State.SENT


def test_a_refusal_of_a_reply_with_the_human_agent_tag_ends_the_time_of_the_tag(
    written, confirmed, say, conversation, sandbox, pass_time
):
    pass_time(hours=25)
    say("Hello")
    sandbox.fail("messages", times=1, status=400, error=OUTSIDE)
    conversation.deliver()
    conversation.refresh_from_db()
    assert conversation.messaging_window == "shut"
    assert "7 days" in conversation.reply_refusal


def test_customer_activity_during_a_refused_call_keeps_the_messaging_window_open(written, say, conversation, sandbox):
    say("Hello")
    [message] = conversation.send_queue.next_pending()
    message._tag = message.conversation.tag_for(message)
    Conversation.objects.update(customer_active_at=timezone.now(), messaging_window_until=timezone.now() + DAY)
    message.conversation._end_window(None)
    assert fresh(conversation).messaging_window == "open"


def test_the_refusal_of_the_human_agent_tag_says_that_the_app_is_not_approved(
    written, confirmed, say, conversation, sandbox, pass_time
):
    pass_time(hours=25)
    message = say("Hello")
    sandbox.fail("messages", times=1, status=400, error=NOT_APPROVED)
    conversation.deliver()
    assert "not approved our app for replies of human agents" in fresh(message).error


def test_a_permission_error_without_the_human_agent_tag_keeps_its_own_sentence(written, say, conversation, sandbox):
    message = say("Hello")
    sandbox.fail("messages", times=1, status=400, error=NOT_APPROVED)
    conversation.deliver()
    assert "lacks a permission" in fresh(message).error


def test_the_sandbox_refuses_the_human_agent_tag_of_an_app_that_is_not_approved(
    written, confirmed, say, conversation, sandbox, pass_time
):
    [app] = sandbox.get("world")["apps"]
    sandbox.post("apps", app_id=app["id"], secret=app["secret"], human_agent=False)
    pass_time(hours=25)
    message = say("Hello")
    conversation.deliver()
    assert "not approved our app for replies of human agents" in fresh(message).error


# The composer


@pytest.mark.parametrize(
    ("hours", "shown", "is_short"),
    [(17.9, None, False), (18.5, b"5 hr 29 min", False), (23.5, b"29 min", True), (24.5, None, False)],
)
def test_the_time_left_to_answer_shows_in_the_queue_and_above_the_thread_when_short(
    hours, shown, is_short, written, conversation, anas_browser, pass_time
):
    pass_time(hours=hours)
    for path in ["/queue/", f"/conversations/{conversation.pk}/header/"]:
        html = anas_browser.get(path).content
        assert (shown or b'class="time-left') in html or not shown
        assert (b"to reply" in html, b"is-short" in html) == (shown is not None, is_short)


def test_a_composer_locked_by_the_messaging_window_says_why(written, conversation, anas_browser, pass_time):
    pass_time(hours=25)
    html = anas_browser.get(f"/conversations/{conversation.pk}/").content
    assert b'data-locked="window"' in html
    assert b"24 hours in which Facebook lets us reply are over" in html


def test_a_waiting_conversation_that_cannot_be_answered_says_so_before_it_is_taken(
    written, conversation, ana, anas_browser, pass_time
):
    conversation.return_to_queue(ana)
    pass_time(hours=25)
    assert b"are over" in anas_browser.get(f"/conversations/{conversation.pk}/").content


def test_a_reply_after_the_end_of_the_messaging_window_is_refused_with_a_sentence(
    written, conversation, anas_browser, pass_time
):
    pass_time(hours=25)
    fields = {"text": "Hi", "idempotency_key": "6d2b0c1e-0000-4000-8000-000000000001"}
    answer = anas_browser.post(f"/conversations/{conversation.pk}/send/", fields, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert b"The customer has to write again" in answer.content
