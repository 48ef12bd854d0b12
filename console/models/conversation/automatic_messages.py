"""Messages that a Page's rules have the bot send: when an agent takes over, and outside business hours."""

import uuid

from django.utils import timezone

from console.models import business_hours
from console.models.conversation.thread_order import next_moment
from console.models.handover.cause import Cause
from console.models.handover_rules import NAME
from console.models.holder import Holder
from console.models.message.message import Message


def is_other_sender(conversation, agent):
    """Return whether an agent must be introduced: the Page wants it, and somebody else spoke before."""
    if not conversation.rules.introduction:
        return False
    senders = conversation.handovers.filter(to_holder__in=[Holder.AGENT, Holder.BOT]).exclude(cause=Cause.CLOSED)
    last = senders.in_order().last()
    return last is None or last.to_agent_id != agent.pk


def introduce(conversation, agent, at=None):
    """Introduce the agent who answers from now on. at: the place in the thread, if it is not the end."""
    text = conversation.rules.introduction.replace(NAME, agent.public_name)
    _announce(conversation, text, f"{agent.pk} at {conversation.revision}", at)


def closed_message(conversation):
    """Return the message for a customer who waits outside business hours; "" for none."""
    page, team = conversation.page, conversation.team
    text = (team and team.closed_message) or conversation.rules.closed_message
    is_needed = text and conversation.waiting_since and not business_hours.are_open(page, team, timezone.now())
    return text if is_needed else ""


def announce_closed_hours(conversation):
    """Announce that nobody is there, outside business hours: once while the customer waits, when Undo is over."""
    text = closed_message(conversation)
    if text and not conversation.handovers.unannounced().exists():
        _announce(conversation, text, f"closed since {conversation.waiting_since.isoformat()}")


def _announce(conversation, text, occasion, at=None):
    """Have the bot send it, once on each occasion. It is no answer: a customer who waits goes on waiting."""
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"conversation {conversation.pk}: {occasion}")
    if not text or not conversation.may_bot_reply or conversation.is_blocked:
        return
    if not conversation.messages.filter(idempotency_key=key).exists():
        at = at or next_moment(conversation)
        Message.objects.queue(conversation, None, text, at, idempotency_key=key, is_automatic=True)
        conversation.deliver_later()
