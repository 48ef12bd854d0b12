"""A canned reply: a text that agents insert into a reply, by a shortcut, instead of writing it again."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from console.models.shared import Shared, SharedQuerySet
from console.wording.canned_variables import check_variables
from console.wording.quick_replies import check_quick_replies, titles_in

MAX_TEXT = 10_000  # characters


class CannedReplyQuerySet(SharedQuerySet):
    def search(self, words):
        """Filter to canned replies with each of these words in their shortcut, folder or text."""
        found = self
        for word in words:
            found = found.filter(Q(shortcut__icontains=word) | Q(folder__icontains=word) | Q(text__icontains=word))
        return found

    def for_list(self):
        """Read everything that the page of canned replies shows."""
        return self.select_related("team", "page").defer("page__token").prefetch_related("files")

    def discard(self):
        """Delete the canned replies, and their files after the commit."""
        for reply in self:
            reply.files.discard()
        self.delete()


class CannedReply(Shared):
    shortcut = models.CharField(
        _("shortcut"),
        max_length=40,
        validators=[RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only."))],
        help_text=_("Agents type / and this to insert it."),
    )
    folder = models.CharField(_("folder"), max_length=50, blank=True)
    text = models.TextField(
        _("text"),
        blank=True,
        max_length=MAX_TEXT,
        validators=[check_variables],
        help_text=_("A line with --- alone begins another message."),
    )
    quick_replies = models.TextField(
        _("quick replies"),
        blank=True,
        default="",
        db_default="",
        validators=[check_quick_replies],
        help_text=_("One in a line. They are sent under the last message."),
    )

    objects: ClassVar[Any] = CannedReplyQuerySet.as_manager()

    class Meta(Shared.Meta):
        default_related_name = "canned_replies"
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["folder", "shortcut", "pk"]
        permissions = [("manage_canned_replies", _("Can manage the canned replies that agents share"))]
        constraints = [
            *Shared.Meta.constraints,
            models.UniqueConstraint(
                "author",
                Lower("shortcut"),
                condition=Q(scope="own"),
                name="one_own_canned_reply_per_shortcut",
                violation_error_message=_("You already have a canned reply with this shortcut."),
            ),
            models.UniqueConstraint(
                Lower("shortcut"),
                "scope",
                "team",
                "page",
                condition=~Q(scope="own"),
                nulls_distinct=False,
                name="one_shared_canned_reply_per_shortcut",
                violation_error_message=_("Agents who may use it already have a canned reply with this shortcut."),
            ),
        ]

    def __str__(self):
        return f"/{self.shortcut}"

    @property
    def quick_reply_titles(self):
        return titles_in(self.quick_replies)
