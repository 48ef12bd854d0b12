"""With which a bot proves that it is a Page's own. Shown once; only its digest is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Key(models.Model):
    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="keys", verbose_name=_("Page"))
    name = models.CharField(_("for"), max_length=100, help_text=_("Which program has it."))
    start = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.name} ({self.start}…)"
