"""Custom labels on customers, and moderation of conversations.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
"""

from .. import errors
from ..webhooks import events
from ..world.models import Customer, Label, Page
from . import pagination
from .call import Call
from .field_selection import RequestedFields, requested_fields, select_fields

DONE = {"success": True}
ACTIONS = ("BAN_USER", "UNBAN_USER", "BLOCK_USER", "UNBLOCK_USER", "MOVE_TO_SPAM")
ACTIONS_LIMIT = 2
USERS_LIMIT = 10


async def create(call: Call, page: Page) -> dict:
    """Create a label. Clients send its name as `page_label_name` or as `name`."""
    name = str(call.get("page_label_name") or call.get("name") or "").strip()
    if not name:
        raise errors.PARAM_MISSING(name="page_label_name")
    return {"id": call.world.add_label(page, name).id}


async def index(call: Call, page: Page) -> dict:
    return _list(call, [label for label in call.world.labels.values() if label.page is page])


async def of_customer(call: Call, customer: Customer) -> dict:
    return _list(call, [label for label in call.world.labels.values() if customer.psid in label.psids])


async def show(call: Call, label: Label) -> dict:
    return _facts(label, requested_fields(call))


async def delete(call: Call, label: Label) -> dict:
    del call.world.labels[label.id]
    return DONE


async def attach(call: Call, label: Label) -> dict:
    customer = _customer(call, label.page, call.need("user"))
    if customer.psid not in label.psids:
        label.psids.append(customer.psid)
        events.label_changed(call.world, customer, label, "add")
    return DONE


async def detach(call: Call, label: Label) -> dict:
    customer = _customer(call, label.page, call.need("user"))
    if customer.psid in label.psids:
        label.psids.remove(customer.psid)
        events.label_changed(call.world, customer, label, "remove")
    return DONE


async def moderate(call: Call, page: Page) -> dict:
    """Ban, block or move to spam. Some clients write the actions in lower case."""
    wanted, actions = call.get("user_ids"), [action.upper() for action in call.need_list("actions")]
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= USERS_LIMIT or len(actions) > ACTIONS_LIMIT:
        raise errors.PARAM_INVALID()
    for action in actions:
        if action not in ACTIONS:
            raise errors.PARAM_NOT_LISTED(name="actions", choices=", ".join(ACTIONS), got=action)
    ids = [str(user.get("id")) if isinstance(user, dict) else str(user) for user in wanted]
    for customer in [_customer(call, page, id) for id in ids]:
        for action in actions:
            _moderate(customer, action)
    return DONE


def _moderate(customer: Customer, action: str):
    """Ban, block or unblock. Assumed: a Page cannot write to a customer that it banned or blocked."""
    if action == "MOVE_TO_SPAM":
        customer.folder = "spam"
    else:
        customer.is_banned = action in ("BAN_USER", "BLOCK_USER")


def _customer(call: Call, page: Page, psid: str) -> Customer:
    customer = call.world.customers.get(psid)
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    return customer


def _list(call: Call, labels: list[Label]) -> dict:
    requested = requested_fields(call)
    return pagination.page(call, labels, lambda label: label.number, lambda label: _facts(label, requested))


def _facts(label: Label, requested: RequestedFields) -> dict:
    return select_fields({"name": label.name, "page_label_name": label.name, "id": label.id}, requested)
