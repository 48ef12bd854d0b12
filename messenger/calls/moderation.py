"""Moderation: block people who write to the Page, and report them as spam.

https://developers.facebook.com/docs/graph-api/reference/page/moderate_conversations/
"""

from .base import Calls


class Moderation(Calls):
    """Calls about moderation. Each raises GraphError if it does not succeed."""

    def moderate(self, psids: list[str], actions: list[str]) -> None:
        """Apply up to two actions to up to ten people: BLOCK_USER, UNBLOCK_USER, BAN_USER, UNBAN_USER, MOVE_TO_SPAM."""
        body = {"user_ids": [{"id": psid} for psid in psids], "actions": actions}
        self._call("POST", "me/moderate_conversations", json=body)
