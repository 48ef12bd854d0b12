"""The faces of agents who look at conversations, for the desks of their colleagues."""

from dataclasses import dataclass
from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agents.models import Agent
from agents.names import isolated
from console.faces.looks import Looks, looks_now
from console.live.events import event
from console.live.languages import once_in_each_language
from console.models import Conversation
from personas.models import Page

MOST = 200  # conversations whose faces a desk is sent with its queue


@dataclass
class Face:
    """An agent who looks at a conversation."""

    agent: Agent
    is_typing: bool

    @property
    def sentence(self):
        name = {"name": isolated(self.agent.first_name or self.agent.username)}
        return _("%(name)s is typing…") % name if self.is_typing else _("%(name)s is looking") % name


class Faces:
    """The faces in these conversations, read in a constant number of queries.

    Each conversation is rendered once in each language.
    """

    def __init__(self, looks: Looks):
        self._at, self._looks = looks.at, looks.by_conversation
        self._agents = _agents_of(self._looks)
        self._page_of = dict(Conversation.objects.filter(pk__in=self._looks).values_list("pk", "page"))
        pages = Page.objects.prefetch_related("groups").only("is_open_to_all")
        self._pages = pages.in_bulk({*self._page_of.values()})
        self._events = {pk: once_in_each_language(partial(self._event, pk)) for pk in self._page_of}

    def events_for(self, rights):
        """Return the events for agents with these rights, as one piece in the active language."""
        return b"".join(self._events[pk]() for pk, page in self._page_of.items() if rights.may_see(self._pages[page]))

    def _event(self, pk):
        faces = _faces(self._looks[pk], self._agents, self._pages[self._page_of[pk]])
        html = render_to_string("faces/_faces.html", {"pk": pk, "faces": faces}) if faces else ""
        return event(f"faces {pk} {self._at}", html)


def faces_for(agent, pages):
    """Return the faces that a desk gets with its queue, and when they were read. pages: {key: Page}."""
    looks = looks_now()
    of_others = {pk: {**found} for pk, found in looks.by_conversation.items() if found.keys() - {agent.pk}}
    if not of_others:
        return {"at": looks.at}
    visible = Conversation.objects.on(pages.values()).filter(pk__in=of_others).values_list("pk", "page")[:MOST]
    agents = _agents_of(of_others)
    agents.pop(agent.pk, None)
    return {"at": looks.at, "conversations": [(pk, _faces(of_others[pk], agents, pages[page])) for pk, page in visible]}


def _agents_of(looks):
    groups = Agent.groups.through.objects.filter(agent=OuterRef("pk")).values("group")
    agents = Agent.objects.working().annotate(group_keys=ArraySubquery(groups))
    return agents.in_bulk({key for found in looks.values() for key in found})


def _faces(found, agents, page):
    """Return the faces of agents who may still see the Page: a look goes on for some seconds without a new check."""
    faces = [Face(agents[key], is_typing) for key, is_typing in found.items() if key in agents]
    return sorted(filter(partial(_may_see, page), faces), key=lambda face: face.agent.pk)


def _may_see(page, face):
    return page.is_visible_with(face.agent.is_superuser, face.agent.group_keys)
