"""The Pages' bots: one small web server that records its events, fails on request, and answers some messages.

A bot answers by itself through the Graph API, as bots behind a relay do, and tries no answer twice.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from messenger import events, webhook_signature
from tests.chaos.facebook import VERSION
from tests.chaos.handovers import Received
from tests.chaos.people import PAGES

ANSWERS = 0.7  # of what it hears, on average
TOO_LATE = 3  # s, without an answer then: the console waits less, see HASTE in mutations/sitecustomize.py
KNOWN_AFTER = 5  # s that a bot is dead, until one who asks it in vain has to draw the conclusion
GRAPH_TIMEOUT = 10  # s


class Bots:
    """The bots of all Pages.

    `received`: the events that each customer's bot accepted, in order. `said`: its texts, whether or not they arrived.
    """

    def __init__(self, port, sandbox_url, secret, seed):
        self.sandbox_url, self.secret = sandbox_url, secret
        self.rng = random.Random(f"{seed}-bots")
        self.received, self.said = defaultdict(list), defaultdict(list)
        self.count, self.problems = Counter(), []
        self.errors, self.lates = Counter(), Counter()  # of each Page: how much of what it is told goes wrong
        self.dead_since, self.known_dead = {}, set()
        self._lock = threading.Lock()
        self._senders = ThreadPoolExecutor(8, thread_name_prefix="bot")
        self._server = _Server(("127.0.0.1", port), _Webhook)
        self._server.bots = self

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()
        self.finish()

    def finish(self):
        """Stop answering, once all answers that wait have been sent."""
        self._senders.shutdown(wait=True)

    # How they are

    def fail(self, page_id, errors, lates):
        self.errors[page_id], self.lates[page_id] = errors, lates

    def die(self, page_id):
        self.dead_since.setdefault(page_id, time.monotonic())

    def revive(self, page_id):
        self.dead_since.pop(page_id, None)
        self.known_dead.discard(page_id)

    # Events

    def receive(self, page_id, headers, body):
        """Return the status to answer, or None for no answer at all."""
        if not self._is_signed(headers, body):
            self.problems.append(f"a bot was told what nobody signed: {body[:200]}")
            return 403
        if status := self._failure(page_id):
            self.count["bots' errors"] += 1
            return status
        if self.rng.random() < self.lates[page_id]:
            self.count["bots' silences"] += 1
            time.sleep(TOO_LATE)
            return None
        self._take(page_id, body)
        return 200

    def _is_signed(self, headers, body):
        sha1 = headers.get("X-Hub-Signature") == webhook_signature.sign_sha1(body, self.secret)
        return sha1 and webhook_signature.verify(body, headers.get("X-Hub-Signature-256", ""), self.secret)

    def _failure(self, page_id):
        if died := self.dead_since.get(page_id):
            if time.monotonic() - died > KNOWN_AFTER:
                self.known_dead.add(page_id)
            return 503
        return 500 if self.rng.random() < self.errors[page_id] else None

    def _take(self, page_id, body):
        with self._lock:
            self.count["delivered to bots"] += 1
            for event in events.parse(body):
                if isinstance(event, events.Message):
                    self.received[event.psid].append(Received(event.mid, event.is_standby))
                    if not event.is_standby and self.rng.random() < ANSWERS:
                        self._answer(page_id, event)

    def _answer(self, page_id, event):
        text = f"{event.text.partition('-')[0]}-b{len(self.said[event.psid]) + 1} bot"
        with suppress(RuntimeError):  # it has finished
            self._senders.submit(self._say, page_id, event.psid, text)
            self.said[event.psid].append(text)

    def _say(self, page_id, psid, text):
        token = next(token for known, token, _name in PAGES if known == page_id)
        with suppress(requests.RequestException):
            requests.post(
                f"{self.sandbox_url}/{VERSION}/me/messages",
                json={"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": {"text": text}},
                headers={"Authorization": f"Bearer {token}"},
                timeout=GRAPH_TIMEOUT,
            )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Webhook(BaseHTTPRequestHandler):
    """The web server's handler: `/PAGE` is the address of that Page's bot."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.bots.receive(self.path.strip("/"), self.headers, body)
        if status is None:
            self.close_connection = True
            return
        with suppress(OSError):  # the program that asked was killed
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *args):
        pass
