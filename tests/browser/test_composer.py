"""Keys and the clipboard in the field, as they differ between systems."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import composer, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

PRESS_ENTER = """(field, more) =>
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }))"""
PASTE = """(field, { text, names }) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData("text/plain", text);
  for (const name of names) clipboardData.items.add(new File(["content"], name, { type: "application/pdf" }));
  return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
# How Safari ends a composition: the Enter that accepts it comes after its end, and only its code tells.
COMPOSING = {"the usual order": {"isComposing": True, "keyCode": 229}, "Safari's order": {"keyCode": 229}}


@pytest.mark.parametrize("more", COMPOSING.values(), ids=COMPOSING)
def test_the_enter_that_confirms_an_ime_composition_sends_nothing(more, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("こんにちは")
    composer(tab).evaluate(PRESS_ENTER, more)
    expect(composer(tab)).to_have_value("こんにちは")
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["こんにちは"])


def test_enter_inserts_a_line_break_on_a_phone(sit_down, mona_writes, stack, ana, playwright):
    tab = sit_down(ana, **playwright.devices["Pixel 5"])
    tab.get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    composer(tab).fill("one")
    composer(tab).press("Enter")
    composer(tab).press_sequentially("two")
    expect(composer(tab)).to_have_value("one\ntwo")
    tab.get_by_role("button", name="Send").click()
    eventually(lambda: stack.texts(mona_writes) == ["one\ntwo"])


def test_the_field_of_a_phone_stays_wide_while_one_types(sit_down, mona_writes, ana, playwright):
    tab = sit_down(ana, **playwright.devices["Pixel 5"])
    tab.get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    composer(tab).fill("one")
    expect(tab.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert composer(tab).bounding_box()["width"] > 0.4 * tab.viewport_size["width"]


@pytest.mark.parametrize(
    ("text", "names", "chosen"),
    [
        ("receipt.pdf", ["receipt.pdf"], ["receipt.pdf"]),
        ("receipt", ["receipt.pdf"], ["receipt.pdf"]),
        ("receipt.pdf", ["receipt.pdf", "icon.pdf"], ["receipt.pdf"]),
        ("receipt.pdf", ["receipt.pdf", "receipt.pdf"], ["receipt.pdf"]),
        ("a.pdf\rb.pdf", ["a.pdf", "b.pdf"], ["a.pdf", "b.pdf"]),
        ("file:///home/ana/my%20receipt.pdf", ["my receipt.pdf"], ["my receipt.pdf"]),
        ("a\u0308.pdf", ["\u00e4.pdf"], ["\u00e4.pdf"]),
        ("", ["screenshot.pdf"], ["screenshot.pdf"]),
        ("Total\t12.50", ["image.pdf"], []),
        ("100%", ["image.pdf"], []),
        ("https://example.com/cup.jpg", ["image.pdf"], ["image.pdf"]),
        ("file:///home/ana/100%.pdf", ["100%.pdf"], ["100%.pdf"]),
    ],
    ids=[
        *["Finder", "no ending", "icon", "twice", "two", "address", "umlaut", "screenshot"],
        *["Excel", "percent", "picture", "percent in name"],
    ],
)
def test_pasting_attaches_a_file_once_and_leaves_text_to_the_browser(text, names, chosen, sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    is_left_to_browser = composer(tab).evaluate(PASTE, {"text": text, "names": names})
    expect(tab.get_by_role("list", name="Files to send").locator(".chosen-files-name")).to_have_text(chosen)
    assert is_left_to_browser is not bool(chosen)
