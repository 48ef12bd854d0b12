"""Saved views: a lead makes one, colleagues open it, and its rows come and go by themselves."""

import os
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Activity, Conversation, Customer, SavedView
from personas.models import Page
from tests.browser.desk import PHONE, findings, until
from tests.conftest import restrict
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def guest(bluebird):
    def make(name, page=bluebird, unread=1):
        customer = Customer.objects.create(page=page, psid=uuid.uuid4().hex, name=name)
        now = timezone.now()
        waits = {"unread": unread, "last_at": now, "waiting_since": now}
        conversation = Conversation.objects.create(page=page, customer=customer, **waits)
        details = {"source": "ADS", "ad_id": "1"}
        known = {"kind": "referral", "details": details, "at": now, "digest": uuid.uuid4().hex}
        Activity.objects.create(conversation=conversation, revision=1, **known)
        return conversation

    return make


def changes(conversation, **fields):
    """Change a conversation as an event of Facebook does, and publish it."""
    conversation.refresh_from_db()
    with conversation.changing():
        for name, value in fields.items():
            setattr(conversation, name, value)


def view_of(tab, name):
    return tab.locator("#queue details", has=tab.get_by_role("heading", name=name))


def opens_view(tab, name):
    view_of(tab, name).locator("summary").click()
    expect(view_of(tab, name)).to_have_attribute("open", "")


def names(view):
    return view.locator(".row-name")


def test_a_lead_shares_a_view_and_its_rows_come_and_go_at_anas_desk(sit_down, guest, ana, ben, bluebird):
    ben.user_permissions.add(Permission.objects.get(codename="manage_canned_replies"))
    rosehip = Page.objects.create(page_id="901", name="Rosehip", token="x", state=Page.State.CONNECTED)
    ben.groups.add(restrict(rosehip))
    mona, paul, secret = guest("Mona Weber"), guest("Paul Adler", unread=0), guest("Greta Secret", page=rosehip)
    bens, anas = sit_down(ben), sit_down(ana)

    bens.get_by_role("link", name="New view").click()
    bens.get_by_label("Name").fill("Ads unread")
    bens.get_by_label("Came by").select_option(label="an ad")
    bens.get_by_label("With unread messages").check()
    bens.get_by_label("Who may use it").select_option(label="Everyone")
    bens.get_by_role("button", name="Save").click()
    expect(view_of(bens, "Ads unread")).to_be_visible()

    expect(view_of(anas, "Ads unread")).to_be_visible()
    opens_view(bens, "Ads unread")
    opens_view(anas, "Ads unread")
    expect(names(view_of(bens, "Ads unread"))).to_have_text(["Mona Weber", "Greta Secret"])
    expect(names(view_of(anas, "Ads unread"))).to_have_text(["Mona Weber"])
    expect(anas.locator("[id^=count-view]").first).to_have_text("1")

    changes(paul, unread=1)
    expect(names(view_of(anas, "Ads unread"))).to_have_text(["Mona Weber", "Paul Adler"])
    expect(anas.locator("[id^=count-view]").first).to_have_text("2")
    changes(mona, unread=0)
    expect(names(view_of(anas, "Ads unread"))).to_have_text(["Paul Adler"])
    changes(secret, unread=2)
    expect(names(view_of(bens, "Ads unread"))).to_have_count(2)
    expect(names(view_of(anas, "Ads unread"))).to_have_text(["Paul Adler"])
    expect(anas.locator("[id^=count-view]").first).to_have_text("1")


def test_an_agent_goes_to_a_view_by_its_number_and_opens_a_row_there(sit_down, guest, ana):
    for name in ("Alpha", "Beta"):
        SavedView.objects.create(name=name, author=ana)
    guest("Mona Weber")
    tab = sit_down(ana)
    tab.keyboard.press("g")
    tab.keyboard.press("2")
    beta = view_of(tab, "Beta")
    expect(beta).to_have_attribute("open", "")
    expect(beta.locator("summary")).to_be_focused()
    beta.get_by_role("link", name="Mona Weber").click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(beta.locator(".row")).to_have_attribute("aria-current", "page")


def test_an_agent_edits_and_deletes_a_view(sit_down, guest, ana):
    SavedView.objects.create(name="Old name", author=ana)
    tab = sit_down(ana)
    tab.get_by_role("link", name="Manage saved views").click()
    tab.get_by_role("link", name="Old name").click()
    tab.get_by_label("Waiting longer than, in minutes").fill("0")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Give a number from 1 to 10000.")).to_be_visible()
    tab.get_by_label("Waiting longer than, in minutes").fill("15")
    tab.get_by_label("Name").fill("New name")
    tab.get_by_role("button", name="Save").click()
    expect(view_of(tab, "New name")).to_be_visible()
    tab.get_by_role("link", name="Manage saved views").click()
    expect(tab.get_by_text("waiting longer than 15 minutes")).to_be_visible()
    tab.get_by_role("link", name="New name").click()
    tab.get_by_text("Delete…").click()
    tab.get_by_role("button", name="Delete for good").click()
    expect(tab.get_by_text("No views yet.")).to_be_visible()
    eventually(lambda: not SavedView.objects.exists())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_views(sit_down, guest, ana, device, scheme):
    view = SavedView.objects.create(name="Ads unread of the week and the last one", author=ana)
    SavedView.objects.create(name="Beta", author=ana, waits_minutes=10, is_unread=True)
    for name in ("Mona Weber", "Paul Adler"):
        guest(name)
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens_view(tab, "Ads unread")
    expect(view_of(tab, "Ads unread").locator(".row")).to_have_count(2)
    until(tab, lambda: tab.locator(f"#count-view-{view.pk}").text_content() == "2")
    assert findings(tab) == []
    shot(tab, f"views-{device['viewport']['width']}-{scheme}")
    for path, name in (("/views/", "list"), (f"/views/{view.pk}/", "form")):
        tab.goto(path)
        assert findings(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= device["viewport"]["width"]
        shot(tab, f"views-{name}-{device['viewport']['width']}-{scheme}")


def shot(tab, name):
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
