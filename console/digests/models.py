"""An agent's digest: how often it may come, and what it says. It is sent by a task, and claimed before."""

import logging
from datetime import timedelta
from functools import cache
from smtplib import SMTPRecipientsRefused
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import send_mail
from django.db import models
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from console import tasks
from console.digests.unattended import is_attended, unattended_by

logger = logging.getLogger(__name__)
MOST, MOST_LINKED = 500, 50  # conversations that a digest counts, and of which it has links
EVERY = 300  # s between two sweeps
HOUR = Value(timedelta(hours=1))


class Hours(models.IntegerChoices):
    NEVER = 0, _("never")
    ONE = 1, _("at most every hour")
    FOUR = 4, _("at most every 4 hours")
    EIGHT = 8, _("at most every 8 hours")
    DAY = 24, _("at most once a day")


class DigestQuerySet(models.QuerySet):
    def due(self):
        """Filter to those of absent agents whose last one was long enough ago."""
        next_at = F("sent_at") + ExpressionWrapper(F("every") * HOUR, output_field=DurationField())
        rows = self.annotate(next_at=next_at).filter(Q(sent_at=None) | Q(next_at__lte=timezone.now()), every__gt=0)
        absent = rows.filter(agent__is_active=True, agent__is_present=False).exclude(agent__email="")
        return absent.exclude(agent__back_at__gt=timezone.now())

    def send_later(self):
        """Have a worker send those that are due and have something to say. The next sweep takes over what it leaves."""
        if not settings.EMAIL_URL:
            return
        known = cache(is_attended)
        for digest in self.due().select_related("agent"):
            if digest.waiting(known):
                tasks.send_digest.apply_async([digest.pk], expires=EVERY)

    def send(self):
        for digest in self.due().select_related("agent"):
            digest.send()


class Digest(models.Model):
    """The choices of one agent. An agent without a row gets none."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="digest")
    every = models.PositiveSmallIntegerField(_("e-mail while I am away"), choices=Hours, default=Hours.NEVER)
    has_words = models.BooleanField(_("with the names and last words of customers"), default=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    counted = models.JSONField(default=list, editable=False)  # the waits of the last one: [conversation, since]

    objects: ClassVar[Any] = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail digest")
        verbose_name_plural = _("e-mail digests")

    def __str__(self):
        return str(self.agent)

    @classmethod
    def of(cls, agent):
        return cls.objects.filter(agent=agent).first() or cls(agent=agent)

    def waiting(self, is_attended=is_attended):
        """Return the waits to tell of as [conversation, since], the longest first; none if the last one had them all.

        A wait is news also if it began earlier: its agent, or the last one of the team, may have gone away since.
        """
        rows = unattended_by(self.agent, is_attended).values_list("pk", "waiting_since")[:MOST]
        waits = [[pk, since.isoformat()] for pk, since in rows]
        return waits if any(wait not in self.counted for wait in waits) else []

    def send(self):
        """Send it, unless another worker has just done so. If the server does not answer, the next sweep sends it."""
        waits, now = self.waiting(), timezone.now()
        rows = type(self).objects.filter(pk=self.pk)
        if not waits or not rows.filter(sent_at=self.sent_at).update(sent_at=now, counted=waits):
            return
        try:
            self._mail(waits)
        except SMTPRecipientsRefused:
            logger.warning("The mail server refuses the address of agent %s", self.pk)
        except OSError:  # of smtplib too
            rows.filter(sent_at=now).update(sent_at=self.sent_at, counted=self.counted)
            raise

    def _mail(self, waits):
        keys = [pk for pk, _since in waits[:MOST_LINKED]]
        found = unattended_by(self.agent, is_attended).filter(pk__in=keys).with_holder()
        count = len(waits)
        with self.agent.reading():
            subject = ngettext("%(count)d customer waits", "%(count)d customers wait", count) % {"count": count}
            context = {"digest": self, "found": found, "count": count, "url": settings.PUBLIC_URL}
            text = render_to_string("digests/digest.txt", context)
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [self.agent.email])
