"""Notes in real browsers: two agents at two desks, and a customer who sees none of it."""

import json
import re

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Message, Note
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, says, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def note_field(tab):
    return tab.get_by_role("textbox", name="Note on Mona Weber")


def notes(tab):
    return tab.get_by_role("log", name="Messages").locator(".note")


def writes_note(tab, text):
    tab.get_by_role("tab", name="Note").click()
    note_field(tab).fill(text)
    tab.get_by_role("button", name="Add note").click()


def reading(tab):
    """Return all that a screen reader finds in the thread, in its order."""
    return [" ".join(text.split()) for text in tab.locator(".thread > li").all_inner_texts()]


def test_a_note_appears_once_at_both_desks_and_nowhere_at_facebook(sit_down, mona_writes, stack, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    opens(bens)
    says(anas, "Let me see")
    expect(bubbles(bens)).to_have_count(2)
    writes_note(bens, "She has called before. Be quick!")
    for tab in (anas, bens):
        expect(notes(tab)).to_have_count(1)
        expect(notes(tab)).to_contain_text("Note by Ben Okafor")
        assert "She has called before" in reading(tab)[-1]
    expect(note_field(bens)).to_have_value("")
    says(anas, "I have found it")
    eventually(lambda: stack.texts(mona_writes) == ["Let me see", "I have found it"])
    eventually(lambda: not Message.objects.pending().exists())
    expect(bubbles(bens)).to_have_count(3)
    assert "called before" in reading(bens)[-2]
    assert "called before" not in json.dumps(stack.requests()) + json.dumps(stack.said(mona_writes))


def test_the_field_and_the_button_of_a_note_stand_side_by_side_before_the_list_of_colleagues_is_loaded(
    sit_down, mona_writes, ana
):
    tab = sit_down(ana, **PHONE)
    tab.route("**/css/on-demand*.css", lambda route: route.abort())
    tab.reload()
    opens(tab)
    tab.get_by_role("tab", name="Note").click()
    field, button = note_field(tab).bounding_box(), tab.get_by_role("button", name="Add note").bounding_box()
    assert field["x"] + field["width"] <= button["x"]
    assert field["width"] > button["width"]


def test_a_note_whose_confirmation_comes_late_is_added_once(sit_down, mona_writes, stack, ana):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    opens(tab)
    held = []
    tab.route("**/notes/", lambda route: held.append(route) if not held else route.continue_())
    writes_note(tab, "She has called before.")
    until(tab, lambda: held)
    opens(tab, "Jonas Brandt")
    opens(tab)
    expect(note_field(tab)).to_have_value("She has called before.")
    tab.get_by_role("button", name="Add note").click()
    expect(note_field(tab)).to_have_value("")
    held[0].continue_()
    tab.wait_for_timeout(500)
    expect(notes(tab)).to_have_count(1)
    assert Note.objects.count() == 1


def test_a_note_that_is_confirmed_while_its_author_looks_elsewhere_leaves_the_field(sit_down, mona_writes, stack, ana):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    opens(tab)
    held = []
    tab.route("**/notes/", lambda route: held.append(route))
    writes_note(tab, "She has called before.")
    until(tab, lambda: held)
    opens(tab, "Jonas Brandt")
    opens(tab)
    expect(note_field(tab)).to_have_value("She has called before.")
    held[0].continue_()
    expect(note_field(tab)).to_have_value("")
    expect(notes(tab)).to_have_count(1)


def test_the_switch_shows_whether_a_note_or_a_reply_is_written(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    reply, note = tab.get_by_role("tab", name="Reply"), tab.get_by_role("tab", name="Note")
    expect(reply).to_have_attribute("aria-selected", "true")
    tab.keyboard.type("A reply")
    tab.keyboard.press("Alt+Shift+N")
    expect(note_field(tab)).to_be_focused()
    expect(note).to_have_attribute("aria-selected", "true")
    expect(composer(tab)).to_be_hidden()
    tab.keyboard.type("A note")
    tab.keyboard.press("Enter")
    expect(notes(tab)).to_contain_text("A note")
    expect(note_field(tab)).to_be_focused()
    tab.keyboard.press("Alt+Shift+N")
    expect(composer(tab)).to_be_focused()
    expect(composer(tab)).to_have_value("A reply")
    tab.keyboard.press("Shift+Tab")  # to the button for emoji, and to the one that attaches files
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Shift+Tab")
    expect(reply).to_be_focused()
    tab.keyboard.press("ArrowRight")
    expect(note).to_be_focused()
    expect(tab.get_by_role("button", name="Add note")).to_be_visible()
    expect(tab.get_by_role("button", name="Send")).to_be_hidden()


def test_a_note_that_does_not_reach_the_console_stays_in_its_field(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.route("**/notes/", lambda route: route.abort())
    writes_note(tab, "Do not lose me")
    expect(tab.get_by_role("alert").filter(has_text="has not confirmed this note")).to_be_visible()
    expect(note_field(tab)).to_have_value("Do not lose me")
    tab.reload()
    expect(note_field(tab)).to_have_value("Do not lose me")
    tab.unroute("**/notes/")
    tab.get_by_role("button", name="Add note").click()
    expect(notes(tab)).to_contain_text("Do not lose me")
    expect(note_field(tab)).to_have_value("")


def test_a_note_whose_answer_was_lost_is_added_again_and_appears_once(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)

    def lose_answer(route):
        route.fetch()
        route.abort()

    tab.route("**/notes/", lose_answer, times=1)
    writes_note(tab, "Once")
    expect(tab.get_by_role("alert").filter(has_text="has not confirmed this note")).to_be_visible()
    tab.get_by_role("button", name="Add note").click()
    expect(note_field(tab)).to_have_value("")
    expect(notes(tab)).to_have_count(1)
    assert Note.objects.count() == 1


def test_the_author_edits_and_deletes_a_note_and_a_colleague_sees_it_live(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    for tab in (anas, bens):
        opens(tab)
    writes_note(anas, "Frist order")
    expect(notes(bens)).to_contain_text("Frist order")
    expect(notes(bens).get_by_role("link", name="Edit")).to_be_hidden()
    notes(anas).get_by_role("link", name="Edit").click()
    dialog = anas.get_by_role("dialog", name="Edit note")
    dialog.get_by_role("textbox", name="Note").fill("First order")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    notes(anas).get_by_role("link", name="Edit").click()
    expect(dialog.get_by_role("textbox", name="Note")).to_be_focused()
    anas.keyboard.type(" of hers")  # after what is there
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    for tab in (anas, bens):
        expect(notes(tab)).to_contain_text("First order of hers")
        expect(notes(tab)).to_contain_text("edited")
    expect(notes(bens).get_by_role("link", name="Edit")).to_be_hidden()
    notes(anas).get_by_role("link", name="Delete").click()
    anas.get_by_role("dialog", name="Delete this note?").get_by_role("button", name="Delete").click()
    for tab in (anas, bens):
        expect(tab.locator(".thread-line").filter(has_text="Ana Ruiz deleted a note")).to_be_visible()
        expect(notes(tab)).to_have_count(0)


def test_a_closed_conversation_takes_a_note(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_text("This conversation is closed.")).to_be_visible()
    writes_note(tab, "Sent her a voucher")
    expect(notes(tab)).to_contain_text("Sent her a voucher")
    assert not Conversation.objects.get().is_open


def test_agents_without_scripts_can_add_edit_and_delete_a_note(sit_down, mona_writes, ana, ben):
    eventually(Conversation.objects.exists)
    tab = sit_down(ana, java_script_enabled=False)
    tab.goto(f"/conversations/{Conversation.objects.get().pk}/")
    note_field(tab).fill("Frist order")
    tab.get_by_role("button", name="Add note").click()
    notes(tab).get_by_role("link", name="Edit").click()
    tab.get_by_role("textbox", name="Note").fill("First order")
    tab.get_by_role("button", name="Save").click()
    expect(notes(tab)).to_contain_text("First order")
    notes(tab).get_by_role("link", name="Delete").click()
    tab.get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("Ana Ruiz deleted a note")).to_be_visible()


def test_a_customers_phone_shows_no_note(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    writes_note(tab, "Not for her")
    tab.get_by_role("tab", name="Reply").click()
    says(tab, "For her")
    phone = tab.context.new_page()
    phone.goto(f"{stack.url}/?psid={mona_writes}")
    expect(phone.get_by_text("For her")).to_be_visible()
    expect(phone.get_by_text(re.compile("Not for her"))).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_notes(sit_down, mona_writes, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    writes_note(tab, "She has called before: https://example.com")
    expect(notes(tab)).to_be_visible()
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    notes(tab).get_by_role("link", name="Edit").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert findings(tab) == []
