"""Refusals: errors with a sentence for the person whose action is not possible."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.models.holder import Holder

DISCONNECTED = gettext_lazy("This Page is disconnected: nobody can reply until an admin connects it again.")


class Refused(Exception):
    """The base of all refusals. Its `sentence` is for the person who was refused.

    Further attributes depend on the reason. field: the name of the value that is wrong. holder, name: who holds the
    conversation. newest: the key of the last message that the person has not seen. missing: the custom field that has
    to be filled in first.
    """

    field = ""
    holder = name = newest = missing = None

    @property
    def sentence(self):
        return str(self)

    def for_bot(self):
        """Return the refusal as the Page's bot gets it."""
        return self


class TakenByAnother(Refused):
    """Somebody else holds the conversation, or nobody does."""

    def __init__(self, conversation, name=""):
        self.conversation = conversation
        self.holder, self.name = conversation.holder, name or conversation.holder_name
        super().__init__(self._sentence(conversation))

    def for_bot(self):
        """Name an agent as the bot may know them."""
        return TakenByAnother(self.conversation, self.conversation.holder_name_for_bot)

    def _sentence(self, conversation):
        if not conversation.is_open:
            return _("This conversation is closed.")
        if self.holder == Holder.QUEUE:
            return _("This conversation is in the queue: nobody has taken it yet.")
        return _("This conversation is with %(name)s.") % {"name": self.name.removesuffix(".")}


class TooLate(Refused):
    """The change of holder can no longer be undone: it has led to something else meanwhile."""


class CannotReceive(Refused):
    """The chosen agent or bot cannot receive the conversation."""


class MissingFields(Refused):
    """The customer has no value in a field that is required before closing."""

    def __init__(self, fields):
        self.missing = fields[0]
        names = ", ".join(f"“{field}”" for field in fields)
        super().__init__(_("Fill in %(names)s before you close this conversation.") % {"names": names})


class UnseenMessages(Refused):
    """The customer wrote more than the holder has seen."""

    consequence = gettext_lazy("The conversation stays open and assigned to you.")

    def __init__(self, conversation, unseen):
        self.newest = unseen.last().pk
        sentence = ngettext(
            "%(name)s just sent another message.",
            "%(name)s just sent %(count)s more messages.",
            count := unseen.count(),
        )
        super().__init__(f"{sentence % {'name': conversation.customer, 'count': count}} {self.consequence}")


class UnseenBeforeReply(UnseenMessages):
    """The customer wrote more than the author of a reply has seen."""

    consequence = gettext_lazy("Your reply was not sent.")


class UnseenBeforeLater(UnseenMessages):
    """The customer wrote more than the author of a scheduled reply has seen."""

    consequence = gettext_lazy("Your reply was not scheduled: if it still fits, press Send later again.")


class WindowClosed(Refused):
    """Facebook accepts no answer now."""


class KeyInUse(Refused):
    """The idempotency key belongs to a message of another conversation or author."""

    field = "key"
