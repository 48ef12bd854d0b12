"""The app django-axes under a name that says what its rows are for."""

from axes.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogInAttempts(AppConfig):
    verbose_name = _("Log-in attempts")
