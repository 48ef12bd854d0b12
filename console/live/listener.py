"""A listener: the open stream of one browser."""

import secrets
import time

from console.live.events import event, hello

MOST_WATCHED = 20  # conversations of one browser, in all its tabs; the oldest is forgotten


class Listener:
    """The stream of one browser. Nothing is kept for a browser that does not read: it is told to ask for everything.

    send: of ASGI. connection: of http_connection.py.
    """

    __slots__ = (
        "agent_id",
        "checked_at",
        "connection",
        "has_missed",
        "id",
        "numbers",
        "rights",
        "send",
        "session_key",
        "watched",
    )

    def __init__(self, agent_id, session_key, send, connection):
        self.agent_id, self.session_key, self.send, self.connection = agent_id, session_key, send, connection
        self.id = secrets.token_hex(8)
        self.watched = ()
        self.rights = self.numbers = None  # as of the last batch
        self.has_missed = False
        self.checked_at = time.monotonic()

    @property
    def is_behind(self):
        return self.connection.has_unread_bytes

    async def write(self, piece):
        """Write a piece, or drop it while the browser has not read those before it."""
        if self.is_behind:
            self.has_missed, self.numbers = True, None
        else:
            await self.send({"type": "http.response.body", "body": piece, "more_body": True})

    async def catch_up(self):
        """Say hello once a browser that missed pieces reads again."""
        if self.has_missed and not self.is_behind:
            self.has_missed = False
            await self.write(hello())

    async def end(self):
        """End the stream. A browser that does not read is cut off by its connection."""
        if not self.is_behind:
            await self.send({"type": "http.response.body", "body": event("goodbye"), "more_body": False})

    def watch(self, conversation_id):
        """Note that the browser shows a conversation, and return those for which it has to ask.

        They are the new one, of which something may have changed before, and the oldest, which is forgotten: if a tab
        still shows it, it is noted again.
        """
        if conversation_id in self.watched:
            return []
        watched = [*self.watched, conversation_id]
        self.watched = tuple(watched[-MOST_WATCHED:])
        return [*watched[:-MOST_WATCHED], conversation_id]
