"""The state of a Page's connection to Facebook, which its other parts read and write."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PageConnection(models.Model):
    """The part of a Page that says whether it is connected."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked", _("not checked yet")
        CONNECTED = "connected", _("connected")
        FAILING = "failing", _("not working")
        ENDING = "ending", _("being disconnected")
        DISCONNECTED = "disconnected", _("disconnected")

        @classmethod
        def ended(cls):
            return [cls.ENDING, cls.DISCONNECTED]

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UNCHECKED)
    problem = models.TextField(_("problem"), blank=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_disconnected(self):
        """Whether an admin has disconnected the Page. From that moment nothing is sent or asked."""
        return self.state in self.State.ended()

    @property
    def row(self):
        """This Page as a queryset, for a conditional update."""
        return type(self)._default_manager.filter(pk=self.pk)

    @property
    def connected_row(self):
        """The same; empty once the Page has been disconnected, by another process too."""
        return self.row.exclude(state__in=self.State.ended())
