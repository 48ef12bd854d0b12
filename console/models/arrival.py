"""One webhook body as it came, stored before anything else happens."""

import hashlib
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.models.conversation import Conversation
from console.models.customer import Customer
from console.models.receiving import NotHereYet
from messenger import events
from personas.models import Page

MAX_TRIES = 12  # then it waits for an admin's "Read again"; with the pauses below about an hour
LONGEST_PAUSE = 600  # s
ABOUT_KNOWN = (events.Delivery, events.Read)
WORDLESS = (events.Echo, events.Referral)
OVERDUE = timedelta(seconds=10)  # so long the task may take before the sweep reads it instead


class ArrivalQuerySet(models.QuerySet):
    def store(self, body):
        """Keep a verified body once; its reading is a worker's job."""
        digest = hashlib.sha256(body).hexdigest()
        with transaction.atomic():
            arrival, is_new = self.get_or_create(digest=digest, defaults={"body": body.decode()})
            if is_new:
                arrival.read_later()
        return arrival

    def unread(self):
        return self.filter(read_at=None)

    def due(self):
        now = timezone.now()
        overdue = models.Q(next_try_at=None, received_at__lt=now - OVERDUE) | models.Q(next_try_at__lt=now)
        return self.unread().filter(overdue, tries__lt=MAX_TRIES)


class Arrival(models.Model):
    body = models.TextField(_("body"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    unknown = models.PositiveIntegerField(_("unknown events"), default=0)
    problem = models.TextField(_("problem"), blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(null=True, editable=False)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook arrival")
        verbose_name_plural = _("webhook arrivals")
        indexes = [models.Index(fields=["received_at"], condition=models.Q(read_at=None), name="arrival_unread")]

    def __str__(self):
        return f"{self.pk}"

    def read_later(self):
        transaction.on_commit(lambda: tasks.read_arrival.delay(self.pk), robust=True)

    def read_again(self):
        """An admin's wish, whatever became of it before. What is there already stays one."""
        self.read_at, self.tries, self.next_try_at, self.problem = None, 0, None, ""
        self.save()
        self.read_later()

    def read(self):
        """Make each event true in its conversation. One that fails holds up none of the others."""
        problems, self.unknown = [], 0
        for event in events.parse(self.body.encode()):
            try:
                with transaction.atomic():
                    self.unknown += not _receive(event)
            except Exception as error:
                problems.append(f"{type(error).__name__}: {error}")
        self._note(problems)

    def _note(self, problems):
        self.tries += 1
        self.problem = "\n".join(problems)
        self.read_at = None if problems else timezone.now()
        self.next_try_at = timezone.now() + timedelta(seconds=min(2**self.tries, LONGEST_PAUSE))
        self.save(update_fields=["unknown", "tries", "problem", "read_at", "next_try_at"])


def _receive(event):
    """False for what nobody understands: it is kept and counted. What is known and concerns no thread is kept too."""
    if not isinstance(event, Conversation.HEARD) or not event.psid:
        return not isinstance(event, events.Unknown)
    page = Page.objects.filter(page_id=event.page_id).first()
    if page is None:
        raise NotHereYet(f"The Page {event.page_id} is not connected.")
    if isinstance(event, ABOUT_KNOWN) and not page.customers.filter(psid=event.psid).exists():
        return True  # about what was said before we were there
    customer = Customer.objects.meet(page, event.psid)
    # A conversation that begins without a word of the customer's waits for nobody.
    begun = {"page": page, "closed_at": timezone.now() if isinstance(event, WORDLESS) else None}
    conversation, _is_new = Conversation.objects.get_or_create(customer=customer, defaults=begun)
    conversation.receive(event)
    return True
