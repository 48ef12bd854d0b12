"""Webhook subscriptions: an event is sent only if its field is subscribed for the app and for the Page.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from .. import errors
from ..webhooks.verification import verify_callback
from ..world.models import App, Page
from ..world.webhook_fields import PAGE_FIELDS, USUAL_FIELDS
from .call import VERSION, Call

FIELDS_SINCE = (3, 2)  # the Graph version


async def of_page(call: Call, page: Page) -> dict:
    rows = [_subscription(call.world.apps[id], fields) for id, fields in page.subscriptions.items()]
    return {"data": rows}


async def subscribe_page(call: Call, page: Page) -> dict:
    """Subscribe the app to the Page. Before v3.2 a Page had no fields of its own: it gets those of the app."""
    app, is_old = call.grant.app, FIELDS_SINCE > call.version_number > (0, 0)
    has_app_fields = is_old and not call.list_of("subscribed_fields")
    fields = list(app.fields or USUAL_FIELDS) if has_app_fields else _fields(call, "subscribed_fields")
    page.subscriptions[app.id] = fields
    return {"success": True}


async def unsubscribe_page(call: Call, page: Page) -> dict:
    page.subscriptions.pop(call.grant.app.id, None)
    return {"success": True}


async def of_app(call: Call, app: App) -> dict:
    if not app.callback_url:
        return {"data": []}
    fields = [{"name": name, "version": VERSION} for name in sorted(app.fields or PAGE_FIELDS)]
    return {"data": [{"object": "page", "callback_url": app.callback_url, "active": True, "fields": fields}]}


async def subscribe_app(call: Call, app: App) -> dict:
    """Set the app's webhook after verification."""
    for name in ("object", "callback_url", "verify_token"):
        if not call.get(name):
            raise errors.PARAM_MISSING(name=name)
    if call.get("object") != "page":
        raise errors.PARAM_NOT_LISTED(name="object", choices="page", got=call.get("object"))
    fields = set(_fields(call, "fields"))
    if reason := await verify_callback(call.get("callback_url"), call.get("verify_token")):
        raise errors.CALLBACK_UNVERIFIED(reason=reason)
    app.callback_url, app.verify_token, app.fields = call.get("callback_url"), call.get("verify_token"), fields
    return {"success": True}


async def unsubscribe_app(call: Call, app: App) -> dict:
    app.callback_url, app.fields = "", None
    return {"success": True}


def _subscription(app: App, fields: list[str]) -> dict:
    return {"category": "Business", "link": "", "name": app.name, "id": app.id, "subscribed_fields": fields}


def _fields(call: Call, param: str) -> list[str]:
    fields = call.list_of(param)
    if not fields:
        raise errors.PARAM_MISSING(name=param)
    for number, name in enumerate(fields):
        if name not in PAGE_FIELDS:
            raise errors.PARAM_NOT_LISTED(name=f"{param}[{number}]", choices=", ".join(PAGE_FIELDS), got=name)
    return fields
