"""Roles: groups that say what agents may do at the desk. An agent without a role may do what agents usually do."""

from typing import Any, ClassVar

from django.contrib.auth.models import Group, GroupManager
from django.db import models
from django.utils.translation import gettext_lazy as _

ANSWER = "agents.answer_customers"
EXPORT = "agents.export_conversations"
SEE_FIELDS = "agents.see_custom_fields"
TRANSFER = "agents.transfer_for_colleagues"

RIGHTS = {  # of the desk; those on the rows of a model are Django's own, or stand beside the model
    ANSWER: _("Can take conversations and answer customers"),
    EXPORT: _("Can print, download and mail transcripts"),
    SEE_FIELDS: _("Can see and fill in the custom fields of customers"),
    TRANSFER: _("Can transfer a conversation that a colleague holds"),
}
USUAL = frozenset({ANSWER, EXPORT, SEE_FIELDS})  # of an agent without a role
CODENAMES = {right.partition(".")[2]: right for right in RIGHTS}


class Role(Group):
    """A group whose agents have the rights of the desk that it grants, and no others. Other groups open Pages.

    key: the name of a role that comes with the console, whatever admins call it now.
    """

    key = models.SlugField(max_length=20, null=True, unique=True, editable=False)  # noqa: DJ001

    requires_second_factor = models.BooleanField(
        _("needs a second factor"),
        default=False,
        db_default=False,
        help_text=_("Its agents can do nothing until they have set up an authenticator app or a passkey."),
    )

    objects: ClassVar[Any] = GroupManager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["name"]
