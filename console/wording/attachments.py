"""Words for attachments that are not files: templates of the Page, places, appointments, shared links.

A payload is as Facebook sent it: any field may be missing, or of another type than documented.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS = {
    "image": gettext_lazy("Picture"),
    "audio": gettext_lazy("Voice message"),
    "video": gettext_lazy("Video"),
    "file": gettext_lazy("File"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Location"),
    "template": gettext_lazy("Message with buttons"),
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
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
MOST = 20  # lines or buttons that are shown
LATEST = 10**11  # s since 1970; datetime cannot represent much later times


@dataclass
class Content:
    lines: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    address: str = ""  # where it leads
    address_words: str = ""

    def __str__(self):
        return " · ".join([*self.lines, *(f"[{button}]" for button in self.buttons)])


def content_of(kind, title, payload, address=""):
    """Return what an attachment says; its lines are never empty and name at least its kind."""
    payload = _dict(payload)
    if kind == "order" and title:
        return Content([f"{kind_name(kind)}: {title}"])
    read = {"location": _place, "appointment_booking": _appointment, "template": _template}.get(kind)
    found = read(payload) if read else Content([title or address], address=address)
    found.lines = [" ".join(line.split()) for line in found.lines if line.strip()][:MOST]
    if not found.lines:
        found.lines = [title.strip() or kind_name(kind)]
    return found


def in_short(kind, title, payload, address=""):
    """Return one line, for a row of the queue or a summary."""
    content = content_of(kind, title, payload, address)
    name = kind_name(kind)
    is_named = kind in ("template", "appointment_booking", "order") or str(content) == name
    return str(content) if is_named else f"{name}: {content}"


def kind_name(kind):
    return str(KINDS.get(kind) or _("Attachment (%(kind)s)") % {"kind": kind})


def _place(payload):
    coordinates = _dict(payload.get("coordinates")) or payload
    latitude, longitude = (_number(coordinates.get(name)) for name in ("lat", "long"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return Content()
    words = f"{latitude:.5f}, {longitude:.5f}"
    return Content([words], address=MAP.format(f"{latitude:.6f}", f"{longitude:.6f}"), address_words=_("Open the map"))


def _appointment(payload):
    status = _text(payload.get("status"))
    words = STATUS.get(status.lower()) or " ".join(filter(None, [_("Appointment"), status]))
    start, end = (_moment(payload.get(name), payload.get("timezone")) for name in ("start_time", "end_time"))
    return Content([str(words), _span(start, end)])


def _span(start, end):
    if not start:
        return ""
    until = f"\N{EN DASH}{formats.date_format(end, 'H:i')}" if end and end.date() == start.date() else ""
    return f"{formats.date_format(start, 'j M Y, H:i')}{until} ({start.tzinfo})"


def _template(payload):
    elements = _dicts(payload.get("elements")) or _dicts(_dict(payload.get("product")).get("elements"))
    parts = [payload, *elements]
    lines = [_text(part.get(name)) for part in parts for name in ("text", "title", "subtitle", "order_number")]
    lines += [_coupon_code(payload), _total(payload)]
    buttons = [_text(button.get("title")) for part in parts for button in _dicts(part.get("buttons"))]
    kind = TEMPLATES.get(_text(payload.get("template_type")))
    return Content([*([str(kind)] if kind else []), *lines], [button for button in buttons if button.strip()][:MOST])


def _coupon_code(payload):
    code = _text(payload.get("coupon_code"))
    return _("Code: %(code)s") % {"code": code} if code else ""


def _total(payload):
    """Return what a receipt comes to. Whole amounts stay as they came: not every currency has cents."""
    total, currency = _number(_dict(payload.get("summary")).get("total_cost")), _text(payload.get("currency"))
    if total is None:
        return ""
    amount = f"{total:.0f}" if total.is_integer() else f"{total:.2f}"
    return _("Total: %(currency)s %(amount)s") % {"currency": currency, "amount": amount}


def _moment(value, zone):
    seconds = _number(value)
    if seconds is None or not 0 < seconds < LATEST:
        return None
    try:
        zone = ZoneInfo(_text(zone))
    except (KeyError, ValueError, OSError):  # an unknown name, or an invalid one
        zone = UTC
    return datetime.fromtimestamp(seconds, zone)


def _number(value):
    try:
        number = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):  # the last for an integer of hundreds of digits
        return None
    return number if number is not None and math.isfinite(number) else None


def _text(value):
    return value if isinstance(value, str) else ""


def _dict(value):
    return value if isinstance(value, dict) else {}


def _dicts(value):
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
