"""The state of a message, which says only what is known, and the outcomes of its attempts."""

import logging
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from personas.models.retry import Outcome, Retryable

# One statement, and so one commit: the conversation's revision increases under its lock, and the message gets it.
WRITE_OUTCOME = """
WITH stepped AS (UPDATE console_conversation SET revision = revision + 1 WHERE id = %s RETURNING id, revision)
UPDATE console_message SET {}, revision = stepped.revision FROM stepped
WHERE console_message.id = %s AND state = ANY(%s) AND attempts = %s
RETURNING EXISTS (SELECT FROM console_message AS failed WHERE conversation_id = stepped.id AND failed.state = 'failed')
"""

logger = logging.getLogger(__name__)


class MessageState(Retryable):
    """The part of a Message that says how far it has come."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        UNKNOWN = "unknown", _("unknown")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("failed")

    GONE = [State.SENT, State.DELIVERED, State.READ]
    UNSENT = [State.QUEUED, State.SENDING, State.UNKNOWN, State.FAILED]
    MAX_ATTEMPTS = 12  # at passing errors; with the pauses below about eight minutes
    LONGEST_PAUSE = timedelta(minutes=1)
    JITTER = 0.25

    state = models.CharField(_("state"), max_length=12, choices=State)

    class Meta:
        abstract = True

    # The attributes of a Message that this part reads.
    page: Any
    page_id: int
    conversation: Any
    conversation_id: int
    author: Any
    attachments: Any
    text: Any
    reply_to: Any
    idempotency_key: Any
    at: Any

    @property
    def is_unsent(self):
        return self.state in self.UNSENT

    @property
    def can_retry(self):
        """Return whether an agent has to decide: it failed, or nobody can find out whether it arrived."""
        return self.state == self.State.FAILED or (self.state == self.State.UNKNOWN and self.next_attempt_at is None)

    @property
    def holds_others(self):
        """Return whether the messages behind it wait, for longer than behind a message that was just queued."""
        waits = self.state == self.State.QUEUED and self.error
        return bool(waits) or (self.state == self.State.UNKNOWN and not self.can_retry)

    def mark_sent(self, mid):
        """Note that Facebook has it, under this id."""
        self.write_outcome(self.State.SENT, mid=mid, error="", next_attempt_at=None)
        self.page.note_success()
        if self.author and not self.author.is_active:
            self.author.personas.withdraw()
        return Outcome.NEXT

    def fail(self, error):
        """Give it up, with the reason as a sentence. The messages behind it may follow."""
        self.write_outcome(self.State.FAILED, error=error)
        return Outcome.NEXT

    def queue_until(self, until, error: str | Promise = "", **fields):
        """Attempt it again at this time."""
        self.write_outcome(self.State.QUEUED, next_attempt_at=until, error=error, **fields)
        return self.wait_until(until)

    def wait_until(self, until):
        """Have a worker come back at this time, unless it is there already."""
        seconds = (until - timezone.now()).total_seconds()
        if seconds <= 0:
            return Outcome.READ_AGAIN
        self.conversation.deliver_later(seconds)
        return Outcome.WAIT

    def write_outcome(self, state, **fields):
        """Write the outcome, unless an echo has shown that it was sent, or another worker attempts it by now."""
        fields = {"state": state, **fields}
        columns = ", ".join(f"{name} = %s" for name in fields)
        values = [str(value) if isinstance(value, Promise) else value for value in fields.values()]
        with connection.cursor() as cursor:
            known = [self.pk, list(self.UNSENT), self.attempts]
            cursor.execute(WRITE_OUTCOME.format(columns), [self.conversation_id, *values, *known])
            [follows_a_failure] = cursor.fetchone() or [False]
        for name, value in zip(fields, values, strict=True):
            setattr(self, name, value)
        logger.info("The message is %s", state, extra={"fields": {"message_id": self.pk, "attempts": self.attempts}})
        is_listed = self.can_retry or (state == self.State.SENT and follows_a_failure)
        self.conversation.publish_change(is_listed=is_listed, has_other_headline=self.can_retry)  # stays with the agent
        if self.can_retry:
            self.conversation.note_unsent()
