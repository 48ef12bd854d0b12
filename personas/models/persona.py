"""An agent's face on one Page, or its bot's: made on Facebook on first use, deleted there when the agent leaves."""

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from messenger import Action, GraphError
from personas import tasks
from personas.models.publishing import Publishing


def picture_path(persona, filename):
    return new_path("personas")


class PersonaQuerySet(models.QuerySet):
    def current(self):
        """At most one for each agent and Page."""
        return self.filter(leaving_since=None, gone_at=None)

    def leaving(self):
        """To be deleted on Facebook: asked for, or their agent has left. Without a token nothing can be deleted."""
        asked_for = Q(leaving_since__isnull=False) | Q(agent__is_active=False)
        return self.filter(asked_for, gone_at=None).exclude(page__state="disconnected")

    def due(self):
        return self.filter(Q(next_try_at=None) | Q(next_try_at__lte=timezone.now()))

    def withdraw(self):
        """Have these deleted on Facebook, once what was queued under them has gone out."""
        leaving = list(self.filter(gone_at=None))
        self.current().update(leaving_since=timezone.now(), next_try_at=None)
        for persona in leaving:
            persona.withdraw_later()

    def face(self, agent, page):
        """The persona under which `agent` answers on `page`, or without one its bot.

        A changed name or picture makes a new one.
        """
        theirs = self.filter(agent=agent, page=page, gone_at=None)
        persona = theirs.current().first()
        has_left = agent and not agent.is_active
        if has_left:  # what they had queued still goes out under the face they had
            persona = theirs.exclude(graph_id="").first() or persona
        if persona and (has_left or persona.shows(*_look(agent, page))):
            return persona
        return self._replace(persona, agent, page)

    def _replace(self, old, agent, page):
        try:
            with transaction.atomic():
                if old:
                    self.filter(pk=old.pk).current().withdraw()
                name, picture = _look(agent, page)
                return self.create(agent=agent, page=page, name=name, picture_source=picture.name or "")
        except IntegrityError:  # another worker was first
            return self.current().get(agent=agent, page=page)


class Persona(Publishing, models.Model):
    class State(models.TextChoices):
        WANTED = "wanted", _("not made yet")
        REFUSED = "refused", _("refused by Facebook")
        LIVE = "live", _("live")
        LEAVING = "leaving", _("to be deleted")
        GONE = "gone", _("deleted")

    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="personas", verbose_name=_("Page"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="personas", null=True, verbose_name=_("agent")
    )  # none: it is the Page's bot's
    name = models.CharField(_("name"), max_length=50)
    picture = models.ImageField(_("picture"), upload_to=picture_path, blank=True)
    picture_source = models.CharField(max_length=200, blank=True, editable=False)  # the agent's picture it was made of
    graph_id = models.TextField(_("Graph id"), blank=True)
    problem = models.TextField(_("last error"), blank=True)
    reason = models.TextField(blank=True, editable=False)  # the same in words for agents
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    published_at = models.DateTimeField(_("made on Facebook"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    leaving_since = models.DateTimeField(_("to be deleted since"), null=True, blank=True)
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)
    verified_at = models.DateTimeField(_("last asked for"), null=True, blank=True)
    may_exist = models.BooleanField(default=False, editable=False)  # a try to make it never got its answer
    listed_before = models.JSONField(null=True, editable=False)  # ids on Facebook before that try: none of them is ours
    tries = models.PositiveIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = PersonaQuerySet.as_manager()

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

    @property
    def is_usable(self):
        return bool(self.graph_id) and not self.gone_at

    @property
    def is_refused(self):
        """Whether messages go out as the Page for now rather than wait for this persona."""
        return not self.graph_id and self.refused_at is not None

    def shows(self, name, picture):
        return (self.name, self.picture_source) == (name, picture.name or "")

    # Withdraw

    def withdraw_later(self):
        transaction.on_commit(lambda: tasks.withdraw_persona.delay(self.pk), robust=True)

    def withdraw(self):
        """Delete it on Facebook, once nothing waits to go out under it. The sweep tries again what fails."""
        if self._is_needed() or not self._claim():
            return
        try:
            self._delete()
        except GraphError as error:
            self._write(problem=f"{error.sentence} ({error})", next_try_at=timezone.now() + self._pause())
        else:
            self._note_gone()

    def _delete(self):
        graph_id = self.graph_id or self._adopt()
        try:
            if graph_id:
                self.page.client().delete_persona(graph_id)
        except GraphError as error:
            if error.action is not Action.REPLACE_PERSONA or self.page.has_persona(graph_id):
                raise

    def _is_needed(self):
        """For what its agent has queued, or until its replacement is there."""
        if self.page.messages.pending().filter(author=self.agent).exists():
            return True
        current = self.page.personas.current().filter(agent=self.agent).exclude(pk=self.pk)
        return (self.agent is None or self.agent.is_active) and current.filter(graph_id="").exists()

    # Verify

    def verify_later(self):
        transaction.on_commit(lambda: tasks.verify_persona.delay(self.pk), robust=True)

    def verify(self):
        """Ask Facebook whether it still knows this persona, and write down what came of it."""
        try:
            self.ask()
        except GraphError as error:
            self._write(problem=f"{error.sentence} ({error})", verified_at=timezone.now())

    def ask(self):
        """The same, for one who has to know: raises GraphError when Facebook does not answer the question."""
        if not self.is_usable:
            return
        try:
            self.page.client().persona(self.graph_id)
        except GraphError as error:
            if error.action is not Action.REPLACE_PERSONA or self.page.has_persona(self.graph_id):
                raise
            self._note_gone(problem=f"Facebook no longer knows this persona. ({error})")
        else:
            self._write(problem="", verified_at=timezone.now())

    def _note_gone(self, problem=""):
        self._write(gone_at=timezone.now(), problem=problem, next_try_at=None)

    def _row(self):
        return Persona.objects.filter(pk=self.pk)

    def _write(self, **fields):
        fields.setdefault("claimed_until", None)
        self._row().update(**fields)
        self.refresh_from_db()


def _look(agent, page):
    """Name and picture, as they ought to be now."""
    return (agent.public_name, agent.picture) if agent else (page.bot_name, page.bot_picture)
