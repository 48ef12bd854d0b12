"""Reminders: news that no change brings, but the time. Each calls once for one wait or one end of a window."""

from datetime import timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from agents.preferences import Calls
from console.calls.news import Item, News, announce
from console.calls.rules import Minutes
from console.models.handover.cause import PEOPLE

MINUTE = Value(timedelta(minutes=1))
SWEEP_BATCH = 200


class ReminderQuerySet(models.QuerySet):
    def remind(self):
        """Call agents whose customers wait for too long, or whose messaging windows close; return these news."""
        due = [*self.unanswered(), *self.closing(), *self.waiting(), *self.unattended()]
        items = [item for item, since in due if self.claim(item, since)]
        announce(items)
        return items

    def claim(self, item, since):
        """Note that the item calls for a wait that began then; return whether it had not called for it yet."""
        key = {"conversation_id": item.conversation_id, "agent_id": item.agent_id}
        row, is_new = self.get_or_create(**key, news=item.news, minutes=item.minutes, defaults={"since": since})
        return is_new or self.filter(pk=row.pk).exclude(since=since).update(since=since) == 1

    # Each yields pairs of an item and the moment since when it is due.

    def unanswered(self):
        after = _minutes("unanswered_after", Minutes.TEN)
        overdue = _held().annotate(after=after).exclude(after=timedelta(0))
        overdue = overdue.filter(waiting_since__lte=timezone.now() - F("after"))
        new = overdue.exclude(
            Exists(self._about(News.UNANSWERED, agent=OuterRef("agent"), since=OuterRef("waiting_since")))
        )
        for conversation in new[:SWEEP_BATCH]:
            yield Item(conversation.pk, News.UNANSWERED, conversation.agent_id), conversation.waiting_since

    def closing(self):
        """Find windows by their columns first; the conversation itself knows which of its ends counts."""
        now, within = timezone.now(), _minutes("window_within", Minutes.HOUR)
        ends = ["messaging_window_until", "human_agent_until"]
        soon = [Q(**{f"{end}__gt": now, f"{end}__lte": now + F("within")}) for end in ends]
        known = self._about(News.WINDOW_CLOSES, agent=OuterRef("agent"), since__in=[OuterRef(end) for end in ends])
        found = _held().annotate(within=within).filter(soon[0] | soon[1]).exclude(Exists(known)).with_page()
        for conversation in found[:SWEEP_BATCH]:
            if (end := conversation.answerable_until) and end <= now + conversation.within:
                yield Item(conversation.pk, News.WINDOW_CLOSES, conversation.agent_id), end

    def waiting(self):
        """Find the waits in the queue that are longer than some agents want them to be."""
        everybody = Agent.objects.working().filter(calls=Calls.ALL).order_by()
        for minutes in set(
            everybody.values_list(Coalesce("call_rules__queue_after", Value(Minutes.TEN)), flat=True)
        ) - {0}:
            rows = apps.get_model("console.Conversation").objects.waiting()
            overdue = rows.filter(waiting_since__lte=timezone.now() - timedelta(minutes=minutes))
            known = self._about(News.QUEUE_WAITS, minutes=minutes, since=OuterRef("waiting_since"))
            for conversation in overdue.exclude(Exists(known))[:SWEEP_BATCH]:
                yield Item(conversation.pk, News.QUEUE_WAITS, minutes=minutes), conversation.waiting_since

    def unattended(self):
        """Find the waits to which nobody has reacted for longer than the rules of the Page allow."""
        after = ExpressionWrapper(F("page__rules__escalate_after") * MINUTE, output_field=DurationField())
        open_ones = apps.get_model("console.Conversation").objects.open().filter(holder__in=PEOPLE, is_snoozed=False)
        overdue = open_ones.filter(waiting_since__lte=timezone.now() - after)
        new = overdue.exclude(Exists(self._about(News.ESCALATED, since=OuterRef("waiting_since"))))
        for conversation in new[:SWEEP_BATCH]:
            yield Item(conversation.pk, News.ESCALATED), conversation.waiting_since

    def _about(self, news, **more):
        return self.filter(conversation=OuterRef("pk"), news=news, **more)


class Reminder(models.Model):
    conversation_id: int

    conversation = models.ForeignKey("console.Conversation", models.CASCADE, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", null=True)  # None: the queue
    news = models.CharField(max_length=14, choices=News)
    minutes = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()  # of the wait, or the end of the window, for which it called last

    objects: ClassVar[Any] = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "news", "minutes", "agent"],
                nulls_distinct=False,
                name="one_reminder_of_each_kind",
            )
        ]

    def __str__(self):
        return f"{self.conversation_id} {self.news}"


def _held():
    """Filter to conversations of agents whose customer waits, and which are not set aside."""
    held = apps.get_model("console.Conversation").objects.open()
    return held.filter(agent__isnull=False, is_snoozed=False, waiting_since__isnull=False).exclude(
        agent__calls=Calls.NONE
    )


def _minutes(rule, default):
    after = Coalesce(F(f"agent__call_rules__{rule}"), Value(default))
    return ExpressionWrapper(after * MINUTE, output_field=DurationField())
