"""What Facebook says of other apps: which of them controls the thread, and so who may be heard in it.

https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

from django.db.models import Max
from django.utils import timezone

from console.models.handover import Call, Cause, Holder


class ThreadControl:
    """The part of a Conversation that shares its customer with other apps."""

    def note_control(self, handover, is_ours):
        """Facebook did as it was told."""
        with self.changing(is_listed=False) as revision:
            handover.become(revision, done_at=timezone.now(), error="", next_attempt_at=None)
            self.is_controlled_elsewhere = not is_ours
            if not is_ours and self.holder in (Holder.AGENT, Holder.QUEUE):  # called for while the call was under way
                self._call_facebook(Call.TAKE)

    def note_refused_control(self, handover, reason):
        """Facebook did not let us take it, or pass it on: nobody shall wait for one who does not have it."""
        with self.changing() as revision:
            handover.become(revision, done_at=timezone.now(), error=reason)
            if handover.call == Call.PASS and self.holder == Holder.BOT:
                self._give(Holder.QUEUE, Cause.CONTROL_REFUSED, note=reason)
            elif handover.call == Call.TAKE and self.holder in (Holder.AGENT, Holder.QUEUE):
                self._go_elsewhere(Cause.CONTROL_REFUSED, note=reason)

    def lose_control(self, cause, app_id="", note="", at=None):
        """Another app controls the thread now, and Facebook takes nothing from us."""
        with self.changing():
            if at is None or at > self.thread_control_at:
                self._lose_control(cause, app_id, note, at)

    def gain_control(self, app_id, note="", at=0):
        """An app passed the thread to us."""
        with self.changing():
            if at <= self.thread_control_at:
                return
            self.thread_control_at, self.is_controlled_elsewhere = at, False
            if self.holder == Holder.QUEUE and not (self.is_open and self.held_since):  # it was there unknown to us
                self.holder, self.elsewhere_app = Holder.ELSEWHERE, app_id
            if self.holder in (Holder.BOT, Holder.ELSEWHERE):
                self._hand_over(Cause.HANDED_OVER if self.holder == Holder.BOT else Cause.CONTROL_BACK, note)

    def note_request(self, app_id, note, at):
        """An app would like to have it: said in the thread, where the holder may do something about it."""
        with self.changing():
            if at > self.thread_control_at:
                self.thread_control_at = at
                self._write_down(self.holder, Cause.REQUESTED, agent=self.agent, app=app_id, note=note)

    # Under the lock

    def _note_channel(self, event):
        """Where Facebook tells us what a customer says shows who controls the thread. Nothing tells of an expiry."""
        at = event.at
        if (
            not at
            or at <= self.thread_control_at
            or at <= _ms(self.held_since)
            or event.is_standby == self.is_controlled_elsewhere
        ):
            return
        if at <= _ms(self._controlled_since()):  # said while our call was under way
            return
        if event.is_standby:
            self._lose_control(Cause.CONTROL_REFUSED, "", "", at)
            return
        self.is_controlled_elsewhere, self.thread_control_at = False, at
        if self.holder == Holder.BOT:  # which hears nothing now
            self._give(Holder.BOT, Cause.CONTROL_BACK)
        elif self.holder == Holder.ELSEWHERE:
            self._give(self._usual_holder(), Cause.CONTROL_BACK)

    def _controlled_since(self):
        """When Facebook last did what we told it."""
        return self.handovers.exclude(call="").aggregate(last=Max("done_at"))["last"]

    def _lose_control(self, cause, app_id, note, at):
        self.is_controlled_elsewhere, self.thread_control_at = True, at or self.thread_control_at
        is_bots = bool(app_id) and app_id == self.rules.bot_app_id
        if is_bots and self.holder != Holder.BOT:
            self._give(Holder.BOT, cause, note=note)
        elif not is_bots and not (self.holder == Holder.BOT and self.rules.bot_app_id and not app_id):
            self._go_elsewhere(cause, app_id, note)

    def _go_elsewhere(self, cause, app_id="", note=""):
        if self.holder != Holder.ELSEWHERE or app_id not in ("", self.elsewhere_app):
            self._give(Holder.ELSEWHERE, cause, app=app_id, note=note)

    def _hear_elsewhere(self, app_id):
        """Somebody answered outside the console. Whoever of us holds it still may; the bot must not talk over them."""
        if self.holder == Holder.BOT or (self.holder != Holder.AGENT and self.is_open):
            self._go_elsewhere(Cause.ANSWERED_ELSEWHERE, app_id)

    def _unhear_elsewhere(self, question):
        """What looked like somebody's answer was an automatic reply: whoever answers by default has it again."""
        is_mistaken = self.holder == Holder.ELSEWHERE and self.reason and self.reason.cause == Cause.ANSWERED_ELSEWHERE
        answers = self.messages.filter(is_incoming=False, is_automatic=False, sent_at__gte=question.sent_at)
        if is_mistaken and not self.is_controlled_elsewhere and not answers.exclude(source="").exists():
            self._give(self._usual_holder(), Cause.REOPENED)

    def _hear_bot(self):
        """An app that has the thread by Facebook's leave speaks: so it is the bot's again, whoever had it meanwhile."""
        if self.holder == Holder.ELSEWHERE and self.is_controlled_elsewhere:
            self._give(Holder.BOT, Cause.CONTROL_TAKEN)


def _ms(moment):
    return int(moment.timestamp() * 1000) if moment else 0
