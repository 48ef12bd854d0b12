"""Delivery of one message: once, as far as Facebook allows. The send queue's lease lets in one worker at a time."""

import logging
import random
import time
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.compiled import CompiledUpdate, Given
from console.infrastructure import rate_limit
from console.models.message import quotes
from console.models.message.reconciliation import SHORTAGE, Reconciliation
from console.models.message.state import MessageState
from console.models.refusals import WindowClosed
from console.models.send_queue import CALL
from console.uploaded_files.models import UploadedFile
from messenger import GraphError
from messenger.calls.multipart import UPLOAD_WITHIN
from personas.models.retry import CONSOLE_FAILED, Outcome
from personas.resource_shortage import is_resource_shortage

UPLOAD_TIMEOUT = 60  # s; Facebook checks a video before it answers
PERSONA_PAUSE = timedelta(seconds=1)  # while another worker is publishing the persona
MAX_FORGOTTEN_PERSONAS = 3  # by Facebook under one message, before it goes out as the Page
UPLOAD = timedelta(seconds=UPLOAD_WITHIN + 2 * UPLOAD_TIMEOUT + 10)  # within which it has ended, and the call after it
FILE_GONE = _("The file is no longer stored here: attach it again.")

CLAIM = CompiledUpdate(
    lambda: apps.get_model("console.Message").objects.filter(pk=Given("pk"), state=MessageState.State.QUEUED),
    state=MessageState.State.SENDING,
    persona=Given("persona"),
    sent_as_page_because=Given("sent_as_page_because"),
    reply_to=Given("reply_to"),
    attempts=models.F("attempts") + 1,
    attempted_at=Now(),
    next_attempt_at=None,
    has_rate_slot=False,
)

logger = logging.getLogger(__name__)


class MessageDelivery(Reconciliation):
    """The part of a Message that goes out."""

    attempted_at = models.DateTimeField(null=True, editable=False)
    has_rate_slot = models.BooleanField(default=False, editable=False)  # a reserved slot to call, at next_attempt_at
    forgotten_personas = models.PositiveSmallIntegerField(default=0, editable=False)
    sent_as_page_because = models.TextField(_("why it was sent as the Page"), blank=True)

    class Meta:
        abstract = True

    def deliver(self):
        """Advance the delivery by one step; return the outcome for the messages behind it."""
        if self.state == self.State.SENDING:  # a worker died during its call
            return self.mark_unknown(_("The worker stopped while it was sending."))
        if self.page.is_paused or not self.is_due:
            return Outcome.WAIT
        try:
            return self.reconcile() if self.state == self.State.UNKNOWN else self._attempt()
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # after any error: the messages behind it must not wait for ever
            logger.exception("Message %s could not be sent", self.pk)
            return self._note_own_failure(SHORTAGE if is_resource_shortage(error) else CONSOLE_FAILED)

    def _note_own_failure(self, reason):
        """Note an error of the console itself, perhaps after Facebook took the message. A shortage passes."""
        self.refresh_from_db(fields=["state"])
        if self.state == self.State.SENDING:
            return self.mark_unknown(reason)
        if reason is CONSOLE_FAILED:
            return self.fail(CONSOLE_FAILED)
        until = timezone.now() + self.SHORTAGE_PAUSE
        return self.reconcile_at(until) if self.state == self.State.UNKNOWN else self.queue_until(until, SHORTAGE)

    # One attempt

    def _attempt(self):
        if self.page.is_slowed:
            return self._wait_for_page()
        persona = self._persona()
        if persona and not persona.is_usable and not persona.is_refused:
            return self._wait_for_persona(persona)
        try:
            tag = self.conversation.tag_for(self)
        except WindowClosed as closed:
            return self.fail(str(closed))
        wait = 0 if self.has_rate_slot else rate_limit.reserve(self.page_id, within=self.LONGEST_PAUSE.total_seconds())
        if wait > rate_limit.SHORT:
            return self._wait_for_rate_limit(wait)
        time.sleep(wait)
        return self._send(persona, tag)

    def _send(self, persona, tag):
        file = self.file_to_send
        if file and not self._make_ready(file):
            return self.fail(FILE_GONE)
        if not self.conversation.send_queue.keep(UPLOAD if file else CALL):
            return Outcome.WAIT  # another worker has leased the queue
        if self.reply_to:
            self.reply_to = quotes.mid_at_delivery(self)
        if not self._claim(persona):
            return Outcome.READ_AGAIN  # an echo has shown that it was sent
        client = self.page.client(UPLOAD_TIMEOUT if file else settings.GRAPH_TIMEOUT)
        try:
            mid = self._call(client, file, tag)
        except GraphError as error:
            rate_limit.learn(self.page_id, error.usage)
            return self._not_sent(error, tag, file)
        rate_limit.learn(self.page_id, client.usage)
        return self.mark_sent(mid)

    def _make_ready(self, file):
        """Get the file ready before the claim: it may fail, or take long. Return whether it can be sent.

        Only a first attempt goes by the id of an upload: whatever Facebook says to it, the next one has the content.
        """
        uploaded = None if self.attempts else UploadedFile.objects.of(self.page, file)
        if uploaded and not uploaded.is_usable:
            self._upload(uploaded, file)
        file.uploaded = uploaded if uploaded and uploaded.is_usable else None
        return bool(file.uploaded) or file.open_copy()

    def _upload(self, uploaded, file):
        if self.conversation.send_queue.keep(UPLOAD) and file.open_copy():
            client = self.page.client(UPLOAD_TIMEOUT)
            uploaded.upload(client, file)
            rate_limit.learn(self.page_id, client.usage)

    @property
    def file_to_send(self):
        """Return the file that an agent chose. That of a card was not uploaded: Facebook has its address."""
        files = (one for one in self.attachments.all() if one.is_file and not one.url)
        return None if self.text else next(files, None)

    def attached(self, kind):
        """Return the template or the quick replies that are sent with it."""
        return next((one for one in self.attachments.all() if one.kind == kind), None)

    def _persona(self):
        speaks_as_page = self.author is None and not self.page.bot_name
        return None if speaks_as_page else self.conversation.send_queue.persona_of(self.author)

    def _claim(self, persona):
        has_persona = persona and persona.is_usable and self.forgotten_personas < MAX_FORGOTTEN_PERSONAS
        self.persona = persona if has_persona else None
        self.sent_as_page_because = (
            "" if has_persona or not persona else persona.reason or _("Facebook keeps forgetting the persona.")
        )
        claimed = CLAIM(
            pk=self.pk,
            persona=self.persona and self.persona.pk,
            sent_as_page_because=str(self.sent_as_page_because),
            reply_to=self.reply_to,
        )
        self.attempts += claimed
        return claimed == 1

    def _call(self, client, file, tag):
        psid = self.conversation.customer.psid
        persona_id = self.persona and self.persona.graph_id
        options = {"persona_id": persona_id, "metadata": str(self.idempotency_key), "tag": tag}
        options["reply_to"] = self.reply_to or None
        if template := self.attached("template"):
            return template.send_template(client, psid, file, **options)
        if file:
            return file.send(client, psid, **options)
        offered = self.attached("quick_replies")
        return client.send_text(psid, self.text, quick_replies=offered and offered.payload, **options)

    # Facebook's refusal

    def _not_sent(self, error, tag, file):
        if error.is_outcome_unknown:
            return self.mark_unknown(_("Facebook did not answer."))
        if file and file.uploaded and error.may_be_about_upload:
            file.uploaded.forget()
            return self.queue_until(timezone.now())
        if self.persona and error.may_be_about_persona:
            return self._verify_persona(self.persona, error, tag)
        return self._send_without_quote_or_give_up(error, tag)

    def _verify_persona(self, persona, error, tag):
        """Ask Facebook whether it refused the persona rather than the message, and have that published anew."""
        self.conversation.send_queue.forget_personas()
        try:
            persona.confirm()
        except GraphError as unanswered:
            return self._give_up_or_wait(unanswered, tag)
        if persona.is_usable:
            return self._send_without_quote_or_give_up(error, tag)
        self.row.update(forgotten_personas=models.F("forgotten_personas") + 1)
        return self.queue_until(timezone.now())

    def _send_without_quote_or_give_up(self, error, tag):
        """Send the message without its quote if Facebook may not know the quoted message; else give up."""
        if self.reply_to and error.may_be_about_quote:
            return self.queue_until(timezone.now(), reply_to="")
        return self._give_up_or_wait(error, tag)

    def _give_up_or_wait(self, error, tag):
        """Follow the error catalogue. An error about the whole Page holds all its messages, and fails none."""
        if self.page.note_error(error):
            return self._wait_for_page(error.sentence)
        if is_resource_shortage(error):
            return self.queue_until(timezone.now() + self.SHORTAGE_PAUSE, SHORTAGE, attempts=0)
        if error.action.is_retryable and self.has_attempts_left:
            return self.queue_until(timezone.now() + self.backoff, error.sentence)
        return self.fail(self.conversation.note_refusal(error, tag))

    # Wait

    def _wait_for_page(self, error=""):
        until = max(self.page.waits_until or timezone.now(), timezone.now())
        spread = timedelta(seconds=random.uniform(0, 1))  # noqa: S311  (not all of its conversations at once)
        return self.queue_until(until + spread, error or self.page.why_waiting, attempts=0)

    def _wait_for_rate_limit(self, seconds):
        """Wait for a slot. One within the minute is reserved; a later one is asked for again, at a random moment."""
        longest = self.LONGEST_PAUSE.total_seconds()
        is_kept = seconds <= longest
        late = 0 if is_kept else random.uniform(0, longest)  # noqa: S311
        until = timezone.now() + timedelta(seconds=seconds + late)
        return self.queue_until(until, _("Facebook wants fewer calls for now."), has_rate_slot=is_kept)

    def _wait_for_persona(self, persona):
        self.page.refresh_from_db()
        if self.page.is_paused or self.page.is_slowed:
            return self._wait_for_page()
        soon = timezone.now() + PERSONA_PAUSE
        return self.queue_until(max(persona.next_attempt_at or soon, soon))
