"""What an agent may do, and what they may therefore let others do."""

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

NO_PASSWORD = "!"  # noqa: S105  (what Django stores for an account that nobody can log in to)


class OnlyAdmin(Exception):
    """The last superuser stays one: nobody else could make another. The text is a sentence that says so."""


class Rights(models.Model):
    """The part of an Agent that says what they may do. Rights are granted only by those who have them."""

    departures = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True

    def grantable_groups(self):
        return Group.objects.all() if self.is_superuser else self.groups.all()

    def grantable_permissions(self):
        if self.is_superuser:
            return Permission.objects.all()
        return Permission.objects.filter(Q(user=self) | Q(group__user=self)).distinct()

    def has_rights_of(self, other):
        """Whether `other` has no right that this agent lacks. Somebody who left counts with what they get back.

        Only then may this agent change the other's log-in: with another's password one can act as them.
        """
        if self.is_superuser or other.is_superuser:
            return self.is_superuser
        other_groups = other.groups.exclude(pk__in=self.grantable_groups().values("pk"))
        other_permissions = other.user_permissions.exclude(pk__in=self.grantable_permissions().values("pk"))
        return not (other_groups.exists() or other_permissions.exists())

    @property
    def is_last_admin(self):
        return self.is_superuser and not self._other_admins().exists()

    def check_not_last_admin(self):
        """Raise OnlyAdmin for the last superuser. Keeps the others until the transaction ends: two cannot both go."""
        if not self.is_superuser:
            return
        admins = self._admins().select_for_update(no_key=True).order_by("pk")
        if set(admins.values_list("pk", flat=True)) <= {self.pk}:
            raise OnlyAdmin(_("%s is the only admin: make somebody else one first.") % self)

    def _admins(self):
        """Superusers who can log in."""
        working = type(self).objects.working().filter(is_superuser=True)
        return working.exclude(password__startswith=NO_PASSWORD)

    def _other_admins(self):
        return self._admins().exclude(pk=self.pk)

    def _get_session_auth_hash(self, secret=None):
        """Sessions from before an agent left stay ended when they return."""
        known = super()._get_session_auth_hash(secret)
        if not self.departures:
            return known
        return salted_hmac("agents.departures", f"{known}{self.departures}", secret=secret).hexdigest()
