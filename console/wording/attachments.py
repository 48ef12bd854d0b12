"""Words for attachments that are not files: templates of the Page, places, appointments, shared links.

A payload is as Facebook sent it: any field may be missing, or of another type than documented.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.wording.payloads import as_dict, as_dicts, as_number, as_text

KINDS = {
    "image": gettext_lazy("Picture"),
    "audio": gettext_lazy("Voice message"),
    "video": gettext_lazy("Video"),
    "file": gettext_lazy("File"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Location"),
    "template": gettext_lazy("Message with buttons"),
    "quick_replies": gettext_lazy("Quick replies"),
    "fallback": gettext_lazy("Link"),
    "appointment_booking": gettext_lazy("Appointment"),
    "reel": gettext_lazy("Reel"),
    "ig_reel": gettext_lazy("Reel"),
    "post": gettext_lazy("Post"),
    "ig_post": gettext_lazy("Post"),
    "share": gettext_lazy("Link"),
    "story_mention": gettext_lazy("Mention in a story"),
    "order": gettext_lazy("Order"),
    "missed_call": gettext_lazy("Missed call"),
    "unsupported": gettext_lazy("Content that Facebook does not pass on"),
}
STATUS = {
    "requested": gettext_lazy("Appointment requested"),
    "confirmed": gettext_lazy("Appointment confirmed"),
    "declined": gettext_lazy("Appointment declined"),
    "cancelled": gettext_lazy("Appointment cancelled"),
    "canceled": gettext_lazy("Appointment cancelled"),
    "rescheduled": gettext_lazy("Appointment moved"),
}
TEMPLATES = {
    "receipt": gettext_lazy("Receipt"),
    "customer_feedback": gettext_lazy("Feedback form"),
    "customer_information": gettext_lazy("Form"),
    "coupon": gettext_lazy("Coupon"),
    "media": gettext_lazy("Media"),
    "notification_messages": gettext_lazy("Request to send updates"),
}
SPEAKING = {"template", "appointment_booking", "order", "missed_call", "unsupported"}  # their lines say what they are
LINKS = {"fallback", "share"}
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
MOST = 20  # lines or buttons that are shown
LATEST = 10**11  # s since 1970; datetime cannot represent much later times


@dataclass
class Content:
    lines: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    address: str = ""  # of its link
    address_words: str = ""
    label: str = ""  # its kind, or the host of its link

    def __str__(self):
        return " · ".join([*self.lines, *(f"[{button}]" for button in self.buttons)])


def content_of(kind, title, payload, address=""):
    """Return the content of an attachment; its lines are never empty and name at least its kind."""
    payload = as_dict(payload)
    if kind == "order" and title:
        return Content([f"{kind_name(kind)}: {title}"])
    read = {"location": _place, "appointment_booking": _appointment, "template": _template}.get(kind)
    found = read(payload) if read else Content([title or address], address=address)
    found.lines = [" ".join(line.split()) for line in found.lines if line.strip()][:MOST]
    if not found.lines:
        found.lines = [title.strip() or kind_name(kind)]
    found.label = _label(kind, found)
    return found


def _label(kind, content):
    """Return the host of a link, or the kind where no line says it."""
    label = "" if kind in SPEAKING else _host(content.address) if kind in LINKS else kind_name(kind)
    return "" if label in content.lines else label


def _host(address):
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # it is no address
        return ""


def in_short(kind, title, payload, address=""):
    """Return one line, for a row of the queue or a summary."""
    content = content_of(kind, title, payload, address)
    name = kind_name(kind)
    is_named = kind in ("template", "appointment_booking", "order") or str(content) == name
    return str(content) if is_named else f"{name}: {content}"


def kind_name(kind):
    return str(KINDS.get(kind) or _("Attachment (%(kind)s)") % {"kind": kind})


def template_name(payload):
    """Return the kind of a template whose words do not say it, or of the picture or video in it; "" for others."""
    kind = as_text(payload.get("template_type"))
    shown = [as_text(element.get("media_type")) for element in as_dicts(payload.get("elements"))]
    return kind_name(shown[0]) if kind == "media" and shown and shown[0] in KINDS else str(TEMPLATES.get(kind, ""))


def amount(number, currency):
    """Return an amount of money. A whole amount stays as it came: not every currency has cents."""
    if number is None:
        return ""
    return f"{currency} {formats.number_format(number, 0 if number.is_integer() else 2)}".strip()


def _place(payload):
    coordinates = as_dict(payload.get("coordinates")) or payload
    latitude, longitude = (as_number(coordinates.get(name)) for name in ("lat", "long"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return Content()
    words = f"{latitude:.5f}, {longitude:.5f}"
    return Content([words], address=MAP.format(f"{latitude:.6f}", f"{longitude:.6f}"), address_words=_("Open the map"))


def _appointment(payload):
    status = as_text(payload.get("status"))
    words = STATUS.get(status.lower()) or " ".join(filter(None, [_("Appointment"), status]))
    start, end = (_moment(payload.get(name), payload.get("timezone")) for name in ("start_time", "end_time"))
    return Content([str(words), _span(start, end)])


def _span(start, end):
    if not start:
        return ""
    until = f"\N{EN DASH}{formats.date_format(end, 'H:i')}" if end and end.date() == start.date() else ""
    began = formats.date_format(start, _("j M Y, H:i"))
    return f"{began}{until} ({start.tzinfo})"


def _template(payload):
    elements = as_dicts(payload.get("elements")) or as_dicts(as_dict(payload.get("product")).get("elements"))
    parts = [payload, *elements]
    lines = [as_text(part.get(name)) for part in parts for name in ("text", "title", "subtitle", "order_number")]
    lines += [_coupon_code(payload), _total(payload)]
    buttons = [as_text(button.get("title")) for part in parts for button in as_dicts(part.get("buttons"))]
    return Content([template_name(payload), *lines], [button for button in buttons if button.strip()][:MOST])


def _coupon_code(payload):
    code = as_text(payload.get("coupon_code"))
    return _("Code: %(code)s") % {"code": code} if code else ""


def _total(payload):
    total, currency = as_number(as_dict(payload.get("summary")).get("total_cost")), as_text(payload.get("currency"))
    return "" if total is None else _("Total: %(amount)s") % {"amount": amount(total, currency)}


def _moment(value, zone):
    seconds = as_number(value)
    if seconds is None or not 0 < seconds < LATEST:
        return None
    try:
        zone = ZoneInfo(as_text(zone))
    except (KeyError, ValueError, OSError):  # an unknown name, or an invalid one
        zone = UTC
    return datetime.fromtimestamp(seconds, zone)
