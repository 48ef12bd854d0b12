"""Read what the queue shows: the Pages that an agent may see, and the rows of all sections together."""

from operator import attrgetter

from console.models import Conversation
from console.queue.shared_rows import shared_rows
from personas.models import Page


def visible_pages(rights, after, now):
    """Return {key: Page} of those that an agent with these rights may see.

    Like rows, they are shared among desks that had a hello: each change of the agents of a Page says hello.
    """
    found = shared_rows("pages", _pages, after, now).rows if after else _pages()[0]
    return {page.pk: page for page in found if rights.may_see(page)}


def read_rows(keys, pages):
    """Return {key: row} of these conversations. There are few Pages: joined, they would be read again for every row."""
    rows = Conversation.objects.filter(pk__in=keys).on(pages.values()).for_queue() if keys else []
    for row in rows:
        row.page = pages[row.page_id]
    return {row.pk: row for row in sorted(rows, key=attrgetter("rank", "pk"))}


def _pages():
    pages = Page.objects.select_related("rules").defer("token", "rules__holder_secret").prefetch_related("groups")
    return list(pages.order_by("pk")), False
