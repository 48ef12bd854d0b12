"""Facebook's thread control: one app at a time may answer, which may be another one than ours.

https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

from django.db import models
from django.db.models import Max
from django.utils import timezone

from console.models.conversation.thread_order import next_moment
from console.models.conversation.transitions import Transitions
from console.models.handover.cause import PEOPLE, Cause
from console.models.handover.delivery import Call
from console.models.handover.handover import Handover
from console.models.holder import Holder


class ThreadControl(Transitions):
    """The slice of a Conversation that shares its customer with other apps."""

    is_controlled_elsewhere = models.BooleanField(
        default=False, editable=False
    )  # Facebook accepts only another app's answers
    thread_control_at = models.BigIntegerField(default=0, editable=False)  # ms, of Facebook's last event about that

    class Meta:
        abstract = True

    # Facebook tells us

    def lose_control(self, cause, app_id="", note="", at=None):
        """Note that another app controls the thread, and that Facebook takes nothing from us."""
        with self.changing():
            if at is None or at > self.thread_control_at:
                self._lose_control(cause, app_id, note, at)

    def gain_control(self, app_id, note="", at=0):
        """Note that an app passed the thread to us."""
        with self.changing():
            if at <= self.thread_control_at:
                return
            self.thread_control_at, self.is_controlled_elsewhere = at, False
            if self.holder == Holder.QUEUE and not (self.is_open and self.held_since):
                self.assume_elsewhere(app_id)
            if self.holder in (Holder.BOT, Holder.ELSEWHERE):
                self.put_in_queue(Cause.HANDED_OVER if self.holder == Holder.BOT else Cause.CONTROL_BACK, note)

    def note_request(self, app_id, note, at):
        """Note that an app asks for the thread. The holder reads so in the thread, and may act on it."""
        with self.changing():
            if at > self.thread_control_at:
                self.thread_control_at = at
                self._record_request(app_id, note)

    # The outcome of our calls

    def note_control(self, handover, is_ours):
        """Note that Facebook changed thread control as we asked."""
        with self.changing(is_listed=False) as revision:
            handover.write_outcome(revision, done_at=timezone.now(), error="", next_attempt_at=None)
            self.is_controlled_elsewhere = not is_ours
            if not is_ours and self.holder in PEOPLE:  # handed over during the call
                self.handovers.latest_change().enqueue(Call.TAKE)

    def note_refused_control(self, handover, reason):
        """Note that Facebook refused to change thread control: nobody may wait for a holder who lacks it."""
        with self.changing() as revision:
            handover.write_outcome(revision, done_at=timezone.now(), error=reason)
            if handover.call == Call.PASS and self.holder == Holder.BOT:
                self.change_holder(Holder.QUEUE, Cause.CONTROL_REFUSED, note=reason)
            elif handover.call == Call.TAKE and self.holder in PEOPLE:
                self._go_elsewhere(Cause.CONTROL_REFUSED, note=reason)

    def forget_control(self):
        """Note that the other app's control has expired. Facebook sends no event about it."""
        self.is_controlled_elsewhere = False

    # Messages show it. All of this happens under the lock.

    def infer_control(self, event):
        """Infer who controls the thread from where Facebook delivers a message. No event reports an expiry."""
        at = event.at
        if not at or at <= self.thread_control_at or at <= _ms(self.held_since):
            return
        if event.is_standby == self.is_controlled_elsewhere:
            return
        if at <= _ms(self._facebook_notified_at()):  # sent while our call was being made
            return
        if event.is_standby:
            self._lose_control(Cause.CONTROL_ELSEWHERE, "", "", at)
            return
        self.is_controlled_elsewhere, self.thread_control_at = False, at
        if self.holder == Holder.BOT:  # which receives nothing now
            self.change_holder(Holder.BOT, Cause.CONTROL_BACK)
        elif self.holder == Holder.ELSEWHERE:
            self.change_holder(self.default_holder, Cause.CONTROL_BACK)

    def note_answer_elsewhere(self, app_id):
        """Note an answer from outside the console. An agent may still answer; the bot must not talk over it."""
        if self.holder == Holder.BOT or (self.holder != Holder.AGENT and self.is_open):
            self._go_elsewhere(Cause.ANSWERED_ELSEWHERE, app_id)

    def retract_answer_elsewhere(self, question):
        """Return the conversation to the default holder: an automatic reply had looked like somebody's answer."""
        is_mistaken = self.holder == Holder.ELSEWHERE and self.reason and self.reason.cause == Cause.ANSWERED_ELSEWHERE
        answers = self.messages.filter(is_incoming=False, is_automatic=False, sent_at__gte=question.sent_at)
        if is_mistaken and not self.is_controlled_elsewhere and not answers.exclude(source="").exists():
            self.change_holder(self.default_holder, Cause.CUSTOMER_WROTE)

    def note_bot_speaks(self):
        """Note that the bot spoke in a thread that Facebook gave it: the conversation is the bot's again."""
        if self.holder == Holder.ELSEWHERE and self.is_controlled_elsewhere:
            self.change_holder(Holder.BOT, Cause.CONTROL_TAKEN)

    def _lose_control(self, cause, app_id, note, at):
        self.is_controlled_elsewhere, self.thread_control_at = True, at or self.thread_control_at
        is_bots = bool(app_id) and app_id == self.rules.bot_app_id
        if is_bots and self.holder != Holder.BOT:
            self.change_holder(Holder.BOT, cause, note=note)
        elif not is_bots and not (self.holder == Holder.BOT and self.rules.bot_app_id and not app_id):
            self._go_elsewhere(cause, app_id, note)

    def _go_elsewhere(self, cause, app_id="", note=""):
        if self.holder != Holder.ELSEWHERE or app_id not in ("", self.elsewhere_app):
            self.change_holder(Holder.ELSEWHERE, cause, app=app_id, note=note)

    def _record_request(self, app_id, note):
        unchanged = {"to_holder": self.holder, "to_agent": self.agent, "to_app": app_id}
        Handover.objects.record(self, next_moment(self), cause=Cause.REQUESTED, note=note, **unchanged)

    def _facebook_notified_at(self):
        """Return when Facebook last changed thread control at our request."""
        return self.handovers.exclude(call="").aggregate(last=Max("done_at"))["last"]


def _ms(moment):
    return int(moment.timestamp() * 1000) if moment else 0
