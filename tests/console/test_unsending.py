"""Unsent messages are gone: from the thread, the queue, the storage, the summaries, the stored bodies, the bots."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from console.models import Attachment, BotEvent, Handover, HandoverRules, InboundWebhook
from console.models.handover.cause import Cause
from console.models.holder import Holder
from messenger import events
from messenger.events import serialize
from tests.console.conftest import AT, fresh, moment, texts, webhook

SECRET = "my card number is 4929 1234"


@pytest.fixture(params=[True, "true"], ids=["as a flag", "as text"])
def unsend(by_mona, request):
    return lambda mid="m_1", at=AT + 9000: by_mona(at, message={"mid": mid, "is_deleted": request.param})


@pytest.fixture
def page_with_bot(bluebird):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/hook", words="card")
    return bluebird


def stored():
    """Everything that the console has kept of webhooks and for bots."""
    kept = [*InboundWebhook.objects.values_list("body", "error"), *BotEvent.objects.values_list("body", flat=True)]
    return json.dumps([*kept, *map(list, Handover.objects.values_list("note", "summary"))])


def test_an_unsent_message_leaves_only_a_line_in_the_thread(receive, said, unsend, thread, client, ana, mona):
    receive(said("m_1", SECRET, quick_reply={"payload": SECRET}))
    receive(unsend())
    [message] = thread
    assert (message.is_deleted, message.text, message.payload, message.earlier_texts) == (True, "", "", [])
    client.force_login(ana)
    page = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    assert "Message unsent" in page
    assert SECRET not in page


def test_unsending_removes_text_unread_mark_and_wait_from_the_queue_row(receive, said, unsend, mona):
    receive(said("m_1", SECRET))
    receive(unsend())
    conversation = fresh(mona.conversation)
    assert (conversation.last_words, conversation.unread) == ("Message unsent", 0)
    assert conversation.waiting_since is None
    assert conversation.is_open


def test_unsending_one_of_two_messages_leaves_the_customer_waiting_for_the_other(receive, said, unsend, mona):
    receive(said("m_1", SECRET, AT), said("m_2", "Where is my parcel?", AT + 1000))
    receive(unsend())
    conversation = fresh(mona.conversation)
    assert (conversation.waiting_since, conversation.unread) == (moment(AT + 1000), 1)
    assert conversation.last_words == "Where is my parcel?"


def test_unsending_a_read_message_keeps_the_unread_mark_of_another(receive, said, unsend, conversation, ana):
    receive(said("m_1", SECRET))
    conversation.see(ana)
    receive(said("m_2", "One more thing", AT + 1))
    receive(unsend())
    assert fresh(conversation).unread == 1


def test_unsending_an_edited_message_removes_its_earlier_texts(receive, said, by_mona, unsend, thread):
    receive(said("m_1", SECRET))
    receive(by_mona(AT + 1, message_edit={"mid": "m_1", "text": SECRET + " 5678", "num_edit": 1}))
    receive(unsend())
    assert (thread.get().text, thread.get().earlier_texts) == ("", [])
    assert SECRET not in stored()


def test_unsending_a_message_deletes_its_files_from_the_storage(
    storage, receive, said, unsend, client, ana, django_capture_on_commit_callbacks
):
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}]))
    attachment = Attachment.objects.get()
    attachment.file.save("a.jpg", ContentFile(b"picture"))
    with django_capture_on_commit_callbacks(execute=True):
        receive(unsend())
    assert not default_storage.exists(attachment.file.name)
    client.force_login(ana)
    assert client.get(f"/attachments/{attachment.pk}/").status_code == 404
    assert "cdn.example.test" not in stored()


def test_a_cached_file_of_an_unsent_message_is_not_confirmed_to_browsers(receive, said, unsend, client, ana):
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}]))
    attachment = Attachment.objects.get()
    attachment.file.save("a.jpg", ContentFile(b"picture"))
    client.force_login(ana)
    address = f"/attachments/{attachment.pk}/"
    first = client.get(address)
    assert (b"".join(first), first["Cache-Control"]) == (b"picture", "private, no-cache")
    kept = {"If-None-Match": first["ETag"]}
    assert client.get(address, headers=kept).status_code == 304
    receive(unsend())
    assert client.get(address, headers=kept).status_code == 404


def test_a_file_whose_download_ends_after_the_unsending_is_deleted(
    storage, receive, said, unsend, django_capture_on_commit_callbacks
):
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}]))
    downloading = Attachment.objects.get()
    receive(unsend())
    downloading.file.save("a.jpg", ContentFile(b"picture"), save=False)
    with django_capture_on_commit_callbacks(execute=True):
        downloading._keep()
    assert not default_storage.exists(downloading.file.name)


def test_unsending_redacts_the_message_in_stored_webhook_bodies_and_keeps_others(receive, said, unsend, mona):
    inbound_webhook = receive(said("m_1", SECRET), said("m_2", "and this", AT + 1))
    receive(unsend())
    first, second = events.parse(fresh(inbound_webhook).body.encode())
    assert (first.mid, first.is_deleted, first.psid, first.text) == ("m_1", True, mona.psid, "")
    assert (second.text, SECRET in stored()) == ("and this", False)


def test_a_message_that_comes_after_it_was_unsent_is_not_shown(receive, said, unsend, thread, mona):
    receive(unsend(at=AT + 1))
    late = receive(said("m_1", SECRET, attachments=[{"type": "image", "payload": {"url": "https://x.example/a.jpg"}}]))
    assert texts(thread) == [""]
    assert not Attachment.objects.exists()
    assert (fresh(mona.conversation).unread, late.error, SECRET in stored()) == (0, "", False)


def test_an_edit_that_comes_after_its_message_was_unsent_is_not_shown(receive, by_mona, unsend, thread):
    receive(unsend())
    receive(by_mona(AT + 1, message_edit={"mid": "m_1", "text": SECRET, "num_edit": 1}))
    assert texts(thread) == [""]
    assert SECRET not in stored()


def test_a_message_unsent_in_the_same_webhook_body_reaches_neither_thread_nor_bot(
    receive, said, unsend, page_with_bot, thread
):
    receive(said("m_1", SECRET), unsend())
    assert texts(thread) == [""]
    assert SECRET not in stored()


def test_unsending_an_unknown_message_does_not_make_the_customer_wait(receive, unsend, mona):
    inbound_webhook = receive(unsend("m_0"))
    conversation = fresh(mona.conversation)
    assert (inbound_webhook.error, conversation.unread, conversation.waiting_since) == ("", 0, None)


def test_unsending_removes_the_text_from_the_reason_of_a_handover(
    receive, said, unsend, page_with_bot, conversation, ana
):
    conversation.hand_back(ana)
    receive(said("m_1", SECRET))
    reason = fresh(conversation).reason
    assert (reason.cause, reason.note) == (Cause.ASKED, SECRET)
    receive(unsend())
    assert (fresh(reason).note, SECRET in stored()) == ("", False)


def test_unsending_removes_the_text_from_the_summary_for_the_bot(
    receive, said, unsend, page_with_bot, conversation, ana
):
    receive(said("m_1", SECRET))
    conversation.hand_back(ana, note="Please go on")
    assert f"Customer: {SECRET}" in stored()
    receive(unsend())
    assert SECRET not in stored()
    assert "Customer: (message unsent)" in Handover.objects.in_order().last().summary


def test_a_pending_bot_event_of_an_unsent_message_is_delivered_as_unsent(receive, said, unsend, page_with_bot, mona):
    mona.conversation.handovers.all().delete()
    type(mona.conversation).objects.update(holder=Holder.BOT, closed_at=None)
    HandoverRules.objects.update(words="")
    receive(said("m_1", SECRET))
    assert SECRET in stored()
    receive(unsend())
    assert SECRET not in stored()
    delivered = [event for bot_event in BotEvent.objects.all() for event in events.parse(bot_event.body.encode())]
    assert {(event.mid, event.is_deleted) for event in delivered} == {("m_1", True)}
    assert not BotEvent.objects.have_words_of(mona.conversation)


def test_unsending_removes_the_text_from_a_summary_by_the_bot(receive, said, unsend, page_with_bot, conversation, ana):
    receive(said("m_1", SECRET))
    conversation.hand_back(ana)
    conversation.hand_over(note=f"Wrote “{SECRET}”", summary=f"They said: {SECRET}. Then nothing.")
    receive(unsend())
    assert SECRET not in stored()
    assert fresh(conversation).reason.summary == "They said: (unsent). Then nothing."


def test_unsending_a_tap_unmarks_its_button_unless_it_was_tapped_once_more(receive, echo, said, unsend):
    offered = [{"content_type": "text", "title": title, "payload": title.upper()} for title in ("Yes", "No")]
    receive(echo("m_0", "Is it?", quick_replies=offered))
    for number in (1, 2):
        receive(said(f"m_{number}", "No", at=AT + number * 1000, quick_reply={"payload": "NO"}))
    receive(unsend("m_1"))
    assert Attachment.objects.get().tapped == [1]
    receive(unsend("m_2"))
    assert Attachment.objects.get().tapped == []


def test_a_reply_unsent_by_the_page_is_removed_from_the_thread(receive, echo, thread):
    receive(echo("m_9", SECRET))
    receive(echo("m_9", None, at=AT + 1, is_deleted=True))
    assert [(message.is_deleted, message.text) for message in thread] == [(True, "")]
    assert SECRET not in stored()


def test_redacting_a_body_without_the_unsent_message_leaves_its_bytes_unchanged():
    body = serialize(webhook({"sender": {"id": "1"}, "message": {"mid": "m_2", "text": "Grüße / 👋"}})).decode()
    assert events.redact(body, "m_1") == body


def test_requeueing_a_redacted_webhook_does_not_restore_the_unsent_text(receive, said, unsend, thread):
    inbound_webhook = receive(said("m_1", SECRET))
    receive(unsend())
    fresh(inbound_webhook).requeue()
    fresh(inbound_webhook).process()
    assert (texts(thread), fresh(inbound_webhook).error, SECRET in stored()) == ([""], "", False)


def test_unsending_removes_a_text_cut_off_at_the_end_of_a_summary(
    receive, said, unsend, page_with_bot, conversation, ana
):
    receive(said("m_1", SECRET))
    conversation.hand_back(ana, note="x" * 938)
    assert Handover.objects.in_order().last().summary.endswith("4929")
    receive(unsend())
    assert "4929" not in stored()
    assert Handover.objects.in_order().last().summary.endswith("Customer: (message unsent)")
