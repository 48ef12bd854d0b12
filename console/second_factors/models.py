"""Second factors: what an agent shows at a log-in beside the password. An app that makes codes, passkeys, and recovery
codes for the day on which both are lost.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _

from console.second_factors import totp
from personas.fields import EncryptedTextField

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODES, LETTERS = 10, 12  # recovery codes of one agent, and letters of each: 60 bits
MOST_PASSKEYS = 10  # of one agent


class SecondFactorQuerySet(models.QuerySet):
    def lock(self, agent):
        """Have nobody else add or remove second factors of this agent until the transaction has ended."""
        get_user_model().objects.select_for_update(no_key=True).get(pk=agent.pk)

    @transaction.atomic
    def add(self, agent, **fields):
        """Add a second factor to an agent, and note whether it is their first."""
        self.lock(agent)
        is_first = not self.filter(agent=agent).exists()
        factor = self.create(agent=agent, **fields)
        factor.is_first = is_first
        return factor

    def apps(self):
        return self.filter(kind=SecondFactor.Kind.APP)

    def passkeys(self):
        return self.filter(kind=SecondFactor.Kind.PASSKEY)

    def accept_code(self, code):
        """Return whether an app shows this code now, and remember it: no code works twice."""
        return any(app.accept_code(code) for app in self.apps())


class SecondFactor(models.Model):
    class Kind(models.TextChoices):
        APP = "app", _("Authenticator app")
        PASSKEY = "passkey", _("Passkey")

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60, blank=True)
    secret = EncryptedTextField()  # the key of an app, or the credential of a passkey
    counter = models.BigIntegerField(default=0)  # the last code of an app, or the last signature of a passkey
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(SecondFactorQuerySet)()
    is_first = False  # of its agent, when it was added

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(kind="app"), name="one_authenticator_app_per_agent")
        ]

    def __str__(self):
        return self.name or str(self.Kind(self.kind).label)

    def accept_code(self, code):
        step = totp.step_of(self.secret, code)
        return step is not None and self.advance(step)

    def advance(self, counter):
        """Note a use, of which the counter is higher than that of the one before; return whether it is."""
        row = type(self).objects.filter(pk=self.pk, counter__lt=counter)
        return bool(row.update(counter=counter, used_at=timezone.now()))

    def note_use(self):
        """Note a use of a passkey that does not count."""
        return bool(type(self).objects.filter(pk=self.pk).update(used_at=timezone.now()))


class RecoveryCode(models.Model):
    """A code that lets its agent in once, in place of a second factor. Only its digest is kept."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "digest"], name="one_recovery_code_per_digest")]

    def __str__(self):
        return str(self.agent)


@transaction.atomic
def make_recovery_codes(agent):
    """Make new codes, which replace the old ones; return them. They cannot be read again."""
    codes = [get_random_string(LETTERS, ALPHABET) for _code in range(CODES)]
    agent.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(agent=agent, digest=_digest(agent, code)) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def accept_code(agent, text):
    """Return whether this is the code of the agent's app, or a recovery code, which is used up by it."""
    code = "".join(filter(str.isalnum, text)).upper()
    if len(code) == totp.DIGITS:
        return agent.second_factors.accept_code(code)
    return len(code) == LETTERS and bool(agent.recovery_codes.filter(digest=_digest(agent, code)).delete()[0])


@transaction.atomic
def remove_all(agent):
    """Remove all second factors of an agent, and log them out everywhere: whoever has the device has the session."""
    names = [str(factor) for factor in agent.second_factors.all()]
    agent.second_factors.all().delete()
    agent.recovery_codes.all().delete()
    agent.sessions.all().log_out()
    return names


def _digest(agent, code):
    return salted_hmac("console.second_factors", f"{agent.pk}:{code}", algorithm="sha256").hexdigest()
