"""Automatic replies, set up in Meta's own inbox: no app and no agent sends them, yet the apps get their echo.

The app id in such an echo is known from field reports only: the Page Inbox's, or none.
"""

from ..webhooks import events
from ..world.conversation_routing import INBOX_APP_ID
from ..world.models import Customer, Message, new_mid
from ..world.world import World

APP_IDS = {"instant_reply": INBOX_APP_ID, "away": INBOX_APP_ID, "ad_welcome": None}
AWAY_INTERVAL_MS = 24 * 3600 * 1000  # assumed


def welcome(world: World, customer: Customer, referral: dict | None):
    """Send an ad's welcome, which stands above the customer's first message."""
    if referral and referral.get("source") == "ADS":
        _send(world, customer, "ad_welcome")


def reply(world: World, customer: Customer):
    """Send the instant reply after the customer's first message, the away message after any, once a day."""
    if sum(message.sender == "customer" for message in customer.messages()) == 1:
        _send(world, customer, "instant_reply")
    since = world.clock.now() - AWAY_INTERVAL_MS
    if not any(message.automatic == "away" and message.at > since for message in customer.messages()):
        _send(world, customer, "away")


def _send(world: World, customer: Customer, kind: str):
    if text := customer.page.automatic_replies.get(kind):
        app_id = APP_IDS[kind]
        message = Message(new_mid(), "page", world.clock.stamp(), text=text, app_id=app_id, automatic=kind)
        world.add_message(customer, message)
        events.message_sent(world, customer, message)
        events.message_delivered(world, customer, message)
