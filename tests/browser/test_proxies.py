"""Proxies between the desk and the console: one whose console restarts, and a portal that requires a log-in."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import bubbles, opens, row, says, takes, until

pytestmark = pytest.mark.django_db(transaction=True)


def stands_between(tab, status):
    """Somebody else's page is the answer to all that the desk asks for."""
    page = {"status": status, "content_type": "text/html", "body": "<title>Oops</title><h1>Bad gateway</h1>"}
    is_asked = {"xhr", "fetch"}
    tab.route(
        "**/*",
        lambda route: route.fulfill(**page) if route.request.resource_type in is_asked else route.continue_(),
    )


def asks_for_all(tab):
    with tab.expect_response("**/queue/**"):
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('live-hello'))")


def connection(tab):
    """Return the pill that says what is wrong with the connection."""
    return tab.locator("connection-pill")


@pytest.mark.parametrize("status", [502, 200, 404])
def test_a_page_of_a_proxy_is_never_shown_and_the_desk_reconnects(status, sit_down, mona_writes, ana):
    tab = sit_down(ana)
    stands_between(tab, status)
    row(tab).click()
    expect(connection(tab)).to_contain_text("No answer since")
    asks_for_all(tab)
    expect(tab.get_by_text("Bad gateway")).to_have_count(0)
    expect(row(tab)).to_be_visible()
    tab.unroute("**/*")
    expect(connection(tab)).to_have_text("")
    opens(tab)


def test_buttons_stay_usable_after_a_proxy_answered_an_action(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    stands_between(tab, 502)
    tab.get_by_role("button", name="Take").click()
    expect(connection(tab)).to_contain_text("No answer since")
    tab.unroute("**/*")
    takes(tab)


def test_a_thread_continues_after_a_proxy_answered_its_requests(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    stands_between(tab, 200)
    asks_for_all(tab)
    tab.unroute("**/*")
    stack.say(mona_writes, text="Are you there?")
    expect(bubbles(tab).filter(has_text="Are you there?")).to_be_visible()
    says(tab, "Yes")
    until(tab, lambda: stack.texts(mona_writes) == ["Yes"])
