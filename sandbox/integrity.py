"""What Facebook holds against a Page: its status, violations and restrictions, as a call and as webhooks.

https://developers.facebook.com/docs/pages-api/integrity-webhook
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import asked, switches
from .bodies import refused
from .call import Call
from .cast import Page
from .world import World

STATUSES = ("ok", "warning", "restricted", "suspended")
DETAILS = ("violations", "restrictions", "action_events")


async def show(call: Call, page: Page) -> dict:
    return asked.only({"id": page.id} | _facts(call.world, page), asked.fields(call))


async def change(request: Request) -> JSONResponse:
    """What is not named is gone: a Page that is well again is told so by its status alone."""
    world, page, body = await switches.told(request)
    body.check_names("status", *DETAILS)
    status = body.need("status")
    if status not in STATUSES:
        raise refused(f"“status” must be one of {', '.join(STATUSES)}.")
    page.integrity = {"status": status} | {name: body.optional(name, list, default=[]) for name in DETAILS}
    _publish(world, page)
    return JSONResponse(_facts(world, page))


def _publish(world: World, page: Page):
    """Under two names: as a change of the Page, and among the messages, where it has neither sender nor recipient."""
    value = _facts(world, page)
    world.publish(page, "business_integrity", {"field": "business_integrity", "value": value}, where="changes")
    world.publish(page, "messaging_integrity", value)


def _facts(world: World, page: Page) -> dict:
    """The time is in seconds."""
    facts = {"status": "ok"} | {name: [] for name in DETAILS} | page.integrity
    return {"timestamp": world.clock.now() // 1000} | facts


ROUTES = [Route("/pages/{page_id}/integrity", change, methods=["POST"])]
