"""Thread control: pass, take, release, request and extend it, and show the thread owner.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from .. import errors
from ..webhooks import events
from ..world import conversation_routing
from ..world.models import Customer, Page
from ..world.world import World
from .call import Call

DONE = {"success": True}


async def pass_control(call: Call, page: Page) -> dict:
    customer, target = _customer(call, page), call.need("target_app_id")
    pass_to(call, customer, target, _metadata(call))
    return DONE


async def take(call: Call, page: Page) -> dict:
    customer, app, now = _customer(call, page), call.grant.app, call.world.clock.now()
    if customer.is_blocking:
        raise errors.PERSON_UNAVAILABLE()
    if not page.default_app_id:
        raise errors.NO_DEFAULT_APP()
    if app.id in page.may_not_take:
        raise errors.TAKE_NOT_PERMITTED()
    take_for(call.world, customer, app.id, now, _metadata(call))
    return DONE


async def release(call: Call, page: Page) -> dict:
    customer = _customer(call, page)
    check_control(call, customer)
    conversation_routing.release(customer)
    return DONE


async def request(call: Call, page: Page) -> dict:
    """Notify the default app; where there is none, the owner (assumed)."""
    customer = _customer(call, page)
    receiver = page.default_app_id or conversation_routing.owner(customer, call.world.clock.now())
    events.control_requested(call.world, customer, receiver, call.grant.app.id, _metadata(call))
    return DONE


async def extend(call: Call, page: Page) -> dict:
    customer, now = _customer(call, page), call.world.clock.now()
    seconds = str(call.need("duration"))
    if not seconds.isdecimal() or not 0 < int(seconds) <= conversation_routing.EXTENSION_LIMIT_S:
        raise errors.PARAM_NOT_NUMBER(name="duration", limit=conversation_routing.EXTENSION_LIMIT_S)
    check_control(call, customer)
    conversation_routing.give(customer, call.grant.app.id, now, int(seconds) * 1000)
    return DONE


async def show(call: Call, page: Page) -> dict:
    """Show the thread owner.

    Only the owner and the default app see its id; other apps see the expiration. Assumed: without a default app all
    see the id, and the only app of a Page is the owner.
    """
    customer, now, app = _customer(call, page), call.world.clock.now(), call.grant.app
    owner = conversation_routing.owner(customer, now)
    if owner:
        facts = {"app_id": owner} if not page.default_app_id or app.id in (owner, page.default_app_id) else {}
        return {"data": [{"thread_owner": facts | {"expiration": customer.owned_until // 1000}}]}
    is_only_app = not page.default_app_id and set(page.subscriptions) <= {app.id}
    return {"data": [{"thread_owner": {"app_id": app.id}}] if is_only_app else []}


async def secondary_receivers(call: Call, page: Page) -> dict:
    """List the Page's other apps, as in the old handover protocol."""
    apps = [call.world.apps[id] for id in page.subscriptions if id in call.world.apps and id != call.grant.app.id]
    return {"data": [{"id": app.id, "name": app.name} for app in apps]}


def check_control(call: Call, customer: Customer):
    if not conversation_routing.controls(customer, call.grant.app, call.world.clock.now()):
        raise errors.NOT_THREAD_OWNER()


def pass_to(call: Call, customer: Customer, target: str, metadata: str):
    check_control(call, customer)
    check_target(call, customer.page, target)
    now = call.world.clock.now()
    before = conversation_routing.owner(customer, now)
    conversation_routing.give(customer, target, now)
    events.control_passed(call.world, customer, before, target, metadata)


def check_target(call: Call, page: Page, target: str):
    if target != conversation_routing.INBOX_APP_ID and target not in page.subscriptions:
        raise errors.TARGET_APP_UNKNOWN()


def take_for(world: World, customer: Customer, app_id: str, now: int, metadata: str = ""):
    """Give control to the app and notify the one that had it."""
    before = conversation_routing.owner(customer, now)
    conversation_routing.give(customer, app_id, now)
    previous_controller = before or customer.page.default_app_id
    if previous_controller != app_id:
        events.control_taken(world, customer, previous_controller, before, app_id, metadata)


def _customer(call: Call, page: Page) -> Customer:
    recipient = call.get("recipient")
    if not recipient:
        raise errors.PARAM_MISSING(name="recipient")
    psid = recipient.get("id") if isinstance(recipient, dict) else recipient
    if not str(psid).isdecimal():
        raise errors.RECIPIENT_INVALID()
    customer = call.world.customers.get(str(psid))
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    return customer


def _metadata(call: Call) -> str:
    return str(call.get("metadata", ""))
