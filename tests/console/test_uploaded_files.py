"""Files that go out again: uploaded to Facebook once per Page, and then sent by the id of the upload."""

import uuid
from datetime import timedelta

import pytest
import requests
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from console import retention
from console.models import Conversation, Message, ScheduledReply, UploadedFile
from console.models.message.reconciliation import SETTLE
from personas import pictures
from personas.models import Page
from tests.conftest import known_customer

PICTURE = pictures.initials("Ana Ruiz").read()
OTHER_PICTURE = pictures.initials("Otto Berg").read()
DAY = timedelta(days=1)


@pytest.fixture
def send(conversation, ana):
    """Ana sends a file, and a worker delivers it."""

    def send(content=PICTURE, name="prices.png", to=conversation):
        file = SimpleUploadedFile(name, content)
        [message] = to.send(author=ana, text="", idempotency_key=uuid.uuid4(), files=[file])
        to.deliver()
        message.refresh_from_db()
        return message

    return send


@pytest.fixture
def uploads(sandbox):
    return lambda: len(sandbox.requests("POST", "message_attachments"))


@pytest.fixture
def got(sandbox, mona):
    """Return the content of all files that Mona has got, after a check that each is a picture."""

    def look():
        attached = [attachment for said in sandbox.said(mona.psid) for attachment in said["attachments"]]
        assert {attachment["type"] for attachment in attached} <= {"image"}
        return [requests.get(attachment["url"], timeout=5).content for attachment in attached]

    return look


def ids(sandbox):
    """Return for each send whether it had the id of an upload."""
    calls = [call for call in sandbox.requests("POST", "messages") if "attachment" in str(call["body"].get("message"))]
    return ["attachment_id" in str(call["body"]["message"]) for call in calls]


# Once


@pytest.mark.usefixtures("storage")
def test_a_file_is_uploaded_when_it_goes_out_again_and_then_sent_by_its_id(send, uploads, got, sandbox):
    send()
    assert (uploads(), ids(sandbox)) == (0, [False])
    send()
    assert (uploads(), ids(sandbox)) == (1, [False, True])
    send(name="another name.png")
    assert (uploads(), ids(sandbox)) == (1, [False, True, True])
    assert got() == [PICTURE] * 3


def test_a_file_with_other_bytes_is_not_taken_for_it(send, uploads, got):
    send(), send(), send(OTHER_PICTURE)
    assert (uploads(), got()) == (1, [PICTURE, PICTURE, OTHER_PICTURE])


def test_a_file_that_is_sent_by_its_id_appears_under_the_persona_with_its_key(send, sandbox, mona):
    send()
    message = send()
    said = sandbox.said(mona.psid)[-1]
    assert said["persona"]["name"] == "Ana R." and said["mid"] == message.mid
    assert str(message.idempotency_key) in str(sandbox.requests("POST", "messages")[-1]["body"]["message"])


def test_all_conversations_of_a_page_share_an_upload(send, uploads, sandbox, bluebird, ana):
    send(), send()
    psid = sandbox.customer("Jonas Kern")
    sandbox.say(psid, text="Hello?")
    jonas = known_customer(bluebird, psid, name="Jonas Kern").conversation
    jonas.take(ana)
    send(to=jonas)
    assert (uploads(), ids(sandbox)[-1]) == (1, True)


def test_a_page_does_not_use_the_upload_of_another(send, bluebird):
    send(), send()
    other = Page.objects.create(page_id="42", token="t", name="Redwing Coffee")
    [upload] = UploadedFile.objects.all()
    assert upload.page == bluebird and not other.uploaded_files.exists()


def test_a_file_of_a_reply_that_goes_out_later_is_recognised(send, conversation, ana, uploads, sandbox):
    send()
    file = SimpleUploadedFile("prices.png", PICTURE)
    at = timezone.now() + timedelta(hours=1)
    ScheduledReply.objects.send_later(conversation, ana, "", at, files=[file]).send_now()
    conversation.deliver()
    assert (uploads(), ids(sandbox)) == (1, [False, True])


# Never lost, never twice


def test_an_id_that_facebook_refuses_is_forgotten_and_the_file_goes_out_once(send, uploads, got, sandbox):
    send(), send()
    UploadedFile.objects.update(attachment_id="1")
    message = send()
    assert (message.state, got()) == (Message.State.SENT, [PICTURE] * 3)
    assert UploadedFile.objects.get().attachment_id == ""
    send()
    assert (uploads(), ids(sandbox), len(got())) == (2, [False, True, True, False, True], 4)


def test_an_upload_that_expired_at_facebook_is_not_lost(send, got, sandbox, uploads):
    send(), send()
    sandbox.post("clock", advance_s=90 * DAY.total_seconds() + 1)
    Conversation.objects.update(messaging_window_until=timezone.now() + DAY)
    sandbox.say(sandbox.requests("POST", "messages")[-1]["body"]["recipient"]["id"], text="Again, please")
    message = send()
    assert message.state == Message.State.SENT, message.error
    assert got() == [PICTURE] * 3


def test_an_old_id_is_not_tried(send, uploads, sandbox):
    send(), send()
    UploadedFile.objects.update(at=F("at") - 89 * DAY)
    send()
    assert (uploads(), ids(sandbox)) == (2, [False, True, True])


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "before"}, {"drop": "after"}], ids=str)
def test_a_file_whose_upload_fails_goes_out_with_its_content(fault, send, got, sandbox):
    send()
    sandbox.fail("message_attachments", times=1, **fault)
    message = send()
    assert (message.state, ids(sandbox), got()) == (Message.State.SENT, [False, False], [PICTURE] * 2)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_call_by_id_without_an_answer_is_found_by_kind_and_size_and_never_sent_twice(
    drop, send, got, sandbox, conversation
):
    send(), send()
    sandbox.fail("messages", times=1, drop=drop)
    message = send()
    assert message.state == Message.State.UNKNOWN
    conversation.messages.filter(pk=message.pk).update(
        next_attempt_at=timezone.now() - timedelta(seconds=1), unknown_since=F("unknown_since") - SETTLE
    )
    conversation.deliver()
    message.refresh_from_db()
    assert (message.state, got()) == (Message.State.SENT, [PICTURE] * 3)


def test_a_file_that_is_gone_here_still_goes_out_by_its_id(send, conversation, ana, got):
    send(), send()
    file = SimpleUploadedFile("prices.png", PICTURE)
    [message] = conversation.send(author=ana, text="", idempotency_key=uuid.uuid4(), files=[file])
    stored = message.attachments.get().file
    stored.storage.delete(stored.name)
    conversation.deliver()
    assert got() == [PICTURE] * 3


# Forgotten


def test_the_uploads_of_a_page_are_forgotten_when_it_is_disconnected(send, bluebird, ada):
    send(), send()
    bluebird.disconnect(by=ada)
    assert not UploadedFile.objects.exists()


def test_the_uploads_of_a_page_are_forgotten_when_it_gets_another_token(send, bluebird):
    send(), send()
    bluebird.connect_again()
    assert not UploadedFile.objects.exists()


def test_an_upload_that_facebook_no_longer_has_is_deleted(send):
    send(), send()
    send(OTHER_PICTURE)
    with time_machine.travel(timezone.now() + 91 * DAY):
        UploadedFile.objects.filter(attachment_id="").update(at=timezone.now())
        retention.delete_old_rows()
    assert [upload.attachment_id for upload in UploadedFile.objects.all()] == [""]
