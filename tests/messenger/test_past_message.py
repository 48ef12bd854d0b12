"""Messages of Facebook's history, read from its rows."""

import pytest

from messenger.events.parts import Attachment
from messenger.past_message import PastMessage

ROW = {"id": "m_1", "created_time": "2026-10-12T19:11:07+0000", "from": {"id": "7001", "name": "Mona"}}


def read(**row):
    return PastMessage.read(ROW | row)


def attachments(*files, **row):
    return read(attachments={"data": list(files)}, **row).attachments


def test_a_row_becomes_a_message_with_its_time_in_milliseconds():
    message = read(message="Hi", reply_to={"mid": "m_0"})
    assert (message.mid, message.at, message.sender_id) == ("m_1", 1791832267000, "7001")
    assert (message.text, message.reply_to, message.is_shown) == ("Hi", "m_0", True)


NO_DATES = ["yesterday", "9999-12-31T23:59:59-1400", "0001-01-01T00:00:00+1400"]  # the last two in no year of Python's
BROKEN = [*({"created_time": time} for time in NO_DATES), {"from": None}, {"id": None}, {"message": ""}]


@pytest.mark.parametrize("row", BROKEN)
def test_a_row_without_its_content_sender_or_time_is_not_shown(row):
    assert not read(**{"message": "Hi"} | row).is_shown


def test_files_have_the_kinds_of_webhooks():
    picture = {"image_data": {"url": "https://cdn.example.test/a.png"}, "mime_type": "image/png"}
    film = {"video_data": {"url": "https://cdn.example.test/a.mp4"}}
    sound = {"file_url": "https://cdn.example.test/a.m4a", "mime_type": "audio/mp4"}
    document = {"file_url": "https://cdn.example.test/a", "name": "order.pdf"}
    found = attachments(picture, film, sound, document, {"generic_template": {}})
    assert [one.kind for one in found] == ["image", "video", "audio", "file", "unsupported"]
    assert found[3] == Attachment("file", "https://cdn.example.test/a", "order.pdf")


def test_stickers_and_shared_links_are_attachments():
    row = {
        "sticker": "https://cdn.example.test/s.png",
        "shares": {"data": [{"link": "https://example.test", "name": "A"}]},
    }
    sticker, link = attachments(**row)
    assert (sticker.kind, sticker.url) == ("sticker", "https://cdn.example.test/s.png")
    assert (link.kind, link.url, link.title) == ("fallback", "https://example.test", "A")


@pytest.mark.parametrize("odd", [[], "x", 7, None, {"data": "x"}, {"data": [None]}])
def test_odd_rows_are_read_without_an_error(odd):
    assert read(attachments=odd, shares=odd, reply_to=odd).attachments == ()
