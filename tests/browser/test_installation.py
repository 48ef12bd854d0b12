"""The console as an app: Chromium would install it, and it has something to show while the device is offline."""

import json

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Message
from tests.browser.conftest import session_of
from tests.browser.desk import composer, findings, says, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CONTROLLED = "Boolean(navigator.serviceWorker.controller)"
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) found.push(...(await (await caches.open(name)).keys()));
    return found.map(({ url }) => new URL(url).pathname);
}"""

ENTER = """(agent) => new Promise((resolve) => {
    indexedDB.open("outbox", 1).onsuccess = ({ target: { result } }) => {
        const change = result.transaction("entries", "readwrite");
        const entry = { agent, conversation: "0", customer: "Mona Weber", text: "Tomorrow.", url: "/nowhere/" };
        change.objectStore("entries").add(entry);
        change.oncomplete = resolve;
    };
})"""


@pytest.fixture
def desk(sit_down):
    """Open the desk of an agent in a browser with a service worker, which is there some seconds after the page."""

    def sit(agent):
        tab = sit_down(agent, service_workers="allow")
        until(tab, lambda: tab.evaluate(CONTROLLED))
        return tab

    return sit


def unsent(tab):
    return tab.get_by_role("region", name="Waiting on this device").get_by_role("listitem")


def heading(tab):
    return tab.get_by_role("heading", level=1)


def test_chromium_finds_nothing_that_keeps_the_console_from_being_installed(desk, ana):
    tab = desk(ana)
    browser = tab.context.new_cdp_session(tab)
    found = browser.send("Page.getAppManifest")
    assert found["errors"] == [] and json.loads(found["data"])["display"] == "standalone"
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_replies_that_wait_stay_visible_while_i_am_offline_and_are_sent_when_i_am_online(desk, mona_writes, ana):
    tab = desk(ana)
    takes(tab)
    tab.context.set_offline(True)
    says(tab, "It comes <tomorrow>.")
    expect(composer(tab)).to_have_value("")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.reload()
    expect(heading(tab)).to_have_text("The console cannot be reached")
    expect(unsent(tab)).to_have_text(["Mona Weber" + "It comes <tomorrow>."])
    assert findings(tab) == []
    tab.context.set_offline(False)
    expect(heading(tab)).to_have_text("Mona Weber")
    eventually(lambda: Message.objects.filter(text="It comes <tomorrow>.", state__in=Message.GONE).exists())


def test_after_i_log_out_nobody_sees_my_pages_or_replies_on_this_device_while_it_is_offline(desk, mona_writes, ana):
    tab = desk(ana)
    takes(tab)
    address = tab.url
    tab.route("**/send/", lambda route: route.abort())
    says(tab, "It comes tomorrow.")
    expect(composer(tab)).to_have_value("")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
    until(tab, lambda: tab.evaluate("localStorage.getItem('agent') === null"))
    tab.context.set_offline(True)
    for path in (address, "/", "/calls/"):
        tab.goto(path)
        expect(heading(tab)).to_have_text("The console cannot be reached")
        tab.wait_for_timeout(300)
        expect(unsent(tab)).to_have_count(0)
        assert "Mona" not in tab.content() and "Ana" not in tab.content()


def test_the_next_agent_on_this_device_sees_their_own_desk_and_no_reply_of_mine(desk, ana, ben):
    tab = desk(ana)
    tab.evaluate(ENTER, str(ana.pk))
    tab.context.clear_cookies()
    tab.context.add_cookies([session_of(ben)])
    tab.goto("/")
    expect(tab.get_by_role("button", name="Ben Okafor")).to_be_visible()
    until(tab, lambda: tab.evaluate("localStorage.getItem('agent')") == str(ben.pk))
    tab.context.set_offline(True)
    tab.reload()
    expect(heading(tab)).to_have_text("The console cannot be reached")
    tab.wait_for_timeout(300)
    expect(unsent(tab)).to_have_count(0)


def test_the_worker_keeps_no_page_of_an_agent(desk, mona_writes, ana):
    tab = desk(ana)
    for path in ("/", f"/conversations/{Conversation.objects.get().pk}/", "/calls/"):
        tab.goto(path)
    kept = tab.evaluate(KEPT)
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
    assert len(kept) == 7


def test_the_desk_works_beside_the_worker(desk, mona_writes, stack, ana):
    tab = desk(ana)
    takes(tab)
    says(tab, "It comes tomorrow.")
    eventually(lambda: Message.objects.filter(text="It comes tomorrow.", state__in=Message.GONE).exists())
    tab.reload()
    expect(heading(tab)).to_have_text("Mona Weber")
    stack.say(mona_writes, text="Thank you!")
    expect(tab.get_by_role("log", name="Messages")).to_contain_text("Thank you!")


def test_a_tab_of_an_agent_whose_session_ended_leads_to_the_log_in_through_the_worker(desk, ana):
    tab = desk(ana)
    tab.context.clear_cookies()
    tab.goto("/calls/")
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
    tab.context.add_cookies([session_of(ana)])
    tab.goto("/calls/")
    expect(heading(tab)).to_have_text("Sounds and notifications")
