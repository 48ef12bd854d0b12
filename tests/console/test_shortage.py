"""Shortages on the console's own machine, as of disk, memory, open files or connections: nothing fails for good."""

import errno
import os
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.signals import post_init
from django.utils import timezone
from urllib3.util import connection as sockets

from console.models import Attachment, BotEvent, Conversation, Customer, HandoverRules, Holder, InboundWebhook, Message
from console.models.bot_event import post
from console.models.message.reconciliation import SETTLE
from messenger.events import serialize
from personas import pictures
from personas.models import Page, Persona, page_connection
from personas.resource_shortage import is_resource_shortage
from tests.console.conftest import AT, fresh, texts, webhook
from tests.stand_in import Bot

State = Message.State
ME = pictures.initials("Somebody Else")


@contextmanager
def out_of(number, where, name):
    """Have this function raise an error of the operating system for a while."""

    def refuse(*given, **options):
        raise OSError(number, os.strerror(number), "/some/where")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, refuse)
        yield


def full_disk(number=errno.ENOSPC):
    return out_of(number, FileSystemStorage, "_save")


def no_open_files():
    return out_of(errno.EMFILE, FileSystemStorage, "_open")


def no_sockets():
    """No new connection, and the old ones are closed."""
    page_connection._connections.__dict__.clear()
    return out_of(errno.EMFILE, sockets, "create_connection")


def let_time_pass(conversation, ago=timedelta()):
    past = timezone.now() - timedelta(seconds=1)
    waiting = conversation.messages.filter(next_attempt_at__isnull=False)
    waiting.update(next_attempt_at=past, unknown_since=F("unknown_since") - ago)
    Persona.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=past)
    conversation.deliver()


# Replies


def test_a_reply_waits_for_a_persona_that_a_full_disk_delays(say, conversation, mona, sandbox):
    message = say("Hello Mona")
    with full_disk():
        conversation.deliver()
        let_time_pass(conversation)
    assert fresh(message).state == State.QUEUED
    let_time_pass(conversation)
    [received] = sandbox.said(mona.psid)
    assert (received["text"], received["persona"]["name"]) == ("Hello Mona", "Ana R.")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_reply_is_sent_as_the_page_if_the_persona_picture_fails_for_long(number, say, conversation, mona, sandbox):
    message = say("Hello Mona")
    with full_disk(number):
        for _try in range(Persona.MAX_ATTEMPTS + 1):
            let_time_pass(conversation)
    [received] = sandbox.said(mona.psid)
    assert (received["text"], received["persona"]) == ("Hello Mona", None)
    message.refresh_from_db()
    assert message.state == State.SENT
    assert (
        message.sent_as_page_because
        == "The console could not create the persona. An admin finds the reason in its log."
    )


def test_a_picture_that_temporarily_cannot_be_opened_is_not_replaced_by_initials(bluebird, ana, sandbox):
    ana.picture.save("me.png", ME)
    with no_open_files():
        bluebird.personas.for_agent(ana, bluebird).publish()
    persona = bluebird.personas.get()
    assert (persona.graph_id, persona.picture.name) == ("", "")
    Persona.objects.update(next_attempt_at=None)
    bluebird.personas.get().publish()
    assert pictures.are_alike(bluebird.personas.get().picture.open(), ana.picture.open())


def test_a_file_that_temporarily_cannot_be_opened_is_sent_later_and_once(conversation, ana, mona, sandbox):
    file = SimpleUploadedFile("receipt.pdf", b"%PDF-1.7")
    [message] = conversation.send(author=ana, text="", idempotency_key=uuid.uuid4(), files=[file])
    conversation.page.personas.for_agent(ana, conversation.page).publish()
    with no_open_files():
        for _try in range(3):
            let_time_pass(conversation)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.QUEUED, 0)
    assert "out of disk space, memory or connections" in message.error
    let_time_pass(conversation)
    assert fresh(message).state == State.SENT
    assert len(sandbox.said(mona.psid)) == 1


def test_a_reply_waits_without_limit_while_the_console_has_no_sockets(say, conversation, mona, sandbox):
    message, _next_one = say("one"), say("two")
    conversation.page.personas.for_agent(message.author, conversation.page).publish()
    with no_sockets():
        for _try in range(Message.MAX_ATTEMPTS + 2):
            let_time_pass(conversation)
    assert fresh(message).state == State.QUEUED
    let_time_pass(conversation)
    assert sandbox.texts(mona.psid) == ["one", "two"]


def test_a_reply_whose_call_ran_out_of_memory_is_unknown_and_then_sent_again(
    say, conversation, mona, sandbox, monkeypatch
):
    message = say("Hello")
    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "request", _out_of_memory_at_messages(requests.Session.request))
        conversation.deliver()
    assert fresh(message).state == State.UNKNOWN
    let_time_pass(conversation, ago=SETTLE)
    assert fresh(message).state == State.SENT
    assert sandbox.texts(mona.psid) == ["Hello"]


def _out_of_memory_at_messages(request):
    def refuse(self, method, url, **options):
        if url.endswith("/messages"):
            raise MemoryError
        return request(self, method, url, **options)

    return refuse


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [InterfaceError, OperationalError])
def test_a_broken_database_connection_leaves_a_reply_queued(error, conversation, ana, bluebird, mona, sandbox):
    reply = {
        "author": ana,
        "text": "Hello",
        "is_incoming": False,
        "state": State.QUEUED,
        "idempotency_key": uuid.uuid4(),
    }
    # Not by Send, whose task a worker of an earlier test might carry out first.
    message = Message.objects.create(conversation=conversation, page=bluebird, at=timezone.now(), revision=1, **reply)
    with connection.execute_wrapper(_breaks_once(error)), pytest.raises(error):
        conversation.deliver()
    assert fresh(message).state == State.QUEUED
    conversation.deliver()
    assert sandbox.texts(mona.psid) == ["Hello"]


def _breaks_once(error):
    broken = []

    def execute(execute, sql, parameters, many, context):
        if not broken and sql.startswith('UPDATE "console_message"'):
            broken.append(sql)
            raise error("the connection is closed")
        return execute(sql, parameters, many, context)

    return execute


# Webhooks


def test_a_customer_file_is_downloaded_once_a_full_disk_has_room_again(receive, said, sandbox):
    url = _picture_at_facebook(sandbox)
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": url}}]))
    attachment = Attachment.objects.get()
    with full_disk():
        for _try in range(12):
            fresh(attachment).fetch()
    assert (fresh(attachment).error, fresh(attachment).attempts) == ("", 0)
    Attachment.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert list(Attachment.objects.unfetched()) == [attachment]
    attachment.fetch()
    assert fresh(attachment).file


def test_the_error_of_a_file_that_could_not_be_stored_contains_no_server_path(receive, said, sandbox):
    url = _picture_at_facebook(sandbox)
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": url}}]))
    attachment = Attachment.objects.get()
    with full_disk(errno.EACCES):
        for _try in range(12):
            fresh(attachment).fetch()
    assert fresh(attachment).error == "The console could not keep the file. An admin finds the reason in its log."


def _picture_at_facebook(sandbox):
    psid = sandbox.customer("Otto Berg")
    sandbox.say(psid, text="Hello?")
    return Page.objects.get().client().profile(psid)["profile_pic"]


def test_a_customer_name_is_stored_on_a_full_disk_and_the_picture_fetched_later(mona, sandbox):
    Customer.objects.update(name="")
    with full_disk():
        fresh(mona).fetch_profile()
    assert (fresh(mona).name, fresh(mona).picture.name) == ("Mona Weber", "")
    Customer.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    Customer.objects.unfetched().get().fetch_profile()
    assert fresh(mona).picture
    assert not Customer.objects.filter(profile_at=None).exists()


@pytest.fixture
def too_large():
    """A message that the memory has no room for."""

    def refuse(instance, **more):
        if instance.mid in mids:
            raise MemoryError

    mids = {"m_large"}
    post_init.connect(refuse, sender=Message)
    yield mids
    post_init.disconnect(refuse, sender=Message)


def test_an_inbound_webhook_that_needs_too_much_memory_waits_and_delays_no_other(arrive, said, thread, too_large):
    for mid in ("m_large", "m_2"):
        arrive(serialize(webhook(said(mid, mid))))
    InboundWebhook.objects.all().process()
    assert texts(thread) == ["m_2"]
    waiting = InboundWebhook.objects.get(processed_at=None)
    assert (waiting.attempts, waiting.error, waiting.next_attempt_at > timezone.now()) == (0, "", True)
    too_large.clear()
    InboundWebhook.objects.update(next_attempt_at=None)
    InboundWebhook.objects.all().process()
    assert sorted(texts(thread)) == ["m_2", "m_large"]


# Bots


def test_a_bot_is_not_marked_down_while_the_console_has_no_sockets(mona, bluebird, receive, by_mona):
    with Bot() as bot:
        HandoverRules.objects.create(page=bluebird, webhook_url=bot.url)
        Conversation.objects.update(holder=Holder.BOT)
        with no_bot_sockets():
            receive(by_mona(AT, message={"mid": "m_1", "text": "Hi"}))
            for _try in range(10):
                _notify_bot()
            assert bot.bodies == []
            rules = HandoverRules.objects.get()
            assert (rules.bot_down_until, fresh(mona.conversation).holder) == (None, Holder.BOT)
        _notify_bot()
        assert len(bot.bodies) == 1
    assert not BotEvent.objects.exists()


def no_bot_sockets():
    post._connections.__dict__.clear()
    return out_of(errno.EMFILE, sockets, "create_connection")


def _notify_bot():
    BotEvent.objects.update(leased_until=None, next_attempt_at=None)
    for bot_event in BotEvent.objects.first_of_queues():
        bot_event.deliver()


# Errors that count as a shortage


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EMFILE, "Too many open files"), True),
        (MemoryError(), True),
        (OperationalError("too many connections"), True),
        (RuntimeError("can't start new thread"), True),
        (requests.ConnectionError(OSError(errno.EMFILE, "Too many open files")), True),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), False),
        (RuntimeError("something else"), False),
        (DatabaseError("no such column"), False),
    ],
)
def test_resource_shortages_are_distinguished_from_other_errors(error, is_one):
    assert is_resource_shortage(error) is is_one
