"""The lines about an agent's leaving, before and after it: one sentence for each kind of thing that it ends."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from console.models import Cause, Handover
from personas.models import Page
from personas.wording import in_readers_language

HELD = ngettext_lazy(
    "%(n)d open conversation returns to the queue.", "%(n)d open conversations return to the queue.", "n"
)
RETURNED = ngettext_lazy("%(n)d conversation returned to the queue.", "%(n)d conversations returned to the queue.", "n")
UNSENT = ngettext_lazy(
    "%(n)d reply waits to be sent. It still goes out under their name.",
    "%(n)d replies wait to be sent. They still go out under their name.",
    "n",
)
SCHEDULED = ngettext_lazy(
    "%(n)d scheduled reply is not sent. Colleagues see it in its conversation.",
    "%(n)d scheduled replies are not sent. Colleagues see them in their conversations.",
    "n",
)
LOGGED_IN = ngettext_lazy("They are logged out on %(n)d device.", "They are logged out on %(n)d devices.", "n")
HIDDEN = ngettext_lazy(
    "%(n)d persona on Pages that you may not see is deleted.",
    "%(n)d personas on Pages that you may not see are deleted.",
    "n",
)
DELETED = gettext_lazy("The persona “%(name)s” on %(page)s is deleted.")
STAYS = gettext_lazy("The persona “%(name)s” stays at Facebook, because %(page)s is disconnected.")


class Line(NamedTuple):
    """A sentence. is_done: False while something is still to come of it. problem: the last error, if any."""

    words: str
    is_done: bool = True
    problem: str = ""


def before(agent, viewer):
    """Return what will happen if the agent leaves now."""
    personas = list(agent.personas.filter(gone_at=None).select_related("page").defer("page__token"))
    shown = _visible(personas, viewer)
    return [
        *_counted(HELD, agent.conversations.open().count()),
        *_counted(UNSENT, agent.messages.pending().count()),
        *_counted(SCHEDULED, agent.scheduled_replies.waiting().count()),
        *_counted(LOGGED_IN, agent.sessions.filter(expire_date__gt=timezone.now()).count()),
        *(Line((STAYS if _stays(persona) else DELETED) % _names(persona)) for persona in shown),
        *_counted(HIDDEN, _to_delete(personas, shown)),
    ]


def after(agent, viewer):
    """Return what has happened since the agent left, and what has not happened yet."""
    returned = Handover.objects.filter(from_agent=agent, cause=Cause.LEFT, at__gte=agent.left_at)
    personas = list(
        agent.personas.exclude(gone_at__lt=agent.left_at).order_by("pk").select_related("page").defer("page__token")
    )
    shown = _visible(personas, viewer)
    return [
        Line(_("%(name)s left on %(when)s, and cannot log in.") % {"name": agent, "when": _moment(agent.left_at)}),
        *_counted(RETURNED, returned.count()),
        *_counted(HELD, agent.conversations.open().count(), is_done=False),
        *_counted(UNSENT, agent.messages.pending().count(), is_done=False),
        *_counted(SCHEDULED, agent.scheduled_replies.waiting().count()),
        *map(_of_persona, shown),
        *_counted(HIDDEN, _to_delete(personas, shown), is_done=False),
    ]


def _of_persona(persona):
    if persona.gone_at:
        return Line(
            _("The persona “%(name)s” on %(page)s was deleted on %(when)s.")
            % (_names(persona) | {"when": _moment(persona.gone_at)})
        )
    if _stays(persona):
        return Line(STAYS % _names(persona))
    words = _("The persona “%(name)s” on %(page)s is being deleted.") % _names(persona)
    return Line(words, is_done=False, problem=in_readers_language(persona.error))


def _stays(persona):
    """Return whether nothing deletes it: a disconnected Page has no token to do that with."""
    return persona.gone_at is None and persona.page.state == Page.State.DISCONNECTED


def _to_delete(personas, shown):
    """Return how many are still to be deleted, beside those shown."""
    return sum(persona.gone_at is None and not _stays(persona) for persona in personas if persona not in shown)


def _visible(personas, viewer):
    pages = set(Page.objects.open_to(viewer).order_by().values_list("pk", flat=True))
    return [persona for persona in personas if persona.page_id in pages]


def _counted(words, n, is_done=True):
    return [Line(words % {"n": n}, is_done)] if n else []


def _names(persona):
    return {"name": persona, "page": persona.page}


def _moment(moment):
    return date_format(localtime(moment), "DATETIME_FORMAT")
