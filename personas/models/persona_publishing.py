"""Create a persona on Facebook: once, even if several workers try or an answer is lost."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, InterfaceError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from messenger import Action, GraphError
from personas import pictures
from personas.models import persona_adoption
from personas.models.persona_lease import PersonaLease
from personas.resource_shortage import is_resource_shortage

REFUSED_FOR = timedelta(minutes=10)  # meanwhile messages go out as the Page, and Facebook is not asked again
NOT_CREATED = _("The console could not create the persona. An admin finds the reason in its log.")
PICTURE_SECONDS = 600  # Facebook fetches the picture during the call that makes the persona

logger = logging.getLogger(__name__)


def picture_path(persona, filename):
    return new_path("personas")


class PersonaPublishing(PersonaLease):
    """The part of a Persona that creates it on Facebook."""

    MAX_ATTEMPTS = 5  # at retryable errors in a row, about 30 s; then messages no longer wait for it

    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="personas", verbose_name=_("Page"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="personas", null=True, verbose_name=_("agent")
    )  # None: the Page's bot
    name = models.CharField(_("name"), max_length=50)
    picture = models.ImageField(_("picture"), upload_to=picture_path, blank=True)
    graph_id = models.TextField(_("Graph id"), blank=True)
    published_at = models.DateTimeField(_("created on Facebook"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    reason = models.TextField(blank=True, editable=False)  # the error in words for agents
    listed_before = models.JSONField(null=True, editable=False)  # ids on Facebook before the attempt: none is ours

    class Meta:
        abstract = True

    @property
    def is_usable(self):
        """Return whether messages can be sent under it."""
        return bool(self.graph_id) and not self.gone_at

    @property
    def is_refused(self):
        """Return whether messages go out as the Page for now rather than wait for this persona."""
        return not self.graph_id and self.refused_at is not None

    def publish(self):
        """Create the persona on Facebook unless it is there. Then it is usable, refused, or due for another attempt.

        Several workers may call this at once; one of them calls Facebook.
        """
        if self.is_usable or not self.is_due or not self.claim() or self.is_usable:
            return
        try:
            self.draw_picture()
            graph_id = self.adopt() or self._create()
        except GraphError as error:
            self._note_failure(error)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # such as a full disk: the message that waits for the persona must not fail
            logger.exception("Persona %s could not be created", self.pk)
            self._note_own_failure(error)
        else:
            self._note_live(graph_id)

    def picture_url(self):
        """Return the signed URL at which Facebook fetches the picture. It is valid for ten minutes."""
        path = reverse("persona-picture", args=[signing.dumps(self.pk, salt="persona-picture")])
        return settings.PUBLIC_URL + path

    def draw_picture(self):
        """Store the picture that Facebook gets: the agent's own, cut to a square, or their initials."""
        if not self.picture:
            content = self._square()
            self.picture.save("picture", content, save=False)
            self.row.update(picture=self.picture.name)

    def _square(self):
        picture = self.agent.picture if self.agent else self.page.bot_picture
        try:
            return pictures.square(picture) if picture else pictures.initials(self.name)
        except pictures.UNREADABLE as error:  # a broken upload must not hold up the agent's messages
            if is_resource_shortage(error):
                raise
            return pictures.initials(self.name)

    def adopt(self):
        """Find the persona that an earlier attempt created without an answer, and return its id or None.

        Two of our personas may look the same: the Page's row is locked, so only one of them adopts it.
        """
        graph_id = persona_adoption.find(self)
        if graph_id is None:
            return None
        with transaction.atomic():
            self.page.row.select_for_update().only("pk").get()
            if self.page.personas.filter(graph_id=graph_id).exists():
                return None
            self.row.update(graph_id=graph_id)
        return graph_id

    def _create(self):
        """Create the persona. Before the first attempt that may stay unanswered, note Facebook's ids: none is ours."""
        if not self.may_exist or self.listed_before is None:
            self.row.update(listed_before=persona_adoption.listed_ids(self.page))
        return self.page.client().create_persona(self.name, self.picture_url())

    def _note_live(self, graph_id):
        settled = {"error": "", "refused_at": None, "may_exist": False, "listed_before": None}
        self.record(graph_id=graph_id, published_at=timezone.now(), attempts=0, next_attempt_at=None, **settled)

    def _note_failure(self, error):
        action = error.action
        if action.pauses_page or action is Action.SLOW_DOWN_APP:
            self.page.note_error(error)
        is_limited = action.pauses_page or action.is_rate_limit  # not the persona's fault: messages wait for it
        is_refused = not is_limited and not (action.is_retryable and self.has_attempts_left)
        self._put_off(
            f"{error.sentence} ({error})",
            reason=_("Facebook did not create the persona: %s") % error.sentence,
            is_refused=is_refused,
            pause=timedelta(minutes=error.usage.minutes) or self.backoff,
            may_exist=self.may_exist or error.is_outcome_unknown,
            attempts=0 if is_refused or is_limited else self.attempts,
        )

    def _note_own_failure(self, error):
        """Note an error of the console itself. It is not known whether Facebook created the persona."""
        is_refused = not self.has_attempts_left
        attempts = 0 if is_refused else self.attempts
        error = f"{NOT_CREATED} ({type(error).__name__}: {error})"
        self._put_off(error, NOT_CREATED, is_refused, self.backoff, may_exist=True, attempts=attempts)

    def _put_off(self, error, reason, is_refused, pause, **fields):
        now = timezone.now()
        self.record(
            error=error,
            reason=reason,
            refused_at=now if is_refused else None,
            next_attempt_at=now + (REFUSED_FOR if is_refused else pause),
            **fields,
        )
