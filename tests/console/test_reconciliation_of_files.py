"""A picture or file whose call was cut: whatever else the Page sends meanwhile, it is never taken for ours."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from console.models import Message
from console.models.message.reconciliation import MIN_RECONCILIATIONS, PATIENCE, SETTLE
from personas import pictures

PICTURE = pictures.initials("Ana Ruiz").read()
ANOTHER = pictures.initials("Otto Berg").read()
DOCUMENT = b"%PDF-1.7 receipt"
FILES = {"picture": ("teapot.png", PICTURE), "document": ("receipt.pdf", DOCUMENT)}
State = Message.State


@pytest.fixture
def cut(conversation, ana, sandbox):
    """Ana sends a file, and the connection is cut before or after Facebook has it."""

    def cut(what, drop):
        file = SimpleUploadedFile(*FILES[what])
        [message] = conversation.send(author=ana, text="", idempotency_key=uuid.uuid4(), files=[file])
        sandbox.fail("messages", times=1, drop=drop)
        conversation.deliver()
        return message

    return cut


@pytest.fixture
def elsewhere(bluebird, mona):
    """The Page sends something else meanwhile, and its echo has not come yet."""
    client, psid = bluebird.client(), mona.psid
    says = {
        "another picture": lambda: client.send_attachment(psid, "image", file=io.BytesIO(ANOTHER), filename="o.png"),
        "another document": lambda: client.send_attachment(psid, "file", file=io.BytesIO(b"%PDF"), filename="o.pdf"),
        "a text": lambda: client.send_text(psid, "We are on it"),
        "buttons": lambda: client.send(psid, {"attachment": {"type": "template", "payload": BUTTONS}}),
    }
    return lambda what: says[what]()


BUTTONS = {
    "template_type": "button",
    "text": "Was it this one?",
    "buttons": [{"type": "postback", "title": "Yes", "payload": "YES"}],
}


@pytest.fixture
def settle(conversation):
    """The time passes in which a call may take effect, or in which we go on looking."""

    def settle(reconciliations=1, is_over=False):
        for _reconciliation in range(reconciliations):
            ago = SETTLE + (PATIENCE if is_over else timedelta())
            conversation.messages.filter(next_attempt_at__isnull=False).update(
                next_attempt_at=timezone.now() - timedelta(seconds=1), unknown_since=F("unknown_since") - ago
            )
            conversation.deliver()

    return settle


def test_an_unknown_picture_is_not_reconciled_with_another_picture_of_the_page(
    cut, elsewhere, settle, conversation, mona, sandbox
):
    message = cut("picture", drop="before")
    elsewhere("another picture")
    settle(reconciliations=MIN_RECONCILIATIONS, is_over=True)
    message.refresh_from_db()
    assert (message.state, message.mid, message.can_retry) == (State.UNKNOWN, None, True)
    assert len(sandbox.said(mona.psid)) == 1  # and it is not sent again without asking: it may be there in another size


@pytest.mark.parametrize("what", ["another document", "a text"])
@pytest.mark.parametrize("lost", ["picture", "document"])
def test_a_lost_file_is_sent_again_if_the_history_has_only_other_kinds_of_messages(
    lost, what, cut, elsewhere, settle, mona, sandbox
):
    message = cut(lost, drop="before")
    elsewhere(what)
    settle()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert [received["mid"] for received in sandbox.said(mona.psid)][1:] == [message.mid]


@pytest.mark.parametrize("what", ["another picture", "another document", "a text", "buttons"])
@pytest.mark.parametrize("sent", ["picture", "document"])
def test_a_delivered_file_is_reconciled_among_other_messages(sent, what, cut, elsewhere, settle, mona, sandbox):
    elsewhere(what)
    message = cut(sent, drop="after")
    elsewhere(what)
    settle()
    message.refresh_from_db()
    _before, ours, _after = sandbox.said(mona.psid)
    assert (message.state, message.mid) == (State.SENT, ours["mid"])


def test_a_history_message_without_content_leaves_a_lost_picture_unknown(cut, elsewhere, settle, mona, sandbox):
    message = cut("picture", drop="before")
    elsewhere("buttons")
    settle(reconciliations=MIN_RECONCILIATIONS, is_over=True)
    message.refresh_from_db()
    assert (message.state, message.can_retry) == (State.UNKNOWN, True)
    assert len(sandbox.said(mona.psid)) == 1


def test_an_unknown_text_is_not_reconciled_with_a_picture(say, conversation, elsewhere, settle, mona, sandbox):
    message = say("Here it is")
    sandbox.fail("messages", times=1, drop="before")
    conversation.deliver()
    elsewhere("another picture")
    settle()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert sandbox.texts(mona.psid) == [None, "Here it is"]
