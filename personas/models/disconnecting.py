"""How a Page is disconnected: Facebook tells us nothing of it any more, its personas go, its token is forgotten. What
was said stays, and the Page can be connected again."""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import Action, GraphError
from personas import tasks

PATIENCE = timedelta(days=1)  # in which workers try to take leave of Facebook; then the token goes all the same


class Disconnecting(models.Model):
    """The part of a Page that ends its connection, and begins it again."""

    class Meta:
        abstract = True

    @property
    def is_disconnected(self):
        """Nothing is sent or asked, from the moment that an admin chose so."""
        return self.state in self.State.ended()

    def disconnect(self, by):
        why = _("Disconnected by %s.") % by
        self._row().exclude(state__in=self.State.ended()).update(
            state=self.State.ENDING,
            paused_since=timezone.now(),
            why_paused=why,
            is_token_refused=False,
            waits_until=None,
            problem="",
        )
        self.conversations.show_page()
        self.finish_disconnecting_later()

    def connect_again(self):
        """With the token that was entered; a worker then checks it."""
        ended = self._row().filter(state__in=self.State.ended())
        ended.update(state=self.State.UNCHECKED, problem="")
        self.refresh_from_db(fields=["state", "problem"])
        self.resume()

    def finish_disconnecting_later(self):
        transaction.on_commit(lambda: tasks.disconnect_page.delay(self.pk), robust=True)

    def finish_disconnecting(self):
        """Take leave of Facebook, and forget the token. The sweep tries again what did not succeed."""
        if self.state != self.State.ENDING:
            return
        self.conversations.give_up()
        problem = self._take_leave()
        ending = self._row().filter(state=self.State.ENDING)
        if problem and timezone.now() - self.paused_since < PATIENCE:
            ending.update(problem=problem, checked_at=timezone.now())
        else:
            ending.update(state=self.State.DISCONNECTED, token="", problem=problem, checked_at=timezone.now())

    def _take_leave(self):
        """Unsubscribe and delete the personas. Returns what is left to do, as a sentence."""
        try:
            self.client().unsubscribe()
        except GraphError as error:
            is_shut_out = error.action is Action.RENEW_TOKEN  # then nothing can be done there
            return "" if is_shut_out else f"{error.sentence} ({error})"
        self.personas.withdraw()
        for persona in self.personas.leaving().due():
            persona.withdraw()
        left = self.personas.filter(gone_at=None).count()
        return str(_("Personas that Facebook still has: %s") % left) if left else ""
