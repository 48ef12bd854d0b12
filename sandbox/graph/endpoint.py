"""The endpoint of the Graph API.

A call passes: faults, the token, the object, its permission, the rate limits; then the function of the object or of
its edge answers it (`routes.py`).
"""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from messenger.appsecret_proof import appsecret_proof

from .. import errors
from ..world import tokens
from ..world.faults import Fault
from ..world.models import Page
from . import batch, conversations, id_matching, retired_features, routes
from .call import VERSION, Call
from .field_selection import requested_fields


async def answer(request: Request) -> Response:
    sandbox = request.app.state.sandbox
    world = sandbox.world  # this call stays in its world when a reset comes meanwhile
    at = world.clock.now()
    call = await Call.read(request, world, sandbox.origin(request))
    fault = world.faults.match(call.method, call.path, call.raw)
    status, body = await outcome(call, fault)
    _log(call, request, at, status, body)
    if fault and fault.drop:
        return await _drop_connection(request)
    return retired_features.response(call, status, body, _headers(call))


async def outcome(call: Call, fault: Fault | None) -> tuple[int | None, dict | list | None]:
    """Return HTTP status and body; None and None when a fault drops the call before it takes effect."""
    try:
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.drop == "before":
                return None, None
            if fault.is_error():
                raise fault.to_error()
        return 200, await _handle(call)
    except errors.GraphError as error:
        return error.status, error.body


def _log(call: Call, request: Request, at: int, status: int | None, body: dict | list | None):
    call.world.request_log.record(
        tokens.secrets(call.world),
        at=at,
        method=request.method,
        path=request.url.path,
        query=call.query,
        body=call.body,
        status=status,
        response=body,
    )


def _headers(call: Call) -> dict[str, str]:
    return {"facebook-api-version": call.version.lstrip("/") or VERSION} | call.world.rate_limits.headers(call.grant)


async def _drop_connection(request: Request) -> Response:
    """Close the connection without an answer.

    `server_send` is uvicorn's own `send`, bound to the cycle that holds the socket. Starlette requires a response,
    which nobody receives.
    """
    request.scope["server_send"].__self__.transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def _handle(call: Call) -> dict | list:
    if answer := _without_token(call):
        return await answer(call)
    _authenticate(call)
    retired_features.check(call)
    if call.problem:
        raise call.problem
    if call.method == "POST" and "batch" in call.params:
        return await batch.run(call, outcome)
    if call.path == "/" and call.list_of("ids"):
        return {name: await _answer(call, [name]) for name in call.list_of("ids")}
    if answer := routes.ROOTS.get((call.method, call.path)):
        return await answer(call)
    return await _answer(call, call.segments)


def _without_token(call: Call):
    """Return the function for a call that needs no token."""
    name = "activities" if call.path.endswith("/activities") else call.path
    return routes.WITHOUT_TOKEN.get((call.method, name))


async def _answer(call: Call, segments: list[str]) -> dict:
    if not 1 <= len(segments) <= 2:
        raise errors.PATH_UNKNOWN(alias=call.path.strip("/"))
    name, edge = segments[0], segments[1] if len(segments) == 2 else None
    node = _find(call, name)
    key = (call.method, type(node))
    function = routes.EDGES.get((*key, edge)) if edge else routes.NODES.get(key)
    if not function:
        raise _unsupported(call, name)
    _check_permission(call, edge)
    call.world.rate_limits.check(call.grant, edge or type(node).__name__.lower())
    answer = await function(call, node)
    return answer if edge or call.method != "GET" else answer | await _edges(call, name, node, answer)


async def _edges(call: Call, name: str, node, answer: dict) -> dict:
    """Answer edges that are requested as if they were fields: `fields=name,personas.limit(5){name}`."""
    found = {}
    for edge, inner_fields in requested_fields(call).items():
        shown_as = inner_fields.alias or edge
        if shown_as not in answer and ("GET", type(node), edge) in routes.EDGES:
            inner = replace(call, path=f"/{name}/{edge}", query=inner_fields.query(), body={})
            found[shown_as] = await _answer(inner, [name, edge])
    return found


def _authenticate(call: Call):
    if not call.token:
        raise errors.TOKEN_MISSING()
    call.grant = tokens.grant(call.world, call.token)
    if not call.grant:
        raise errors.TOKEN_UNKNOWN()
    if problem := tokens.problem(call.world, call.token):
        raise problem
    # Clients send debug_token the proof of the Page's token beside the app's token.
    proof = call.get("appsecret_proof")
    if proof and call.path != "/debug_token" and proof != appsecret_proof(call.token, call.grant.app.secret):
        raise errors.PROOF_WRONG()
    if call.grant.app.needs_proof and not proof:
        raise errors.PROOF_MISSING()


def _check_permission(call: Call, edge: str | None):
    needed = routes.PERMISSIONS.get(edge)
    if needed and call.grant.page and needed not in tokens.scopes(call.world, call.token):
        raise errors.PERMISSION_MISSING(name=needed)


def _find(call: Call, name: str):
    """Return the object of that name, if the token may see it."""
    node = _page_objects(call, call.grant.page, name) if call.grant.page else _other_objects(call, name)
    if node:
        return node
    if name.isdecimal() or name == "me" or name.startswith(("m_", "t_")):
        raise _unsupported(call, name)
    raise errors.PATH_UNKNOWN(alias=name)


def _page_objects(call: Call, page: Page, name: str):
    if name in ("me", page.id):
        return page
    if name.startswith(conversations.PREFIXES):
        return conversations.find(call.world, page, name)
    world = call.world
    node = world.personas.get(name) or world.customers.get(name) or world.labels.get(name)
    if not node:
        return id_matching.find(call, page, name)
    return node if node.page is page and not getattr(node, "is_deleted", False) else None


def _other_objects(call: Call, name: str):
    """Find another object. A user may read the Pages, but not act for them."""
    if call.grant.user:
        known = {"me": call.grant.user, call.grant.user.id: call.grant.user}
        return known.get(name) or (call.world.pages.get(name) if call.method == "GET" else None)
    return call.grant.app if name in ("me", "app", call.grant.app.id) else None


def _unsupported(call: Call, name: str) -> errors.GraphError:
    return errors.OBJECT_UNKNOWN(method=call.method.lower(), id=name)
