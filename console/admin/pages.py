"""The admin of a Page with its rules and hours. It extends the admin in `personas`, which knows no such models."""

import secrets

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.business_hours import BusinessHoursInline, HolidayInline
from console.admin.secret import ShowsSecret
from console.models import HandoverRules, RetentionRules
from console.models.handover_rules import BOT_FIELDS, usual_bot_fields
from personas.admin import PageAdmin
from personas.models import Page

SECRET_BYTES = 32
BOT_STATE = ["bot_down_until", "bot_error"]


class HandoverRulesForm(forms.ModelForm):
    bot_fields = forms.MultipleChoiceField(
        label=_("Webhook fields of the bot"),
        required=False,
        choices=[(name, name) for name in BOT_FIELDS],
        initial=usual_bot_fields,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The webhook fields that the bot subscribed to. Receipts and echoes only if it expects them."),
    )
    holder_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("Never shown again once saved. Leave empty to keep the current secret."),
    )
    makes_secret = forms.BooleanField(
        label=_("Make a new secret"),
        required=False,
        help_text=_("Shown once, after saving. If there is a webhook and no secret, one is made anyway."),
    )
    new_secret = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.initial.pop("holder_secret", ""):
            self.fields["holder_secret"].widget.attrs["placeholder"] = "••••••••••••"

    def clean(self):
        given = super().clean()
        secret = given.get("holder_secret") or self.instance.holder_secret
        if given.get("makes_secret") or (given.get("holder_url") and not secret):
            secret = self.new_secret = secrets.token_urlsafe(SECRET_BYTES)
        given["holder_secret"] = secret
        return given


class HandoverRulesInline(admin.StackedInline):
    model = HandoverRules
    form = HandoverRulesForm
    can_delete = False
    verbose_name_plural = _("Handover")
    readonly_fields = BOT_STATE
    fieldsets = [
        (_("The bot"), {"fields": ["webhook_url", "bot_fields", "receives_standby", "bot_app_id", *BOT_STATE]}),
        (_("Changes of holder"), {"fields": ["holder_url", "holder_secret", "makes_secret", "bot_gets_full_names"]}),
        (_("Requests for an agent"), {"fields": ["payloads", "words"]}),
        (_("The queue"), {"fields": ["assigns"]}),
        (_("Timeouts"), {"fields": ["answer_within", "away_for", "back_after", "escalate_after"]}),
        (_("Automatic messages"), {"fields": ["introduction", "closed_message"]}),
    ]


class RetentionRulesInline(admin.StackedInline):
    model = RetentionRules
    can_delete = False
    verbose_name_plural = _("Retention")
    fields = ["message_days", "file_days", "webhook_days"]


admin.site.unregister(Page)


@admin.register(Page)
class PageWithRulesAdmin(ShowsSecret, PageAdmin):
    list_display = [*PageAdmin.list_display, "has_bot", "bot_error", "assigns"]
    list_select_related = ["rules"]
    inlines = [HandoverRulesInline, BusinessHoursInline, HolidayInline, RetentionRulesInline]

    @admin.display(description=_("bot"), boolean=True)
    def has_bot(self, page):
        return HandoverRules.of(page).has_bot

    @admin.display(description=_("bot's error"))
    def bot_error(self, page):
        return HandoverRules.of(page).bot_error

    @admin.display(description=_("assigns"), boolean=True)
    def assigns(self, page):
        return HandoverRules.of(page).assigns

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.conversations.without_agent().return_to_queue()
        form.instance.conversations.publish_page()  # who sees its conversations may have changed
        rules = (row for formset in formsets for row in formset.forms if isinstance(row, HandoverRulesForm))
        form.instance.new_secret = "".join(row.new_secret for row in rules)  # a Page has one row of rules
