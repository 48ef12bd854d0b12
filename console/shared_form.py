"""The form of rows that agents share. It asks who may use the row, and offers what this agent may share."""

import uuid

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.models import Team
from console.models.shared import MANAGE, Scope
from personas.models import Page

VALIDATED = {"author", "scope", "team", "page"}  # columns of constraints that are not fields of the form


class SharedForm(forms.ModelForm):
    """A form for one agent. It offers to share the row if the agent has the permission."""

    audience = forms.ChoiceField(label=_("Who may use it"))
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, agent, *args, **options):
        super().__init__(*args, **options)
        if not self.instance.author_id:
            self.instance.author = agent
        self.fields["audience"].choices = list(self._audiences(agent))
        self.fields["audience"].initial = _key(self.instance.scope, self.instance.team_id or self.instance.page_id)

    def _audiences(self, agent):
        if self.instance.author_id == agent.pk:
            yield _key(Scope.OWN), _("Only me")
        if agent.has_perm(MANAGE):
            yield _key(Scope.EVERYONE), _("Everyone")
            for team in Team.objects.of(agent):
                yield _key(Scope.TEAM, team.pk), gettext("Team: %s") % team
            for page in Page.objects.open_to(agent).defer("token"):
                yield _key(Scope.PAGE, page.pk), gettext("Everyone, for the Page %s") % page

    def clean(self):
        given = super().clean()
        self._share(given.get("audience", _key(Scope.OWN)))
        self._check_version(given)
        return given

    def _check_version(self, given):
        """Refuse to replace a change of somebody else that the agent has not seen.

        Saved once more, the form replaces it.
        """
        if given.get("version") and given["version"] != self.current_version:
            self.add_error(None, gettext("This was changed while you edited it. Save again to replace that change."))

    @property
    def current_version(self):
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    def _share(self, audience):
        scope, _dash, key = audience.partition("-")
        self.instance.scope = scope
        self.instance.team_id = key if scope == Scope.TEAM else None
        self.instance.page_id = key if scope == Scope.PAGE else None

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - VALIDATED


class OnceForm(SharedForm):
    """A form that makes one row, also if its button is pressed twice. Its model has a column idempotency_key."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not self.instance.pk:
            self.instance.idempotency_key = _uuid(self.data.get("idempotency_key", ""))

    @property
    def known(self):
        """Return the row that this form has made already, or None."""
        made = {"author": self.instance.author, "idempotency_key": self.instance.idempotency_key}
        rows = self._meta.model._default_manager
        return None if self.instance.pk else rows.filter(**made).first()

    def save(self, commit=True):
        """Save the row, or return the one that another press of the button has made meanwhile."""
        try:
            with transaction.atomic():
                return super().save(commit)
        except IntegrityError:
            self.instance.pk = None
            if known := self.known:
                return known
            raise


def _uuid(text):
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _key(scope, pk=None):
    return f"{Scope(scope).value}-{pk}" if pk else Scope(scope).value
