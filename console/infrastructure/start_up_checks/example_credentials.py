"""Example credentials in the database: those of the demo and of `.env.example`.

They are public, so none may work in production.
"""

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, ProgrammingError, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from agents.models import Agent
from console.models.api_key import PREFIX, SHOWN, ApiKey
from personas.fields import EncryptedTextField

from .settings_checks import EXAMPLE, EXAMPLE_KEY, is_example, is_production

LOG_INS = ["ana", "ben", "admin"]
PASSWORD = "handover-demo"  # noqa: S105  (printed by bin/dev)
MOST_CHECKED = 20  # log-ins: checking a password takes a fifth of a second
WAY_OUT = "`python manage.py demo --end` removes all example credentials."
NO_DATABASE = "The database does not answer, so example credentials cannot be ruled out. Start the database first."


def problems():
    """Return a sentence for each example credential that works, if this console is in production."""
    if not is_production(settings.PUBLIC_URL, settings.ALLOWED_HOSTS):
        return []
    try:
        return [*_problems_of_log_ins(), *_problems_of_keys(), *_problems_of_secrets()]
    except ProgrammingError:  # not migrated yet: the database is empty
        return []
    except OperationalError:
        return [NO_DATABASE]


def end():
    """Remove the known passwords, the demo's API key and all that the example key encrypted from the database."""
    for agent in _log_ins():
        agent.set_unusable_password()
        agent.save(update_fields=["password"])
    _keys().revoke()
    for model, field, pk in _secrets():
        model.objects.filter(pk=pk).update(**{field.name: ""})


class DemoPasswordBackend:
    """An authentication backend that refuses the demo's password in production, for every log-in."""

    def authenticate(self, request, password=None, **credentials):
        if password == PASSWORD and is_production(settings.PUBLIC_URL, settings.ALLOWED_HOSTS):
            raise PermissionDenied


class DemoPasswordValidator:
    """A password validator that refuses the demo's password."""

    def validate(self, password, user=None):
        if password == PASSWORD:
            raise ValidationError(_("This is the demo's password, which is public."))

    def get_help_text(self):
        return ""


def _problems_of_log_ins():
    for agent in _log_ins():
        yield f"The log-in “{agent.username}” has the demo's password."


def _problems_of_keys():
    for key in _keys().select_related("page").defer("page__token"):
        yield f"The API key “{key.name}” of the Page {key.page} is the demo's."


def _problems_of_secrets():
    for model, field, pk in _secrets():
        row = model.objects.defer(field.name).get(pk=pk)
        yield f"The {field.verbose_name} of {row} is an example, or is encrypted with the key of .env.example."


def _log_ins():
    """Return the agents with the demo's password among its log-ins and all superusers."""
    agents = Agent.objects.working().filter(Q(username__in=LOG_INS) | Q(is_superuser=True)).order_by("pk")
    checked = agents.only("username", "password")[:MOST_CHECKED]
    return [agent for agent in checked if check_password(PASSWORD, agent.password)]


def _keys():
    return ApiKey.objects.valid().filter(start=(PREFIX + EXAMPLE)[:SHOWN])


def _secrets():
    """Yield (model, field, primary key) for each encrypted value that everybody can decrypt."""
    fields = [(model, field) for model in apps.get_models() for field in model._meta.fields]
    for model, field in fields:
        if isinstance(field, EncryptedTextField):
            stored = Cast(field.name, models.TextField())
            for pk, value, ciphertext in model.objects.values_list("pk", field.name, stored):
                if is_example(value) or _is_encrypted_by_example(ciphertext):
                    yield model, field, pk


def _is_encrypted_by_example(ciphertext):
    try:
        return bool(Fernet(EXAMPLE_KEY).decrypt(ciphertext.encode()))
    except InvalidToken:
        return False
