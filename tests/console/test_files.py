"""Agents send pictures and files: each a message of its own, in the order in which Send was pressed."""

import io
import uuid

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from console.infrastructure import uploads
from console.models import Attachment, Message
from personas import pictures
from personas.models import Persona

PICTURE = pictures.initials("Ana Ruiz").read()
pytestmark = pytest.mark.usefixtures("storage")


def huge(side=13_000):
    """A PNG whose few bytes are that many pixels wide and high."""
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def picture():
    return lambda name="teapot.png": SimpleUploadedFile(name, PICTURE)


@pytest.fixture
def receipt():
    return SimpleUploadedFile("receipt.pdf", b"%PDF-1.7")


@pytest.fixture
def send(conversation, ana):
    """Ana presses Send."""
    return lambda text="", *files: conversation.send(author=ana, text=text, idempotency_key=uuid.uuid4(), files=files)


@pytest.fixture
def post(client, conversation, ana):
    """The form, as a browser sends it."""
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")

    def post(text="", *files, **headers):
        fields = {"text": text, "files": files, "idempotency_key": uuid.uuid4()}
        return client.post(f"/conversations/{conversation.pk}/send/", fields, headers=headers)

    return post


@pytest.fixture
def refusal(post):
    """The sentence with which the console refuses."""

    def refuse(text="", *files):
        answer = post(text, *files, **{"HX-Request": "true"})
        assert answer.status_code == 422
        assert not Attachment.objects.exists()
        return answer.content.decode()

    return refuse


def seen(sandbox, mona):
    """Return what Mona sees of the Page: texts, and kinds of files."""
    return [
        message["text"] or [attachment["type"] for attachment in message["attachments"]]
        for message in sandbox.said(mona.psid)
    ]


def test_texts_and_files_are_delivered_in_the_order_of_sending(send, picture, conversation, mona, sandbox):
    send("one"), send("", picture()), send("two")
    conversation.deliver()
    assert seen(sandbox, mona) == ["one", ["image"], "two"]


def test_files_are_sent_before_the_text_in_the_order_chosen(send, picture, receipt, conversation, mona, sandbox):
    send("Here they are", receipt, picture())
    conversation.deliver()
    assert seen(sandbox, mona) == [["file"], ["image"], "Here they are"]
    assert conversation.last_words == "Here they are"


def test_a_picture_is_sent_under_the_persona_with_its_key(send, picture, conversation, mona, sandbox):
    [message] = send("", picture())
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ana R."
    message.refresh_from_db()
    assert (message.state, message.mid) == (Message.State.SENT, received["mid"])
    [call] = [call for call in sandbox.requests("POST", "messages") if "message" in call["body"]]
    assert str(message.idempotency_key) in str(call["body"]["message"])
    assert requests.get(received["attachments"][0]["url"], timeout=5).content == PICTURE


def test_a_picture_sent_twice_under_one_key_is_delivered_once(conversation, ana, picture, mona, sandbox):
    key = uuid.uuid4()
    for _time in range(2):
        [message] = conversation.send(author=ana, text="", idempotency_key=key, files=[picture()])
    conversation.deliver()
    assert (message.idempotency_key, seen(sandbox, mona)) == (key, [["image"]])
    assert Attachment.objects.count() == 1


def test_retry_uploads_a_failed_file_again_from_the_stored_copy(send, picture, conversation, ana, mona, sandbox):
    [message] = send("", picture())
    sandbox.fail("messages", times=1, status=400, error={"message": "(#546)", "code": 546})
    conversation.deliver()
    message.refresh_from_db()
    assert (message.state, message.error) == (Message.State.FAILED, "Facebook does not take files of this type.")
    conversation.retry(message, ana)
    conversation.deliver()
    assert seen(sandbox, mona) == [["image"]]


def test_a_queued_file_missing_in_the_storage_fails_with_a_sentence_and_the_next_is_sent(
    send, picture, conversation, mona, sandbox
):
    [message] = send("", picture())
    file = message.attachments.get().file
    file.storage.delete(file.name)
    send("After it")
    conversation.deliver()
    message.refresh_from_db()
    assert (message.state, message.error) == (
        Message.State.FAILED,
        "The file is no longer stored here: attach it again.",
    )
    assert seen(sandbox, mona) == ["After it"]


def test_an_mp3_file_is_sent_as_audio(send, conversation, mona, sandbox):
    send("", SimpleUploadedFile("hello.mp3", b"ID3"))
    conversation.deliver()
    assert seen(sandbox, mona) == [["audio"]]


# The form


def test_one_form_may_send_several_files_and_a_text(post, picture, receipt, conversation):
    assert post("Both", picture(), receipt).status_code == 302
    said = conversation.messages.in_order()
    assert [message.text or message.attachments.get().title for message in said] == [
        "teapot.png",
        "receipt.pdf",
        "Both",
    ]


def test_a_file_can_be_sent_without_a_text(post, receipt):
    assert post("", receipt).status_code == 302


def test_sending_neither_text_nor_file_is_refused(refusal):
    assert refusal("  ") == "Write something first."


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("large.png", uploads.PICTURE_BYTES + 1, "large.png: Facebook takes pictures of 8 MB at most."),
        ("large.pdf", uploads.FILE_BYTES + 1, "large.pdf: Facebook takes files of 25 MB at most."),
        ("broken.png", 10, "broken.png: Facebook takes pictures as JPEG, PNG or GIF only."),
        ("drawing.svg", 10, "drawing.svg: Facebook takes pictures as JPEG, PNG or GIF only."),
        ("empty.txt", 0, "The file is empty."),
    ],
)
def test_a_file_that_facebook_would_not_accept_is_refused_with_a_sentence(name, size, sentence, refusal, conversation):
    assert refusal("And a text", SimpleUploadedFile(name, b"x" * size)) == sentence
    assert not conversation.messages.exists()


def test_a_picture_in_an_unsupported_format_is_refused_under_any_name(refusal):
    webp = io.BytesIO()
    Image.new("RGB", (2, 2)).save(webp, "WEBP")
    assert "JPEG, PNG or GIF" in refusal("", SimpleUploadedFile("a.png", webp.getvalue()))


def test_a_picture_with_too_many_megapixels_is_refused(refusal):
    assert refusal("", SimpleUploadedFile("a.png", huge())) == "a.png: A picture has 64 megapixels at most."


def test_more_than_ten_files_at_a_time_are_refused(refusal, receipt):
    many = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(11)]
    assert refusal("", *many) == "Send at most 10 files at a time."


# In the thread


def test_the_alternative_text_of_a_picture_names_its_sender(send, picture, post, client, conversation):
    send("", picture())
    html = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'alt="Picture from Ana R."' in html


def test_a_sent_file_can_be_downloaded_under_its_name(send, receipt, post, client, conversation):
    [message] = send("", receipt)
    assert "<span>receipt.pdf</span>" in client.get(f"/conversations/{conversation.pk}/").content.decode()
    answer = client.get(f"/attachments/{message.attachments.get().pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert answer.getvalue() == b"%PDF-1.7"


@pytest.mark.parametrize("name", ["page.html", "http:x.html?.png", "http:x.html?", "x.svg", "x.png", "x.js", "x"])
def test_an_html_file_sent_under_any_name_is_only_offered_as_a_download(name, send, post, client):
    [message] = send("", SimpleUploadedFile(name, b"<script>alert(1)</script>"))
    answer = client.get(f"/attachments/{message.attachments.get().pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["page.html", "http:x.html?.png", "http:x.html?", "x.js", "x"])
def test_a_picture_sent_under_any_name_is_served_as_a_picture(name, post, client, conversation):
    post("", SimpleUploadedFile(name, PICTURE))
    attachment = Attachment.objects.get()
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert (attachment.kind, attachment.shown_as, attachment.title) == ("image", "image", name)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("image/png", f'inline; filename="{name}"')
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "." not in attachment.file.name


def test_profile_pictures_are_served_with_the_type_of_their_bytes(ana, mona, bluebird, client):
    """Even a stored file with harmful contents is served safely."""
    client.force_login(ana)
    persona = Persona.objects.create(agent=ana, page=bluebird, name="Ana R.")
    for file in (ana.picture, mona.picture, persona.picture):
        file.save("http:x.html?.png", ContentFile(b"<script>alert(1)</script>"))
    addresses = [f"/agents/{ana.pk}/picture/", f"/customers/{mona.pk}/picture/", f"/personas/{persona.pk}/picture/"]
    for address in [*addresses, f"/{persona.picture_url().split('/', 3)[3]}"]:
        answer = client.get(address)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"] == 'attachment; filename="file"'
        assert answer["Content-Security-Policy"].startswith("sandbox")


def test_a_picture_whose_file_is_gone_from_the_disk_is_shown_as_initials(ana, mona, bluebird, client):
    client.force_login(ana)
    persona = Persona.objects.create(agent=ana, page=bluebird, name="Ana R.")
    for file in (ana.picture, mona.picture, persona.picture, bluebird.bot_picture):
        file.save("face", ContentFile(PICTURE))
        file.storage.delete(file.name)
    addresses = [f"/agents/{ana.pk}/picture/", f"/customers/{mona.pk}/picture/", f"/personas/{persona.pk}/picture/"]
    for address in [*addresses, f"/pages/{bluebird.pk}/bot-picture/"]:
        answer = client.get(address)
        assert answer["Content-Type"] == "image/png"
        assert answer["Cache-Control"] == "private, no-cache"
    assert client.get(f"/customers/{mona.pk}/picture/").content == pictures.initials("Mona Weber").read()
