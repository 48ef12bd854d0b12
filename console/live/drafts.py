"""Events of changed drafts, each for its author alone."""

from functools import partial

from django.template.loader import render_to_string

from console.live.events import event
from console.models import Draft


def draft_events(changed):
    """Yield (agent's key, function that renders an event) for each agent and conversation whose draft changed."""
    known = {(draft.agent_id, draft.conversation_id): draft for draft in _load(changed)}
    for agent_id, conversation_id in sorted(changed):
        yield agent_id, partial(_event, conversation_id, known.get((agent_id, conversation_id)))


def _event(conversation_id, draft):
    html = render_to_string("drafts/_draft.html", {"draft": draft}) if draft else ""
    return event(f"draft {conversation_id} {draft.version if draft else 0}", html)


def _load(changed):
    agents, conversations = zip(*changed, strict=True)
    return Draft.objects.filter(agent__in=agents, conversation__in=conversations)
