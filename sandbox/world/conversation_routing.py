"""Conversation routing: the app that controls a thread, and the channel on which each app gets its events.

On a Page with a default app a thread is idle, and then only the default app may send, or it is owned by one app. The
other apps get its events on the standby channel. On a Page without a default app all apps get all events and may
send; the owner of a thread is known, but does not keep the others from sending.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from .models import App, Customer

INBOX_APP_ID = "263902037430900"  # the Page Inbox, which Facebook treats as an app
DAY_MS = 24 * 3600 * 1000
CONTROL_LASTS_MS = DAY_MS
EXTENSION_LIMIT_S = 7 * 24 * 3600


def owner(customer: Customer, now: int) -> str | None:
    """Return the app that owns the thread; None when the thread is idle or its owner's time is over."""
    return customer.owner_app_id if customer.owned_until > now else None


def controller(customer: Customer, now: int) -> str | None:
    """Return the only app that may send; None when every app of the Page may."""
    default = customer.page.default_app_id
    return default and (owner(customer, now) or default)


def channel(customer: Customer, app: App, now: int) -> str:
    return "messaging" if controller(customer, now) in (None, app.id) else "standby"


def standby_copy(event: dict) -> dict:
    """Return the event without a postback's payload, which is for the app that sent the button."""
    if "postback" not in event:
        return event
    return event | {"postback": {name: value for name, value in event["postback"].items() if name != "payload"}}


def controls(customer: Customer, app: App, now: int) -> bool:
    """Return whether the app may pass, release or extend thread control.

    Assumed: an idle thread counts as the default app's, or as any app's where there is no default app.
    """
    return (owner(customer, now) or customer.page.default_app_id or app.id) == app.id


def give(customer: Customer, app_id: str, now: int, lasts_ms: int = CONTROL_LASTS_MS):
    customer.owner_app_id, customer.owned_until = app_id, now + lasts_ms


def release(customer: Customer):
    customer.owner_app_id, customer.owned_until = None, 0


def activate(customer: Customer, now: int):
    """Route a message of the customer: give an idle thread to the default app, and leave an owned one to its owner for
    a day.
    """
    if current := owner(customer, now):
        give(customer, current, now, max(customer.owned_until - now, CONTROL_LASTS_MS))
    elif customer.page.default_app_id:
        give(customer, customer.page.default_app_id, now)
