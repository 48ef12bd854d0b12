"""The control plane, `/_sandbox/…`: for tests, for the phone's page, for anybody's program. JSON over HTTP.

What makes no sense is answered 400, a customer nobody knows 404, both with `{"error": "a sentence"}`.
What customers do is in `customers.py`, what can be turned on and off in `switches.py`.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import automatic, bodies, customers, integrity, switches
from .bodies import Body, refused
from .cast import App, Page, new_id
from .courier import Manners, verify_callback
from .world import World

NUMBER = (int, float)


async def reset(request: Request) -> JSONResponse:
    request.app.state.sandbox.reset()
    return JSONResponse({"ok": True})


async def show_world(request: Request) -> JSONResponse:
    """Also the health check."""
    world = _world(request)
    return JSONResponse(
        {
            "pages": [_page(page) for page in world.pages.values()],
            "apps": [_app(world, app) for app in world.apps.values()],
            "user": vars(world.user),
            "counts": _counts(world),
            "webhooks": _manners(world.courier.manners),
            "faults": len(world.faults),
            "now": world.clock.now(),
            "ahead_s": world.clock.ahead_ms // 1000,
        }
    )


async def add_app(request: Request) -> JSONResponse:
    """Another app, or the default one with another webhook. It must answer the verification before it counts; it then
    hears of every Page there is."""
    world, body = _world(request), await bodies.read(request)
    app = App(
        id=body.need("app_id"),
        secret=body.need("secret"),
        callback_url=body.optional("callback_url", default=""),
        verify_token=body.optional("verify_token", default=""),
        name=body.optional("name", default="Sandbox"),
        is_human_agent_approved=body.optional("human_agent", bool, default=True),
        needs_proof=body.optional("require_proof", bool, default=False),
        is_made_on_v27=body.optional("made_on_v27", bool, default=False),
    )
    if not app.id.isdecimal():
        raise refused("“app_id” must be digits.")
    if app.callback_url and (reason := await verify_callback(app.callback_url, app.verify_token)):
        raise refused(f"The webhook did not verify: {reason}.")
    world.add_app(app)
    return JSONResponse(_app(world, app))


async def add_page(request: Request) -> JSONResponse:
    """Another Page. Nobody hears of it until an app subscribes to it with the Page's token."""
    world, body = _world(request), await bodies.read(request)
    id = body.optional("id", default=new_id())
    if not id.isdecimal() or id in world.pages:
        raise refused("“id” must be digits that no Page has yet.")
    token = body.optional("token", default=f"EAASANDBOX{id}")
    if world.tokens.grant(token):
        raise refused("“token” is taken.")
    return JSONResponse(_page(world.add_page(id, body.need("name"), token)))


async def list_personas(request: Request) -> JSONResponse:
    """All ever made, the deleted too."""
    origin = request.app.state.sandbox.origin(request)
    personas = [
        {"id": p.id, "page_id": p.page.id, "name": p.name, "picture": origin + p.picture, "deleted": p.is_deleted}
        for p in _world(request).personas.values()
    ]
    return JSONResponse(personas)


async def list_requests(request: Request) -> JSONResponse:
    since = request.query_params.get("since", "0")
    if not since.isdecimal():
        raise refused("“since” must be a whole number.")
    return JSONResponse(_world(request).journal.since(int(since)))


async def add_fault(request: Request) -> JSONResponse:
    body = await bodies.read(request)
    body.check_names("match", "times", "rate", "status", "error", "delay_s", "drop")
    match = Body(body.optional("match", dict, default={}))
    match.check_names("method", "path", "body")
    fault = _world(request).faults.add(
        **{name: match.optional(name) for name in ("method", "path", "body")},
        times=_times(body),
        rate=_between(body, "rate", 0, 1, default=1.0),
        status=_between(body, "status", 400, 599, kind=int),
        error=body.optional("error", dict),
        delay_s=_between(body, "delay_s", 0, 3600, default=0),
        drop=_drop(body),
    )
    return JSONResponse({"id": fault.id})


async def clear_faults(request: Request) -> JSONResponse:
    _world(request).faults.clear()
    return JSONResponse({"ok": True})


async def change_webhooks(request: Request) -> JSONResponse:
    """What is not named stays as it was. → how webhooks are delivered now"""
    body, manners = await bodies.read(request), _world(request).courier.manners
    body.check_names("duplicate", "shuffle", "delay_s", "pause", "entries")
    wanted = {name: body.optional(name, bool) for name in ("duplicate", "shuffle", "pause")}
    wanted["delay_s"] = _between(body, "delay_s", 0, 3600)
    wanted["entries"] = _between(body, "entries", 1, 1000, kind=int)
    manners.change(**{name: value for name, value in wanted.items() if value is not None})
    return JSONResponse(_manners(manners))


async def advance_clock(request: Request) -> JSONResponse:
    """Forward only: nothing of Facebook's happens twice."""
    clock, seconds = _world(request).clock, (await bodies.read(request)).need("advance_s", NUMBER)
    if seconds < 0:
        raise refused("“advance_s” must not be negative.")
    clock.advance(seconds)
    return JSONResponse({"now": clock.now(), "ahead_s": clock.ahead_ms // 1000})


def _world(request: Request) -> World:
    return request.app.state.sandbox.world


def _page(page: Page) -> dict:
    return {"id": page.id, "name": page.name, "token": page.token, "automatic": page.automatic}


def _app(world: World, app: App) -> dict:
    return {
        "id": app.id,
        "secret": app.secret,
        "webhook": app.callback_url,
        "tokens": {page.id: world.tokens.of(app, page) for page in world.pages.values()},
        "subscriptions": {p.id: p.subscriptions[app.id] for p in world.pages.values() if app.id in p.subscriptions},
    }


def _counts(world: World) -> dict:
    return {
        "customers": len(world.customers),
        "messages": sum(len(customer.thread) for customer in world.customers.values()),
        "personas": len(world.personas),
        "requests": len(world.journal),
        "webhooks_waiting": world.courier.waiting(),
    }


def _manners(manners: Manners) -> dict:
    return {name: getattr(manners, name) for name in ("duplicate", "shuffle", "delay_s", "pause", "entries")}


def _times(body: Body) -> int | None:
    times = body.optional("times", int)
    if times is not None and times < 1:
        raise refused("“times” must be at least 1.")
    return times


def _drop(body: Body) -> str | None:
    drop = body.optional("drop")
    if drop not in (None, "before", "after"):
        raise refused("“drop” must be “before” or “after”.")
    return drop


def _between(body: Body, name: str, least, most, kind=NUMBER, default=None):
    value = body.optional(name, kind, default)
    if value is not None and not least <= value <= most:
        raise refused(f"“{name}” must be from {least} to {most}.")
    return value


ROUTES = [
    Route("/reset", reset, methods=["POST"]),
    Route("/world", show_world),
    Route("/apps", add_app, methods=["POST"]),
    Route("/pages", add_page, methods=["POST"]),
    *customers.ROUTES,
    *switches.ROUTES,
    *automatic.ROUTES,
    *integrity.ROUTES,
    Route("/personas", list_personas),
    Route("/requests", list_requests),
    Route("/faults", add_fault, methods=["POST"]),
    Route("/faults", clear_faults, methods=["DELETE"]),
    Route("/webhooks", change_webhooks, methods=["POST"]),
    Route("/clock", advance_clock, methods=["POST"]),
]
