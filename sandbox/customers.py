"""What customers do, told over the control plane, and what they see."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import bodies, webhooks
from .bodies import Body, refused
from .world import Customer, Message, Page, Persona, World, new_mid

EDITS_ALLOWED = 5
PROFILE_SHOWN = ("greeting", "get_started", "persistent_menu", "ice_breakers")
OPENING_KEYS = ("message", "postback", "reaction")


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
    body.check_names("text", "attachment", "postback", "quick_reply", "event")
    if event := body.optional("event", dict):
        return JSONResponse({"mid": _send_event(world, customer, event)})
    message = Message(new_mid(), "customer", world.clock.stamp())
    if postback := body.optional("postback", dict):
        _tap(world, customer, message, Body(postback))
    elif reply := body.optional("quick_reply", dict):
        _reply(world, customer, message, Body(reply))
    else:
        _write(request, customer, message, body)
    return JSONResponse({"mid": message.mid})


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


async def thread(request: Request) -> JSONResponse:
    """What the customer sees. `owner_app_id` is null while no app controls the thread."""
    customer, origin = _customer(request), request.app.state.sandbox.origin(request)
    is_typed_to = customer.typing_until > _world(request).clock.now()
    typing_persona = _face(customer.typing_persona, origin) if is_typed_to else None
    return JSONResponse(
        {
            "messages": [_seen(message, origin) for message in customer.thread],
            "typing": {"on": is_typed_to, "persona": typing_persona},
            "owner_app_id": None,
            "blocked": customer.is_blocking,
            "page": _profile(customer),
        }
    )


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


def _write(request: Request, customer: Customer, message: Message, body: Body):
    message.text = body.optional("text")
    if attachment := body.optional("attachment", dict):
        message.attachments = [_attachment(request, Body(attachment))]
    if not message.text and not message.attachments:
        raise refused("Say one of: text, attachment, postback, quick_reply, event.")
    customer.say(message)
    webhooks.message_said(_world(request), customer, message)


def _attachment(request: Request, attachment: Body) -> dict:
    """A path is a file of our own."""
    type, url = attachment.need("type"), attachment.need("url")
    return {"type": type, "url": request.app.state.sandbox.origin(request) + url if url.startswith("/") else url}


def _tap(world: World, customer: Customer, message: Message, postback: Body):
    message.text = postback.need("title")
    payload = postback.need("payload")
    customer.say(message)
    webhooks.postback_tapped(world, customer, message, payload)


def _reply(world: World, customer: Customer, message: Message, reply: Body):
    message.text = reply.need("title")
    payload = reply.need("payload")
    customer.say(message)
    webhooks.message_said(world, customer, message, quick_reply={"payload": payload})


def _send_event(world: World, customer: Customer, event: dict) -> str | None:
    """Any event, sent as it is. A message with text that the thread does not know is shown in it."""
    inner = next((event[key] for key in OPENING_KEYS if isinstance(event.get(key), dict)), {})
    mid = inner.get("mid")
    if inner and not inner.get("is_echo"):
        customer.opened_at = world.clock.now()
        if inner is event.get("message") and "text" in inner and mid and not customer.find(mid):
            customer.say(Message(mid, "customer", world.clock.stamp(), text=inner["text"]))
    webhooks.anything(world, customer, event)
    return mid


def _seen(message: Message, origin: str) -> dict:
    return {
        "mid": message.mid,
        "from": message.sender,
        "text": message.text,
        "attachments": message.attachments,
        "quick_replies": message.quick_replies,
        "template": message.template,
        "persona": _face(message.persona, origin),
        "app_id": message.app.id if message.app else None,
        "at": message.at,
        "reaction": message.reaction,
        "edited": message.edits > 0,
        "delivered": message.is_delivered,
        "read": message.is_read,
    }


def _profile(customer: Customer) -> dict:
    """What the Page set for people who open its chat; null for what it did not."""
    set_up = customer.page.profile | ({"persistent_menu": customer.menu} if customer.menu else {})
    return {name: set_up.get(name) for name in PROFILE_SHOWN}


def _face(persona: Persona | None, origin: str) -> dict | None:
    return {"id": persona.id, "name": persona.name, "picture": origin + persona.picture} if persona else None


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
    Route("/customers/{psid}/thread", thread),
]
