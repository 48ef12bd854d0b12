from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Count, ImageField, Prefetch, Q
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from agents.picture_uploads import PicturesStoredFirst
from agents.picture_widget import PictureWidget
from agents.rights import OnlyAdmin
from agents.roles import Role
from agents.saving import SavesChangedColumns, SavesPasswordAlone


class ChoosesRole:
    """The part of an agent's form that refuses to leave out the role where that would give more than one has."""

    editor: Agent
    cleaned_data: dict[str, Any]

    def clean_groups(self):
        groups = self.cleaned_data["groups"]
        if not (self.editor.has_usual_rights or Role.objects.filter(pk__in=groups).exists()):
            raise ValidationError(_("Choose a role: without one, agents have rights that you do not have."))
        return groups


class NewAgentForm(ChoosesRole, AdminUserCreationForm):
    pass


class AgentForm(ChoosesRole, UserChangeForm):
    def clean_is_superuser(self):
        stays = self.cleaned_data["is_superuser"]
        try:
            if not stays:
                self.instance.check_not_last_admin()
        except OnlyAdmin as error:
            raise ValidationError(str(error)) from error
        return stays


class PasswordForm(SavesPasswordAlone, AdminPasswordChangeForm):
    def clean(self):
        super().clean()
        if not self.cleaned_data.get("set_usable_password") and self.user.is_last_admin:
            self.add_error("usable_password", _("%s is the only admin: make somebody else one first.") % self.user)
        return self.cleaned_data


@admin.register(Agent)
class AgentAdmin(SavesChangedColumns, PicturesStoredFirst, UserAdmin):
    """The admin of agents. Nobody can grant a right that they lack, or change an agent's log-in who has more rights."""

    form = AgentForm
    add_form = NewAgentForm
    change_password_form = PasswordForm
    formfield_overrides = {ImageField: {"widget": PictureWidget("agent-picture")}}
    list_display = [
        *["username", "first_name", "last_name", "is_present", "capacity", "teams_now"],
        *["is_active", "is_staff", "personas_now"],
    ]
    list_filter = ["is_active", "is_present", "is_staff", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    actions = ["remove_from_team", "return_to_team"]
    readonly_fields = [
        *[
            "is_active",
            "is_present",
            "away_since",
            "away_reason",
            "away_by",
            "back_at",
            "last_seen_at",
            "left_at",
            "last_login",
            "date_joined",
        ],
        *["personas_now", "teams_now"],
    ]
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        (
            _("Who customers see"),
            {"fields": ["first_name", "last_name", "picture", "may_change_profile", "personas_now"]},
        ),
        (
            _("Presence"),
            {
                "fields": [
                    *["is_active", "is_present", "away_since", "away_reason", "away_by", "back_at"],
                    *["last_seen_at", "left_at"],
                ]
            },
        ),
        (_("The queue"), {"fields": ["capacity", "teams_now"]}),
        (_("Their desk"), {"fields": ["undo_seconds", "next_conversation", "calls", "has_shortcuts", "language"]}),
        (_("May do"), {"fields": ["groups", "is_staff", "is_superuser", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "picture", "groups"]}),
        (_("Log-in"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_form(self, request, obj=None, **options):
        form: Any = super().get_form(request, obj, **options)
        form.editor = request.user
        return form

    def get_queryset(self, request):
        personas = Prefetch("personas", to_attr="visible_personas", queryset=_personas_visible_to(request.user))
        return super().get_queryset(request).prefetch_related(personas, "teams")

    def save_related(self, request, form, formsets, change):
        """Return the conversations to the queue whose Page the agent may no longer see."""
        super().save_related(request, form, formsets, change)
        form.instance.conversations.without_agent().return_to_queue()
        if "language" in form.changed_data:
            form.instance.conversations.publish_reader(form.instance)

    def has_change_permission(self, request: Any, obj=None):
        may_change = super().has_change_permission(request, obj)
        return may_change and (obj is None or request.user.has_rights_of(obj))

    def has_delete_permission(self, request, obj=None):
        """Keep the authors of the history: agents leave, and are not deleted."""
        return False

    def get_readonly_fields(self, request: Any, obj=None):
        return [*self.readonly_fields, *([] if request.user.is_superuser else ["is_superuser"])]

    def formfield_for_manytomany(self, db_field, request: Any, **options):
        if db_field.name == "groups":
            options["queryset"] = request.user.grantable_groups()
            options["help_text"] = _(
                "A role says what an agent may do: without one, what agents usually do. Other groups open Pages."
            )
        elif db_field.name == "user_permissions":
            options["queryset"] = request.user.grantable_permissions()
        return super().formfield_for_manytomany(db_field, request, **options)

    @admin.display(description=_("personas"))
    def personas_now(self, agent):
        if agent.pk is None:
            return "-"
        rows = ((persona.page, persona.state.label) for persona in agent.visible_personas)
        return format_html_join(" · ", "{}: {}", rows) or "-"

    @admin.display(description=_("teams"))
    def teams_now(self, agent):
        return (agent.pk and ", ".join(str(team) for team in agent.teams.all())) or "-"

    @admin.action(description=_("Remove from the team: end work, delete personas"), permissions=["change"])
    def remove_from_team(self, request, agents):
        """Remove agents after a confirmation.

        Their personas cannot be restored: a new persona is another one at Facebook.
        """
        if "confirmed" not in request.POST:
            context = self.admin_site.each_context(request) | {
                "agents": agents,
                "title": _("Remove from the team?"),
            }
            return render(request, "admin/remove_from_team.html", context)
        for agent in self._changeable(request, agents.filter(is_active=True)):
            try:
                agent.leave()
            except OnlyAdmin:
                self.message_user(request, _("%s is the only admin and stays.") % agent, messages.ERROR)
            else:
                self.message_user(request, _("%s was removed from the team.") % agent, messages.SUCCESS)

    @admin.action(description=_("Return to the team: let them log in again"), permissions=["change"])
    def return_to_team(self, request, agents):
        for agent in self._changeable(request, agents.filter(is_active=False)):
            agent.return_to_team()
            self.message_user(request, _("%s is in the team again and may log in.") % agent, messages.SUCCESS)

    def _changeable(self, request, agents):
        for agent in agents:
            if self.has_change_permission(request, agent):
                yield agent
            else:
                sentence = _("%s has rights that you do not have: ask an admin who has them.") % agent
                self.message_user(request, sentence, messages.ERROR)


admin.site.unregister(Group)


class GrantableAdmin(GroupAdmin):
    """The admin of groups and roles. Admins change those that they may grant, and add permissions that they have."""

    def has_change_permission(self, request: Any, obj=None):
        return super().has_change_permission(request, obj) and self._is_grantable(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._is_grantable(request, obj)

    def formfield_for_manytomany(self, db_field, request: Any, **options):
        if db_field.name == "permissions":
            options["queryset"] = request.user.grantable_permissions()
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_related(self, request, form, formsets, change):
        """Return the conversations to the queue whose customers an agent may not answer any more."""
        super().save_related(request, form, formsets, change)
        for agent in form.instance.user_set.all():
            agent.conversations.without_agent().return_to_queue()

    def _is_grantable(self, request, group):
        return group is None or request.user.grantable_groups().filter(pk=group.pk).exists()


@admin.register(Group)
class GroupOfAgentsAdmin(GrantableAdmin):
    """The admin of groups that open Pages."""

    def get_queryset(self, request):
        return super().get_queryset(request).filter(role=None)


@admin.register(Role)
class RoleAdmin(GrantableAdmin):
    """The admin of roles. Without theirs, agents have the usual rights: only admins who have those delete a role."""

    list_display = ["name", "agents_now"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(agents=Count("user", filter=Q(user__is_active=True)))

    def has_delete_permission(self, request: Any, obj=None):
        return request.user.has_usual_rights and super().has_delete_permission(request, obj)

    @admin.display(description=_("agents"), ordering="agents")
    def agents_now(self, role):
        return role.agents


def _personas_visible_to(viewer):
    """Return the personas on the Pages that the viewer may see, except deleted ones.

    They are found through the relation, as agents may not import personas.
    """
    related: Any = Agent._meta.get_field("personas").related_model
    pages = related._meta.get_field("page").related_model.objects.open_to(viewer).order_by()
    return related.objects.filter(gone_at=None, page__in=pages.values("pk")).select_related("page")
