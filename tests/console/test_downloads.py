"""Downloads of files and profile pictures from addresses that strangers chose: a copy, or a reason."""

import io
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pillow_heif
import pytest
from PIL import Image

from console.infrastructure import downloads
from console.models import Attachment, Customer
from console.templatetags.console import initials
from tests.console.conftest import fresh
from tests.stand_in import Raw

MIB = 1024 * 1024


class Cdn:
    """Facebook's own host, with one file at every address."""

    def __init__(self):
        self.status, self.media_type, self.content, self.headers, self.asked = 200, "image/png", b"picture", {}, []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _handler(cdn):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                cdn.asked.append(self.path)
                self.send_response(cdn.status)
                self.send_header("Content-Type", cdn.media_type)
                for name, value in cdn.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(cdn.content)

            def log_message(self, *args):
                pass

        return Handler


@pytest.fixture
def cdn(sandbox, settings):
    cdn = Cdn()
    settings.GRAPH_API_URL = cdn.url  # downloads trust Facebook's stand-in as they trust Facebook
    yield cdn
    cdn.server.shutdown()
    cdn.server.server_close()


@pytest.fixture
def sends(receive, said):
    """Mona sends one file, and a worker fetches it."""

    def send(url, kind="image", **payload):
        receive(said("m_1", None, attachments=[{"type": kind, "payload": {"url": url} | payload}]))
        attachment = Attachment.objects.get()
        attachment.fetch()
        return fresh(attachment)

    return send


# Attachments


WORDS = {
    "image": "Picture",
    "audio": "Voice message",
    "video": "Video",
    "file": "File: sample.png",
    "sticker": "Sticker",
}


@pytest.mark.parametrize("kind", Attachment.FILES)
def test_a_customer_file_of_each_kind_is_downloaded_and_stored(kind, sends, sandbox, mona):
    attachment = sends(f"{sandbox.url}/_sandbox/sample.png", kind)
    assert (attachment.kind, attachment.error, attachment.shown_as) == (kind, "", "image")
    assert attachment.file.read().startswith(b"\x89PNG")
    assert fresh(mona.conversation).last_words == WORDS[kind]


def test_several_files_of_one_customer_message_stay_together(receive, said, thread):
    files = [{"type": "image", "payload": {"url": f"https://cdn.example.test/{name}"}} for name in "ab"]
    receive(said("m_1", "two", attachments=files))
    assert [attachment.url[-1] for attachment in thread.get().attachments.all()] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "address", "title"),
    [
        (
            {"type": "fallback", "payload": {"url": "https://example.test/x", "title": "A"}},
            "https://example.test/x",
            "A",
        ),
        ({"type": "fallback", "payload": {"url": "javascript:alert(1)"}}, "", ""),
        ({"type": "fallback", "payload": None, "title": "Attachment Unavailable"}, "", "Attachment Unavailable"),
        ({"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}, "", ""),
        ({"type": "something new" * 9, "payload": {}}, "", ""),
    ],
)
def test_an_attachment_that_is_no_file_is_stored_as_a_link_or_title_and_never_fetched(
    given, address, title, receive, said, thread
):
    receive(said("m_1", None, attachments=[given]))
    attachment = thread.get().attachments.get()
    assert (attachment.is_file, attachment.web_address, attachment.title) == (False, address, title)


def test_an_unsupported_message_is_shown_as_such(receive, said, thread, mona):
    receive(said("m_1", None, is_unsupported=True))
    assert fresh(mona.conversation).last_words == "Content that Facebook does not pass on"


def test_a_downloaded_attachment_is_not_downloaded_again(cdn, sends):
    attachment = sends(f"{cdn.url}/a.png")
    attachment.fetch()
    assert cdn.asked == ["/a.png"]


def test_the_sweep_finds_an_attachment_whose_download_is_overdue(receive, said, thread):
    receive(said("m_1", None, attachments=[{"type": "image", "payload": {"url": "https://cdn.example.test/a"}}]))
    assert not Attachment.objects.unfetched().exists()
    Attachment.objects.update(next_attempt_at="2020-01-01T00:00Z")
    assert Attachment.objects.unfetched().exists()


@pytest.mark.parametrize(
    "host",
    [
        *["127.0.0.1:1", "localhost:1", "0.0.0.0:1", "[::1]:1", "2130706433:1", "user:secret@127.0.0.1:1"],
        *["[::ffff:127.0.0.1]:1", "169.254.169.254", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]"],
        *["10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1"],
    ],
)
def test_an_attachment_at_an_internal_address_is_not_requested(host, sends):
    attachment = sends(f"http://{host}/latest/meta-data/")
    assert (bool(attachment.file), "no such address" in attachment.error) == (False, True)


@pytest.mark.parametrize(
    "url", ["", "no address", "//127.0.0.1/", "http://[", "http://a b/", "file:///etc/passwd", "javascript:alert(1)"]
)
def test_an_attachment_without_a_web_address_fails_with_a_sentence(url, sends):
    attachment = sends(url)
    assert (bool(attachment.file), "could not be fetched" in attachment.error) == (False, True)


def test_an_attachment_at_another_local_port_is_not_requested(cdn, sends, settings, sandbox):
    settings.GRAPH_API_URL = sandbox.url
    assert sends(f"{cdn.url}/secret.png").error
    assert cdn.asked == []


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Begin: "], ids=["file", "header"])
def test_a_file_that_trickles_in_holds_no_worker(begin, sends, settings, sandbox, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", (1, 0.5))
    with Raw(begin, *[b"."] * 50) as server:
        settings.GRAPH_API_URL = server.url.removesuffix("/hook")
        began = time.monotonic()
        attachment = sends(server.url)
    assert time.monotonic() - began < 2
    assert (attachment.attempts, bool(attachment.file)) == (1, False)


def test_a_redirect_from_a_trusted_host_is_not_followed(cdn, sends):
    cdn.status, cdn.headers = 302, {"Location": f"{cdn.url}/elsewhere.png"}
    attachment = sends(f"{cdn.url}/a.png")
    assert cdn.asked == ["/a.png"]
    assert (bool(attachment.file), bool(attachment.error)) == (False, True)


@pytest.mark.parametrize(("status", "words"), [(403, "access to it has ended"), (404, "it is no longer there")])
def test_an_attachment_that_is_gone_or_forbidden_is_explained_in_the_thread(
    status, words, cdn, sends, ana, client, mona
):
    cdn.status = status
    assert sends(f"{cdn.url}/a.png").error == f"The file could not be fetched: {words}."
    client.force_login(ana)
    page = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    assert f'<p class="bubble-aside">The file could not be fetched: {words}.' in page


def test_a_download_is_retried_after_a_transient_server_error(cdn, sends):
    cdn.status = 503
    attachment = sends(f"{cdn.url}/a.png")
    assert (bool(attachment.file), attachment.error) == (False, "")
    cdn.status = 200
    attachment.fetch()
    assert attachment.file


def test_a_download_is_given_up_after_five_server_errors(cdn, sends):
    cdn.status = 503
    attachment = sends(f"{cdn.url}/a.png")
    for _try in range(5):
        attachment.fetch()
    assert "answered 503" in attachment.error
    assert len(cdn.asked) == 5


def test_an_attachment_larger_than_25_megabytes_is_not_stored(cdn, sends):
    cdn.content = bytes(25 * MIB + 1)
    attachment = sends(f"{cdn.url}/a.png", "video")
    assert (bool(attachment.file), attachment.error) == (False, "The file is larger than 25 MB.")


@pytest.mark.parametrize("address", ["/a.png", "/http:x.html%3F.png", "/x.html", "/"])
@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "image/png", "nonsense", ""])
def test_an_html_attachment_of_any_name_and_type_is_only_offered_as_a_download(
    media_type, address, cdn, sends, ana, client
):
    cdn.media_type, cdn.content = media_type, b"<html><script>alert(1)</script>"
    attachment = sends(f"{cdn.url}{address}")
    client.force_login(ana)
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert attachment.shown_as == ""
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\xff\xfb\x90\0", "audio/mpeg"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"OggS", "audio/ogg"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
    ],
)
def test_an_attachment_is_served_with_the_type_of_its_bytes(head, media_type, cdn, sends, ana, client):
    cdn.media_type, cdn.content = "text/html", head + bytes(100)
    attachment = sends(f"{cdn.url}/x.html")
    client.force_login(ana)
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert attachment.shown_as == media_type.split("/")[0]
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (media_type, 'inline; filename="x.html"')
    assert answer["Content-Security-Policy"].startswith("sandbox")


def heic(width=60, height=40):
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (width, height), "teal")).save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["image", "file"])
def test_a_heic_picture_is_shown_and_saved_as_a_jpeg(kind, cdn, sends):
    cdn.content = heic()
    attachment = sends(f"{cdn.url}/IMG_0042.HEIC?_nc=1", kind)
    assert (attachment.shown_as, attachment.media_type, attachment.file_name) == ("image", "image/jpeg", "IMG_0042.jpg")
    with Image.open(attachment.file) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 40))


@pytest.mark.parametrize("content", [heic()[:-100], heic()[:40]], ids=["cut", "empty"])
def test_a_broken_heic_picture_is_offered_as_it_came(content, cdn, sends):
    cdn.content = content
    attachment = sends(f"{cdn.url}/IMG_0042.HEIC")
    assert (attachment.shown_as, attachment.file_name, attachment.size) == ("", "IMG_0042.HEIC", len(content))


def test_a_heic_picture_of_too_many_pixels_is_not_decoded(cdn, sends, settings):
    settings.MAX_PICTURE_PIXELS, cdn.content = 1000, heic()
    assert sends(f"{cdn.url}/IMG_0042.HEIC").shown_as == ""


def test_a_voice_message_in_a_video_container_is_shown_as_audio(cdn, sends):
    cdn.content = b"\0\0\0\x20ftypmp42"
    assert sends(f"{cdn.url}/audioclip.mp4", "audio").shown_as == "audio"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/v/receipt.pdf?_nc_cat=1", "receipt.pdf"),
        ("/Rechnung%20M%C3%A4rz.pdf", "Rechnung März.pdf"),
        ("/a%0D%0ASet-Cookie:%20x.pdf", "aSet-Cookie: x.pdf"),
        ("/invoice%E2%80%AEfdp.exe", "invoicefdp.exe"),
        ("/..%2F..%2Fetc%2Fpasswd", "....etcpasswd"),
        (f"/{'x' * 160}.pdf", f"{'x' * 146}.pdf"),  # shortened, and still a PDF
    ],
)
def test_a_customer_file_is_offered_under_the_name_in_its_url(address, name, cdn, sends, ana, client):
    cdn.content = b"%PDF-1.7"
    attachment = sends(f"{cdn.url}{address}", "file")
    client.force_login(ana)
    header = client.get(f"/attachments/{attachment.pk}/")["Content-Disposition"]
    encoded, plain = header.partition("filename*=utf-8''")[2], header.partition("filename=")[2].strip('"')
    assert (attachment.file_name, unquote(encoded) or plain) == (name, name)
    assert "." not in attachment.file.name


def test_an_attachment_missing_in_the_storage_is_shown_as_no_longer_stored(storage, cdn, sends, ana, client, mona):
    cdn.content = b"\x89PNG\r\n\x1a\n"
    attachment = sends(f"{cdn.url}/a.png")
    attachment.file.storage.delete(attachment.file.name)
    client.force_login(ana)
    assert client.get(f"/attachments/{attachment.pk}/").status_code == 404
    page = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    assert "Picture: no longer stored here" in page


# Faces


def test_fetching_a_profile_stores_name_and_picture_of_a_customer(mona):
    Customer.objects.update(name="")
    mona.fetch_profile()
    mona.refresh_from_db()
    assert (str(mona), mona.picture.read()[:4]) == ("Mona Weber", b"\x89PNG")
    assert mona.profile_at


def test_a_customer_whose_profile_facebook_refuses_is_named_guest(mona, sandbox):
    Customer.objects.update(name="")
    mona = fresh(mona)
    sandbox.fail(mona.psid, status=400, error={"message": "(#100) No profile available", "code": 100})
    mona.fetch_profile()
    assert (str(fresh(mona)), bool(mona.picture)) == (f"Guest ·{mona.psid[-4:]}", False)
    assert mona not in Customer.objects.unfetched()


@pytest.mark.parametrize(
    ("name", "letters"), [("Guest ·5001", "G"), ("Mona Weber", "MW"), ("Mona (work) Weber", "MW"), ("·", "·"), ("", "")]
)
def test_initials_of_a_name_are_letters_if_it_has_any(name, letters):
    assert initials(name) == letters


def test_a_profile_is_fetched_later_after_a_transient_error(mona, sandbox):
    sandbox.fail(mona.psid, status=500)
    mona.fetch_profile()
    assert fresh(mona).profile_at is None
    Customer.objects.update(next_attempt_at="2020-01-01T00:00Z")
    assert mona in Customer.objects.unfetched()


@pytest.mark.parametrize("content", [b"<html>", b"<svg onload='alert(1)'/>", b"OggS", b""])
def test_a_profile_picture_that_is_no_image_is_not_stored(content, mona, cdn):
    cdn.content = content
    mona._keep_picture(f"{cdn.url}/face")
    assert not mona.picture
