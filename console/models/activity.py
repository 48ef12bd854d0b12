"""An activity: something that a customer did beside talking, such as coming by an ad or filling in a form.

An activity is a line of the thread. `console/wording/activities.py` puts it into words.
"""

import hashlib
import json
from dataclasses import asdict
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from console.models.timeline import TimelineQuerySet
from messenger import events

WHOLE_LEAD = "LEAD_COMPLETE"  # the type of a referral by the form of an ad, completely filled in


class Kind(models.TextChoices):
    REFERRAL = "referral", _("came by a link or an ad")
    OPT_IN = "opt-in", _("opted in or out")
    ACCOUNT = "account", _("linked or unlinked an account")
    FEEDBACK = "feedback", _("gave feedback")
    RATING = "rating", _("rated a reply")
    FORM = "form", _("filled in a form")
    REACTION = "reaction", _("reacted to an earlier message")


KINDS = {
    events.Referral: Kind.REFERRAL,
    events.OptIn: Kind.OPT_IN,
    events.AccountLinking: Kind.ACCOUNT,
    events.Feedback: Kind.FEEDBACK,
    events.ResponseFeedback: Kind.RATING,
    events.CustomerInformation: Kind.FORM,
    events.Reaction: Kind.REACTION,
}
SECRETS = {"token", "authorization_code"}  # for programs only; the stored webhook body contains them
ENVELOPE = {"page_id", "psid", "at", "is_standby", "raw"}


class ActivityQuerySet(TimelineQuerySet):
    def add(self, conversation, event, at):
        """Add the activity of an event; return whether it was new."""
        return self._add(conversation, KINDS[type(event)], _details(event), at)

    def add_referral(self, conversation, referral, at):
        """Add the link or ad by which the customer came; return whether it was new."""
        return self._add(conversation, Kind.REFERRAL, asdict(referral), at)

    def _add(self, conversation, kind, details, at):
        details = {name: value for name, value in details.items() if value}
        seed = json.dumps([kind, at.isoformat(), details], sort_keys=True)
        digest = hashlib.sha256(seed.encode()).hexdigest()
        fields = {"kind": kind, "details": details, "at": at, "revision": conversation.revision}
        return self.get_or_create(conversation=conversation, digest=digest, defaults=fields)[1]


class Activity(models.Model):
    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="activities", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    details = models.JSONField(_("details"))
    at = models.DateTimeField(_("when"))  # its place in the thread
    revision = models.BigIntegerField(editable=False)  # the conversation's when it came
    digest = models.CharField(max_length=64, editable=False)  # the same event is one line, however often it comes

    objects: ClassVar[Any] = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [models.UniqueConstraint(fields=["conversation", "digest"], name="one_activity_per_event")]
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="activity_thread"),
            models.Index(fields=["conversation", "revision"], name="activity_changes"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def place(self):
        """Return a text that sorts like a message's, and above the message with which the customer came."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-+{self.pk:012d}"


def _details(event):
    fields = asdict(event)
    return {name: fields[name] for name in fields.keys() - ENVELOPE - SECRETS}
