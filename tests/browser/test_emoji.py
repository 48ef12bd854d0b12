"""Emoji in a reply: by search, by arrow keys, in a skin tone; nothing of it is loaded before it is used."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import composer, findings, takes, until

pytestmark = pytest.mark.django_db(transaction=True)

ON_DEMAND = ("emoji-panel", "emoji.")  # names of the script and of its data begin with these


def panel(tab):
    return tab.get_by_role("dialog", name="Emoji")


def opens_emoji(tab):
    tab.get_by_role("button", name="Emoji", exact=True).click()
    expect(panel(tab).get_by_role("searchbox", name="Search emoji")).to_be_focused()
    return panel(tab)


def test_an_emoji_is_found_by_its_name_and_goes_into_the_reply_at_the_caret(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("Enjoy !")
    composer(tab).press("ArrowLeft")
    opens_emoji(tab)
    assert findings(tab) == []
    tab.keyboard.type("hot bev")
    expect(panel(tab).get_by_role("group", name="Found").get_by_role("button")).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(panel(tab)).to_be_hidden()
    expect(composer(tab)).to_have_value("Enjoy ☕️!")
    expect(composer(tab)).to_be_focused()
    tab.keyboard.press("Enter")
    until(tab, lambda: stack.texts(mona_writes) == ["Enjoy ☕️!"])


def test_an_emoji_that_has_the_word_comes_before_those_with_words_that_begin_so(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    opens_emoji(tab)
    tab.keyboard.type("tea")
    expect(panel(tab).get_by_role("group", name="Found").get_by_role("button").first).to_have_text("🧋")
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_have_value("🧋")


def test_emoji_are_chosen_by_arrow_keys_and_those_used_last_come_first(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    opens_emoji(tab)
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        tab.keyboard.press(key)
    expect(panel(tab).get_by_role("button", name="grinning face with big eyes")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_have_value("😃")
    tab.reload()
    used = opens_emoji(tab).get_by_role("group", name="Used last")
    expect(used.get_by_role("button")).to_have_text(["😃"])
    tab.keyboard.press("Escape")
    expect(panel(tab)).to_be_hidden()


def test_a_skin_tone_is_kept_on_the_device(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    opens_emoji(tab).get_by_role("combobox", name="Skin tone").select_option("✋🏽")
    tab.reload()
    search = opens_emoji(tab).get_by_role("searchbox")
    search.fill("thumbs up")
    expect(panel(tab).get_by_role("button", name="thumbs up")).to_have_text("👍🏽")
    search.fill("nothing like it")
    expect(panel(tab)).to_contain_text("No emoji matches.")


def test_the_emoji_are_loaded_when_the_panel_is_first_opened(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    asked = []
    tab.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    takes(tab)
    assert not [name for name in asked if name.startswith(ON_DEMAND)]
    for _time in range(2):
        opens_emoji(tab)
        tab.keyboard.press("Escape")
    assert len([name for name in asked if name.startswith(ON_DEMAND)]) == 2


def test_emoji_that_cannot_be_loaded_are_asked_for_again(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.route("**/emoji*.json", lambda route: route.abort(), times=1)
    tab.get_by_role("button", name="Emoji", exact=True).click()
    expect(tab.get_by_text("The emoji could not be loaded.")).to_be_visible()
    opens_emoji(tab)
