"""Voice calls: a customer rings for a minute, and an app of the Page accepts, rejects or ends it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/calling
"""

import asyncio
import secrets
from dataclasses import dataclass

from . import errors
from .call import Call
from .cast import Customer, Page
from .world import World

RINGS_S = 60
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=sandbox\r\nt=0 0\r\n"  # nobody is there to talk to
ACTIONS = ("accept", "reject", "terminate")


@dataclass
class Ring:
    """`at` is when they rang (ms); `app_id` is who accepted."""

    id: str
    customer: Customer
    at: int
    app_id: str | None = None
    is_over: bool = False
    timer: asyncio.Task | None = None


def current(world: World, customer: Customer) -> Ring | None:
    """The customer's call that is not over."""
    return next((ring for ring in world.rings.values() if ring.customer is customer and not ring.is_over), None)


def begin(world: World, customer: Customer) -> Ring:
    """The customer calls the Page."""
    ring = Ring(f"c_{secrets.token_urlsafe(28)}", customer, world.clock.now())
    world.rings[ring.id] = ring
    _tell(world, ring, "connect")
    ring.timer = asyncio.create_task(_stop_ringing(world, ring))
    return ring


def end(world: World, ring: Ring):
    """Whoever hangs up, the apps hear of it once."""
    if not ring.is_over:
        ring.is_over = True
        _tell(world, ring, "terminate")


async def act(call: Call, page: Page) -> dict:
    ring, action = _ring(call, page), str(call.need("action")).lower()
    if action not in ACTIONS:
        raise errors.PARAM_NOT_LISTED(name="action", choices=", ".join(ACTIONS), got=call.get("action"))
    if action == "accept":
        return _accept(call, ring)
    if ring.app_id not in (None, call.grant.app.id):
        raise errors.CALL_OF_ANOTHER_APP()
    end(call.world, ring)
    return {"success": True}


def _accept(call: Call, ring: Ring) -> dict:
    session = call.get("session")
    if not isinstance(session, dict) or session.get("sdp_type") != "offer" or not session.get("sdp"):
        raise errors.CALL_SESSION_INVALID()
    if ring.is_over:
        raise errors.CALL_OVER()
    if ring.app_id:
        raise errors.CALL_ACCEPTED()
    ring.app_id = call.grant.app.id
    return {"success": True, "session": {"sdp_response": {"sdp_type": "answer", "sdp": SDP}}}


def _ring(call: Call, page: Page) -> Ring:
    ring = call.world.rings.get(call.need("call_id"))
    if not ring or ring.customer.page is not page:
        raise errors.CALL_UNKNOWN()
    return ring


async def _stop_ringing(world: World, ring: Ring):
    """Nobody accepted within a minute."""
    await world.clock.sleep(RINGS_S)
    if not ring.app_id:
        end(world, ring)


def _tell(world: World, ring: Ring, event: str):
    """Times are in seconds. That apps hear of it whoever controls the thread is assumed."""
    page, caller = ring.customer.page, ring.customer
    told = {"id": ring.id, "to": page.id, "from": caller.psid, "event": event, "timestamp": ring.at // 1000}
    world.publish(page, "calls", told | {"call_direction": "user_initiated"}, where="calls")
