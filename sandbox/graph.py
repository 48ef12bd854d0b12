"""The Graph side: who may call what, and what comes of it.

A call goes through: a fault somebody asked for, the token, the object, its permission, the limits, then the verb of the
object or of its edge (`routes.py`).
"""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from messenger.signature import appsecret_proof

from . import asked, batch, errors, history, identities, protocol, routes
from .call import VERSION, Call
from .cast import Page
from .faults import Fault


async def answer(request: Request) -> Response:
    sandbox = request.app.state.sandbox
    world = sandbox.world  # a reset may come while we work: this call stays in the world it came to
    at = world.clock.now()
    call = await Call.read(request, world, sandbox.origin(request))
    fault = world.faults.hit(call.method, call.path, call.raw)
    status, body = await outcome(call, fault)
    _note(call, request, at, status, body)
    if fault and fault.drop:
        return await _cut(request)
    return protocol.answered(call, status, body, _headers(call))


async def outcome(call: Call, fault: Fault | None) -> tuple[int | None, dict | list | None]:
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


def _note(call: Call, request: Request, at: int, status: int | None, body: dict | list | None):
    call.world.journal.note(
        call.world.tokens.secrets(),
        at=at,
        method=request.method,
        path=request.url.path,
        query=call.query,
        body=call.body,
        status=status,
        response=body,
    )


def _headers(call: Call) -> dict[str, str]:
    return {"facebook-api-version": call.version.lstrip("/") or VERSION} | call.world.limits.headers(call.grant)


async def _cut(request: Request) -> Response:
    """Close the connection without a word. `wire` is uvicorn's own `send`, bound to the cycle that holds the socket.
    The response is for Starlette, which wants one: nobody is there to get it."""
    request.scope["wire"].__self__.transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def _handle(call: Call) -> dict | list:
    if verb := _tokenless(call):
        return await verb(call)
    _authorise(call)
    protocol.check(call)
    if call.problem:
        raise call.problem
    if call.method == "POST" and "batch" in call.params:
        return await batch.run(call, outcome)
    if call.path == "/" and call.words("ids"):
        return {name: await _verb(call, [name]) for name in call.words("ids")}
    if verb := routes.ROOTS.get((call.method, call.path)):
        return await verb(call)
    return await _verb(call, call.segments)


def _tokenless(call: Call):
    """What nobody needs a token for."""
    name = "activities" if call.path.endswith("/activities") else call.path
    return routes.TOKENLESS.get((call.method, name))


async def _verb(call: Call, segments: list[str]) -> dict:
    if not 1 <= len(segments) <= 2:
        raise errors.PATH_UNKNOWN(alias=call.path.strip("/"))
    name, edge = segments[0], segments[1] if len(segments) == 2 else None
    node = _find(call, name)
    verb = routes.EDGES.get((call.method, type(node), edge)) if edge else routes.NODES.get((call.method, type(node)))
    if not verb:
        raise _unsupported(call, name)
    _check_permission(call, edge)
    call.world.limits.check(call.grant, edge or type(node).__name__.lower())
    answer = await verb(call, node)
    return answer if edge or call.method != "GET" else answer | await _edges(call, name, node, answer)


async def _edges(call: Call, name: str, node, answer: dict) -> dict:
    """`fields=name,personas.limit(5){name}`: edges of an object that were asked for as if they were its fields."""
    found = {}
    for edge, wanted in asked.fields(call).items():
        shown_as = wanted.alias or edge
        if shown_as not in answer and ("GET", type(node), edge) in routes.EDGES:
            inner = replace(call, path=f"/{name}/{edge}", query=wanted.query(), body={})
            found[shown_as] = await _verb(inner, [name, edge])
    return found


def _authorise(call: Call):
    tokens = call.world.tokens
    if not call.token:
        raise errors.TOKEN_MISSING()
    call.grant = tokens.grant(call.token)
    if not call.grant:
        raise errors.TOKEN_UNKNOWN()
    if problem := tokens.problem(call.token):
        raise problem
    # Clients send debug_token the proof of the Page's token beside the app's token.
    proof = call.get("appsecret_proof")
    if proof and call.path != "/debug_token" and proof != appsecret_proof(call.token, call.grant.app.secret):
        raise errors.PROOF_WRONG()
    if call.grant.app.needs_proof and not proof:
        raise errors.PROOF_MISSING()


def _check_permission(call: Call, edge: str | None):
    needed = routes.PERMISSIONS.get(edge)
    if needed and call.grant.page and needed not in call.world.tokens.scopes(call.token):
        raise errors.PERMISSION_MISSING(name=needed)


def _find(call: Call, name: str):
    """The object of that name, among those the token may see."""
    node = _page_objects(call, call.grant.page, name) if call.grant.page else _other_objects(call, name)
    if node:
        return node
    if name.isdecimal() or name == "me" or name.startswith(("m_", "t_")):
        raise _unsupported(call, name)
    raise errors.PATH_UNKNOWN(alias=name)


def _page_objects(call: Call, page: Page, name: str):
    if name in ("me", page.id):
        return page
    if name.startswith(history.PREFIXES):
        return history.find(call.world, page, name)
    world = call.world
    node = world.personas.get(name) or world.customers.get(name) or world.labels.get(name)
    if not node:
        return identities.find(call, page, name)
    return node if node.page is page and not getattr(node, "is_deleted", False) else None


def _other_objects(call: Call, name: str):
    """A user sees the Pages too, but speaks for none of them."""
    if call.grant.user:
        known = {"me": call.grant.user, call.grant.user.id: call.grant.user}
        return known.get(name) or (call.world.pages.get(name) if call.method == "GET" else None)
    return call.grant.app if name in ("me", "app", call.grant.app.id) else None


def _unsupported(call: Call, name: str) -> errors.Refused:
    return errors.OBJECT_UNKNOWN(method=call.method.lower(), id=name)
