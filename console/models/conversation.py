"""Everything said between one Customer and one Page. At any time one agent holds it, or it waits in the queue."""

from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console import live, typing_dots
from console.models.lane import Lane, free
from console.models.message import Message
from console.models.receiving import Receiving
from console.models.typing import Typing
from personas.models import Page

RECENTLY = timedelta(days=1)  # so long a reply that failed shows in the queue
EARLY, LATE = (Value(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 4000))  # no message comes before or after


class TakenByAnother(Exception):
    """Somebody else holds the conversation, or nobody: `holder` says who."""

    def __init__(self, holder):
        super().__init__(str(holder))
        self.holder = holder


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, agent):
        """The Pages are looked up first: given their ids, the planner keeps to the indexes below."""
        pages = Page.objects.open_to(agent).order_by().values_list("pk", flat=True)
        return self.filter(page__in=list(pages))

    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.filter(closed_at__isnull=False).in_order()

    def waiting(self):
        return self.open().filter(agent=None).in_order()

    def held_by(self, agent):
        return self.open().filter(agent=agent).in_order()

    def held_by_others(self, agent):
        return self.open().filter(agent__isnull=False).exclude(agent=agent).in_order()

    def in_order(self):
        return self.order_by("rank", "pk")

    def after(self, rank, pk):
        """What stands behind this place. The first condition is the one that an index can begin at."""
        return self.filter(Q(rank__gt=rank) | Q(pk__gt=pk), rank__gte=rank)

    def for_queue(self):
        failed = Message.objects.filter(
            conversation=OuterRef("pk"), state=Message.State.FAILED, at__gt=timezone.now() - RECENTLY
        )
        return self.select_related("customer", "agent", "page").defer("page__token").annotate(has_failed=Exists(failed))

    def pending(self):
        """With something to send now and nobody at it."""
        pending = Message.objects.pending().order_by().values("conversation")
        early = pending.filter(next_try_at__gt=timezone.now())
        return self.filter(free(), pk__in=pending).exclude(pk__in=early)

    def release(self):
        for conversation in self.open().select_related("agent"):
            with suppress(TakenByAnother):  # gone meanwhile
                conversation.release(conversation.agent)
        self.show_presence()

    def show_presence(self):
        live.nudge("queue")

    def orphaned(self):
        """Still held by somebody who has left: a take and a leave at the same moment."""
        return self.open().filter(agent__is_active=False)


class Conversation(Receiving, Lane, Typing, models.Model):
    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="conversations", verbose_name=_("Page"))
    customer = models.OneToOneField(
        "console.Customer", models.PROTECT, related_name="conversation", verbose_name=_("customer")
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="conversations",
        null=True,
        blank=True,
        verbose_name=_("held by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("customer waits since"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    last_words = models.CharField(_("last words"), max_length=200, blank=True)
    last_at = models.DateTimeField(_("last message"), null=True)
    delivered_until = models.DateTimeField(null=True, editable=False)  # Facebook's watermarks
    read_until = models.DateTimeField(null=True, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)  # steps with every change, under the row's lock
    leased_until = models.DateTimeField(null=True, editable=False)
    # Its place in its part of the queue, as one value that an index can hold: the longest wait first, then the newest
    # of those that nobody waits in; of the closed ones the last closed first.
    rank = models.GeneratedField(
        expression=Coalesce(LATE - F("closed_at"), F("waiting_since") - EARLY, LATE - F("last_at"), LATE - EARLY),
        output_field=models.DurationField(),
        db_persist=True,
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [  # one for each part of the queue, and the admin's list
            models.Index(fields=["agent", "rank", "id"], condition=Q(closed_at=None), name="conversation_held"),
            models.Index(fields=["rank", "id"], condition=Q(closed_at=None, agent=None), name="conversation_waiting"),
            models.Index(
                fields=["rank", "id"], condition=Q(closed_at=None, agent__isnull=False), name="conversation_others"
            ),
            models.Index(fields=["rank", "id"], condition=Q(closed_at__isnull=False), name="conversation_closed"),
            models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
        ]

    def __str__(self):
        return str(self.customer)

    @property
    def is_open(self):
        return self.closed_at is None

    def is_held_by(self, agent):
        return self.is_open and self.agent_id == agent.pk

    # Who holds it

    def take(self, agent):
        """From the queue, from the closed ones, or from a colleague who is away."""
        with self.changing():
            if self.is_open and self.agent_id not in (None, agent.pk) and self.agent.is_present:
                raise TakenByAnother(self.agent)
            if not self.is_open:
                self.waiting_since = self._unanswered_since()
            self.agent, self.closed_at, self.unread = agent, None, 0

    def release(self, agent):
        """Back to the queue."""
        with self.changing():
            self._must_be_held_by(agent)
            self.agent = None

    def close(self, agent):
        with self.changing():
            self._must_be_held_by(agent)
            self.agent, self.closed_at, self.waiting_since, self.unread = None, timezone.now(), None, 0

    def see(self, agent):
        """The holder has read what is there. Anybody else only peeks, and that is nobody's business."""
        if self.unread and self.is_held_by(agent):
            with self.changing():
                self.unread = 0

    # Send

    def send(self, author, text, key):
        """Queue a reply; the same key twice is the same reply."""
        with self.changing() as revision:
            self._must_be_held_by(author)
            message, is_new = Message.objects.get_or_create(
                key=key, defaults=self._reply(author, text, revision, self._next_moment())
            )
            if is_new:
                self._note_last(message, text)
                self.waiting_since, self.unread = None, 0
                transaction.on_commit(lambda: typing_dots.stop(self.pk))
                self.deliver_later()
        return message

    def retry(self, message, agent):
        """Queue again what failed or may not have arrived. It moves to the end: there the customer will see it."""
        with self.changing() as revision:
            self._must_be_held_by(agent)
            message.refresh_from_db(from_queryset=Message.objects.select_for_update())
            if message.can_retry:
                message.state, message.at, message.revision = Message.State.QUEUED, self._next_moment(), revision
                message.attempts, message.next_try_at, message.problem = 0, None, ""
                message.author = agent  # whoever says it now: a face that has left stays gone
                message.save()
                self.deliver_later()

    # Change

    @contextmanager
    def changing(self, is_listed=True):
        """Lock the row, give the next revision, save, and tell the browsers.

        Under the lock revisions are committed in the order of their numbers: whoever asks for what came after one
        misses nothing. is_listed: whether the queue shows the change too.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Conversation.objects.select_for_update())
            holder = (self.agent_id, self.closed_at)
            self.revision += 1
            yield self.revision
            self.save()
            live.nudge(f"conversation-{self.pk}")
            if (self.agent_id, self.closed_at) != holder:
                live.nudge(f"holder-{self.pk}")
            if is_listed:
                live.nudge("queue")

    def touch(self, *messages):
        """Something that hangs on it changed: have it shown anew."""
        with self.changing() as revision:
            self.messages.filter(pk__in=[message.pk for message in messages]).update(revision=revision)

    def _must_be_held_by(self, agent):
        if not self.is_held_by(agent):
            raise TakenByAnother(self.agent)

    def _reply(self, author, text, revision, at):
        return {
            "conversation": self,
            "page_id": self.page_id,
            "author": author,
            "is_incoming": False,
            "state": Message.State.QUEUED,
            "text": text,
            "at": at,
            "revision": revision,
        }

    def _next_moment(self):
        """Now, and after all that was said before: a reply stands behind its question, whatever the clocks say."""
        last = self.messages.aggregate(last=models.Max("at"))["last"]
        return max(timezone.now(), last + timedelta(milliseconds=1)) if last else timezone.now()

    def _unanswered_since(self):
        answered = self.messages.filter(is_incoming=False).aggregate(last=models.Max("at"))["last"]
        asked = self.messages.filter(is_incoming=True)
        return (asked.filter(at__gt=answered) if answered else asked).aggregate(first=models.Min("at"))["first"]

    def _note_last(self, message, words):
        if self.last_at is None or message.at >= self.last_at:
            self.last_at, self.last_words = message.at, words[:200]
