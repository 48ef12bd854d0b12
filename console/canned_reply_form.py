"""The form of a canned reply at the desk: its text and files, and who may use it."""

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from console.forms import FilesField
from console.infrastructure import uploads
from console.models import CannedFile, CannedReply, Team
from console.models.canned_reply import MANAGE, Scope
from console.wording import quick_replies
from personas.models import Page

VALIDATED = {"author", "scope", "team", "page"}  # columns of constraints that are not fields of the form


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)

    def words(self):
        return self.cleaned_data["q"].split() if self.is_valid() else []


class CannedReplyForm(forms.ModelForm):
    """A form for one agent. It offers to share a canned reply to those who may manage shared ones."""

    audience = forms.ChoiceField(label=_("Who may use it"))
    files = FilesField(label=_("Files"), required=False, error_messages={"empty": _("The file is empty.")})
    removed = forms.ModelMultipleChoiceField(
        None,
        label=_("Remove"),
        required=False,
        error_messages={"invalid_choice": _("A file that you remove is gone already.")},
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = CannedReply
        fields = ["shortcut", "folder", "text", "quick_replies"]

    def __init__(self, agent, *args, **options):
        super().__init__(*args, **options)
        if not self.instance.author_id:
            self.instance.author = agent
        self.fields["audience"].choices = list(self._audiences(agent))
        self.fields["audience"].initial = _key(self.instance.scope, self.instance.team_id or self.instance.page_id)
        self.fields["removed"].queryset = CannedFile.objects.filter(canned_reply=self.instance.pk)

    def _audiences(self, agent):
        if self.instance.author_id == agent.pk:
            yield _key(Scope.OWN), _("Only me")
        if agent.has_perm(MANAGE):
            yield _key(Scope.EVERYONE), _("Everyone")
            for team in Team.objects.of(agent):
                yield _key(Scope.TEAM, team.pk), _now("Team: %s") % team
            for page in Page.objects.open_to(agent).defer("token"):
                yield _key(Scope.PAGE, page.pk), _now("Everyone, for the Page %s") % page

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean_quick_replies(self):
        return quick_replies.tidy(self.cleaned_data["quick_replies"])

    def clean(self):
        given = super().clean()
        self._check_version(given)
        self._share(given.get("audience", _key(Scope.OWN)))
        self._check_content(given)
        return given

    def _check_version(self, given):
        """Keep this from replacing a change of another that the agent has not seen; saved once more, it does."""
        if given.get("version") and given["version"] != self.current_version:
            self.add_error(None, _now("This was changed while you edited it. Save again to replace that change."))

    @property
    def current_version(self):
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    def _share(self, audience):
        scope, _dash, key = audience.partition("-")
        self.instance.scope = scope
        self.instance.team_id = key if scope == Scope.TEAM else None
        self.instance.page_id = key if scope == Scope.PAGE else None

    def _check_content(self, given):
        if self.errors:
            return
        kept = self.fields["removed"].queryset.count() - len(given["removed"])
        if kept + len(given["files"]) > uploads.MOST_FILES:
            self.add_error("files", _now("Attach at most %s files.") % uploads.MOST_FILES)
        if given["quick_replies"] and not given["text"]:
            self.add_error("quick_replies", quick_replies.ALONE)
        elif not given["text"] and not kept and not given["files"]:
            self.add_error("text", _now("Write a text, or attach a file."))

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - VALIDATED

    def save(self, commit=True):
        reply = super().save(commit)
        self.cleaned_data["removed"].discard()
        CannedFile.objects.attach(reply, self.cleaned_data["files"])
        return reply


def _key(scope, pk=None):
    return f"{Scope(scope).value}-{pk}" if pk else Scope(scope).value
