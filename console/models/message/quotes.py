"""Replies that quote a message: which messages can be quoted, and when Facebook takes a quote.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from django.utils.translation import gettext_lazy as _

from console.models.refusals import Refused

GONE = _("The message that you reply to was unsent. Your reply was not sent: edit it and send it without the quote.")
LATE = _("Facebook takes quotes only for 24 hours after the customer last wrote. Send the reply without the quote.")


class CannotQuote(Refused):
    """The quoted message is gone, or the quote comes too late."""

    field = "reply_to"


def mid_of(conversation, pk):
    """Return the mid of the message with this key, for a reply that quotes it, or raise CannotQuote."""
    message = conversation.messages.filter(pk=pk).first()
    if message is None or not message.is_addressable:
        raise CannotQuote(GONE)
    if not conversation.is_window_open:
        raise CannotQuote(LATE)
    return message.mid


def mid_at_delivery(reply):
    """Return the mid that a reply still quotes when it goes out. The quoted message may have been unsent meanwhile."""
    if not reply.conversation.is_window_open:
        return ""
    is_gone = reply.conversation.messages.filter(mid=reply.reply_to, is_deleted=True).exists()
    return "" if is_gone else reply.reply_to
