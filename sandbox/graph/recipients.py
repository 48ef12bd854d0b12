"""The recipient of a message: named by id, or by a phone number, a comment, a token and the like."""

from .. import errors
from ..world.models import Customer, Page
from .call import Call
from .send_validation import RECIPIENT_KEYS

USABLE_ONCE = {"comment_id": errors.ALREADY_REPLIED, "post_id": errors.ALREADY_REPLIED}
USABLE_ONCE |= {"one_time_notif_token": errors.NOTIFICATION_TOKEN_USED}


def find(call: Call, page: Page) -> tuple[Customer, bool]:
    """Return the customer, and whether the messaging window does not apply."""
    recipient = call.get("recipient")
    if psid := recipient.get("id"):
        return _available(call.world.customers.get(psid), page), False
    kind = next(key for key in RECIPIENT_KEYS if recipient.get(key))
    return _available(_find_or_create(call, page, kind, recipient), page), True


def _available(customer: Customer | None, page: Page) -> Customer:
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    if customer.is_blocking or customer.is_banned:
        raise errors.PERSON_UNAVAILABLE()
    return customer


def _find_or_create(call: Call, page: Page, kind: str, recipient: dict) -> Customer:
    """Create the customer at the first message. A comment, post or token that can be used once is then used."""
    world, key = call.world, f"{page.id} {kind} {recipient[kind]}"
    if key in world.recipients and kind in USABLE_ONCE:
        raise USABLE_ONCE[kind]()
    if key not in world.recipients:
        customer = world.add_customer(_name(recipient.get("name")) or f"{kind} {recipient[kind]}", page)
        world.recipients[key] = customer.psid
    return world.customers[world.recipients[key]]


def _name(name) -> str:
    """Return the name that comes with a phone number: {first_name, last_name}."""
    if not isinstance(name, dict):
        return str(name or "")
    return " ".join(filter(None, (name.get("first_name"), name.get("last_name"))))
