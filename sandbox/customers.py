"""What customers do, told over the control plane. What they say is in `saying.py`, what they see in `seen.py`."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import bodies, calls, nodes, ownership, routing, saying, seen, webhooks
from .bodies import Body, refused
from .cast import Customer, Message, Page, new_mid
from .world import World

EDITS_ALLOWED = 5


async def add(request: Request) -> JSONResponse:
    """Somebody new, on the named Page or the first. They have not written yet, so the Page may not write either."""
    world, body = _world(request), await bodies.read(request)
    page = _page(world, body.optional("page_id"))
    return JSONResponse({"psid": world.add_customer(body.need("name"), page).psid})


async def index(request: Request) -> JSONResponse:
    customers = [{"psid": c.psid, "name": c.name, "page_id": c.page.id} for c in _world(request).customers.values()]
    return JSONResponse({"customers": customers})


async def say(request: Request) -> JSONResponse:
    """→ {mid}, null for an `event` without one."""
    world, customer, body = await _told(request)
    origin = request.app.state.sandbox.origin(request)
    return JSONResponse({"mid": saying.say(world, customer, body, origin)})


async def read(request: Request) -> JSONResponse:
    world, customer, _ = await _told(request)
    customer.read()
    webhooks.messages_read(world, customer)
    return _done()


async def react(request: Request) -> JSONResponse:
    """No emoji takes the reaction back."""
    world, customer, body = await _told(request)
    message = _message(customer, body)
    message.reaction = body.optional("emoji") or None
    customer.opened_at = world.clock.now()
    webhooks.reaction_changed(world, customer, message)
    return _done()


async def edit(request: Request) -> JSONResponse:
    world, customer, body = await _told(request)
    message, text = _message(customer, body), body.need("text")
    if message.sender != "customer":
        raise refused("Only what the customer wrote can be edited.")
    if message.edits >= EDITS_ALLOWED:
        raise refused(f"A message can be edited {EDITS_ALLOWED} times, no more.")
    message.text, message.edits = text, message.edits + 1
    webhooks.message_edited(world, customer, message)
    return _done()


async def block(request: Request) -> JSONResponse:
    """Facebook tells no app of it; the Page finds out when it writes."""
    _, customer, body = await _told(request)
    customer.is_blocking = body.optional("on", bool, default=True)
    return _done()


async def answer_in_inbox(request: Request) -> JSONResponse:
    """Somebody writes in the Page Inbox, which takes control where there is control to take."""
    world, customer, body = await _told(request)
    message = Message(new_mid(), "page", world.clock.stamp(), text=body.need("text"), app_id=routing.INBOX_APP_ID)
    if customer.page.default_app_id:
        ownership.seize(world, customer, routing.INBOX_APP_ID, world.clock.now())
    world.add_message(customer, message)
    webhooks.message_sent(world, customer, message)
    webhooks.message_delivered(world, customer, message)
    return JSONResponse({"mid": message.mid})


async def call(request: Request) -> JSONResponse:
    """They ring until somebody accepts, they hang up, or a minute is over."""
    world, customer, _ = await _told(request)
    if calls.current(world, customer):
        raise refused("They are calling already.")
    return JSONResponse({"call_id": calls.begin(world, customer).id})


async def hang_up(request: Request) -> JSONResponse:
    world, customer, _ = await _told(request)
    ring = calls.current(world, customer)
    if not ring:
        raise refused("They are not calling.")
    calls.end(world, ring)
    return _done()


async def set_owner(request: Request) -> JSONResponse:
    """Who controls the thread from now on, for a day; null leaves it idle. No app is told."""
    world, customer, body = await _told(request)
    app_id = body.optional("app_id")
    if app_id and app_id not in world.apps and app_id != routing.INBOX_APP_ID:
        raise refused(f"There is no app {app_id}.")
    if app_id:
        routing.give(customer, app_id, world.clock.now())
    else:
        routing.release(customer)
    return _done()


async def set_profile(request: Request) -> JSONResponse:
    """How much of their profile the Page may see."""
    _, customer, body = await _told(request)
    kind = body.need("kind")
    if kind not in nodes.PROFILES:
        raise refused(f"“kind” must be one of {', '.join(nodes.PROFILES)}.")
    customer.profile = kind
    return _done()


async def thread(request: Request) -> JSONResponse:
    """What the customer sees."""
    world, customer, origin = _world(request), _customer(request), request.app.state.sandbox.origin(request)
    return JSONResponse(seen.thread(customer, calls.current(world, customer), world.clock.now(), origin))


async def _told(request: Request) -> tuple[World, Customer, Body]:
    return _world(request), _customer(request), await bodies.read(request)


def _world(request: Request) -> World:
    return request.app.state.sandbox.world


def _customer(request: Request) -> Customer:
    psid = request.path_params["psid"]
    customer = _world(request).customers.get(psid)
    if not customer:
        raise refused(f"There is no customer {psid}.", status=404)
    return customer


def _page(world: World, page_id: str | None) -> Page:
    page = world.pages.get(page_id) if page_id else next(iter(world.pages.values()))
    if not page:
        raise refused(f"There is no Page {page_id}.")
    return page


def _message(customer: Customer, body: Body) -> Message:
    mid = body.need("mid")
    message = customer.find(mid)
    if not message:
        raise refused(f"There is no message {mid} in this thread.")
    return message


def _done() -> JSONResponse:
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/customers", index),
    Route("/customers", add, methods=["POST"]),
    Route("/customers/{psid}/say", say, methods=["POST"]),
    Route("/customers/{psid}/read", read, methods=["POST"]),
    Route("/customers/{psid}/react", react, methods=["POST"]),
    Route("/customers/{psid}/edit", edit, methods=["POST"]),
    Route("/customers/{psid}/block", block, methods=["POST"]),
    Route("/customers/{psid}/inbox", answer_in_inbox, methods=["POST"]),
    Route("/customers/{psid}/call", call, methods=["POST"]),
    Route("/customers/{psid}/hang_up", hang_up, methods=["POST"]),
    Route("/customers/{psid}/owner", set_owner, methods=["POST"]),
    Route("/customers/{psid}/profile", set_profile, methods=["POST"]),
    Route("/customers/{psid}/thread", thread),
]
