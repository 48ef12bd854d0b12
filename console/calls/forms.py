"""The form of an agent's rules of being called."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.preferences import Calls
from console.calls.news import OF_TEAM, News
from console.calls.rules import CallRules
from console.wording.moments import zone_of

MINE = [(news.value, news.label) for news in News if news not in OF_TEAM]
OF_MY_TEAM = [(news.value, news.label) for news in News if news in OF_TEAM]


class CallRulesForm(forms.ModelForm):
    calls = forms.ChoiceField(label=_("Sounds and notifications"), choices=Calls)
    mine = forms.MultipleChoiceField(
        label=_("For my conversations"), choices=MINE, required=False, widget=forms.CheckboxSelectMultiple
    )
    team = forms.MultipleChoiceField(
        label=_("For the queue and my team"), choices=OF_MY_TEAM, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = CallRules
        fields = [
            *["unanswered_after", "window_within", "queue_after", "quiet_from", "quiet_until", "volume", "time_zone"]
        ]
        widgets = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "time_zone": forms.HiddenInput({"data-time-zone": ""}),
        }

    def __init__(self, *args, instance, **options):
        calling = [news for news in News.values if news not in instance.silent]
        initial = {"calls": instance.agent.calls, "mine": calling, "team": calling}
        super().__init__(*args, instance=instance, initial=initial, **options)

    def clean_time_zone(self):
        zone = self.cleaned_data["time_zone"]
        return zone if str(zone_of(zone)) == zone else ""

    def clean(self):
        hours = [self.cleaned_data.get(name) for name in ("quiet_from", "quiet_until")]
        if (hours[0] is None) != (hours[1] is None) and not self.errors:
            self.add_error("quiet_until", _("Quiet hours need both times, or none."))
        return self.cleaned_data

    def save(self, commit=True):
        calling = {*self.cleaned_data["mine"], *self.cleaned_data["team"]}
        self.instance.silent = [news for news in News.values if news not in calling]
        self.instance.agent.choose(calls=self.cleaned_data["calls"])
        return super().save(commit)
