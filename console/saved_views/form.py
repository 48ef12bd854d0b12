"""The form of a saved view: its conditions and order, and who may use it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from agents.models import Agent
from agents.roles import SEE_FIELDS
from console import live
from console.colleagues.finding import colleagues_of
from console.custom_fields.kinds import cleaned
from console.models import CustomField, Label, SavedView, Team
from console.saved_views.models import LONGEST_WAIT, LONGEST_WINDOW, State
from console.shared_form import OnceForm
from personas.models import Page

MOST_OWN = 50  # views of one agent


class SavedViewForm(OnceForm):
    """A form for one agent. It offers the Pages that the agent may see, and what is made for these or for all."""

    class Meta:
        model = SavedView
        fields = [
            *["name", "state", "on_page", "for_team", "held_by", "label", "is_unread", "waits_minutes"],
            *["window_hours", "came_by", "language", "custom_field", "custom_value", "order"],
        ]
        widgets = {
            "waits_minutes": forms.NumberInput({"min": 1, "max": LONGEST_WAIT}),
            "window_hours": forms.NumberInput({"min": 1, "max": LONGEST_WINDOW}),
        }

    def __init__(self, agent, *args, **options):
        super().__init__(agent, *args, **options)
        self._was_shared = self.instance.is_shared
        pages = Page.objects.open_to(agent).defer("token")
        on_these = Q(page=None) | Q(page__in=pages.order_by().values("pk"))
        self.fields["on_page"].queryset = pages
        self.fields["for_team"].queryset = Team.objects.visible_to(agent)
        self.fields["held_by"].queryset = self._holders(agent)
        self.fields["label"].queryset = Label.objects.filter(on_these)
        self.fields["custom_field"].queryset = CustomField.objects.filter(on_these)
        if not agent.has_perm(SEE_FIELDS):
            del self.fields["custom_field"], self.fields["custom_value"]
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("any")
            if name in ("came_by", "language"):
                field.choices = [("", _("any")), *field.choices[1:]]

    def _holders(self, agent):
        """Return the agents whom this one may know, and the one whom the view names, who may have left since."""
        known = Q(pk__in=colleagues_of(agent).order_by().values("pk"))
        return Agent.objects.filter(known | Q(pk__in=[agent.pk, self.instance.held_by_id or agent.pk]))

    def clean_waits_minutes(self):
        return self._within("waits_minutes", LONGEST_WAIT)

    def clean_window_hours(self):
        return self._within("window_hours", LONGEST_WINDOW)

    def clean(self):
        given = super().clean()
        self._check_time(given)
        self._check_holder(given)
        self._clean_value(given)
        self._check_number()
        return given

    def save(self, commit=True):
        view = super().save(commit)
        live.publish("hello" if self._was_shared else view.topic)
        return view

    def _within(self, name, most):
        number = self.cleaned_data[name]
        if number is not None and not 1 <= number <= most:
            raise ValidationError(_("Give a number from 1 to %s.") % most)
        return number

    def _check_time(self, given):
        if given.get("state") == State.CLOSED and (given.get("waits_minutes") or given.get("window_hours")):
            self.add_error("state", _("Nobody waits in closed conversations, and no messaging window counts."))

    def _check_holder(self, given):
        if given.get("held_by") and given.get("state") not in (State.OPEN, State.AGENT):
            self.add_error("held_by", _("Only open conversations are with an agent."))

    def _clean_value(self, given):
        """Store the value of a custom field as that field stores it."""
        field, value = given.get("custom_field"), given.get("custom_value")
        if field and value:
            try:
                given["custom_value"] = cleaned(field, value)
            except ValidationError as error:
                self.add_error("custom_value", error)

    def _check_number(self):
        own = SavedView.objects.filter(author=self.instance.author, scope="own")
        if not self.instance.pk and own.count() >= MOST_OWN:
            self.add_error(None, _("You have %s views of your own. Delete one first.") % MOST_OWN)
