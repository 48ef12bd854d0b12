"""To whom a message goes: somebody known by their id, or reached by a phone number, a comment, a token and the like."""

from . import errors
from .call import Call
from .cast import Customer, Page
from .syntax import ADDRESSES

ONCE = {"comment_id": errors.ALREADY_REPLIED, "post_id": errors.ALREADY_REPLIED}
ONCE |= {"one_time_notif_token": errors.NOTICE_USED_UP}


def person(call: Call, page: Page) -> tuple[Customer, bool]:
    """→ who it is, and whether the 24-hour window does not apply"""
    recipient = call.get("recipient")
    if psid := recipient.get("id"):
        return _available(call.world.customers.get(psid), page), False
    way = next(way for way in ADDRESSES if recipient.get(way))
    return _available(_reached(call, page, way, recipient), page), True


def _available(customer: Customer | None, page: Page) -> Customer:
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    if customer.is_blocking or customer.is_banned:
        raise errors.PERSON_UNAVAILABLE()
    return customer


def _reached(call: Call, page: Page, way: str, recipient: dict) -> Customer:
    """Whoever it may be, they are there: at the first time they are made up. What can be used once is used up then."""
    world, key = call.world, f"{page.id} {way} {recipient[way]}"
    if key in world.reached and way in ONCE:
        raise ONCE[way]()
    if key not in world.reached:
        customer = world.add_customer(_name(recipient.get("name")) or f"{way} {recipient[way]}", page)
        world.reached[key] = customer.psid
    return world.customers[world.reached[key]]


def _name(name) -> str:
    """Phone numbers come with one: {first_name, last_name}."""
    if not isinstance(name, dict):
        return str(name or "")
    return " ".join(filter(None, (name.get("first_name"), name.get("last_name"))))
