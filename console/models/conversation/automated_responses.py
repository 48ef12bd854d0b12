"""Meta's automated responses: an instant reply, an away message, the greeting of an ad, an answer to an FAQ.

They arrive as echoes of the Page Inbox, or of no app at all, exactly like messages of a person who writes there. No
field tells the two apart, but the time does: nobody answers before the customer's first message, and nobody types an
answer in three seconds. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes
"""

from datetime import timedelta

from messenger.calls.thread_control import PAGE_INBOX_APP_ID

PAGE_INBOX_APP = str(PAGE_INBOX_APP_ID)
TOO_FAST = timedelta(seconds=3)  # after the customer's message; a person takes longer


def is_automatic(conversation, source, said_at):
    """Return whether an echo of this app, said at this time of Facebook's clock, is an automated response."""
    if source != PAGE_INBOX_APP:
        return False
    asked = conversation.messages.filter(is_imported=False, is_incoming=True)
    return asked.filter(sent_at__range=(said_at - TOO_FAST, said_at)).exists() or not asked.exists()


def mark_late(conversation, question):
    """Mark automated responses to a question that arrived after them; return whether there were any."""
    echoes = conversation.messages.filter(source=PAGE_INBOX_APP, is_incoming=False, is_automatic=False)
    replies = echoes.filter(sent_at__range=(question.sent_at, question.sent_at + TOO_FAST))
    return replies.update(is_automatic=True, revision=conversation.revision) > 0
