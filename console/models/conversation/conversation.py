"""Everything said between one Customer and one Page. At any time one agent holds it, or it waits in the queue."""

from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from console import live
from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.assignment import Assignment, AssignmentQuerySet
from console.models.conversation.automatic_messages import AutomaticMessages
from console.models.conversation.disconnection import give_up
from console.models.conversation.handing import Handing
from console.models.conversation.inbound import Inbound
from console.models.conversation.messaging_window import MessagingWindow
from console.models.conversation.replies import Replies
from console.models.conversation.thread_control import ThreadControl
from console.models.conversation.timeouts import Timeouts, TimeoutsQuerySet
from console.models.conversation.transitions import TakenByAnother, Transitions
from console.models.conversation.typing import Typing
from console.models.conversation.unattended import BOT_ANSWERS_WITHIN, RECENTLY, Unattended, UnattendedQuerySet
from console.models.handover import Cause, Handover, Holder
from console.models.message.message import Message
from console.models.send_queue import Lane, free
from personas.models import Page

SWEEP_EVERY = 10  # s
EARLY, LATE = (Value(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 4000))  # no message comes before or after


class ConversationQuerySet(AssignmentQuerySet, TimeoutsQuerySet, UnattendedQuerySet):
    def visible_to(self, agent):
        return self.on(Page.objects.open_to(agent).order_by().only("pk"))

    def on(self, pages):
        """The Pages are looked up first: given their ids, the planner keeps to the indexes below."""
        return self.filter(page__in=[page.pk for page in pages])

    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.filter(closed_at__isnull=False).in_order()

    def waiting(self):
        return self.open().filter(holder=Holder.QUEUE).in_order()

    def held_by(self, agent):
        return self.open().filter(agent=agent).in_order()

    def waiting_for(self, teams):
        """For these teams or for nobody in particular; None is for anybody."""
        return self.waiting() if teams is None else self.waiting().filter(Q(team=None) | Q(team__in=teams))

    def in_other_hands(self, agent, teams):
        """Held by colleagues, or somewhere else, or waiting for other teams than these."""
        others = Q(holder__in=[Holder.AGENT, Holder.ELSEWHERE]) & ~Q(agent=agent)
        if teams is not None:
            others |= Q(holder=Holder.QUEUE, team__isnull=False) & ~Q(team__in=teams)
        return self.open().filter(others).in_order()

    def held_by_bot(self):
        return self.open().filter(holder=Holder.BOT).in_order()

    def waiting_for_bot(self):
        """A bot that left a word without an answer for long did so by choice, unless it has not heard it yet."""
        unheard = Exists(BotEvent.objects.with_words().filter(conversation=OuterRef("pk")).order_by())
        lately = Q(last_at__gt=timezone.now() - BOT_ANSWERS_WITHIN)
        return self.open().filter(unheard | lately, holder=Holder.BOT, waiting_since__isnull=False)

    def in_order(self):
        return self.order_by("rank", "pk")

    def after(self, rank, pk):
        """What stands behind this place. The first condition is the one that an index can begin at."""
        return self.filter(Q(rank__gt=rank) | Q(pk__gt=pk), rank__gte=rank)

    def for_change(self):
        """Locked, with what every change asks for: how its Page is, and its rules."""
        return self.select_for_update(of=("self",)).select_related("page__rules").defer("page__token")

    def for_queue(self):
        """Two questions for each row, each with an index of its own: message_failed and message_pending."""
        recent = Message.objects.filter(conversation=OuterRef("pk"), at__gt=timezone.now() - RECENTLY)
        failed = recent.failed()
        in_doubt = recent.filter(state=Message.State.UNKNOWN, next_attempt_at=None)
        rows = self.select_related("customer", "agent", "team", "reason__by")
        return rows.annotate(has_failed=Exists(failed), is_in_doubt=Exists(in_doubt))

    def with_page(self):
        """And its rules; without the token, which would be decrypted."""
        return self.select_related("page__rules").defer("page__token")

    def pending(self):
        """With something to send now and nobody at it."""
        messages = Message.objects.pending().order_by().values("conversation")
        handovers = Handover.objects.pending().order_by().values("conversation")
        pending = messages.union(handovers, all=True)
        later = {"next_attempt_at__gt": timezone.now()}
        early = messages.filter(**later).union(handovers.filter(**later), all=True)
        return self.filter(free(), pk__in=pending).exclude(pk__in=early).exclude(page__in=Page.objects.paused())

    def deliver_later(self):
        """The sweep asks again: what no worker came to meanwhile need not be asked for twice."""
        for conversation in self.pending():
            conversation.deliver_later(expires=SWEEP_EVERY)

    def hurry(self):
        """What waited for its Page to tell Facebook of their holders need not wait any longer."""
        Handover.objects.pending().filter(conversation__in=self).update(next_attempt_at=None)

    def return_to_queue(self):
        """Take them from agents who have left, or may not see them any more.

        In the order in which readers lock conversations, so that neither waits for the other for ever.
        """
        for conversation in self.open().select_related("agent").order_by("customer__psid", "pk"):
            with suppress(TakenByAnother):  # gone meanwhile
                cause = Cause.NO_ACCESS if conversation.agent.is_active else Cause.LEFT
                conversation.return_to_queue(conversation.agent, cause)
        self.show_presence()

    def give_up(self):
        """Their Page is disconnected: what waits to go out, or for a bot, waits no longer."""
        self.hand_over_unanswered(_now("The Page was disconnected."))
        give_up(self)

    def hand_over_unanswered(self, error):
        """A Page's bot does not answer: nobody who waits for it waits on."""
        for conversation in self.waiting_for_bot().order_by("customer__psid", "pk"):
            conversation.hand_over_unanswered(error)

    def show_presence(self):
        live.publish("queue")

    def show_page(self):
        """How its Page is stands above every conversation."""
        live.publish("hello")


class Conversation(
    Transitions,
    Handing,
    ThreadControl,
    Assignment,
    AutomaticMessages,
    Timeouts,
    Unattended,
    Inbound,
    Replies,
    Lane,
    Typing,
    MessagingWindow,
    models.Model,
):
    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="conversations", verbose_name=_("Page"))
    customer = models.OneToOneField(
        "console.Customer", models.PROTECT, related_name="conversation", verbose_name=_("customer")
    )
    holder = models.CharField(_("holder"), max_length=10, choices=Holder, default=Holder.QUEUE)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="conversations",
        null=True,
        blank=True,
        verbose_name=_("held by"),
    )
    team = models.ForeignKey(
        "console.Team", models.SET_NULL, related_name="conversations", null=True, blank=True, verbose_name=_("team")
    )
    elsewhere_app = models.TextField(blank=True, editable=False)  # id of the app that holds it
    reason = models.ForeignKey(  # which change of holder says why it is where it is
        "console.Handover", models.SET_NULL, related_name="+", null=True, editable=False
    )
    held_since = models.DateTimeField(_("held since"), null=True, editable=False)
    answer_by = models.DateTimeField(_("first answer by"), null=True, editable=False)
    is_new = models.BooleanField(default=False, editable=False)  # came to its holder, who has not seen it yet
    is_controlled_elsewhere = models.BooleanField(
        default=False, editable=False
    )  # Facebook takes answers of another app only
    thread_control_at = models.BigIntegerField(default=0, editable=False)  # ms, of Facebook's last word on that
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("customer waits since"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    last_words = models.CharField(_("last words"), max_length=200, blank=True)
    last_at = models.DateTimeField(_("last message"), null=True)
    delivered_until = models.DateTimeField(null=True, editable=False)  # Facebook's watermarks
    read_until = models.DateTimeField(null=True, editable=False)
    customer_active_at = models.DateTimeField(_("customer heard"), null=True, editable=False)
    messaging_window_until = models.DateTimeField(_("answers until"), null=True, editable=False)
    ad_click_at = models.DateTimeField(null=True, editable=False)  # and no message has come since
    ad_window_until = models.DateTimeField(_("after an ad perhaps until"), null=True, editable=False)
    human_agent_until = models.DateTimeField(_("answers of people until"), null=True, editable=False)
    human_agent_at = models.DateTimeField(_("confirmed that a person answers"), null=True, editable=False)
    human_agent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("confirmed by"),
    )
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
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(holder__in=["bot", "queue"]), name="nobody_holds_what_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(holder="agent", agent__isnull=False) | ~Q(holder="agent") & Q(agent=None),
                name="an_agent_holds_what_is_held_by_one",
            ),
        ]
        permissions = [("take_over_conversation", _("Can take a conversation over from a colleague at work"))]
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
            models.Index(fields=["rank", "id"], condition=Q(closed_at__isnull=False), name="conversation_closed"),
            models.Index(  # of none, if all goes well: see unattended.py
                fields=["id"],
                condition=Q(closed_at__isnull=False, waiting_since__isnull=False),
                name="conversation_closed_away",
            ),
            models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
            models.Index(
                fields=["answer_by"],
                condition=Q(closed_at=None, answer_by__isnull=False),
                name="conversation_unanswered",
            ),
        ]

    def __str__(self):
        return str(self.customer)

    # Change

    @contextmanager
    def changing(self, is_listed=True):
        """Lock the row, give the next revision, save, and tell the browsers.

        Under the lock revisions are committed in the order of their numbers: whoever asks for what came after one
        misses nothing. is_listed: whether the queue shows the change too.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Conversation.objects.for_change())
            headline = self._headline()
            self.revision += 1
            yield self.revision
            self.save()
            self.publish_change(is_listed, has_other_headline=self._headline() != headline)

    @contextmanager
    def stepping(self, is_listed=True):
        """The same where the conversation's own fields stay as they are: one statement locks and steps."""
        with transaction.atomic():
            yield self._next_revision()
            self.publish_change(is_listed)

    def _headline(self):
        """What stands above and below the thread, where messages alone change nothing."""
        holding = self.holder, self.agent_id, self.team_id, self.elsewhere_app, self.closed_at
        return *holding, self.way, self.time_left and self.answers_until, self.returns_at

    def touch(self, *messages):
        """Something that hangs on it changed: have it shown anew."""
        with self.stepping() as revision:
            self.messages.filter(pk__in=[message.pk for message in messages]).update(revision=revision)

    def _next_revision(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE console_conversation SET revision = revision + 1 WHERE id = %s RETURNING revision", [self.pk]
            )
            [revision] = cursor.fetchone()
        return revision

    def publish_change(self, is_listed, has_other_headline=False):
        topics = [f"conversation-{self.pk}"]
        topics += [f"holder-{self.pk}"] if has_other_headline else []
        topics += ["queue"] if is_listed else []
        live.publish(*topics)

    def _unanswered_since(self):
        answered = self.messages.filter(is_incoming=False, is_automatic=False).aggregate(last=models.Max("at"))["last"]
        asked = self.messages.filter(is_incoming=True, is_deleted=False)
        return (asked.filter(at__gt=answered) if answered else asked).aggregate(first=models.Min("at"))["first"]

    def _note_last(self, message, words):
        if self.last_at is None or message.at >= self.last_at:
            self.last_at, self.last_words = message.at, words[:200]
