"""Words for attachments that are no files: in the thread, in the queue, and in the summary for the bot."""

from pathlib import Path

import pytest

from console.models.conversation.summary import summary
from console.models.conversation.unsending import Copies
from console.wording.attachments import content_of, in_short
from messenger import events
from tests.console.conftest import fresh

PAYLOADS = Path(__file__).parent.parent / "payloads"
APPOINTMENT = {"status": "requested", "start_time": 1790003600, "end_time": 1790007200, "timezone": "Europe/Berlin"}
IN_UTC = "21 Sep 2026, 15:13\N{EN DASH}16:13 (UTC)"
WHEN = "21 Sep 2026, 17:13\N{EN DASH}18:13 (Europe/Berlin)"
PLACE = {"lat": 52.52, "long": 13.4}
COUPON = {"template_type": "coupon", "title": "10% off", "coupon_code": "TEA10"}
RECEIPT = {
    "template_type": "receipt",
    "order_number": "A-17",
    "currency": "EUR",
    "summary": {"subtotal": 50, "total_cost": 56.14},
    "elements": [{"title": "Mug", "quantity": 2, "price": 25}],
}
IN_YEN = "Receipt · A-17 · Mug · Total: JPY 900"
BUTTONS = {
    "template_type": "button",
    "text": "What do you want to do next?",
    "buttons": [{"type": "postback", "title": "Talk to a person", "payload": "HUMAN"}],
}


@pytest.mark.parametrize(
    ("kind", "title", "payload", "words"),
    [
        ("template", "", BUTTONS, "What do you want to do next? · [Talk to a person]"),
        ("template", "", {"product": {"elements": [{"title": "Mug", "subtitle": "EUR 11"}]}}, "Mug · EUR 11"),
        ("template", "", {"template_type": "receipt", "order_number": "A-17"}, "Receipt · A-17"),
        ("template", "", RECEIPT, "Receipt · A-17 · Mug · Total: EUR 56.14"),
        ("template", "", RECEIPT | {"summary": {"total_cost": "900"}, "currency": "JPY"}, IN_YEN),
        ("template", "", COUPON, "Coupon · 10% off · Code: TEA10"),
        ("template", "", {}, "Message with buttons"),
        ("location", "", {"coordinates": {"lat": 52.52, "long": 13.4}}, "Location: 52.52000, 13.40000"),
        ("location", "", {}, "Location"),
        (
            "appointment_booking",
            "",
            APPOINTMENT,
            f"Appointment requested · {WHEN}",
        ),
        ("appointment_booking", "", {"status": "requested", "start_time": "soon"}, "Appointment requested"),
        ("appointment_booking", "", {**APPOINTMENT, "timezone": "Nowhere"}, f"Appointment requested · {IN_UTC}"),
        ("fallback", "A page", {}, "Link: A page"),
        ("fallback", "", {}, "Link"),
        ("image", "", {}, "Picture"),
        ("file", "receipt.pdf", {}, "File: receipt.pdf"),
        ("hologram", "", {}, "Attachment (hologram)"),
    ],
)
def test_an_attachment_is_summarised_in_one_line(kind, title, payload, words):
    assert in_short(kind, title, payload) == words


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "x",
        5,
        {"summary": {"total_cost": "much"}, "coupon_code": 7},
        {"coordinates": []},
        {"elements": [1, {}]},
        {"buttons": {"a": 1}},
    ],
)
@pytest.mark.parametrize("kind", ["template", "location", "appointment_booking", "fallback"])
def test_an_attachment_with_an_odd_payload_still_has_a_summary(kind, payload):
    assert in_short(kind, "", payload) and content_of(kind, "", payload).lines


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_no_attachment_summary_is_the_technical_name_of_its_kind(path):
    parsed = [event for event in events.parse(path.read_bytes()) if getattr(event, "attachments", ())]
    for given in [attachment for event in parsed for attachment in event.attachments]:
        assert in_short(given.kind, given.title, given.payload, given.url) != given.kind


@pytest.fixture
def place(receive, said, conversation):
    receive(said("m_1", text="", attachments=[{"type": "location", "payload": {"coordinates": PLACE}}]))
    return fresh(conversation)


def test_a_location_is_shown_with_a_link_to_a_map(place, ana, client):
    client.force_login(ana)
    page = client.get(f"/conversations/{place.pk}/").content.decode()
    assert "52.52000, 13.40000" in page
    assert "openstreetmap.org/?mlat=52.520000&amp;mlon=13.400000" in page


def test_the_queue_row_and_the_summary_show_the_coordinates_of_a_location(place):
    assert place.last_words == "Location: 52.52000, 13.40000"
    assert "Customer: Location: 52.52000, 13.40000" in summary(place)


def test_the_buttons_of_a_template_are_shown_in_the_thread_and_the_queue_row(receive, echo, conversation, ana, client):
    receive(echo("m_1", text="", app_id=1517776481860111, attachments=[{"type": "template", "payload": BUTTONS}]))
    client.force_login(ana)
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "<li>Talk to a person</li>" in page
    assert fresh(conversation).last_words == "What do you want to do next? · [Talk to a person]"


def test_the_queue_row_shows_a_file_by_its_name(receive, said, conversation):
    url = "https://cdn.example.com/v/receipt.pdf?_nc=1"
    receive(said("m_1", text="", attachments=[{"type": "file", "payload": {"url": url}}]))
    assert fresh(conversation).last_words == "File: receipt.pdf"


def test_an_unsent_location_is_removed_from_a_summary(place):
    parsed = summary(place)
    copies = Copies(place.messages.get(mid="m_1"))
    assert "52.52" not in copies.remove_from(parsed)


@pytest.mark.parametrize("number", [10**400, "nan", "1e999"])
def test_a_message_with_an_impossible_location_or_time_is_shown(number, receive, said, conversation, ana, client):
    client.force_login(ana)
    place = {"type": "location", "payload": {"coordinates": {"lat": number, "long": number}}}
    booking = {"type": "appointment_booking", "payload": {"status": "confirmed", "start_time": number}}
    assert receive(said("m_1", None, attachments=[place, booking])).error == ""
    thread = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "Appointment confirmed" in thread
    assert "openstreetmap" not in thread
