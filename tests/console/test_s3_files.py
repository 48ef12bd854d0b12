"""Files in a bucket of an S3 server: private there, served by our views, and never lost while the server is away."""

import socket
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from console.infrastructure import s3_files
from console.models import Attachment, Message
from messenger.media_types import UNKNOWN
from personas import pictures, tasks
from personas.models import DiscardedFile
from tests.conftest import web_server
from tests.console.conftest import fresh
from tests.stand_in import Line, free_port

PICTURE = pictures.initials("Ana Ruiz").read()
State = Message.State


@contextmanager
def away(s3, settings):
    """Nobody listens at the address of the server for a while."""
    settings.STORAGES = settings.STORAGES | s3.storage(f"http://127.0.0.1:{free_port()}")
    yield
    settings.STORAGES = settings.STORAGES | s3.storage()


@pytest.fixture
def post(client, conversation, ana):
    """Ana sends this reply."""
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    key = uuid.uuid4()

    def send():
        fields = {"text": "", "idempotency_key": key, "files": SimpleUploadedFile("a.png", PICTURE)}
        return client.post(f"/conversations/{conversation.pk}/send/", fields, headers={"HX-Request": "true"})

    return send


@pytest.fixture
def sent(post):
    """The attachment of a reply of Ana's."""
    assert post().status_code == 200
    return Attachment.objects.get()


# In the bucket


def test_an_object_is_private_and_has_no_type_that_a_browser_would_show(s3, sent):
    assert s3.objects() == {sent.file.name: PICTURE}
    assert (s3.head(sent.file.name)["ContentType"], s3.grantees(sent.file.name)) == (UNKNOWN, [])


def test_no_page_contains_an_address_of_the_bucket(s3, sent, client, ada, conversation):
    ada.picture.save("me", ContentFile(PICTURE))
    pages = [client.get(f"/conversations/{conversation.pk}/").text]
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    pages.append(client.get(f"/admin/agents/agent/{ada.pk}/change/").text)
    assert not [page for page in pages if s3.url in page or s3.name in page]


def test_a_reply_that_is_refused_leaves_no_file_behind(s3, post, conversation, ben, django_capture_on_commit_callbacks):
    conversation.transfer(conversation.agent, to=ben)
    with django_capture_on_commit_callbacks(execute=True):
        assert post().status_code == 409
    assert (s3.objects(), DiscardedFile.objects.exists()) == ({}, False)


def test_a_reply_that_is_sent_twice_leaves_one_file(s3, sent, post, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert post().status_code == 200
    assert list(s3.objects()) == [sent.file.name]


@pytest.mark.django_db(transaction=True)
def test_a_web_server_serves_a_file_of_the_bucket_with_the_headers_of_one_on_disk(s3, bluebird, ana):
    persona = bluebird.personas.create(agent=ana, name="Ana R.")
    persona.picture.save("picture", ContentFile(PICTURE))
    port = free_port()
    with web_server(port, **s3.environment()):
        path = persona.picture_url().split("/", 3)[3]
        answer = requests.get(f"http://127.0.0.1:{port}/{path}", timeout=10)
    assert (answer.content, answer.headers["Content-Type"]) == (PICTURE, "image/png")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(PICTURE))


# While it is away


def test_a_reply_with_a_file_is_answered_503_and_passes_when_the_storage_is_back(s3, settings, post):
    with away(s3, settings):
        answer = post()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer.text == "Files cannot be stored or shown at the moment. Try again in a minute."
    assert not Message.objects.filter(is_incoming=False).exists()
    assert post().status_code == 200
    assert list(s3.objects().values()) == [PICTURE]


def test_a_file_that_the_storage_does_not_return_is_sent_to_the_customer_later(s3, settings, sent, mona, sandbox):
    conversation = sent.message.conversation
    conversation.page.personas.for_agent(sent.message.author, conversation.page).publish()
    with away(s3, settings):
        conversation.deliver()
    waiting = fresh(sent.message)
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 0)
    conversation.messages.update(next_attempt_at=None)
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert requests.get(received["attachments"][0]["url"], timeout=5).content == PICTURE


def test_a_file_from_a_customer_is_fetched_again_when_the_storage_is_back(s3, settings, mona, receive, said):
    url = mona.page.client().profile(mona.psid)["profile_pic"]
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": url}}]))
    attachment = Attachment.objects.get()
    with away(s3, settings):
        attachment.fetch()
    assert (fresh(attachment).error, attachment.attempts, attachment.file.name) == ("", 0, "")
    attachment.fetch()
    assert list(s3.objects()) == [fresh(attachment).file.name]


def test_a_picture_that_the_storage_does_not_return_is_not_replaced_by_initials(s3, settings, bluebird, ana, sandbox):
    ana.picture.save("me", ContentFile(pictures.initials("Somebody Else").read()))
    with away(s3, settings):
        bluebird.personas.for_agent(ana, bluebird).publish()
    persona = bluebird.personas.get()
    assert (persona.graph_id, persona.picture.name) == ("", "")
    bluebird.personas.update(next_attempt_at=None)
    bluebird.personas.get().publish()
    assert pictures.are_alike(bluebird.personas.get().picture.open(), ana.picture.open())


def test_a_picture_is_answered_503_while_the_storage_is_away_and_its_thread_is_shown(s3, settings, sent, client):
    with away(s3, settings):
        assert client.get(f"/attachments/{sent.pk}/").status_code == 503
        page = client.get(f"/conversations/{sent.message.conversation_id}/").text
    assert f'src="/attachments/{sent.pk}/"' in page
    assert client.get(f"/attachments/{sent.pk}/").getvalue() == PICTURE


def test_a_file_of_an_unsent_message_is_deleted_when_the_storage_is_back(
    s3, settings, sent, django_capture_on_commit_callbacks
):
    with away(s3, settings), django_capture_on_commit_callbacks(execute=True):
        Attachment.objects.all().discard()
    assert list(s3.objects()) == [sent.file.name]
    tasks.sweep()
    assert s3.objects()  # not yet due
    DiscardedFile.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert (s3.objects(), DiscardedFile.objects.exists()) == ({}, False)


def test_a_storage_that_hangs_holds_one_thread_and_is_asked_again_after_a_rest(s3, settings, sent, client, monkeypatch):
    monkeypatch.setitem(s3_files.CLIENT, "read_timeout", 0.5)
    monkeypatch.setattr(s3_files, "REST", 1)
    address, port = f"/attachments/{sent.pk}/", int(s3.url.rpartition(":")[2])
    with Line(lambda: socket.create_connection(("127.0.0.1", port))) as line:
        settings.STORAGES = settings.STORAGES | s3.storage(f"http://127.0.0.1:{line.port}")
        line.die()
        assert client.get(address).status_code == 503
        began = time.monotonic()
        assert [client.get(address).status_code for _time in range(20)] == [503] * 20
        assert time.monotonic() - began < 5  # s; if each had asked the storage, 10
        line.live()
        time.sleep(1)
        assert client.get(address).status_code == 200


def test_a_missing_object_is_answered_404_and_a_missing_bucket_503(s3, settings, sent, client):
    sent.file.storage.delete(sent.file.name)
    assert client.get(f"/attachments/{sent.pk}/").status_code == 404
    s3.client.delete_bucket(Bucket=s3.name)
    assert client.get(f"/attachments/{sent.pk}/").status_code == 503
