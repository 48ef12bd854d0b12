"""API keys: the secrets by which a bot proves that it belongs to a Page. Each is shown once, and kept as a digest."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.infrastructure import rate_limit, start_up_checks

PREFIX = "hk_"  # shows that a found secret is one of these
SHOWN = 8  # first characters that are kept, by which an admin recognises an API key
NOTED_EVERY = timedelta(minutes=1)  # its last use, rather than with each call
CALLS = ("calls", 20)  # a second for one key
BURST = 1  # s of its rate that a bot may use up at once after a pause: 20 calls


class ApiKeyQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(revoked_at=None)

    def make(self, page, name):
        """Create an API key and return its secret, which nobody can look up afterwards."""
        key = self.model(page=page, name=name)
        secret = key.renew()
        key.save()
        return secret

    def find(self, secret):
        """Return the API key with this secret, or None if there is none or it was revoked."""
        if start_up_checks.is_example(secret) and start_up_checks.is_production(
            settings.PUBLIC_URL, settings.ALLOWED_HOSTS
        ):
            return None  # the demo's API key, in a database that began as a trial
        rows = self.valid().select_related("page__rules").defer("page__token")
        return rows.filter(digest=digest(secret)).first()

    def revoke(self):
        return self.valid().update(revoked_at=timezone.now())


class ApiKey(models.Model):
    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="keys", verbose_name=_("Page"))
    name = models.CharField(_("for"), max_length=100, help_text=_("The program that uses it."))
    start = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects: ClassVar[Any] = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.name} ({self.start}…)"

    def renew(self):
        """Give this API key a new secret and return it."""
        return self.set_secret(PREFIX + secrets.token_urlsafe(32))

    def set_secret(self, secret):
        self.start, self.digest = secret[:SHOWN], digest(secret)
        return secret

    def revoke(self):
        ApiKey.objects.filter(pk=self.pk).revoke()

    def note_use(self):
        late = timezone.now() - NOTED_EVERY
        if self.used_at is None or self.used_at < late:
            not_noted = ApiKey.objects.filter(Q(used_at=None) | Q(used_at__lt=late), pk=self.pk)
            not_noted.update(used_at=timezone.now())

    def wait(self):
        """Count a call; return the seconds until the API key may be used again, 0 if it may be used now."""
        return max(0, rate_limit.reserve(f"key-{self.pk}", CALLS, within=BURST) - BURST)


def digest(secret):
    """Return the SHA-256 of a secret. A slow hash is not needed, because nobody can guess a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
