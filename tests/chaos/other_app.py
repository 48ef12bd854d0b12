"""Another app of a Page under conversation routing: it takes threads and gives them back, and sends nothing itself.

Under routing Facebook accepts messages from one app alone. The console learns from webhooks which app that is, and
these may come late and twice.
"""

import time
from collections import Counter

import requests

from tests.chaos.facebook import VERSION
from tests.chaos.people import ROUTED
from tests.chaos.stack import APP_ID

OTHER_APP = "900100200300400"
# s until the console must know: after an outage of 45 s, Facebook tries a webhook again at 104 s, and then at 224 s.
PATIENCE = 240
PENDING = """
    SELECT 1 FROM console_message WHERE conversation_id = %s AND state IN ('queued', 'sending', 'unknown')
    UNION ALL SELECT 1 FROM console_handover WHERE conversation_id = %s AND call <> '' AND done_at IS NULL"""
HOLDER = "SELECT holder FROM console_conversation WHERE id = %s"
WAITING = "SELECT count(*) FROM console_inboundwebhook WHERE processed_at IS NULL"
REQUESTS = "SELECT count(*) FROM console_handover WHERE conversation_id = %s AND cause = 'requested'"


class OtherApp:
    """An app without a webhook, which acts when a Talk calls it."""

    def __init__(self, facebook):
        self.facebook, self.url, self.count = facebook, facebook.url, Counter()
        app = facebook.post("apps", app_id=OTHER_APP, secret="other-app-secret", name="Other app")
        self.token = app["tokens"][ROUTED]
        facebook.post(f"pages/{ROUTED}/default_app", app_id=APP_ID)

    def take(self, psid):
        self._call("take_thread_control", psid)

    def give_back(self, psid):
        self._call("pass_thread_control", psid, target_app_id=APP_ID)

    def ask_for(self, psid):
        self._call("request_thread_control", psid)

    def _call(self, edge, psid, **fields):
        self.count[f"{edge} by another app"] += 1
        answer = requests.post(
            f"{self.url}/{VERSION}/me/{edge}",
            json={"recipient": {"id": psid}, **fields},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        assert answer.ok, answer.text


class Routed:
    """The steps of a Talk on the routed Page in which another app takes the thread.

    The Talk waits for each step: Facebook refuses for good a message to a thread that is just being taken away.
    """

    def __init__(self, talk, app):
        self.talk, self.app = talk, app
        self.steps = {self.be_asked_for: 4, self.go_elsewhere: 14}

    def be_asked_for(self):
        before = self._requests()
        self.app.ask_for(self.talk.psid)
        self._until(lambda: self._requests() > before)

    def go_elsewhere(self):
        """Have the other app take the thread; then an agent takes the conversation, or the app gives it back."""
        if not self._soon(self._is_idle):
            return
        self.app.take(self.talk.psid)
        self.talk.holder = None
        if not self._until(lambda: self._holder() == "elsewhere"):
            return
        self.talk.write()
        if self.talk.rng.random() < 0.5:
            self.talk.come()
            self._soon(self._is_idle)
        else:
            self.app.give_back(self.talk.psid)
            self._until(lambda: self._holder() == "queue")

    def _is_idle(self):
        return not self.talk.ask(PENDING, [self.talk.pk] * 2)

    def _holder(self):
        return self.talk.ask(HOLDER, [self.talk.pk])[0][0]

    def _requests(self):
        return self.talk.ask(REQUESTS, [self.talk.pk])[0][0]

    def _until(self, look):
        """Return whether the console knows; False once the run is over, because nothing is sent any more then."""
        if self._soon(look) or self.talk.load.is_over.is_set():
            return look()
        raise AssertionError(
            f"the console did not learn who controls the thread: it says {self._holder()}; "
            f"{self.app.facebook.waiting()} webhooks wait there, {self.talk.ask(WAITING, [])[0][0]} here"
        )

    def _soon(self, look):
        """Wait for it while the run goes on. A reply may take longer, or stay unknown: that is judged elsewhere."""
        deadline = time.monotonic() + PATIENCE
        while not (is_so := look()) and time.monotonic() < deadline and not self.talk.load.is_over.is_set():
            time.sleep(0.2)
        return is_so
