"""Snooze, in real browsers."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Snooze
from tests.browser.desk import PHONE, bubbles, findings, opens, part, says, takes

pytestmark = pytest.mark.django_db(transaction=True)


def mine(tab):
    return part(tab, "Mine").get_by_role("link", name="Mona Weber")


def snoozed(tab):
    group = tab.get_by_role("group").filter(has=tab.get_by_role("heading", name="Snoozed"))
    return group.get_by_role("link", name="Mona Weber")


def snoozes(tab, when="in 2 hours"):
    expect(tab.locator("#verb-snooze[data-htmx-powered]")).to_be_attached()
    tab.locator("h1").focus()
    tab.keyboard.press("s")
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Until").fill(when)
    expect(dialog.get_by_role("status")).to_contain_text("Comes back on" if when else "when Mona Weber writes")
    dialog.get_by_role("button", name="Snooze", exact=True).click()
    expect(dialog).to_be_hidden()


def test_a_snoozed_conversation_waits_in_its_section_and_comes_back_at_its_moment(sit_down, mona_writes, ana, ben):
    tab, bens = sit_down(ana), sit_down(ben)
    takes(tab)
    snoozes(tab)
    expect(mine(tab)).to_be_hidden()
    expect(tab.locator("#header")).to_contain_text("Snoozed until")
    expect(tab.locator("#count-snoozed")).to_have_text("1")
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()
    tab.keyboard.press("g")
    tab.keyboard.press("z")
    expect(snoozed(tab)).to_be_visible()
    assert findings(tab) == []
    tab.goto("/")
    Snooze.objects.update(until=timezone.now())
    Snooze.objects.end_due()
    expect(mine(tab)).to_contain_text("The snooze is over")
    expect(tab.get_by_text("The snooze of Mona Weber is over")).to_be_visible()
    opens(tab)
    expect(mine(tab)).not_to_contain_text("The snooze is over")


def test_a_snooze_ends_when_the_customer_writes_by_undo_and_by_its_button(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Please write when it has come")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    snoozes(tab, "")
    expect(tab.locator("#header")).to_contain_text("Snoozed until Mona Weber writes")
    stack.say(mona_writes, text="Is it there?")
    expect(mine(tab)).to_contain_text("Is it there?")
    expect(tab.locator("#header")).not_to_contain_text("Snoozed")
    snoozes(tab)
    expect(mine(tab)).to_be_hidden()
    tab.locator("undo-offer").last.get_by_role("button", name="Undo").click()
    expect(mine(tab)).to_be_visible()
    snoozes(tab)
    expect(mine(tab)).to_be_hidden()
    tab.get_by_role("button", name="End snooze").click()
    expect(mine(tab)).to_be_visible()
    expect(tab.get_by_role("link", name="Snooze…")).to_be_visible()


def test_an_agent_snoozes_on_a_phone_by_a_choice(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    tab.get_by_role("button", name="More").click()
    tab.get_by_role("link", name="Snooze…").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Tomorrow 9:00").click()
    expect(dialog.get_by_role("status")).to_contain_text("Comes back on")
    assert findings(tab) == []
    dialog.get_by_role("button", name="Snooze", exact=True).click()
    expect(tab.locator("#header")).to_contain_text("Snoozed until")
    assert Snooze.objects.get().until > timezone.now()
