"""A scheduled reply: a reply that an agent has written to be sent later. When it is due, it is sent as any other."""

import logging
import uuid
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import live
from console.models.conversation.checks import check_all_seen
from console.models.message.message import Message
from console.models.refusals import KeyInUse, Refused, UnseenBeforeLater
from console.models.timeline import TimelineQuerySet
from console.scheduled_replies.files import ScheduledFile
from console.scheduled_replies.listing import SHOWN, Listed, ListedQuerySet, State
from console.wording import attachments
from console.wording.cards import cards_of
from console.wording.quick_replies import titles_in

SWEEP_BATCH = 200

logger = logging.getLogger(__name__)


WRITTEN = ["text", "quick_replies", "template", "at", "is_for_silence"]


class NotThere(Refused):
    """The reply has gone out, or its author has discarded it on another device."""

    def __init__(self):
        super().__init__(gettext("This reply has been sent or discarded meanwhile."))


class ScheduledReplyQuerySet(TimelineQuerySet, ListedQuerySet):
    def send_later(self, conversation, author, text, at, *, files=(), idempotency_key=None, **more):
        """Schedule a reply. more: its quick replies, or a template in place of a text; is_for_silence;
        seen: the last message that the author has seen.

        The same idempotency key twice is the same reply. Raises Refused if the author could not send a reply now, or if
        the messaging window will be shut by then.
        """
        key = idempotency_key or uuid.uuid4()
        with ScheduledFile.objects.storing(files) as stored, conversation.changing() as revision:
            if known := self.filter(idempotency_key=key).first():
                return self._same(known, conversation, author)
            reply = self.model(conversation=conversation, author=author, idempotency_key=key)
            reply._write(text, at, **more)
            reply._save(revision)
            reply.files.add(*stored, bulk=False)
        return reply

    def _same(self, known, conversation, author):
        if (known.conversation_id, known.author_id) != (conversation.pk, author.pk):
            raise KeyInUse(gettext("Another reply has this key: choose a new one for each."))
        return known

    def for_thread(self):
        return self.select_related("author").prefetch_related("files")

    def shown(self):
        """Filter to the replies that stand in the thread: they wait, or were not sent."""
        return self.filter(state__in=SHOWN)

    def gone(self):
        """Filter to the replies that stand in the thread no longer: they were sent or discarded."""
        return self.exclude(state__in=SHOWN)

    def between(self, oldest, newest):
        return super(ScheduledReplyQuerySet, self.shown()).between(oldest, newest)

    def written_by(self, agent):
        """Filter to the replies that this agent may edit, send or discard."""
        return self.filter(author=agent, state__in=SHOWN)

    def send_due(self):
        """Send the replies that are due, and stop those to customers who wrote before.

        An unexpected error stops no other reply, and the next sweep tries again.
        """
        due = self.waiting().filter(models.Q(at__lte=timezone.now()) | self._broken_silence())
        for reply in due.select_related("conversation", "author").order_by("at", "pk")[:SWEEP_BATCH]:
            try:
                reply.send()
            except Exception:
                logger.exception("Scheduled reply %s cannot be sent", reply.pk)

    def _broken_silence(self):
        """Return the condition that a reply is only for silence, and its customer has written since."""
        said = Message.objects.filter(conversation=OuterRef("conversation"), pk__gt=OuterRef("seen"))
        return models.Q(Exists(said.filter(is_imported=False, is_incoming=True)), is_for_silence=True)


class ScheduledReply(Listed):
    author_id: int
    conversation_id: int
    files: Any

    conversation = models.ForeignKey(
        "console.Conversation", models.PROTECT, related_name="scheduled_replies", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="scheduled_replies", verbose_name=_("author")
    )
    text = models.TextField(_("text"), blank=True)
    quick_replies = models.TextField(_("quick replies"), blank=True, default="", db_default="")
    template = models.JSONField(_("template"), null=True)  # as Facebook takes it, in place of a text
    is_for_silence = models.BooleanField(_("only if the customer has not written by then"), default=False)
    seen = models.BigIntegerField(editable=False)  # the last message of the customer when it was written; 0 for none
    problem = models.TextField(_("problem"), blank=True)
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of the form: see message_key

    objects: ClassVar[Any] = ScheduledReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled reply")
        verbose_name_plural = _("scheduled replies")
        indexes = [
            models.Index(fields=["conversation", "revision"], name="scheduled_changes"),
            models.Index(fields=["at"], condition=models.Q(state="waiting"), name="scheduled_due"),
        ]

    def __str__(self):
        return self.words[:60]

    @property
    def message_key(self):
        """Return the idempotency key of its message.

        Its own key may be that of a reply that the same form sent at once.
        """
        return uuid.uuid5(self.idempotency_key, "later")

    @property
    def words(self):
        """Return its text or its cards, or else the names of its files."""
        if self.template:
            return attachments.in_short("template", "", self.template)
        return self.text or ", ".join(file.title for file in self.files.all())

    @property
    def cards(self):
        """Return its cards. The picture or video of a card is named: customers and agents see it once it was sent."""
        cards = cards_of(self.template) if self.template else []
        for card, file in zip(cards, self.files.all(), strict=False):
            card.title = file.title
        return cards

    @property
    def quick_reply_titles(self):
        return titles_in(self.quick_replies)

    @property
    def place(self):
        """Return a text that sorts, like a message's, where it stands in the thread."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-s{self.pk:012d}"

    @property
    def is_gone(self):
        return self.state not in SHOWN

    def edit(self, text, at, *, files=(), removed=(), **more):
        """Change the reply, which then waits again. Raises Refused as `send_later` does, or NotThere.

        removed: some of its files.
        """
        with ScheduledFile.objects.storing(files) as stored, self._changing():
            self._write(text, at, **more)
            self.files.filter(pk__in=[file.pk for file in removed]).discard()
            self.files.add(*stored, bulk=False)

    def discard(self):
        with self._changing():
            self.state = State.DISCARDED
            self.files.discard()

    def send_now(self, seen=None):
        """Send the reply before it is due, or after a refusal.

        Raises Refused, and changes nothing, if that is not possible.

        seen: the last message that the author has seen.
        """
        with self._changing():
            self._send(seen=seen)

    def send(self):
        """Send the reply if it is due, or note why that is not possible. It may be stopped before it is due."""
        with suppress(NotThere), self._changing():
            if self.state != State.WAITING:
                return
            if self.is_for_silence and self._last_of_customer() > self.seen:
                self.state = State.STOPPED
            elif self.at <= timezone.now():
                self._send_or_stay()

    def check_there(self):
        if self.is_gone:
            raise NotThere

    def may_be_discarded_by(self, agent):
        """Return whether this agent may discard it: the author, or anybody if the author cannot send it any more."""
        return self.author_id == agent.pk or self.author_id != self.conversation.agent_id

    @contextmanager
    def _changing(self):
        """Lock the conversation, read the reply as it is by now, and save it in the end."""
        with self.conversation.changing() as revision:
            self.refresh_from_db(fields=[*WRITTEN, "seen", "state", "problem"])
            self.check_there()
            yield
            self._save(revision)

    def _save(self, revision):
        self.revision = revision
        self.save()
        live.publish(f"scheduled-{self.pk}")

    def _write(self, text, at, *, is_for_silence=False, quick_replies="", template=None, seen=None):
        """Set its content and moment. is_for_silence: send it only if the customer has not written by then."""
        self.conversation.check_held_by(self.author)
        check_all_seen(self.conversation, seen, UnseenBeforeLater)
        self.conversation.check_window_at(at)
        self.text, self.quick_replies, self.template = text, quick_replies, template
        self.at, self.is_for_silence = at, is_for_silence
        self.state, self.problem, self.seen = State.WAITING, "", self._last_of_customer()

    def _send_or_stay(self):
        try:
            self._send()
        except Refused as refusal:
            self.state, self.problem = State.REFUSED, refusal.sentence
            if self.conversation.is_snoozed:
                self.conversation.note_snooze_end(is_unseen=True)

    def _send(self, **seen):
        with transaction.atomic():  # a refusal leaves its files where they are
            stored = self.files.hand_over()
            content = {"stored": stored, "quick_replies": self.quick_replies, "template": self.template}
            self.conversation.send(self.author, self.text, self.message_key, **content, **seen)
        self.state = State.SENT

    def _last_of_customer(self):
        said = self.conversation.messages.filter(is_imported=False, is_incoming=True).order_by("-pk")
        return said.values_list("pk", flat=True).first() or 0
