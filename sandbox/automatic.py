"""Replies that a Page sends by itself, set up in Meta's own inbox: nobody answered, yet apps hear an echo.

Which app id such an echo carries is known from field reports only: the Page Inbox's or none.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import switches, webhooks
from .bodies import refused
from .cast import Customer, Message, new_mid
from .routing import INBOX_APP_ID
from .world import World

APP_IDS = {"instant_reply": INBOX_APP_ID, "away": INBOX_APP_ID, "ad_welcome": None}
AWAY_AGAIN_AFTER_MS = 24 * 3600 * 1000  # assumed


async def change(request: Request) -> JSONResponse:
    """The text of one kind, null for none."""
    _, page, body = await switches.told(request)
    kind, text = body.need("kind"), body.optional("text")
    if kind not in APP_IDS:
        raise refused(f"“kind” must be one of {', '.join(APP_IDS)}.")
    page.automatic.pop(kind, None)
    if text:
        page.automatic[kind] = text
    return JSONResponse(page.automatic)


def welcome(world: World, customer: Customer, referral: dict | None):
    """Somebody came by an ad: its welcome stands above their first word."""
    if referral and referral.get("source") == "ADS":
        _send(world, customer, "ad_welcome")


def answer(world: World, customer: Customer):
    """They wrote: the instant reply follows their first message, the away message any, once a day."""
    if sum(message.sender == "customer" for message in customer.messages()) == 1:
        _send(world, customer, "instant_reply")
    since = world.clock.now() - AWAY_AGAIN_AFTER_MS
    if not any(message.automatic == "away" and message.at > since for message in customer.messages()):
        _send(world, customer, "away")


def _send(world: World, customer: Customer, kind: str):
    if text := customer.page.automatic.get(kind):
        app_id = APP_IDS[kind]
        message = Message(new_mid(), "page", world.clock.stamp(), text=text, app_id=app_id, automatic=kind)
        world.add_message(customer, message)
        webhooks.message_sent(world, customer, message)
        webhooks.message_delivered(world, customer, message)


ROUTES = [Route("/pages/{page_id}/automatic", change, methods=["POST"])]
