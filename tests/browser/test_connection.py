"""The pill that says how the desk is connected, and how the desk finds its way back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import bubbles, findings, opens, row, until

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "document.querySelector('live-stream')"


def connection(tab):
    return tab.locator("connection-pill")


def test_a_lost_network_is_said_with_its_time_and_the_desk_catches_up_when_it_is_back(
    sit_down, mona_writes, stack, ana
):
    tab = sit_down(ana)
    opens(tab)
    tab.context.set_offline(True)
    expect(connection(tab)).to_have_text(re.compile(r"^Offline since \d+:\d\d"))
    assert findings(tab) == []
    stack.say(mona_writes, text="Are you there?")
    tab.context.set_offline(False)
    expect(bubbles(tab).last).to_contain_text("Are you there?")
    expect(connection(tab)).to_have_text("")


def test_the_pill_stays_until_the_stream_is_open_also_when_the_page_is_looked_at_again(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    until(tab, lambda: tab.evaluate(f"{STREAM}.source?.readyState === EventSource.OPEN"))
    tab.route("**/live/", lambda route: route.abort())
    tab.evaluate(f"{STREAM}.reconnect()")
    expect(connection(tab)).to_contain_text("Reconnecting since")
    with tab.expect_response("**/queue/**"):
        tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(row(tab)).to_be_visible()
    expect(connection(tab)).to_contain_text("Reconnecting since")
    tab.unroute("**/live/")
    expect(connection(tab)).to_have_text("")


def test_a_stream_that_has_been_silent_during_a_sleep_is_opened_anew(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    until(tab, lambda: tab.evaluate(f"{STREAM}.source?.readyState === EventSource.OPEN"))
    tab.evaluate(f"window.oldStream = {STREAM}.source; {STREAM}.source.onmessage = null; {STREAM}.heardAt -= 60_000")
    until(tab, lambda: tab.evaluate(f"{STREAM}.source !== window.oldStream"))
    stack.say(mona_writes, text="Good morning")
    expect(bubbles(tab).last).to_contain_text("Good morning")
    expect(connection(tab)).to_have_text("")


def test_a_desk_whose_scripts_cannot_be_loaded_says_that_it_is_not_live(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    tab.route("**/js/*", lambda route: route.abort())
    tab.reload()
    link = connection(tab).get_by_role("link", name="Not live: load the page again")
    expect(link).to_be_visible()
    tab.unroute("**/js/*")
    link.click()
    expect(row(tab)).to_be_visible()
    expect(connection(tab)).to_have_text("")


def test_a_slow_answer_is_said_while_it_is_awaited(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    held = []
    tab.route(re.compile(r"/conversations/\d+/$"), lambda route: held.append(route), times=1)
    row(tab).click()
    expect(connection(tab)).to_have_text("Slow connection")
    until(tab, lambda: held)
    held[0].continue_()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(connection(tab)).to_have_text("")


def test_a_heartbeat_keeps_a_quiet_stream_open(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    until(tab, lambda: tab.evaluate(f"{STREAM}.source?.readyState === EventSource.OPEN"))
    tab.evaluate(f"{STREAM}.heardAt = 0; window.kept = {STREAM}.source; {STREAM}.timers.forEach(clearInterval)")
    until(tab, lambda: tab.evaluate(f"{STREAM}.heardAt > 0"), seconds=40)
    assert tab.evaluate(f"{STREAM}.source === window.kept")
