"""Which message of ours an echo is about: known by its id, or by our key.

An id that Facebook's history gave us may turn out to be that of the same words from elsewhere. And one key may have two
echoes: a call that took effect after it was made again. Then the customer has two messages, and so has the thread.
"""

import uuid

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.models.message.message import Message

SAID_ELSEWHERE = _("The same was sent from elsewhere at that time, and nothing shows that this one arrived too.")


def find(conversation, event, revision):
    """Return our message that the echo is about, if there is one."""
    messages = conversation.messages.select_for_update()
    known = messages.filter(mid=event.mid).first()
    ours = messages.filter(key=_key(event.metadata)).first()
    if known and _is_of_another(event, known, ours):
        _take_back(known, revision)
        return ours
    return known or ours


def is_second(event, message):
    """Whether the message has its echo, and this is another one."""
    return message.mid != event.mid and message.sent_at is not None


def _is_of_another(event, known, ours):
    """Whether it is not about the message that has its id: only an id that no echo has confirmed may be wrong."""
    if known.attempts == 0 or known.sent_at:
        return False
    return ours != known if ours else event.app_id != settings.FACEBOOK_APP_ID


def _take_back(message, revision):
    """Whoever wrote it decides: those behind it are gone already."""
    message.state, message.mid, message.next_attempt_at = Message.State.UNKNOWN, None, None
    message.error, message.revision = str(SAID_ELSEWHERE), revision
    message.save()


def _key(metadata):
    try:
        return uuid.UUID(metadata)
    except ValueError:
        return None
