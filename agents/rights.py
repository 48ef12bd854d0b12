"""Rights: what an agent may do and, therefore, what they may grant to others."""

from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

NO_PASSWORD = "!"  # noqa: S105  (what Django stores for an account that nobody can log in to)


class OnlyAdmin(Exception):
    """The last superuser cannot leave or lose that right. The text of the error is a sentence for people."""


class Rights(AbstractUser):
    """The part of an Agent that says what they may do. Only agents who have a right may grant it."""

    departures: "models.PositiveIntegerField[int, int]" = models.PositiveIntegerField(
        default=0, db_default=0, editable=False
    )

    class Meta:
        abstract = True

    def grantable_groups(self):
        """Return the groups to which they may add others."""
        return Group.objects.all() if self.is_superuser else self.groups.all()

    def grantable_permissions(self):
        """Return the permissions that they may grant to others."""
        if self.is_superuser:
            return Permission.objects.all()
        return Permission.objects.filter(Q(user=self) | Q(group__user=self)).distinct()

    def has_rights_of(self, other):
        """Return whether this agent has all rights of `other`. An agent who left has the rights that they get back.

        Only then may this agent change the log-in of `other`: a person with their password can act as them.
        """
        if self.is_superuser or other.is_superuser:
            return self.is_superuser
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
