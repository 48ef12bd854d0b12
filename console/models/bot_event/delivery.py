"""How one bot_event reaches a bot: at least once, in the order of its lane, which is one kind for one conversation.

Lanes know nothing of each other: a bot that is slow in one conversation answers the others. Only the oldest of a lane
may go, and it is claimed by a conditional UPDATE: nothing is locked while the bot answers.
"""

import logging
import threading
from contextlib import suppress
from datetime import timedelta

import requests
import urllib3
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from console.infrastructure import http_deadline, thread_pool
from console.models.handover_rules import HandoverRules
from console.models.send_queue import SOON
from messenger import webhook_signature
from personas.resource_shortage import is_resource_shortage

TIMEOUT = 5  # s for all of its answer; Facebook waits no longer either
CONNECT_TIMEOUT = 3.05  # s
LEASE = timedelta(seconds=3 * TIMEOUT)  # a worker that still has not said anything then is dead
MOST_READ = 65_536  # bytes of an answer, of which only the status counts
PAUSES = (0.2, 1, 2, 4, 8)  # s; the first for a connection that was closed just then
RETRIES_OF_RECEIPTS = 1  # and of whatever else nobody waits for
EVENT_LASTS = timedelta(seconds=20)  # with these pauses; a bot that never answers gets four attempts within
OUTAGE_LASTS = timedelta(minutes=5)  # what nobody waits for is kept so long for a bot that is down
NO_SEAT_PAUSE = 1  # s
SHORTAGE_PAUSE = 5  # s, while our own machine is out of something
LONGEST_PAUSE = 3600  # s
HOLDER_LASTS = timedelta(days=1)

logger = logging.getLogger(__name__)
_connections = threading.local()


class NotTaken(Exception):
    """The bot did not take it; the text says why."""


class NoConnection(NotTaken):
    """Nobody is there at all."""


class BotEventDelivery:
    """The part of a BotEvent that goes out."""

    def deliver(self):
        """All of its lane that may go now."""
        with thread_pool.seat(self.page_id) as is_free:
            if is_free:
                self._deliver_from(self._next())
            else:  # the bot keeps enough threads busy
                self.deliver_later(NO_SEAT_PAUSE)

    def deliver_at_once(self):
        """What was claimed with its writing, by a thread of the reader: without the way through the broker."""
        if not thread_pool.run(self.page_id, lambda: self._deliver_from(self)):
            self._rows().update(leased_until=None, attempts=0)
            self.deliver_later()

    def _deliver_from(self, bot_event):
        while bot_event and bot_event._go():
            bot_event = bot_event._next()

    def _next(self):
        """The oldest, claimed for this worker; None where it has to wait, or another worker is at it.

        Whoever finds it claimed may leave: its worker looks for the next one after deleting it.
        """
        bot_event = self.lane.for_delivery().order_by("pk").first()
        return bot_event if bot_event and bot_event._claim() else None

    def _claim(self):
        until = timezone.now() + LEASE
        claimed = self._rows().due().update(leased_until=until, attempts=F("attempts") + 1)
        self.leased_until, self.attempts = until, self.attempts + 1
        return claimed == 1

    @property
    def is_event(self):
        return self.kind == self.Kind.EVENT

    @property
    def rules(self):
        return HandoverRules.of(self.page)

    def _go(self):
        """Whether those behind it may follow."""
        address = self.rules.webhook_url if self.is_event else self.rules.holder_url
        if not address:  # taken away meanwhile
            return self._end()
        if self.is_event and not self.rules.may_ask_bot():
            return self._wait_for_bot()
        try:
            self._post(address)
        except NotTaken as refusal:
            is_young = timezone.now() - self.created_at < OUTAGE_LASTS
            if is_young and is_resource_shortage(refusal):  # not the bot's fault
                return self._postpone(SHORTAGE_PAUSE, str(refusal), attempts=F("attempts") - 1)
            return self._not_taken(refusal)
        return self._taken()

    def _post(self, address):
        body = self.body.encode()
        headers = {"Content-Type": "application/json", **self._signed(body)}
        options = {"timeout": (CONNECT_TIMEOUT, TIMEOUT), "allow_redirects": False, "stream": True}
        try:
            with _session().post(address, data=body, headers=headers, **options) as answer:
                _skip(answer)
        except requests.Timeout:
            raise NotTaken(f"no answer in {TIMEOUT} s") from None
        except (requests.RequestException, OSError, ValueError, MemoryError) as error:
            raise NoConnection(f"no connection ({type(error).__name__})") from None
        if not 200 <= answer.status_code < 300:
            raise NotTaken(f"HTTP {answer.status_code}")

    def _signed(self, body):
        """As Facebook signs: a bot cannot tell the two apart. For the other address with a secret of its own."""
        if self.is_event:
            secret = settings.FACEBOOK_APP_SECRET
            return {
                "User-Agent": "facebookexternalua",
                "X-Hub-Signature": webhook_signature.sign_sha1(body, secret),
                "X-Hub-Signature-256": webhook_signature.sign(body, secret),
            }
        secret = self.rules.holder_secret
        return {"X-Handover-Signature-256": webhook_signature.sign(body, secret)} if secret else {}

    # What came of it

    def _taken(self):
        self._end()
        if self.is_event and self.rules.note_bot_success(self.has_words):
            waiting = self.page.bot_events.filter(kind=self.Kind.EVENT)
            waiting.update(next_attempt_at=None)
            waiting.deliver_later()
        return True

    def _not_taken(self, refusal):
        error, is_anybodys = str(refusal), self.has_words or isinstance(refusal, NoConnection)
        if self._may_try_again(is_anybodys):
            pause = PAUSES[self.attempts - 1] if self.is_event else min(2**self.attempts, LONGEST_PAUSE)
            return self._postpone(pause, error)
        logger.warning(
            "A bot of %s did not take bot_event %s in %s attempts: %s", self.page, self, self.attempts, error
        )
        if self._rows().exists():  # neither taken from the bot meanwhile, nor told by another worker
            self._give_up(error, is_anybodys)
            self._end()  # last: whoever dies before is followed by another who gives up
        return True

    def _may_try_again(self, is_anybodys):
        """A receipt that the bot refuses concerns nobody, and what stands behind it goes on soon."""
        age = timezone.now() - self.created_at
        if not self.is_event:
            return age < HOLDER_LASTS
        most = len(PAUSES) if is_anybodys else RETRIES_OF_RECEIPTS
        return self.rules.bot_down_until is None and self.attempts <= most and age < EVENT_LASTS

    def _give_up(self, error, is_anybodys):
        """No customer waits on a dead bot: neither this one nor the others."""
        if not self.is_event or not is_anybodys:
            return self.rules.note_error(error)
        is_down = self.rules.note_bot_failure(error)
        self._leave_bot(error)
        if is_down:
            self.page.conversations.hand_over_unanswered(error)

    def _wait_for_bot(self):
        """It is down. Who waits for an answer gets a person, all else waits a little."""
        error = self.rules.bot_error
        if timezone.now() - self.created_at > OUTAGE_LASTS or self._leave_bot(error):
            self._end()
            return True
        down = self.rules.bot_down_until - timezone.now()
        return self._postpone(max(1, down.total_seconds()), error, attempts=F("attempts") - 1)

    def _leave_bot(self, error):
        return self.conversation is not None and self.conversation.hand_over_unanswered(error)

    def _postpone(self, seconds, error, **fields):
        until = timezone.now() + timedelta(seconds=seconds)
        self._rows().filter(leased_until=self.leased_until).update(
            leased_until=None, next_attempt_at=until, error=error, **fields
        )
        if seconds < SOON:
            self.deliver_later(seconds)
        return False

    def _end(self):
        """Whether it was still there."""
        return self._rows().delete()[0] > 0

    def _rows(self):
        return type(self).objects.filter(pk=self.pk)


def _skip(answer):
    """Read it to its end, so that the connection can be kept. What becomes of it changes nothing."""
    with suppress(urllib3.exceptions.HTTPError, OSError):
        answer.raw.read(MOST_READ)


def _session():
    """Connections are kept open per thread."""
    if not hasattr(_connections, "session"):
        _connections.session = http_deadline.session()
    return _connections.session
