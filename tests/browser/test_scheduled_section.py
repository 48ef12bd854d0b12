"""The section Scheduled of the queue, in real browsers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, ScheduledReply
from tests.browser.desk import PHONE, composer, findings
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def schedule(mona_writes, ana):
    """Ana takes Mona's conversation, and schedules a reply."""
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    conversation.take(ana)
    in_hours = lambda hours: timezone.now() + timedelta(hours=hours)  # noqa: E731
    return lambda text, hours=2: ScheduledReply.objects.send_later(conversation, ana, text, in_hours(hours))


def unfolds(tab):
    tab.get_by_role("navigation", name="Conversations").get_by_text("Scheduled", exact=True).click()


def listed(tab):
    return tab.locator("#section-scheduled .row")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_replies_come_into_the_section_change_and_go_as_they_do(sit_down, schedule, ana, ben, device, scheme):
    tabs = [sit_down(agent, color_scheme=scheme, **device) for agent in (ana, ben)]
    for tab in tabs:
        unfolds(tab)
        expect(tab.get_by_text("No scheduled replies.")).to_be_visible()
    later, sooner = schedule("Is all well?", hours=3), schedule("And now?", hours=2)
    for tab in tabs:
        expect(listed(tab)).to_contain_text(["And now?", "Is all well?"])
        expect(listed(tab).first).to_contain_text("Mona Weber")
        assert findings(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(listed(tabs[1]).first).to_contain_text("Ana Ruiz")
    later.edit("Is it mended?", timezone.now() + timedelta(hours=1))
    for tab in tabs:
        expect(listed(tab)).to_contain_text(["Is it mended?", "And now?"])
    later.discard()
    sooner.send_now()
    for tab in tabs:
        expect(listed(tab)).to_have_count(0)
        expect(tab.get_by_text("No scheduled replies.")).to_be_visible()


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_the_author_edits_a_reply_from_the_section(sit_down, schedule, ana, device):
    schedule("Is all well?")
    tab = sit_down(ana, **device)
    unfolds(tab)
    listed(tab).press("Enter")
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_label("Message")).to_have_value("Is all well?")
    expect(dialog.get_by_role("status")).to_contain_text("Goes out on")
    assert findings(tab) == []
    dialog.get_by_label("Message").fill("Is all fine?")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog).to_be_hidden()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(tab.locator(".scheduled-reply")).to_contain_text("Is all fine?")
    eventually(lambda: ScheduledReply.objects.filter(text="Is all fine?").exists())


def test_a_colleague_opens_the_conversation_and_no_form(sit_down, schedule, ben):
    schedule("Is all well?")
    tab = sit_down(ben)
    unfolds(tab)
    listed(tab).click()
    expect(tab.locator(".scheduled-reply")).to_contain_text("Is all well?")
    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(composer(tab)).to_be_hidden()
