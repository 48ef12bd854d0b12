"""Thread control over the Graph API: pass, take, release, request, extend, and who owns the thread.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from . import errors, routing, webhooks
from .call import Call
from .cast import Customer, Page

DONE = {"success": True}


async def pass_on(call: Call, page: Page) -> dict:
    customer, target = _customer(call, page), call.need("target_app_id")
    hand_over(call, customer, target, _metadata(call))
    return DONE


async def take(call: Call, page: Page) -> dict:
    customer, app, now = _customer(call, page), call.grant.app, call.world.clock.now()
    if customer.is_blocking:
        raise errors.PERSON_UNAVAILABLE()
    if not page.default_app_id:
        raise errors.NO_DEFAULT_APP()
    if app.id in page.may_not_take:
        raise errors.TAKING_FORBIDDEN()
    seize(call.world, customer, app.id, now, _metadata(call))
    return DONE


async def release(call: Call, page: Page) -> dict:
    customer = _customer(call, page)
    check_control(call, customer)
    routing.release(customer)
    return DONE


async def request(call: Call, page: Page) -> dict:
    """The default app hears of it; where there is none, the owner (assumed)."""
    customer = _customer(call, page)
    receiver = page.default_app_id or routing.owner(customer, call.world.clock.now())
    webhooks.control_requested(call.world, customer, receiver, call.grant.app.id, _metadata(call))
    return DONE


async def extend(call: Call, page: Page) -> dict:
    customer, now = _customer(call, page), call.world.clock.now()
    seconds = str(call.need("duration"))
    if not seconds.isdecimal() or not 0 < int(seconds) <= routing.EXTENSION_LIMIT_S:
        raise errors.PARAM_NOT_NUMBER(name="duration", limit=routing.EXTENSION_LIMIT_S)
    check_control(call, customer)
    routing.give(customer, call.grant.app.id, now, int(seconds) * 1000)
    return DONE


async def show(call: Call, page: Page) -> dict:
    """The owner's name is for the owner and the default app; others learn until when. Where there is no default app
    everybody learns it, and the only app of a Page finds itself the owner (both assumed)."""
    customer, now, app = _customer(call, page), call.world.clock.now(), call.grant.app
    owner = routing.owner(customer, now)
    if owner:
        facts = {"app_id": owner} if not page.default_app_id or app.id in (owner, page.default_app_id) else {}
        return {"data": [{"thread_owner": facts | {"expiration": customer.owned_until // 1000}}]}
    is_alone = not page.default_app_id and set(page.subscriptions) <= {app.id}
    return {"data": [{"thread_owner": {"app_id": app.id}}] if is_alone else []}


async def others(call: Call, page: Page) -> dict:
    """Of the old protocol: the Page's other apps."""
    apps = [call.world.apps[id] for id in page.subscriptions if id in call.world.apps and id != call.grant.app.id]
    return {"data": [{"id": app.id, "name": app.name} for app in apps]}


def check_control(call: Call, customer: Customer):
    if not routing.controls(customer, call.grant.app, call.world.clock.now()):
        raise errors.NOT_THREAD_OWNER()


def hand_over(call: Call, customer: Customer, target: str, metadata: str):
    check_control(call, customer)
    check_target(call, customer.page, target)
    now = call.world.clock.now()
    before = routing.owner(customer, now)
    routing.give(customer, target, now)
    webhooks.control_passed(call.world, customer, before, target, metadata)


def check_target(call: Call, page: Page, target: str):
    if target != routing.INBOX_APP_ID and target not in page.subscriptions:
        raise errors.TARGET_APP_UNKNOWN()


def seize(world, customer: Customer, app_id: str, now: int, metadata: str = ""):
    """Somebody takes control; who loses it hears of it."""
    before = routing.owner(customer, now)
    routing.give(customer, app_id, now)
    loser = before or customer.page.default_app_id
    if loser != app_id:
        webhooks.control_taken(world, customer, loser, before, app_id, metadata)


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
