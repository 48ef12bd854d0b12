"""The check of a device: an agent sees what works there, and what to do about the rest.

No headless browser has a push service. The test's own takes its place, and the worker is given what it received.
"""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from console.models import PushSubscription
from tests.browser.desk import PHONE, findings, until
from tests.browser.service_worker import Worker
from tests.console.push_service import PushService

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED = "Object.defineProperty(Notification, 'permission', { get: () => window.permission ?? 'granted' });"
SUBSCRIBED = "PushManager.prototype.getSubscription = async () => ({ endpoint: '%s' });"
SLOW = "const now = Date.now; Date.now = () => now() - 60_000;"
NO_STORAGE = "indexedDB.open = () => { throw new Error('private'); };"


@pytest.fixture
def sit_down(sit_down):
    return partial(sit_down, service_workers="allow")


def checked(tab, name):
    return tab.locator(f"[data-check={name}]")


def result(tab):
    return tab.get_by_role("status").first


def check(tab):
    tab.goto("/check-device/")
    expect(result(tab)).to_have_text(re.compile("attention|works"))


@pytest.fixture
def device(sit_down, ana):
    """Open Ana's desk with this script in the browser."""

    def sit(*scripts, **options):
        tab = sit_down(ana, **options)
        for script in scripts:
            tab.context.add_init_script(script)
        return tab

    return sit


def test_i_check_from_the_menu_what_works_on_this_device(device):
    tab = device(ALLOWED)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("link", name="Check this device").click()
    for name, words in [
        ("permission", "may show notifications"),
        ("worker", "is there"),
        ("live", "News comes to the desk at once"),
        ("clock", "is right, to 0"),
        ("storage", "There is room for"),
    ]:
        expect(checked(tab, name)).to_contain_text(words)
    expect(checked(tab, "push")).to_contain_text("subscribe it under Sounds and notifications")
    expect(result(tab)).to_have_text("1 of these needs your attention.")


def test_i_say_whether_there_was_a_sound(device):
    tab = device()
    check(tab)
    sound = checked(tab, "sound")
    sound.get_by_role("button", name="Play the sound").click()
    sound.get_by_role("button", name="I heard nothing").click()
    expect(sound).to_contain_text("Turn up the volume")
    sound.get_by_role("button", name="I heard it").click()
    expect(sound).to_contain_text("You hear it when the console calls you.")


@pytest.fixture
def subscribed(sit_down, ana):
    """Ana's browser is subscribed at a push service, to which the console pushes the tests."""
    with PushService() as service:
        tab = sit_down(ana)
        session = next(cookie["value"] for cookie in tab.context.cookies() if cookie["name"] == "sessionid")
        PushSubscription.objects.subscribe(ana, session, service.endpoint, **service.keys)
        tab.context.add_init_script(ALLOWED + SUBSCRIBED % service.endpoint)
        yield tab, service


def test_a_test_notification_goes_through_the_push_service_to_the_worker_and_back_to_the_page(subscribed):
    tab, service = subscribed
    worker = Worker(tab)
    tab.goto("/check-device/")
    until(tab, lambda: service.received)
    worker.push(service.shown[0])
    expect(checked(tab, "push")).to_contain_text("A test notification was here after")
    assert [shown["title"] for shown in worker.shown] == ["Test notification"]


def test_a_test_notification_that_does_not_arrive_is_said_after_a_while(subscribed):
    tab, service = subscribed
    tab.goto("/check-device/")
    expect(checked(tab, "push")).to_contain_text("No test notification arrived within 15 s. A firewall")
    assert service.received


def test_a_device_that_the_console_has_forgotten_has_to_subscribe_anew(subscribed):
    tab, _service = subscribed
    PushSubscription.objects.all().delete()
    check(tab)
    expect(checked(tab, "push")).to_contain_text("The console no longer knows this device")


def test_i_read_what_is_wrong_with_permission_clock_and_storage_on_this_device(device):
    tab = device(ALLOWED, "window.permission = 'denied';", SLOW, NO_STORAGE)
    check(tab)
    expect(checked(tab, "permission")).to_contain_text("blocks notifications")
    expect(checked(tab, "clock")).to_contain_text("is 60 s slow")
    expect(checked(tab, "storage")).to_contain_text("keeps no reply that has not been sent")


def test_a_stream_that_does_not_open_is_said_and_checked_again_when_i_want(device):
    tab = device()
    tab.route("**/live/", lambda route: route.abort())
    check(tab)
    expect(checked(tab, "live")).to_contain_text("No live connection within 10 s")
    tab.unroute("**/live/")
    tab.get_by_role("button", name="Check again").click()
    expect(checked(tab, "live")).to_contain_text("News comes to the desk at once")


def test_the_connection_pill_leads_to_the_check_beside_the_desk(device):
    tab = device()
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('connection-pill'))"))
    tab.evaluate("dispatchEvent(new Event('offline'))")
    with tab.context.expect_page() as opened:
        tab.locator("connection-pill").get_by_role("link", name="Offline since").click()
    expect(opened.value.get_by_role("heading", level=1, name="Check this device")).to_be_visible()
    expect(tab.locator("#queue")).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE | {"color_scheme": "dark"}], ids=["desktop", "dark phone"])
def test_the_page_fits_and_is_accessible(device, options):
    tab = device(**options)
    check(tab)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
