"""Quick replies: buttons under a message, of which the customer taps one. Their titles stand one in a line.

https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.wording.payloads import as_dicts, as_text
from messenger.limits import LIMITS, utf16_length

MOST, LONGEST = LIMITS["quick_replies"].most, LIMITS["quick_reply_title"].most
TOO_MANY = _("Messenger takes at most %(most)s quick replies under a message; these are %(given)s.")
TOO_LONG = _("“%(title)s” is too long: a quick reply has at most %(most)s characters.")
TWICE = _("The quick reply “%(title)s” is there twice.")
ALONE = _("Quick replies are sent under a text: write one.")


def titles_in(lines):
    """Return the titles in these lines, without blank ones."""
    return [title for line in lines.splitlines() if (title := " ".join(line.split()))]


def cleaned(lines):
    return "\n".join(titles_in(lines))


def check_quick_replies(lines):
    """Check the titles in these lines against Facebook's limits. Raises ValidationError."""
    titles = titles_in(lines)
    if len(titles) > MOST:
        raise ValidationError(TOO_MANY, params={"most": MOST, "given": len(titles)})
    for number, title in enumerate(titles):
        if utf16_length(title) > LONGEST:
            raise ValidationError(TOO_LONG, params={"title": title, "most": LONGEST})
        if title in titles[:number]:
            raise ValidationError(TWICE, params={"title": title})


def to_facebook(lines):
    """Return the quick replies as Facebook takes them. The title is the payload: a tap says no more than its words."""
    return [{"content_type": "text", "title": title, "payload": title} for title in titles_in(lines)]


def from_facebook(payload):
    """Return the titles, one in a line, of quick replies that were sent."""
    return cleaned("\n".join(as_text(one.get("title")) for one in as_dicts(payload)))
