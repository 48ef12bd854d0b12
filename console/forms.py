from django import forms
from django.utils.translation import gettext_lazy as _

from agents.roles import ANSWER
from console.infrastructure import uploads
from console.messenger_templates.validation import check_file_of, template_in
from console.models.message.reaction import EMOJIS
from console.wording import quick_replies
from messenger.client import utf16_length

MOST_NOTE = 500  # characters
MOST_PK = 2**63 - 1
MOST_PRIVATE_NOTE = 5_000  # characters
MOST_TEXT = 20_000  # UTF-16 units in one reply, which then goes out in some ten messages

MOST_DRAFT = 100_000  # characters: more than can be sent may be on its way to being shortened

NOBODY = _("Choose a colleague or a team.")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A field for several files, each checked against Facebook's limits."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = [super(FilesField, self).clean(file, initial) for file in data or []]
        if len(files) > uploads.MOST_FILES:
            raise forms.ValidationError(_("Send at most %(n)s files at a time."), params={"n": uploads.MOST_FILES})
        for file in files:
            self._check(file)
        return files

    def _check(self, file):
        try:
            uploads.check(file)
        except uploads.UploadError as error:
            raise forms.ValidationError(str(error)) from error


class SeenForm(forms.Form):
    """A form with the last message on the agent's page, which shows how far the agent has read."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=MOST_PK, widget=forms.HiddenInput)

    def last_seen(self):
        """Return the key of that message; None if the page sent none, and 0, for nothing seen, if it sent no number."""
        return self.cleaned_data.get("seen") if self.is_valid() else 0


class MessageForm(SeenForm):
    """A reply. `seen` shows whether the customer wrote meanwhile; `reply_to` is the message that it quotes."""

    text = forms.CharField(label=_("Message"), required=False, widget=forms.Textarea)
    files = FilesField(label=_("Files"), required=False, error_messages={"empty": _("The file is empty.")})
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    reply_to = forms.IntegerField(required=False, min_value=0, max_value=MOST_PK, widget=forms.HiddenInput)
    quick_replies = forms.CharField(required=False, validators=[quick_replies.check_quick_replies])
    template = forms.CharField(required=False)

    def clean_text(self):
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if utf16_length(text) > MOST_TEXT:
            raise forms.ValidationError(
                _("A reply can have at most %(most)s characters; this one has %(length)s. Split it in two."),
                params={"most": MOST_TEXT, "length": utf16_length(text)},
            )
        return text

    def clean(self):
        given = super().clean()
        if given.get("template"):
            given["template"] = template_in(given["template"])
            check_file_of(given["template"], given.get("files") or [])
        elif not self.errors:
            self._check_words(given)
        return given

    def _check_words(self, given):
        if not self.has_content:
            raise forms.ValidationError(_("Write something first."))
        if given.get("quick_replies") and not given["text"].strip():
            raise forms.ValidationError(quick_replies.ALONE)

    @property
    def has_content(self):
        return bool(self.cleaned_data["text"] or self.cleaned_data["files"])


class ReactionForm(forms.Form):
    emoji = forms.ChoiceField(choices=EMOJIS.items())


class PrivateNoteForm(forms.Form):
    """A note of an agent for colleagues."""

    text = forms.CharField(
        label=_("Note"),
        max_length=MOST_PRIVATE_NOTE,
        widget=forms.Textarea,
        error_messages={"required": _("Write something first.")},
    )

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n")


class NewPrivateNoteForm(PrivateNoteForm):
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)


class DraftForm(forms.Form):
    """The text that an agent is writing. `after` is the version of the draft that their device has.

    `reply_to` is the message that it quotes. `quick_replies` are the titles of those under it, one in a line.
    """

    text = forms.CharField(required=False, strip=False, max_length=MOST_DRAFT)
    after = forms.IntegerField(required=False, min_value=0, max_value=MOST_PK)
    reply_to = forms.IntegerField(required=False, min_value=0, max_value=MOST_PK)
    quick_replies = forms.CharField(required=False, max_length=MOST_DRAFT)

    def clean_after(self):
        return self.cleaned_data["after"] or 0


class NoteForm(forms.Form):
    """A note for the next holder of the conversation."""

    note = forms.CharField(label=_("Note"), required=False, max_length=MOST_NOTE, widget=forms.Textarea)


class HandBackForm(NoteForm, SeenForm):
    """The form for handing a conversation back to the bot. `seen` shows whether the customer wrote meanwhile."""


class TransferForm(NoteForm):
    """The form for a transfer to an agent (`agent-12`) or a team (`team-3`). Its data are arguments for `transfer`.

    An agent of other Pages is as unknown as one who does not exist: no refusal says their name. The conversation
    decides whether a colleague can receive it.
    """

    to = forms.CharField(max_length=30, error_messages=dict.fromkeys(["required", "max_length"], NOBODY))

    def __init__(self, conversation, *args):
        super().__init__(*args)
        self.conversation = conversation

    def clean_to(self):
        kind, _dash, pk = self.cleaned_data["to"].partition("-")
        page = self.conversation.page
        rows = {"agent": page.agents().who_may(ANSWER), "team": page.teams.all()}.get(kind)
        found = rows.filter(pk=pk).first() if rows is not None and pk.isdecimal() else None
        if found is None:
            raise forms.ValidationError(NOBODY)
        return {"to" if kind == "agent" else "team": found}

    def clean(self):
        given = super().clean()
        receiver = given.pop("to", {})
        return given | receiver
