"""Cards: a template of the Page as the customer saw it, with its pictures, its rows and its buttons.

A payload is as Facebook sent it: any field may be missing, or of another type than documented.
https://developers.facebook.com/docs/messenger-platform/send-messages/templates
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from console.wording import attachments
from console.wording.payloads import as_dict, as_dicts, as_number, as_text

MAX_CARDS = 10  # in a template, by Facebook's limits; so many quick replies and rows of a receipt are shown, too
MAX_BUTTONS = 13


@dataclass
class Button:
    number: int  # among all buttons of the attachment
    title: str
    payload: str = ""
    address: str = ""
    is_tapped: bool = False


@dataclass
class Card:
    title: str = ""
    subtitle: str = ""
    label: str = ""  # its kind, where the title does not say it
    rows: list[tuple[str, str]] = field(default_factory=list)  # what and how much
    address: str = ""
    picture_address: str = ""
    picture: Any = None  # the attachment with our copy, which may be a video
    has_picture: bool = False  # even if we have no copy of it
    buttons: list[Button] = field(default_factory=list)


def cards_of(payload, tapped=(), pictures=None):
    """Return the cards of a template. tapped: numbers of buttons. pictures: {number of the card: its attachment}."""
    payload = as_dict(payload)
    elements = as_dicts(payload.get("elements")) or as_dicts(as_dict(payload.get("product")).get("elements"))
    is_whole = payload.get("template_type") == "receipt" or not elements
    found = [_card(payload, payload)] if is_whole else [_card(element, payload) for element in elements[:MAX_CARDS]]
    for number, card in enumerate(found):
        card.picture = (pictures or {}).get(number)
    _number([button for card in found for button in card.buttons], tapped)
    return found


def quick_replies_of(payload, tapped=()):
    """Return the buttons of quick replies."""
    return _number(_buttons(payload, keys=("title", "content_type")), tapped)


def picture_addresses(payload):
    """Return {number of the card: the address of its picture}."""
    return {number: card.picture_address for number, card in enumerate(cards_of(payload)) if card.picture_address}


def button_of(kind, payload, wanted, title):
    """Return the number of the button with this payload, or with this title if no payload is known; None if there is
    none.
    """
    buttons = quick_replies_of(payload) if kind == "quick_replies" else []
    if kind == "template":
        buttons = [button for card in cards_of(payload) for button in card.buttons]
    same = (button.number for button in buttons if (button.payload == wanted if wanted else button.title == title))
    return next(same, None)


def _card(part, payload):
    is_receipt = payload.get("template_type") == "receipt"
    coupon, number = as_text(part.get("coupon_code")), as_text(part.get("order_number"))
    return Card(
        title=as_text(part.get("title")) or as_text(part.get("text")) or number,
        subtitle=as_text(part.get("subtitle")) or as_text(part.get("recipient_name")),
        label=attachments.template_name(payload),
        rows=_receipt(payload) if is_receipt else [(_("Code"), coupon)] if coupon else [],
        address=_web(as_dict(part.get("default_action")).get("url")) or _web(part.get("url")),
        picture_address=_web(part.get("image_url")),
        has_picture=bool(_web(part.get("image_url")) or part.get("media_type")),
        buttons=_buttons(part.get("buttons")) or _buttons([{"title": part.get("button_title")}]),
    )


def _buttons(given, keys=("title", "type")):
    """Return the buttons that have words. The first key that a button has names it."""
    named = [(next(filter(None, (as_text(one.get(key)) for key in keys)), ""), one) for one in as_dicts(given)]
    shown = [(title, one) for title, one in named if title.strip()][:MAX_BUTTONS]
    return [Button(0, title, as_text(one.get("payload")), _web(one.get("url"))) for title, one in shown]


def _number(buttons, tapped):
    for number, button in enumerate(buttons):
        button.number, button.is_tapped = number, number in tapped
    return buttons


def _receipt(payload):
    currency, rows = as_text(payload.get("currency")), []
    for element in as_dicts(payload.get("elements"))[:MAX_CARDS]:
        quantity, price = as_number(element.get("quantity")) or 1, as_number(element.get("price"))
        name = as_text(element.get("title"))
        rows.append((f"{quantity:g} × {name}" if quantity != 1 else name, attachments.amount(price, currency)))  # noqa: RUF001
    total = as_number(as_dict(payload.get("summary")).get("total_cost"))
    return [*rows, *([(_("Total"), attachments.amount(total, currency))] if total is not None else [])]


def _web(address):
    address = as_text(address)
    return address if address.startswith(("https://", "http://")) else ""
