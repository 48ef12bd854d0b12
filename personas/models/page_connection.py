"""The connection of a Page to Facebook: its token, its client, its state."""

import threading
from typing import Any

import requests
from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from messenger import Client
from personas import tasks
from personas.fields import EncryptedTextField

CONNECT_TIMEOUT = 3.05  # s

_connections = threading.local()


class PageConnection(models.Model):
    """The part of a Page that knows whether it is connected, and makes its calls."""

    conversations: Any
    messages: Any
    personas: Any
    uploaded_files: Any

    class State(models.TextChoices):
        UNCHECKED = "unchecked", _("not checked yet")
        CONNECTED = "connected", _("connected")
        FAILING = "failing", _("not working")
        ENDING = "ending", _("being disconnected")
        DISCONNECTED = "disconnected", _("disconnected")

        @classmethod
        def ended(cls):
            return [cls.ENDING, cls.DISCONNECTED]

    token = EncryptedTextField(_("access token"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UNCHECKED)
    error = models.TextField(_("error"), blank=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_disconnected(self):
        """Return whether an admin has disconnected the Page. From that moment nothing is sent or asked."""
        return self.state in self.State.ended()

    @property
    def row(self):
        """This Page as a queryset, for a conditional update."""
        return type(self)._default_manager.filter(pk=self.pk)

    @property
    def connected_row(self):
        """This Page as a queryset that is empty once the Page has been disconnected, even by another process."""
        return self.row.exclude(state__in=self.State.ended())

    def client(self, timeout=settings.GRAPH_TIMEOUT):
        """Return a client of the Graph API; each thread keeps its connections open. timeout: s for an answer."""
        if not hasattr(_connections, "session"):
            _connections.session = _new_session()
        return Client(
            self.token,
            secret=settings.FACEBOOK_APP_SECRET,
            url=settings.GRAPH_API_URL,
            version=settings.GRAPH_API_VERSION,
            session=_connections.session,
            timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
        )

    def verify_later(self):
        transaction.on_commit(lambda: tasks.verify_page.delay(self.pk), robust=True)


def _new_session():
    """Return a session that reads proxies and certificates from the environment once, and no .netrc: its log-in would
    replace the token."""
    session = requests.Session()
    found = session.merge_environment_settings(settings.GRAPH_API_URL, {}, None, None, None)
    session.proxies, session.verify, session.trust_env = found["proxies"], found["verify"], False
    return session
