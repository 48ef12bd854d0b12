"""Who holds a thread, and what Facebook or its inbox does to the Page.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_handovers
"""

from dataclasses import dataclass

from .event import Event
from .fields import to_dict, to_dicts, to_id, to_ms, to_text, to_texts


@dataclass(frozen=True)
class _OwnerChanged(Event):
    previous_app_id: str  # "" where nobody held it
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
    """An app gave the thread to another one."""


@dataclass(frozen=True)
class ThreadTaken(_OwnerChanged):
    """An app, or the Page Inbox, took the thread."""


@dataclass(frozen=True)
class ThreadRequested(Event):
    """An app would like to have the thread."""

    requested_app_id: str
    metadata: str

    @classmethod
    def read(cls, inner, common):
        requested = to_id(inner.get("requested_owner_app_id"))
        return cls(**common, requested_app_id=requested, metadata=to_text(inner.get("metadata")))


@dataclass(frozen=True)
class AppRoles(Event):
    """Which parts in conversations the Page gave to apps. It is about no person."""

    roles: tuple[tuple[str, tuple[str, ...]], ...]  # app id, its roles

    @classmethod
    def read(cls, inner, common):
        roles = tuple((to_text(app_id), to_texts(roles)) for app_id, roles in inner.items())
        return cls(**common | {"psid": ""}, roles=roles)


@dataclass(frozen=True)
class Policy(Event):
    """Facebook warned the Page, blocked it, or let it send again. It is about no person."""

    action: str  # warning, block, unblock
    reason: str

    @classmethod
    def read(cls, inner, common):
        action, reason = to_text(inner.get("action")).lower(), to_text(inner.get("reason"))
        return cls(**common | {"psid": ""}, action=action, reason=reason)


@dataclass(frozen=True)
class Integrity(Event):
    """What Facebook thinks of the Page, and what it may not do for now. It is about no person."""

    status: str  # ok, warning, restricted, suspended
    details: tuple[str, ...]  # of violations and restrictions, in Facebook's words

    @property
    def channel(self):
        return "changes"

    @classmethod
    def read(cls, inner, common):
        rows = [*to_dicts(inner.get("violations")), *to_dicts(inner.get("restrictions"))]
        details = [to_text(row.get("description")) or to_text(row.get("feature") or row.get("type")) for row in rows]
        at = to_ms(inner.get("timestamp")) or common["at"]
        return cls(
            **common | {"at": at}, status=to_text(inner.get("status")).lower(), details=tuple(filter(None, details))
        )


@dataclass(frozen=True)
class LabelChanged(Event):
    """A label was put on a person, or taken off, in the Page Inbox or by an app."""

    action: str  # add, remove
    label_id: str
    name: str

    @property
    def channel(self):
        return "changes"

    @classmethod
    def read(cls, inner, common):
        label = to_dict(inner.get("label"))
        return cls(
            **common | {"psid": to_id(to_dict(inner.get("user")).get("id"))},
            action=to_text(inner.get("action")),
            label_id=to_id(label.get("id")),
            name=to_text(label.get("page_label_name")) or to_text(label.get("name")),
        )
