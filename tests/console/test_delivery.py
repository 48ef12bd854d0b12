"""Delivery of an agent's replies: content, persona, order and the state that is shown."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console import tasks
from console.infrastructure import rate_limit
from console.models import Conversation, Message, TakenByAnother
from console.models.conversation.thread_order import next_moment
from console.models.message import reconciliation
from console.models.message.reconciliation import MIN_RECONCILIATIONS, PATIENCE, SETTLE
from messenger.events import Echo
from personas.models import Page
from tests.console.conftest import process
from tests.stand_in import eventually

LONG = "\n\n".join(f"{number} part. " + "word " * 300 for number in ["First", "Second", "Third"])


def test_a_reply_is_sent_under_the_persona_of_its_agent(say, conversation, mona, sandbox):
    message = say("Hello Mona, Ana here.")
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert (received["text"], received["persona"]["name"]) == ("Hello Mona, Ana here.", "Ana R.")
    message.refresh_from_db()
    assert (message.state, message.mid) == (Message.State.SENT, received["mid"])
    assert message.persona.graph_id == received["persona"]["id"]


def test_replies_are_delivered_in_the_order_of_sending(say, conversation, mona, sandbox):
    for number in range(5):
        say(f"line {number}")
    conversation.deliver()
    assert sandbox.texts(mona.psid) == [f"line {number}" for number in range(5)]


def test_a_reply_sent_twice_under_one_key_is_delivered_once(say, conversation, ana, mona, sandbox):
    first = say("once")
    assert conversation.send(author=ana, text="once", idempotency_key=first.idempotency_key) == [first]
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["once"]


def test_pressing_send_needs_at_most_twelve_queries(conversation, ana, client):
    client.force_login(ana)
    path = f"/conversations/{conversation.pk}/send/"
    for _press in range(2):  # the first opens the session
        with CaptureQueriesContext(connection) as queries:
            client.post(path, {"text": "Hello", "idempotency_key": uuid.uuid4()}, headers={"HX-Request": "true"})
    assert conversation.messages.count() == 2
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]  # of which a request has none
    assert len(asked) <= 12, asked


def test_delivering_a_reply_needs_ten_queries_and_two_more_for_each_behind_it(say, conversation):
    say("the first, for which the persona is created")
    tasks.deliver(conversation.pk)
    for count in (1, 3):
        for number in range(count):
            say(f"line {number}")
        with CaptureQueriesContext(connection) as queries:
            tasks.deliver(conversation.pk)
        assert len(queries) == 8 + 2 * count, [query["sql"] for query in queries]
    assert not conversation.messages.pending().exists()


def test_a_long_reply_is_sent_in_parts_that_can_fail_and_be_retried_alone(conversation, ana, mona, sandbox):
    replies = conversation.send(author=ana, text=LONG, idempotency_key=uuid.uuid4())
    error = {"message": "(#368)", "code": 368}
    sandbox.fail("messages", times=1, status=400, error=error)
    conversation.deliver()
    assert [message.state for message in conversation.messages.in_order()] == ["failed", "sent", "sent"]
    conversation.retry(replies[0], ana)
    conversation.deliver()
    assert [text[:5] for text in sandbox.texts(mona.psid)] == ["Secon", "Third", "First"]
    assert conversation.last_words.startswith("Third")


def test_a_long_reply_sent_twice_under_one_key_is_one_reply_even_if_cut_otherwise(conversation, ana):
    key = uuid.uuid4()
    replies = conversation.send(author=ana, text=LONG, idempotency_key=key)
    assert replies[0].idempotency_key == key
    assert conversation.send(author=ana, text=LONG, idempotency_key=key) == replies
    assert conversation.send(author=ana, text="Cut otherwise", idempotency_key=key) == replies
    assert conversation.messages.count() == 3


def test_a_reply_of_more_than_20000_characters_is_refused_with_a_sentence(conversation, ana, client):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    fields = {"text": "x" * 20_001, "idempotency_key": uuid.uuid4()}
    answer = client.post(f"/conversations/{conversation.pk}/send/", fields, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.content == b"A reply can have at most 20000 characters; this one has 20001. Split it in two."


def test_every_reply_is_sent_with_its_key_as_metadata(say, conversation, sandbox):
    message = say("Hello")
    conversation.deliver()
    sends = [call for call in sandbox.requests("POST", "messages") if "message" in call["body"]]
    assert [call["body"]["message"]["metadata"] for call in sends] == [str(message.idempotency_key)]


def test_only_the_holder_can_send_a_reply(conversation, ben, mona):
    with pytest.raises(TakenByAnother):
        conversation.send(author=ben, text="Me too", idempotency_key="6d2b0c1e-0000-4000-8000-000000000001")
    assert not mona.conversation.messages.filter(is_incoming=False).exists()


def test_a_reply_refused_permanently_fails_with_a_reason_and_the_next_is_sent(say, conversation, mona, sandbox):
    refused, next_one = say("refused"), say("next")
    error = {"message": "(#551) This person isn't available right now.", "code": 551, "error_subcode": 1545041}
    sandbox.fail("messages", times=1, status=400, error=error)
    conversation.deliver()
    refused.refresh_from_db(), next_one.refresh_from_db()
    assert (refused.state, next_one.state) == (Message.State.FAILED, Message.State.SENT)
    assert "cannot be reached" in refused.error
    assert sandbox.texts(mona.psid) == ["next"]


def test_a_transient_error_holds_back_the_replies_behind(say, conversation, mona, sandbox):
    first, _second = say("first"), say("second")
    sandbox.fail("messages", times=1, status=500)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == []
    first.refresh_from_db()
    assert first.state == Message.State.QUEUED
    assert first.error
    _let_time_pass(conversation)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["first", "second"]


def test_retry_sends_a_failed_reply_again_at_the_end_of_the_thread(say, conversation, ana, mona, sandbox):
    failed = say("failed")
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    conversation.deliver()
    say("later")
    conversation.retry(failed, ana)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["later", "failed"]
    assert [message.text for message in conversation.messages.in_order()] == ["later", "failed"]


def test_retry_does_not_resend_a_reply_that_has_not_failed(say, conversation, ana, mona, sandbox):
    message = say("sent")
    conversation.deliver()
    conversation.retry(message, ana)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["sent"]


def test_a_reply_without_an_answer_is_unknown_until_facebooks_history_shows_it(say, conversation, mona, sandbox):
    message, behind = say("did it arrive?"), say("behind")
    sandbox.fail("messages", times=1, drop="after")
    conversation.deliver()
    message.refresh_from_db()
    assert message.state == Message.State.UNKNOWN
    assert not message.can_retry
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["did it arrive?"]  # and what is behind it waits
    _let_time_pass(conversation)
    conversation.deliver()
    message.refresh_from_db(), behind.refresh_from_db()
    assert (message.state, behind.state) == (Message.State.SENT, Message.State.SENT)
    assert message.mid == sandbox.said(mona.psid)[0]["mid"]
    assert sandbox.texts(mona.psid) == ["did it arrive?", "behind"]


def test_messages_behind_an_unknown_one_wait_even_if_its_outcome_is_stored_late(
    say, conversation, mona, sandbox, monkeypatch
):
    monkeypatch.setattr(reconciliation, "FIRST_PAUSE", timedelta(0))
    say("lost"), say("behind")
    sandbox.fail("messages", times=1, drop="before")
    conversation.deliver()
    assert sandbox.texts(mona.psid) == []


def test_an_unknown_reply_absent_from_facebooks_history_is_sent_again_once_settled(say, conversation, mona, sandbox):
    message, _behind = say("lost"), say("behind")
    sandbox.fail("messages", times=1, drop="before")
    conversation.deliver()
    _let_time_pass(conversation)
    conversation.deliver()
    message.refresh_from_db()
    assert message.state == Message.State.UNKNOWN  # a call may take effect late
    assert sandbox.texts(mona.psid) == []
    _let_time_pass(conversation, settles=True)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["lost", "behind"]


def test_the_same_words_said_before_do_not_settle_an_unknown_message(say, conversation, mona, sandbox):
    say("ok")
    conversation.deliver()
    again = say("ok")
    sandbox.fail("messages", times=1, drop="before")
    conversation.deliver()
    _let_time_pass(conversation)
    conversation.deliver()
    again.refresh_from_db()
    assert again.state == Message.State.UNKNOWN
    _let_time_pass(conversation, settles=True)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["ok", "ok"]


def test_a_history_that_does_not_reach_back_before_the_call_does_not_show_absence(say, conversation, mona, sandbox):
    message, behind = say("lost?"), say("behind")
    sandbox.fail("messages", times=1, drop="before")
    conversation.deliver()
    for number in range(20):
        sandbox.say(mona.psid, text=f"and {number}")
    _let_time_pass(conversation, settles=True)
    conversation.deliver()
    message.refresh_from_db()
    assert (message.state, message.can_retry) == (Message.State.UNKNOWN, False)
    for _reconciliation in range(MIN_RECONCILIATIONS):
        _let_time_pass(conversation, settles=True, ends=True)
        conversation.deliver()
    message.refresh_from_db(), behind.refresh_from_db()
    assert (message.state, message.can_retry) == (Message.State.UNKNOWN, True)
    assert behind.state == Message.State.SENT
    assert sandbox.texts(mona.psid) == ["behind"]


def test_an_unknown_reply_can_be_retried_by_the_agent_if_facebooks_history_fails(say, conversation, ana, mona, sandbox):
    message, _behind = say("perhaps"), say("behind")
    sandbox.fail("messages", times=1, drop="after")
    sandbox.fail("conversations", status=500)
    conversation.deliver()
    for _reconciliation in range(MIN_RECONCILIATIONS):
        _let_time_pass(conversation, settles=True, ends=True)
        conversation.deliver()
    message.refresh_from_db()
    assert message.can_retry
    assert "history does not show" in message.error
    assert sandbox.texts(mona.psid) == ["perhaps", "behind"]


@pytest.mark.parametrize("hindrance", ["the Page is slowed", "no slot of the rate limit is free"])
def test_an_unknown_message_is_not_given_up_while_facebook_could_not_be_asked(
    hindrance, say, conversation, bluebird, sandbox
):
    message = say("hello")
    hour = timezone.now() - timedelta(hours=1)
    lost = {"state": Message.State.UNKNOWN, "unknown_since": hour, "next_attempt_at": hour}
    Message.objects.filter(pk=message.pk).update(**lost)
    if hindrance == "the Page is slowed":
        Page.objects.update(waits_until=timezone.now() + timedelta(minutes=9))
    while rate_limit.reserve(bluebird.pk, rate_limit.HISTORY) <= rate_limit.SHORT:
        pass
    Conversation.objects.get(pk=conversation.pk).deliver()
    message.refresh_from_db()
    assert (message.can_retry, message.reconciliations) == (False, 0)
    assert not sandbox.requests(path="conversations")


def test_a_worker_whose_message_another_worker_took_over_writes_nothing(say, conversation):
    message = say("mine")
    late = Message.objects.get(pk=message.pk)
    late.conversation = conversation
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING, attempts=1)
    late.queue_until(timezone.now())
    assert Message.objects.get(pk=message.pk).state == Message.State.SENDING


def test_an_echo_settles_an_unknown_message_before_facebooks_history_is_asked(say, conversation, mona, sandbox):
    message = say("did it arrive?")
    sandbox.fail("messages", times=1, drop="after")
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    process(_echo(mona, message, received))
    message.refresh_from_db()
    assert (message.state, message.mid, message.next_attempt_at) == (Message.State.SENT, received["mid"], None)
    assert not sandbox.requests(path="conversations")


def test_reconciliation_waits_when_the_rate_limit_of_history_calls_is_used_up(say, conversation, sandbox):
    say("did it arrive?")
    sandbox.fail("messages", times=1, drop="after")
    conversation.deliver()
    while rate_limit.reserve(conversation.page_id, rate_limit.HISTORY) < rate_limit.SHORT:
        pass
    _let_time_pass(conversation)
    conversation.deliver()
    assert not sandbox.requests(path="conversations")


def test_a_reply_whose_worker_died_while_sending_is_unknown(say, conversation, mona, sandbox):
    message = say("half way")
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING)
    conversation.deliver()
    message.refresh_from_db()
    assert message.state == Message.State.UNKNOWN
    assert sandbox.texts(mona.psid) == []


def test_a_worker_without_the_lease_of_the_send_queue_sends_nothing(say, conversation, mona, sandbox):
    say("mine")
    other = Conversation.objects.get(pk=conversation.pk)
    assert other.send_queue.lease()
    conversation.deliver()
    assert sandbox.texts(mona.psid) == []
    other.send_queue.give_back()
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["mine"]


def test_a_worker_whose_lease_ran_out_cannot_renew_or_end_the_lease_of_another(say, conversation):
    say("something")
    slow, next_one = conversation.send_queue, Conversation.objects.get(pk=conversation.pk).send_queue
    slow.lease()
    let_run_out(slow, timedelta(seconds=-1))
    assert next_one.lease()
    assert not slow.keep()
    slow.give_back()
    assert not slow.lease()
    assert next_one.keep()


def test_a_lease_near_its_end_is_renewed_before_a_call(say, conversation):
    say("something")
    conversation.send_queue.lease()
    let_run_out(conversation.send_queue, timedelta(seconds=1))
    assert conversation.send_queue.keep()
    conversation.refresh_from_db()
    assert conversation.leased_until > timezone.now() + timedelta(seconds=20)


def let_run_out(send_queue, left):
    """Let the lease that this queue has end so soon."""
    send_queue._lease = timezone.now() + left
    Conversation.objects.update(leased_until=send_queue._lease)


def test_a_reply_ends_the_customers_wait_and_marks_messages_read(say, conversation, mona):
    conversation.waiting_since = timezone.now()
    conversation.unread = 3
    conversation.save()
    say("There you are")
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.unread) == (None, 0)


def _let_time_pass(conversation, settles=False, ends=False):
    """Let time pass for messages that wait: until the next attempt, until a call has settled, or until we give up."""
    waiting = conversation.messages.filter(next_attempt_at__isnull=False)
    ago = (SETTLE if settles else timedelta()) + (PATIENCE if ends else timedelta())
    waiting.update(next_attempt_at=timezone.now() - timedelta(seconds=1), unknown_since=F("unknown_since") - ago)


def _echo(mona, message, received):
    common = {"page_id": mona.page.page_id, "psid": mona.psid, "at": received["at"], "is_standby": False, "raw": {}}
    content = {"text": message.text, "attachments": (), "metadata": str(message.idempotency_key)}
    return Echo(**common, **content, mid=received["mid"], app_id="")


@pytest.mark.django_db(transaction=True)
def test_the_send_queue_believes_no_state_that_it_read_before_it_had_the_lease(conversation, ana, mona, sandbox):
    """A message that another worker was sending may be queued again by now: that worker has not died."""
    message = Message.objects.queue(conversation, ana, "slow down", next_moment(conversation))
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING)
    with transaction.atomic():  # the lease cannot be taken until this ends
        Conversation.objects.select_for_update().get(pk=conversation.pk)
        worker = threading.Thread(target=_deliver_and_hang_up, args=[conversation.pk])
        worker.start()
        eventually(_somebody_waits_for_a_lock)
        Message.objects.filter(pk=message.pk).update(state=Message.State.QUEUED)
    worker.join(20)
    assert sandbox.texts(mona.psid) == ["slow down"]


def _deliver_and_hang_up(pk):
    Conversation.objects.get(pk=pk).deliver()
    connection.close()


def _somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_a_reply_with_a_scheduled_attempt_is_not_scheduled_again_by_the_sweep(
    say, conversation, sandbox, django_capture_on_commit_callbacks
):
    say("later")
    sandbox.fail("messages", status=500)
    with django_capture_on_commit_callbacks() as callbacks:
        conversation.deliver()
    assert any("deliver_later" in repr(callback) for callback in callbacks)
    with django_capture_on_commit_callbacks() as callbacks:
        for _sweep in range(5):
            conversation.deliver()
    assert callbacks == []
    assert conversation not in type(conversation).objects.pending()


def test_a_reply_that_causes_an_error_in_the_console_fails_and_the_next_is_sent(say, conversation, mona, sandbox):
    broken, _next_one = say("x"), say("next")
    Message.objects.filter(pk=broken.pk).update(text="y" * 2001)  # more than the client takes
    conversation.deliver()
    broken.refresh_from_db()
    assert broken.state == Message.State.UNKNOWN
    _let_time_pass(conversation, settles=True)
    conversation.deliver()
    broken.refresh_from_db()
    assert broken.state == Message.State.FAILED
    assert "finds the reason in its log" in broken.error
    assert sandbox.texts(mona.psid) == ["next"]


def test_a_retried_reply_is_sent_under_the_persona_of_the_agent_who_retries(say, conversation, ana, ben, mona, sandbox):
    message = say("again")
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    conversation.deliver()
    ana.leave()
    conversation.take(ben)
    conversation.retry(message, ben)
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ben O."


def test_a_message_without_a_time_from_facebook_is_not_marked_read_by_a_watermark(say, conversation, mona):
    """Facebook's clock may be ahead: only what its echo has dated is compared with its watermarks."""
    message = say("just now")
    conversation.deliver()
    conversation.refresh_from_db()
    conversation.read_until = timezone.now() + timedelta(seconds=30)
    conversation.save()
    with conversation.changing():
        conversation.thread.show_receipts()
    message.refresh_from_db()
    assert message.state == Message.State.SENT


def test_a_reply_is_ordered_after_a_customer_message_from_a_clock_ahead_of_ours(say, conversation, bluebird):
    ahead = timezone.now() + timedelta(hours=1)
    Message.objects.create(
        conversation=conversation, page=bluebird, is_incoming=True, state="received", text="?", at=ahead, revision=1
    )
    say("!")
    assert [message.text for message in conversation.messages.in_order()] == ["?", "!"]


def test_a_conversation_closed_unanswered_waits_again_when_reopened(conversation, bluebird, ana):
    asked = timezone.now()
    Message.objects.create(
        conversation=conversation, page=bluebird, is_incoming=True, state="received", text="?", at=asked, revision=1
    )
    conversation.close(ana)
    conversation.reopen(ana)
    conversation.return_to_queue(ana)
    assert conversation.waiting_since == asked


def test_return_to_queue_by_a_former_holder_is_refused(conversation, ana, ben):
    stale = type(conversation).objects.get(pk=conversation.pk)
    conversation.return_to_queue(ana)
    conversation.take(ben)
    with pytest.raises(TakenByAnother):
        stale.return_to_queue(ana)
    conversation.refresh_from_db()
    assert conversation.agent == ben


def test_a_conversation_of_an_agent_who_is_away_can_be_taken_over(conversation, ana, ben):
    with pytest.raises(TakenByAnother):
        conversation.take(ben)
    ana.go_away()
    conversation.refresh_from_db()
    conversation.take_over(ben)
    assert conversation.agent == ben


def test_a_conversation_held_by_an_agent_who_left_returns_to_queue(conversation, ana):
    ana.is_active = False
    ana.save()
    type(conversation).objects.without_agent().return_to_queue()
    conversation.refresh_from_db()
    assert conversation.agent is None


@pytest.mark.parametrize(("is_automatic", "unread"), [(False, 0), (True, 1)])
def test_a_retried_reply_answers_a_customer_who_wrote_meanwhile_unless_it_is_automatic(
    is_automatic, unread, say, conversation, ana, sandbox
):
    sandbox.fail("messages", times=1, status=400, error={"message": "blocked", "code": 368, "error_subcode": 1346003})
    message = say("On its way")
    Message.objects.update(is_automatic=is_automatic)
    conversation.deliver()
    Conversation.objects.update(waiting_since=timezone.now(), unread=1)  # the customer wrote
    conversation.retry(message, ana)
    assert (conversation.waiting_since is not None, conversation.unread) == (is_automatic, unread)
