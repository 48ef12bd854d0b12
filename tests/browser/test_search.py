"""Search over everything said: an agent finds what a customer said, and opens the thread there, by keys or by taps."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Attachment, Conversation, Label, Message
from tests.browser.desk import PHONE, composer, findings, opens, row, tab_to, until
from tests.conftest import known_customer

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = "Order 4711 never came, where is my parcel?"


@pytest.fixture
def long_talk(mona_writes, bluebird, ana):
    """A thread of many pages, with what Mona asked at its begin; and Paul, who asks for a parcel too."""
    conversation = Conversation.objects.get(customer__psid=mona_writes)
    begin = timezone.now() - timedelta(days=3)
    texts = [LONG_AGO, *(f"line {number}" for number in range(100)), "Thank you for the parcel <b>today</b>"]
    add(conversation, texts, begin)
    paul = known_customer(bluebird, "4242", "Paul Adler").conversation
    add(paul, ["Is the parcel on its way?"], begin)
    Label.objects.create(name="Refund").conversations.add(paul)
    return conversation


def add(conversation, texts, begin):
    messages = Message.objects.bulk_create(
        Message(
            conversation=conversation,
            page=conversation.page,
            is_incoming=True,
            state="received",
            text=text,
            mid=f"m_{conversation.pk}_{number}",
            at=begin + timedelta(minutes=number),
            revision=0,
        )
        for number, text in enumerate(texts)
    )
    Attachment.objects.create(message=messages[0], kind="file", title="parcel label.pdf", file="none.pdf")


def field(tab):
    return tab.get_by_role("searchbox", name="Search everything said")


def results(tab):
    return tab.get_by_role("region", name="Results")


def picture(tab, name):
    if folder := os.environ.get("PICTURES"):
        tab.screenshot(path=f"{folder}/{name}.png")


def test_an_agent_finds_a_message_by_keys_and_opens_the_thread_there(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab.keyboard.press("/")
    expect(field(tab)).to_be_focused()
    expect(results(tab)).to_contain_text("from:ana")
    picture(tab, "operators")
    tab.keyboard.type("4711")
    expect(results(tab).locator("mark")).to_have_text(["4711"])
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(tab.locator(".message", has_text=LONG_AGO)).to_be_focused()
    expect(tab.locator(".message", has_text=LONG_AGO)).to_be_in_viewport()
    picture(tab, "opened")
    tab.keyboard.press("Control+f")
    expect(field(tab)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(results(tab)).to_be_hidden()
    expect(tab.get_by_role("navigation", name="Conversations")).to_be_visible()


def test_a_second_ctrl_f_is_for_the_browser(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab.evaluate(
        "document.addEventListener('keydown', (event) => (document.body.dataset.prevented = event.defaultPrevented))"
    )
    tab.keyboard.press("Control+f")
    expect(field(tab)).to_be_focused()
    expect(tab.locator("body")).to_have_attribute("data-prevented", "true")
    tab.keyboard.press("Control+f")
    expect(tab.locator("body")).to_have_attribute("data-prevented", "false")


def test_an_agent_who_tabs_past_the_field_comes_to_the_queue(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab_to(tab, field(tab))
    expect(results(tab)).to_be_hidden()
    tab_to(tab, row(tab))


def test_a_slash_in_a_reply_is_written(sit_down, long_talk, ana):
    long_talk.take(ana)
    tab = sit_down(ana)
    opens(tab)
    composer(tab).click()
    tab.keyboard.type("1/2")
    expect(composer(tab)).to_have_value("1/2")


def test_a_message_of_the_open_thread_is_shown_without_loading_it_again(sit_down, long_talk, ana):
    tab = sit_down(ana)
    opens(tab)
    field(tab).fill("thank")
    loaded = []
    tab.on("request", lambda request: loaded.append(request.url) if request.url.endswith(f"/{long_talk.pk}/") else None)
    results(tab).get_by_role("link", name="Thank you").click()
    expect(tab.locator(".message", has_text="Thank you for the parcel <b>today</b>")).to_be_focused()
    assert loaded == []


def test_an_operator_is_put_into_the_field(sit_down, long_talk, ana):
    tab = sit_down(ana)
    field(tab).fill("parcel")
    field(tab).fill("")
    results(tab).get_by_role("button", name="with:mona").click()
    expect(field(tab)).to_be_focused()
    tab.keyboard.type("paul parcel")
    expect(results(tab).locator("mark").first).to_be_visible()
    expect(results(tab)).not_to_contain_text("Thank you")
    expect(results(tab)).to_contain_text("Is the parcel on its way?")
    field(tab).fill("before:tomorrow")
    expect(results(tab).get_by_role("alert")).to_contain_text("“before:tomorrow” is not a date")
    field(tab).fill("xylophone")
    expect(results(tab)).to_contain_text("Nothing found for “xylophone”")
    picture(tab, "nothing")


def test_a_search_that_the_console_does_not_answer_says_so(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab.route("**/search/?*", lambda route: route.abort())
    field(tab).fill("parcel")
    expect(tab.get_by_role("alert").filter(has_text="The console did not answer")).to_be_visible()
    tab.unroute("**/search/?*")
    field(tab).press("Enter")
    expect(results(tab)).to_contain_text("Thank you")
    expect(tab.get_by_role("alert").filter(has_text="The console did not answer")).to_be_hidden()


def test_escape_brings_the_queue_back_although_nothing_of_the_search_could_be_loaded(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab.context.set_offline(True)
    field(tab).fill("parcel")
    expect(tab.get_by_role("alert").filter(has_text="The console did not answer")).to_be_visible()
    expect(row(tab)).to_be_hidden()
    field(tab).press("Escape")
    expect(row(tab)).to_be_visible()
    tab.context.set_offline(False)
    field(tab).fill("parcel today")
    expect(results(tab)).to_contain_text("Thank you")
    field(tab).press("ArrowDown")
    expect(results(tab).get_by_role("link").first).to_be_focused()


def test_an_operator_is_put_in_once_although_several_keys_called_for_the_search(sit_down, long_talk, ana):
    tab = sit_down(ana)
    held = []
    tab.route("**/js/search-results*.js", lambda route: held.append(route))
    field(tab).fill("parcel")
    field(tab).fill("")
    until(tab, lambda: held)
    for route in held:
        route.continue_()
    results(tab).get_by_role("button", name="with:mona").click()
    expect(field(tab)).to_be_focused()
    until(tab, lambda: field(tab).input_value())
    assert field(tab).input_value().count("with:") == 1


def test_what_is_typed_first_is_searched_for_once(sit_down, long_talk, ana):
    tab = sit_down(ana)
    searches = []
    tab.on("request", lambda request: searches.append(request.url) if "/search/?" in request.url else None)
    field(tab).fill("line")
    expect(results(tab).locator(".search-hit")).to_have_count(30)
    tab.wait_for_timeout(500)  # longer than the field waits for the next key
    assert len(searches) == 1


def test_further_results_follow_on_request(sit_down, long_talk, ana):
    tab = sit_down(ana)
    field(tab).fill("line")
    hits = results(tab).locator(".search-hit")
    expect(hits).to_have_count(30)
    # Before htmx knows it, the link leads to a page of its own.
    results(tab).locator("a[data-htmx-powered]", has_text="More results").click()
    until(tab, lambda: hits.count() > 30)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_an_agent_finds_a_message_and_opens_it_by_a_tap(sit_down, long_talk, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    name = f"{scheme}-{tab.viewport_size['width']}"
    field(tab).click()
    expect(results(tab)).to_contain_text("Narrow it down")
    assert findings(tab) == []
    picture(tab, f"empty-{name}")
    field(tab).fill("parcel")
    expect(results(tab)).to_contain_text("Thank you for the parcel <b>today</b>")
    expect(results(tab)).to_contain_text("Paul Adler")
    assert findings(tab) == []
    picture(tab, f"results-{name}")
    results(tab).get_by_role("link", name="Order 4711").click()
    expect(tab.locator(".message", has_text=LONG_AGO)).to_be_in_viewport()
    picture(tab, f"message-{name}")


def test_the_page_of_results_leads_to_the_message_without_the_desk(sit_down, long_talk, ana):
    tab = sit_down(ana)
    tab.goto("/search/?q=4711")
    assert findings(tab) == []
    tab.get_by_role("link", name="Order 4711").click()
    expect(tab.locator(".message", has_text=LONG_AGO)).to_be_in_viewport()
