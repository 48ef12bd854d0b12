"""A picture from the camera of a phone goes out as a file that was chosen."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.desk import composer, findings, opens, takes, until

pytestmark = pytest.mark.django_db(transaction=True)


def photo():
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(content, "JPEG")
    return {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_an_agent_sends_a_picture_from_the_camera_of_a_phone(sit_down, mona_writes, stack, ana, playwright):
    tab = sit_down(ana, **playwright.devices["Pixel 5"])
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_editable()
    tab.get_by_label("Use the camera").set_input_files(photo())
    expect(tab.get_by_role("list", name="Files to send")).to_contain_text("image.jpg")
    expect(tab.get_by_title("Use the camera")).to_be_hidden()  # the field needs its room
    assert findings(tab) == []
    tab.get_by_role("button", name="Send", exact=True).click()
    until(tab, lambda: [said["attachments"][0]["type"] for said in stack.said(mona_writes)] == ["image"])


def test_a_desk_has_no_camera_button_and_a_phone_has_emoji_on_its_keyboard(sit_down, mona_writes, ana, ben, playwright):
    desk, phone = sit_down(ana), sit_down(ben, **playwright.devices["Pixel 5"])
    takes(desk)
    expect(desk.get_by_title("Use the camera")).to_be_hidden()
    opens(phone)
    expect(phone.get_by_role("button", name="Emoji", exact=True)).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") <= phone.viewport_size["width"]
