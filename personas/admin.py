from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ImageField, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from agents.picture_uploads import PicturesStoredFirst
from agents.picture_widget import PictureWidget
from agents.saving import SavesChangedColumns
from personas.models import Page, Persona
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter
from personas.wording import in_readers_language


class ReadOnly(admin.ModelAdmin):
    """A ModelAdmin of rows that the console creates: admins read them, and use actions."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class PageForm(forms.ModelForm):
    token = forms.CharField(
        label=_("Access token"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("Never shown again once saved. Leave empty to keep the current token."),
    )

    class Meta:
        model = Page
        fields = [
            "page_id",
            "token",
            "is_open_to_all",
            "groups",
            "may_use_human_agent",
            "may_see_locale",
            "bot_name",
            "bot_picture",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.token:
            self.fields["token"].widget.attrs["placeholder"] = "••••••••••••"

    def clean_token(self):
        entered = self.cleaned_data["token"].strip()
        self.is_token_entered = bool(entered)  # also if it is the same one, which may work again
        token = entered or self.instance.token
        if not token and not self.instance.is_disconnected:
            raise forms.ValidationError(_("A Page needs an access token."))
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise forms.ValidationError(_("This is not a whole access token: copy it again."))
        return token

    def clean(self):
        super().clean()
        if self.cleaned_data.get("is_open_to_all") and self.cleaned_data.get("groups"):
            self.add_error("groups", _("Either all agents see it, or only these groups: choose one of the two."))
        return self.cleaned_data


@admin.register(Page)
class PageAdmin(SavesChangedColumns, PicturesStoredFirst, RowsOfVisiblePages, admin.ModelAdmin):
    form = PageForm
    formfield_overrides = {ImageField: {"widget": PictureWidget("bot-picture")}}
    page_lookup = "pk"
    list_display = ["__str__", "page_id", "state", "pauses", "error", "integrity", "checked_at", "visible_to"]
    list_filter = ["state", ("paused_since", admin.EmptyFieldListFilter), "groups"]
    search_fields = ["name", "page_id"]
    filter_horizontal = ["groups"]
    readonly_fields = [
        *("name", "state", "error", "checked_at", "paused_since", "reason", "policy", "integrity"),
        *("waits_until", "reason_to_wait"),
    ]
    fields = [*readonly_fields, *PageForm.Meta.fields]
    actions = ["check_with_facebook", "send_again", "disconnect"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "page_id"] if obj else self.readonly_fields

    @admin.display(description=_("visible to"))
    def visible_to(self, page):
        if page.is_open_to_all:
            return _("all agents")
        return ", ".join(group.name for group in page.groups.all()) or _("superusers only")

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.is_token_entered:
            form.instance.connect_again()
        if not form.instance.bot_name:
            form.instance.personas.filter(agent=None).withdraw()
        form.instance.verify_later()
        self.message_user(request, _("Checking with Facebook. Reload to see the result."))

    @admin.display(description=_("sends nothing"))
    def pauses(self, page):
        """The reasons why nothing is sent now."""
        pauses = []
        if page.is_paused:
            why = in_readers_language(page.why_paused)
            pauses.append(_("since %(when)s: %(why)s") % {"when": _moment(page.paused_since), "why": why})
        if page.is_slowed:
            why = in_readers_language(page.why_waiting)
            pauses.append(_("until %(when)s: %(why)s") % {"when": _moment(page.waits_until), "why": why})
        return " ".join(pauses) or "-"

    @admin.display(description=_("why it sends nothing"))
    def reason(self, page):
        return in_readers_language(page.why_paused)

    @admin.display(description=_("why it waits"))
    def reason_to_wait(self, page):
        return in_readers_language(page.why_waiting)

    @admin.action(description=_("Check with Facebook"), permissions=["change"])
    def check_with_facebook(self, request, pages):
        for page in pages:
            page.verify_later()
        self.message_user(request, _("Checking with Facebook. Reload to see the result."))

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_again(self, request, pages):
        for page in pages:
            page.resume()
        self.message_user(request, _("Messages that waited are being sent."))

    @admin.action(description=_("Disconnect: send and receive nothing, keep the history"), permissions=["change"])
    def disconnect(self, request, pages):
        """Disconnect Pages after a confirmation: their personas are deleted, and their tokens are forgotten."""
        if "confirmed" not in request.POST:
            context = self.admin_site.each_context(request) | {"pages": pages, "title": _("Disconnect these Pages?")}
            return render(request, "admin/disconnect.html", context)
        for page in pages:
            page.disconnect(by=request.user)
        self.message_user(request, _("Disconnecting from Facebook. Reload to see the result."))


def _moment(moment):
    return date_format(localtime(moment), "DATETIME_FORMAT")


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    STATES: dict[Any, Q] = {
        Persona.State.WANTED: Q(graph_id="", refused_at=None, leaving_since=None, gone_at=None),
        Persona.State.REFUSED: Q(graph_id="", refused_at__isnull=False, leaving_since=None, gone_at=None),
        Persona.State.LIVE: Q(leaving_since=None, gone_at=None) & ~Q(graph_id=""),
        Persona.State.LEAVING: Q(leaving_since__isnull=False, gone_at=None),
        Persona.State.GONE: Q(gone_at__isnull=False),
    }

    def lookups(self, request, model_admin):
        return [(state.value, state.label) for state in self.STATES]

    def queryset(self, request, queryset):
        return queryset.filter(self.STATES.get(self.value(), Q()))


@admin.register(Persona)
class PersonaAdmin(RowsOfVisiblePages, ReadOnly):
    list_display = ["name", "agent", "page", "state_now", "graph_id", "error", "published_at"]
    list_filter = [StateFilter, ("page", VisiblePagesFilter)]
    list_select_related = ["agent", "page"]
    search_fields = ["name", "graph_id", "agent__username", "page__name"]
    actions = ["delete_on_facebook", "check_with_facebook"]
    fields = [
        *["name", "agent", "page", "state_now", "graph_id", "error", "picture_now"],
        *["created_at", "published_at", "verified_at", "leaving_since", "gone_at"],
    ]

    def has_act_permission(self, request):
        return request.user.has_perm("personas.change_persona")

    @admin.display(description=_("state"))
    def state_now(self, persona):
        return persona.state.label

    @admin.display(description=_("picture"))
    def picture_now(self, persona):
        if not persona.picture:
            return "-"
        return format_html(
            '<img class="persona-picture" src="{}" alt="">', reverse("persona-picture-here", args=[persona.pk])
        )

    @admin.action(description=_("Delete on Facebook"), permissions=["act"])
    def delete_on_facebook(self, request, personas):
        personas.withdraw()
        self.message_user(request, _("They are deleted as soon as no message waits to be sent under them."))

    @admin.action(description=_("Check with Facebook"), permissions=["act"])
    def check_with_facebook(self, request, personas):
        for persona in personas:
            persona.verify_later()
        self.message_user(request, _("Checking with Facebook. Reload to see the result."), messages.INFO)
