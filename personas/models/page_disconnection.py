"""Disconnect a Page: stop its events, delete its personas, forget its token. Its history stays, and it can be connected
again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import Action, GraphError
from personas import tasks
from personas.models.page_health import PageHealth
from personas.wording import DISCONNECTED

PATIENCE = timedelta(days=1)  # for the calls to Facebook; the token is forgotten after it even if they fail


class PageDisconnection(PageHealth):
    """The part of a Page that ends its connection, and begins it again."""

    class Meta:
        abstract = True

    def disconnect(self, by):
        """Disconnect the Page at once; a worker makes the calls to Facebook.

        by: the admin, whom the reason for agents names.
        """
        self.connected_row.update(
            state=self.State.ENDING,
            paused_since=timezone.now(),
            why_paused=DISCONNECTED % by,
            is_token_refused=False,
            waits_until=None,
            error="",
        )
        self.uploaded_files.all().delete()
        self.conversations.publish_page()
        self.finish_disconnecting_later()

    def connect_again(self):
        """Connect with the token that was entered; a worker then checks it.

        Uploads are forgotten: they may be another app's.
        """
        self.uploaded_files.all().delete()
        ended = self.row.filter(state__in=self.State.ended())
        ended.update(state=self.State.UNCHECKED, error="")
        self.refresh_from_db(fields=["state", "error"])
        self.resume()

    def finish_disconnecting_later(self):
        transaction.on_commit(lambda: tasks.disconnect_page.delay(self.pk), robust=True)

    def finish_disconnecting(self):
        """Unsubscribe, delete the personas and forget the token. The sweep repeats it until it succeeds."""
        if self.state != self.State.ENDING:
            return
        self.conversations.give_up()
        error = self._end_at_facebook()
        ending, began_at = self.row.filter(state=self.State.ENDING), self.paused_since or timezone.now()
        if error and timezone.now() - began_at < PATIENCE:
            ending.update(error=error, checked_at=timezone.now())
        else:
            ending.update(state=self.State.DISCONNECTED, token="", error=error, checked_at=timezone.now())

    def _end_at_facebook(self):
        """Unsubscribe and delete the personas; return what is left to do as a sentence, or ""."""
        try:
            self.client().unsubscribe()
        except GraphError as error:
            is_token_refused = error.action is Action.RENEW_TOKEN  # then no call can succeed
            return "" if is_token_refused else f"{error.sentence} ({error})"
        self.personas.withdraw()
        for persona in self.personas.leaving().due():
            persona.withdraw()
        left = self.personas.filter(gone_at=None).count()
        return str(_("Personas that Facebook still has: %s") % left) if left else ""
