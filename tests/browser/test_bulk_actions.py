"""Bulk actions in the queue: by keyboard, by mouse and on a phone, while the queue changes."""

import os
import re

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from console.models import Conversation, Customer, Label, MergedCustomer, Moderation, SavedView
from tests.browser.desk import PHONE, findings, opens, row
from tests.conftest import held_by
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(bluebird, ana):
    return held_by(ana, bluebird, 3)


def box(tab, name):
    return tab.locator("#queue").get_by_role("checkbox", name=name)


def bar(tab):
    return tab.get_by_role("region", name="Selected conversations")


def outcome(tab):
    return tab.locator("#undo undo-offer")


def is_focused_in_queue(tab):
    return tab.evaluate("document.activeElement.closest('#queue') !== null")


def select_by_keys(tab, first, count):
    """Press x on a row, and Shift+X on the one some rows below."""
    row(tab, first).focus()
    tab.keyboard.press("x")
    expect(bar(tab)).to_contain_text("1 selected")
    for _step in range(count - 1):
        tab.keyboard.press("j")
    tab.keyboard.press("Shift+X")
    expect(bar(tab)).to_contain_text(f"{count} selected")


def names(tab):
    return tab.locator("#section-mine .row-name").all_inner_texts()


def test_a_selected_customer_is_said_by_their_name_whatever_signs_it_has(sit_down, stack, held, ana):
    Customer.objects.filter(pk=held[0].customer_id).update(name="$& $` # @")
    tab = sit_down(ana)
    box(tab, "$& $` # @").check()
    expect(bar(tab).get_by_role("status")).to_have_text("$& $` # @ selected. 1 in all.")


def test_an_agent_selects_and_closes_many_by_keyboard_and_takes_all_back(sit_down, stack, held, ana):
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, names(tab)[0], 3)
    expect(bar(tab).get_by_role("status")).to_contain_text("selected. 3 in all.")
    tab.keyboard.press("e")
    expect(outcome(tab)).to_contain_text("Closed: 3")
    expect(bar(tab)).to_be_hidden()
    expect(tab.locator("#section-mine .row")).to_have_count(0)
    assert not Conversation.objects.open().exists()
    tab.keyboard.press("u")
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    expect(outcome(tab)).to_contain_text("Undone: 3")
    assert Conversation.objects.open().filter(agent=ana).count() == 3


def test_an_agent_selects_by_mouse_a_range_and_all_of_the_section(sit_down, stack, bluebird, ana):
    held_by(ana, bluebird, 30)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(25)
    first, *_others, third = names(tab)[:3]
    row(tab, first).hover()
    box(tab, first).check(force=True)
    expect(bar(tab)).to_contain_text("1 selected")
    row(tab, third).click(modifiers=["Shift"])
    expect(bar(tab)).to_contain_text("3 selected")
    assert len(tab.context.pages) == 1
    bar(tab).get_by_role("button", name="Select all of Mine").click()
    expect(bar(tab)).to_contain_text("30 selected")
    bar(tab).get_by_role("button", name="Close").click()
    expect(outcome(tab)).to_contain_text("Closed: 30")
    assert not Conversation.objects.open().exists()
    outcome(tab).get_by_role("button", name="Undo").click()
    expect(outcome(tab)).to_contain_text("Undone: 30")
    assert Conversation.objects.open().count() == 30


def test_a_conversation_whose_customer_wrote_meanwhile_stays_open_and_is_named(sit_down, stack, mona_writes, held, ana):
    mona = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    mona.take(ana)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(4)
    for name in ("Mona Weber", "Guest 01"):
        row(tab, name).focus()
        tab.keyboard.press("x")
        expect(box(tab, name)).to_be_checked()
    stack.say(mona_writes, text="Wait, one more thing")
    expect(row(tab)).to_contain_text("Wait, one more thing")
    expect(box(tab, "Mona Weber")).to_be_checked()
    bar(tab).get_by_role("button", name="Close").click()
    expect(outcome(tab)).to_contain_text("Closed: 1 · Not changed: 1")
    expect(outcome(tab)).to_contain_text("Mona Weber: Mona Weber just sent another message.")
    assert Conversation.objects.get(pk=mona.pk).is_open
    assert findings(tab) == []
    outcome(tab).get_by_role("link", name="Mona Weber").click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()


@pytest.mark.parametrize("selects_all", [False, True], ids=["one", "all"])
def test_a_conversation_selected_unopened_stays_open_if_its_customer_writes(
    sit_down, stack, mona_writes, held, ana, ben, selects_all
):
    mona = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    mona.take(ben)
    mona.see(ben)
    mona.transfer(ben, to=ana)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(4)
    select_by_keys(tab, "Guest 00" if selects_all else "Mona Weber", 1)
    if selects_all:
        bar(tab).get_by_role("button", name="Select all of Mine").click()
    expect(box(tab, "Mona Weber")).to_be_checked()
    stack.say(mona_writes, text="Wait, one more thing")
    expect(row(tab)).to_contain_text("Wait, one more thing")
    bar(tab).get_by_role("button", name="Close").click()
    expect(outcome(tab)).to_contain_text("Mona Weber just sent another message.")
    assert Conversation.objects.get(pk=mona.pk).is_open


def test_the_bar_names_the_section_of_a_row_that_has_gone(sit_down, stack, held, ana):
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, "Guest 00", 2)
    held[1].close(ana)
    expect(bar(tab)).to_contain_text("1 selected")
    bar(tab).get_by_role("button", name="Select all of Mine").click()
    expect(bar(tab)).to_contain_text("2 selected")


def test_all_conversations_of_a_saved_view_are_selected(sit_down, stack, held, ana):
    view = SavedView.objects.create(name="Tea", author=ana)
    tab = sit_down(ana)
    section = tab.locator(f"#section-view-{view.pk}")
    section.locator("summary").click()
    expect(section.locator(".row")).to_have_count(3)
    section.locator(".row").first.focus()
    tab.keyboard.press("x")
    bar(tab).get_by_role("button", name="Select all of Tea").click()
    expect(bar(tab)).to_contain_text("3 selected")


def test_a_selection_survives_changes_of_the_queue_and_loses_rows_that_go(sit_down, stack, held, ana, ben):
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, names(tab)[0], 3)
    with tab.expect_response(re.compile(r"/queue/")):
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('queue-incomplete'))")
    expect(bar(tab)).to_contain_text("3 selected")
    for name in ("Guest 00", "Guest 01", "Guest 02"):
        expect(box(tab, name)).to_be_checked()
    held[1].transfer(ana, to=ben)  # it goes on to Others
    held[2].close(ana)  # it goes
    expect(bar(tab)).to_contain_text("2 selected")
    expect(box(tab, "Guest 01")).to_be_checked()
    row(tab, "Guest 00").focus()
    tab.keyboard.press("Escape")
    expect(bar(tab)).to_be_hidden()
    expect(box(tab, "Guest 00")).not_to_be_checked()
    assert is_focused_in_queue(tab)


def test_the_forms_of_transfer_label_and_snooze_are_for_all_selected(sit_down, stack, held, ana, ben):
    Label.objects.create(name="VIP")
    held[0].labels.add(refund := Label.objects.create(name="Refund"))
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, names(tab)[0], 3)
    tab.keyboard.press("l")
    dialog = tab.get_by_role("dialog", name="Label the selected conversations")
    expect(dialog).to_be_visible()
    assert dialog.get_by_role("checkbox", name="Refund").evaluate("box => box.indeterminate")
    assert findings(tab) == []
    dialog.get_by_role("checkbox", name="VIP").check()
    dialog.get_by_role("button", name="Save").click()
    expect(outcome(tab)).to_contain_text("Labelled: 3")
    expect(tab.locator("#section-mine .label", has_text="VIP")).to_have_count(3)
    assert [*refund.conversations.all()] == [held[0]]
    select_by_keys(tab, names(tab)[0], 2)
    tab.keyboard.press("s")
    dialog = tab.get_by_role("dialog", name="Snooze the selected conversations")
    dialog.get_by_label("Until").fill("blue")
    dialog.get_by_role("button", name="Snooze").click()
    expect(dialog).to_contain_text("Write a moment")
    dialog.get_by_label("Until").fill("tomorrow 9:00")
    dialog.get_by_role("button", name="Snooze").click()
    expect(outcome(tab).last).to_contain_text("Snoozed: 2")
    expect(tab.locator("#section-mine .row")).to_have_count(1)
    select_by_keys(tab, names(tab)[0], 1)
    tab.keyboard.press("m")
    dialog = tab.get_by_role("dialog", name="Transfer the selected conversations")
    dialog.get_by_role("radio", name="Ben Okafor").check()
    dialog.get_by_role("button", name="Transfer").click()
    expect(outcome(tab).last).to_contain_text("Transferred: 1")
    assert Conversation.objects.filter(agent=ben).count() == 1


def test_a_key_in_the_open_conversation_is_for_that_conversation_alone(sit_down, stack, held, ana):
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, "Guest 00", 1)
    opens(tab, "Guest 01")
    tab.get_by_role("heading", level=1, name="Guest 01").focus()
    tab.keyboard.press("e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    assert Conversation.objects.get(pk=held[0].pk).is_open


def test_an_answer_that_does_not_come_leaves_the_rest_selected(sit_down, stack, bluebird, ana):
    held_by(ana, bluebird, 12)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(12)
    select_by_keys(tab, names(tab)[0], 12)
    asked = []

    def answer_once(route):
        asked.append(route)
        route.continue_() if len(asked) == 1 else route.abort()

    tab.route("**/bulk-actions/close/", answer_once)
    tab.keyboard.press("e")
    expect(outcome(tab)).to_contain_text("Closed: 10")
    expect(outcome(tab)).to_contain_text("The console did not answer for all.")
    expect(bar(tab)).to_contain_text("2 selected")
    assert Conversation.objects.open().count() == 2


def test_an_answer_that_breaks_off_leaves_a_bar_that_can_be_used(sit_down, stack, held, ana):
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, names(tab)[0], 1)
    tab.evaluate("() => void (Response.prototype.text = () => Promise.reject(new TypeError()))")
    tab.keyboard.press("e")
    expect(outcome(tab)).to_contain_text("The console did not answer for all.")
    expect(tab.locator("bulk-bar")).not_to_have_attribute("aria-busy", "true")


def test_a_form_that_is_refused_later_comes_after_the_outcomes_until_then(sit_down, stack, bluebird, ana):
    held_by(ana, bluebird, 12)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(12)
    select_by_keys(tab, names(tab)[0], 12)
    tab.keyboard.press("s")
    dialog = tab.get_by_role("dialog", name="Snooze the selected conversations")
    dialog.get_by_label("Until").fill("tomorrow 9:00")
    asked = []

    def refuse_second(route):
        asked.append(route)
        words = route.request.post_data
        route.continue_(post_data=words.replace("tomorrow", "blue") if len(asked) == 2 else words)

    tab.route("**/bulk-actions/snooze/", refuse_second)
    dialog.get_by_role("button", name="Snooze").click()
    expect(outcome(tab)).to_contain_text("Snoozed: 10")
    expect(dialog).to_contain_text("Write a moment")
    expect(bar(tab)).to_contain_text("2 selected")
    dialog.get_by_label("Until").fill("tomorrow 9:00")
    dialog.get_by_role("button", name="Snooze").click()
    expect(outcome(tab).last).to_contain_text("Snoozed: 2")


def test_no_more_than_so_many_are_selected_and_the_bar_says_so(sit_down, stack, bluebird, ana):
    held_by(ana, bluebird, 6)
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(6)
    first = names(tab)
    select_by_keys(tab, first[0], 1)
    tab.evaluate("document.querySelector('bulk-bar').dataset.mostSelected = 4")
    row(tab, first[4]).click(modifiers=["Shift"])
    expect(bar(tab)).to_contain_text("4 selected")
    expect(bar(tab).get_by_text("conversations can be selected at once").first).to_be_visible()
    expect(bar(tab).get_by_role("status")).to_contain_text("The others were left out.")
    expect(box(tab, first[3])).to_be_checked()
    expect(box(tab, first[4])).not_to_be_checked()
    bar(tab).get_by_role("button", name="Select all of Mine").click()
    expect(bar(tab)).not_to_have_attribute("aria-busy", "true")
    expect(bar(tab)).to_contain_text("4 selected")
    box(tab, first[0]).uncheck(force=True)
    expect(bar(tab)).to_contain_text("3 selected")
    expect(bar(tab).get_by_text("conversations can be selected at once").first).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_long_press_selects_on_a_phone(sit_down, stack, held, ana, scheme):
    tab = sit_down(ana, color_scheme=scheme, **PHONE)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    expect(tab.locator(".bulk-select")).to_have_count(3)
    expect(box(tab, "Guest 00")).to_be_hidden()
    spot = row(tab, "Guest 00").bounding_box()
    x, y = spot["x"] + 150, spot["y"] + 20
    touch = tab.context.new_cdp_session(tab)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(bar(tab)).to_contain_text("1 selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(box(tab, "Guest 00")).to_be_checked()
    box(tab, "Guest 01").tap()
    expect(bar(tab)).to_contain_text("2 selected")
    expect(tab.get_by_role("heading", level=1, name="Guest 00")).to_have_count(0)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/bulk-phone-{scheme}.png")
    bar(tab).get_by_role("button", name="Close").tap()
    expect(outcome(tab)).to_contain_text("Closed: 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_problem_with_a_selection(sit_down, stack, held, ana, scheme):
    tab = sit_down(ana, color_scheme=scheme, viewport={"width": 1440, "height": 900})
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, names(tab)[0], 2)
    assert findings(tab) == []
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/bulk-desktop-{scheme}.png")


def test_an_agent_merges_and_blocks_the_customers_of_selected_conversations(sit_down, stack, held, ana):
    ana.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    tab = sit_down(ana)
    expect(tab.locator("#section-mine .row")).to_have_count(3)
    select_by_keys(tab, "Guest 00", 2)
    bar(tab).get_by_role("button", name="Merge").click()
    dialog = tab.get_by_role("dialog", name="Merge the selected customers")
    expect(dialog).to_contain_text("Guest 01")
    assert findings(tab) == []
    dialog.get_by_role("button", name="Merge").click()
    expect(outcome(tab)).to_contain_text("Merged: 2")
    assert MergedCustomer.objects.count() == 2
    select_by_keys(tab, "Guest 00", 2)
    bar(tab).get_by_role("button", name="Block").click()
    dialog = tab.get_by_role("dialog", name="Block the selected customers")
    dialog.get_by_label("Block and report as spam").check()
    assert findings(tab) == []
    dialog.get_by_role("button", name="Block").click()
    expect(outcome(tab).last).to_contain_text("To be blocked: 2")
    assert set(Moderation.objects.values_list("action", flat=True)) == {"spam"}
