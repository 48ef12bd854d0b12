"""Scheduled replies with quick replies, and scheduled cards and buttons: listed and edited as texts are."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from console.models import Attachment, Conversation, ScheduledFile, ScheduledReply
from console.sweep import sweep
from personas import pictures
from tests.console.conftest import HTMX, words
from tests.console.templates import BUTTONS, BUY, CARDS, MEDIA, SHOP, fields_of

MOMENT = {"when": "in 2 hours", "time_zone": "Europe/Berlin"}


@pytest.fixture
def post(anas_browser, conversation):
    """Ana fills in the form of a new reply, or of one that waits."""

    def fill_in(fields, reply=None, files=(), **more):
        path = f"scheduled-replies/{reply.pk}/" if reply else "send-later/"
        given = fields | MOMENT | {"files": files} | more
        return anas_browser.post(f"/conversations/{conversation.pk}/{path}", given, headers=HTMX)

    return fill_in


@pytest.fixture
def due(conversation):
    def pass_by():
        with time_machine.travel(timezone.now() + timedelta(hours=2.1), tick=False):
            sweep()
        conversation.deliver()

    return pass_by


def teapot(name="teapot.png"):
    return SimpleUploadedFile(name, pictures.initials("Tea Pot").read())


def sent(sandbox, mona):
    return [said["template"] for said in sandbox.said(mona.psid)]


def thread(anas_browser, conversation):
    return words(anas_browser.get(f"/conversations/{conversation.pk}/messages/?since=0", headers=HTMX).content.decode())


# Quick replies


def test_quick_replies_go_out_with_a_reply_that_was_scheduled_and_edited(
    post, due, anas_browser, conversation, mona, sandbox
):
    assert post({"text": "Which one?", "quick_replies": "Green\nBlack"}).content == b""
    reply = ScheduledReply.objects.get()
    assert "Which one? Green Black Goes out" in thread(anas_browser, conversation)
    form = anas_browser.get(f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/", headers=HTMX)
    assert "Green\nBlack</textarea>" in form.content.decode()
    post({"text": "Which one?", "quick_replies": "Green\nWhite"}, reply)
    due()
    [said] = sandbox.said(mona.psid)
    assert [one["title"] for one in said["quick_replies"]] == ["Green", "White"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "Which one?", "quick_replies": "Green\nGreen"}, "The quick reply “Green” is there twice."),
        ({"text": "", "quick_replies": "Green"}, "Write something first."),
    ],
)
def test_quick_replies_beyond_facebooks_limits_are_refused_and_stay_in_the_form(fields, sentence, post):
    answer = post(fields)
    assert (answer.status_code, sentence in words(answer.content.decode())) == (422, True)
    assert "Green" in answer.content.decode()
    assert not ScheduledReply.objects.exists()


# Cards and buttons


@pytest.mark.parametrize("template", [BUTTONS, CARDS], ids=["buttons", "cards"])
def test_a_template_goes_out_when_it_is_due_as_it_was_edited(
    template, post, due, anas_browser, conversation, mona, sandbox
):
    assert post(fields_of(template)).content == b""
    reply = ScheduledReply.objects.get()
    shown = thread(anas_browser, conversation)
    assert ("Green or black? Buy Shop Call us" if template is BUTTONS else "Glass 0.3 l Iron Buy") in shown
    assert reply.words in words(anas_browser.get("/queue/?scheduled=25", headers=HTMX).content.decode())
    form = anas_browser.get(f"/conversations/{conversation.pk}/scheduled-replies/{reply.pk}/", headers=HTMX)
    assert 'value="Buy"' in form.content.decode()
    assert post(fields_of(BUTTONS | {"buttons": [SHOP]}), reply, is_for_silence="on").content == b""
    due()
    assert sent(sandbox, mona) == [BUTTONS | {"buttons": [SHOP]}]


def test_a_row_of_the_queue_opens_the_form_of_the_template(post, anas_browser, conversation):
    post(fields_of(CARDS))
    path = f"/conversations/{conversation.pk}/scheduled-replies/{ScheduledReply.objects.get().pk}/open/"
    page = anas_browser.get(path, headers=HTMX).content.decode()
    assert 'value="Glass"' in page
    assert 'value="https://cdn.example.test/iron.png"' in page


def test_the_picture_of_a_template_stays_until_another_comes(post, due, mona, sandbox):
    assert post(fields_of(MEDIA), files=[teapot()]).content == b""
    reply = ScheduledReply.objects.get()
    changed = MEDIA | {"elements": [{"media_type": "image", "buttons": [BUY]}]}
    assert post(fields_of(changed), reply).content == b""
    assert ScheduledFile.objects.get().title == "teapot.png"
    assert post(fields_of(changed), reply, files=[teapot("cup.png")]).content == b""
    assert ScheduledFile.objects.get().title == "cup.png"
    due()
    [template] = sent(sandbox, mona)
    assert (template["elements"][0]["buttons"], "attachment_id" in template["elements"][0]) == ([BUY], True)
    assert Attachment.objects.get(kind="image").title == "cup.png"


def test_a_template_with_a_picture_that_waits_shows_its_name_once_its_kind_and_its_buttons(
    post, anas_browser, conversation
):
    post(fields_of(MEDIA), files=[teapot()])
    assert "Picture teapot.png Shop Goes out" in thread(anas_browser, conversation)
    assert "Picture · [Shop]" in words(anas_browser.get("/queue/?scheduled=25", headers=HTMX).content.decode())


def test_a_template_that_becomes_a_text_with_buttons_leaves_its_picture(post, due, mona, sandbox):
    post(fields_of(MEDIA), files=[teapot()])
    assert post(fields_of(BUTTONS), ScheduledReply.objects.get()).content == b""
    assert not ScheduledFile.objects.exists()
    due()
    assert sent(sandbox, mona) == [BUTTONS]


@pytest.mark.parametrize(
    ("template", "moment", "sentence"),
    [
        (BUTTONS | {"text": ""}, "in 2 hours", "Write the text above the buttons."),
        (MEDIA, "in 2 hours", "Choose one picture or video."),
        (BUTTONS, "", "Write a moment"),
        (BUTTONS, "in 30 days", "Facebook takes replies until"),
    ],
)
def test_a_template_that_cannot_go_out_stays_in_the_form_which_says_why_once(template, moment, sentence, post):
    until = timezone.now() + timedelta(days=1)
    Conversation.objects.update(messaging_window_until=until, human_agent_until=until)
    answer = post(fields_of(template), when=moment)
    shown = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert words(shown).count(sentence) == 1
    assert template is MEDIA or 'value="Buy"' in shown
    assert not ScheduledReply.objects.exists()


def test_a_template_that_is_scheduled_twice_under_one_key_is_one_reply(post):
    key = uuid.uuid4()
    for _press in range(2):
        post(fields_of(BUTTONS), idempotency_key=key)
    assert ScheduledReply.objects.count() == 1


def test_a_colleague_cannot_edit_a_template_that_waits(post, bens, conversation):
    post(fields_of(BUTTONS))
    path = f"/conversations/{conversation.pk}/scheduled-replies/{ScheduledReply.objects.get().pk}/"
    assert bens.get(path, headers=HTMX).status_code == 404
    assert bens.post(path, fields_of(CARDS) | MOMENT, headers=HTMX).status_code == 404
