"""Earlier conversations. A customer has one conversation for ever: a stay is a part of it, from opening to closing.

A stay begins with a message of the customer or a change of holder, and ends with a handover that closes it.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, JSONObject, Least, NullIf
from django.utils.timesince import timesince

from agents.models import Agent
from console.customer_panel.parts import Part, other_of, part_of
from console.models import Cause, Handover, Holder, Message
from console.models.conversation.inbox import EARLY
from console.models.holder import app_name, label_of

MOST_STAYS = 5
MINUTE = timedelta(minutes=1)
IN_STAY = Q(conversation=OuterRef("conversation"), at__gt=OuterRef("closed_before"), at__lte=OuterRef("at"))


class Stay(NamedTuple):
    """One stay. other: its conversation, unless it is the one beside the panel. entry: the id of the entry of the
    thread with which it began. lasted: "" for less than a minute.
    names: of those who answered the customer."""

    other: Any
    entry: str
    began_at: object
    lasted: str
    names: list
    closed_by: str
    reason: str


def stays(conversations, before=None):
    """Return the stays of these conversations, the last first."""
    found = part_of(_closings(conversations), MOST_STAYS, before)
    agents = Agent.objects.in_bulk({answer["author"] for closing in found.rows for answer in closing.answers})
    return Part([_stay(conversations, closing, agents) for closing in found.rows], found.more)


def _closings(conversations):
    """Return the handovers that closed these conversations, annotated with what is shown of each stay."""
    earlier = Handover.objects.filter(conversation=OuterRef("conversation"), cause=Cause.CLOSED, at__lt=OuterRef("at"))
    last = Subquery(earlier.order_by("-at").values("at")[:1])
    incoming = Message.objects.filter(IN_STAY, is_incoming=True, is_imported=False).order_by("at", "pk")
    changes = Handover.objects.filter(IN_STAY).order_by("at", "pk")
    reasons = changes.filter(from_holder=Holder.BOT, to_holder=Holder.QUEUE).exclude(note="", summary="")
    words = Coalesce(NullIf("summary", Value("", TextField())), "note")
    return (
        Handover.objects.filter(conversation__in=conversations, cause=Cause.CLOSED)
        .select_related("by")
        .annotate(
            place_at=F("at"),
            closed_before=Coalesce(last, EARLY),
            first_message=Subquery(incoming.values("pk")[:1]),
            first_change=Subquery(changes.values("pk")[:1]),
            began_at=Least(Subquery(incoming.values("at")[:1]), Subquery(changes.values("at")[:1])),
            answers=ArraySubquery(_answers()),
            why=Subquery(reasons.values(words=words)[:1]),
        )
    )


def _answers():
    """Return the names of those who answered the customer, each once."""
    answers = Message.objects.filter(IN_STAY, is_imported=False, is_incoming=False, is_automatic=False)
    said = answers.exclude(state=Message.State.FAILED)
    who = JSONObject(author="author_id", is_by_bot="is_by_bot", source="source")
    return said.order_by().values(who=who).distinct()


def _stay(conversations, closing, agents):
    other = other_of(conversations, closing.conversation_id)
    page = (other or conversations[0]).page
    entry = f"message-{closing.first_message}" if closing.first_message else f"handover-{closing.first_change}"
    names = sorted({_name(page, answer, agents) for answer in closing.answers})
    lasted = timesince(closing.began_at, closing.at) if closing.at - closing.began_at >= MINUTE else ""
    closed_by = closing.by or label_of(page, closing.from_holder, None, closing.from_app)
    return Stay(other, entry, closing.began_at, lasted, names, str(closed_by), closing.why or "")


def _name(page, answer, agents):
    """Return the name of an agent, of the bot, or of the app under which somebody answered elsewhere."""
    if answer["author"]:
        return str(agents[answer["author"]])
    if answer["is_by_bot"] or not answer["source"]:
        return label_of(page, Holder.BOT, None, "")
    return app_name(answer["source"])
