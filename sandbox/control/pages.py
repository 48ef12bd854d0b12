"""Settings of a Page: its default app, thread control, restrictions, status and automatic replies."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..graph import page_status
from ..webhooks import events
from ..world.conversation_routing import INBOX_APP_ID
from ..world.models import Page
from ..world.world import World
from . import automatic_replies, request_body
from .request_body import Body, bad_request, not_found


async def set_default_app(request: Request) -> JSONResponse:
    """Set the app that gets idle threads; null for none, so that all apps get all events and may send."""
    world, page, body = await _read(request)
    before, app_id = page.default_app_id, body.optional("app_id")
    if app_id and app_id != INBOX_APP_ID:
        _check_app(world, app_id)
    page.default_app_id = app_id
    if before and before != app_id:
        events.roles_changed(world, page, before, ["secondary_receiver"])
    if app_id and before != app_id:
        events.roles_changed(world, page, app_id, ["primary_receiver"])
    return JSONResponse({"default_app_id": page.default_app_id})


async def set_may_take_control(request: Request) -> JSONResponse:
    """Permit or forbid an app to take thread control. All apps may by default."""
    world, page, body = await _read(request)
    app_id = body.need("app_id")
    _check_app(world, app_id)
    page.may_not_take = [id for id in page.may_not_take if id != app_id]
    if not body.optional("on", bool, default=True):
        page.may_not_take.append(app_id)
    return JSONResponse({"may_not_take": page.may_not_take})


async def restrict(request: Request) -> JSONResponse:
    """Stop the Page from sending for now, and tell its apps why."""
    world, page, body = await _read(request)
    page.is_restricted = body.optional("on", bool, default=True)
    reason = body.optional("reason", default="Reported by people.") if page.is_restricted else ""
    events.policy_enforced(world, page, "block" if page.is_restricted else "unblock", reason)
    return JSONResponse({"restricted": page.is_restricted})


async def set_integrity(request: Request) -> JSONResponse:
    """Replace the Page's status, violations and restrictions. Facts that are not named are removed."""
    world, page, body = await _read(request)
    body.check_names("status", *page_status.DETAILS)
    status = body.need("status")
    if status not in page_status.STATUSES:
        raise bad_request(f"“status” must be one of {', '.join(page_status.STATUSES)}.")
    details = {name: body.optional(name, list, default=[]) for name in page_status.DETAILS}
    return JSONResponse(page_status.change(world, page, {"status": status} | details))


async def set_automatic_reply(request: Request) -> JSONResponse:
    """Set the text of one kind of automatic reply; null for none."""
    _, page, body = await _read(request)
    kind, text = body.need("kind"), body.optional("text")
    if kind not in automatic_replies.APP_IDS:
        raise bad_request(f"“kind” must be one of {', '.join(automatic_replies.APP_IDS)}.")
    page.automatic_replies.pop(kind, None)
    if text:
        page.automatic_replies[kind] = text
    return JSONResponse(page.automatic_replies)


async def _read(request: Request) -> tuple[World, Page, Body]:
    world, page_id = request.app.state.sandbox.world, request.path_params["page_id"]
    if page_id not in world.pages:
        raise not_found(f"There is no Page {page_id}.")
    return world, world.pages[page_id], await request_body.read(request)


def _check_app(world: World, app_id: str):
    if app_id not in world.apps:
        raise bad_request(f"There is no app {app_id}.")


ROUTES = [
    Route("/pages/{page_id}/default_app", set_default_app, methods=["POST"]),
    Route("/pages/{page_id}/may_take_control", set_may_take_control, methods=["POST"]),
    Route("/pages/{page_id}/restrict", restrict, methods=["POST"]),
    Route("/pages/{page_id}/integrity", set_integrity, methods=["POST"]),
    Route("/pages/{page_id}/automatic_replies", set_automatic_reply, methods=["POST"]),
]
