"""The status of a Page: its violations and restrictions, as a call and as webhooks.

https://developers.facebook.com/docs/pages-api/integrity-webhook
"""

from ..webhooks import events
from ..world.models import Page
from ..world.world import World
from .call import Call
from .field_selection import requested_fields, select_fields

STATUSES = ("ok", "warning", "restricted", "suspended")
DETAILS = ("violations", "restrictions", "action_events")


async def show(call: Call, page: Page) -> dict:
    return select_fields({"id": page.id} | facts(call.world, page), requested_fields(call))


def change(world: World, page: Page, integrity: dict) -> dict:
    """Replace the facts about the Page, tell its apps, and return the facts."""
    page.integrity = integrity
    new = facts(world, page)
    events.page_status_changed(world, page, new)
    return new


def facts(world: World, page: Page) -> dict:
    """Return the facts about the Page. The timestamp is in seconds."""
    known = {"status": "ok"} | {name: [] for name in DETAILS} | page.integrity
    return {"timestamp": world.clock.now() // 1000} | known
