"""The retention of one Page, where it differs from that of the installation: of messages, of files and of webhooks."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.models.retry import Scheduled, ScheduledQuerySet

LEAST_OF_WEBHOOKS = 2  # days: Facebook repeats a webhook for a day and a half


def _days(name, help_text, **options):
    return models.PositiveSmallIntegerField(name, null=True, blank=True, help_text=help_text, **options)


class RetentionRules(Scheduled):
    page = models.OneToOneField("personas.Page", models.CASCADE, primary_key=True, related_name="retention_rules")
    message_days = _days(
        gettext_lazy("messages (days)"),
        gettext_lazy(
            "A closed conversation is deleted after this time, with its messages, files and customer. 0: never. "
            "Empty: as for the whole console."
        ),
    )
    file_days = _days(
        gettext_lazy("files (days)"),
        gettext_lazy("A file is deleted this long after its message, which stays. Empty or 0: with its message."),
    )
    webhook_days = _days(
        gettext_lazy("stored webhooks (days)"),
        gettext_lazy("At most as long as for the whole console. Empty: exactly so long."),
        validators=[MinValueValidator(LEAST_OF_WEBHOOKS)],
    )
    looked_at = models.BigIntegerField(default=0, editable=False)  # the key of the last webhook that was looked at

    objects: ClassVar[Any] = ScheduledQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("retention rules")
        verbose_name_plural = gettext_lazy("retention rules")

    def __str__(self):
        return str(self.page)

    def clean(self):
        most = settings.WEBHOOK_RETENTION_DAYS
        if self.webhook_days and self.webhook_days > most:
            problem = _("Webhooks of the whole console are kept for %(days)s days: choose at most as many.")
            raise ValidationError({"webhook_days": problem % {"days": most}})
