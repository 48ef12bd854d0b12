"""Older history from Facebook in real browsers: it stands above the first message, and troubles nobody."""

import pytest
from playwright.sync_api import expect

from console.history_import.models import State
from console.models import Attachment, HistoryImport, Message
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, row, says
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona_came_back(stack, bluebird):
    """Mona and the Page wrote to each other before the Page was connected; now she writes again. Returns her id."""
    client = bluebird.client()
    client.unsubscribe()
    psid = stack.customer("Mona Weber")
    stack.say(psid, text="Do you sell tea?")
    client.send_text(psid, "Yes, green and black")
    stack.say(psid, attachment={"type": "image", "url": "/_sandbox/sample.png"})
    stack.post("clock", advance_s=2)
    client.subscribe()
    stack.say(psid, text="I am back")
    return psid


def is_imported():
    return HistoryImport.objects.filter(state=State.DONE).exists()


def test_what_was_said_before_stands_above_the_first_message_and_counts_as_one_question(sit_down, mona_came_back, ana):
    eventually(is_imported)
    tab = sit_down(ana)
    expect(row(tab)).to_contain_text("I am back")
    expect(row(tab).locator(".row-mark-unread")).to_have_text("1 unread")
    opens(tab)
    expect(bubbles(tab)).to_have_count(4)
    expect(bubbles(tab).nth(0)).to_contain_text("Do you sell tea?")
    expect(bubbles(tab).nth(1)).to_contain_text("Yes, green and black")
    expect(bubbles(tab).nth(1)).to_contain_text("Imported from Facebook")
    expect(bubbles(tab).nth(2).get_by_role("img")).to_be_visible()
    expect(bubbles(tab).nth(3)).to_contain_text("I am back")
    expect(bubbles(tab).nth(3)).not_to_contain_text("Imported")
    expect(bubbles(tab).nth(0).locator("xpath=preceding-sibling::*[contains(@class, 'thread-new')]")).to_have_count(0)


def test_history_that_comes_while_an_agent_reads_is_no_news(sit_down, stack, mona_came_back, ana):
    """The import is done again, as if it came only now."""
    eventually(is_imported)
    history = HistoryImport.objects.get()
    Attachment.objects.all().delete()
    Message.objects.filter(is_imported=True).delete()
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab)).to_have_count(1)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_focused()
    HistoryImport.objects.update(state=State.PENDING, after="", pages=0)
    eventually(lambda: HistoryImport.objects.import_next(history.customer.page_id) or is_imported())
    expect(bubbles(tab)).to_have_count(4)
    expect(tab.locator(".thread-new + .message")).to_contain_text("I am back")
    expect(tab.locator(".conversation-newest")).to_be_hidden()
    says(tab, "Welcome back")
    eventually(lambda: stack.texts(mona_came_back)[-1] == "Welcome back")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_imported_messages(sit_down, mona_came_back, ana, scheme, device):
    eventually(is_imported)
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    expect(bubbles(tab)).to_have_count(4)
    assert findings(tab) == []


def test_a_failed_import_is_tried_again_from_the_panel(sit_down, mona_came_back, ana):
    eventually(is_imported)
    Attachment.objects.all().delete()
    Message.objects.filter(is_imported=True).delete()
    HistoryImport.objects.update(state=State.FAILED, error="Facebook did not show it.", after="", pages=0)
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab)).to_have_count(1)
    tab.get_by_role("link", name="About the customer").click()
    panel = tab.get_by_role("complementary", name="About the customer")
    expect(panel).to_contain_text("Older messages could not be fetched from Facebook: Facebook did not show it.")
    assert findings(tab) == []
    panel.get_by_role("button", name="Import again").click()
    expect(bubbles(tab)).to_have_count(4)
    expect(panel.locator(".history-import")).to_have_count(0)
