"""Files of scheduled replies: stored when the reply is scheduled, and sent with it."""

from datetime import timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from console import retention
from console.models import Attachment, Conversation, Message, ScheduledFile, ScheduledReply, TakenByAnother
from console.scheduled_replies.models import State
from console.sweep import sweep
from personas import pictures
from tests.console.conftest import HTMX, words

PICTURE = pictures.initials("Ana Ruiz").read()


def picture(name="teapot.png"):
    return SimpleUploadedFile(name, PICTURE)


def receipt(name="receipt.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7")


@pytest.fixture
def later(conversation, ana):
    def schedule(text, *files):
        at = timezone.now() + timedelta(hours=1)
        return ScheduledReply.objects.send_later(conversation, ana, text, at, files=files)

    return schedule


@pytest.fixture
def post(client, conversation, ana):
    """Ana fills in the form of a new reply, or of one that waits."""
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")

    def fill_in(text="", files=(), reply=None, **more):
        path = f"scheduled-replies/{reply.pk}/" if reply else "send-later/"
        fields = {"text": text, "when": "in 2 hours", "files": files} | more
        return client.post(f"/conversations/{conversation.pk}/{path}", fields, headers=HTMX)

    return fill_in


def due():
    with time_machine.travel(timezone.now() + timedelta(hours=1.1), tick=False):
        sweep()


def seen(sandbox, mona):
    return [
        message["text"] or [attachment["type"] for attachment in message["attachments"]]
        for message in sandbox.said(mona.psid)
    ]


def stored(reply):
    return [file.file.name for file in reply.files.all()]


# When it is due


@pytest.mark.usefixtures("storage")
def test_files_of_a_scheduled_reply_go_out_before_its_text_under_the_persona(later, conversation, mona, sandbox):
    later("Here they are", receipt(), picture())
    assert not Attachment.objects.exists()
    due()
    conversation.deliver()
    assert seen(sandbox, mona) == [["file"], ["image"], "Here they are"]
    said = sandbox.said(mona.psid)[1]
    assert said["persona"]["name"] == "Ana R."
    assert requests.get(said["attachments"][0]["url"], timeout=5).content == PICTURE


def test_a_message_takes_the_stored_file_over_and_copies_nothing(later, watched_files):
    [name] = stored(later("", receipt()))
    due()
    attachment = Attachment.objects.get()
    assert (attachment.file.name, attachment.file_name, attachment.size) == (name, "receipt.pdf", 8)
    assert (watched_files.names, ScheduledFile.objects.count()) == ([name], 0)


def test_files_are_stored_outside_of_a_transaction(later, watched_files):
    later("", receipt()).edit("", timezone.now() + timedelta(hours=2), files=[picture()])
    assert watched_files.were_in_transaction == [False, False]


def test_a_reply_that_cannot_go_out_keeps_its_files_and_goes_out_with_them_later(later, conversation, ana, ben):
    reply = later("", receipt())
    conversation.transfer(ana, to=ben)
    due()
    reply.refresh_from_db()
    assert (reply.state, len(stored(reply)), Message.objects.filter(is_incoming=False).count()) == (State.REFUSED, 1, 0)
    conversation.transfer(ben, to=ana)
    reply.send_now()
    assert Attachment.objects.get().file_name == "receipt.pdf"


# Until then


@pytest.mark.usefixtures("storage")
def test_the_files_of_a_reply_that_is_deleted_are_deleted(later, django_capture_on_commit_callbacks):
    reply = later("", receipt(), picture())
    names = stored(reply)
    with django_capture_on_commit_callbacks(execute=True):
        reply.discard()
    assert [default_storage.exists(name) for name in names] == [False, False]
    assert not ScheduledFile.objects.exists()


def test_an_edit_removes_files_and_adds_others(post, later, django_capture_on_commit_callbacks):
    reply = later("Here", receipt(), receipt("old.pdf"))
    old = reply.files.last()
    with django_capture_on_commit_callbacks(execute=True):
        assert post("Here", [picture()], reply, removed=[old.pk]).status_code == 200
    assert [file.title for file in reply.files.all()] == ["receipt.pdf", "teapot.png"]
    assert not default_storage.exists(old.file.name)


def test_a_file_of_another_reply_cannot_be_removed(post, later):
    reply, other = later("Here", receipt()), later("There", receipt())
    assert post("Here", (), reply, removed=[other.files.get().pk]).status_code == 422
    assert other.files.exists()


def test_a_reply_that_is_refused_keeps_no_file(conversation, ben, watched_files):
    with pytest.raises(TakenByAnother):
        ScheduledReply.objects.send_later(conversation, ben, "", timezone.now() + timedelta(hours=1), files=[receipt()])
    assert watched_files.names == []


def test_the_thread_shows_the_files_by_name_and_size_to_colleagues_too(later, conversation, ben):
    later("", receipt("menu <b>.pdf"))
    browser = Client()
    browser.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    html = browser.get(f"/conversations/{conversation.pk}/messages/?since=0", headers=HTMX).content.decode()
    assert "menu <b>.pdf 8 bytes" in words(html).replace("\xa0", " ")
    assert "menu <b>.pdf" in words(browser.get("/queue/?scheduled=25", headers=HTMX).content.decode())


# The form


def test_the_form_takes_files_without_a_text_and_keeps_them_when_it_is_edited(post):
    assert post("", [receipt()]).status_code == 200
    reply = ScheduledReply.objects.get()
    assert post("", (), reply).status_code == 200
    assert reply.files.exists()


def test_a_reply_whose_only_file_is_removed_needs_a_text(post, later):
    reply = later("", receipt())
    answer = post("", (), reply, removed=[reply.files.get().pk])
    assert answer.status_code == 422 and b"Write something first." in answer.content
    assert reply.files.exists()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            [SimpleUploadedFile("big.pdf", b"x" * (25 * 1024 * 1024 + 1))],
            "big.pdf: Facebook takes files of 25 MB at most.",
        ),
        ([SimpleUploadedFile("tea.webp", b"RIFF")], "tea.webp: Facebook takes pictures as JPEG, PNG or GIF only."),
        ([SimpleUploadedFile("empty.pdf", b"")], "The file is empty."),
        ([receipt() for _number in range(11)], "Send at most 10 files at a time."),
    ],
    ids=["too large", "no picture", "empty", "too many"],
)
def test_the_form_refuses_files_as_send_does(files, sentence, post):
    answer = post("Hello", files)
    assert answer.status_code == 422 and sentence in words(answer.content.decode())
    assert not ScheduledReply.objects.exists() and not ScheduledFile.objects.exists()


def test_a_reply_that_waits_has_at_most_ten_files(post, later):
    reply = later("Hello", *[receipt() for _number in range(8)])
    answer = post("Hello", [receipt() for _number in range(3)], reply)
    assert answer.status_code == 422 and "Attach at most 10 files." in words(answer.content.decode())


# Retention


def test_a_conversation_with_scheduled_replies_is_deleted_with_their_files(
    later, conversation, ana, settings, django_capture_on_commit_callbacks
):
    reply = later("Hello", receipt())
    [path] = [file.file.path for file in reply.files.all()]
    ScheduledReply.objects.update(state=State.STOPPED)
    conversation.close(ana)
    past = timezone.now() - timedelta(days=31)
    Conversation.objects.update(closed_at=past, last_at=past, waiting_since=None)
    settings.CONVERSATION_RETENTION_DAYS = 30
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_old_rows()
    assert not Conversation.objects.exists() and not Path(path).exists()
