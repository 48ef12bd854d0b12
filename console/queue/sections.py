"""The section of the queue in which an agent sees a conversation that is loaded, by the conditions of inbox.py."""

import operator

from django.db.models import Q

from console.models.conversation.inbox import sections

MENTIONS = "mentions"  # a section for conversations that also stand in one of the others
SCHEDULED = "scheduled"  # a section for scheduled replies
NOBODY = 0  # in place of an agent's key, for all who hold none of the conversations
LOOKUPS = {
    "exact": operator.eq,
    "in": lambda value, values: value in values,
    "isnull": lambda value, is_wanted: (value is None) == is_wanted,
}


def section_of(conversation, agent_id, teams):
    """Return the name of the section."""
    return next(name for name, condition in sections(agent_id, teams).items() if is_met(condition, conversation))


def is_met(condition, row):
    """Return whether a row meets a condition on its own columns, as the database would."""
    if not isinstance(condition, Q):
        path, wanted = condition
        column, _, lookup = path.partition("__")
        return LOOKUPS[lookup or "exact"](getattr(row, column), wanted)
    met = (is_met(part, row) for part in condition.children)
    return (any(met) if condition.connector == Q.OR else all(met)) != condition.negated
