"""The conversations that a browser has selected, and how far its agent had read each of them."""

import re

from django.db import connection

from console.models import Conversation

NAME = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")  # a conversation, and the revision that its row showed

# A message with a later revision came, or was edited, after the row that the agent selected.
LAST_SEEN = """
SELECT given.conversation, COALESCE(max(message.id), 0)
FROM unnest(%s::bigint[], %s::bigint[]) AS given (conversation, revision)
LEFT JOIN console_message message
  ON message.conversation_id = given.conversation AND message.revision <= given.revision
GROUP BY 1
"""


def names_in(fields):
    """Return {conversation: number}, by the names that a form or an address gives."""
    found = map(NAME.fullmatch, fields.getlist("conversation"))
    return {int(name[1]): int(name[2]) for name in found if name}


def selected(agent, keys):
    """Return those of these conversations that the agent may see."""
    found = Conversation.objects.visible_to(agent).filter(pk__in=[*keys])
    return list(found.with_page().select_related("customer", "agent").in_order())


def last_seen(revisions):
    """Return {conversation: the last message that the agent had seen}, of {conversation: revision of its row}."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SEEN, [[*revisions], [*revisions.values()]])
        return dict(cursor.fetchall())
