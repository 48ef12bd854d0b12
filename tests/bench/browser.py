"""Measure the desk in a browser: the bytes of the first view, when it is painted, how soon a key shows, and how soon a
conversation of a long list does.

The browser's processor is slowed as that of a cheap laptop. It is Chromium, of which CHROMIUM may be the path.
"""

import gzip
import os
import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import uvloop
from playwright.sync_api import sync_playwright

from tests.bench.cast import AGENTS
from tests.bench.client import at_rate
from tests.bench.figures import Row

SLOWED = 4  # times
VIEWS = 9  # first views, each with an empty cache
MESSAGES, SECONDS, KEYS = 40, 20, 100  # in the thread; for which one message a second comes, and keys are pressed
LISTED, OPENED, PAUSE = 1000, 40, 1.5  # conversations, of which so many are opened; s between two
MOST_KIB, MOST_PAINT, MOST_KEY, MOST_OPENING = 60, 500, 50, 100  # KiB, and ms
OURS = ("document", "stylesheet", "script")
# The shell first, as in the tests: where there is no graphics card, a whole Chromium takes long to compose a picture.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# The time from a key to the next picture, by the browser: https://web.dev/articles/inp
NOTE_KEYS = """
window.keys = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId, duration } of list.getEntries())
    if (interactionId) keys.set(interactionId, Math.max(duration, keys.get(interactionId) ?? 0));
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
SCROLL = "() => document.querySelector('#section-others li:last-of-type').scrollIntoView()"
# Milliseconds from the click until a picture with the thread is due.
OPEN = """
(link) => new Promise((resolve) => {
  const id = link.pathname.match(/[0-9]+/)[0];
  const start = performance.now();
  const look = () => requestAnimationFrame(() => {
    const isThere = document.querySelector(`message-list[data-conversation="${id}"] .message`);
    if (isThere) setTimeout(() => resolve(performance.now() - start));
    else look();
  });
  link.click();
  look();
})
"""


def measure(stack, cast, machine):
    conversation = cast.conversations[AGENTS]  # the first one talks already, in `pages`
    cast.talk(conversation, MESSAGES)
    with sync_playwright() as playwright:
        path = _chromium()
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield from _first_views(browser, stack, cast, machine, conversation)
        typing = _typing(browser, stack, cast, machine, conversation)
        typing.notes += [f"in {Path(path or playwright.chromium.executable_path).name} {browser.version}"]
        yield typing
        yield _opening(browser, stack, cast, machine)
        browser.close()


def _chromium():
    """Return the path of an installed browser; None for the one that Playwright has installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def _tab(browser, stack, cast, slowed=SLOWED):
    """Open a tab of the first agent, in a browser that has never been here."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{stack.port}")
    name, _sign, value = cast.cookies[0].split(";")[0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{stack.port}"}])
    tab = context.new_page()
    context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    yield tab
    context.close()


def _first_views(browser, stack, cast, machine, conversation):
    address = f"/conversations/{conversation.pk}/"
    views = [_first_view(browser, stack, cast, address) for _number in range(VIEWS)]
    sizes = views[0][1]
    yield _size(sizes)
    row = Row.of(f"first view painted, CPU slowed {SLOWED} times", [painted for painted, _sizes in views])
    row.target, row.is_met = f"p50 < {MOST_PAINT} ms", row.p50 < machine.at_most(MOST_PAINT)
    row.notes = [f"target here: {machine.at_most(MOST_PAINT):.0f} ms; {len(sizes)} files of ours"]
    yield row


def _first_view(browser, stack, cast, address):
    """Return the seconds until something was painted, and our files as {address: (kind, bytes as compressed)}."""
    answers = []
    with _tab(browser, stack, cast) as tab:
        tab.on("response", lambda answer: answers.append(answer))
        tab.goto(address, wait_until="networkidle")
        painted = tab.evaluate(PAINTED) / 1000
        ours = [answer for answer in answers if answer.request.resource_type in OURS]
        return painted, {answer.url: (answer.request.resource_type, _compressed(answer)) for answer in ours}


def _compressed(answer):
    """Return the bytes of an answer as sent, or of a page as the proxy in front of web compresses it."""
    if "content-encoding" in answer.headers:
        return answer.request.sizes()["responseBodySize"]
    return len(gzip.compress(answer.body()))


def _size(sizes):
    packed = {kind: sum(size for of, size in sizes.values() if of == kind) for kind in OURS}
    size = sum(packed.values()) / 1024
    row = Row("first view, compressed", rate=size, unit=" KiB", limit=MOST_KIB, ratio=size / MOST_KIB)
    row.target, row.is_met = f"≤ {MOST_KIB} KiB", size <= MOST_KIB
    row.notes = [", ".join(f"{kind} {size / 1024:.1f} KiB" for kind, size in packed.items())]
    return row


def _typing(browser, stack, cast, machine, conversation):
    """Type while the customer writes each second."""
    questions = [cast.webhook(conversation, cast.text(), stack.port) for _second in range(SECONDS)]
    with _tab(browser, stack, cast) as tab:
        tab.goto(f"/conversations/{conversation.pk}/", wait_until="networkidle")
        tab.evaluate(NOTE_KEYS)
        field = tab.locator("[name=text]").first
        field.focus()
        there = tab.locator(".message").count()
        writing = threading.Thread(target=lambda: uvloop.run(at_rate(stack.port, questions, 1, at_most=1)))
        writing.start()
        field.press_sequentially("Where is my parcel? " * (KEYS // 20), delay=SECONDS / KEYS * 1000)
        writing.join()
        came = tab.locator(".message").count() - there
        slow = [duration / 1000 for duration in tab.evaluate("[...keys.values()]")]
    fast = [0.016] * max(KEYS - len(slow), 0)  # the browser tells only of those that took longer
    row = Row.of(f"key → picture, CPU slowed {SLOWED} times, 1 message/s", [*slow, *fast])
    row.target, row.is_met = f"p99 < {MOST_KEY} ms", row.p99 < machine.at_most(MOST_KEY) and came > 0
    row.notes = [f"target here: {machine.at_most(MOST_KEY):.0f} ms; {came} messages came; {len(slow)} keys over 16 ms"]
    return row


def _opening(browser, stack, cast, machine):
    """Open conversations on the way through a long list, with a processor that is not slowed."""
    cast.grow(LISTED)
    for conversation in cast.conversations[AGENTS + 1 :]:
        cast.talk(conversation, MESSAGES)
    took, seen = [], set()
    with _tab(browser, stack, cast, slowed=1) as tab:
        tab.goto("/", wait_until="networkidle")
        rows = tab.locator("#section-others .row")
        tab.locator("#section-others .queue-more a").click()  # from then on the section goes on by itself
        for _number in range(OPENED):
            took.append(rows.nth(rows.count() // 2).evaluate(OPEN) / 1000)
            seen.update(rows.evaluate_all("rows => rows.map((row) => row.pathname)"))
            tab.evaluate(SCROLL)
            time.sleep(PAUSE)
    row = Row.of("conversation opened from a long list → picture", took)
    row.target, row.is_met = f"p95 < {MOST_OPENING} ms", row.p95 < machine.at_most(MOST_OPENING)
    row.notes = [f"target here: {machine.at_most(MOST_OPENING):.0f} ms; the list had shown {len(seen)} rows at the end"]
    return row
