"""An agent's digest: how often it may come, and what it says. It is sent by a task, and claimed before."""

from datetime import timedelta
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
from console.digests.unattended import unattended_by

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
        """Have a worker send those that are due and have something to say."""
        if not settings.EMAIL_URL:
            return
        for digest in self.due().select_related("agent"):
            if digest.waiting():
                tasks.send_digest.delay(digest.pk)

    def send(self):
        for digest in self.due().select_related("agent"):
            digest.send()


class Digest(models.Model):
    """The choices of one agent. An agent without a row gets none."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="digest")
    every = models.PositiveSmallIntegerField(_("e-mail while I am away"), choices=Hours, default=Hours.NEVER)
    has_words = models.BooleanField(_("with the names and last words of customers"), default=False)
    sent_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail digest")
        verbose_name_plural = _("e-mail digests")

    def __str__(self):
        return str(self.agent)

    @classmethod
    def of(cls, agent):
        return cls.objects.filter(agent=agent).first() or cls(agent=agent)

    def waiting(self):
        """Return the conversations to name, the longest wait first; none if no wait began since the last digest."""
        found = unattended_by(self.agent)
        is_news = any(self.sent_at is None or one.waiting_since > self.sent_at for one in found)
        return found if is_news else []

    def send(self):
        """Send it, unless another worker has just done so. After an error, the next attempt sends it."""
        found, now = self.waiting(), timezone.now()
        row = type(self).objects.filter(pk=self.pk, sent_at=self.sent_at)
        if not found or not row.update(sent_at=now):
            return
        try:
            self._mail(found)
        except OSError:  # of smtplib too
            type(self).objects.filter(pk=self.pk, sent_at=now).update(sent_at=self.sent_at)
            raise

    def _mail(self, found):
        with self.agent.reading():
            subject = ngettext("%(count)d customer waits", "%(count)d customers wait", len(found)) % {
                "count": len(found)
            }
            context = {"digest": self, "found": found, "url": settings.PUBLIC_URL}
            text = render_to_string("digests/digest.txt", context)
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [self.agent.email])
