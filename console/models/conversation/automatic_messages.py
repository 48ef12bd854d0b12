"""Sentences that a Page's rules have the bot say, when a conversation changes hands or nobody is there."""

import uuid

from django.utils import timezone

from console.models import business_hours
from console.models.conversation.messaging_window import Way
from console.models.handover import Cause, Holder
from console.models.handover_rules import NAME
from console.models.message.message import Message


class AutomaticMessages:
    """The part of a Conversation that says what happens to it."""

    def _is_other_face(self, agent):
        """Whether the customer was talking to somebody else before: not after a release and a take."""
        faces = self.handovers.filter(to_holder__in=[Holder.AGENT, Holder.BOT]).exclude(cause=Cause.CLOSED)
        last = faces.in_order().last()
        return last is None or last.to_agent_id != agent.pk

    def _introduce(self, agent):
        sentence = self.rules.sentence.replace(NAME, agent.public_name)
        self._announce(sentence, f"{agent.pk} at {self.revision}")

    def _say_that_closed(self):
        """Once in each wait of the customer's, however often it comes back to the queue."""
        sentence = (self.team and self.team.closed_sentence) or self.rules.closed_sentence
        if sentence and self.waiting_since and not business_hours.are_open(self.page, self.team, timezone.now()):
            self._announce(sentence, f"closed since {self.waiting_since.isoformat()}")

    def _announce(self, text, occasion):
        """Have the bot's face say it, once on each occasion. It answers nobody: who waits goes on waiting."""
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"conversation {self.pk}: {occasion}")
        may_speak = self.way is Way.OPEN and not self.page.is_disconnected
        if text and may_speak and not self.messages.filter(key=key).exists():
            reply = self._reply(None, text, self.revision, self._next_moment())
            Message.objects.create(key=key, is_automatic=True, **reply)
            self.deliver_later()
