"""Agents at real browsers that lose their network and their tabs while they write, each in a conversation of their own.

They only press Enter, turn the network off and on, and open the conversation again in another tab. The page itself must
send unconfirmed replies to the console, once and in order.
"""

import os
import shutil
import time
import uuid
from collections import Counter
from dataclasses import replace
from urllib.parse import parse_qs

from playwright.sync_api import Error, sync_playwright

from tests.chaos.drivers import FINISH, Refused, Talk, Typed, log_in_all
from tests.chaos.people import AT_DESKS, PAGES

PATIENCE_MS = 10_000
HAS_OUTBOX = "Boolean(customElements.get('message-outbox') && customElements.get('message-composer'))"
OUTBOX = "**/js/outbox.*js"  # also under its hashed name
# A text of the outbox's script, and its replacement.
MUTATIONS = {
    "no-block": (  # a reply without an answer steps behind the others
        "return firstOf(this.entries);",
        "return firstOf(this.entries.filter((entry) => !entry.isUnanswered)) ?? firstOf(this.entries);",
    ),
}


def chromium():
    """Return the path of the browser, or None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def sit_down_all(plan, facebook, url, load, ask):
    """Create the desks, on the Page whose token never ends and that has no bot: its agents alone speak there."""
    browsers = log_in_all([url], load, [AT_DESKS])
    common = (PAGES[0], plan.seed, facebook, browsers, load, ask)
    return [Desk(plan.conversations + number, *common, url=url, mutation=plan.mutation) for number in range(plan.desks)]


def losses(at_desks):
    return sum((desk.losses for desk in at_desks), Counter())


class Desk(Talk):
    """A conversation at a real browser. It uses the log-in of the one agent whom it is given."""

    def __init__(self, *given, url, mutation=""):
        super().__init__(*given)
        self.url, self.mutation = url, MUTATIONS.get(mutation)
        self.keys, self.is_offline, self.losses = {}, False, Counter()

    def run(self):
        try:
            self._begin()
            with sync_playwright() as playwright:
                self.sit_down(playwright)
                while not self.load.is_over.is_set():
                    self._step()
                    self.load.think(self.rng)
                self.finish()
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        self.typed = [replace(typed, key=self.keys.get(typed.text, "")) for typed in self.typed]

    def sit_down(self, playwright):
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        self.network = browser.new_context(base_url=self.url)
        cookies = self.holder.session.cookies.get_dict().items()
        self.network.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies])
        self.network.set_default_timeout(PATIENCE_MS)
        if self.mutation:
            self.network.route(OUTBOX, self._mutate)
        self._open_tab()

    def _open_tab(self):
        self.tab = self.network.new_page()
        self.tab.on("request", self._note_key)
        self._until(self._is_open, "the conversation does not open")

    def _step(self):
        steps = {self.answer: 50, self.write: 15, self.read: 5, self.lose_network: 30, self.lose_tab: 10}
        [step] = self.rng.choices([*steps], [*steps.values()])
        step()

    def answer(self):
        for _ in range(self.rng.randint(1, 3)):
            text = self._words(f"a{len(self.typed) + 1} {self.holder.agent.first}")
            self.typed.append(Typed(text, "", self.holder.agent.public_name))
            self.field.fill(text)
            self.field.press("Enter")

    def lose_network(self):
        """Turn the network off, or on again."""
        self.is_offline = not self.is_offline
        self.losses["networks lost by desks"] += self.is_offline
        self.network.set_offline(self.is_offline)

    def lose_tab(self):
        """Close the tab as a crash does, before or after another has opened. Its replies are sent by the other tab."""
        self.losses["tabs lost by desks"] += 1
        self._until(self._is_kept, "the page does not show what was typed")
        lost = self.tab
        if self.rng.random() < 0.5:
            lost.close()
        self._be_online()
        self._open_tab()
        lost.close()

    def _is_kept(self):
        """Return whether the last reply is in the outbox, or in the thread already."""
        return not self.typed or self.tab.locator("message-list").get_by_text(self.typed[-1].text).count() > 0

    def _be_online(self):
        self.is_offline = False
        self.network.set_offline(False)

    def finish(self):
        self.lose_tab()
        self._until(self._is_all_sent, "the page does not bring all to the console")

    def _is_all_sent(self):
        """Return whether nothing waits; answer the page when it asks because the customer wrote meanwhile."""
        for anyway in self.tab.get_by_role("button", name="Send anyway").all():
            anyway.click()
        return self.tab.locator(".outbox li").count() == 0

    @property
    def field(self):
        return self.tab.get_by_role("textbox", name="Message to")

    def _is_open(self):
        """Return whether the conversation opens with its scripts: the console may be down just now."""
        try:
            self.tab.goto(f"/conversations/{self.pk}/")
            return self.field.is_editable(timeout=PATIENCE_MS) and self.tab.evaluate(HAS_OUTBOX)
        except Error:
            return False

    def _until(self, look, error):
        until = time.monotonic() + FINISH
        while not look():
            if time.monotonic() > until or self.load.is_given_up.is_set():
                raise Refused(error)
            self.tab.wait_for_timeout(200)

    def _note_key(self, request):
        """Record the key of a text. It may be sent several times, always with its first key."""
        if request.method == "POST" and request.url.endswith("/send/") and request.post_data:
            [text], [key] = (parse_qs(request.post_data)[name] for name in ("text", "idempotency_key"))
            self.keys.setdefault(text, str(uuid.UUID(key)))

    def _mutate(self, route):
        before, after = self.mutation
        answer = route.fetch()
        assert before in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(before, after))
