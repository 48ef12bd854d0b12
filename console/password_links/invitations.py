"""Invite many people at once: one line for each, with name, e-mail address, role, Pages and team."""

import csv

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from agents.roles import Role
from console.models import Team
from personas.models import Page

MOST = 200  # lines
COLUMNS = 5


class InvitationsForm(forms.Form):
    """A form for one admin. Nobody is added unless every line can be. Nobody gets more than the admin has."""

    lines = forms.CharField(
        label=gettext_lazy("People"),
        max_length=50_000,
        widget=forms.Textarea({"rows": 12, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line for each: name, e-mail address, role, Pages, team. All after the address may be left out."
            " Separate several Pages by semicolons."
        ),
    )

    def __init__(self, admin, *args):
        super().__init__(*args)
        self.admin = admin

    def clean_lines(self):
        rows = list(csv.reader(self.cleaned_data["lines"].splitlines(), skipinitialspace=True))
        errors, self.invited, addresses = [], [], set()
        for number, row in enumerate(rows[: MOST + 1], start=1):
            try:
                if any(row):
                    self.invited.append(self._read([cell.strip() for cell in row], addresses))
            except ValidationError as error:
                errors.append(_("Line %(number)d: %(problem)s") % {"number": number, "problem": error.messages[0]})
        if len(rows) > MOST:
            errors.append(_("At most %d lines at once.") % MOST)
        if errors:
            raise ValidationError(errors)
        return self.cleaned_data["lines"]

    @transaction.atomic
    def save(self):
        """Add the agents, without a password; return them."""
        for agent, groups, teams in self.invited:
            agent.save()
            agent.groups.add(*groups)
            agent.teams.add(*teams)
        return [agent for agent, _groups, _teams in self.invited]

    def _read(self, cells, addresses):
        """Return the agent of a line with their groups and teams. addresses: of the lines above."""
        if not 2 <= len(cells) <= COLUMNS:
            raise ValidationError(_("Give a name and an e-mail address, and at most role, Pages and team."))
        name, address, role, pages, team = cells + [""] * (COLUMNS - len(cells))
        agent = _agent(name, address, addresses)
        groups = [*self._role(role), *(group for page in pages.split(";") for group in self._page(page.strip()))]
        return agent, groups, self._team(team)

    def _role(self, name):
        if not name and self.admin.has_usual_rights:
            return []
        found = Role.objects.filter(pk__in=self.admin.grantable_groups().values("pk"), name__iexact=name).first()
        if found is None:
            raise ValidationError(_("There is no role “%s” that you can give.") % name)
        return [found.group_ptr]

    def _page(self, name):
        """Return the group that opens a Page, unless it is open to all."""
        page = Page.objects.open_to(self.admin).filter(Q(name__iexact=name) | Q(page_id=name)).first() if name else None
        if name and page is None:
            raise ValidationError(_("There is no Page “%s” that you may see.") % name)
        if page is None or page.is_open_to_all:
            return []
        group = Group.objects.filter(pk__in=self.admin.grantable_groups().values("pk"), page=page, role=None).first()
        if group is None:
            raise ValidationError(_("No group that you can give opens the Page “%s”.") % name)
        return [group]

    def _team(self, name):
        if not name:
            return []
        known = (
            Team.objects.visible_to(self.admin) if self.admin.has_perm("console.change_team") else Team.objects.none()
        )
        found = known.filter(name__iexact=name).first()
        if found is None:
            raise ValidationError(_("There is no team “%s” that you may change.") % name)
        return [found]


def _agent(name, address, addresses):
    first, _space, last = name.partition(" ")
    validate_email(address)
    address = address.lower()
    is_known = Agent.objects.filter(Q(username__iexact=address) | Q(email__iexact=address)).exists()
    if is_known or address in addresses:
        raise ValidationError(_("An agent has the address %s already.") % address)
    addresses.add(address)
    agent = Agent(username=address, email=address, first_name=first, last_name=last.strip())
    agent.set_unusable_password()
    agent.full_clean()
    return agent
