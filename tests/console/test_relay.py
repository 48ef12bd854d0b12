"""The relay: while a bot holds a conversation, the console delivers to it the events that Facebook would send."""

import json
import re
import time
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.infrastructure import thread_pool
from console.models import BotEvent, Conversation, Customer, HandoverRules, Holder, InboundWebhook
from console.models.bot_event import post
from console.models.bot_event.holder_change import HolderChange
from console.models.handover_rules import USUAL_BOT_FIELDS
from messenger import events, webhook_signature
from personas.models import Page
from tests.conftest import PAGE_ID
from tests.console.conftest import AT, MINUTE, fresh, texts, webhook
from tests.stand_in import Bot, Raw

SECRET = "told to nobody"
OURS = int(settings.FACEBOOK_APP_ID)
MOST = thread_pool.MOST_OF_WORKER_FOR_ONE_PAGE


@pytest.fixture
def bot():
    with Bot() as server:
        yield server


@pytest.fixture
def rules(bluebird, bot):
    return HandoverRules.objects.create(page=bluebird, webhook_url=bot.url, words="human")


@pytest.fixture
def robin(mona, rules):
    """Mona's conversation, which the bot holds."""
    return held_by_bot(mona)


@pytest.fixture
def nina(bluebird, rules):
    """Another customer, with whom the bot talks."""
    nina = Customer.objects.create(page=bluebird, psid="7001002003004999", name="Nina Roth")
    Conversation.objects.create(page=bluebird, customer=nina)
    return held_by_bot(nina)


def subscribe(*fields):
    """The Page's bot to these as well."""
    HandoverRules.objects.update(bot_fields=[*USUAL_BOT_FIELDS, *fields])


def held_by_bot(customer):
    Conversation.objects.filter(customer=customer).update(holder=Holder.BOT)
    return Conversation.objects.get(customer=customer)


def by(conversation, mid, text="Hi", at=AT):
    said = {"mid": mid, "text": text}
    return {
        "sender": {"id": conversation.customer.psid},
        "recipient": {"id": PAGE_ID},
        "timestamp": at,
        "message": said,
    }


def go_on():
    """Every pause is over, and a worker comes by."""
    BotEvent.objects.update(leased_until=None, next_attempt_at=None)
    for first in BotEvent.objects.first_of_queues():
        first.deliver()


def received(bot):
    """Return one word for each event that the bot received."""
    return [_word(event) for body in bot.bodies for event in events.parse(body)]


def _word(event):
    channel = "standby " if event.is_standby else ""
    return channel + (getattr(event, "text", "") or type(event).__name__)


# Relayed events


def test_a_bot_event_has_the_bytes_and_signatures_of_facebooks_webhook(robin, receive, bot, settings):
    inbound_webhook = receive(by(robin, "m_1", "Grüße / 👋"))
    go_on()
    [(headers, body)] = bot.received
    assert body == inbound_webhook.body.encode()
    assert headers["X-Hub-Signature-256"] == webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET)
    assert headers["X-Hub-Signature"] == webhook_signature.sign_sha1(body, settings.FACEBOOK_APP_SECRET)
    assert (headers["Content-Type"], headers["User-Agent"]) == ("application/json", "facebookexternalua")
    assert not BotEvent.objects.exists()


def test_a_webhook_in_another_json_spelling_is_relayed_unchanged(robin, arrive, bot):
    body = json.dumps(webhook(by(robin, "m_1", "a/b ü")), indent=1, ensure_ascii=False).encode()
    assert arrive(body).status_code == 200
    InboundWebhook.objects.get().process()
    go_on()
    assert bot.bodies == [body]


def test_echoes_and_receipts_are_delivered_to_a_bot_that_subscribed_to_them(
    robin, receive, by_mona, echo, bot, settings
):
    subscribe("message_echoes", "message_deliveries", "message_reads")
    own = echo("m_1", "Hello", int(settings.FACEBOOK_APP_ID))
    receive(own, by_mona(delivery={"watermark": AT}), by_mona(read={"watermark": AT}))
    go_on()
    assert received(bot) == ["Hello", "Delivery", "Read"]


def test_an_event_about_the_page_is_delivered_to_the_bot_with_any_holder(conversation, rules, receive, bot):
    receive({"recipient": {"id": PAGE_ID}, "timestamp": AT, "policy_enforcement": {"action": "warning", "reason": "x"}})
    go_on()
    assert received(bot) == ["Policy"]


def test_a_webhook_with_several_customers_is_delivered_as_one_bot_event_for_each(robin, nina, receive, bot):
    receive(by(nina, "n_1", "one"), by(robin, "m_1", "two"), by(nina, "n_2", "three"))
    go_on()
    delivered = sorted([_word(event) for event in events.parse(body)] for body in bot.bodies)
    assert delivered == [["one", "three"], ["two"]]
    assert all(body == events.serialize(json.loads(body)) for body in bot.bodies)


def test_only_events_of_conversations_held_by_the_bot_are_delivered(conversation, nina, rules, receive, bot):
    receive(by(conversation, "m_1", "for Ana"), by(nina, "n_1", "for the bot"))
    go_on()
    assert received(bot) == ["for the bot"]


def test_no_bot_event_is_created_while_an_agent_holds_the_conversation(conversation, rules, receive, by_mona, bot):
    receive(by(conversation, "m_1"), by_mona(account_linking={"status": "linked"}))
    assert not BotEvent.objects.exists()


def test_a_bot_with_standby_receives_events_of_an_agents_conversation_as_standby(
    conversation, rules, receive, by_mona, bot
):
    HandoverRules.objects.update(receives_standby=True)
    receive(by(conversation, "m_1", "Hi"), by_mona(postback={"mid": "m_2", "title": "Order", "payload": "ORDER"}))
    go_on()
    [entry, tapped] = json.loads(bot.bodies[0])["entry"]
    assert entry["standby"][0]["message"]["text"] == "Hi"
    assert tapped["standby"][0]["postback"] == {"mid": "m_2", "title": "Order"}


def test_a_message_that_calls_a_person_is_not_delivered_to_the_bot(robin, receive, bot):
    receive(by(robin, "m_1", "Hi"))
    receive(by(robin, "m_2", "human"))
    go_on()
    assert fresh(robin).holder == Holder.QUEUE
    assert received(bot) == []  # nor what it had not heard by then: people answer that


def test_a_webhook_received_twice_is_delivered_to_the_bot_once(robin, arrive, bot):
    body = events.serialize(webhook(by(robin, "m_1")))
    for _time in range(2):
        arrive(body)
        for inbound_webhook in InboundWebhook.objects.all():
            inbound_webhook.process()
    go_on()
    assert received(bot) == ["Hi"]


def test_a_message_repeated_in_another_body_is_delivered_to_the_bot_once(robin, receive, thread, bot):
    receive(by(robin, "m_1"))
    receive(by(robin, "m_1"), by(robin, "m_2", "and"))
    go_on()
    assert received(bot) == ["Hi", "and"]
    assert texts(thread) == ["Hi", "and"]


def test_a_message_for_agents_is_not_delivered_to_the_bot_when_facebook_repeats_it(
    conversation, ana, rules, receive, bot
):
    receive(by(conversation, "m_1", "For Ana"))
    conversation.hand_back(ana)
    receive(by(conversation, "m_1", "For Ana"), by(conversation, "m_2", "and"))
    go_on()
    assert received(bot) == ["ThreadPassed", "and"]


def test_the_unsending_of_a_delivered_message_is_delivered_to_the_bot(robin, receive, bot):
    receive(by(robin, "m_1"))
    go_on()
    taken_back = by(robin, "m_1")
    taken_back["message"] = {"mid": "m_1", "is_deleted": True}
    receive(taken_back)
    go_on()
    assert received(bot) == ["Hi", "Message"]


def test_two_equal_answers_of_a_bot_are_both_stored(robin, receive, echo, thread, settings):
    app_id = int(settings.FACEBOOK_APP_ID)
    receive(by(robin, "m_1"))
    receive(echo("m_2", "Hello!", app_id, AT + 1))
    receive(echo("m_3", "Hello!", app_id, AT + 2))
    assert [(said.text, said.is_by_bot) for said in thread][1:] == [("Hello!", True)] * 2
    assert fresh(robin).holder == Holder.BOT


# Events of people's work


def test_hand_back_delivers_pass_thread_control_with_a_summary_to_the_bot(
    rules, conversation, ana, receive, bot, settings
):
    receive(by(conversation, "m_1", "My tea is cold"))
    conversation.hand_back(ana, note="Refunded")
    go_on()
    [passed] = events.parse(bot.bodies[0])
    assert (passed.psid, passed.new_app_id) == (conversation.customer.psid, settings.FACEBOOK_APP_ID)
    assert passed.metadata.startswith("Refunded")
    assert "Customer: My tea is cold" in passed.metadata


def test_a_reopened_conversation_delivers_the_message_and_no_thread_control_to_the_bot(
    conversation, ana, receive, bot, bluebird
):
    conversation.close(ana)
    HandoverRules.objects.create(page=bluebird, webhook_url=bot.url)
    receive(by(conversation, "m_1", "Me again"))
    go_on()
    assert received(bot) == ["Me again"]


def test_a_bot_with_standby_receives_take_thread_control_when_an_agent_takes(robin, ana, rules, receive, bot):
    HandoverRules.objects.update(receives_standby=True)
    receive(by(robin, "m_1", "Hi"))
    robin = Conversation.objects.get(pk=robin.pk)
    robin.take(ana)
    go_on()
    assert received(bot) == ["standby Hi", "ThreadTaken"]


# How it is told


def test_bot_events_are_delivered_in_order_after_failures(robin, receive, bot):
    bot.answers = [503, 500, 302]
    for number in range(3):
        receive(by(robin, f"m_{number}", f"{number}"))
    for _time in range(4):
        go_on()
    assert received(bot) == ["0", "0", "0", "0", "1", "2"]


def test_bot_events_of_one_conversation_do_not_wait_for_those_of_another(robin, nina, receive, bot):
    receive(by(robin, "m_1", "Mona"))
    receive(by(nina, "n_1", "Nina"))
    bot.answers = [503]
    go_on()
    assert received(bot) == ["Mona", "Nina"]
    assert [row.conversation for row in BotEvent.objects.all()] == [robin]


def test_only_the_oldest_bot_event_of_a_conversation_is_delivered_by_one_worker(robin, receive, bot):
    receive(by(robin, "m_1", "first"))
    receive(by(robin, "m_2", "second"))
    for row in BotEvent.objects.all():
        row.deliver()  # the processor, which wrote the first, has it
    assert received(bot) == []
    BotEvent.objects.update(leased_until=timezone.now() - timedelta(seconds=1))  # it was killed
    assert BotEvent.objects.first_of_queues().due().count() == 1
    BotEvent.objects.last().deliver()
    assert received(bot) == ["first", "second"]


def test_a_slow_bot_leaves_worker_threads_for_other_bots(robin, receive, bot, bluebird):
    receive(by(robin, "m_1"))
    with ExitStack() as busy:
        assert all(busy.enter_context(thread_pool.share(bluebird.pk)) for _thread in range(MOST))
        go_on()
        assert received(bot) == []
        with thread_pool.share(bluebird.pk + 1) as is_free:
            assert is_free
    go_on()
    assert received(bot) == ["Hi"]


def test_pending_bot_events_are_dropped_when_the_bot_is_removed(robin, receive, bot):
    receive(by(robin, "m_1"))
    HandoverRules.objects.update(webhook_url="")
    go_on()
    assert (bot.received, BotEvent.objects.count()) == ([], 0)


def test_a_customer_who_waits_for_a_removed_bot_comes_to_the_queue(robin, receive, bot):
    receive(by(robin, "m_1"))
    HandoverRules.objects.update(webhook_url="")
    go_on()
    Conversation.objects.all().apply_timeouts()
    assert why(robin) == ["bot → queue "]
    assert robin.handovers.get().cause == "no-bot"


def test_a_reaction_of_an_unknown_customer_is_delivered_to_the_bot(rules, receive, bot, bluebird):
    """The customer reacted to a message from before the console."""
    subscribe("message_reactions")
    liked = {"action": "react", "emoji": "❤", "reaction": "love", "mid": "m_before"}
    sender = {"sender": {"id": "7001002003004777"}, "recipient": {"id": PAGE_ID}, "timestamp": AT}
    receive(sender | {"reaction": liked})
    connection.check_constraints()
    go_on()
    assert received(bot) == ["Reaction"]


def test_a_failing_relay_stores_the_message_and_is_retried(robin, receive, thread, monkeypatch):
    monkeypatch.setattr(type(BotEvent.objects), "add_event", lambda *given: 1 / 0)
    inbound_webhook = receive(by(robin, "m_1"))
    assert texts(thread) == ["Hi"]
    assert "ZeroDivisionError" in inbound_webhook.error
    monkeypatch.undo()
    inbound_webhook.process()
    assert (inbound_webhook.error, BotEvent.objects.count()) == ("", 1)


def test_an_echo_without_an_app_id_counts_as_the_page_inbox_and_not_the_bot(robin, receive, echo):
    receive(by(robin, "m_1"), echo("m_9", "From the Inbox", None, AT + MINUTE))
    assert fresh(robin).holder == Holder.ELSEWHERE


# A bot that is down


def give_up():
    for _time in range(6):
        go_on()


def why(conversation):
    return [f"{row} {row.note}" for row in conversation.handovers.in_order()]


def test_all_customers_who_wait_for_a_bot_that_is_down_come_to_the_queue(robin, nina, receive, bot, rules):
    bot.answers_always = 502
    receive(by(nina, "n_1", at=AT))
    BotEvent.objects.all().delete()  # the bot heard it, and died before it answered
    Conversation.objects.update(last_at=timezone.now())
    receive(by(robin, "m_1"))
    receive(by(robin, "m_2", "Hello?"))
    give_up()
    assert [why(conversation) for conversation in (robin, nina)] == [["bot → queue HTTP 502"]] * 2
    assert fresh(rules).is_bot_down
    assert rules.bot_error == "HTTP 502"
    assert not BotEvent.objects.exists()


def test_a_message_while_the_bot_is_down_goes_to_the_queue_immediately(robin, receive, bot, rules):
    HandoverRules.objects.update(bot_down_until=timezone.now() + timedelta(seconds=30), bot_error="HTTP 502")
    receive(by(robin, "m_1"))
    assert why(robin) == ["bot → queue HTTP 502"]
    assert not BotEvent.objects.exists()


def test_one_failure_after_the_pause_marks_the_bot_down_again(robin, receive, bot, rules):
    """Five seconds long: that is how long the bot may take."""
    HandoverRules.objects.update(bot_down_until=timezone.now(), bot_error="HTTP 502")
    receive(by(robin, "m_1"))
    bot.is_awake.clear()
    go_on()
    assert why(robin) == ["bot → queue no answer in 5 s"]
    assert fresh(rules).is_bot_down


def test_one_delivered_bot_event_marks_the_bot_as_working_again(robin, nina, receive, by_mona, bot, rules):
    subscribe("message_reads")
    receive(by_mona(read={"watermark": AT}))
    HandoverRules.objects.update(bot_down_until=timezone.now() + timedelta(seconds=30), bot_error="HTTP 502")
    go_on()
    assert received(bot) == []  # nobody waits for anything, and it is not asked
    assert fresh(robin).holder == Holder.BOT
    HandoverRules.objects.update(bot_down_until=timezone.now())
    receive(by(nina, "n_1", "Hi"))
    BotEvent.objects.update(leased_until=None)
    BotEvent.objects.last().deliver()
    assert (fresh(rules).bot_down_until, rules.bot_error) == (None, "")
    assert BotEvent.objects.due().count() == 1
    go_on()
    assert received(bot) == ["Hi", "Read"]


def test_only_one_worker_probes_a_bot_that_was_down(rules):
    HandoverRules.objects.update(bot_down_until=timezone.now())
    one, other = HandoverRules.objects.get(), HandoverRules.objects.get()
    assert [one.may_ask_bot(), other.may_ask_bot(), HandoverRules.objects.get().may_ask_bot()] == [True, False, False]


def test_a_message_that_the_bot_rejects_comes_to_the_queue_without_marking_the_bot_down(
    robin, nina, receive, bot, rules
):
    receive(by(nina, "n_1"))
    go_on()
    bot.answers_always = 500
    receive(by(robin, "m_1"))
    give_up()
    assert why(robin) == ["bot → queue HTTP 500"]
    assert fresh(nina).holder == Holder.BOT
    assert not fresh(rules).is_bot_down


def test_a_bot_answer_to_an_earlier_message_does_not_end_the_wait_for_a_rejected_one(
    robin, receive, echo, bot, settings
):
    receive(by(robin, "m_1"))
    go_on()
    bot.answers_always = 500
    receive(by(robin, "m_2", "And this?"))
    receive(echo("m_3", "Hello!", int(settings.FACEBOOK_APP_ID), AT + 1))  # late, to the first
    give_up()
    assert why(robin) == ["bot → queue HTTP 500"]
    assert fresh(robin).waiting_since


def test_a_worker_that_dies_while_giving_up_a_bot_event_is_replaced_by_the_next(
    robin, receive, bot, rules, monkeypatch
):
    bot.answers_always = 502
    receive(by(robin, "m_1"))
    with monkeypatch.context() as patched, suppress(SystemExit):
        patched.setattr(Conversation, "hand_over_unanswered", lambda self, error: exit())  # the worker is killed here
        give_up()
    give_up()
    assert why(robin) == ["bot → queue HTTP 502"]


def test_a_receipt_that_the_bot_rejects_neither_hands_over_nor_delays_messages(
    robin, nina, receive, by_mona, bot, rules
):
    subscribe("message_reads")
    receive(by(nina, "n_1"))
    BotEvent.objects.all().delete()  # the bot heard it, and is still to answer
    Conversation.objects.update(last_at=timezone.now())
    bot.answers = [500]
    receive(by_mona(read={"watermark": AT}))  # the processor has tried it once
    receive(by(robin, "m_2", "two"))
    go_on()
    assert received(bot) == ["Read", "two"]
    assert [fresh(conversation).holder for conversation in (robin, nina)] == [Holder.BOT, Holder.BOT]
    assert not fresh(rules).is_bot_down


REFUSED = {
    "an echo": lambda mona: {"message": {"is_echo": True, "mid": "m_e", "text": "Hello", "app_id": OURS}},
    "a delivery": lambda mona: {"delivery": {"watermark": AT}},
    "a reaction": lambda mona: {"reaction": {"mid": "m_1", "action": "react", "emoji": "x", "reaction": "like"}},
    "an opt-in": lambda mona: {"optin": {"type": "one_time_notif_req", "payload": "x"}},
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_rejected_event_that_nobody_waits_for_is_dropped_without_marking_the_bot_down(
    kind, robin, receive, by_mona, bot, rules
):
    subscribe("message_echoes", "message_deliveries", "message_reactions")
    event = by_mona(**REFUSED[kind](robin))
    if kind == "an echo":
        event |= {"sender": event["recipient"], "recipient": event["sender"]}
    bot.answers_always = 500
    receive(event)
    go_on()
    go_on()
    assert not BotEvent.objects.exists()
    assert not fresh(rules).is_bot_down
    assert rules.bot_error == "HTTP 500"  # an admin may want to know


def test_a_rejected_standby_event_is_dropped_without_marking_the_bot_down(conversation, rules, receive, bot):
    HandoverRules.objects.update(receives_standby=True)
    bot.answers_always = 400
    receive(by(conversation, "m_1", "for Ana"))
    go_on()
    go_on()
    assert not BotEvent.objects.exists()
    assert not fresh(rules).is_bot_down


def test_a_receipt_that_cannot_be_delivered_marks_the_bot_down(robin, receive, by_mona, bot, rules):
    subscribe("message_reads")
    receive(by_mona(read={"watermark": AT}))
    bot.server.shutdown()
    bot.server.server_close()
    give_up()
    assert fresh(rules).is_bot_down


def test_messages_and_receipts_of_one_webhook_are_delivered_separately(robin, receive, by_mona, bot):
    subscribe("message_reads")
    receive(by(robin, "m_1", "one"), by_mona(read={"watermark": AT}), by(robin, "m_2", "two"))
    bot.answers = [200, 500, 500]
    for _time in range(3):
        go_on()
    assert received(bot) == ["one", "Read", "Read", "two"]


def test_an_accepted_receipt_does_not_prevent_that_rejected_messages_mark_the_bot_down(
    robin, receive, by_mona, bot, rules
):
    subscribe("message_reads")
    receive(by_mona(read={"watermark": AT}))
    go_on()
    assert fresh(rules).bot_answered_at is None
    bot.answers_always = 500
    receive(by(robin, "m_1"))
    give_up()
    assert fresh(rules).is_bot_down


# Subscriptions


def test_a_bot_receives_the_usual_fields_and_no_receipts_by_default(robin, receive, by_mona, echo, bot):
    tap = {"mid": "m_2", "title": "Order", "payload": "ORDER"}
    receipts = [
        by_mona(delivery={"watermark": AT}),
        by_mona(read={"watermark": AT}),
        echo("m_9", app_id=int(settings.FACEBOOK_APP_ID)),
    ]
    receive(by(robin, "m_1", "Hi"), *receipts, by_mona(postback=tap), by_mona(something_new={}))
    go_on()
    assert received(bot) == ["Hi", "Postback"]


def test_a_postback_that_the_bot_did_not_subscribe_to_goes_to_the_queue(robin, receive, by_mona, bot):
    HandoverRules.objects.update(bot_fields=["messages"])
    receive(by_mona(postback={"mid": "m_2", "title": "Order", "payload": "ORDER"}))
    go_on()
    assert received(bot) == []
    assert (fresh(robin).holder, robin.handovers.get().cause) == (Holder.QUEUE, "not-subscribed")


LEAD = {"type": "LEAD_COMPLETE", "source": "ADS", "ad_id": "6045", "lead": {"data": []}}
WAITED_FOR = {"an order": {"order": {"products": [{"name": "Mug"}]}}, "the form of an ad": {"referral": LEAD}}


@pytest.mark.parametrize("kind", WAITED_FOR)
def test_an_order_or_form_that_the_bot_rejects_goes_to_the_queue(kind, robin, receive, by_mona, bot):
    bot.answers_always = 500
    receive(by_mona(int(time.time() * 1000), **WAITED_FOR[kind]))
    give_up()
    assert (fresh(robin).holder, robin.handovers.get().cause) == (Holder.QUEUE, "bot-down")


@pytest.mark.parametrize("kind", WAITED_FOR)
def test_an_order_or_form_that_the_bot_did_not_subscribe_to_goes_to_the_queue(kind, robin, receive, by_mona):
    HandoverRules.objects.update(bot_fields=["messaging_postbacks"])
    receive(by_mona(**WAITED_FOR[kind]))
    assert (fresh(robin).holder, robin.handovers.get().cause) == (Holder.QUEUE, "not-subscribed")


def test_the_admin_offers_the_webhook_fields_of_the_bot_with_the_usual_ones_chosen(rules, bluebird, ada, client):
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/admin/personas/page/{bluebird.pk}/change/").content.decode()
    chosen = re.findall(r'name="rules-0-bot_fields" value="(\w+)"[^>]*checked', shown)
    assert sorted(chosen) == sorted(USUAL_BOT_FIELDS)
    assert 'value="message_reads"' in shown


def test_a_bot_that_refuses_connections_sends_the_customer_to_the_queue(robin, receive, bot, rules):
    receive(by(robin, "m_1"))
    bot.server.shutdown()
    bot.server.server_close()
    give_up()
    assert why(robin) == ["bot → queue no connection (ConnectionError)"]


ENDLESS = [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"]


@pytest.mark.parametrize("start", ENDLESS)
def test_a_bot_answer_that_trickles_in_is_cut_off_by_a_timeout(robin, receive, start, monkeypatch):
    """The claim would run out, another worker come, and both stay."""
    monkeypatch.setattr(post, "TIMEOUT", 0.5)
    with Raw(start, *[b"."] * 50) as trickling:
        HandoverRules.objects.update(webhook_url=trickling.url)
        receive(by(robin, "m_1"))
        since = time.monotonic()
        go_on()
        assert time.monotonic() - since < 2
    assert BotEvent.objects.count() == (start is ENDLESS[0])  # of an answer the status counts


def test_the_webhook_url_of_a_bot_appears_in_no_log_or_error(robin, receive, caplog, rules):
    for answer in (b"HTTP/1.1 500 No\r\nnone\r\n\r\n", b"HTTP/1.1 500 No\r\nLocation: /x\r\n\r\n", b"rubbish"):
        with Raw(answer) as odd:
            HandoverRules.objects.update(webhook_url=f"{odd.url}?token=hidden")
            receive(by(robin, f"m_{len(answer)}"))
            give_up()
    assert why(robin)
    assert "hidden" not in caplog.text + str(why(robin)) + fresh(rules).bot_error


def test_a_cookie_set_by_a_bot_is_not_sent_back(robin, receive, monkeypatch):
    """Facebook keeps none, and bots of several Pages may live at one address."""
    with Raw(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n") as baker:
        HandoverRules.objects.update(webhook_url=baker.url)
        for mid in ("m_1", "m_2"):
            receive(by(robin, mid))
            go_on()
        assert len(baker.received) == 2
        assert b"cookie" not in b"".join(baker.received).lower()


def test_the_admin_shows_pending_bot_events_with_their_error(robin, receive, bot, ada, client):
    bot.answers_always = 503
    receive(by(robin, "m_1"))
    go_on()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get("/admin/console/botevent/").content.decode()
    assert "HTTP 503" in shown
    assert client.get(f"/admin/console/botevent/{BotEvent.objects.get().pk}/change/").status_code == 200


# The holder


def test_each_change_of_holder_is_delivered_to_the_holder_url_with_a_signature(bluebird, mona, ana, bot):
    rules = HandoverRules.objects.create(page=bluebird, holder_url=bot.url, holder_secret=SECRET)
    conversation = mona.conversation
    conversation.take(ana)
    bot.answers = [500]
    for _time in range(3):
        go_on()
    (_headers, again), (headers, body) = bot.received
    assert again == body
    assert headers["X-Handover-Signature-256"] == webhook_signature.sign(body, SECRET)
    delivered = json.loads(body)
    handover = conversation.handovers.get()
    assert HolderChange.model_validate_json(body) == HolderChange.of(handover)
    assert datetime.fromisoformat(delivered.pop("at")) == handover.at
    assert delivered == {
        "event": "holder",
        "id": handover.pk,
        "page": PAGE_ID,
        "psid": mona.psid,
        "from": {"holder": "queue", "name": "the queue"},
        "to": {"holder": "agent", "name": "Ana R.", "team": ""},
        "cause": "taken",
        "note": "",
        "summary": "",
    }
    assert not fresh(rules).is_bot_down


def test_a_change_of_holder_names_the_bot_by_its_name(bluebird, mona, ana, bot):
    HandoverRules.objects.create(page=bluebird, holder_url=bot.url, webhook_url=bot.url)
    Page.objects.update(bot_name="Robin")
    robin = held_by_bot(mona)
    robin.take(ana)
    robin.hand_back(ana)
    delivered = [json.loads(bot_event.body) for bot_event in BotEvent.objects.filter(kind="holder").order_by("pk")]
    assert [(change["from"]["name"], change["to"]["name"]) for change in delivered] == [
        ("Robin", "Ana R."),
        ("Ana R.", "Robin"),
    ]


def test_a_change_of_holder_is_dropped_after_a_day_of_failed_deliveries(bluebird, mona, ana, bot):
    rules = HandoverRules.objects.create(page=bluebird, holder_url=bot.url)
    mona.conversation.take(ana)
    bot.answers_always = 404
    go_on()
    assert BotEvent.objects.get().error == "HTTP 404"
    BotEvent.objects.update(created_at=timezone.now() - timedelta(days=1))
    go_on()
    assert not BotEvent.objects.exists()
    assert fresh(rules).bot_error == "HTTP 404"
    assert not rules.is_bot_down


# Written anew

TEXT = st.text(max_size=20)
ID = st.integers(1, 10**16).map(str)
KINDS = st.one_of(
    st.fixed_dictionaries({"message": st.fixed_dictionaries({"mid": TEXT.filter(bool), "text": TEXT})}),
    st.fixed_dictionaries({"postback": st.fixed_dictionaries({"title": TEXT, "payload": TEXT})}),
    st.fixed_dictionaries({"read": st.fixed_dictionaries({"watermark": st.integers(0, 10**13)})}),
    st.fixed_dictionaries({"something": TEXT}),
)
RAW = st.builds(
    lambda psid, at, kind: {"sender": {"id": psid}, "recipient": {"id": "1"}, "timestamp": at, **kind},
    *(ID, st.integers(10**12, 10**13), KINDS),
)
CHANGE = st.fixed_dictionaries({"field": TEXT, "value": st.dictionaries(TEXT, TEXT, max_size=2)})
ENTRY = st.one_of(
    st.fixed_dictionaries(
        {"id": ID, "time": st.integers(10**12, 10**13)},
        optional={
            "messaging": st.lists(RAW | TEXT, min_size=1, max_size=3),
            "standby": st.lists(RAW, min_size=1, max_size=2),
            "changes": st.lists(CHANGE, min_size=1, max_size=2),
        },
    ),
    TEXT,
)


@given(st.lists(ENTRY, min_size=1, max_size=4))
def test_serialized_events_are_parsed_into_equal_events(entries):
    delivered = events.parse(events.serialize({"object": "page", "entry": entries}))
    for event in delivered:
        assert events.parse(events.serialize_entries([events.entry_of(event)])) == [event]
    assert events.parse(events.serialize_entries([events.entry_of(event) for event in delivered])) == delivered


@given(RAW)
def test_a_standby_event_is_parsed_like_the_original_without_the_postback_payload(raw):
    [event] = events.parse(events.serialize_entries([events.make_entry("1", AT, raw)]))
    [overheard] = events.parse(events.serialize_entries([events.standby_entry_of(event)]))
    assert overheard.is_standby
    assert (type(overheard), overheard.psid, overheard.at) == (type(event), event.psid, event.at)
    assert "payload" not in overheard.raw.get("postback", {})
