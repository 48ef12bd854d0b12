"""One thing said, either way, with its state. An outgoing Message row is the outbox."""

import logging
import random
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import Act, GraphError
from personas.models import Page

SETTLE = timedelta(seconds=45)  # so long an echo may take to show that a call without an answer took effect
PATIENCE = timedelta(minutes=15)  # so long passing errors are tried again
LONGEST_PAUSE = 60  # s between two tries
PERSONA_PAUSE = timedelta(seconds=1)  # while another worker is making the persona
STUMBLED = _("The console failed at this; its log says why. Try again, or ask an admin.")
MAX_FACES = 3  # personas that Facebook may forget under one message, before it goes out as the Page

logger = logging.getLogger(__name__)


class MessageQuerySet(models.QuerySet):
    def pending(self):
        """What the lane still has to bring to an end, in the order in which Send was pressed."""
        waits = Q(state__in=[Message.State.QUEUED, Message.State.SENDING])
        return self.filter(waits | Q(state=Message.State.UNKNOWN, next_try_at__isnull=False)).order_by("at", "pk")

    def in_order(self):
        return self.order_by("at", "pk")

    def before(self, message):
        """The second condition is the one that an index can begin at."""
        return self.filter(Q(at__lt=message.at) | Q(pk__lt=message.pk), at__lte=message.at)

    def since(self, revision):
        """In the order of the changes: in that of the thread, all of a long one might be read for the few."""
        return self.filter(revision__gt=revision).order_by("revision")

    def for_thread(self):
        """Without the token, which would be decrypted for every message."""
        related = self.select_related("author", "persona", "page").defer("page__token")
        return related.prefetch_related("attachments")


class Message(models.Model):
    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        UNKNOWN = "unknown", _("unknown")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("failed")

    UNSENT = [State.QUEUED, State.SENDING, State.UNKNOWN, State.FAILED]

    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="messages")
    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="messages", verbose_name=_("Page"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", null=True, verbose_name=_("author")
    )
    persona = models.ForeignKey(
        "personas.Persona", models.PROTECT, related_name="messages", null=True, verbose_name=_("persona")
    )
    is_incoming = models.BooleanField(_("from the customer"))
    source = models.CharField(_("said elsewhere"), max_length=64, blank=True)  # app id of an echo that is not ours
    state = models.CharField(_("state"), max_length=12, choices=State)
    text = models.TextField(_("text"), blank=True)
    payload = models.TextField(_("payload"), blank=True)
    problem = models.TextField(_("problem"), blank=True)
    as_page = models.TextField(_("why it went out as the Page"), blank=True)
    reaction = models.CharField(_("reaction"), max_length=64, blank=True)
    reaction_at = models.BigIntegerField(default=0, editable=False)  # ms
    earlier_texts = models.JSONField(_("earlier texts"), default=list, blank=True)
    edited_at = models.BigIntegerField(default=0, editable=False)  # ms
    is_deleted = models.BooleanField(_("taken back"), default=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of the form, and in Facebook's metadata
    mid = models.CharField("mid", max_length=255, null=True, blank=True)  # noqa: DJ001  (unique, so no "" for none)
    at = models.DateTimeField(_("when"))  # its place in the thread
    sent_at = models.DateTimeField(_("sent"), null=True)  # by Facebook's clock, from its echo
    attempts = models.PositiveIntegerField(default=0, editable=False)
    forgotten_faces = models.PositiveSmallIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(null=True, editable=False)
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["page", "mid"], name="one_message_per_mid")]
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="message_thread"),
            models.Index(fields=["conversation", "revision"], name="message_changes"),
            models.Index(
                fields=["conversation"],
                condition=Q(state__in=["queued", "sending", "unknown"]),
                name="message_pending",
            ),
            models.Index(fields=["conversation", "at"], condition=Q(state="failed"), name="message_failed"),
        ]

    def __str__(self):
        return self.text[:60] or str(_("(no text)"))

    @property
    def can_retry(self):
        return self.state == self.State.FAILED or (self.state == self.State.UNKNOWN and self.next_try_at is None)

    @property
    def place(self):
        """Sorts as text, in a browser too, where it stands in the thread."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-{self.pk:012d}"

    @property
    def is_unsent(self):
        return self.state in self.UNSENT

    @property
    def face(self):
        """The name above it in the thread: the one that the customer sees or will see."""
        if self.as_page and not self.is_unsent:
            return str(self.page)
        if self.persona:
            return self.persona.name
        return self.author.public_name if self.author else str(self.page)

    # Delivery: one try. The conversation's lease sees to it that one worker at a time is here.

    def deliver(self):
        """Bring it one step on. True when those behind it may follow, False when they have to wait for it."""
        if self.state == self.State.SENDING:  # a worker died between its call and its answer
            return self._wait_for_evidence(_("The worker stopped while it was sending."))
        if self.next_try_at and self.next_try_at > timezone.now():
            return False
        if self.state == self.State.UNKNOWN:  # nothing has shown that it arrived
            return self._become(self.State.UNKNOWN, next_try_at=None)
        try:
            return self._send()
        except DatabaseError:
            raise
        except Exception:  # whatever it is, those behind it must not wait for it for ever
            logger.exception("Message %s could not be sent", self.pk)
            return self._stumble()

    def _stumble(self):
        self.refresh_from_db(fields=["state"])
        if self.state == self.State.SENDING:
            return self._wait_for_evidence(STUMBLED)
        return self._become(self.State.FAILED, problem=STUMBLED)

    def _send(self):
        persona = self._persona()
        if persona and not persona.is_usable and not persona.is_refused:
            soon = timezone.now() + PERSONA_PAUSE
            return self._postpone(until=max(persona.next_try_at or soon, soon))
        if not self._claim(persona):
            return True  # its state changed meanwhile, so there is nothing to send
        try:
            mid = self._call()
        except GraphError as error:
            return self._not_sent(error)
        return self._sent(mid)

    def _persona(self):
        if self.author is None:
            return None
        persona = self.page.personas.face(self.author, self.page)
        persona.publish()
        return persona

    def _claim(self, persona):
        has_face = persona and persona.is_usable and self.forgotten_faces < MAX_FACES
        self.persona = persona if has_face else None
        self.as_page = "" if has_face or not persona else persona.reason or _("Facebook keeps forgetting the persona.")
        queued = Message.objects.filter(pk=self.pk, state=self.State.QUEUED)
        claimed = queued.update(
            state=self.State.SENDING,
            persona=self.persona,
            as_page=self.as_page,
            attempts=models.F("attempts") + 1,
            next_try_at=None,
        )
        return claimed == 1

    def _call(self):
        return self.page.client().send_text(
            self.conversation.customer.psid,
            self.text,
            persona_id=self.persona and self.persona.graph_id,
            metadata=str(self.key),
        )

    def _sent(self, mid):
        self._become(self.State.SENT, mid=mid, problem="")
        if self.page.state == Page.State.FAILING:  # it works again
            self.page.verify_later()
        if self.author and not self.author.is_active:
            self.author.personas.withdraw()
        return True

    def _not_sent(self, error):
        if error.is_unsettled:
            return self._wait_for_evidence(_("Facebook did not answer."))
        if self.persona and error.may_be_about_persona:
            return self._doubt_persona(error)
        return self._give_up_or_wait(error)

    def _doubt_persona(self, error):
        """Facebook may have refused the persona rather than the message: ask it, and have it made anew."""
        try:
            self.persona.ask()
        except GraphError as doubt:
            return self._give_up_or_wait(doubt)
        if self.persona.is_usable:
            return self._give_up_or_wait(error)
        Message.objects.filter(pk=self.pk).update(forgotten_faces=models.F("forgotten_faces") + 1)
        return self._postpone(until=timezone.now())

    def _give_up_or_wait(self, error):
        act = error.meaning.act
        if act is Act.RENEW_TOKEN:
            self.page.verify_later()
        if act.is_passing and timezone.now() - self.at < PATIENCE:
            pause = min(2 ** (self.attempts + 1), LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311
            return self._postpone(until=timezone.now() + timedelta(seconds=pause), problem=error.sentence)
        self._become(self.State.FAILED, problem=error.sentence)
        return True

    def _wait_for_evidence(self, reason):
        self._become(self.State.UNKNOWN, problem=reason, next_try_at=timezone.now() + SETTLE)
        self.conversation.deliver_later(SETTLE.total_seconds())
        return False

    def _postpone(self, until, problem=""):
        self._become(self.State.QUEUED, next_try_at=until, problem=problem)
        seconds = (until - timezone.now()).total_seconds()
        if seconds > 0:
            self.conversation.deliver_later(seconds)
        return seconds <= 0

    def _become(self, state, **fields):
        """Write the outcome of a try, unless an echo has already shown that it was sent. True, for those behind."""
        with self.conversation.changing(is_listed=state == self.State.FAILED) as revision:
            unsent = Message.objects.filter(pk=self.pk, state__in=self.UNSENT)
            unsent.update(state=state, revision=revision, **fields)
        self.refresh_from_db(fields=["state", "mid", "sent_at", "problem", "next_try_at", "attempts", "revision"])
        return True
