"""Conversations and messages as Facebook keeps them. Limit: two calls per second for a Page.

https://developers.facebook.com/docs/messenger-platform/conversations
"""

from collections.abc import Iterator

from .base import Calls, given, rows_and_cursor

CONVERSATION_FIELDS = (
    "id",
    "updated_time",
    "message_count",
    "unread_count",
    "can_reply",
    "is_owner",
    "participants",
    "senders",
    "snippet",
    "link",
)
MESSAGE_FIELDS = ("id", "created_time", "from", "to", "message", "reply_to", "attachments", "sticker", "shares")
NEWEST = 20  # older messages answer as if they had been deleted


class History(Calls):
    """Calls that read conversations. Each raises GraphError if it does not succeed."""

    def conversations(
        self, psid: str | None = None, *, folder: str | None = None, fields=CONVERSATION_FIELDS
    ) -> Iterator[dict]:
        """Iterate over the Page's conversations, newest first, or over the one with `psid`. One call for each page.

        folder: one of Facebook's, such as inbox. Each row has those of the `fields` that Facebook knows.
        """
        params = {"platform": "messenger", **given(user_id=psid, folder=folder), "fields": ",".join(fields)}
        return self._pages("me/conversations", params)

    def message_ids(self, conversation_id: str) -> list[str]:
        """Return the ids of a conversation's newest messages, newest first."""
        answer = self._call("GET", conversation_id, params={"fields": "messages"})
        return [row["id"] for row in answer.get("messages", {}).get("data", [])]

    def message(self, mid: str, *, fields=MESSAGE_FIELDS) -> dict:
        """Return {id, created_time (2026-10-12T19:11:07+0000), from, to, message, …}. Only for the newest 20."""
        return self._call("GET", mid, params={"fields": ",".join(fields)})

    def newest_messages(self, psid: str) -> list[dict]:
        """Return the newest 20 messages with a person, newest first, each as in `message`, in one call.

        A message that Facebook does not show has only its id and time.
        """
        return self.older_messages(psid)[0][:NEWEST]

    def older_messages(self, psid: str, *, after: str = "") -> tuple[list[dict], str]:
        """Return 20 messages with a person, newest first, and the cursor of older ones, "" after the last. One call.

        after: such a cursor. Each message is as in `newest_messages`; `PastMessage.read` reads it.
        """
        place = f".after({after})" if after else ""
        fields = f"messages.limit({NEWEST}){place}{{{','.join(MESSAGE_FIELDS)}}}"
        conversation = next(self.conversations(psid, fields=["id", fields]), {})
        return rows_and_cursor(conversation.get("messages") or {"data": []})

    def history(self, conversation_id: str) -> Iterator[dict]:
        """Iterate over the newest 20 messages of a conversation, newest first. One call for each."""
        return (self.message(mid) for mid in self.message_ids(conversation_id)[:NEWEST])
