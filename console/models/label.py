"""A label on conversations and customers: a word in a colour, by which agents sort them. Admins make the labels."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from console import live


class Colour(models.TextChoices):
    """A colour that can be read in the light and in the dark theme: static/css/label.css."""

    GREY = "grey", _("grey")
    RED = "red", _("red")
    ORANGE = "orange", _("orange")
    YELLOW = "yellow", _("yellow")
    GREEN = "green", _("green")
    TEAL = "teal", _("teal")
    BLUE = "blue", _("blue")
    PURPLE = "purple", _("purple")


class LabelQuerySet(models.QuerySet):
    def on(self, page):
        """Filter to the labels for conversations and customers of this Page."""
        return self.filter(Q(page=None) | Q(page=page))

    def change(self, conversation, added, removed):
        """Add some labels to a conversation and remove others.

        Further labels stay, as a colleague may have changed them.
        """
        if added or removed:
            with conversation.raising_revision(has_other_headline=True):
                _put(conversation.labels, added, removed)

    def change_of_customer(self, conversation, added, removed):
        """Do the same as `change` for its customer, whose labels decide in which saved views its row stands."""
        if added or removed:
            with conversation.raising_revision(has_other_headline=True):
                _put(conversation.customer.labels, added, removed)

    def publish(self):
        """Publish that labels changed, which any row may show."""
        live.publish("hello")


def _put(labels, added, removed):
    labels.add(*added)
    labels.remove(*removed)


class Label(models.Model):
    name = models.CharField(_("name"), max_length=40)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.GREY)
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("When to use it. Agents see it as they choose labels."),
    )
    page = models.ForeignKey(
        "personas.Page",
        models.CASCADE,
        related_name="labels",
        null=True,
        blank=True,
        verbose_name=_("Page"),
        help_text=_("Empty: conversations and customers of all Pages can have it. The Page cannot be changed later."),
    )
    conversations = models.ManyToManyField("console.Conversation", related_name="labels", editable=False)
    customers = models.ManyToManyField("console.Customer", related_name="labels", editable=False)

    objects: ClassVar[Any] = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "page",
                nulls_distinct=False,
                name="one_label_per_name_and_page",
                violation_error_message=_("Another label has this name."),
            ),
        ]

    def __str__(self):
        return self.name
