"""Which app holds a thread: Conversation Routing, once called the Handover Protocol.

https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

from ..limits import check
from .path import Path, given

PAGE_INBOX_APP_ID = 263902037430900  # the inbox in which people answer for the Page


class Threads(Path):
    """`metadata`, up to 1000 characters, comes with the event that the other app gets. GraphError whose act is
    OTHER_APP: somebody else holds the thread, or there is nothing to take."""

    def pass_thread_control(self, psid: str, app_id: str | int, metadata: str | None = None) -> None:
        """Let another app answer."""
        self._control("pass", psid, target_app_id=app_id, metadata=metadata)

    def pass_thread_control_to_page_inbox(self, psid: str, metadata: str | None = None) -> None:
        """Let the people in Facebook's own inbox answer."""
        self.pass_thread_control(psid, PAGE_INBOX_APP_ID, metadata)

    def take_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Answer from now on; only where the Page has a default app, and allows it."""
        self._control("take", psid, metadata=metadata)

    def request_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Ask the default app to let us answer."""
        self._control("request", psid, metadata=metadata)

    def release_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Leave the thread to nobody, and so to the default app. No app is told."""
        self._control("release", psid, metadata=metadata)

    def extend_thread_control(self, psid: str, duration: int) -> None:
        """Keep a thread that is ours for `duration` s from now, up to 7 days; otherwise it is idle after 24 h."""
        check("extend_seconds", duration)
        self._control("extend", psid, duration=duration)

    def thread_owner(self, psid: str) -> dict:
        """{app_id?, expiration? (s)}: the app's id only if we hold it or are the default app; {} for an idle thread."""
        rows = self._call("GET", "me/thread_owner", "data", params={"recipient": psid})["data"]
        return rows[0].get("thread_owner", {}) if rows else {}

    def secondary_receivers(self) -> list[dict]:
        """[{id, name}]: the other apps that may hold threads. Facebook's newest clients no longer ask."""
        return self._call("GET", "me/secondary_receivers", "data", params={"fields": "id,name"})["data"]

    def _control(self, verb, psid, *, metadata=None, **more):
        check("metadata", len(metadata or ""))
        body = {"recipient": {"id": str(psid)}, **more, **given(metadata=metadata)}
        self._call("POST", f"me/{verb}_thread_control", json=body)
