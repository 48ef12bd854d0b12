"""The roles that come with the console: agent, lead, supervisor, admin, analyst. Admins change them as they like."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from agents.roles import Role

ALL = ("view", "add", "change", "delete")
AGENT = ["answer_customers", "export_conversations", "see_custom_fields"]
LEAD = [
    *AGENT,
    *["transfer_for_colleagues", "take_over_conversation", "set_presence"],
    *["moderate_customer", "manage_canned_replies"],
]
SUPERVISOR = [
    *LEAD,
    *["view_conversation", "view_botevent", "view_persona", "view_page", "view_agent"],
    *["view_erasure", "add_erasure", "view_health"],
    *[f"{verb}_{model}" for model in ("label", "customfield", "team") for verb in ALL],
    *[f"{verb}_{model}" for model in ("businesshours", "holiday") for verb in ALL],
]
ADMIN = [
    *SUPERVISOR,
    *["add_agent", "change_agent", "add_page", "change_page", "change_persona"],
    *["view_handoverrules", "add_handoverrules", "change_handoverrules"],
    *["view_retentionrules", "add_retentionrules", "change_retentionrules"],
    *["view_apikey", "add_apikey", "change_apikey"],
    *[f"{verb}_{model}" for model in ("group", "role") for verb in ALL],
]
ANALYST = ["export_conversations", "view_conversation"]
ROLES = {  # by key: the name, and the codenames of the permissions
    "agent": ("Agent", AGENT),
    "lead": ("Lead", LEAD),
    "supervisor": ("Supervisor", SUPERVISOR),
    "admin": ("Admin", ADMIN),
    "analyst": ("Analyst", ANALYST),
}


@transaction.atomic
def make_missing():
    """Make those roles that are not there, and return them. A role that is there stays as admins have changed it."""
    there = set(Role.objects.values_list("key", flat=True))
    return [_make(key, *role) for key, role in ROLES.items() if key not in there]


def _make(key, name, codenames):
    is_taken = Group.objects.filter(name=name).exists()
    role = Role.objects.create(key=key, name=f"{name} (role)" if is_taken else name)
    role.permissions.set(Permission.objects.filter(codename__in=codenames))
    return role
