"""A message of the customer or of the Page. The rows of outgoing messages are an outbox."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import MD5, JSONObject, Left
from django.utils.translation import gettext_lazy as _

from console.models.message.attachment import Attachment, words_of_all
from console.models.message.delivery import MessageDelivery
from console.wording.quick_replies import from_facebook
from personas.models.retry import ScheduledQuerySet

QUOTED = 200  # characters of a message that a reply to it shows


class MessageQuerySet(ScheduledQuerySet):
    def queue(self, conversation, author, text, at, **fields):
        """Queue an outgoing message. Without an author it is the bot's."""
        return self.create(
            conversation=conversation,
            page_id=conversation.page_id,
            author=author,
            is_by_bot=author is None,
            is_incoming=False,
            state=Message.State.QUEUED,
            text=text,
            at=at,
            revision=conversation.revision,
            **fields,
        )

    def add(self, pairs):
        """Add messages, each with its attachments; workers fetch their files."""
        self.bulk_create([message for message, _attachments in pairs])
        for message, attachments in pairs:
            for attachment in attachments:
                attachment.message = message
        attachments = [attachment for _message, attachments in pairs for attachment in attachments]
        for attachment in Attachment.objects.bulk_create(attachments):
            attachment.fetch_later()

    def pending(self):
        """Filter to the messages in the send queue, in the order in which Send was pressed."""
        waits = Q(state__in=[Message.State.QUEUED, Message.State.SENDING])
        return self.filter(waits | Q(state=Message.State.UNKNOWN, next_attempt_at__isnull=False)).order_by("at", "pk")

    def unsent(self):
        """Filter to messages that failed or stay unknown: an agent must decide."""
        return self.filter(Q(state=Message.State.FAILED) | Q(state=Message.State.UNKNOWN, next_attempt_at=None))

    def failed(self):
        """Filter to failed messages without a later message of an agent, who would have dealt with the failure."""
        later = Message.objects.filter(conversation=OuterRef("conversation"), at__gt=OuterRef("at"))
        gone = later.filter(state__in=Message.GONE, is_by_bot=False, is_automatic=False).order_by()
        return self.filter(~Exists(gone), state=Message.State.FAILED)

    def make_due(self):
        """Make queued messages due now. An unknown message keeps its time: without one, an agent would decide."""
        return self.filter(state=Message.State.QUEUED).update(next_attempt_at=None)

    def in_order(self):
        return self.order_by("at", "pk")

    def before(self, message):
        """Filter to messages before this one. By the last condition PostgreSQL begins in the index."""
        return self.filter(Q(at__lt=message.at) | Q(pk__lt=message.pk), at__lte=message.at)

    def since(self, revision):
        """Filter to messages changed after this revision, in the order of revisions: by the order of the thread,
        PostgreSQL might read all of a long thread for a few.
        """
        return self.filter(revision__gt=revision).order_by("revision")

    def for_thread(self):
        """Read everything that a thread shows, except the quotes, which `find_quotes` adds.

        The Page is known: a join would read it again for every message.
        """
        return self.select_related("author", "persona", "page_reaction__agent").prefetch_related("attachments")


class Message(MessageDelivery):
    quote: Any = None  # the quoted message: see find_quotes

    # Every step of a message is written to all of its indexes: those that begin with these two columns are enough.
    conversation = models.ForeignKey(
        "console.Conversation",
        models.PROTECT,
        related_name="all_messages",
        related_query_name="messages",
        db_index=False,
    )
    page = models.ForeignKey(
        "personas.Page", models.PROTECT, related_name="messages", verbose_name=_("Page"), db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", null=True, verbose_name=_("author")
    )
    persona = models.ForeignKey(
        "personas.Persona", models.PROTECT, related_name="messages", null=True, verbose_name=_("persona")
    )
    is_incoming = models.BooleanField(_("from the customer"))
    is_by_bot = models.BooleanField(_("from the bot"), default=False)
    is_automatic = models.BooleanField(_("by a rule"), default=False)  # not an answer to the customer
    source = models.TextField(_("said elsewhere"), blank=True)  # the app id of an echo that is not ours
    text = models.TextField(_("text"), blank=True)
    payload = models.TextField(_("payload"), blank=True)
    reply_to = models.TextField(blank=True, default="", db_default="", editable=False)  # mid of the message it answers
    is_partial = models.BooleanField(default=False, db_default=False, editable=False)  # only its edit is known
    is_imported = models.BooleanField(_("from Facebook's history"), default=False, db_default=False)
    reaction = models.CharField(_("reaction"), max_length=64, blank=True)
    reaction_at = models.BigIntegerField(default=0, editable=False)  # ms
    earlier_texts = models.JSONField(_("earlier texts"), default=list, blank=True)
    edited_at = models.BigIntegerField(default=0, editable=False)  # ms
    is_deleted = models.BooleanField(_("unsent"), default=False)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # also in Facebook's metadata
    mid = models.TextField("mid", null=True, blank=True)  # noqa: DJ001  (unique, so no "" for none)
    at = models.DateTimeField(_("when"))  # its place in the thread
    sent_at = models.DateTimeField(_("sent"), null=True)  # by Facebook's clock
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint("page", MD5("mid"), name="one_message_per_page_and_mid"),
            models.CheckConstraint(
                condition=Q(is_incoming=True, state="received") | Q(is_incoming=False) & ~Q(state="received"),
                name="received_is_incoming",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered", "read"]) | Q(mid__isnull=False), name="sent_has_its_mid"
            ),
        ]
        indexes = [
            HashIndex(fields=["mid"], name="message_mid"),
            models.Index(fields=["conversation", "at", "id"], name="message_thread"),
            models.Index(fields=["conversation", "revision"], name="message_changes"),
            models.Index(
                fields=["conversation"],
                condition=Q(state__in=["queued", "sending", "unknown"]),
                name="message_pending",
            ),
            models.Index(fields=["conversation", "at"], condition=Q(state="failed"), name="message_failed"),
            models.Index(
                fields=["conversation", "sent_at"],
                condition=Q(state__in=["sent", "delivered"]),
                name="message_unread",
            ),
        ]

    def __str__(self):
        return self.text[:60] or str(_("(no text)"))

    @property
    def words(self):
        """Return its words in one line: its text, or else its files, its place, its buttons."""
        return self.text or words_of_all(self.attachments.all())

    @property
    def quick_replies(self):
        """Return the titles of the quick replies under it, one in a line."""
        return "\n".join(from_facebook(one.payload) for one in self.attachments.all() if one.kind == "quick_replies")

    @property
    def may_complete(self):
        """Return whether its webhook, should it still come, adds something to the message."""
        return (self.is_partial or self.is_imported) and not self.is_deleted

    @property
    def is_addressable(self):
        """Return whether a quote or a reaction can name it to Facebook. Ids that the console made up have a colon."""
        return bool(self.mid) and ":" not in self.mid and not self.is_deleted

    @property
    def is_id_settled(self):
        """Return whether it keeps its id. Until its echo comes, one of ours may have got the id of another message."""
        return self.is_incoming or self.is_imported or self.sent_at is not None

    @property
    def place(self):
        """Return a sort key for its place in the thread, which sorts as text in a browser, too."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-{self.pk:012d}"

    @property
    def sender_name(self):
        """Return the name above it in the thread, as the customer sees it or will see it."""
        page = self.conversation.page
        if self.sent_as_page_because and not self.is_unsent:
            return str(page)
        if self.persona:
            return self.persona.name
        if self.author:
            return self.author.public_name
        return (self.is_by_bot and page.bot_name) or str(page)


def find_quotes(messages):
    """Add the words of quoted messages to the messages that quote them. Without quotes, that takes no query."""
    replies = [message.pk for message in messages if message.reply_to]
    found = dict(Message.objects.filter(pk__in=replies).values_list("pk", _quote())) if replies else {}
    for message in messages:
        message.quote = found.get(message.pk)


def _quote():
    """Return an expression for the quoted message, in short, as JSON."""
    quoted = Message.objects.filter(
        page=OuterRef("page"), conversation=OuterRef("conversation"), mid=OuterRef("reply_to")
    )
    kinds = Attachment.objects.filter(message=OuterRef("pk")).order_by("pk").values("kind")[:1]
    said = {"text": Left("text", QUOTED), "is_deleted": "is_deleted", "kind": Subquery(kinds)}
    words = JSONObject(pk="pk", is_incoming="is_incoming", persona="persona__name", **said)
    return Subquery(quoted.values(words=words))
