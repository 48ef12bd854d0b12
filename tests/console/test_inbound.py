"""Events about Mona in her conversation: messages, echoes, receipts, in order and out of order."""

import base64
import json
import random
import threading
import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction

from console.models import Conversation, Customer, InboundWebhook, Message
from messenger.events import serialize
from personas.models import Page
from tests.conftest import PAGE_ID, TOKEN
from tests.console.conftest import AT, INBOX, MINUTE, fresh, moment, texts, webhook

OURS = int(settings.FACEBOOK_APP_ID)
State = Message.State


@pytest.fixture
def sent(say, conversation):
    """A reply of Ana's that Facebook has."""
    message = say("We are on it.")
    conversation.deliver()
    message.refresh_from_db()
    return message


# Said by the customer


def test_a_customer_message_is_stored_in_the_thread(receive, said, thread, mona):
    inbound_webhook = receive(said("m_1", "Grüße 👋"))
    [message] = thread
    assert (message.text, message.mid, message.at) == ("Grüße 👋", "m_1", moment(AT))
    assert (message.is_incoming, message.state) == (True, State.RECEIVED)
    assert inbound_webhook.processed_at
    assert inbound_webhook.error == ""


def test_a_quick_reply_is_stored_with_its_title_and_payload(receive, said, thread):
    receive(said("m_2", "Yes", quick_reply={"payload": "CONFIRM"}))
    assert [(message.text, message.payload) for message in thread] == [("Yes", "CONFIRM")]


@pytest.mark.parametrize("mid", [{"mid": "m_3"}, {}])
def test_a_postback_delivered_twice_is_one_message(mid, receive, by_mona, thread):
    tap = {"title": "Talk to a human", "payload": "HANDOFF"} | mid
    receive(by_mona(postback=tap)), receive(by_mona(postback=tap), by_mona(optin={}))
    assert [(message.text, message.payload) for message in thread] == [("Talk to a human", "HANDOFF")]


def test_two_postbacks_of_one_button_at_different_times_are_two_messages(receive, by_mona, thread):
    tap = {"title": "Menu", "payload": "MENU"}
    receive(by_mona(AT, postback=tap), by_mona(AT + 1, postback=tap))
    assert texts(thread) == ["Menu", "Menu"]


def test_a_message_repeated_in_one_body_or_another_is_stored_once(receive, said, thread, mona):
    receive(said("m_1", "once"), said("m_1", "once"))
    receive(said("m_1", "once"), said("m_2", "and again"))
    assert texts(thread) == ["once", "and again"]
    assert fresh(mona.conversation).unread == 2


def test_messages_processed_out_of_order_are_shown_in_order(receive, said, thread):
    receive(said("m_3", "three", AT + 2000), said("m_1", "one", AT))
    receive(said("m_2", "two", AT + 1000))
    assert texts(thread) == ["one", "two", "three"]


def test_characters_that_cannot_be_stored_are_removed_from_a_message(receive, said, thread):
    receive(said("m_1", "nul\x00 and half a pair \ud83d"))
    assert texts(thread) == ["nul and half a pair ?"]


def test_a_message_of_an_unknown_sender_creates_a_customer_with_a_conversation(receive, bluebird):
    receive({"sender": {"id": "42"}, "timestamp": AT, "message": {"mid": "m_1", "text": "Hello"}})
    customer = Customer.objects.get(psid="42")
    assert texts(customer.conversation.messages) == ["Hello"]


# The queue


def test_a_customer_waits_since_their_first_unanswered_message(receive, said, mona):
    receive(said("m_1", "first", AT), said("m_2", "second", AT + 1000))
    conversation = fresh(mona.conversation)
    assert (conversation.waiting_since, conversation.unread) == (moment(AT), 2)
    assert (conversation.last_words, conversation.last_at) == ("second", moment(AT + 1000))


def test_a_new_message_reopens_a_closed_conversation_into_the_queue(receive, said, conversation, ana):
    receive(said("m_1"))
    conversation.close(ana)
    receive(said("m_1"), said("m_1", at=AT + 1))
    assert not fresh(conversation).is_open  # what is known already reopens nothing
    receive(said("m_2", "One more thing", AT + 2))
    conversation.refresh_from_db()
    assert (conversation.is_open, conversation.agent, conversation.unread) == (True, None, 1)


def test_a_customer_message_does_not_change_the_holder(receive, said, conversation, ana):
    receive(said("m_1"))
    assert fresh(conversation).agent == ana


# Said by the Page


def test_our_echo_reconciles_a_reply_without_an_answer(receive, echo, say, conversation, sandbox):
    message = say("Did it arrive?")
    sandbox.fail("messages", times=1, drop="after")
    conversation.deliver()
    assert fresh(message).state == State.UNKNOWN
    receive(echo("m_9", message.text, OURS, metadata=str(message.idempotency_key)))
    message.refresh_from_db()
    assert (message.state, message.mid, message.error) == (State.SENT, "m_9", "")
    assert (message.sent_at, message.next_attempt_at) == (moment(AT), None)


def test_our_echo_may_overtake_the_answer_to_the_call(receive, echo, say, conversation, thread):
    message = say("Hello")
    Message.objects.filter(pk=message.pk).update(state=State.SENDING)
    receive(echo("m_9", "Hello", OURS, metadata=str(message.idempotency_key)))
    message.refresh_from_db()
    message.mark_sent("m_9")
    assert [(message.state, message.mid, message.sent_at) for message in thread] == [(State.SENT, "m_9", moment(AT))]


@pytest.mark.parametrize("with_metadata", [True, False])
def test_our_echo_after_the_answer_adds_no_second_message(with_metadata, receive, echo, sent, thread):
    receive(echo(sent.mid, sent.text, OURS, **({"metadata": str(sent.idempotency_key)} if with_metadata else {})))
    assert [(message.pk, message.state) for message in thread] == [(sent.pk, State.SENT)]


@pytest.mark.parametrize(("app_id", "source"), [(INBOX, str(INBOX)), (111, "111"), (None, str(INBOX)), (OURS, "")])
def test_an_echo_of_another_app_is_stored_with_its_source(app_id, source, receive, echo, thread):
    receive(echo("m_9", "From the Inbox", app_id))
    [message] = thread
    assert (message.text, message.is_incoming, message.source) == ("From the Inbox", False, source)
    assert (message.state, message.author) == (State.SENT, None)


def test_an_answer_from_the_page_inbox_ends_the_customers_wait(receive, said, echo, mona):
    receive(said("m_1"), echo("m_9", at=AT + MINUTE))
    conversation = fresh(mona.conversation)
    assert (conversation.waiting_since, conversation.last_words) == (None, "Hello")


def test_a_late_echo_of_an_answer_leaves_a_later_customer_message_waiting(receive, said, echo, mona):
    receive(said("m_1"))
    receive(said("m_2", "And the lid?", at=AT + 2 * MINUTE))
    receive(echo("m_9", at=AT + MINUTE))
    assert fresh(mona.conversation).waiting_since == moment(AT + 2 * MINUTE)


def test_an_echo_with_foreign_metadata_confirms_no_reply(receive, echo, sent, thread):
    receive(echo("m_9", metadata="job:42"), echo("m_10", metadata=str(uuid.uuid4())))
    assert thread.count() == 3


# Receipts


def test_a_delivery_receipt_marks_the_messages_it_names_delivered(receive, by_mona, sent):
    receive(by_mona(delivery={"mids": [sent.mid], "watermark": AT}))
    assert fresh(sent).state == State.DELIVERED


@pytest.mark.parametrize(("receipt", "state"), [("delivery", State.DELIVERED), ("read", State.READ)])
def test_a_watermark_covers_messages_sent_until_then(receipt, state, receive, echo, by_mona, thread):
    receive(echo("m_1", at=AT), echo("m_2", at=AT + 1000), echo("m_3", at=AT + 2000))
    receive(by_mona(**{receipt: {"watermark": AT + 1000}}))
    assert [message.state for message in thread] == [state, state, State.SENT]


def test_a_watermark_covers_an_earlier_message_whose_echo_comes_after_it(receive, echo, by_mona, thread):
    receive(by_mona(read={"watermark": AT}))
    receive(echo("m_1", at=AT))
    assert [message.state for message in thread] == [State.READ]


def test_a_receipt_never_lowers_the_state_of_a_message(receive, echo, by_mona, thread, mona):
    receive(echo("m_1"), by_mona(read={"watermark": AT + 1000}))
    receive(by_mona(delivery={"mids": ["m_1"], "watermark": AT}), by_mona(read={"watermark": AT - 1000}), echo("m_1"))
    assert [message.state for message in thread] == [State.READ]
    assert fresh(mona.conversation).read_until == moment(AT + 1000)


def test_receipts_do_not_change_customer_messages(receive, said, by_mona, thread):
    receive(said("m_1"), by_mona(delivery={"mids": ["m_1"]}), by_mona(read={"watermark": AT + 1000}))
    assert [message.state for message in thread] == [State.RECEIVED]


# Unknown Pages and trouble


def test_unknown_events_are_stored_and_counted(receive, said, by_mona, thread):
    inbound_webhook = receive(
        by_mona(something_new={"ref": "x"}), said("m_1"), {"recipient": {}, "another": {}}, "surprise"
    )
    assert (inbound_webhook.unknown, inbound_webhook.error, texts(thread)) == (3, "", ["Hi"])
    assert json.loads(inbound_webhook.body)["entry"][0]["messaging"][3] == "surprise"


def test_a_known_event_without_a_customer_creates_no_conversation(receive, bluebird):
    inbound_webhook = receive(
        {"recipient": {"id": PAGE_ID}, "timestamp": AT, "optin": {"ref": "promo", "user_ref": "u1"}}
    )
    assert (inbound_webhook.unknown, inbound_webhook.error) == (0, "")
    assert not Conversation.objects.exists()


def test_an_inbound_webhook_of_an_unknown_page_is_processed_once_the_page_is_added(arrive, db):
    arrive(serialize(webhook({"sender": {"id": "42"}, "timestamp": AT, "message": {"mid": "m_1", "text": "Hi"}})))
    inbound_webhook = InboundWebhook.objects.get()
    inbound_webhook.process()
    assert (inbound_webhook.processed_at, PAGE_ID in inbound_webhook.error) == (None, True)
    Page.objects.create(page_id=PAGE_ID, token=TOKEN)
    inbound_webhook.requeue()
    inbound_webhook.process()
    assert (inbound_webhook.error, Message.objects.get().text) == ("", "Hi")


def test_a_failing_event_does_not_delay_the_others_of_its_body(receive, said, by_mona, thread):
    inbound_webhook = receive(said("m_1", "before"), by_mona(reaction={"mid": "m_0"}), said("m_2", "after", AT + 1))
    assert texts(thread) == ["before", "after"]
    assert inbound_webhook.processed_at is None
    assert "m_0 has not come" in inbound_webhook.error


@pytest.mark.parametrize("length", [300, 5000, 100_000])
def test_events_with_ids_of_any_length_are_processed(length, receive, bluebird, client, ada):
    long = random_text(length)
    said = {"mid": f"m_{long}", "text": "Hi", "reply_to": {"mid": f"m_0{long}"}}
    given = [
        {"sender": {"id": long}, "timestamp": AT, "message": said},
        {"sender": {"id": PAGE_ID}, "recipient": {"id": long}, "timestamp": AT + 9000}
        | {"message": {"is_echo": True, "app_id": long, "mid": f"m_2{long}", "text": "Hello"}},
        {"sender": {"id": long}, "timestamp": AT + 9001, "read": {"watermark": AT + 9000}},
        {"sender": {"id": long}, "timestamp": AT + 9002, "take_thread_control": {"new_owner_app_id": long}},
    ]
    for inbound_webhook in (receive(*given), receive(*given, {"sender": {"id": "1"}})):
        assert (inbound_webhook.error, inbound_webhook.processed_at is None) == ("", False)
    assert texts(Customer.objects.get(psid=long).conversation.messages.in_order()) == ["Hi", "Hello"]
    client.force_login(ada)
    assert client.get(f"/conversations/{Conversation.objects.get().pk}/").status_code == 200


def random_text(length):
    """Return a random text, which an index cannot compress."""
    return base64.b85encode(random.Random(1).randbytes(length)).decode()[:length].replace("<", "x")


def test_a_failed_inbound_webhook_is_retried_up_to_a_limit(receive, by_mona):
    inbound_webhook = receive(by_mona(reaction={"mid": "m_0"}))
    assert not InboundWebhook.objects.due().exists()
    InboundWebhook.objects.update(next_attempt_at=moment(AT))
    assert list(InboundWebhook.objects.due()) == [inbound_webhook]
    InboundWebhook.objects.update(attempts=12)
    assert not InboundWebhook.objects.due().exists()


def test_a_conversation_that_begins_with_an_echo_is_closed(receive, bluebird):
    message = {"is_echo": True, "app_id": INBOX, "mid": "m_1", "text": "Hello from the Inbox"}
    receive({"sender": {"id": PAGE_ID}, "recipient": {"id": "9999"}, "timestamp": AT, "message": message})
    assert not Conversation.objects.get().is_open


@pytest.mark.django_db(transaction=True)
def test_a_worker_skips_an_inbound_webhook_locked_by_another(django_assert_max_num_queries):
    InboundWebhook.objects.create(
        body='{"object":"page","entry":[]}', digest="x"
    )  # wakes nobody: no other worker comes to process it
    is_held, is_over = threading.Event(), threading.Event()
    other = threading.Thread(target=_lock_a_webhook, args=[is_held, is_over])
    other.start()
    is_held.wait(10)
    try:
        with django_assert_max_num_queries(20):
            InboundWebhook.objects.all().process()
    finally:
        is_over.set()
        other.join()
    assert InboundWebhook.objects.unprocessed().exists()


def _lock_a_webhook(is_held, is_over):
    with transaction.atomic():
        InboundWebhook.objects.select_for_update().get()
        is_held.set()
        is_over.wait(10)
    connection.close()


def test_a_reaction_to_an_unknown_message_opens_the_messaging_window(receive, by_mona, mona):
    inbound_webhook = receive(by_mona(reaction={"mid": "m_0", "action": "react", "emoji": "❤"}))
    assert "m_0 has not come" in inbound_webhook.error
    assert Conversation.objects.get(customer=mona).customer_active_at == moment(AT)


def test_an_inbound_webhook_that_cannot_be_parsed_does_not_delay_others(said, thread, mona):
    InboundWebhook.objects.store(b"[" * 5_000, serialize(webhook(said("m_1", "Hello?"))))
    InboundWebhook.objects.process()
    assert [message.text for message in thread] == ["Hello?"]
    [refused] = InboundWebhook.objects.unprocessed()
    assert (refused.attempts, refused.error) == (1, "ValueError: The body is not JSON.")
