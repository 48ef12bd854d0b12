"""The accessibility tree that Chromium gives to a screen reader: the queue, a conversation, a new message."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import bubbles, row, until

LIVE = {"log", "status", "alert"}  # roles of which new words are said
WORDS = "My parcel is broken"
pytestmark = pytest.mark.django_db(transaction=True)


class Tree:
    """The tree as it is now."""

    def __init__(self, tab):
        cdp = tab.context.new_cdp_session(tab)
        self._nodes = {node["nodeId"]: node for node in cdp.send("Accessibility.getFullAXTree")["nodes"]}
        cdp.detach()
        self.nodes = [node for node in self._nodes.values() if not node["ignored"]]

    @property
    def focused(self):
        """Return the role and the name of the node with the focus."""
        [found] = [
            node for node in self.nodes if ("focused", True) in _properties(node) and _role(node) != "RootWebArea"
        ]
        return _role(found), _name(found)

    def live_parts_with(self, words):
        """Return the role of the part around each text with these words, if it is one whose new words are said."""
        said = [node for node in self.nodes if _role(node) == "StaticText" and words in _name(node)]
        return [part for node in said for part in self._roles_around(node) if part in LIVE]

    def _roles_around(self, node):
        while node := self._nodes.get(node.get("parentId")):
            yield _role(node)


def _role(node):
    return node.get("role", {}).get("value")


def _name(node):
    return node.get("name", {}).get("value", "")


def _properties(node):
    return [(one["name"], one["value"].get("value")) for one in node.get("properties", [])]


def test_a_new_message_stands_once_in_a_part_whose_changes_a_screen_reader_says(sit_down, stack, mona_writes, ana):
    tab = sit_down(ana)
    expect(row(tab)).to_be_visible()
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('keyboard-shortcuts'))"))
    tab.keyboard.press("j")
    until(tab, lambda: tab.evaluate("document.activeElement.matches('.row')"))
    role, name = Tree(tab).focused
    assert role == "link"
    assert re.fullmatch(r"Mona Weber waits <1m Hello, is anybody there\? .*1 unread", name), name
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(bubbles(tab)).to_have_count(1)
    stack.say(mona_writes, text=WORDS)
    expect(bubbles(tab)).to_have_count(2)
    until(tab, lambda: Tree(tab).live_parts_with(WORDS))
    tab.wait_for_timeout(1_000)  # for anything else that could say it
    assert Tree(tab).live_parts_with(WORDS) == ["log"]
