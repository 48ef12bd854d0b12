"""Voice calls: a customer's call rings for a minute, and an app of the Page accepts, rejects or ends it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/calling
"""

import asyncio
import secrets

from .. import errors
from ..webhooks import events
from ..world.models import Customer, Page, VoiceCall
from ..world.world import World
from .call import Call

RINGS_S = 60
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=sandbox\r\nt=0 0\r\n"  # without anybody to talk to
ACTIONS = ("accept", "reject", "terminate")


def current(world: World, customer: Customer) -> VoiceCall | None:
    """Return the customer's call that is not over."""
    calls = world.voice_calls.values()
    return next((call for call in calls if call.customer is customer and not call.is_over), None)


def begin(world: World, customer: Customer) -> VoiceCall:
    """Begin a call from the customer to the Page."""
    voice_call = VoiceCall(f"c_{secrets.token_urlsafe(28)}", customer, world.clock.now())
    world.voice_calls[voice_call.id] = voice_call
    events.call_changed(world, voice_call, "connect")
    voice_call.timer = asyncio.create_task(_stop_ringing(world, voice_call))
    return voice_call


def end(world: World, voice_call: VoiceCall):
    """End the call. The apps get one event, whichever side ends it."""
    if not voice_call.is_over:
        voice_call.is_over = True
        events.call_changed(world, voice_call, "terminate")


async def act(call: Call, page: Page) -> dict:
    voice_call, action = _find(call, page), str(call.need("action")).lower()
    if action not in ACTIONS:
        raise errors.PARAM_NOT_LISTED(name="action", choices=", ".join(ACTIONS), got=call.get("action"))
    if action == "accept":
        return _accept(call, voice_call)
    if voice_call.app_id not in (None, call.grant.app.id):
        raise errors.CALL_OF_ANOTHER_APP()
    end(call.world, voice_call)
    return {"success": True}


def _accept(call: Call, voice_call: VoiceCall) -> dict:
    session = call.get("session")
    if not isinstance(session, dict) or session.get("sdp_type") != "offer" or not session.get("sdp"):
        raise errors.CALL_SESSION_INVALID()
    if voice_call.is_over:
        raise errors.CALL_OVER()
    if voice_call.app_id:
        raise errors.CALL_ACCEPTED()
    voice_call.app_id = call.grant.app.id
    return {"success": True, "session": {"sdp_response": {"sdp_type": "answer", "sdp": SDP}}}


def _find(call: Call, page: Page) -> VoiceCall:
    voice_call = call.world.voice_calls.get(call.need("call_id"))
    if not voice_call or voice_call.customer.page is not page:
        raise errors.CALL_UNKNOWN()
    return voice_call


async def _stop_ringing(world: World, voice_call: VoiceCall):
    """End the call when no app accepts it within a minute."""
    await world.clock.sleep(RINGS_S)
    if not voice_call.app_id:
        end(world, voice_call)
