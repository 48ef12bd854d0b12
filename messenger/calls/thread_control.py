"""Control of a thread between apps: Conversation Routing, once called the Handover Protocol.

https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

from ..limits import check
from .base import Calls, given

PAGE_INBOX_APP_ID = 263902037430900  # the inbox in which people answer for the Page


class ThreadControl(Calls):
    """Calls about thread control. metadata: up to 1000 characters, which the other app gets with the event.

    Each raises GraphError if it does not succeed. Its action is OTHER_APP if another app controls the thread or there
    is nothing to take.
    """

    def pass_thread_control(self, psid: str, app_id: str | int, metadata: str | None = None) -> None:
        """Pass control to another app."""
        self._control("pass", psid, target_app_id=app_id, metadata=metadata)

    def pass_thread_control_to_page_inbox(self, psid: str, metadata: str | None = None) -> None:
        """Pass control to the people in Facebook's Page Inbox."""
        self.pass_thread_control(psid, PAGE_INBOX_APP_ID, metadata)

    def take_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Take control. Works only if the Page has a default app and lets this app take it."""
        self._control("take", psid, metadata=metadata)

    def request_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Ask the default app to pass control to us."""
        self._control("request", psid, metadata=metadata)

    def release_thread_control(self, psid: str, metadata: str | None = None) -> None:
        """Release control; the thread is then the default app's. No app gets an event."""
        self._control("release", psid, metadata=metadata)

    def extend_thread_control(self, psid: str, duration: int) -> None:
        """Keep control for `duration` seconds from now, 1 s to 7 days; otherwise the thread is idle after 24 hours."""
        check("extend_seconds", duration)
        self._control("extend", psid, duration=duration)

    def thread_owner(self, psid: str) -> dict:
        """Return {app_id?, expiration? (s)}; {} for an idle thread.

        Facebook gives the id only to the app in control and to the default app.
        """
        rows = self._call("GET", "me/thread_owner", "data", params={"recipient": psid})["data"]
        return rows[0].get("thread_owner", {}) if rows else {}

    def secondary_receivers(self) -> list[dict]:
        """Return the other apps that may control threads: [{id, name}]. Facebook's newest clients no longer ask."""
        return self._call("GET", "me/secondary_receivers", "data", params={"fields": "id,name"})["data"]

    def _control(self, verb, psid, *, metadata=None, **more):
        check("metadata", len(metadata or ""))
        body = {"recipient": {"id": str(psid)}, **more, **given(metadata=metadata)}
        self._call("POST", f"me/{verb}_thread_control", json=body)
