"""How one message goes out: once, as far as Facebook allows. The lane's lease lets one worker at a time in here."""

import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.infrastructure import clock, rate_limit
from console.models.message.attachment import UPLOAD_TIMEOUT
from console.models.message.reconciliation import Evidence
from console.models.refusals import WindowClosed
from console.models.send_queue import CALL
from messenger import GraphError
from messenger.calls.multipart import UPLOAD_WITHIN
from personas.resource_shortage import is_resource_shortage

MAX_ATTEMPTS = 12  # at passing errors; with the pauses below about eight minutes
LONGEST_PAUSE = 60  # s between two attempts
PERSONA_PAUSE = timedelta(seconds=1)  # while another worker is making the persona
SHORTAGE_PAUSE = timedelta(seconds=15)  # while our own machine is out of something
MAX_FACES = 3  # personas that Facebook may forget under one message, before it goes out as the Page
SETTLE = timedelta(seconds=settings.SETTLE_SECONDS)  # in doubt; what the history does not show then did not arrive
FIRST_LOOK = timedelta(seconds=3)  # an echo is mostly there before
UPLOAD = timedelta(seconds=UPLOAD_WITHIN + UPLOAD_TIMEOUT + 10)  # a file is there within, or the call has ended
MIN_LOOKS = 3  # that Facebook was asked for, before an agent has to decide
DOUBT = SETTLE + timedelta(minutes=3)  # so long we try to look; then an agent has to decide
# One statement and so one commit: the conversation's revision steps under its lock, and the message takes it over.
BECOME = """
WITH stepped AS (UPDATE console_conversation SET revision = revision + 1 WHERE id = %s RETURNING revision)
UPDATE console_message SET {}, revision = stepped.revision FROM stepped
WHERE console_message.id = %s AND state = ANY(%s) AND attempts = %s
"""
STUMBLED = _("The console failed at this; its log says why. Try again, or ask an admin.")
SHORTAGE = _("The console is out of disk space, memory or connections. It goes on by itself once there is some again.")
FILE_GONE = _("The file is no longer stored here: attach it again.")
NO_EVIDENCE = _("Facebook did not answer, and its history does not tell.")

logger = logging.getLogger(__name__)


class MessageDelivery:
    """The part of a Message that goes out. Every step says whether those behind may follow."""

    def deliver(self):
        """Bring it one step on. True when those behind it may follow, False when they have to wait for it."""
        if self.state == self.State.SENDING:  # a worker died between its call and its answer
            return self._doubt(_("The worker stopped while it was sending."))
        if self.page.is_paused or (self.next_attempt_at and self.next_attempt_at > timezone.now()):
            return False
        try:
            return self._look_for_evidence() if self.state == self.State.UNKNOWN else self._send()
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # whatever it is, those behind it must not wait for it for ever
            logger.exception("Message %s could not be sent", self.pk)
            return self._wait_for_resources() if is_resource_shortage(error) else self._stumble()

    def _stumble(self):
        self.refresh_from_db(fields=["state"])
        if self.state == self.State.SENDING:
            return self._doubt(STUMBLED)
        return self._become(self.State.FAILED, error=STUMBLED)

    def _wait_for_resources(self):
        self.refresh_from_db(fields=["state"])
        if self.state == self.State.SENDING:
            return self._doubt(SHORTAGE)
        if self.state == self.State.UNKNOWN:
            return self._look_again(timezone.now() + SHORTAGE_PAUSE, looks=self.looks)
        return self._postpone(timezone.now() + SHORTAGE_PAUSE, SHORTAGE)

    # One try

    def _send(self):
        if self.page.is_slowed:
            return self._wait_for_page()
        persona = self._persona()
        if persona and not persona.is_usable and not persona.is_refused:
            return self._wait_for_persona(persona)
        try:
            tag = self.conversation.tag_for(self)
        except WindowClosed as closed:
            return self._become(self.State.FAILED, error=str(closed))
        wait = 0 if self.has_rate_slot else rate_limit.take(self.page_id, within=LONGEST_PAUSE)
        if wait > rate_limit.SHORT:
            return self._wait_for_turn(wait)
        time.sleep(wait)
        file = self.file_to_send
        if file and file.is_gone:
            return self._become(self.State.FAILED, error=FILE_GONE)
        if file:
            file.file.open()  # what cannot be opened is not on its way either
        if not self.conversation.keep_lease(UPLOAD if file else CALL):
            return False  # another worker has the lane now
        if not self._claim(persona):
            return True  # an echo says that it was sent, or an agent took it back
        client = self.page.client(UPLOAD_TIMEOUT if file else settings.GRAPH_TIMEOUT)
        try:
            mid = self._call(client, file, tag)
        except GraphError as error:
            rate_limit.learn(self.page_id, error.usage)
            return self._not_sent(error, tag)
        rate_limit.learn(self.page_id, client.usage)
        return self._sent(mid)

    @property
    def file_to_send(self):
        return None if self.text else self.attachments.first()

    def _persona(self):
        if self.author is None and not self.page.bot_name:
            return None
        faces = self.conversation.faces
        if not faces.get(self.author_id):
            persona = faces[self.author_id] = self.page.personas.for_agent(self.author, self.page)
            persona.publish()
        return faces[self.author_id]

    def _claim(self, persona):
        has_face = persona and persona.is_usable and self.forgotten_personas < MAX_FACES
        self.persona = persona if has_face else None
        self.sent_as_page_because = (
            "" if has_face or not persona else persona.reason or _("Facebook keeps forgetting the persona.")
        )
        queued = type(self).objects.filter(pk=self.pk, state=self.State.QUEUED)
        claimed = queued.update(
            state=self.State.SENDING,
            persona=self.persona,
            sent_as_page_because=self.sent_as_page_because,
            attempts=models.F("attempts") + 1,
            attempted_at=Now(),
            next_attempt_at=None,
            has_rate_slot=False,
        )
        self.attempts += claimed
        return claimed == 1

    def _call(self, client, file, tag):
        psid = self.conversation.customer.psid
        persona_id = self.persona and self.persona.graph_id
        options = {"persona_id": persona_id, "metadata": str(self.key), "tag": tag}
        return file.send(client, psid, **options) if file else client.send_text(psid, self.text, **options)

    # What came of it

    def _sent(self, mid):
        self._become(self.State.SENT, mid=mid, error="", next_attempt_at=None)
        self.page.note_success()
        if self.author and not self.author.is_active:
            self.author.personas.withdraw()
        return True

    def _not_sent(self, error, tag):
        if error.is_outcome_unknown:
            return self._doubt(_("Facebook did not answer."))
        if self.persona and error.may_be_about_persona:
            return self._doubt_persona(error, tag)
        return self._give_up_or_wait(error, tag)

    def _doubt_persona(self, error, tag):
        """Facebook may have refused the persona rather than the message: ask it, and have it made anew."""
        self.conversation.faces.clear()
        try:
            self.persona.confirm()
        except GraphError as doubt:
            return self._give_up_or_wait(doubt, tag)
        if self.persona.is_usable:
            return self._give_up_or_wait(error, tag)
        type(self).objects.filter(pk=self.pk).update(forgotten_personas=models.F("forgotten_personas") + 1)
        return self._postpone(until=timezone.now())

    def _give_up_or_wait(self, error, tag):
        """Do what the error catalogue says. An error about the whole Page holds all its messages, and fails none."""
        if self.page.note_error(error):
            return self._wait_for_page(error.sentence)
        if is_resource_shortage(error):
            return self._postpone(timezone.now() + SHORTAGE_PAUSE, SHORTAGE, attempts=0)
        if error.action.is_retryable and self.attempts < MAX_ATTEMPTS:
            pause = min(2**self.attempts, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311
            return self._postpone(timezone.now() + timedelta(seconds=pause), error.sentence)
        return self._become(self.State.FAILED, error=self.conversation.note_refusal(error, tag))

    # Wait

    def _wait_for_page(self, error=""):
        until = max(self.page.waits_until or timezone.now(), timezone.now())
        spread = timedelta(seconds=random.uniform(0, 1))  # noqa: S311  (not all of its conversations at once)
        return self._postpone(until + spread, error or self.page.why_waiting, attempts=0)

    def _wait_for_turn(self, seconds):
        """A turn within the minute is kept for it; a later one is asked for again, not by all at once."""
        is_kept = seconds <= LONGEST_PAUSE
        late = 0 if is_kept else random.uniform(0, LONGEST_PAUSE)  # noqa: S311
        until = timezone.now() + timedelta(seconds=seconds + late)
        return self._postpone(until, _("Facebook wants fewer calls for now."), has_rate_slot=is_kept)

    def _wait_for_persona(self, persona):
        self.page.refresh_from_db()
        if self.page.is_paused or self.page.is_slowed:
            return self._wait_for_page()
        soon = timezone.now() + PERSONA_PAUSE
        return self._postpone(until=max(persona.next_attempt_at or soon, soon))

    def _postpone(self, until, error="", **fields):
        self._become(self.State.QUEUED, next_attempt_at=until, error=error, **fields)
        return self._come_back(until)

    def _come_back(self, until):
        seconds = (until - timezone.now()).total_seconds()
        if seconds > 0:
            self.conversation.deliver_later(seconds)
        return seconds <= 0

    # In doubt

    def _doubt(self, reason):
        """Nobody knows whether Facebook has it, and nothing behind it moves until an echo or its history says so."""
        until = timezone.now() + FIRST_LOOK
        self._become(self.State.UNKNOWN, error=reason, unknown_since=clock.now(), looks=0, next_attempt_at=until)
        return self._come_back(until)

    def _look_for_evidence(self):
        """Only what Facebook was asked counts: while its Page has to wait, a doubt is as old as it was."""
        wait = rate_limit.take(self.page_id, rate_limit.HISTORY)
        if self.page.is_slowed or wait > rate_limit.SHORT:
            return self._look_again(max(self.page.waits_until or timezone.now(), timezone.now()) + FIRST_LOOK, looks=0)
        time.sleep(wait)
        evidence, self.looks = self._evidence(), self.looks + 1
        age = clock.now() - (self.unknown_since or self.at)
        if evidence.mid:
            return self._sent(evidence.mid)
        if evidence.shows_absence and age >= SETTLE:
            return self._send_again()
        if age >= DOUBT and self.looks >= MIN_LOOKS:
            return self._become(self.State.UNKNOWN, error=NO_EVIDENCE, next_attempt_at=None)
        later = max(FIRST_LOOK, min(age, SETTLE - age))  # each look after twice the time
        return self._look_again(timezone.now() + later, looks=self.looks)

    def _evidence(self):
        try:
            return Evidence.find(self)
        except GraphError as error:
            self.page.note_error(error)
            return Evidence()

    def _send_again(self):
        """Facebook does not have it. What we stumbled over ourselves would only make us stumble again."""
        if self.error == SHORTAGE:
            return self._postpone(timezone.now(), SHORTAGE, attempts=0)
        if self.error == STUMBLED or self.attempts >= MAX_ATTEMPTS:
            return self._become(self.State.FAILED, error=self.error)
        return self._postpone(until=timezone.now())

    def _look_again(self, until, looks):
        self._become(self.State.UNKNOWN, next_attempt_at=until, looks=looks)
        return self._come_back(until)

    def _follows_a_failure(self):
        """The row said so until now."""
        return self.conversation.messages.filter(state=self.State.FAILED).exists()

    def _become(self, state, **fields):
        """Write the outcome of a try, unless an echo has shown that it was sent, or another worker attempts it by now.

        True, for those behind.
        """
        fields = {"state": state, **fields}
        changes = ", ".join(f"{name} = %s" for name in fields)
        values = [str(value) if isinstance(value, Promise) else value for value in fields.values()]
        with connection.cursor() as cursor:
            known = [self.pk, list(self.UNSENT), self.attempts]
            cursor.execute(BECOME.format(changes), [self.conversation_id, *values, *known])
        is_for_agent = state == self.State.FAILED or fields.get("error") == NO_EVIDENCE
        is_listed = is_for_agent or (state == self.State.SENT and self._follows_a_failure())
        self.conversation.publish_change(is_listed=is_listed, has_other_headline=is_for_agent)  # it stays with them
        self.state, self.attempts = state, fields.get("attempts", self.attempts)
        if is_for_agent:
            self.conversation.note_unsent()
        return True
