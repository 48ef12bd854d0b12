"""Preferences of an agent for their own desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class UndoSeconds(models.IntegerChoices):
    NONE = 0, _("off")
    FIVE = 5, _("5 seconds")
    TEN = 10, _("10 seconds")


class NextConversation(models.TextChoices):
    """The desk after an agent has closed, transferred or handed back a conversation."""

    AT_DESK = "desk", _("open the next; on a phone, the list")
    ALWAYS = "always", _("open the next, also on a phone")
    STAY = "stay", _("stay in the conversation")


class Calls(models.TextChoices):
    """The news by which the desk calls an agent, with a sound and a notification of the computer."""

    NONE = "none", _("off")
    MINE = "mine", _("for my conversations")
    ALL = "all", _("also when a customer begins to wait")


class Theme(models.TextChoices):
    SYSTEM = "", _("that of the system")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class QueueOrder(models.TextChoices):
    """The order of open conversations in the queue, and of those in a saved view."""

    LONGEST_WAIT = "wait", _("longest waiting first")
    NEWEST = "newest", _("newest first")
    WINDOW = "window", _("messaging window that closes soonest first")
    DUE = "due", _("first reply that is due soonest first")


def languages():
    """Return the choices of a language. Without a choice, the desk speaks that of the browser."""
    return [("", _("that of the browser")), *settings.LANGUAGES]


class Preferences(models.Model):
    """The part of an Agent that holds their preferences."""

    conversations: Any

    undo_seconds = models.PositiveSmallIntegerField(
        _("undo Send"),
        choices=UndoSeconds,
        default=UndoSeconds.FIVE,
        help_text=_("How long a reply waits in the browser after Send, so that it can be taken back."),
    )
    next_conversation = models.CharField(
        _("after Close, Transfer, Hand back"), max_length=6, choices=NextConversation, default=NextConversation.AT_DESK
    )

    calls = models.CharField(
        _("sounds and notifications"), max_length=4, choices=Calls, default=Calls.MINE, db_default=Calls.MINE
    )
    has_shortcuts = models.BooleanField(
        _("keyboard shortcuts"),
        default=True,
        help_text=_("Single keys for the desk. Switch them off if you control the computer by voice."),
    )

    has_dense_rows = models.BooleanField(
        _("dense rows"), default=False, db_default=False, help_text=_("More conversations fit into the queue.")
    )
    queue_order = models.CharField(
        _("order of the queue"),
        max_length=6,
        choices=QueueOrder,
        default=QueueOrder.LONGEST_WAIT,
        db_default=QueueOrder.LONGEST_WAIT,
    )
    theme = models.CharField(
        _("theme"), max_length=5, choices=Theme, blank=True, default=Theme.SYSTEM, db_default=Theme.SYSTEM
    )
    has_high_contrast = models.BooleanField(
        _("high contrast"),
        default=False,
        db_default=False,
        help_text=_("The system can ask for it too."),
    )
    language = models.CharField(_("language"), max_length=15, choices=languages, blank=True, default="", db_default="")
    own_keys = models.JSONField(  # those that differ from the standard, as {action: key}
        default=dict, db_default={}, blank=True, editable=False
    )

    class Meta:
        abstract = True

    @property
    def undo_choices(self):
        return UndoSeconds.choices

    @property
    def next_choices(self):
        return NextConversation.choices

    @property
    def calls_choices(self):
        return Calls.choices

    @property
    def order_choices(self):
        return QueueOrder.choices

    @property
    def theme_choices(self):
        return Theme.choices

    @property
    def language_choices(self):
        return languages()

    @property
    def opens_next(self):
        return self.next_conversation != NextConversation.STAY

    @property
    def opens_next_on_phone(self):
        return self.next_conversation == NextConversation.ALWAYS

    def reading(self, of_browser=""):
        """Return the context in which a task writes to the agent, in their language or else that of their browser."""
        return translation.override(self.language or of_browser or settings.LANGUAGE_CODE)

    def choose(self, **preferences):
        """Save these preferences. Open desks of the agent learn at once of another language or order."""
        before = self.language, self.queue_order
        for name, value in preferences.items():
            setattr(self, name, value)
        self.save(update_fields=preferences)
        if (self.language, self.queue_order) != before:
            self.conversations.publish_reader(self)


class PreferencesForm(forms.Form):
    undo_seconds = forms.TypedChoiceField(choices=UndoSeconds, coerce=int)
    next_conversation = forms.ChoiceField(choices=NextConversation)
    calls = forms.ChoiceField(choices=Calls)
    has_shortcuts = forms.BooleanField(required=False)
    has_dense_rows = forms.BooleanField(required=False)
    queue_order = forms.TypedChoiceField(choices=QueueOrder, required=False, empty_value=QueueOrder.LONGEST_WAIT)
    theme = forms.ChoiceField(choices=Theme, required=False)
    has_high_contrast = forms.BooleanField(required=False)
    language = forms.ChoiceField(choices=languages, required=False)
