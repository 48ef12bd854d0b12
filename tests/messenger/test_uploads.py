"""Files that go out with the call, as the one part of a multipart body that is named filedata."""

import io
import json
from email import message_from_string

import pytest

from messenger.calls.multipart import multipart

MONA = "7001002003004005"
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def parts(wire):
    """The parts of the one call: name → (file name, type, content)."""
    wire.text = '{"message_id":"m_1","attachment_id":"1857"}'

    def read():
        [(_verb, _address, headers, body)] = wire.calls
        assert headers["Content-Length"]
        whole = message_from_string(f"Content-Type: {headers['Content-Type']}\n\n{body}")
        return {
            part.get_param("name", header="Content-Disposition"): (
                part.get_filename(),
                part["Content-Type"],
                part.get_payload(),
            )
            for part in whole.get_payload()
        }

    return read


def test_an_uploaded_file_is_sent_with_persona_metadata_and_tag(parts, wire):
    options = {"persona_id": "1003", "metadata": "our key", "tag": "HUMAN_AGENT"}
    assert wire.client().send_image(MONA, file=PICTURE, filename="a.html", **options) == "m_1"
    found = parts()
    assert found["filedata"][:2] == ("a.html", "image/png")
    assert json.loads(found["recipient"][2]) == {"id": MONA}
    message = {"attachment": {"type": "image", "payload": {}}, "metadata": "our key"}
    assert json.loads(found["message"][2]) == message
    assert [found[name][2] for name in ("messaging_type", "persona_id", "tag")] == [
        "MESSAGE_TAG",
        "1003",
        "HUMAN_AGENT",
    ]


def test_uploading_a_reusable_file_returns_its_attachment_id(parts, wire):
    assert wire.client().upload_file(file=io.BytesIO(b"%PDF"), filename="receipt.pdf") == "1857"
    found = parts()
    assert set(found) == {"message", "filedata"}
    assert json.loads(found["message"][2]) == {"attachment": {"type": "file", "payload": {"is_reusable": True}}}
    assert found["filedata"] == ("receipt.pdf", "application/pdf", "%PDF")


def test_an_open_file_is_uploaded_under_its_own_name(parts, wire, tmp_path):
    (tmp_path / "hello.mp3").write_bytes(b"a sound")
    with (tmp_path / "hello.mp3").open("rb") as file:
        wire.client().send_audio(MONA, file=file)
    assert parts()["filedata"] == ("hello.mp3", "audio/mpeg", "a sound")


def test_bytes_without_a_name_are_uploaded_as_octet_stream(parts, wire):
    wire.client().send_file(MONA, file=b"?")
    assert parts()["filedata"] == ("file", "application/octet-stream", "?")


@pytest.mark.parametrize(
    ("kind", "head", "media_type"),
    [
        ("image", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("image", b"GIF89a", "image/gif"),
        ("audio", b"\xff\xfb\x90", "audio/mpeg"),
        ("audio", b"OggS", "audio/ogg"),
        ("audio", b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        ("audio", b"\0\0\0\x20ftypisom", "audio/mp4"),
        ("video", b"\0\0\0\x20ftypisom", "video/mp4"),
        ("video", b"unknown", "video/mp4"),
        ("file", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("file", b"\0\0\0\x20ftypheic", "application/octet-stream"),
        ("file", b"\xff\xfeH\0i\0", "application/octet-stream"),  # UTF-16, which begins almost as an MP3 does
        ("file", b"<script>", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("name", ["x", "x.html", "http:x.html?.png", "x.png", "x.mp3"])
def test_the_content_type_of_an_upload_follows_its_bytes_and_not_its_name(kind, head, media_type, name, parts, wire):
    wire.client().send_attachment(MONA, kind, file=head, filename=name)
    assert parts()["filedata"][1] == media_type


@pytest.mark.parametrize("sources", [{}, {"url": "https://example.test", "file": b"?"}, {"url": "", "file": b"?"}])
def test_an_attachment_without_exactly_one_source_is_refused(sources, wire):
    with pytest.raises(ValueError, match="exactly one"):
        wire.client().send_attachment(MONA, "image", **sources)
    assert wire.calls == []


def test_sending_a_file_with_a_text_message_is_refused(wire):
    with pytest.raises(ValueError, match="the message has none"):
        wire.client().send(MONA, {"text": "Hi"}, file=b"?")
    assert wire.calls == []


def test_a_large_file_is_uploaded_in_small_chunks(wire):
    class Large(io.BytesIO):
        largest = 0

        def read(self, size=-1):
            self.largest = max(self.largest, size if size >= 0 else 25 * 1024 * 1024)
            return super().read(size)

    file = Large(b"x" * 3_000_000)
    wire.client().send_file(MONA, file=file, filename="large.zip")
    [(_verb, _address, headers, body)] = wire.calls
    assert len(body) == int(headers["Content-Length"]) > 3_000_000
    assert 0 < file.largest <= 64 * 1024


def test_a_multipart_body_can_be_read_whole_or_in_pieces():
    def body():
        return multipart({"message": {"attachment": {"type": "file"}}}, b"content", "a.txt")[0]

    whole = body()
    assert whole.read() != b""
    pieces = list(body())
    assert len(b"".join(pieces)) == len(body())
    assert b"content" in b"".join(pieces)
