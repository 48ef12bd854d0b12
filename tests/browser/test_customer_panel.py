"""The panel about the customer, beside the thread and above it, in real browsers."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from console.models import Attachment, Conversation, CustomField, CustomValue, Note
from tests.browser.desk import PHONE, bubbles, findings, opens
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"viewport": {"width": 1440, "height": 900}}
NARROW = {"viewport": {"width": 1279, "height": 800}}


@pytest.fixture
def monas(mona_writes, ana, stack):
    """Mona's conversation after an earlier one, in which Ana replied; with notes, pictures, a file and a link."""
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    conversation.take(ana)
    conversation.send(author=ana, text="Yes, we are", idempotency_key=uuid.uuid4())
    eventually(lambda: conversation.messages.filter(state="delivered").exists())
    Note.objects.add(conversation, ana, "Prefers green tea", uuid.uuid4())
    conversation.close(ana)
    _into_the_past(conversation)
    stack.say(mona_writes, text="Another question", referral={"ref": "spring", "source": "SHORTLINK"})
    eventually(lambda: conversation.messages.filter(text="Another question").exists())
    stack.say(mona_writes, attachments=[{"type": "image", "url": "/_sandbox/sample.png"}] * 14)
    stack.say(mona_writes, attachment={"type": "file", "url": "/_sandbox/static/samples/order.pdf"})
    eventually(lambda: Attachment.objects.exclude(media_type="").count() == 15)
    return conversation


def _into_the_past(conversation):
    for rows in (conversation.messages, conversation.handovers, conversation.notes):
        for row in rows.all():
            rows.filter(pk=row.pk).update(at=row.at - timedelta(days=9))


def switch(tab):
    return tab.get_by_role("link", name="About the customer")


def panel(tab):
    """Return the third column, or the sheet."""
    return tab.locator(".customer-panel-content")


def asks(tab):
    """Return the list of the panel's requests from now on."""
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if request.url.endswith("/customer/") else None)
    return asked


def test_the_panel_is_a_third_column_that_this_browser_remembers(sit_down, monas, ana):
    tab = sit_down(ana, **WIDE)
    asked = asks(tab)
    opens(tab)
    expect(bubbles(tab).last).to_contain_text("order.pdf")
    expect(panel(tab)).to_be_hidden()
    assert asked == []
    switch(tab).click()
    expect(tab.get_by_role("complementary", name="About the customer")).to_be_visible()
    expect(panel(tab).get_by_role("heading", level=2, name="Mona Weber")).to_be_visible()
    expect(switch(tab)).to_have_attribute("aria-expanded", "true")
    tab.reload()
    expect(panel(tab)).to_contain_text("First wrote")
    panel(tab).get_by_role("button", name="Close").click()
    expect(panel(tab)).to_be_hidden()
    expect(switch(tab)).to_be_focused()
    expect(switch(tab)).to_have_attribute("aria-expanded", "false")
    tab.reload()
    expect(bubbles(tab).last).to_contain_text("order.pdf")
    expect(panel(tab)).to_be_hidden()


def test_the_panel_is_a_sheet_where_there_is_no_room_and_never_opens_by_itself(sit_down, monas, ana):
    tab = sit_down(ana, **NARROW)
    opens(tab)
    switch(tab).focus()
    tab.keyboard.press("Enter")
    sheet = tab.get_by_role("dialog", name="About the customer")
    expect(sheet).to_contain_text("First wrote")
    tab.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(switch(tab)).to_be_focused()
    expect(switch(tab)).to_have_attribute("aria-expanded", "false")
    switch(tab).click()
    expect(sheet).to_be_visible()
    tab.reload()
    expect(bubbles(tab).last).to_contain_text("order.pdf")
    expect(panel(tab)).to_be_hidden()


def test_the_panel_stays_open_from_one_customer_to_the_next_and_when_the_window_changes(sit_down, monas, stack, ana):
    stack.say(stack.customer("Jonas Lind"), text="Hi")
    tab = sit_down(ana, **WIDE)
    opens(tab)
    switch(tab).click()
    expect(panel(tab).get_by_role("heading", level=2, name="Mona Weber")).to_be_visible()
    opens(tab, "Jonas Lind")
    expect(panel(tab).get_by_role("heading", level=2, name="Jonas Lind")).to_be_visible()
    tab.set_viewport_size(NARROW["viewport"])
    expect(panel(tab)).to_be_hidden()
    tab.set_viewport_size(WIDE["viewport"])
    expect(panel(tab)).to_be_visible()


def test_the_switch_still_says_that_the_panel_is_open_after_the_header_changed(sit_down, monas, ana):
    tab = sit_down(ana, **WIDE)
    opens(tab)
    switch(tab).click()
    tab.get_by_role("button", name="Take").click()
    expect(tab.get_by_role("button", name="Close", exact=True).first).to_be_visible()
    expect(switch(tab)).to_have_attribute("aria-expanded", "true")


def test_an_earlier_conversation_says_who_replied_and_leads_to_its_beginning(sit_down, monas, ana):
    tab = sit_down(ana, **WIDE)
    opens(tab)
    switch(tab).click()
    stay = panel(tab).get_by_role("region", name="Earlier conversations").get_by_role("link")
    expect(stay).to_contain_text("Replied: Ana Ruiz · closed by Ana Ruiz")
    stay.click()
    first = bubbles(tab).filter(has_text="Hello, is anybody there?")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()


def test_on_a_phone_a_note_leads_to_its_place_and_the_sheet_is_gone(sit_down, monas, ana):
    tab = sit_down(ana, **PHONE)
    opens(tab)
    switch(tab).click()
    notes = tab.get_by_role("dialog").get_by_role("region", name="Notes")
    expect(notes).to_contain_text("Prefers green tea")
    notes.get_by_role("link").click()
    expect(tab.get_by_role("dialog", name="About the customer")).to_be_hidden()
    note = tab.locator(f"#note-{Note.objects.get().pk}")
    expect(note).to_be_focused()
    expect(note).to_be_in_viewport()


def test_pictures_open_in_the_viewer_and_show_more_brings_the_older_ones(sit_down, monas, ana):
    tab = sit_down(ana, **NARROW)
    opens(tab)
    switch(tab).click()
    files = tab.get_by_role("dialog").get_by_role("region", name="Pictures and files")
    expect(files.get_by_role("link", name="order.pdf")).to_be_visible()
    expect(files.get_by_role("link", name="Picture from the customer")).to_have_count(11)
    files.get_by_role("link", name="Show more").focus()
    tab.keyboard.press("Enter")
    pictures = files.get_by_role("link", name="Picture from the customer")
    expect(pictures).to_have_count(14)
    expect(pictures.nth(11)).to_be_focused()
    pictures.first.click()
    viewer = tab.get_by_role("dialog", name="Picture", exact=True)
    expect(viewer).to_contain_text("1 of 14")
    tab.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 of 14")
    tab.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(pictures.nth(1)).to_be_focused()
    expect(tab.get_by_role("dialog", name="About the customer")).to_be_visible()


def test_an_agent_without_scripts_reads_about_the_customer_on_a_page(sit_down, monas, ana):
    tab = sit_down(ana, java_script_enabled=False)
    tab.get_by_role("link", name="Mona Weber").click()
    switch(tab).click()
    expect(tab.get_by_role("region", name="Earlier conversations")).to_contain_text("Replied: Ana Ruiz")
    tab.get_by_role("link", name="Show more").click()
    expect(tab.get_by_role("link", name="Picture from the customer")).to_have_count(3)


# Custom fields


@pytest.fixture
def order(bluebird):
    return CustomField.objects.create(name="Order", page=bluebird, is_required=True)


def test_a_value_is_saved_as_it_changes_and_appears_at_the_colleagues_desk(sit_down, monas, order, ana, ben):
    CustomField.objects.create(name="Size", kind="number", position=1)
    anas, bens = sit_down(ana, **WIDE), sit_down(ben, **WIDE)
    for tab in (anas, bens):
        opens(tab)
        switch(tab).click()
        expect(panel(tab).get_by_label("Order")).to_have_value("")
    panel(anas).get_by_label("Order").fill("4711")
    anas.keyboard.press("Tab")
    expect(panel(anas).get_by_label("Size")).to_be_focused()
    expect(panel(anas)).to_contain_text("Saved")
    expect(panel(bens).get_by_label("Order")).to_have_value("4711")
    anas.keyboard.type("twelve")
    anas.keyboard.press("Enter")
    expect(panel(anas)).to_contain_text("Enter a number, such as 12 or 12.5.")
    expect(panel(anas).get_by_label("Size")).to_have_value("twelve")
    assert CustomValue.objects.get().value == "4711"
    panel(anas).get_by_role("button", name="Close").focus()
    bens.get_by_role("button", name="Take").click()
    expect(anas.locator("#header")).to_contain_text("assigned to Ben Okafor")
    expect(panel(anas)).to_contain_text("Enter a number, such as 12 or 12.5.")


def test_an_open_panel_shows_a_note_and_a_file_as_they_come(sit_down, monas, mona_writes, stack, ana, ben):
    tab = sit_down(ana, **WIDE)
    opens(tab)
    switch(tab).click()
    notes = panel(tab).get_by_role("region", name="Notes")
    expect(notes).to_contain_text("Prefers green tea")
    note = Note.objects.add(monas, ben, "Has a dog", uuid.uuid4())
    expect(notes).to_contain_text("Has a dog")
    note.delete_text()
    expect(notes).not_to_contain_text("Has a dog")
    stack.say(mona_writes, attachment={"type": "file", "url": "/_sandbox/static/samples/order.pdf?again"})
    expect(panel(tab).get_by_role("region", name="Pictures and files").get_by_role("listitem")).to_have_count(13)
    expect(panel(tab).get_by_role("link", name="order.pdf")).to_have_count(2)


def test_a_list_that_was_made_longer_stays_so_when_something_comes(sit_down, monas, stack, mona_writes, ana):
    tab = sit_down(ana, **WIDE)
    opens(tab)
    switch(tab).click()
    files = panel(tab).get_by_role("region", name="Pictures and files")
    files.get_by_role("link", name="Show more").click()
    expect(files.get_by_role("link", name="Picture from the customer")).to_have_count(14)
    stack.say(mona_writes, text="Look at the second picture")
    expect(bubbles(tab).last).to_contain_text("Look at the second picture")
    tab.wait_for_timeout(2_000)
    expect(files.get_by_role("link", name="Picture from the customer")).to_have_count(14)


def test_the_panel_goes_on_while_a_field_is_being_filled_in(sit_down, monas, order, ana, ben):
    CustomField.objects.create(name="Size", position=1)
    anas, bens = sit_down(ana, **WIDE), sit_down(ben, **WIDE)
    for tab in (anas, bens):
        opens(tab)
        switch(tab).click()
    panel(anas).get_by_label("Order").press_sequentially("47")
    Note.objects.add(monas, ben, "Has a dog", uuid.uuid4())
    expect(panel(anas)).to_contain_text("Has a dog")
    for name, value in [("Size", "Large"), ("Order", "4712")]:
        panel(bens).get_by_label(name).fill(value)
        bens.keyboard.press("Enter")
        expect(panel(bens).locator(".custom-field").filter(has_text=name)).to_contain_text("Saved")
    expect(panel(anas).get_by_label("Size")).to_have_value("Large")
    expect(panel(anas).get_by_label("Order")).to_be_focused()
    anas.keyboard.type("11")
    expect(panel(anas).get_by_label("Order")).to_have_value("4711")
    anas.keyboard.press("Tab")
    bens.keyboard.press("Shift+Tab")
    expect(panel(bens).get_by_label("Order")).to_have_value("4711")


@pytest.mark.parametrize("device", [WIDE, PHONE], ids=["desktop", "phone"])
def test_closing_without_a_required_field_leads_to_it(sit_down, monas, order, ana, device):
    monas.take(ana)
    tab = sit_down(ana, **device)
    opens(tab)
    close = tab.locator("#header").get_by_role("button", name="Close")
    close.click()
    expect(panel(tab).get_by_label("Order")).to_be_focused()
    expect(tab.locator("#refusal")).to_contain_text("Fill in “Order” before you close this conversation.")
    tab.keyboard.type("4711")
    tab.keyboard.press("Enter")
    expect(panel(tab)).to_contain_text("Saved")
    if device is PHONE:
        tab.keyboard.press("Escape")
    close.click()
    expect(tab.get_by_text("This conversation is closed.")).to_be_visible()
    expect(tab.locator("#refusal")).to_be_empty()


# Moderation


@pytest.fixture
def supervisor(ana):
    """Ana, who has the right to block customers."""
    ana.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    return ana


def test_a_customer_is_blocked_and_unblocked_and_every_desk_says_so(sit_down, monas, stack, supervisor, ben):
    monas.take(supervisor)
    anas, bens = sit_down(supervisor, **WIDE), sit_down(ben, **WIDE)
    for tab in (anas, bens):
        opens(tab)
        switch(tab).click()
        expect(panel(tab)).to_contain_text("Pictures and files")
    expect(panel(bens).get_by_text("Block…")).to_have_count(0)
    panel(anas).get_by_text("Block…").click()
    panel(anas).get_by_role("button", name="Block", exact=True).click()
    expect(panel(anas).get_by_role("button", name="Unblock")).to_be_focused()
    for tab in (anas, bens):
        expect(panel(tab)).to_contain_text("Blocked by Ana Ruiz")
        expect(tab.get_by_text("Mona Weber is blocked: no reply reaches them.")).to_be_visible()
    panel(anas).get_by_role("button", name="Unblock").click()
    expect(panel(anas).get_by_text("Block…")).to_be_visible()
    expect(anas.get_by_role("textbox", name="Message to")).to_be_editable()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [WIDE, NARROW, PHONE], ids=["desktop", "narrow", "phone"])
def test_axe_finds_no_problem_in_the_panel(sit_down, monas, order, supervisor, ana, scheme, device):
    CustomField.objects.create(name="Size", kind="choice", choices="Small\nLarge")
    CustomField.objects.create(name="Birthday", kind="date")
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    switch(tab).click()
    expect(panel(tab)).to_contain_text("Pictures and files")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
