"""The world over the control plane: reset, overview, apps, Pages, personas, requests, clock, retention."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..webhooks.verification import verify_callback
from ..world import tokens
from ..world.models import App, Page, new_id
from ..world.world import World
from . import request_body
from .request_body import NUMBER, bad_request, done


async def reset(request: Request) -> JSONResponse:
    request.app.state.sandbox.reset()
    return done()


async def show(request: Request) -> JSONResponse:
    """Describe the world. Also the health check."""
    sandbox = request.app.state.sandbox
    world = sandbox.world
    return JSONResponse(
        {
            "pages": [_page(page) for page in world.pages.values()],
            "apps": [_app(world, app) for app in world.apps.values()],
            "user": vars(world.user),
            "counts": _counts(world) | {"webhooks_waiting": sandbox.webhooks.waiting()},
            "webhooks": sandbox.webhooks.settings.as_dict(),
            "faults": len(world.faults),
            "now": world.clock.now(),
            "ahead_s": world.clock.ahead_ms // 1000,
        }
    )


async def add_app(request: Request) -> JSONResponse:
    """Add an app, or change one, and subscribe it to every Page. Its webhook must pass verification first."""
    world, body = request.app.state.sandbox.world, await request_body.read(request)
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
        raise bad_request("“app_id” must be digits.")
    if app.callback_url and (reason := await verify_callback(app.callback_url, app.verify_token)):
        raise bad_request(f"The webhook did not verify: {reason}.")
    world.add_app(app)
    return JSONResponse(_app(world, app))


async def add_page(request: Request) -> JSONResponse:
    """Add a Page. It sends no webhooks until an app subscribes to it with the Page's token."""
    world, body = request.app.state.sandbox.world, await request_body.read(request)
    id = body.optional("id", default=new_id())
    if not id.isdecimal() or id in world.pages:
        raise bad_request("“id” must be digits that no Page has yet.")
    token = body.optional("token", default=f"EAASANDBOX{id}")
    if tokens.grant(world, token):
        raise bad_request("“token” is taken.")
    return JSONResponse(_page(world.add_page(id, body.need("name"), token)))


async def list_personas(request: Request) -> JSONResponse:
    """List all personas ever created, the deleted ones too."""
    sandbox = request.app.state.sandbox
    origin = sandbox.origin(request)
    personas = [
        {"id": p.id, "page_id": p.page.id, "name": p.name, "picture": origin + p.picture, "deleted": p.is_deleted}
        for p in sandbox.world.personas.values()
    ]
    return JSONResponse(personas)


async def list_requests(request: Request) -> JSONResponse:
    since = request.query_params.get("since", "0")
    if not since.isdecimal():
        raise bad_request("“since” must be a whole number.")
    return JSONResponse(request.app.state.sandbox.world.request_log.since(int(since)))


async def advance_clock(request: Request) -> JSONResponse:
    """Advance the clock. It never goes back: no event of Facebook's happens twice."""
    clock, seconds = request.app.state.sandbox.world.clock, (await request_body.read(request)).need("advance_s", NUMBER)
    if seconds < 0:
        raise bad_request("“advance_s” must not be negative.")
    clock.advance(seconds)
    return JSONResponse({"now": clock.now(), "ahead_s": clock.ahead_ms // 1000})


async def set_retention(request: Request) -> JSONResponse:
    """Keep only the newest messages and requests, now and from now on; null for all."""
    world, body = request.app.state.sandbox.world, await request_body.read(request)
    keep = body.optional("keep", int)
    if keep is not None and keep < 0:
        raise bad_request("“keep” must not be negative.")
    world.keep(keep)
    return JSONResponse({"keep": keep, "messages": _counts(world)["messages"]})


def _page(page: Page) -> dict:
    return {"id": page.id, "name": page.name, "token": page.token, "automatic_replies": page.automatic_replies}


def _app(world: World, app: App) -> dict:
    return {
        "id": app.id,
        "secret": app.secret,
        "webhook": app.callback_url,
        "tokens": {page.id: tokens.token_for(world, app, page) for page in world.pages.values()},
        "subscriptions": {p.id: p.subscriptions[app.id] for p in world.pages.values() if app.id in p.subscriptions},
    }


def _counts(world: World) -> dict:
    return {
        "customers": len(world.customers),
        "messages": sum(len(customer.thread) for customer in world.customers.values()),
        "personas": len(world.personas),
        "requests": len(world.request_log),
    }


ROUTES = [
    Route("/reset", reset, methods=["POST"]),
    Route("/world", show),
    Route("/apps", add_app, methods=["POST"]),
    Route("/pages", add_page, methods=["POST"]),
    Route("/personas", list_personas),
    Route("/requests", list_requests),
    Route("/clock", advance_clock, methods=["POST"]),
    Route("/retention", set_retention, methods=["POST"]),
]
