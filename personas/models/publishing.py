"""How a persona comes to be on Facebook: once, however many workers ask, and whatever is lost on the way."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, InterfaceError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import Action, GraphError
from personas import pictures
from personas.models import adoption
from personas.shortage import is_shortage

CLAIM = timedelta(seconds=45)  # longer than looking through Facebook's list and one call after it take
REFUSED_FOR = timedelta(minutes=10)  # so long messages go out as the Page before we ask Facebook again
PASSING_TRIES = 5  # after so many passing errors in a row, about 30 s, messages no longer wait for their persona
LONGEST_PAUSE = timedelta(minutes=1)
STARTED_ANEW = {"tries": 0, "next_try_at": None}
UNMADE = _("The console could not make the persona; its log says why.")
PICTURE_SECONDS = 600  # Facebook fetches the picture during the call that makes the persona

logger = logging.getLogger(__name__)


class Publishing:
    """The part of a Persona that makes it."""

    def publish(self):
        """Make it on Facebook unless it is there. Afterwards it is usable, refused, or to be waited for.

        However many workers ask at once, one asks Facebook.
        """
        if self.is_usable or not self._may_try() or not self._claim() or self.is_usable:
            return
        try:
            self._paint()
            graph_id = self._adopt() or self._create()
        except GraphError as error:
            self._note_failure(error)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # a full disk, say: no reason to fail the message that waits for it
            logger.exception("Persona %s could not be made", self.pk)
            self._note_stumble(error)
        else:
            self._note_live(graph_id)

    def picture_url(self):
        """Where Facebook fetches the picture: signed, and good for minutes only."""
        path = reverse("persona-picture", args=[signing.dumps(self.pk, salt="persona-picture")])
        return settings.PUBLIC_URL + path

    def _may_try(self):
        return self.next_try_at is None or self.next_try_at <= timezone.now()

    def _claim(self):
        """By a conditional update: no lock is held while Facebook answers. A claim that ran out left a try in doubt."""
        now = timezone.now()
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        in_doubt = models.Case(models.When(claimed_until__isnull=False, then=True), default=models.F("may_exist"))
        claimed = (
            self._row()
            .filter(free, gone_at=None)
            .update(claimed_until=now + CLAIM, tries=models.F("tries") + 1, may_exist=in_doubt)
        )
        self.refresh_from_db()
        return claimed == 1

    def _paint(self):
        if not self.picture:
            content = self._square()
            self.picture.save(content.name, content, save=False)
            self._row().update(picture=self.picture.name)

    def _square(self):
        picture = self.agent.picture if self.agent else self.page.bot_picture
        try:
            return pictures.square(picture) if picture else pictures.initials(self.name)
        except pictures.UNREADABLE as error:  # a broken upload must not hold up what the agent says
            if is_shortage(error):
                raise
            return pictures.initials(self.name)

    def _adopt(self):
        """Take the one that an earlier try made although its answer never reached us. Two of ours may look the same:
        the Page's row is locked, so that not both take the same one."""
        graph_id = adoption.find(self)
        if graph_id is None:
            return None
        with transaction.atomic():
            type(self.page).objects.select_for_update().only("pk").get(pk=self.page_id)
            if self.page.personas.filter(graph_id=graph_id).exists():
                return None
            self._row().update(graph_id=graph_id)
        return graph_id

    def _create(self):
        """Before the first call that may go unanswered, note what is there: none of it is ours."""
        if not self.may_exist or self.listed_before is None:
            self._row().update(listed_before=adoption.listed(self.page))
        return self.page.client().create_persona(self.name, self.picture_url())

    def _note_live(self, graph_id):
        settled = {"problem": "", "refused_at": None, "may_exist": False, "listed_before": None}
        self._write(graph_id=graph_id, published_at=timezone.now(), **settled, **STARTED_ANEW)

    def _note_failure(self, error):
        action = error.action
        if action.pauses_page or action is Action.SLOW_DOWN_APP:
            self.page.heed(error)
        is_limited = (
            action.pauses_page or action.is_rate_limit
        )  # no fault of the persona's: it is waited for, however long
        is_refused = not is_limited and (not action.is_retryable or self.tries >= PASSING_TRIES)
        self._put_off(
            f"{error.sentence} ({error})",
            reason=_("Facebook would not make the persona: %s") % error.sentence,
            is_refused=is_refused,
            pause=timedelta(minutes=error.usage.minutes) or self._pause(),
            may_exist=self.may_exist or error.is_outcome_unknown,
            tries=0 if is_refused or is_limited else self.tries,
        )

    def _note_stumble(self, error):
        """The console itself could not make it. Nobody knows whether Facebook did."""
        is_refused = self.tries >= PASSING_TRIES
        tries = 0 if is_refused else self.tries
        problem = f"{UNMADE} ({type(error).__name__}: {error})"
        self._put_off(problem, UNMADE, is_refused, self._pause(), may_exist=True, tries=tries)

    def _put_off(self, problem, reason, is_refused, pause, **fields):
        now = timezone.now()
        self._write(
            problem=problem,
            reason=reason,
            refused_at=now if is_refused else None,
            next_try_at=now + (REFUSED_FOR if is_refused else pause),
            **fields,
        )

    def _pause(self):
        return min(timedelta(seconds=2**self.tries), LONGEST_PAUSE)
