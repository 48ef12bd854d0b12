"""Thread control, where the bot is another Facebook app: the calls we make, and the events Facebook sends."""

import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from console.models import Conversation, Handover, HandoverRules, Holder, InboundWebhook, Message
from messenger.events import serialize
from personas.models.retry import Outcome
from tests.conftest import PAGE_ID
from tests.console.conftest import INBOX, MINUTE, fresh, lines, now, webhook, words

BOT = "222333444555666"


@pytest.fixture
def facebook(sandbox, settings):
    """Facebook with two apps on the Page, of which the bot's is the default."""
    app = sandbox.get("world")["apps"][0]
    sandbox.post("apps", app_id=app["id"], secret=app["secret"])
    sandbox.post("apps", app_id=BOT, secret="the bot's")
    sandbox.post(f"pages/{PAGE_ID}/default_app", app_id=BOT)
    settings.FACEBOOK_APP_ID = app["id"]
    return sandbox


@pytest.fixture
def with_bot(facebook, mona, bluebird):
    """The bot's app holds Mona's conversation, as far as anybody knows."""
    HandoverRules.objects.create(page=bluebird, bot_app_id=BOT)
    conversation = mona.conversation
    Conversation.objects.filter(pk=conversation.pk).update(holder=Holder.BOT)
    facebook.post(f"customers/{mona.psid}/thread_owner", app_id=BOT)
    return fresh(conversation)


@pytest.fixture
def routed(with_bot, overhear):
    """Facebook has shown that the bot's app controls it."""
    overhear("m_first", "Hello?")
    return fresh(with_bot)


@pytest.fixture
def overhear(receive, mona, arrive):
    """A message of Mona to another app."""

    def receive_standby(mid, text, at=None):
        event = {"sender": {"id": mona.psid}, "recipient": {"id": PAGE_ID}, "timestamp": at or now()}
        body = webhook()
        del body["entry"][0]["messaging"]
        body["entry"][0]["standby"] = [event | {"message": {"mid": mid, "text": text}}]
        assert arrive(serialize(body)).status_code == 200
        InboundWebhook.objects.latest("pk").process()

    return receive_standby


def owner(facebook, mona):
    return facebook.thread(mona.psid)["owner_app_id"]


def calls(facebook):
    return [call["path"].rpartition("/")[2] for call in facebook.requests("POST", "_thread_control")]


def test_a_message_to_the_bots_app_is_shown_in_the_thread(routed):
    assert [message.text for message in routed.messages.all()] == ["Hello?"]
    assert (routed.holder, routed.is_controlled_elsewhere, lines(routed)) == (Holder.BOT, True, [])


def test_taking_from_the_bots_app_takes_thread_control_before_the_first_answer(routed, ana, facebook, mona):
    routed.take(ana)
    routed.send(author=ana, text="Ana here", idempotency_key=uuid.uuid4())
    routed.deliver()
    assert owner(facebook, mona) == str(facebook.get("world")["apps"][0]["id"])
    assert facebook.texts(mona.psid) == ["Ana here"]
    assert not fresh(routed).is_controlled_elsewhere


def test_hand_back_passes_thread_control_after_the_last_answer(routed, ana, facebook, mona, say_as):
    routed.take(ana)
    say_as(ana, "The refund is on its way.")
    routed.hand_back(ana, "Refunded")
    routed.deliver()
    assert facebook.texts(mona.psid) == ["The refund is on its way."]
    assert calls(facebook) == ["take_thread_control", "pass_thread_control"]
    [passed] = facebook.requests("POST", "pass_thread_control")
    assert passed["body"]["target_app_id"] == BOT
    assert passed["body"]["metadata"].startswith("Refunded\nReplied: Ana R. Messages: 1.\nAna R.: The refund")
    assert owner(facebook, mona) == BOT
    assert (fresh(routed).holder, fresh(routed).is_controlled_elsewhere) == (Holder.BOT, True)


@pytest.fixture
def say_as(routed):
    return lambda agent, text: routed.send(author=agent, text=text, idempotency_key=uuid.uuid4())


def test_an_agent_can_answer_on_a_page_without_a_default_app(routed, ana, facebook, mona, say_as):
    facebook.post(f"pages/{PAGE_ID}/default_app")
    routed.take(ana)
    say_as(ana, "Ana here")
    routed.deliver()
    assert facebook.texts(mona.psid) == ["Ana here"]
    assert fresh(routed).holder == Holder.AGENT


def test_a_refused_take_of_thread_control_leaves_the_conversation_elsewhere(routed, ana, facebook):
    app = facebook.get("world")["apps"][0]["id"]
    facebook.post(f"pages/{PAGE_ID}/may_take_control", app_id=app, on=False)
    routed.take(ana)
    routed.deliver()
    assert fresh(routed).holder == Holder.ELSEWHERE
    assert lines(routed)[-1].startswith("Ana Ruiz → another app control-refused “")


CANNOT_BE_REACHED = "This customer cannot be reached: they blocked the Page, or left Messenger."
REFUSALS = [
    ({"code": 551, "error_subcode": 1545041}, CANNOT_BE_REACHED),
    ({"code": 200}, "Our app lacks a permission on this Page; an admin must grant it."),
    ({"code": 100, "error_subcode": 2534037}, "Another app or the Page Inbox holds this conversation now."),
    ({"code": 4321, "error_subcode": 5}, "Facebook refused for a reason that we do not know: error 4321 / 5."),
]


@pytest.mark.parametrize(("error", "sentence"), REFUSALS, ids=[sentence.split()[0] for _error, sentence in REFUSALS])
def test_a_refused_take_of_thread_control_says_what_facebooks_error_means(
    error, sentence, routed, ana, facebook, client
):
    facebook.fail("take_thread_control", status=400, error=error | {"message": "No"})
    routed.take(ana)
    routed.deliver()
    client.force_login(ana)
    shown = words(client.get(f"/conversations/{routed.pk}/").content.decode())
    said = f"Facebook did not let us take the conversation. {sentence}"
    assert shown.count(said) == 2  # above the thread and in it
    assert "lets only another app reply" not in shown


def test_a_refused_pass_of_thread_control_puts_the_conversation_in_the_queue(routed, ana, facebook):
    routed.take(ana)
    routed.deliver()
    facebook.fail("pass_thread_control", error={"code": 100, "error_subcode": 2018164, "message": "No such app"})
    routed.hand_back(ana)
    routed.deliver()
    assert fresh(routed).holder == Holder.QUEUE
    assert "bot → queue control-refused" in lines(routed)[-1]


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "after"}, {"drop": "before"}])
def test_a_pass_of_thread_control_is_retried_after_a_transient_fault(fault, routed, ana, facebook, mona):
    routed.take(ana)
    routed.deliver()
    facebook.fail("pass_thread_control", times=1, **fault)
    routed.hand_back(ana)
    routed.deliver()
    Handover.objects.update(next_attempt_at=None)
    routed.deliver()
    assert owner(facebook, mona) == BOT
    assert fresh(routed).holder == Holder.BOT


def test_hand_back_and_take_in_a_row_make_their_thread_control_calls_in_order(with_bot, ana, facebook, mona):
    """The calls are made even if nobody knew, when thread control was passed, that it would have to be taken again."""
    with_bot.take(ana)
    with_bot.hand_back(ana)
    facebook.post(f"customers/{mona.psid}/thread_owner", app_id=str(facebook.get("world")["apps"][0]["id"]))
    with_bot.take(ana)
    with_bot.send(author=ana, text="Still me", idempotency_key=uuid.uuid4())
    with_bot.deliver()
    assert calls(facebook) == ["pass_thread_control", "take_thread_control"]
    assert facebook.texts(mona.psid) == ["Still me"]
    assert fresh(with_bot).holder == Holder.AGENT


def test_a_message_refused_because_of_another_app_moves_the_conversation_elsewhere(with_bot, ana, mona):
    """The refusal of the message is the first sign."""
    with_bot.take(ana)
    [message] = with_bot.send(author=ana, text="Hi", idempotency_key=uuid.uuid4())
    with_bot.deliver()
    assert fresh(message).state == Message.State.FAILED
    assert fresh(with_bot).holder == Holder.ELSEWHERE
    with_bot.take(ana)
    with_bot.retry(fresh(message), ana)
    with_bot.deliver()
    assert fresh(message).state == Message.State.SENT


def test_thread_control_that_comes_back_unannounced_is_passed_to_the_bot_again(routed, receive, said, facebook, mona):
    """The bot's 24 hours are over, and what Mona writes comes to us: the bot shall have it again."""
    facebook.post(f"customers/{mona.psid}/thread_owner", app_id=facebook.get("world")["apps"][0]["id"])
    receive(said("m_2", "Still there?", at=now() + 1000))
    routed.deliver()
    assert owner(facebook, mona) == BOT
    assert fresh(routed).holder == Holder.BOT


def test_a_conversation_elsewhere_returns_when_facebook_delivers_its_messages_to_us(
    conversation, receive, said, by_mona, bluebird
):
    taken = {"previous_owner_app_id": "1", "new_owner_app_id": str(INBOX), "metadata": ""}
    receive(by_mona(now(), take_thread_control=taken))
    assert fresh(conversation).holder == Holder.ELSEWHERE
    receive(said("m_2", "Thanks", at=now() + 1000))
    assert lines(conversation)[-1] == "Page Inbox → queue control-back"


def test_an_answer_from_the_page_inbox_takes_the_conversation_from_the_bot(with_bot, receive, said, echo):
    receive(said("m_1", at=now()), echo("m_9", "From the Inbox", INBOX, at=now() + MINUTE))
    assert lines(with_bot) == ["bot → Page Inbox answered-elsewhere"]


def test_a_request_for_thread_control_is_shown_and_changes_no_holder(conversation, receive, by_mona):
    receive(by_mona(now(), request_thread_control={"requested_owner_app_id": int(BOT), "metadata": "please"}))
    assert fresh(conversation).holder == Holder.AGENT
    last = conversation.handovers.in_order().last()
    assert (last.cause, last.note, last.to_app, last.is_change) == ("requested", "please", BOT, False)


def test_a_change_of_holder_after_a_request_comes_after_it_although_the_clock_was_set_back(
    conversation, ana, receive, by_mona
):
    receive(by_mona(now(), request_thread_control={"requested_owner_app_id": int(BOT), "metadata": "please"}))
    with time_machine.travel(timezone.now() - timedelta(seconds=30)):
        fresh(conversation).return_to_queue(ana)
    causes = conversation.handovers.order_by("at").values_list("cause", flat=True)
    assert list(causes) == ["taken", "requested", "returned"]


def test_a_pass_from_an_unknown_app_puts_the_conversation_in_the_queue_with_its_reason(
    mona, receive, by_mona, settings
):
    inner = {"previous_owner_app_id": "77", "new_owner_app_id": settings.FACEBOOK_APP_ID, "metadata": "angry"}
    receive(by_mona(now(), pass_thread_control=inner))
    assert lines(mona.conversation) == ["app 77 → queue control-back “angry”"]


def test_thread_control_taken_by_the_bots_app_needs_no_call(conversation, bluebird, facebook, receive, by_mona):
    HandoverRules.objects.create(page=bluebird, bot_app_id=BOT)
    taken = {"previous_owner_app_id": "1", "new_owner_app_id": BOT, "metadata": ""}
    receive(by_mona(now(), take_thread_control=taken))
    conversation = fresh(conversation)
    conversation.deliver()
    assert (conversation.holder, calls(facebook)) == (Holder.BOT, [])


def test_a_bot_that_closes_a_conversation_keeps_thread_control(routed, facebook):
    routed.close(None)
    routed.deliver()
    assert (fresh(routed).holder, calls(facebook)) == (Holder.BOT, [])


def test_a_message_of_the_bots_app_gives_it_the_conversation_again(routed, receive, echo, facebook, mona, arrive):
    receive(echo("m_9", "From the Inbox", INBOX, at=now() + MINUTE))
    standby = {"id": PAGE_ID, "time": now(), "standby": [echo("m_10", "I am Robin", int(BOT), at=now())]}
    assert arrive(serialize({"object": "page", "entry": [standby]})).status_code == 200
    InboundWebhook.objects.latest("pk").process()
    routed.deliver()
    assert [line.split(" “")[0] for line in lines(routed)] == [
        "bot → Page Inbox answered-elsewhere",
        "Page Inbox → bot control-taken",
    ]
    assert calls(facebook) == []


# At the same moment


@pytest.fixture
def ours(facebook):
    return facebook.get("world")["apps"][0]["id"]


def test_a_standby_message_from_before_our_take_of_thread_control_changes_no_holder(routed, ana, overhear):
    """Ana takes it while Mona writes: it comes on standby, and is read once the thread is ours."""
    routed.take(ana)
    said_at = now() + 50
    time.sleep(0.1)
    routed.deliver()
    overhear("m_2", "Anybody?", at=said_at)
    assert (fresh(routed).agent, routed.is_controlled_elsewhere) == (ana, False)


def test_a_message_from_before_our_pass_of_thread_control_changes_no_holder(routed, ana, receive, said, facebook):
    routed.take(ana)
    routed.deliver()
    routed.hand_back(ana)
    said_at = now() + 50
    time.sleep(0.1)
    routed.deliver()
    receive(said("m_2", "Thanks!", at=said_at))
    routed.deliver()
    assert fresh(routed).holder == Holder.BOT
    assert calls(facebook) == ["take_thread_control", "pass_thread_control"]


def test_a_pass_of_thread_control_survives_the_death_of_its_worker(routed, ana, facebook, mona, monkeypatch):
    routed.take(ana)
    routed.deliver()
    routed.hand_back(ana)

    def die(*given, **more):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Handover, "_done", die)
        with pytest.raises(SystemExit):
            routed.deliver()
    assert owner(facebook, mona) == BOT
    routed.deliver()
    assert (fresh(routed).holder, routed.is_controlled_elsewhere) == (Holder.BOT, True)


def test_a_thread_control_call_is_made_only_by_the_worker_that_has_the_lease(routed, ana, facebook):
    """The one before it was slow, and the lease is nearly over: another worker may have it by now."""
    routed.take(ana)
    assert routed.send_queue.lease()
    Conversation.objects.filter(pk=routed.pk).update(leased_until=timezone.now() + timedelta(seconds=60))
    routed.send_queue._lease = timezone.now() + timedelta(seconds=1)
    [handover] = routed.send_queue.next_pending()
    assert handover.deliver() is Outcome.WAIT
    assert calls(facebook) == []


def test_an_error_of_our_own_in_a_take_of_thread_control_holds_up_no_reply(
    routed, ana, facebook, mona, say_as, monkeypatch
):
    routed.take(ana)
    say_as(ana, "Ana here")
    monkeypatch.setattr(Handover, "_make_call", lambda *given: 1 / 0)
    routed.deliver()
    assert not routed.messages.pending().exists()
    assert not routed.handovers.pending().exists()
    assert fresh(routed).holder == Holder.ELSEWHERE


def test_a_bot_whose_app_was_removed_is_passed_no_thread_control(routed, ana, facebook):
    routed.take(ana)
    routed.deliver()
    routed.hand_back(ana)
    HandoverRules.objects.update(bot_app_id="", webhook_url="http://127.0.0.1:9/bot")
    Conversation.objects.get().deliver()
    assert calls(facebook) == ["take_thread_control"]
    assert (fresh(routed).holder, routed.is_controlled_elsewhere) == (Holder.BOT, False)


def test_an_answer_from_the_page_inbox_during_a_hand_back_takes_no_thread_control_back(
    routed, ana, receive, echo, facebook, monkeypatch
):
    """The inbox answers while we pass it on."""
    routed.take(ana)
    routed.deliver()
    routed.hand_back(ana)
    pass_on = Handover._make_call

    def meanwhile(handover, client):
        pass_on(handover, client)
        receive(echo("m_9", "From the Inbox", INBOX, at=now() + MINUTE))

    monkeypatch.setattr(Handover, "_make_call", meanwhile)
    routed.deliver()
    assert calls(facebook) == ["take_thread_control", "pass_thread_control"]
    assert fresh(routed).holder == Holder.ELSEWHERE


def test_a_request_for_thread_control_does_not_move_a_reply_before_the_take(
    routed, ana, receive, by_mona, facebook, mona, say_as
):
    """Ana takes it while we pass it on; then the bot's app asks for it."""
    routed.take(ana)
    routed.deliver()
    routed.hand_back(ana)
    routed.take(ana)
    say_as(ana, "Still me")
    receive(by_mona(now(), request_thread_control={"requested_owner_app_id": int(BOT), "metadata": "please"}))
    routed.deliver()
    assert facebook.texts(mona.psid) == ["Still me"]
    assert fresh(routed).holder == Holder.AGENT


def test_thread_control_calls_held_by_a_slowed_page_are_made_when_it_is_resumed(routed, ana, facebook, bluebird, mona):
    routed.take(ana)
    facebook.fail("take_thread_control", times=1, status=400, error={"message": "(#80006)", "code": 80006})
    Conversation.objects.get().deliver()
    assert routed.handovers.get().next_attempt_at
    fresh(bluebird).resume()
    Conversation.objects.get().deliver()
    assert calls(facebook) == ["take_thread_control"] * 2


# Failures are shown


def test_an_open_thread_shows_a_thread_control_call_that_facebook_has_not_done_yet(routed, ana, facebook):
    routed.take(ana)
    before = fresh(routed).revision
    facebook.fail("take_thread_control", times=1, status=500)
    routed.deliver()
    [shown] = routed.handovers.since(before)
    assert shown.error
    before = fresh(routed).revision
    Handover.objects.update(next_attempt_at=None)
    routed.deliver()
    assert [(row.pk, row.error) for row in routed.handovers.since(before)] == [(shown.pk, "")]


def test_an_open_thread_shows_a_thread_control_call_that_facebook_refused(routed, ana, facebook, ours):
    facebook.post(f"pages/{PAGE_ID}/may_take_control", app_id=ours, on=False)
    routed.take(ana)
    before = fresh(routed).revision
    routed.deliver()
    refused, _elsewhere = routed.handovers.since(before).in_order()
    assert (refused.cause, bool(refused.error), bool(refused.done_at)) == ("taken", True, True)
