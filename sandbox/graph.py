"""The Graph side: who may call what, and what comes of it.

A call goes through: a fault somebody asked for, the token, the object, then the verb of the object or of its edge.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from messenger.signature import appsecret_proof

from . import errors, nodes, personas, profile, sends, subscriptions
from .call import Call
from .world import App, Customer, Page, Persona, World

NODES = {
    ("GET", Page): nodes.page,
    ("GET", Customer): nodes.customer,
    ("GET", Persona): personas.show,
    ("DELETE", Persona): personas.delete,
}
EDGES = {
    ("POST", Page, "messages"): sends.send,
    ("GET", Page, "personas"): personas.index,
    ("POST", Page, "personas"): personas.create,
    ("GET", Page, "subscribed_apps"): subscriptions.of_page,
    ("POST", Page, "subscribed_apps"): subscriptions.subscribe_page,
    ("DELETE", Page, "subscribed_apps"): subscriptions.unsubscribe_page,
    ("GET", Page, "messenger_profile"): profile.show,
    ("POST", Page, "messenger_profile"): profile.change,
    ("DELETE", Page, "messenger_profile"): profile.clear,
    ("GET", Page, "custom_user_settings"): profile.show_own,
    ("POST", Page, "custom_user_settings"): profile.change_own,
    ("DELETE", Page, "custom_user_settings"): profile.clear_own,
    ("GET", App, "subscriptions"): subscriptions.of_app,
    ("POST", App, "subscriptions"): subscriptions.subscribe_app,
}


async def answer(request: Request) -> Response:
    sandbox = request.app.state.sandbox
    world = sandbox.world  # a reset may come while we work: this call stays in the world it came to
    at = world.clock.now()
    call = await Call.read(request, world, sandbox.origin(request))
    fault = world.faults.hit(call.method, call.path, call.raw)
    status, body = await _outcome(call, fault)
    _note(call, request.url.path, at, status, body)
    return await _cut(request) if fault and fault.drop else JSONResponse(body, status)


async def _outcome(call: Call, fault) -> tuple[int | None, dict | None]:
    """HTTP status and body; None and None when the caller gets neither because the call never took effect."""
    try:
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.drop == "before":
                return None, None
            if fault.refuses():
                raise fault.refusal()
        return 200, await _handle(call)
    except errors.Refused as refused:
        return refused.status, refused.body


def _note(call: Call, path: str, at: int, status: int | None, body: dict | None):
    call.world.journal.note(
        call.world.secrets(),
        at=at,
        method=call.method,
        path=path,
        query=call.query,
        body=call.body,
        status=status,
        response=body,
    )


async def _cut(request: Request) -> Response:
    """Close the connection without a word. `wire` is uvicorn's own `send`, bound to the cycle that holds the socket.
    The response is for Starlette, which wants one: nobody is there to get it."""
    request.scope["wire"].__self__.transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def _handle(call: Call) -> dict:
    _authorise(call)
    if call.problem:
        raise call.problem
    match call.segments:
        case ["debug_token"] if call.method == "GET":
            return await nodes.debug_token(call)
        case [name]:
            node = _find(call, name)
            verb = NODES.get((call.method, type(node)))
        case [name, edge]:
            node = _find(call, name)
            verb = EDGES.get((call.method, type(node), edge))
        case _:
            raise errors.PATH_UNKNOWN(alias=call.path.strip("/"))
    if not verb:
        raise _unsupported(call, call.segments[0])
    return await verb(call, node)


def _authorise(call: Call):
    if not call.token:
        raise errors.TOKEN_MISSING()
    call.grant = call.world.grant(call.token)
    if not call.grant:
        raise errors.TOKEN_UNKNOWN()
    # Clients send debug_token the proof of the Page's token beside the app's token.
    proof = call.get("appsecret_proof")
    if proof and call.path != "/debug_token" and proof != appsecret_proof(call.token, call.grant.app.secret):
        raise errors.PROOF_WRONG()


def _find(call: Call, name: str):
    """The object of that name, among those the token may see."""
    page = call.grant.page
    node = _page_objects(call.world, page, name) if page else _app_objects(call.grant.app, name)
    if node:
        return node
    if name.isdecimal() or name == "me":
        raise _unsupported(call, name)
    raise errors.PATH_UNKNOWN(alias=name)


def _page_objects(world: World, page: Page, name: str):
    if name in ("me", page.id):
        return page
    persona, customer = world.personas.get(name), world.customers.get(name)
    if persona and persona.page is page and not persona.is_deleted:
        return persona
    return customer if customer and customer.page is page else None


def _app_objects(app: App, name: str):
    return app if name == app.id else None


def _unsupported(call: Call, name: str) -> errors.Refused:
    return errors.OBJECT_UNKNOWN(method=call.method.lower(), id=name)
