"""What an agent does and sees at the desk, in the words of the tests."""

import time

from playwright.sync_api import expect


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
    """What was said, without the thin lines between."""
    return tab.get_by_role("log", name="Messages").locator(".message")


def part(tab, name):
    return tab.get_by_role("region", name=name)


def row(tab, name="Mona Weber"):
    return tab.get_by_role("navigation", name="Conversations").get_by_role("link", name=name)


def unconfirmed(tab):
    """Above the field: what the console has not confirmed."""
    return tab.get_by_role("list", name="Not confirmed yet").get_by_role("listitem")


def until(tab, look, seconds=20):
    """Until `look` finds something, while the tab goes on: what a test does in place of the network runs only then."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "waited in vain"
        tab.wait_for_timeout(20)
