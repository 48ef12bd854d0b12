"""Invite many people at once: one line for each, with name, e-mail address, role, Pages and team."""

import csv
import re

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from agents.names import in_one_line
from agents.roles import Role
from console.models import Team
from personas.models import Page

MOST = 200  # lines
COLUMNS = 5
NOT_OF_USERNAMES = re.compile(r"[^\w.@+-]")  # an address may have other signs


class InvitationsForm(forms.Form):
    """A form for one admin. Nobody is added unless every line can be. Nobody gets more than the admin has."""

    lines = forms.CharField(
        label=gettext_lazy("People"),
        max_length=50_000,
        widget=forms.Textarea({"rows": 12, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line for each: name, e-mail address, role, Pages, team. All after the address may be left out."
            " Separate several Pages by semicolons. Rows that are copied from a spreadsheet work too."
        ),
    )

    def __init__(self, admin, *args):
        super().__init__(*args)
        self.admin = admin

    def clean_lines(self):
        rows = [_cells(line) for line in self.cleaned_data["lines"].splitlines()]
        errors, self.invited, usernames = [], [], set()
        for number, row in enumerate(rows[: MOST + 1], start=1):
            try:
                if any(row):
                    self.invited.append(self._read(row, usernames))
            except ValidationError as error:
                errors.append(_("Line %(number)d: %(problem)s") % {"number": number, "problem": error.messages[0]})
        if len(rows) > MOST:
            errors.append(_("At most %d lines at once.") % MOST)
        if errors:
            raise ValidationError(errors)
        return self.cleaned_data["lines"]

    def save(self):
        """Add the agents, without a password; return them, or nobody if another admin has just added one of them."""
        try:
            with transaction.atomic():
                return [self._add(*invited) for invited in self.invited]
        except IntegrityError:
            self.add_error("lines", _("One of them has just been added by somebody else: try again."))
            return []

    def _add(self, agent, groups, teams):
        agent.save()
        agent.groups.add(*groups)
        agent.teams.add(*teams)
        return agent

    def _read(self, cells, usernames):
        """Return the agent of a line with their groups and teams. usernames: of the lines above."""
        if not (2 <= len(cells) <= COLUMNS and in_one_line(cells[0])):
            raise ValidationError(_("Give a name and an e-mail address, and at most role, Pages and team."))
        name, address, role, pages, team = cells + [""] * (COLUMNS - len(cells))
        agent = _agent(name, address, usernames)
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


def _cells(line):
    """Return the cells of a line, each alone: a quote that is left open swallows no other line."""
    rows = csv.reader([line], delimiter="\t" if "\t" in line else ",", skipinitialspace=True)
    return [cell.strip() for row in rows for cell in row]


def _agent(name, address, usernames):
    first, _space, last = in_one_line(name).partition(" ")
    validate_email(address)
    address = address.lower()
    username = NOT_OF_USERNAMES.sub("", address)
    is_known = Agent.objects.filter(Q(username__iexact=username) | Q(email__iexact=address)).exists()
    if is_known or username in usernames:
        raise ValidationError(_("An agent has the address %s already.") % address)
    usernames.add(username)
    agent = Agent(username=username, email=address, first_name=first, last_name=last)
    agent.set_unusable_password()
    agent.full_clean()
    return agent
