"""Personas of agents and of the bot on a Page. Each is created on first use, and deleted when the agent leaves."""

from typing import Any, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import Action, GraphError
from personas import tasks
from personas.models.persona_publishing import PersonaPublishing
from personas.models.retry import LeasedQuerySet, ScheduledQuerySet


class PersonaQuerySet(ScheduledQuerySet, LeasedQuerySet):
    def current(self):
        """Filter to personas in use: at most one for each agent and Page."""
        return self.filter(leaving_since=None, gone_at=None)

    def leaving(self):
        """Filter to personas to delete on Facebook, on request or because their agent left.

        A disconnected Page has no token to delete personas with.
        """
        asked_for = Q(leaving_since__isnull=False) | Q(agent__is_active=False)
        return self.filter(asked_for, gone_at=None).exclude(page__state="disconnected")

    def withdraw(self):
        """Delete these personas on Facebook, once the messages that were queued under them are sent."""
        leaving = list(self.filter(gone_at=None))
        self.current().update(leaving_since=timezone.now(), next_attempt_at=None)
        for persona in leaving:
            persona.withdraw_later()

    def for_agent(self, agent, page):
        """Return the persona of `agent` on `page`, or of the bot if `agent` is None. It need not be on Facebook yet.

        A changed name or picture makes a new persona.
        """
        theirs = self.filter(agent=agent, page=page, gone_at=None)
        persona = theirs.current().first()
        has_left = agent and not agent.is_active
        if has_left:  # their queued messages still appear under the persona they had
            persona = theirs.exclude(graph_id="").first() or persona
        if persona and (has_left or persona.shows(*_appearance(agent, page))):
            return persona
        return self._replace(persona, agent, page)

    def _replace(self, old, agent, page):
        try:
            with transaction.atomic():
                if old:
                    self.filter(pk=old.pk).current().withdraw()
                name, picture = _appearance(agent, page)
                return self.create(agent=agent, page=page, name=name, picture_source=picture.name or "")
        except IntegrityError:  # another worker was first
            return self.current().get(agent=agent, page=page)


class Persona(PersonaPublishing):
    """The name and picture under which an agent's or the bot's messages appear on a Page."""

    class State(models.TextChoices):
        WANTED = "wanted", _("not created yet")
        REFUSED = "refused", _("refused by Facebook")
        LIVE = "live", _("live")
        LEAVING = "leaving", _("to be deleted")
        GONE = "gone", _("deleted")

    picture_source = models.CharField(max_length=200, blank=True, editable=False)  # the path of the agent's picture
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    leaving_since = models.DateTimeField(_("to be deleted since"), null=True, blank=True)
    verified_at = models.DateTimeField(_("last checked"), null=True, blank=True)

    objects: ClassVar[Any] = PersonaQuerySet.as_manager()

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "agent"],
                condition=Q(leaving_since=None, gone_at=None),
                nulls_distinct=False,
                name="one_current_persona",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def state(self):
        if self.gone_at:
            return self.State.GONE
        if self.leaving_since:
            return self.State.LEAVING
        if self.graph_id:
            return self.State.LIVE
        return self.State.REFUSED if self.refused_at else self.State.WANTED

    def shows(self, name, picture):
        """Return whether it has this name and was made from this picture."""
        return (self.name, self.picture_source) == (name, picture.name or "")

    # Withdraw

    def withdraw_later(self):
        transaction.on_commit(lambda: tasks.withdraw_persona.delay(self.pk), robust=True)

    def withdraw(self):
        """Delete the persona on Facebook, unless messages still wait to be sent under it.

        The sweep repeats a failed attempt.
        """
        if self._is_needed() or not self.claim():
            return
        try:
            self._delete()
        except GraphError as error:
            self.record(error=f"{error.sentence} ({error})", next_attempt_at=timezone.now() + self.backoff)
        else:
            self._note_gone()

    def _delete(self):
        graph_id = self.graph_id or self.adopt()
        try:
            if graph_id:
                self.page.client().delete_persona(graph_id)
        except GraphError as error:
            if error.action is not Action.REPLACE_PERSONA or self.page.has_persona(graph_id):
                raise

    def _is_needed(self):
        """Return whether its agent has queued messages, or its replacement is not on Facebook yet."""
        if self.page.messages.pending().filter(author=self.agent).exists():
            return True
        current = self.page.personas.current().filter(agent=self.agent).exclude(pk=self.pk)
        return (self.agent is None or self.agent.is_active) and current.filter(graph_id="").exists()

    # Verify

    def verify_later(self):
        transaction.on_commit(lambda: tasks.verify_persona.delay(self.pk), robust=True)

    def verify(self):
        """Check that Facebook still knows this persona, and keep the result."""
        try:
            self.confirm()
        except GraphError as error:
            self.record(error=f"{error.sentence} ({error})", verified_at=timezone.now())

    def confirm(self):
        """Check that Facebook still knows this persona. Raises GraphError if Facebook does not say."""
        if not self.is_usable:
            return
        try:
            self.page.client().persona(self.graph_id)
        except GraphError as error:
            if error.action is not Action.REPLACE_PERSONA or self.page.has_persona(self.graph_id):
                raise
            self._note_gone(error=f"Facebook no longer knows this persona. ({error})")
        else:
            self.record(error="", verified_at=timezone.now())

    def _note_gone(self, error=""):
        self.record(gone_at=timezone.now(), error=error, next_attempt_at=None)


def _appearance(agent, page):
    """Return the name and picture that the persona should have."""
    return (agent.public_name, agent.picture) if agent else (page.bot_name, page.bot_picture)
