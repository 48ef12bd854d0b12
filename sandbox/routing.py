"""Conversation routing: which app controls a thread, and who therefore hears and may say what.

A Page with a default app has threads that are idle, then only the default app may speak, or owned by one app, while
the others hear of them on the standby channel. A Page without one lets all its apps hear and speak; who was given a
thread is known, but keeps nobody from speaking.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from .cast import App, Customer

INBOX_APP_ID = "263902037430900"  # the Page Inbox, which Facebook treats as an app
DAY_MS = 24 * 3600 * 1000
CONTROL_LASTS_MS = DAY_MS
EXTENSION_LIMIT_S = 7 * 24 * 3600


def owner(customer: Customer, now: int) -> str | None:
    """None when the thread is idle: nobody was given it, or its owner's time is over."""
    return customer.owner_app_id if customer.owned_until > now else None


def speaker(customer: Customer, now: int) -> str | None:
    """Who alone may speak; None when every app of the Page may."""
    default = customer.page.default_app_id
    return default and (owner(customer, now) or default)


def channel(customer: Customer, app: App, now: int) -> str:
    return "messaging" if speaker(customer, now) in (None, app.id) else "standby"


def overheard(event: dict) -> dict:
    """The event as the standby channel tells it: what a button means is for the app that sent it."""
    if "postback" not in event:
        return event
    return event | {"postback": {name: value for name, value in event["postback"].items() if name != "payload"}}


def controls(customer: Customer, app: App, now: int) -> bool:
    """Whether the app may pass, release or extend. That an idle thread counts as the default app's, or as anybody's
    where there is none, is assumed."""
    return (owner(customer, now) or customer.page.default_app_id or app.id) == app.id


def give(customer: Customer, app_id: str, now: int, lasts_ms: int = CONTROL_LASTS_MS):
    customer.owner_app_id, customer.owned_until = app_id, now + lasts_ms


def release(customer: Customer):
    customer.owner_app_id, customer.owned_until = None, 0


def wake(customer: Customer, now: int):
    """They wrote: an idle thread goes to the default app, an owned one stays its owner's for another day."""
    if current := owner(customer, now):
        give(customer, current, now, max(customer.owned_until - now, CONTROL_LASTS_MS))
    elif customer.page.default_app_id:
        give(customer, customer.page.default_app_id, now)
