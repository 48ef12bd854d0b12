"""The Messenger Profile API: greeting, menus and the like, and menus for single people.

https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api
"""

from .. import errors
from ..world.models import Customer, Page
from .call import Call

FIELDS = (
    "account_linking_url",
    "commands",
    "get_started",
    "greeting",
    "home_url",
    "ice_breakers",
    "payment_settings",
    "persistent_menu",
    "target_audience",
    "whitelisted_domains",
)
DONE = {"result": "success"}


async def show(call: Call, page: Page) -> dict:
    """Return one element with all that is set: clients look at the first only."""
    requested = call.list_of("fields") or FIELDS
    found = {name: value for name, value in page.profile.items() if name in requested}
    return {"data": [found] if found else []}


async def change(call: Call, page: Page) -> dict:
    """Set the named fields; leave the others."""
    changed = {name: call.get(name) for name in FIELDS if call.get(name) is not None}
    if not changed:
        raise errors.PROFILE_EMPTY()
    page.profile |= changed
    return DONE


async def clear(call: Call, page: Page) -> dict:
    for name in call.need_list("fields"):
        if name not in FIELDS:
            raise errors.PARAM_NOT_LISTED(name="fields", choices=", ".join(FIELDS), got=name)
        page.profile.pop(name, None)
    return DONE


async def show_user_settings(call: Call, page: Page) -> dict:
    customer, menus = _customer(call, page), {}
    if customer.menu:
        menus["user_level_persistent_menu"] = customer.menu
    if menu := page.profile.get("persistent_menu"):
        menus["page_level_persistent_menu"] = menu
    return {"data": [menus] if menus else []}


async def change_user_settings(call: Call, page: Page) -> dict:
    customer, menu = _customer(call, page), call.get("persistent_menu")
    if not menu:
        raise errors.PARAM_MISSING(name="persistent_menu")
    customer.menu = menu
    return DONE


async def clear_user_settings(call: Call, page: Page) -> dict:
    customer = _customer(call, page)
    if "persistent_menu" not in call.need_list("params"):
        raise errors.PARAM_INVALID()
    customer.menu = None
    return DONE


def _customer(call: Call, page: Page) -> Customer:
    if not call.get("psid"):
        raise errors.PARAM_MISSING(name="psid")
    customer = call.world.customers.get(str(call.get("psid")))
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    return customer
