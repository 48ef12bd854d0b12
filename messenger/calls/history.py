"""What was said before: conversations and messages as Facebook keeps them. Two calls a second for a Page at most.

https://developers.facebook.com/docs/messenger-platform/conversations
"""

from collections.abc import Iterator

from .path import Path, given

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


class History(Path):
    def conversations(
        self, psid: str | None = None, *, folder: str | None = None, fields=CONVERSATION_FIELDS
    ) -> Iterator[dict]:
        """The Page's conversations, newest first, or the one with `psid`; asked for page after page."""
        params = {"platform": "messenger", **given(user_id=psid, folder=folder), "fields": ",".join(fields)}
        return self._pages("me/conversations", params)

    def message_ids(self, conversation_id: str) -> list[str]:
        """The ids of a conversation's newest messages, newest first."""
        answer = self._call("GET", conversation_id, params={"fields": "messages"})
        return [row["id"] for row in answer.get("messages", {}).get("data", [])]

    def message(self, mid: str, *, fields=MESSAGE_FIELDS) -> dict:
        """{id, created_time (2026-10-12T19:11:07+0000), from, to, message, …}; GraphError for all but the newest 20."""
        return self._call("GET", mid, params={"fields": ",".join(fields)})

    def newest_messages(self, psid: str) -> list[dict]:
        """The newest 20 messages with somebody, newest first, each as in `message`, in one call.

        One of which Facebook tells no more has but its id and time.
        """
        fields = f"messages.limit({NEWEST}){{{','.join(MESSAGE_FIELDS)}}}"
        conversation = next(self.conversations(psid, fields=["id", fields]), {})
        rows = conversation.get("messages", {}).get("data", [])
        return rows[:NEWEST]

    def history(self, conversation_id: str) -> Iterator[dict]:
        """The newest 20 messages, newest first, with a call for each as it is looked at."""
        return (self.message(mid) for mid in self.message_ids(conversation_id)[:NEWEST])
