"""Verbs that fail or take long: said where they were pressed."""

import pytest
from playwright.sync_api import expect

from agents.models import Agent
from console.models import Conversation, Customer, HandoverRules
from tests.browser.desk import ASK_FOR_HEADER, opens, takes, until
from tests.conftest import CONSOLE_URL

pytestmark = pytest.mark.django_db(transaction=True)


def fails(tab, status):
    tab.route("**/close/", lambda route: route.fulfill(status=status, body="Bad gateway"), times=1)


def test_a_verb_that_fails_says_so_where_it_was_pressed_and_can_be_tried_again(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    for status in (500, 502, 403, 404):
        fails(tab, status)
        tab.get_by_role("button", name="Close").click()
        expect(tab.locator("#header").get_by_role("alert")).to_have_text("The console did not answer. Try again.")
    tab.context.set_offline(True)
    tab.get_by_role("button", name="Close").click()
    expect(tab.locator("#header").get_by_role("alert")).to_have_text("The console did not answer. Try again.")
    tab.context.set_offline(False)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    expect(tab.locator("#header").get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 1440])
def test_a_long_name_has_room_beside_the_verbs(width, sit_down, mona_writes, bluebird, ana):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")  # one more verb: hand back
    Agent.objects.filter(pk=ana.pk).update(language="de")
    Customer.objects.update(name="Maximiliane Schwarzenberger-Oberhuber")
    tab = sit_down(ana, viewport={"width": width, "height": 720})
    tab.goto(f"/conversations/{Conversation.objects.get().pk}/")
    tab.get_by_role("button", name="Annehmen").click()
    expect(tab.get_by_role("button", name="Schließen", exact=True)).to_be_visible()
    assert tab.locator(".header-who").bounding_box()["width"] >= 200


def test_the_sentence_about_a_verb_that_failed_leaves_the_header_its_room(sit_down, mona_writes, ana):
    tab = sit_down(ana, viewport={"width": 1440, "height": 900})
    takes(tab)
    who = tab.locator(".header-who")
    width = who.bounding_box()["width"]
    fails(tab, 502)
    tab.get_by_role("button", name="Close").click()
    expect(tab.locator("#header").get_by_role("alert")).to_be_visible()
    assert who.bounding_box()["width"] > width - 40  # px: the gap and the padding of an empty box


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_sentence_about_a_form_that_failed_to_open_is_whole_and_moves_no_verb(width, sit_down, mona_writes, ana):
    tab = sit_down(ana, viewport={"width": width, "height": 900})
    takes(tab)
    close = tab.get_by_role("button", name="Close", exact=True)
    place = close.bounding_box()
    assert place["x"] + place["width"] <= width
    tab.route("**/transfer/**", lambda route: route.abort())
    tab.route("**/label/", lambda route: route.abort())
    if tab.get_by_role("button", name="More", exact=True).is_visible():
        tab.get_by_role("button", name="More", exact=True).click()
    tab.get_by_role("link", name="Transfer…").click()
    sentence = tab.locator("#verbs-menu").get_by_role("alert")
    expect(sentence).to_be_visible()
    assert is_whole(sentence)
    tab.keyboard.press("Escape")
    assert close.bounding_box()["x"] == place["x"]
    tab.get_by_role("link", name="Label…").click()
    sentence = tab.locator(".header-labels").get_by_role("alert")
    expect(sentence).to_be_visible()
    assert is_whole(sentence)


def is_whole(sentence):
    """Return whether all words are inside the window, and none is cut off."""
    return sentence.evaluate(
        """element => element.scrollWidth <= element.clientWidth
            && element.getBoundingClientRect().right <= innerWidth"""
    )


def test_the_sentence_about_a_verb_that_failed_goes_once_another_one_succeeds(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab, 502)
    tab.get_by_role("button", name="Close").click()
    alert = tab.locator("#header").get_by_role("alert")
    expect(alert).to_have_text("The console did not answer. Try again.")
    tab.get_by_role("button", name="Present").click()
    expect(tab.get_by_role("button", name="Away")).to_be_visible()
    expect(alert).to_have_count(0)


def test_the_sentence_about_a_verb_that_failed_goes_once_the_network_is_back(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    tab.get_by_role("button", name="Close").click()
    alert = tab.locator("#header").get_by_role("alert")
    expect(alert).to_have_text("The console did not answer. Try again.")
    tab.context.set_offline(False)
    expect(alert).to_have_count(0)


def test_the_sentence_about_a_verb_that_failed_stays_when_the_header_is_read_again(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab, 502)
    tab.get_by_role("button", name="Close").click()
    alert = tab.locator("#header").get_by_role("alert")
    expect(alert).to_have_text("The console did not answer. Try again.")
    with tab.expect_response("**/header/**"):
        tab.evaluate(ASK_FOR_HEADER)
    tab.wait_for_timeout(200)
    expect(alert).to_have_text("The console did not answer. Try again.")


def test_the_sentence_about_a_verb_that_failed_stays_when_one_that_was_pressed_before_it_succeeds(
    sit_down, mona_writes, ana
):
    tab = sit_down(ana)
    takes(tab)
    held = []
    tab.route("**/away/", lambda route: held.append(route))
    tab.get_by_role("button", name="Present").click()
    until(tab, lambda: held)
    fails(tab, 502)
    tab.get_by_role("button", name="Close").click()
    alert = tab.locator("#header").get_by_role("alert")
    expect(alert).to_have_text("The console did not answer. Try again.")
    held[0].continue_()
    expect(tab.get_by_role("button", name="Away")).to_be_visible()
    tab.wait_for_timeout(200)
    expect(alert).to_have_text("The console did not answer. Try again.")


def test_the_sentence_about_a_verb_whose_answer_was_lost_goes_once_the_header_changes(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.route("**/close/", lambda route: (route.fetch(), route.abort()), times=1)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    expect(tab.locator("#header").get_by_role("alert")).to_have_count(0)


def test_a_verb_works_after_a_log_in_in_another_tab_which_changed_the_token(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.context.add_cookies([{"name": "csrftoken", "value": "0123456789abcdef" * 2, "url": CONSOLE_URL}])
    tab.get_by_role("button", name="Take").click()
    expect(tab.get_by_role("button", name="Close")).to_be_visible()


def test_a_busy_button_cannot_be_pressed_twice(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    held = []
    tab.route("**/close/", lambda route: held.append(route))
    close = tab.get_by_role("button", name="Close")
    close.click()
    expect(tab.locator("#verb-close")).to_have_attribute("aria-busy", "true")
    with tab.expect_response("**/header/**"):
        tab.evaluate(ASK_FOR_HEADER)
    tab.wait_for_timeout(200)
    close.click()
    tab.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
