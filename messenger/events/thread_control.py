"""Changes of the app that controls a thread: passed, taken, requested; and the apps' roles.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_handovers
"""

from dataclasses import dataclass
from typing import Any

from .coerce import to_id, to_text, to_texts
from .event import Event


@dataclass(frozen=True)
class _OwnerChanged(Event):
    previous_app_id: str  # "" if no app had control
    new_app_id: str
    metadata: str

    @classmethod
    def read(cls, inner, common):
        return cls(
            **common,
            previous_app_id=to_id(inner.get("previous_owner_app_id")),
            new_app_id=to_id(inner.get("new_owner_app_id")),
            metadata=to_text(inner.get("metadata")),
        )


@dataclass(frozen=True)
class ThreadPassed(_OwnerChanged):
    """An app passed control of the thread to another app."""


@dataclass(frozen=True)
class ThreadTaken(_OwnerChanged):
    """An app, or the Page Inbox, took control of the thread."""


@dataclass(frozen=True)
class ThreadRequested(Event):
    """An app asks for control of the thread."""

    requested_app_id: str
    metadata: str

    @classmethod
    def read(cls, inner, common):
        requested = to_id(inner.get("requested_owner_app_id"))
        return cls(**common, requested_app_id=requested, metadata=to_text(inner.get("metadata")))


@dataclass(frozen=True)
class AppRoles(Event):
    """The roles in conversations that the Page gave to apps. psid: ""."""

    roles: tuple[tuple[str, tuple[str, ...]], ...]  # app id, its roles

    @classmethod
    def read(cls, inner, common):
        roles = tuple((to_text(app_id), to_texts(roles)) for app_id, roles in inner.items())
        fields: dict[str, Any] = {**common, "psid": ""}
        return cls(**fields, roles=roles)
