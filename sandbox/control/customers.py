"""Actions of customers over the control plane. Their messages are in `customer_messages.py`."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..graph import calling, nodes, thread_control
from ..webhooks import events
from ..world import conversation_routing
from ..world.models import Customer, Message, Page, new_mid
from ..world.world import World
from . import customer_messages, request_body, thread_view
from .request_body import Body, bad_request, done, not_found

EDITS_LIMIT = 5


async def add(request: Request) -> JSONResponse:
    """Add a customer to the named Page or the first one. The Page may not write before the customer has."""
    world, body = _world(request), await request_body.read(request)
    page = _page(world, body.optional("page_id"))
    return JSONResponse({"psid": world.add_customer(body.need("name"), page).psid})


async def index(request: Request) -> JSONResponse:
    customers = [{"psid": c.psid, "name": c.name, "page_id": c.page.id} for c in _world(request).customers.values()]
    return JSONResponse({"customers": customers})


async def send(request: Request) -> JSONResponse:
    """Send a message; the mid is null for an `event` without one."""
    world, customer, body = await _read(request)
    origin = request.app.state.sandbox.origin(request)
    return JSONResponse({"mid": customer_messages.send(world, customer, body, origin)})


async def read(request: Request) -> JSONResponse:
    world, customer, _ = await _read(request)
    customer.read()
    events.messages_read(world, customer)
    return done()


async def react(request: Request) -> JSONResponse:
    """Set the reaction; without an emoji remove it."""
    world, customer, body = await _read(request)
    message = _message(customer, body)
    message.reaction = body.optional("emoji") or None
    customer.opened_at = world.clock.now()
    events.reaction_changed(world, customer, message)
    return done()


async def edit(request: Request) -> JSONResponse:
    world, customer, body = await _read(request)
    message, text = _message(customer, body), body.need("text")
    if message.sender != "customer":
        raise bad_request("Only the customer's own messages can be edited.")
    if message.edits >= EDITS_LIMIT:
        raise bad_request(f"A message can be edited {EDITS_LIMIT} times, no more.")
    message.text, message.edits = text, message.edits + 1
    events.message_edited(world, customer, message)
    return done()


async def block(request: Request) -> JSONResponse:
    """Block the Page. No app gets an event; the Page finds out when it sends."""
    _, customer, body = await _read(request)
    customer.is_blocking = body.optional("on", bool, default=True)
    return done()


async def reply_from_page_inbox(request: Request) -> JSONResponse:
    """Reply from the Page Inbox. It takes thread control if the Page has a default app."""
    world, customer, body = await _read(request)
    message = Message(
        new_mid(), "page", world.clock.stamp(), text=body.need("text"), app_id=conversation_routing.INBOX_APP_ID
    )
    if customer.page.default_app_id:
        thread_control.take_for(world, customer, conversation_routing.INBOX_APP_ID, world.clock.now())
    world.add_message(customer, message)
    events.message_sent(world, customer, message)
    events.message_delivered(world, customer, message)
    return JSONResponse({"mid": message.mid})


async def call(request: Request) -> JSONResponse:
    """Begin a call. It rings until an app accepts it, the customer hangs up, or a minute is over."""
    world, customer, _ = await _read(request)
    if calling.current(world, customer):
        raise bad_request("The customer is already calling.")
    return JSONResponse({"call_id": calling.begin(world, customer).id})


async def hang_up(request: Request) -> JSONResponse:
    world, customer, _ = await _read(request)
    voice_call = calling.current(world, customer)
    if not voice_call:
        raise bad_request("The customer is not calling.")
    calling.end(world, voice_call)
    return done()


async def set_thread_owner(request: Request) -> JSONResponse:
    """Give thread control to an app for a day; null leaves the thread idle. No app gets an event."""
    world, customer, body = await _read(request)
    app_id = body.optional("app_id")
    if app_id and app_id not in world.apps and app_id != conversation_routing.INBOX_APP_ID:
        raise bad_request(f"There is no app {app_id}.")
    if app_id:
        conversation_routing.give(customer, app_id, world.clock.now())
    else:
        conversation_routing.release(customer)
    return done()


async def set_profile(request: Request) -> JSONResponse:
    """Set how much of the profile the Page may see, and the locale and time zone in it."""
    _, customer, body = await _read(request)
    kind = body.need("kind")
    if kind not in nodes.PROFILES:
        raise bad_request(f"“kind” must be one of {', '.join(nodes.PROFILES)}.")
    customer.profile = kind
    customer.locale, customer.timezone = body.optional("locale") or "", body.between("timezone", -24, 24, default=0)
    return done()


async def thread(request: Request) -> JSONResponse:
    """Show the thread as the customer sees it."""
    world, customer, origin = _world(request), _customer(request), request.app.state.sandbox.origin(request)
    return JSONResponse(thread_view.thread(customer, calling.current(world, customer), world.clock.now(), origin))


async def _read(request: Request) -> tuple[World, Customer, Body]:
    return _world(request), _customer(request), await request_body.read(request)


def _world(request: Request) -> World:
    return request.app.state.sandbox.world


def _customer(request: Request) -> Customer:
    psid = request.path_params["psid"]
    customer = _world(request).customers.get(psid)
    if not customer:
        raise not_found(f"There is no customer {psid}.")
    return customer


def _page(world: World, page_id: str | None) -> Page:
    page = world.pages.get(page_id) if page_id else next(iter(world.pages.values()))
    if not page:
        raise bad_request(f"There is no Page {page_id}.")
    return page


def _message(customer: Customer, body: Body) -> Message:
    mid = body.need("mid")
    message = customer.find(mid)
    if not message:
        raise bad_request(f"There is no message {mid} in this thread.")
    return message


ROUTES = [
    Route("/customers", index),
    Route("/customers", add, methods=["POST"]),
    Route("/customers/{psid}/send", send, methods=["POST"]),
    Route("/customers/{psid}/read", read, methods=["POST"]),
    Route("/customers/{psid}/react", react, methods=["POST"]),
    Route("/customers/{psid}/edit", edit, methods=["POST"]),
    Route("/customers/{psid}/block", block, methods=["POST"]),
    Route("/customers/{psid}/page_inbox", reply_from_page_inbox, methods=["POST"]),
    Route("/customers/{psid}/call", call, methods=["POST"]),
    Route("/customers/{psid}/hang_up", hang_up, methods=["POST"]),
    Route("/customers/{psid}/thread_owner", set_thread_owner, methods=["POST"]),
    Route("/customers/{psid}/profile", set_profile, methods=["POST"]),
    Route("/customers/{psid}/thread", thread),
]
