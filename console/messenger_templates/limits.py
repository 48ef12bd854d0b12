"""Facebook's limits for templates, in words. Facebook takes a template that passes here."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext as _

from messenger.limits import LIMITS, utf16_length

PHONE_NUMBER = RegexValidator(r"^\+[0-9]{5,15}\Z")
WEB_ADDRESS = URLValidator(schemes=["http", "https"])


def problems_of(template):
    """Return the sentences that say why Facebook would refuse this template; an empty list if it would not."""
    kind = template.get("template_type")
    if kind == "button":
        return [*_problems_of_text(template["text"]), *_problems_of_buttons(template["buttons"], least=1)]
    if kind == "generic":
        return _problems_of_cards(template["elements"])
    if kind == "media":
        return _problems_of_buttons(template["elements"][0].get("buttons", []))
    return [_("Choose what to send.")]


def _problems_of_text(text):
    if not text:
        return [_("Write the text above the buttons.")]
    return _too_long(_("The text"), text, "button_text")


def _problems_of_cards(cards):
    most = LIMITS["generic_elements"].most
    if not cards:
        return [_("Write the title of a card.")]
    if len(cards) > most:
        return [_("Messenger takes at most %(most)s cards; these are %(given)s.") % {"most": most, "given": len(cards)}]
    if len(cards) == 1:
        return _problems_of_card(cards[0])
    names = [_("Card %s:") % number for number in range(1, len(cards) + 1)]
    return [f"{name} {problem}" for name, card in zip(names, cards, strict=True) for problem in _problems_of_card(card)]


def _problems_of_card(card):
    if "title" not in card:
        return [_("The card needs a title.")]
    problems = [
        *_too_long(_("The title"), card["title"], "element_title"),
        *_too_long(_("The subtitle"), card.get("subtitle", ""), "element_subtitle"),
    ]
    if not card.keys() & {"subtitle", "image_url", "buttons"}:
        problems.append(_("The card needs a subtitle, a picture or a button beside its title."))
    if "image_url" in card and not _is(WEB_ADDRESS, card["image_url"]):
        problems.append(_("The address of the picture is no web address: it begins with https://."))
    if "default_action" in card and not _is(WEB_ADDRESS, card["default_action"]["url"]):
        problems.append(_("The page that the card opens is no web address: it begins with https://."))
    return [*problems, *_problems_of_buttons(card.get("buttons", []))]


def _problems_of_buttons(buttons, least=0):
    most = LIMITS["buttons"].most
    if len(buttons) < least:
        return [_("Add a button.")]
    if len(buttons) > most:
        return [
            _("At most %(most)s buttons stand together; these are %(given)s.") % {"most": most, "given": len(buttons)}
        ]
    return [problem for button in buttons for problem in _problems_of_button(button)]


def _problems_of_button(button):
    if not button["title"]:
        return [_("A button needs a title.")]
    name = {"name": button["title"]}
    problems = _too_long(_("The button “%(name)s”") % name, button["title"], "button_title")
    if button["type"] == "web_url" and not _is(WEB_ADDRESS, button["url"]):
        problems.append(_("The button “%(name)s” needs a web address that begins with https://.") % name)
    if button["type"] == "phone_number" and not _is(PHONE_NUMBER, button["payload"]):
        problems.append(
            _("The button “%(name)s” needs a number with the code of its country, such as +493012345.") % name
        )
    return problems


def _too_long(name, text, limit):
    most, given = LIMITS[limit].most, utf16_length(text)
    if given <= most:
        return []
    about = {"name": name, "most": most, "given": given}
    return [_("%(name)s has at most %(most)s characters; this has %(given)s.") % about]


def _is(validator, value):
    try:
        validator(value)
    except ValidationError:
        return False
    return True
