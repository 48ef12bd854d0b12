"""Keyboard shortcuts: the list, an agent's own switch, and an agent's own keys."""

import pytest

from console.wording.shortcuts import STANDARD, groups
from tests.console.conftest import HTMX, fresh, words

pytestmark = pytest.mark.django_db
URL = "/shortcuts/"


@pytest.fixture
def choose(anas_browser):
    """Send the form of the keys, in which some differ from the standard."""

    def send(headers=None, **keys):
        fields = STANDARD | {action.replace("_", "-"): key for action, key in keys.items()}
        return anas_browser.post(f"{URL}keys/", fields, headers=headers)

    return send


def test_the_list_of_shortcuts_names_every_key_that_presses_a_button(anas_browser, ana):
    page = anas_browser.get(URL).content.decode()
    named = {key for _title, shortcuts in groups(ana) for key, _description in shortcuts}
    assert {*STANDARD.values()} - {"g"} <= named
    assert all(f'<kbd class="key">{key}</kbd>' in page for key in named)


def test_the_desk_gets_the_list_alone_for_its_dialog(anas_browser):
    page = anas_browser.get(URL, headers=HTMX).content.decode()
    assert "Keyboard shortcuts</h1>" in page and "<html" not in page


def test_an_agent_who_has_no_shortcuts_gets_buttons_without_keys(anas_browser, ana, conversation):
    page = f"/conversations/{conversation.pk}/"
    assert 'aria-keyshortcuts="e" title="Key: e"' in anas_browser.get(page).content.decode()
    anas_browser.post("/preferences/", {"undo_seconds": "5", "next_conversation": "desk", "calls": "mine"})
    ana.refresh_from_db()
    assert not ana.has_shortcuts
    without = anas_browser.get(page).content.decode()
    assert 'aria-keyshortcuts="e"' not in without and "keyboard-shortcuts data-on" not in without
    assert 'aria-keyshortcuts="Alt+Shift+N"' in without and 'aria-keyshortcuts="Control+F"' in without  # no single keys


# Own keys


def test_an_agent_who_chose_another_key_finds_it_on_the_button_and_in_the_list(choose, anas_browser, ana, conversation):
    assert choose(close="q", next="w")["Location"] == URL
    assert fresh(ana).own_keys == {"close": "q", "next": "w"}
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'aria-keyshortcuts="q" title="Key: q"' in page and 'aria-keyshortcuts="e"' not in page
    assert 'data-next="w" data-previous="k"' in page
    listed = words(anas_browser.get(URL).content.decode())
    assert "q Close" in listed and "e Close" not in listed


def test_the_keys_of_an_agent_are_not_those_of_a_colleague(choose, bens, conversation):
    choose(take_next="q")
    assert 'title="Key: n"' in bens.get("/").content.decode()


def test_a_key_that_another_action_has_is_refused_in_words(choose, ana):
    answer = choose(close="t")
    assert answer.status_code == 422
    assert "“t” is the key of “Take, take over or reopen”: choose another one." in words(answer.content.decode())
    assert fresh(ana).own_keys == {}


def test_two_actions_change_their_keys_in_one_step(choose, ana):
    choose(close="t", take="e")
    assert fresh(ana).own_keys == {"close": "t", "take": "e"}


def test_capital_letters_are_small_ones_because_shift_selects_a_range(choose, ana):
    choose(close="Q")
    assert fresh(ana).own_keys == {"close": "q"}


@pytest.mark.parametrize("key", ["ab", "\0"])
def test_a_key_of_the_keyboard_is_one_letter_or_sign(choose, ana, key):
    assert choose(close=key).status_code == 422
    assert fresh(ana).own_keys == {}


def test_an_action_whose_field_is_empty_has_no_key(choose, anas_browser, ana, conversation):
    choose(close="", select="")
    assert fresh(ana).own_keys == {"close": "", "select": ""}
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'title="Key: e"' not in page
    assert "Shift+" not in words(anas_browser.get(URL).content.decode()).replace("Alt+Shift+N", "")


def test_reset_brings_the_standard_back_whatever_the_fields_contain(choose, ana):
    choose(close="q")
    choose(close="t", reset="1")
    assert fresh(ana).own_keys == {}


def test_the_desk_shows_the_form_in_its_dialog_and_loads_itself_again_afterwards(choose, anas_browser):
    form = anas_browser.get(f"{URL}keys/", headers=HTMX).content.decode()
    assert "Change the keys</h1>" in form and "<html" not in form
    assert choose(headers=HTMX, close="q")["HX-Refresh"] == "true"
    refused = choose(headers=HTMX, close="t")
    assert refused.status_code == 422 and "<html" not in refused.content.decode()
