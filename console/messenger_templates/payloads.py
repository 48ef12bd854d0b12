"""Templates as Facebook takes them: a text with buttons, cards side by side, a picture or video with buttons.

https://developers.facebook.com/docs/messenger-platform/send-messages/templates
"""

import re

from django.utils.translation import gettext_lazy as _

from console.wording.payloads import as_dict, as_dicts, as_text

KINDS = {"button": _("Text with buttons"), "generic": _("Cards"), "media": _("Picture or video")}
BUTTONS = {"web_url": _("Opens a page"), "postback": _("Answers"), "phone_number": _("Calls")}
MOST_BUTTONS = 3  # of one card
WITHOUT_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+([:/?#].*)?$")  # as in template-form.js
FORM_FIELDS = ("title", "subtitle", "image_url", "address")  # of one card


def from_form(given):
    """Return the template that a form describes. The form repeats its fields for each card, and for each button."""
    buttons = zip(*(given.getlist(f"button_{name}") for name in ("type", "title", "value")), strict=False)
    buttons = [dict(zip(("type", "title", "value"), one, strict=True)) for one in buttons]
    rows = zip(*(given.getlist(name) for name in FORM_FIELDS), strict=False)
    cards = [dict(zip(FORM_FIELDS, row, strict=True)) for row in rows]
    for number, card in enumerate(cards):
        card["buttons"] = buttons[number * MOST_BUTTONS : (number + 1) * MOST_BUTTONS]
    first = cards[0]["buttons"] if cards else []
    return cleaned({"template_type": given.get("kind"), "text": given.get("text"), "buttons": first, "elements": cards})


def edited(before, given):
    """Return the template that a form describes, with the picture or video of the one that it replaces."""
    template = from_form(given)
    if template.get("template_type") not in kinds_of(before):
        return {}
    if template["template_type"] == "media":
        template["elements"][0]["media_type"] = before["elements"][0]["media_type"]
    return template


def kinds_of(template):
    """Return the kinds that a template can become by editing.

    A template with a picture or video keeps its kind and file.
    """
    is_media = template.get("template_type") == "media"
    return {kind: label for kind, label in KINDS.items() if (kind == "media") == is_media}


def cleaned(payload):
    """Return the known fields of a template without blanks; an empty dict for a template of an unknown kind."""
    payload = as_dict(payload)
    kind, elements = as_text(payload.get("template_type")), as_dicts(payload.get("elements"))
    if kind == "button":
        text = _storable(payload.get("text")).replace("\r\n", "\n").strip()
        return {"template_type": kind, "text": text, "buttons": _buttons(payload)}
    if kind == "generic":
        cards = [card for card in map(_card, elements) if card]
        return {"template_type": kind, "elements": cards}
    return {"template_type": kind, "elements": [_media(payload, *elements[:1])]} if kind == "media" else {}


def _card(element):
    address = _address(as_dict(element.get("default_action")).get("url")) or _address(element.get("address"))
    opens = {"type": "web_url", "url": address} if address else None
    words = {name: _line(element.get(name)) for name in ("title", "subtitle")}
    picture = _address(element.get("image_url"))
    return _given(**words, image_url=picture, default_action=opens, buttons=_buttons(element))


def _media(payload, element=None):
    """Return the only element of a media template. The form names no file: it goes out beside the template."""
    element = element or payload
    kind = "video" if element.get("media_type") == "video" else "image"
    return {"media_type": kind, **_given(buttons=_buttons(element))}


def _buttons(part):
    return [button for button in map(_button, as_dicts(part.get("buttons"))) if button]


def _button(given):
    kind, title = as_text(given.get("type")), _line(given.get("title"))
    value = _line(given.get("value")) or _line(given.get("url")) or _line(given.get("payload"))
    if kind == "web_url":
        value = _address(value)
    elif kind == "postback":
        value = title  # a tap says no more than its words
    elif kind == "phone_number":
        value = "".join(letter for letter in value if letter in "+0123456789")
    if kind not in BUTTONS or not (title or value):
        return None
    return {"type": kind, "title": title, "url" if kind == "web_url" else "payload": value}


def _line(value):
    return " ".join(_storable(value).split())


def _address(value):
    """Return a web address, in full where only the rest of it was written."""
    address = _line(value)
    return f"https://{address}" if WITHOUT_SCHEME.match(address) else address


def _storable(value):
    """Return a text without the characters that PostgreSQL refuses in JSON."""
    return as_text(value).replace("\0", "").encode(errors="ignore").decode()


def _given(**parts):
    return {name: part for name, part in parts.items() if part}
