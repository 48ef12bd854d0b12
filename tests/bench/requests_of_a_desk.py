"""Count the requests that a real browser makes while conversations of others change."""

import asyncio
import threading
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.bench.cast import AGENTS
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.chaos.desks import chromium

CHANGES, RATE = 100, 20
LOADED, SETTLE = 10_000, 4000  # ms; a desk loads the scripts that it may need later after five seconds


def count_requests(stack, cast):
    row = Row("requests of a desk for each change of another's", unit="", target="0")
    if not chromium():
        row.notes = ["not measured: there is no Chromium"]
        return row
    others = [conversation for number, conversation in enumerate(cast.conversations) if number % AGENTS][:CHANGES]
    questions = [cast.webhook(conversation, cast.text(), stack.port) for conversation in others]
    with _desk(stack, cast) as tab:
        tab.wait_for_timeout(LOADED)
        asked = []
        tab.on("request", lambda asking: asked.append(asking.url))
        changes = threading.Thread(target=lambda: asyncio.run(at_rate(stack.port, questions, RATE)))
        changes.start()
        tab.wait_for_timeout(CHANGES / RATE * 1000 + SETTLE)
        changes.join()
    row.rate, row.is_met = len(asked) / CHANGES, not asked
    row.notes = [f"{len(asked)} requests for {CHANGES} changes", *sorted({*asked})]
    return row


@contextmanager
def _desk(stack, cast):
    url = f"http://127.0.0.1:{stack.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=url)
        name, _equals, value = cast.cookies[0].partition(";")[0].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": url}])
        tab = context.new_page()
        tab.goto("/")
        yield tab
        browser.close()
