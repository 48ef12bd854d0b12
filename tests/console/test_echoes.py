"""Echoes are matched with messages, even if a call took effect twice, or the same words came from elsewhere."""

import itertools
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from console.models import Message
from console.models.message.reconciliation import SETTLE
from personas import pictures
from tests.console.conftest import AT, INBOX, texts

OURS = int(settings.FACEBOOK_APP_ID)
PICTURE = pictures.initials("Ana Ruiz").read()
State = Message.State


@pytest.fixture
def lose(conversation, sandbox):
    """The next call has no answer, and takes effect or not."""

    def lose(drop):
        sandbox.fail("messages", times=1, drop=drop)
        conversation.deliver()

    return lose


@pytest.fixture
def settle(conversation):
    def settle():
        waiting = conversation.messages.filter(next_attempt_at__isnull=False)
        past = timezone.now() - timedelta(seconds=1)
        waiting.update(next_attempt_at=past, unknown_since=F("unknown_since") - SETTLE)
        conversation.deliver()

    return settle


@pytest.fixture
def take_effect_late(bluebird, mona):
    """Facebook carries out the call that it had dropped."""

    def take_effect(message):
        bluebird.client().send_text(mona.psid, message.text, metadata=str(message.idempotency_key))

    return take_effect


def _echo(mona, received, **more):
    inner = {"is_echo": True, "mid": received["mid"], "text": received["text"], **more}
    if received["attachments"]:
        inner["attachments"] = [
            {"type": file["type"], "payload": {"url": file["url"]}} for file in received["attachments"]
        ]
        del inner["text"]
    people = {"sender": {"id": mona.page.page_id}, "recipient": {"id": mona.psid}}
    return people | {"timestamp": received["at"], "message": inner}


def test_a_reply_that_reached_the_customer_twice_is_shown_twice(
    say, lose, settle, take_effect_late, receive, mona, thread, ana, sandbox
):
    message = say("Your tea is on its way")
    lose("before")
    settle()
    take_effect_late(message)
    for received in sandbox.said(mona.psid):
        receive(_echo(mona, received, app_id=OURS, metadata=str(message.idempotency_key)))
    assert texts(thread) == ["Your tea is on its way"] * 2
    assert [(row.state, row.author, row.sender_name) for row in thread] == [(State.SENT, ana, "Ana R.")] * 2
    assert {row.mid for row in thread} == {received["mid"] for received in sandbox.said(mona.psid)}


@pytest.mark.parametrize("order", sorted(set(itertools.permutations([0, 1, 0, 1]))))
def test_two_echoes_with_one_key_become_two_messages_in_any_order_and_repetition(
    order, say, lose, settle, take_effect_late, receive, mona, thread, sandbox
):
    message = say("once more")
    lose("before")
    settle()
    take_effect_late(message)
    said = sandbox.said(mona.psid)
    for place in order:
        receive(_echo(mona, said[place], app_id=OURS, metadata=str(message.idempotency_key)))
    assert sorted(row.mid for row in thread) == sorted(received["mid"] for received in said)
    assert {row.state for row in thread} == {State.SENT}


@pytest.mark.parametrize("order", sorted(set(itertools.permutations(["echo 0", "echo 1", "reactions"]))))
def test_a_reaction_stays_with_its_message_when_two_echoes_have_one_key(
    order, say, lose, settle, take_effect_late, receive, mona, thread, by_mona, sandbox
):
    message = say("once more")
    lose("before")
    settle()
    take_effect_late(message)
    said = sandbox.said(mona.psid)
    emojis = {said[0]["mid"]: "❤", said[1]["mid"]: "👍"}
    reactions = [by_mona(AT, reaction={"mid": mid, "action": "react", "emoji": emojis[mid]}) for mid in emojis]
    waiting = []
    for step in order:
        if step == "reactions":
            waiting = [receive(reaction) for reaction in reactions]
        else:
            receive(_echo(mona, said[int(step[-1])], app_id=OURS, metadata=str(message.idempotency_key)))
    for webhook in waiting:
        if webhook.processed_at is None:
            webhook.process()
    assert {row.mid: row.reaction for row in thread} == emojis


def test_a_picture_that_reached_the_customer_twice_is_shown_twice(
    conversation, ana, bluebird, lose, settle, receive, mona, thread, sandbox
):
    file = SimpleUploadedFile("teapot.png", PICTURE)
    [message] = conversation.send(author=ana, text="", idempotency_key=uuid.uuid4(), files=[file])
    lose("before")
    settle()
    bluebird.client().send_attachment(
        mona.psid, "image", file=PICTURE, filename="teapot.png", metadata=str(message.idempotency_key)
    )
    for received in sandbox.said(mona.psid):
        receive(_echo(mona, received, app_id=OURS, metadata=str(message.idempotency_key)))
    assert [[attachment.kind for attachment in row.attachments.all()] for row in thread] == [["image"], ["image"]]


@pytest.mark.parametrize("app_id", [INBOX, None])
def test_an_echo_of_the_page_inbox_with_the_same_text_makes_a_lost_reply_unknown_again(
    app_id, say, lose, settle, bluebird, receive, mona, thread, sandbox
):
    say("ok")
    lose("before")
    bluebird.client().send_text(mona.psid, "ok")
    settle()
    assert [row.state for row in thread] == [State.SENT]  # what Facebook's history says, until the echo comes
    [received] = sandbox.said(mona.psid)
    receive(_echo(mona, received, app_id=app_id))
    ours, theirs = thread.order_by("pk")
    assert (ours.state, ours.mid, ours.can_retry) == (State.UNKNOWN, None, True)
    assert "from elsewhere" in ours.error
    assert (theirs.state, theirs.mid, theirs.source) == (State.SENT, received["mid"], str(INBOX))


def test_an_echo_of_a_bot_with_our_token_and_the_same_text_makes_a_lost_reply_unknown_again(
    say, lose, settle, bluebird, receive, mona, thread, sandbox
):
    """The reply that was lost must not be called delivered by the bot's message."""
    say("ok")
    lose("before")
    bluebird.client().send_text(mona.psid, "ok")
    settle()
    [received] = sandbox.said(mona.psid)
    receive(_echo(mona, received, app_id=OURS))
    ours, theirs = thread.order_by("pk")
    assert (ours.state, ours.mid, ours.can_retry) == (State.UNKNOWN, None, True)
    assert (theirs.state, theirs.mid, theirs.author) == (State.SENT, received["mid"], None)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_reply_and_a_page_inbox_message_with_the_same_text_are_distinguished_by_echoes(
    order, place, say, lose, settle, bluebird, conversation, receive, mona, thread, sandbox
):
    """Ana's reply arrived without an answer, and somebody wrote the same in the Page Inbox."""
    message = say("ok")
    if place == 1:
        bluebird.client().send_text(mona.psid, "ok")
    lose("after")
    if place == 0:
        bluebird.client().send_text(mona.psid, "ok")
    settle()
    said = sandbox.said(mona.psid)
    for number in order:
        of_ours = {"app_id": OURS, "metadata": str(message.idempotency_key)} if number == place else {"app_id": INBOX}
        receive(_echo(mona, said[number], **of_ours))
    assert {row.mid: row.source for row in thread} == {said[place]["mid"]: "", said[1 - place]["mid"]: str(INBOX)}
    assert {row.state for row in thread} == {State.SENT}


def test_an_echo_of_our_app_without_metadata_keeps_the_reply_sent(say, conversation, receive, mona, thread, sandbox):
    say("ok")
    conversation.deliver()
    receive(_echo(mona, sandbox.said(mona.psid)[0], app_id=OURS))
    assert [row.state for row in thread] == [State.SENT]
