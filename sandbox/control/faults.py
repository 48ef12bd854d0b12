"""Faults, webhook delivery, token states, rate limits and downloads: how Facebook misbehaves."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..world import tokens
from ..world.rate_limits import Limit
from ..world.world import World
from . import request_body
from .request_body import NUMBER, Body, bad_request, done


async def add_fault(request: Request) -> JSONResponse:
    body = await request_body.read(request)
    body.check_names("match", "times", "rate", "status", "error", "delay_s", "drop")
    match = Body(body.optional("match", dict, default={}))
    match.check_names("method", "path", "body")
    fault = _world(request).faults.add(
        **{name: match.optional(name) for name in ("method", "path", "body")},
        times=_times(body),
        rate=body.between("rate", 0, 1, default=1.0),
        status=body.between("status", 400, 599, kind=int),
        error=body.optional("error", dict),
        delay_s=body.between("delay_s", 0, 3600, default=0),
        drop=_drop(body),
    )
    return JSONResponse({"id": fault.id})


async def clear_faults(request: Request) -> JSONResponse:
    _world(request).faults.clear()
    return done()


async def change_webhook_delivery(request: Request) -> JSONResponse:
    """Change the named delivery settings; return all of them."""
    body, settings = await request_body.read(request), request.app.state.sandbox.webhooks.settings
    body.check_names("duplicate", "shuffle", "delay_s", "pause", "entries")
    changes = {name: body.optional(name, bool) for name in ("duplicate", "shuffle", "pause")}
    changes["delay_s"] = body.between("delay_s", 0, 3600)
    changes["entries"] = body.between("entries", 1, 1000, kind=int)
    settings.change(**{name: value for name, value in changes.items() if value is not None})
    return JSONResponse(settings.as_dict())


async def set_token(request: Request) -> JSONResponse:
    """Set the state of a token, its permissions, or both."""
    world, body = _world(request), await request_body.read(request)
    body.check_names("token", "state", "scopes")
    token, state = body.need("token"), body.optional("state", default="")
    if not tokens.grant(world, token):
        raise bad_request("There is no such token.")
    if state not in ("", "valid", *tokens.STATES):
        raise bad_request(f"“state” must be one of valid, {', '.join(tokens.STATES)}.")
    if state:
        world.token_states.pop(token, None)
    if state in tokens.STATES:
        world.token_states[token] = state
    if (scopes := body.optional("scopes", list)) is not None:
        world.token_scopes[token] = [str(scope) for scope in scopes]
    return JSONResponse({"state": world.token_states.get(token, "valid"), "scopes": tokens.scopes(world, token)})


async def set_rate_limits(request: Request) -> JSONResponse:
    """Replace all rate limits. Limits that are not named are off."""
    body = await request_body.read(request)
    body.check_names("app", "page", "edges", "usage")
    edges = body.optional("edges", dict, default={})
    _world(request).rate_limits.set(
        app=_limit(body.optional("app", dict)),
        page=_limit(body.optional("page", dict)),
        edges={name: _limit(edge) for name, edge in edges.items() if isinstance(edge, dict)},
        usage=_usage(body),
    )
    return done()


async def set_flagged_hosts(request: Request) -> JSONResponse:
    """Replace the hosts from which Facebook downloads nothing."""
    body = await request_body.read(request)
    _world(request).flagged_hosts = [str(host) for host in body.optional("hosts", list, default=[])]
    return done()


async def set_placeholder_files(request: Request) -> JSONResponse:
    """Replace files that cannot be downloaded by made-up ones, or refuse them."""
    world = _world(request)
    world.has_placeholder_files = (await request_body.read(request)).optional("on", bool, default=True)
    return JSONResponse({"on": world.has_placeholder_files})


def _world(request: Request) -> World:
    return request.app.state.sandbox.world


def _times(body: Body) -> int | None:
    times = body.optional("times", int)
    if times is not None and times < 1:
        raise bad_request("“times” must be at least 1.")
    return times


def _drop(body: Body) -> str | None:
    drop = body.optional("drop")
    if drop not in (None, "before", "after"):
        raise bad_request("“drop” must be “before” or “after”.")
    return drop


def _limit(values: dict | None) -> Limit | None:
    if values is None:
        return None
    body = Body(values)
    body.check_names("calls", "per_s")
    limit = Limit(body.need("calls", int), body.optional("per_s", NUMBER, default=3600))
    if limit.calls < 1 or limit.per_s <= 0:
        raise bad_request("“calls” must be at least 1 and “per_s” more than 0.")
    return limit


def _usage(body: Body) -> dict:
    usage = Body(body.optional("usage", dict, default={}))
    usage.check_names("app", "page", "minutes")
    return {name: usage.need(name, NUMBER) for name in usage}


ROUTES = [
    Route("/faults", add_fault, methods=["POST"]),
    Route("/faults", clear_faults, methods=["DELETE"]),
    Route("/webhooks", change_webhook_delivery, methods=["POST"]),
    Route("/tokens", set_token, methods=["POST"]),
    Route("/rate_limits", set_rate_limits, methods=["POST"]),
    Route("/flagged_hosts", set_flagged_hosts, methods=["POST"]),
    Route("/placeholder_files", set_placeholder_files, methods=["POST"]),
]
