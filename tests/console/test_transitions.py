"""The holder of a conversation, and its changes."""

import uuid

import pytest

from console.models import CannotReceive, Conversation, HandoverRules, Holder, TakenByAnother
from tests.console.conftest import AT, INBOX, fresh, lines

BOT_APP = "222333444555666"


@pytest.fixture
def bot(bluebird):
    """The Page has a bot, which another app answers for."""
    return HandoverRules.objects.create(
        page=bluebird, bot_app_id=BOT_APP, words="human\nreal person", payloads="PERSON"
    )


@pytest.fixture
def with_bot(mona, bot):
    """The bot holds Mona's conversation."""
    Conversation.objects.filter(customer=mona).update(holder=Holder.BOT)
    return Conversation.objects.get(customer=mona)


def test_each_change_of_holder_becomes_a_handover(mona, ana, ben):
    conversation = mona.conversation
    conversation.take(ana)
    conversation.transfer(ana, to=ben, note="Refund, please")
    conversation.return_to_queue(ben)
    conversation.take(ana)
    conversation.close(ana)
    assert lines(conversation) == [
        "queue → Ana Ruiz taken",
        "Ana Ruiz → Ben Okafor transferred “Refund, please”",
        "Ben Okafor → queue returned",
        "queue → Ana Ruiz taken",
        "Ana Ruiz → closed closed",
    ]


def test_taking_from_a_present_colleague_is_refused_with_their_name(conversation, ben):
    with pytest.raises(TakenByAnother) as refusal:
        conversation.take(ben)
    assert refusal.value.name == "Ana Ruiz"
    assert lines(conversation) == ["queue → Ana Ruiz taken"]


def test_a_transfer_to_a_colleague_who_is_away_is_refused(conversation, ana, ben):
    ben.go_away()
    with pytest.raises(CannotReceive, match="Ben Okafor is away"):
        conversation.transfer(ana, to=ben)
    assert fresh(conversation).agent == ana


@pytest.mark.parametrize("text", ["human", "I want a HUMAN!", "a real   person please"])
def test_a_word_of_the_rules_in_a_message_calls_a_person(text, with_bot, receive, said):
    receive(said("m_1", text))
    assert fresh(with_bot).holder == Holder.QUEUE
    assert lines(with_bot) == [f"bot → queue asked “{text}”"]


@pytest.mark.parametrize("text", ["humane", "inhuman", "a real nice person"])
def test_a_word_similar_to_one_of_the_rules_leaves_the_conversation_with_the_bot(text, with_bot, receive, said):
    receive(said("m_1", text))
    assert fresh(with_bot).holder == Holder.BOT


def test_a_button_of_the_rules_calls_a_person(with_bot, receive, by_mona):
    receive(by_mona(postback={"mid": "m_1", "title": "Help", "payload": "PERSON"}))
    assert lines(with_bot) == ["bot → queue asked “Help”"]


def test_only_a_supervisor_takes_over_from_a_present_colleague(conversation, ada, ben):
    with pytest.raises(TakenByAnother, match="This conversation is with Ana Ruiz"):
        conversation.take_over(ben)
    conversation.take_over(ada)
    assert lines(conversation)[-1] == "Ana Ruiz → Ada Lindt taken-over"


def test_hand_back_gives_the_conversation_to_the_bot_with_a_summary(with_bot, ana):
    with_bot.take(ana)
    with_bot.send(author=ana, text="The parcel comes tomorrow.", idempotency_key=uuid.uuid4())
    with_bot.hand_back(ana, "Solved")
    assert fresh(with_bot).holder == Holder.BOT
    last = with_bot.handovers.in_order().last()
    assert last.summary == "Solved\nReplied: Ana R. Messages: 1.\nAna R.: The parcel comes tomorrow."


def test_hand_back_is_refused_on_a_page_without_a_bot(conversation, ana):
    with pytest.raises(CannotReceive, match="no bot"):
        conversation.hand_back(ana)


def test_the_bot_can_resume_only_a_conversation_that_no_agent_has_taken(with_bot, ana):
    with_bot.hand_over(note="refund")
    with_bot.resume()
    with_bot.hand_over(note="refund")
    with_bot.take(ana)
    with pytest.raises(TakenByAnother, match="Ana Ruiz"):
        with_bot.resume()
    assert [line.split()[-1] for line in lines(with_bot)] == ["“refund”", "resumed", "“refund”", "taken"]


def test_the_bot_sends_only_while_it_holds_the_conversation(with_bot, ana, bot, bluebird):
    with_bot.send(author=None, text="I am Robin", idempotency_key=uuid.uuid4())
    with_bot.take(ana)
    with pytest.raises(TakenByAnother, match="Ana Ruiz"):
        with_bot.send(author=None, text="I am still Robin", idempotency_key=uuid.uuid4())
    assert [message.text for message in with_bot.messages.all()] == ["I am Robin"]


def test_a_closed_conversation_goes_to_the_bot_when_the_customer_writes(with_bot, ana, receive, said):
    with_bot.take(ana)
    with_bot.close(ana)
    receive(said("m_2", "One more thing"))
    conversation = fresh(with_bot)
    assert (conversation.holder, conversation.is_open) == (Holder.BOT, True)


def test_a_closed_conversation_can_be_reopened_by_any_agent(conversation, ana, ada, receive, said):
    receive(said("m_1"))
    conversation.close(ana)
    conversation.reopen(ada)
    assert lines(conversation)[-1] == "queue → Ada Lindt reopened"
    assert (fresh(conversation).agent, conversation.is_open) == (ada, True)
    assert conversation.waiting_since is not None


def test_a_closed_conversation_has_to_be_reopened_before_it_can_be_taken(conversation, ana):
    conversation.close(ana)
    with pytest.raises(CannotReceive, match="reopen it first"):
        conversation.take(ana)
    assert not fresh(conversation).is_open


def test_reopening_takes_a_conversation_that_the_customer_has_opened_meanwhile(conversation, ana, ben, receive, said):
    conversation.close(ana)
    receive(said("m_1"))
    conversation.reopen(ben)
    assert lines(conversation)[-1] == "queue → Ben Okafor taken"
    with pytest.raises(TakenByAnother, match="Ben Okafor"):
        conversation.reopen(ana)


def test_any_agent_takes_over_from_a_colleague_who_is_away(conversation, ana, ben):
    ana.go_away()
    with pytest.raises(TakenByAnother, match="Ana Ruiz"):
        conversation.take(ben)
    conversation.take_over(ben)
    assert lines(conversation)[-1] == "Ana Ruiz → Ben Okafor taken-over"


def test_a_customer_of_a_page_that_lost_its_bot_waits_in_the_queue(with_bot, bot, receive, said):
    bot.delete()
    receive(said("m_1"))
    assert lines(with_bot) == ["bot → queue no-bot"]


# Other apps


def passed(by_mona, to, at=AT, since="222333444555666", note="wants a refund"):
    inner = {"previous_owner_app_id": since, "new_owner_app_id": to, "metadata": note}
    return by_mona(at, pass_thread_control=inner)


def test_a_bot_that_passes_thread_control_hands_over_with_its_reason(with_bot, receive, by_mona, settings):
    event = passed(by_mona, settings.FACEBOOK_APP_ID)
    receive(event)
    receive(event, by_mona(AT + 1, read={"watermark": AT}))
    assert lines(with_bot) == ["bot → queue handed-over “wants a refund”"]
    assert fresh(with_bot).waiting_since


def test_the_page_inbox_takes_a_conversation_from_an_agent(conversation, receive, by_mona):
    receive(
        by_mona(AT, take_thread_control={"previous_owner_app_id": "1", "new_owner_app_id": str(INBOX), "metadata": ""})
    )
    assert lines(conversation)[1:] == ["Ana Ruiz → Page Inbox control-taken"]
    assert fresh(conversation).is_controlled_elsewhere
