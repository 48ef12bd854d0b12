"""Keyboard shortcuts: the list, and an agent's own switch."""

import pytest

from console.wording.shortcuts import GROUPS, KEYS

pytestmark = pytest.mark.django_db
URL = "/shortcuts/"


def test_the_list_of_shortcuts_names_every_key_that_presses_a_button(anas_browser):
    page = anas_browser.get(URL).content.decode()
    named = {key for _title, shortcuts in GROUPS for key, _description in shortcuts}
    assert set(KEYS.values()) <= named
    assert all(f"<kbd>{key}</kbd>" in page for key in named)


def test_the_desk_gets_the_list_alone_for_its_dialog(anas_browser):
    page = anas_browser.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "Keyboard shortcuts</h1>" in page and "<html" not in page


def test_an_agent_who_has_no_shortcuts_gets_buttons_without_keys(anas_browser, ana, conversation):
    page = f"/conversations/{conversation.pk}/"
    assert 'aria-keyshortcuts="e" title="Key: e"' in anas_browser.get(page).content.decode()
    anas_browser.post("/preferences/", {"undo_seconds": "5", "next_conversation": "desk", "calls": "mine"})
    ana.refresh_from_db()
    assert not ana.has_shortcuts
    without = anas_browser.get(page).content.decode()
    assert 'aria-keyshortcuts="e"' not in without and "keyboard-shortcuts data-on" not in without
    assert 'aria-keyshortcuts="Alt+Shift+N"' in without  # no single key
