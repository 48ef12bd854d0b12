"""ID matching: a person has another id for each app and each Page.

https://developers.facebook.com/docs/messenger-platform/identity/id-matching
"""

import hashlib

from ..world.models import App, Customer, Page
from . import pagination
from .call import Call

PREFIX = 10**16  # as long as Facebook's


async def for_apps(call: Call, customer: Customer) -> dict:
    world, wanted = call.world, str(call.get("app", ""))
    apps = [world.apps[id] for id in customer.page.subscriptions if id in world.apps and wanted in ("", id)]
    return _list(call, [{"id": _scoped_id(customer, app), "app": _app(app)} for app in apps])


async def for_pages(call: Call, customer: Customer) -> dict:
    page = customer.page
    rows = [{"id": customer.psid, "page": {"category": "Business", "link": "", "name": page.name, "id": page.id}}]
    return _list(call, rows if str(call.get("page", page.id)) == page.id else [])


def find(call: Call, page: Page, name: str) -> Customer | None:
    """Return the customer with this id for the calling app."""
    if not name.isdecimal():
        return None
    mine = (customer for customer in call.world.customers.values() if customer.page is page)
    return next((customer for customer in mine if _scoped_id(customer, call.grant.app) == name), None)


def _list(call: Call, rows: list[dict]) -> dict:
    return pagination.page(call, rows, lambda row: rows.index(row) + 1, lambda row: row)


def _app(app: App) -> dict:
    return {"category": "Business", "link": "", "name": app.name, "namespace": "", "id": app.id}


def _scoped_id(customer: Customer, app: App) -> str:
    digest = hashlib.sha256(f"{app.id} {customer.psid}".encode()).digest()
    return str(PREFIX + int.from_bytes(digest[:6]))
