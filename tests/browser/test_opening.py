"""Opening a conversation over a slow network, or none: its row shows it, and the one before takes no click."""

import re

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import composer, opens, row, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

ANY = re.compile(r"/conversations/\d+/$")


@pytest.fixture
def jonas_writes(stack, mona_writes):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    return eventually(lambda: Conversation.objects.filter(customer__name="Jonas Brandt").first())


def held(tab, address=ANY):
    """Hold up the answers from this address; return them as they come."""
    routes = []
    tab.route(address, lambda route: routes.append(route))
    return routes


def complaint(tab):
    return tab.get_by_role("navigation", name="Conversations").get_by_role("alert")


def test_a_row_shows_that_its_conversation_is_being_opened_and_the_one_before_takes_no_click(
    sit_down, jonas_writes, ana
):
    tab = sit_down(ana)
    takes(tab)
    routes = held(tab)
    row(tab, "Jonas Brandt").click()
    until(tab, lambda: routes)
    expect(row(tab, "Jonas Brandt")).to_have_attribute("aria-busy", "true")
    assert composer(tab).evaluate("(field) => !!field.closest('[inert]')")
    routes[0].continue_()
    expect(tab.get_by_role("heading", level=1, name="Jonas Brandt")).to_be_visible()
    expect(row(tab, "Jonas Brandt")).not_to_have_attribute("aria-busy", "true")
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_focused()


def test_of_two_conversations_that_are_being_opened_the_last_one_comes(sit_down, jonas_writes, ana):
    tab = sit_down(ana)
    routes = held(tab, f"**/conversations/{jonas_writes.pk}/")
    row(tab, "Jonas Brandt").click()
    until(tab, lambda: routes)
    opens(tab)
    routes[0].continue_()
    tab.wait_for_timeout(500)
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(row(tab, "Jonas Brandt")).not_to_have_attribute("aria-busy", "true")
    expect(complaint(tab)).to_have_count(0)


def test_a_conversation_that_cannot_be_opened_says_so_at_its_row_and_the_one_before_can_be_used(
    sit_down, jonas_writes, ana
):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    row(tab, "Jonas Brandt").click()
    expect(complaint(tab)).to_have_text("The console did not answer. Try again.")
    composer(tab).fill("Meanwhile to Mona")
    tab.context.set_offline(False)
    opens(tab, "Jonas Brandt")
    expect(complaint(tab)).to_have_count(0)
