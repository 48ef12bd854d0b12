"""The API's documentation in a browser, under the console's own content security policy."""

import pytest
from playwright.sync_api import expect

from tests.conftest import CONSOLE_URL

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_docs_show_without_a_log_in_and_load_nothing_from_other_hosts(stack, browser):
    context = browser.new_context(base_url=CONSOLE_URL)
    tab = context.new_page()
    complaints, asked = [], []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto("/api/docs")
    expect(tab.get_by_role("heading", name="Handover")).to_be_visible()
    tab.get_by_text("Hand over to the queue").click()
    expect(tab.get_by_text("Wants a refund").first).to_be_visible()
    expect(tab.get_by_text("This conversation is with Ana R.").first).to_be_visible()
    assert complaints == []
    assert not [url for url in asked if not url.startswith((CONSOLE_URL, "data:"))]
    context.close()
