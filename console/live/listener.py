"""A listener: the open stream of one browser."""

import secrets
import time

from django.conf import settings

from console.live.events import event, hello

MOST_VIEWS = 50  # saved views of one browser
MOST_WATCHED = 100  # conversations of one browser, in all its tabs; the tab of a forgotten one asks again


class Listener:
    """The stream of one browser. Nothing is kept for a browser that does not read: it gets a hello and asks again.

    answer: the EndlessAnswer that the browser reads. language: that of the browser.
    """

    __slots__ = (
        *("agent_id", "answer", "checked_at", "has_missed", "id"),
        *("language", "rights", "session_key", "views", "watched"),
    )

    def __init__(self, agent_id, session_key, answer=None, language=settings.LANGUAGE_CODE):
        self.agent_id, self.session_key, self.answer = agent_id, session_key, answer
        self.language = language
        self.id = secrets.token_hex(8)
        self.watched = ()
        self.views = ()  # the keys of the saved views that it shows, or has shown
        self.rights = None  # as of the last batch
        self.has_missed = False
        self.checked_at = time.monotonic()

    def write(self, piece):
        """Write a piece, or drop it while the browser has not read those before it."""
        if self.answer.has_unread_bytes:
            self.has_missed = True
        else:
            self.answer.write(piece)

    def catch_up(self):
        """Say hello once a browser that missed pieces reads again."""
        if self.has_missed and not self.answer.has_unread_bytes:
            self.has_missed = False
            self.write(hello())

    def end(self):
        """End the stream. A browser that does not read is cut off by its connection."""
        if not self.answer.has_unread_bytes:
            self.write(event("goodbye"))
            self.answer.end()

    def show_view(self, key):
        """Note that the browser shows a saved view; return whether that is new."""
        if key in self.views:
            return False
        self.views = (*self.views, key)[-MOST_VIEWS:]
        return True

    def watch(self, conversation_id):
        """Note that the browser shows a conversation; return the conversations that are forgotten to make room for it.

        A tab that still shows one of these has to ask; then it is noted again.
        """
        if conversation_id in self.watched:
            return []
        watched = [*self.watched, conversation_id]
        self.watched = tuple(watched[-MOST_WATCHED:])
        return watched[:-MOST_WATCHED]
