"""The check of a device: its words for each browser, and the test that the console pushes to it."""

import time

import pytest

from console.device_check.checks import checks
from console.models import PushSubscription
from console.new_keys import vapid_private_key
from tests.console.push_service import PushService, subscribes

pytestmark = pytest.mark.django_db
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = f"{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
EDGE = f"{CHROME} Edg/156.0"
FIREFOX = f"{WINDOWS[:-1]}; rv:150.0) Gecko/20100101 Firefox/150.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"


@pytest.fixture
def push_service(settings):
    settings.VAPID_PRIVATE_KEY, settings.PUSH_HOSTS = vapid_private_key(), ["127.0.0.1"]
    with PushService() as service:
        yield service


@pytest.fixture
def device(anas_browser, push_service):
    """Ana's phone is subscribed."""
    assert subscribes(anas_browser, push_service).status_code == 204
    return PushSubscription.objects.get()


def sentence(user_agent, name, outcome, is_push_offered=True):
    found = {check.name: check.outcomes for check in checks(user_agent, is_push_offered)}
    return found[name][outcome]


@pytest.mark.parametrize(
    ("user_agent", "name", "outcome", "words"),
    [
        (CHROME, "permission", "denied", "open Site settings"),
        (EDGE, "permission", "denied", "press the lock before the address"),
        (FIREFOX, "permission", "denied", "Firefox blocks notifications"),
        (SAFARI, "permission", "denied", "Settings, Websites, Notifications"),
        (IPHONE, "push", "unable", "add the console to the home screen"),
        (IPHONE, "sound", "unheard", "silent mode"),
        (FIREFOX, "sound", "unheard", "Autoplay"),
        (SAFARI, "sound", "unheard", "auto-play"),
        (CHROME, "sound", "silent", "chosen to hear no sound"),
        (CHROME, "push", "fine", "Notifications in Windows"),
        (SAFARI, "clock", "behind", "System Settings of the Mac"),
        (FIREFOX, "storage", "memory", "when Firefox is closed"),
    ],
)
def test_the_page_says_what_to_do_in_the_browser_and_system_at_hand(user_agent, name, outcome, words):
    assert words in sentence(user_agent, name, outcome)


def test_a_console_without_a_key_for_push_is_named_as_the_reason():
    assert "not set up" in sentence(CHROME, "push", "unsubscribed", is_push_offered=False)
    assert "subscribe it" in sentence(CHROME, "push", "unsubscribed")


def test_each_check_of_the_page_has_words_for_its_good_outcome(anas_browser):
    page = anas_browser.get("/check-device/").text
    names = ["sound", "permission", "worker", "push", "live", "clock", "storage"]
    assert [name for name in names if f'data-check="{name}" data-' in page] == names
    assert page.count(" data-fine=") == len(names) + 1  # and that of the result


def test_the_server_answers_its_time_in_milliseconds(anas_browser):
    before = time.time() * 1000
    assert before - 1 <= anas_browser.get("/check-device/time/").json()["now"] <= time.time() * 1000 + 1


def test_a_test_is_pushed_to_the_device_that_asks_under_its_name(device, push_service):
    PushSubscription.objects.filter(pk=device.pk).push_test("17")
    [payload] = push_service.shown
    assert (payload["title"], payload["news"], payload["agent"]) == ("Test notification", "17", device.agent_id)


def test_a_device_can_ask_for_a_test(device, push_service, anas_browser):
    answer = anas_browser.post("/check-device/push-test/", {"endpoint": push_service.endpoint, "test": "17"})
    assert answer.status_code == 204


def test_nobody_can_have_the_device_of_a_colleague_tested(device, push_service, bens):
    answer = bens.post("/check-device/push-test/", {"endpoint": push_service.endpoint, "test": "17"})
    assert answer.status_code == 404


def test_no_test_is_pushed_to_a_device_on_which_its_agent_is_logged_out(device, push_service, anas_browser):
    anas_browser.logout()
    PushSubscription.objects.filter(pk=device.pk).push_test("17")
    assert push_service.received == []


def test_the_page_is_reached_from_the_menu_of_the_desk_and_from_that_of_calls(anas_browser):
    for path in ("/", "/calls/"):
        assert 'href="/check-device/"' in anas_browser.get(path).text
