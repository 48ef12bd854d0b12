"""Read what the queue shows: the Pages that an agent may see, and the rows of all sections together."""

from django.db import connection
from django.db.models import prefetch_related_objects

from agents.compiled import Compiled, GivenList
from console.models import Conversation
from console.queue.shared_rows import shared_rows
from personas.models import Page

# One statement in place of five that mostly find nothing: each of those would take Django longer than this one.
OWN = """
SELECT EXISTS (SELECT FROM console_mention WHERE agent_id = %(agent)s AND seen_at IS NULL),
       EXISTS (SELECT FROM console_conversation WHERE agent_id = %(agent)s AND closed_at IS NULL),
       EXISTS (SELECT FROM console_draft WHERE agent_id = %(agent)s),
       EXISTS (SELECT FROM console_savedview WHERE author_id = %(agent)s OR scope <> 'own'),
       ARRAY(SELECT id FROM console_conversation
             WHERE agent_id = %(agent)s AND closed_at IS NULL AND (is_new OR is_back) ORDER BY rank, id LIMIT 25)
"""
PAGES = Compiled(lambda: Page.objects.select_related("rules").defer("token", "rules__holder_secret").order_by("pk"))
ROWS = Compiled(
    lambda: Conversation.objects.filter(pk__any=GivenList("pks"), page__pk__any=GivenList("pages")).with_holder()
)


def own(agent):
    """Return whether an agent has unseen mentions, conversations, drafts, and perhaps saved views, on any Page; and the
    keys of the conversations that call them: these came to the agent, or back from a snooze, who has not seen them.
    """
    with connection.cursor() as cursor:
        cursor.execute(OWN, {"agent": agent.pk})
        return cursor.fetchone()


def visible_pages(rights, after, now):
    """Return {key: Page} of the Pages that an agent with these rights may see.

    Like rows, they are shared among desks that had a hello: each change of a Page's agents sends one.
    """
    found = shared_rows("pages", _pages, after, now).rows if after else _pages()[0]
    return {page.pk: page for page in found if rights.may_see(page)}


def read_rows(keys, pages):
    """Return {key: row} of these conversations.

    The few Pages are read apart: a join would read them again for every row.
    """
    rows = ROWS(pks=keys, pages=[*pages]) if keys else []
    Conversation.objects.read_labels(rows)
    Conversation.objects.mark(rows)
    for row in rows:
        row.page = pages[row.page_id]
    return {row.pk: row for row in rows}


def _pages():
    pages = PAGES()
    prefetch_related_objects([page for page in pages if not page.is_open_to_all], "groups")
    return pages, False
