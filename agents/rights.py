"""Rights: what an agent may do and, therefore, what they may grant to others."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from agents.compiled import Compiled, Given
from agents.roles import CODENAMES, RIGHTS, USUAL, Role

NO_PASSWORD = "!"  # noqa: S105  (what Django stores for an account that nobody can log in to)


class OnlyAdmin(Exception):
    """The last superuser cannot leave or lose that right. The text of the error is a sentence for people."""


class RightsQuerySet(models.QuerySet):
    def who_may(self, right):
        """Filter to the agents who have this right of the desk."""
        is_granted = Exists(_granted().filter(codename=right.partition(".")[2]))
        is_usual = ~Exists(_roles()) if right in USUAL else Q(pk=None)
        return self.filter(Q(is_superuser=True) | is_granted | is_usual)


class Rights(AbstractUser):
    """The part of an Agent that says what they may do. Only agents who have a right may grant it."""

    departures: "models.PositiveIntegerField[int, int]" = models.PositiveIntegerField(
        default=0, db_default=0, editable=False
    )

    class Meta:
        abstract = True

    def has_perm(self, perm, obj: Any = None):
        """Return whether they have a permission. Nobody has one for a single object."""
        return self.is_active and (self.is_superuser or (obj is None and perm in self._permission_names))

    @property
    def desk_rights(self):
        """Return the rights of the desk that they have, of RIGHTS. An agent without a role has the usual ones."""
        return frozenset(right for right in RIGHTS if self.has_perm(right))

    @cached_property
    def _permission_names(self):
        """Return the names of what they may do. They are read once, as Django does."""
        for names, has_role in GRANTED(pk=self.pk):
            return frozenset(names) | (frozenset() if has_role else USUAL)
        return frozenset()

    @property
    def has_usual_rights(self):
        """Return whether they have all the rights of an agent without a role."""
        return self.desk_rights >= USUAL

    def grantable_groups(self):
        """Return the groups to which they may add others: their own, and the roles that give no more than they have."""
        if self.is_superuser:
            return Group.objects.all()
        return Group.objects.filter(Q(user=self) | Q(pk__in=self._grantable_roles().values("pk"))).distinct()

    def _grantable_roles(self):
        """Return the roles of which they have all permissions, and that open no Page that is closed to them."""
        missing = Permission.objects.exclude(pk__in=self.grantable_permissions().values("pk"))
        pages: Any = Group._meta.get_field("page").related_model
        closed = pages.objects.exclude(pk__in=pages.objects.open_to(self).order_by().values("pk"))
        return Role.objects.exclude(permissions__in=missing).exclude(page__in=closed)

    def grantable_permissions(self):
        """Return the permissions that they may grant to others."""
        if self.is_superuser:
            return Permission.objects.all()
        usual = [name for name, right in CODENAMES.items() if right in self.desk_rights]
        own = Q(user=self) | Q(group__user=self) | Q(codename__in=usual, content_type__app_label="agents")
        return Permission.objects.filter(own).distinct()

    def has_rights_of(self, other):
        """Return whether this agent has all rights of `other`. An agent who left has the rights that they get back.

        Only then may this agent change the log-in of `other`: a person with their password can act as them.
        """
        if self.is_superuser or other.is_superuser:
            return self.is_superuser
        if not (self.has_usual_rights or Role.objects.filter(user=other).exists()):
            return False
        other_groups = other.groups.exclude(pk__in=self.grantable_groups().values("pk"))
        other_permissions = other.user_permissions.exclude(pk__in=self.grantable_permissions().values("pk"))
        return not (other_groups.exists() or other_permissions.exists())

    @property
    def is_last_admin(self):
        """Return whether no other superuser can log in."""
        return self.is_superuser and not self._other_admins().exists()

    def check_not_last_admin(self):
        """Raise OnlyAdmin for the last superuser. Lock the others until the transaction ends: two cannot both leave."""
        if not self.is_superuser:
            return
        admins = self._admins().select_for_update(no_key=True).order_by("pk")
        if set(admins.values_list("pk", flat=True)) <= {self.pk}:
            raise OnlyAdmin(_("%s is the only admin: make somebody else one first.") % self)

    def _admins(self):
        """Return the superusers who can log in."""
        working = type(self)._default_manager.filter(is_active=True, is_superuser=True)
        return working.exclude(password__startswith=NO_PASSWORD)

    def _other_admins(self):
        return self._admins().exclude(pk=self.pk)

    def _get_session_auth_hash(self, secret=None):
        """Add the number of departures: sessions from before an agent left stay ended when they return."""
        known = super()._get_session_auth_hash(secret)  # pyright: ignore[reportAttributeAccessIssue] (not in the stubs)
        if not self.departures:
            return known
        return salted_hmac("agents.departures", f"{known}{self.departures}", secret=secret).hexdigest()


def _granted():
    """Return the rights of the desk that an agent of an outer query was granted, by a group or alone."""
    return _permissions().filter(content_type__app_label="agents", codename__in=CODENAMES)


def _permissions():
    by = Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk"))
    return Permission.objects.filter(by).order_by()


def _roles():
    return Role.objects.filter(user=OuterRef("pk")).order_by()


def _names_of(agent):
    name = Concat("content_type__app_label", Value("."), "codename")
    return agent.values_list(ArraySubquery(_permissions().values_list(name)), Exists(_roles()))


GRANTED = Compiled(lambda: _names_of(get_user_model()._default_manager.filter(pk=Given("pk"))))  # most requests ask
