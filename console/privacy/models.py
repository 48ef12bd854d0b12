"""The erasure of a customer: who asked for it, how far it is, and the receipt of what was deleted.

A worker does it in parts, each in a transaction of its own that also counts what it deleted: after a crash, the next
worker goes on where the last one stopped. First the customer gets another id and no name. From then on nothing finds
them, and if they write again, they are a new customer. Then their conversation is deleted, and in the end they are
removed from the stored bodies of webhooks.
"""

import secrets
import time
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from console import tasks
from console.privacy.parts import clean, delete, detach
from personas.models.retry import Outcome, Scheduled, ScheduledQuerySet

CODE_BYTES = 24
MOST_SECONDS = 10  # of one task; the next one goes on
PAUSE = timedelta(minutes=1)  # until the sweep takes over from a worker that died
WAIT = timedelta(seconds=5)  # between two looks at a message that is being sent, or at a locked conversation
MOST_WAIT = timedelta(days=1)  # for messages that are being sent; then it no longer waits


def new_code():
    return secrets.token_urlsafe(CODE_BYTES)


def digest_of(page_id, psid):
    """Return a digest by which an erased customer is recognised. Nobody without the SECRET_KEY can compute it."""
    return salted_hmac("console.erasure", f"{page_id}:{psid}", algorithm="sha256").hexdigest()


class State(models.TextChoices):
    ASKED = "asked", _("asked for")
    DELETING = "deleting", _("deleting the conversation")
    CLEANING = "cleaning", _("cleaning stored webhooks")
    DONE = "done", _("done")


class Source(models.TextChoices):
    ADMIN = "admin", _("in the admin")
    COMMAND = "command", _("by command")
    FACEBOOK = "facebook", _("at Facebook")


class ErasureQuerySet(ScheduledQuerySet):
    def ask(self, customer, by=None, source=Source.ADMIN):
        """Ask for the erasure of a customer. Idempotent."""
        digest = digest_of(customer.page_id, customer.psid)
        known = {"page": customer.page, "psid": customer.psid, "digest": digest, "by": by, "source": source}
        erasure, _is_new = self.get_or_create(customer=customer, defaults=known)
        erasure.work_later()
        return erasure

    def of(self, page_id, psid):
        """Filter to the erasures of this customer, done or not."""
        return self.filter(digest=digest_of(page_id, psid))

    def unfinished(self):
        return self.exclude(state=State.DONE)

    def work_later(self):
        """Enqueue the erasures whose task was lost, or whose pause is over."""
        for erasure in self.unfinished().due():
            erasure.work_later()

    def work(self):
        for erasure in self:
            erasure.work()


class Erasure(Scheduled):
    State = State
    Source = Source

    page_id: int
    customer_id: int | None

    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="erasures", verbose_name=_("Page"))
    customer = models.OneToOneField("console.Customer", models.SET_NULL, null=True, related_name="erasure")
    psid = models.TextField(blank=True, editable=False)  # as long as it is needed
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    code = models.CharField(_("confirmation code"), max_length=40, unique=True, default=new_code, editable=False)
    source = models.CharField(_("where it was asked for"), max_length=10, choices=Source)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    gone_at = models.DateTimeField(null=True, editable=False)  # when the customer got another id
    done_at = models.DateTimeField(_("done at"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    counts = models.JSONField(_("receipt"), default=dict)  # rows of each kind that were deleted
    cleaned = models.BigIntegerField(default=0, editable=False)  # the key of the last webhook that was cleaned

    objects: ClassVar[Any] = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-pk"]
        default_permissions = ("add", "view")

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_done(self):
        return self.state == State.DONE

    def work_later(self, pause=timedelta()):
        later = pause.total_seconds()
        transaction.on_commit(lambda: tasks.erase.apply_async([self.pk], countdown=later), robust=True)

    def work(self, seconds=MOST_SECONDS):
        """Do some of the parts, and have the others done later."""
        self.row.unfinished().postpone(timezone.now() + PAUSE)
        until = time.monotonic() + seconds
        while (outcome := self._work_on_part()) is Outcome.NEXT:
            if time.monotonic() > until:
                return self.work_later()
        if outcome is Outcome.WAIT:
            self.row.postpone(timezone.now() + WAIT)
            self.work_later(WAIT)

    @property
    def is_late(self):
        return timezone.now() - self.asked_at > MOST_WAIT

    def note(self, state, deleted=(), **fields):
        """Write how far it is, and what was deleted. Its row is locked."""
        counts = dict(Counter(self.counts) + Counter(deleted))
        self.row.update(state=state, counts=counts, **fields)

    def _work_on_part(self):
        """Do one part; wait if somebody has locked the conversation for long."""
        try:
            return self._work_on_locked_part()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            return Outcome.WAIT

    @transaction.atomic
    def _work_on_locked_part(self):
        """Do one part under the lock of the row; return READ_AGAIN if nothing is left, or another worker has it."""
        erasure = self.row.unfinished().select_for_update(skip_locked=True, of=("self",)).first()
        return PARTS[erasure.state](erasure) if erasure else Outcome.READ_AGAIN


PARTS = {State.ASKED: detach, State.DELETING: delete, State.CLEANING: clean}
