"""The queue: its parts, each a queryset with an index of its own, and the columns that put a row in its place."""

from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agents.compiled import Compiled, Given, GivenList
from console.models.activity import Activity, Kind
from console.models.conversation.revision import Revision, RevisionQuerySet
from console.models.holder import Holder
from console.models.message.message import Message

MAX_LAST_WORDS = 200  # characters
RECENTLY = timedelta(days=1)  # for which the queue shows a reply that failed, or may have, and how a customer came
OTHERS = [Holder.AGENT, Holder.ELSEWHERE]
EARLY, LATE = (Value(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 4000))  # no message is before or after


def sections(agent_id, teams):
    """Return the conditions of the sections in an agent's queue. Each conversation meets one of them.

    teams: the keys of the agent's teams; None is for all teams. console/queue/sections.py applies the conditions to
    conversations that are loaded, so they name columns of the table alone.
    """
    is_open, waits = Q(closed_at__isnull=True), Q(holder=Holder.QUEUE)
    waits_for_them, is_with_others = waits, Q(holder__in=OTHERS) & ~Q(agent_id=agent_id)
    if teams is not None:
        waits_for_them = waits & (Q(team_id__isnull=True) | Q(team_id__in=teams))
        is_with_others |= waits & Q(team_id__isnull=False) & ~Q(team_id__in=teams)
    return {
        "mine": is_open & Q(agent_id=agent_id, is_snoozed=False),
        "snoozed": is_open & Q(agent_id=agent_id, is_snoozed=True),
        "waiting": is_open & waits_for_them,
        "others": is_open & is_with_others,
        "bot": is_open & Q(holder=Holder.BOT),
        "closed": Q(closed_at__isnull=False),
    }


def place_text(rank, pk):
    """Return a place in the order of the queue as a text that sorts like it."""
    return f"{rank // timedelta(microseconds=1):018d}-{pk:012d}"


# The marks of rows


def _recent(rows):
    return rows.filter(conversation__pk__any=GivenList("pks"), at__gt=Given("since"))


def _unsent():
    messages, replies = _recent(Message.objects.order_by()), apps.get_model("console.ScheduledReply").objects
    refused = _recent(replies.order_by()).filter(state="refused").values_list("conversation", "state")
    return messages.unsent().values_list("conversation", "state").union(refused)


UNSENT = Compiled(_unsent)
FAILED = Compiled(lambda: _recent(Message.objects.order_by()).failed().values_list("conversation"))
CAME = Compiled(
    lambda: (
        _recent(Activity.objects.filter(kind=Kind.REFERRAL)).order_by("at", "pk").values_list("conversation", "details")
    )
)


class InboxQuerySet(RevisionQuerySet):
    # The parts

    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.in_section("closed")

    def waiting(self):
        return self.in_section("waiting")

    def waiting_for(self, teams):
        """Filter to waiting conversations for these teams or for no team; None is for any team."""
        return self.in_section("waiting", teams=teams)

    def held_by(self, agent):
        return self.in_section("mine", agent.pk)

    def in_section(self, name, agent_id=None, teams=None):
        return self.filter(sections(agent_id, teams)[name]).in_order()

    def count_by_holder(self):
        """Return (Page, holder, team, agent, whether it is snoozed, number) of open conversations.

        No desk counts those with the bot.
        """
        open_ones = self.open().exclude(holder=Holder.BOT).order_by()
        values = open_ones.values_list("page_id", "holder", "team_id", "agent_id", "is_snoozed")
        return values.annotate(number=Count("pk"))

    # Their rows

    def in_order(self):
        return self.order_by("rank", "pk")

    def mark(self, rows):
        """Read the marks of rows. In the query of the rows, they would cost Django 3 ms."""
        if not rows:
            return
        given = {"pks": [row.pk for row in rows], "since": timezone.now() - RECENTLY}
        unsent = UNSENT(**given)
        is_failed = any(state == Message.State.FAILED for _pk, state in unsent)
        failed = {pk for (pk,) in FAILED(**given)} if is_failed else set()
        failed |= {pk for pk, state in unsent if state == "refused"}
        unknown = {pk for pk, state in unsent if state == Message.State.UNKNOWN}
        came_by = dict(CAME(**given))
        for row in rows:
            row.has_failed, row.has_unknown = row.pk in failed, row.pk in unknown
            row.came_by = came_by.get(row.pk)


class Inbox(Revision):
    """The slice of a Conversation that stands in the queue."""

    last_words = models.CharField(_("last words"), max_length=MAX_LAST_WORDS, blank=True)
    are_last_words_ours = models.BooleanField(default=False, db_default=False, editable=False)  # names of kinds
    last_at = models.DateTimeField(_("last message"), null=True)
    # The conversation's place in its part of the queue, as one value for an index: the longest wait first, then the
    # newest of the conversations whose customer does not wait. Of closed conversations the last closed comes first.
    rank = models.GeneratedField(
        expression=Coalesce(LATE - F("closed_at"), F("waiting_since") - EARLY, LATE - F("last_at"), LATE - EARLY),
        output_field=models.DurationField(),
        db_persist=True,
    )

    class Meta:
        abstract = True
        indexes = [  # one for each part of the queue, and the admin's list
            models.Index(fields=["agent", "rank", "id"], condition=Q(closed_at=None), name="conversation_held"),
            models.Index(
                fields=["rank", "id"], condition=Q(closed_at=None, holder="queue"), name="conversation_waiting"
            ),
            models.Index(
                fields=["rank", "id"],
                condition=Q(closed_at=None)
                & (Q(holder__in=["agent", "elsewhere"]) | Q(holder="queue", team__isnull=False)),
                name="conversation_others",
            ),
            models.Index(fields=["rank", "id"], condition=Q(closed_at=None, holder="bot"), name="conversation_bots"),
            models.Index(fields=["rank", "id"], condition=Q(closed_at=None), name="conversation_open"),  # saved views
            models.Index(fields=["rank", "id"], condition=Q(closed_at__isnull=False), name="conversation_closed"),
            models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
            # Agents may sort open conversations by these: console/queue/orders.py.
            models.Index(
                LATE - Coalesce(F("last_at"), EARLY), "id", condition=Q(closed_at=None), name="conversation_open_newest"
            ),
            models.Index(
                Coalesce(F("answer_by") - EARLY, (LATE - EARLY) + F("rank")),
                "id",
                condition=Q(closed_at=None),
                name="conversation_open_due",
            ),
        ]

    @property
    def row_place(self):
        """Return the sort key of its row, which sorts as text in a browser, too."""
        return place_text(self.rank, self.pk)

    def note_last_words(self, message, words):
        """Show these words in the row of the queue, unless a later message is known."""
        if self.last_at is None or message.at >= self.last_at:
            self.last_at, self.last_words = message.at, words[:MAX_LAST_WORDS]
            self.are_last_words_ours = not message.text

    def note_unsent_words(self, message, texts):
        """Show in the row of the queue that the last message was unsent, if it was.

        texts: the words of the unsent message.
        """
        is_last = self.last_at is not None and message.at >= self.last_at
        if is_last or (self.last_words and self.last_words in {text[:MAX_LAST_WORDS] for text in texts}):
            self.last_words, self.are_last_words_ours = gettext_noop("Message unsent"), True
