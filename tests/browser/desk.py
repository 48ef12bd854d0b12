"""The desk in the words of the tests: actions of an agent, and what the agent sees."""

import time
from datetime import timedelta

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, Customer

ASK_FOR_HEADER = """document.body.dispatchEvent(
    new CustomEvent(`live-holder-${document.querySelector("message-list").dataset.conversation}`))"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WITHOUT_STYLES = {"preload": {"assets": ["media"]}}  # axe would put imported styles into the page, against our CSP


def line_up(page, count):
    """Create so many conversations that wait, the first for the longest time."""
    rows = []
    for number in range(count):
        since = timezone.now() - timedelta(days=1, minutes=-number)
        customer = Customer.objects.create(page=page, psid=f"77{number}", name=f"Guest {number}")
        rows.append(Conversation.objects.create(page=page, customer=customer, waiting_since=since, last_at=since))
    return rows


def opens(tab, name="Mona Weber"):
    tab.get_by_role("navigation", name="Conversations").get_by_role("link", name=name).click()
    expect(tab.get_by_role("heading", level=1, name=name)).to_be_visible()


def takes(tab, name="Mona Weber"):
    opens(tab, name)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_focused()


def composer(tab):
    return tab.get_by_role("textbox", name="Message to")


def says(tab, text):
    composer(tab).fill(text)
    composer(tab).press("Enter")


def bubbles(tab):
    """Return the messages of the thread, without the lines between them."""
    return tab.get_by_role("log", name="Messages").locator(".message")


def part(tab, name):
    return tab.get_by_role("region", name=name)


def row(tab, name="Mona Weber"):
    return tab.get_by_role("navigation", name="Conversations").get_by_role("link", name=name)


def unconfirmed(tab):
    """Return the unconfirmed replies above the composer."""
    return tab.get_by_role("list", name="Not confirmed yet").get_by_role("listitem")


def until(tab, look, seconds=20):
    """Wait until `look` finds something, while the tab runs on: only then do the test's own answers to requests run."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "waited in vain"
        tab.wait_for_timeout(20)


def tab_to(tab, target, key="Tab"):
    """Press the key until the target has the focus."""
    for _step in range(40):
        if target.evaluate("element => element === document.activeElement"):
            return
        tab.keyboard.press(key)
    raise AssertionError("cannot be reached by keyboard")


def findings(tab):
    """Return the violations that axe-core finds, whatever their impact."""
    violations = Axe().run(tab, options=WITHOUT_STYLES).response["violations"]
    return [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations]


def misses_entries(tab):
    """Keep new entries from the open thread: neither the live stream nor an answer brings them."""
    topic = "`live-thread-${document.querySelector('message-list').dataset.conversation}`"
    tab.evaluate(f"document.body.addEventListener({topic}, event => event.stopImmediatePropagation(), true)")
    tab.route("**/messages/?since=*", lambda route: None)
