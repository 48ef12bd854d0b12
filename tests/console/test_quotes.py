"""Replies that quote a message: to the customer, in the thread, and where Facebook takes no quote."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from console.live.rendering import entries_since, thread_event
from console.models import ApiKey, Conversation, Draft, HandoverRules, Holder, Message, Refused
from messenger.events import Echo
from tests.console.api_client import ApiClient, detail
from tests.console.conftest import AT, HTMX, fresh, now, process


@pytest.fixture
def question(conversation, receive, said, sandbox, mona):
    """The first message of Mona's, as the sandbox has it."""
    [first] = sandbox.thread(mona.psid)["messages"]
    receive(said(first["mid"], "Green or black?", now()))
    return conversation.messages.get(mid=first["mid"])


@pytest.fixture
def answer(conversation, question, ana):
    def send(text="Green", **options):
        return fresh(conversation).send(ana, text, uuid.uuid4(), reply_to=question.pk, **options)

    return send


def quotes(sandbox, mona):
    return [message["reply_to"] for message in sandbox.said(mona.psid)]


def test_a_reply_quotes_a_message_for_the_customer_and_in_the_thread(
    answer, question, conversation, anas_browser, sandbox, mona
):
    answer()
    conversation.deliver()
    assert quotes(sandbox, mona) == [question.mid]
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert f'<a class="quote" href="#message-{question.pk}">' in page


@pytest.mark.parametrize("path", ["?since=0", "?before={last}"])
def test_a_quote_is_shown_where_a_browser_asks_for_a_part_of_the_thread(
    path, answer, question, conversation, anas_browser
):
    answer()
    last = answer("Black")[-1].pk
    part = anas_browser.get(f"/conversations/{conversation.pk}/messages/{path.format(last=last)}", headers=HTMX)
    assert f'<a class="quote" href="#message-{question.pk}">' in part.content.decode()


def test_a_quote_is_shown_in_a_live_update(answer, question, conversation):
    answer()
    entries = entries_since([(conversation.pk, 0)])[conversation.pk]
    assert f'href="#message-{question.pk}"' in thread_event(fresh(conversation), entries, 0).decode()


def test_the_first_text_of_a_reply_has_the_quote(answer, question, conversation, sandbox, mona):
    picture = SimpleUploadedFile("price.pdf", b"%PDF-1.4 price")
    answer("word " * 900, files=[picture])
    assert [bool(message.reply_to) for message in conversation.messages.in_order()][1:] == [False, True, False, False]


def test_a_file_alone_has_the_quote(answer, question, conversation, sandbox, mona):
    answer("", files=[SimpleUploadedFile("price.pdf", b"%PDF-1.4 price")])
    conversation.deliver()
    assert quotes(sandbox, mona) == [question.mid]


def test_send_takes_the_message_that_the_browser_quotes(question, conversation, anas_browser):
    fields = {"text": "Green", "idempotency_key": uuid.uuid4(), "reply_to": question.pk}
    assert anas_browser.post(f"/conversations/{conversation.pk}/send/", fields, headers=HTMX).status_code == 200
    assert conversation.messages.get(text="Green").reply_to == question.mid


def test_a_reply_to_an_unsent_message_is_refused_with_a_sentence(
    question, conversation, anas_browser, receive, by_mona
):
    receive(by_mona(now(), message={"mid": question.mid, "is_deleted": True}))
    fields = {"text": "Green", "idempotency_key": uuid.uuid4(), "reply_to": question.pk}
    refusal = anas_browser.post(f"/conversations/{conversation.pk}/send/", fields, headers=HTMX)
    assert (refusal.status_code, refusal.content.decode()) == (
        422,
        "The message that you reply to was unsent. Your reply was not sent: edit it and send it without the quote.",
    )
    assert not conversation.messages.filter(text="Green").exists()


@pytest.mark.parametrize("mid", ["postback:0a1b", None], ids=["made up", "not sent yet"])
def test_a_message_without_an_id_of_facebooks_cannot_be_quoted(mid, question, answer):
    Message.objects.filter(pk=question.pk).update(mid=mid)
    with pytest.raises(Refused, match="was unsent"):
        answer()


def test_a_message_of_another_conversation_cannot_be_quoted(question, answer, bluebird):
    customer = bluebird.customers.create(psid="1234", name="Tom")
    other = Conversation.objects.create(page=bluebird, customer=customer)
    Message.objects.filter(pk=question.pk).update(conversation=other)
    with pytest.raises(Refused, match="was unsent"):
        answer()


def test_a_message_unsent_after_send_is_no_longer_quoted_at_delivery(
    answer, question, conversation, sandbox, mona, receive, by_mona
):
    answer()
    receive(by_mona(now(), message={"mid": question.mid, "is_deleted": True}))
    conversation.deliver()
    assert quotes(sandbox, mona) == [None]
    assert conversation.messages.get(text="Green").reply_to == ""


def test_no_quote_is_taken_or_sent_once_24_hours_are_over(answer, question, conversation, bluebird, sandbox, mona, ana):
    [message] = answer()
    past = {"messaging_window_until": timezone.now() - timedelta(hours=1), "human_agent_at": timezone.now()}
    Conversation.objects.update(human_agent_by=ana, **past)
    bluebird.may_use_human_agent = True
    bluebird.save()
    with pytest.raises(Refused, match="Facebook takes quotes only for 24 hours"):
        answer()
    fresh(conversation).deliver()
    assert quotes(sandbox, mona) == [None]
    assert fresh(message).reply_to == ""


def test_a_reply_whose_quote_facebook_refuses_is_sent_without_it(answer, question, conversation, sandbox, mona):
    [message] = answer()
    Message.objects.filter(pk=message.pk).update(reply_to="m_older_than_our_app")
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["Green"]
    assert (fresh(message).state, fresh(message).reply_to) == (Message.State.SENT, "")


def test_a_retried_reply_keeps_its_quote(answer, question, conversation, sandbox, mona, ana):
    [message] = answer()
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    conversation.deliver()
    assert fresh(message).state == Message.State.FAILED
    fresh(conversation).retry(message, ana)
    fresh(conversation).deliver()
    assert quotes(sandbox, mona) == [question.mid]


def test_a_second_echo_of_a_reply_keeps_its_quote(answer, question, conversation, mona, bluebird):
    [message] = answer()
    for mid in ("m_first", "m_second"):
        said = {"mid": mid, "text": "Green", "app_id": "", "attachments": (), "reply_to": question.mid}
        whose = {"page_id": bluebird.page_id, "psid": mona.psid, "at": AT, "is_standby": False, "raw": {}}
        process(Echo(**whose, **said, metadata=str(message.idempotency_key)))
    assert [*conversation.messages.filter(text="Green").values_list("reply_to", flat=True)] == [question.mid] * 2


# Drafts


def test_a_draft_keeps_the_message_that_it_quotes(question, conversation, anas_browser):
    path = f"/conversations/{conversation.pk}/draft/"
    anas_browser.post(path, {"text": "Gre", "after": 0, "reply_to": question.pk}, headers=HTMX)
    assert Draft.objects.get().reply_to == question
    assert anas_browser.get(path).headers["X-Reply-To"] == str(question.pk)
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert f'name="reply_to" value="{question.pk}"' in page


# The API


@pytest.fixture
def robin(question, bluebird):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    Conversation.objects.update(holder=Holder.BOT, agent=None)
    return ApiClient(ApiKey.objects.make(bluebird, "Robin"))


def test_a_bot_quotes_a_message_by_its_mid(robin, question, conversation, mona):
    assert robin.post(f"{mona.psid}/messages", text="Green", reply_to=question.mid).status_code == 202
    assert conversation.messages.get(text="Green").reply_to == question.mid


def test_a_bot_cannot_quote_a_message_that_the_conversation_does_not_have(robin, mona):
    refusal = robin.post(f"{mona.psid}/messages", text="Green", reply_to="m_unknown")
    assert "reply_to" in detail(refusal, 422)
