"""Validation of templates: required parts and their limits. The error messages are assumed.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from .. import errors


@dataclass(frozen=True)
class Text:
    limit: int = 0
    is_required: bool = False

    def check(self, name: str, value):
        if not isinstance(value, str):
            raise errors.PARAM_INVALID()
        if self.limit and len(value) > self.limit:
            raise errors.PARAM_TOO_LONG(name=name, limit=self.limit)


@dataclass(frozen=True)
class Rows:
    least: int
    most: int
    row: dict | None = None
    is_required: bool = True

    def check(self, name: str, value):
        if not isinstance(value, list):
            raise errors.PARAM_INVALID()
        if len(value) > self.most:
            raise errors.PARAM_TOO_MANY(name=name, limit=self.most)
        if len(value) < self.least:
            raise errors.PARAM_TOO_FEW(name=name, limit=self.least)
        for number, row in enumerate(value):
            check_parts(f"{name}[{number}]", row, self.row or {})


@dataclass(frozen=True)
class Listed:
    choices: tuple[str, ...]
    is_required: bool = True

    def check(self, name: str, value):
        if value not in self.choices:
            raise errors.PARAM_NOT_LISTED(name=name, choices=", ".join(self.choices), got=value)


@dataclass(frozen=True)
class Anything:
    is_required: bool = True

    def check(self, name: str, value):
        pass


@dataclass(frozen=True)
class Buttons(Rows):
    """The buttons of a template. The parts that a button needs depend on its type."""

    def check(self, name: str, value):
        super().check(name, value)
        for number, button in enumerate(value):
            kind = button.get("type") if isinstance(button, dict) else ""
            check_parts(f"{name}[{number}]", button, {"type": Listed(tuple(BUTTONS))} | BUTTONS.get(str(kind), {}))


@dataclass(frozen=True)
class Source:
    """The picture or video of a media template: a Facebook URL, unless it was uploaded before."""

    is_required: bool = False

    def check(self, name: str, value):
        host = urlsplit(str(value)).hostname or ""
        if host != "facebook.com" and not host.endswith(".facebook.com"):
            raise errors.MEDIA_INVALID()


TITLE = Text(20, is_required=True)
ADDRESS = Text(is_required=True)
BUTTONS = {
    "web_url": {"title": TITLE, "url": ADDRESS},
    "postback": {"title": TITLE, "payload": Text(1000, is_required=True)},
    "phone_number": {"title": TITLE, "payload": Text(1000, is_required=True)},
    "account_link": {"url": ADDRESS},
    "account_unlink": {},
    # Older types, which bots still send
    "element_share": {},
    "game_play": {"title": TITLE},
    "payment": {"title": TITLE, "payload": Text(1000)},
}
SUBTITLE = Text(80)
SOME_BUTTONS = Buttons(0, 3, is_required=False)
ELEMENT = {"title": Text(80, is_required=True), "subtitle": SUBTITLE, "buttons": SOME_BUTTONS}
RECEIPT = dict.fromkeys(("recipient_name", "order_number", "currency", "payment_method"), ADDRESS)
TEMPLATES = {
    "generic": {"elements": Rows(1, 10, ELEMENT)},
    "button": {"text": Text(640, is_required=True), "buttons": Buttons(1, 3)},
    "media": {
        "elements": Rows(1, 1, {"media_type": Listed(("image", "video")), "url": Source(), "buttons": SOME_BUTTONS})
    },
    "receipt": RECEIPT | {"elements": Rows(0, 100, is_required=False), "summary": Anything()},
    "coupon": {"title": Text(80, is_required=True), "subtitle": SUBTITLE},
    "customer_feedback": {"title": Text(65, is_required=True), "subtitle": SUBTITLE, "button_title": Text(20)},
    "product": {"elements": Rows(1, 10)},
    "image_grid": {
        "title": Text(45),
        "subtitle": SUBTITLE,
        "elements": Rows(1, 6, is_required=False),
        "images": Rows(2, 6, is_required=False),
    },
    "one_time_notif_req": {"title": Text(65, is_required=True), "payload": ADDRESS},
    "notification_messages": {"payload": ADDRESS},
    "customer_information": {},
    "utility": {},
    "airline_boardingpass": {"intro_message": ADDRESS},
    "airline_checkin": {"intro_message": ADDRESS},
    "airline_itinerary": {"intro_message": ADDRESS},
    "airline_update": {"update_type": ADDRESS},
}


def check(name: str, payload: dict):
    Listed(tuple(TEMPLATES)).check(f"{name}[template_type]", payload.get("template_type"))
    check_parts(name, payload, TEMPLATES[payload["template_type"]])


def check_parts(name: str, value, parts: dict):
    if parts and not isinstance(value, dict):
        raise errors.PARAM_INVALID()
    for key, part in parts.items():
        if key in value and value[key] is not None:
            part.check(f"{name}[{key}]", value[key])
        elif part.is_required:
            raise errors.PARAM_MISSING(name=f"{name}[{key}]")


def attachment_ids(payload: dict) -> list[str]:
    """Return the ids of the uploads that the template shows."""
    elements = payload.get("elements", [])
    rows = [element for element in elements if isinstance(element, dict)] if isinstance(elements, list) else []
    return [str(row["attachment_id"]) for row in rows if row.get("attachment_id")]
