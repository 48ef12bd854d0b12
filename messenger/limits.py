"""Facebook's limits, checked before a call: our sentence says more than its error does.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from typing import NamedTuple

MB = 1024 * 1024  # bytes


class Limit(NamedTuple):
    """A limit and its sentence, which `check` fills with {most} and {given}."""

    most: int
    sentence: str
    least: int = 0


LIMITS = {
    # Messages. Text counts in UTF-16 units, the strictest of the ways in which Facebook may count.
    "text": Limit(2000, "A message holds at most {most} characters; this one has {given}."),
    "metadata": Limit(1000, "Metadata has at most {most} characters; this has {given}."),
    "quick_replies": Limit(13, "A message has at most {most} quick replies; this one has {given}."),
    "quick_reply_title": Limit(20, "A quick reply's title has at most {most} characters; this one has {given}."),
    "quick_reply_payload": Limit(1000, "A quick reply's payload has at most {most} characters; this one has {given}."),
    "image_bytes": Limit(8 * MB, "An image has at most 8 MB; this one has {given} bytes."),
    "file_bytes": Limit(25 * MB, "A file has at most 25 MB; this one has {given} bytes."),
    # Templates
    "generic_elements": Limit(10, "A generic template has 1 to {most} elements; this one has {given}.", least=1),
    "media_elements": Limit(1, "A media template has exactly {most} element; this one has {given}.", least=1),
    "receipt_elements": Limit(100, "A receipt has at most {most} elements; this one has {given}."),
    "element_title": Limit(80, "An element's title has at most {most} characters; this one has {given}."),
    "element_subtitle": Limit(80, "An element's subtitle has at most {most} characters; this one has {given}."),
    "button_text": Limit(640, "The text of a button template has 1 to {most} characters; this has {given}.", least=1),
    "template_buttons": Limit(3, "A button template has 1 to {most} buttons; this one has {given}.", least=1),
    "buttons": Limit(3, "At most {most} buttons stand together; these are {given}."),
    "button_title": Limit(20, "A button's title has at most {most} characters; this one has {given}."),
    "button_payload": Limit(1000, "A button's payload has at most {most} characters; this one has {given}."),
    # The persona and the Page's profile
    "persona_name": Limit(50, "A persona's name has 1 to {most} characters; this one has {given}.", least=1),
    "get_started_payload": Limit(1000, "Get Started's payload has at most {most} characters; this one has {given}."),
    "greeting": Limit(160, "A greeting has at most {most} characters; this one has {given}."),
    "ice_breakers": Limit(4, "There are at most {most} ice breakers; these are {given}."),
    "menu_items": Limit(20, "A menu has at most {most} items; this one has {given}."),
    "menu_title": Limit(30, "A menu item's title has at most {most} characters; this one has {given}."),
    "menu_payload": Limit(1000, "A menu item's payload has at most {most} characters; this one has {given}."),
    # Other calls
    "extend_seconds": Limit(7 * 24 * 3600, "Control is extended by 1 to {most} s; {given} s were asked for.", least=1),
    "batch": Limit(50, "A batch holds 1 to {most} calls; this one holds {given}.", least=1),
}


def check(name: str, given: int) -> None:
    """Raise ValueError, with a sentence for people, if `given` is outside the limit of this name."""
    limit = LIMITS[name]
    if not limit.least <= given <= limit.most:
        raise ValueError(limit.sentence.format(most=limit.most, given=given))


def utf16_length(text: str) -> int:
    """Return the length as Facebook counts it, in UTF-16 units: an emoji outside the basic plane has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(message: dict | None) -> None:
    """Check the `message` of a send: its text, metadata, quick replies and template. Raises ValueError."""
    message = _dict(message)
    check("text", utf16_length(_text(message.get("text"))))
    check("metadata", _length(message.get("metadata")))
    replies = _dicts(message.get("quick_replies"))
    check("quick_replies", len(replies))
    for reply in replies:
        check("quick_reply_title", _length(reply.get("title")))
        check("quick_reply_payload", _length(reply.get("payload")))
    attachment = _dict(message.get("attachment"))
    if attachment.get("type") == "template":
        check_template(_dict(attachment.get("payload")))


def check_template(payload: dict) -> None:
    """Check the payload of a template. Raises ValueError; a template without known limits passes."""
    kind, elements = payload.get("template_type"), _dicts(payload.get("elements"))
    if f"{kind}_elements" in LIMITS:
        check(f"{kind}_elements", len(elements))
    if kind == "button":
        check("button_text", _length(payload.get("text")))
        check("template_buttons", len(_dicts(payload.get("buttons"))))
    for element in elements if kind == "generic" else []:
        check("element_title", _length(element.get("title")))
        check("element_subtitle", _length(element.get("subtitle")))
    for part in [payload, *elements]:
        _check_buttons(_dicts(part.get("buttons")))


def check_profile(profile: dict) -> None:
    """Check the fields of a Messenger profile. Raises ValueError."""
    check("get_started_payload", _length(_dict(profile.get("get_started")).get("payload")))
    for greeting in _dicts(profile.get("greeting")):
        check("greeting", _length(greeting.get("text")))
    for menu in _dicts(profile.get("persistent_menu")):
        _check_menu(_dicts(menu.get("call_to_actions")))
    flat = _dicts(profile.get("ice_breakers"))  # or one list for each locale
    for questions in [flat, *(_dicts(entry.get("call_to_actions")) for entry in flat)]:
        check("ice_breakers", sum("question" in question for question in questions))


def _check_menu(items):
    check("menu_items", len(items))
    for item in items:
        check("menu_title", _length(item.get("title")))
        check("menu_payload", _length(item.get("payload")))


def _check_buttons(buttons):
    check("buttons", len(buttons))
    for button in buttons:
        check("button_title", _length(button.get("title")))
        check("button_payload", _length(button.get("payload")))


def _dict(value):
    return value if isinstance(value, dict) else {}


def _dicts(value):
    """Return the objects of a list; Facebook refuses the rest of it."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list | tuple) else []


def _text(value):
    return value if isinstance(value, str) else ""


def _length(value):
    return len(_text(value))
