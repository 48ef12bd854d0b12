"""Delivery of one handover: the call that passes the thread to another app at Facebook, or takes it from there.

The call stands in the conversation's send queue, between what was said before and after it.
https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

import logging
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.handover.cause import PEOPLE, Cause
from console.models.holder import Holder
from messenger import Action, GraphError
from personas.models.retry import CONSOLE_FAILED, Outcome, Retryable
from personas.resource_shortage import is_resource_shortage

METADATA = 1000  # characters that Facebook passes on

logger = logging.getLogger(__name__)


class Call(models.TextChoices):
    """The call that makes the change at Facebook, or the message that announces it to the customer."""

    PASS = "pass", "pass_thread_control"
    TAKE = "take", "take_thread_control"
    ANNOUNCE = "announce", _("message to the customer")


class HandoverDelivery(Retryable):
    """The part of a Handover that makes its call to Facebook."""

    MAX_ATTEMPTS = 8  # at passing errors, about two minutes
    LONGEST_PAUSE = timedelta(seconds=30)
    JITTER = 0.25

    call = models.CharField(max_length=8, choices=Call, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    # The columns of a Handover that its delivery reads.
    conversation: Any
    from_holder: Any
    to_holder: Any
    cause: Any
    note: Any
    summary: Any

    def notify_facebook(self):
        """Have the call to Facebook made, if another app controls the thread or has to."""
        if self.to_holder == Holder.BOT and self.conversation.rules.bot_app_id and not self._has_bot_control():
            self.enqueue(Call.PASS)
        elif self.to_holder in PEOPLE and self.conversation.is_controlled_elsewhere:
            self.enqueue(Call.TAKE)

    def enqueue(self, call, until=None):
        """Have the send queue make this call, in the order of the thread, but not before this moment."""
        self.call = call
        self.row.update(call=call, done_at=None, attempts=0, next_attempt_at=until)
        self.conversation.deliver_later((until - timezone.now()).total_seconds() if until else 0)

    def withdraw_announcement(self):
        """Cancel the message to the customer; return False if there is none, or it was queued already."""
        return bool(self.row.filter(call=Call.ANNOUNCE).update(call=""))

    def _has_bot_control(self):
        """Return whether the bot's app controls the thread already: it took control itself, or never lost it."""
        is_bots = self.from_holder == Holder.BOT and self.cause != Cause.CONTROL_BACK
        return is_bots or self.cause == Cause.CONTROL_TAKEN

    def deliver(self):
        """Make the call; return its outcome for the messages behind it, which may depend on it."""
        page = self.conversation.page
        if page.is_paused or page.is_slowed or not self.is_due:
            return Outcome.WAIT
        if self.call == Call.ANNOUNCE:
            self.conversation.announce(self)
            return Outcome.READ_AGAIN
        if self.call == Call.PASS and not self.conversation.rules.bot_app_id:  # the Page no longer has this bot
            return self._done(is_ours=True)
        if not self.conversation.send_queue.keep():
            return Outcome.WAIT  # another worker has leased the queue
        # Count the attempt first: the worker may die before it writes the outcome.
        self.row.filter(done_at=None).update(attempts=F("attempts") + 1)
        try:
            self._make_call(page.client())
        except GraphError as error:
            return self._not_done(page, error)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # after any error: the messages behind it must not wait for ever
            logger.exception("Handover %s could not be made at Facebook", self.pk)
            return (
                self._wait_out_shortage(CONSOLE_FAILED)
                if is_resource_shortage(error)
                else self._refused(CONSOLE_FAILED)
            )
        return self._done(is_ours=self.call == Call.TAKE)

    def _make_call(self, client):
        psid = self.conversation.customer.psid
        if self.call == Call.TAKE:
            client.take_thread_control(psid)
        else:
            app_id = self.conversation.rules.bot_app_id
            client.pass_thread_control(psid, app_id, (self.summary or self.note)[:METADATA] or None)

    def _not_done(self, page, error):
        action = error.action
        if page.note_error(error):
            until = max(page.waits_until or timezone.now(), timezone.now())
            return self._postpone(until, error.sentence, attempts=self.attempts)
        if is_resource_shortage(error):
            return self._wait_out_shortage(error.sentence)
        if (action.is_retryable or error.is_outcome_unknown) and self.has_attempts_left:
            return self._postpone(timezone.now() + self.backoff, error.sentence)
        if self.call == Call.PASS and self.attempts and action is Action.OTHER_APP:  # done by an attempt that was lost
            return self._done(is_ours=False)
        if error.lacks_default_app:  # then every app may answer, and no call is needed
            return self._done(is_ours=True)
        return self._refused(error.sentence)

    def _refused(self, reason):
        self.conversation.note_refused_control(self, reason)
        return Outcome.READ_AGAIN

    def _done(self, is_ours):
        self.conversation.note_control(self, is_ours)
        return Outcome.READ_AGAIN

    def _wait_out_shortage(self, error):
        """Wait while our own machine is out of something. This attempt does not count."""
        return self._postpone(timezone.now() + self.SHORTAGE_PAUSE, error, attempts=self.attempts)

    def _postpone(self, until, error, **fields):
        with self.conversation.raising_revision(is_listed=False) as revision:
            self.write_outcome(revision, next_attempt_at=until, error=error, **fields)
        self.conversation.deliver_later(max(0, (until - timezone.now()).total_seconds()))
        return Outcome.WAIT

    def write_outcome(self, revision, **fields):
        """Write the outcome of the call, under the conversation's lock."""
        self.row.filter(done_at=None).update(revision=revision, **fields)
