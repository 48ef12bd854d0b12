"""Files of scheduled replies, in real browsers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import ScheduledReply
from tests.browser.desk import PHONE, composer, findings, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPT = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4" + b"x" * 20_000}
MENU = {**RECEIPT, "name": "menu.pdf"}
PRICES = {**RECEIPT, "name": "prices.pdf"}


def chosen(tab):
    return tab.get_by_role("list", name="Files to send").get_by_role("listitem")


def offered(tab):
    return tab.get_by_role("dialog").get_by_role("list", name="Files that go out too").get_by_role("listitem")


def scheduled(tab):
    return tab.get_by_role("log", name="Messages").locator(".scheduled-reply")


def kinds(stack, psid):
    return [said["text"] or said["attachments"][0]["type"] for said in stack.said(psid)]


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_the_files_of_the_composer_go_out_later_with_the_text(sit_down, mona_writes, stack, ana, device):
    tab = sit_down(ana, **device)
    tab.get_by_role("navigation", name="Conversations").get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_editable()
    tab.get_by_label("Attach files").set_input_files([RECEIPT, MENU])
    composer(tab).fill("Here they are")
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    expect(offered(tab)).to_contain_text(["receipt.pdf", "menu.pdf"])
    expect(offered(tab).first).to_contain_text("20 kB")
    offered(tab).last.get_by_role("button", name="Remove: menu.pdf").click()
    expect(offered(tab)).to_have_count(1)
    dialog.get_by_label("Attach files").set_input_files(PRICES)
    expect(offered(tab)).to_contain_text(["receipt.pdf", "prices.pdf"])
    assert findings(tab) == []
    dialog.get_by_label("When").fill("soonish")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    expect(offered(tab)).to_contain_text(["receipt.pdf", "prices.pdf"])
    dialog.get_by_label("When").fill("in 2 hours")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog).to_be_hidden()
    expect(chosen(tab)).to_have_count(0)
    expect(composer(tab)).to_have_value("")
    expect(scheduled(tab)).to_contain_text("receipt.pdf")
    expect(scheduled(tab)).to_contain_text("prices.pdf")
    assert findings(tab) == []
    ScheduledReply.objects.update(at=timezone.now() - timedelta(seconds=1))
    ScheduledReply.objects.send_due()
    eventually(lambda: kinds(stack, mona_writes) == ["file", "file", "Here they are"])
    expect(scheduled(tab)).to_have_count(0)
    expect(tab.get_by_role("link", name="receipt.pdf")).to_be_visible()


def test_the_author_removes_a_file_of_a_reply_that_waits(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files([RECEIPT, MENU])
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="In 1 hour").click()
    dialog.get_by_role("button", name="Send later").click()
    expect(scheduled(tab)).to_contain_text("menu.pdf")
    scheduled(tab).get_by_role("link", name="Edit").click()
    dialog.get_by_label("Remove menu.pdf").check()
    dialog.get_by_label("Attach files").set_input_files(PRICES)
    dialog.get_by_role("button", name="Send later").click()
    expect(scheduled(tab)).to_contain_text("prices.pdf")
    expect(scheduled(tab)).to_contain_text("receipt.pdf")
    expect(scheduled(tab)).not_to_contain_text("menu.pdf")


def test_a_dialog_that_is_cancelled_leaves_the_files_in_the_composer(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    tab.get_by_role("link", name="Send later").click()
    expect(offered(tab)).to_have_count(1)
    tab.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(chosen(tab)).to_contain_text("receipt.pdf")
