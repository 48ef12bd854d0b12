"""Passkeys, with a device of the browser's own; and the second step of the log-in by keys, on a phone."""

import time
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from agents.session_age import LOGGED_IN_AT
from agents.sessions import Session
from console.infrastructure.sessions import SessionStore
from console.second_factors.models import SecondFactor, make_recovery_codes
from tests.browser.conftest import session_of
from tests.browser.desk import until
from tests.conftest import CONSOLE_URL, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
HOST = CONSOLE_URL.replace("127.0.0.1", "localhost")  # browsers make no passkeys for an IP address
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def visit(stack, browser, ana):
    """Open a browser at the console's name, with a device that makes passkeys; return its tab."""
    ana.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # which the console knows too
    ana.save(update_fields=["password"])
    contexts = []

    def open_tab(is_known=False):
        context = browser.new_context(base_url=HOST, viewport=PHONE, service_workers="block")
        contexts.append(context)
        if is_known:
            context.add_cookies([session_of(ana) | {"url": HOST}])
        tab = context.new_page()
        devtools = context.new_cdp_session(tab)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def gives_password(tab, path="/"):
    tab.goto(path)
    tab.get_by_label("Username").fill("ana")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Confirm that it is you")).to_be_visible()


def fits(tab):
    return tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_agent_adds_a_passkey_and_logs_in_with_it(visit, ana):
    tab = visit(is_known=True)
    tab.goto("/second-factors/")
    tab.get_by_label("Name of a new passkey").fill("Blue key")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(tab.get_by_role("button", name="Remove Blue key")).to_be_visible()
    assert fits(tab)
    tab.context.clear_cookies()
    gives_password(tab, "/second-factors/")
    assert fits(tab)
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_role("heading", name="Second factor", exact=True)).to_be_visible()
    assert urlsplit(tab.url).path == "/second-factors/"
    assert ana.second_factors.get().used_at


def test_a_browser_without_the_passkey_says_so_and_a_recovery_code_lets_the_agent_in(visit, ana):
    tab = visit(is_known=True)
    tab.goto("/second-factors/")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    [code, *_others] = make_recovery_codes(ana)
    other = visit()
    gives_password(other, "/second-factors/")
    other.get_by_role("button", name="Use a passkey").click()
    expect(other.get_by_role("alert")).to_contain_text("The browser did not use a passkey.")
    other.get_by_label("Recovery code").fill(code)
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="Second factor", exact=True)).to_be_visible()


def test_a_passkey_that_a_copy_has_overtaken_does_not_log_in(visit, ana):
    tab = visit(is_known=True)
    tab.goto("/second-factors/")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    SecondFactor.objects.update(counter=1_000_000)
    tab.context.clear_cookies()
    gives_password(tab)
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_text("This did not work.")).to_be_visible()


def test_a_passkey_confirms_a_dangerous_act_which_goes_on(visit, ana):
    tab = visit(is_known=True)
    tab.goto("/second-factors/")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    logged_in_long_ago()
    tab.get_by_role("button", name="Make new recovery codes").click()
    expect(tab.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert fits(tab)
    assert '"userVerification": "required"' in tab.locator("passkey-form").get_attribute("data-options")
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def test_a_passkey_is_added_after_the_password_has_confirmed_it(visit, ana):
    tab = visit(is_known=True)
    tab.goto("/second-factors/")
    logged_in_long_ago()
    tab.get_by_label("Name of a new passkey").fill("Blue key")
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Remove Blue key")).to_be_visible()


def logged_in_long_ago():
    """Let all log-ins be an hour old."""
    for row in Session.objects.all():
        store = SessionStore(row.pk)
        store.update({LOGGED_IN_AT: time.time() - 3600})
        store.save()


def test_the_key_of_an_app_is_shown_as_a_picture_on_a_phone(visit):
    tab = visit(is_known=True)
    tab.goto("/second-factors/app/")
    until(tab, lambda: tab.get_by_role("img", name="QR code").evaluate("img => img.naturalWidth > 0"))
    assert fits(tab)
