"""Switches of the control plane: what a Page's owner, Facebook's police or its clerks would turn."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import bodies, routing, webhooks
from .bodies import Body, refused
from .cast import Page
from .limits import Limit
from .tokens import STATES
from .world import World

NUMBER = (int, float)


async def set_default_app(request: Request) -> JSONResponse:
    """Which app idle threads go to; null for none, then all apps hear and say everything."""
    world, page, body = await told(request)
    before, app_id = page.default_app_id, body.optional("app_id")
    if app_id and app_id != routing.INBOX_APP_ID:
        _check_app(world, app_id)
    page.default_app_id = app_id
    if before and before != app_id:
        webhooks.roles_changed(world, page, before, ["secondary_receiver"])
    if app_id and before != app_id:
        webhooks.roles_changed(world, page, app_id, ["primary_receiver"])
    return JSONResponse({"default_app_id": page.default_app_id})


async def set_may_take(request: Request) -> JSONResponse:
    """Whether an app may take a thread's control. All may until told otherwise."""
    world, page, body = await told(request)
    app_id = body.need("app_id")
    _check_app(world, app_id)
    page.may_not_take = [id for id in page.may_not_take if id != app_id]
    if not body.optional("on", bool, default=True):
        page.may_not_take.append(app_id)
    return JSONResponse({"may_not_take": page.may_not_take})


async def restrict(request: Request) -> JSONResponse:
    """A Page that may not send for now, and its apps hear why."""
    world, page, body = await told(request)
    page.is_restricted = body.optional("on", bool, default=True)
    reason = body.optional("reason", default="Reported by people.") if page.is_restricted else ""
    webhooks.policy_enforced(world, page, "block" if page.is_restricted else "unblock", reason)
    return JSONResponse({"restricted": page.is_restricted})


async def set_token(request: Request) -> JSONResponse:
    """How a token has ended, and which permissions it has. What is not named stays as it was."""
    tokens, body = _world(request).tokens, await bodies.read(request)
    body.check_names("token", "state", "scopes")
    token, state = body.need("token"), body.optional("state", default="")
    if not tokens.grant(token):
        raise refused("There is no such token.")
    if state not in ("", "valid", *STATES):
        raise refused(f"“state” must be one of valid, {', '.join(STATES)}.")
    if state:
        tokens.states.pop(token, None)
    if state in STATES:
        tokens.states[token] = state
    if (scopes := body.optional("scopes", list)) is not None:
        tokens.scopes_of[token] = [str(scope) for scope in scopes]
    return JSONResponse({"state": tokens.states.get(token, "valid"), "scopes": tokens.scopes(token)})


async def set_limits(request: Request) -> JSONResponse:
    """All of them: what is not named is off."""
    body = await bodies.read(request)
    body.check_names("app", "page", "edges", "usage")
    edges = body.optional("edges", dict, default={})
    _world(request).limits.set(
        app=_limit(body.optional("app", dict)),
        page=_limit(body.optional("page", dict)),
        edges={name: _limit(edge) for name, edge in edges.items() if isinstance(edge, dict)},
        usage=_usage(body),
    )
    return _done()


async def flag(request: Request) -> JSONResponse:
    """Hosts from which Facebook takes nothing, instead of those of before."""
    body = await bodies.read(request)
    _world(request).flagged_hosts = [str(host) for host in body.optional("hosts", list, default=[])]
    return _done()


async def make_up_pictures(request: Request) -> JSONResponse:
    """Whether an address from which nothing comes is a picture all the same."""
    world = _world(request)
    world.is_any_address_a_picture = (await bodies.read(request)).optional("on", bool, default=True)
    return JSONResponse({"on": world.is_any_address_a_picture})


async def forget(request: Request) -> JSONResponse:
    """Remember no more than so many messages and calls, now and from now on; null for no end."""
    world, body = _world(request), await bodies.read(request)
    keep = body.optional("keep", int)
    if keep is not None and keep < 0:
        raise refused("“keep” must not be negative.")
    world.keep(keep)
    return JSONResponse({"keep": keep, "messages": sum(len(c.thread) for c in world.customers.values())})


async def told(request: Request) -> tuple[World, Page, Body]:
    world, page_id = _world(request), request.path_params["page_id"]
    if page_id not in world.pages:
        raise refused(f"There is no Page {page_id}.", status=404)
    return world, world.pages[page_id], await bodies.read(request)


def _world(request: Request) -> World:
    return request.app.state.sandbox.world


def _check_app(world: World, app_id: str):
    if app_id not in world.apps:
        raise refused(f"There is no app {app_id}.")


def _limit(wanted: dict | None) -> Limit | None:
    if wanted is None:
        return None
    body = Body(wanted)
    body.check_names("calls", "per_s")
    limit = Limit(body.need("calls", int), body.optional("per_s", NUMBER, default=3600))
    if limit.calls < 1 or limit.per_s <= 0:
        raise refused("“calls” must be at least 1 and “per_s” more than 0.")
    return limit


def _usage(body: Body) -> dict:
    usage = Body(body.optional("usage", dict, default={}))
    usage.check_names("app", "page", "minutes")
    return {name: usage.need(name, NUMBER) for name in usage}


def _done() -> JSONResponse:
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/pages/{page_id}/default_app", set_default_app, methods=["POST"]),
    Route("/pages/{page_id}/may_take", set_may_take, methods=["POST"]),
    Route("/pages/{page_id}/restrict", restrict, methods=["POST"]),
    Route("/tokens", set_token, methods=["POST"]),
    Route("/limits", set_limits, methods=["POST"]),
    Route("/flagged", flag, methods=["POST"]),
    Route("/any_address_is_a_picture", make_up_pictures, methods=["POST"]),
    Route("/forget", forget, methods=["POST"]),
]
