"""Events about the Page itself: policy enforcement, integrity, labels.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_policy_enforcement
"""

from dataclasses import dataclass
from typing import Any

from .coerce import to_dict, to_dicts, to_id, to_ms, to_text
from .event import Event


@dataclass(frozen=True)
class Policy(Event):
    """Facebook warned the Page, blocked it, or unblocked it. psid: ""."""

    action: str  # warning, block, unblock
    reason: str

    @classmethod
    def read(cls, inner, common):
        action, reason = to_text(inner.get("action")).lower(), to_text(inner.get("reason"))
        fields: dict[str, Any] = {**common, "psid": ""}
        return cls(**fields, action=action, reason=reason)


@dataclass(frozen=True)
class Integrity(Event):
    """Facebook's judgement of the Page, with its violations and restrictions. psid: ""."""

    status: str  # ok, warning, restricted, suspended
    details: tuple[str, ...]  # of violations and restrictions, in Facebook's words

    @property
    def channel(self):
        return "changes"

    @classmethod
    def read(cls, inner, common):
        rows = [*to_dicts(inner.get("violations")), *to_dicts(inner.get("restrictions"))]
        details = [to_text(row.get("description")) or to_text(row.get("feature") or row.get("type")) for row in rows]
        fields: dict[str, Any] = {**common, "at": to_ms(inner.get("timestamp")) or common["at"]}
        return cls(**fields, status=to_text(inner.get("status")).lower(), details=tuple(filter(None, details)))


@dataclass(frozen=True)
class LabelChanged(Event):
    """A label was added to a person or removed, in the Page Inbox or by an app."""

    action: str  # add, remove
    label_id: str
    name: str

    @property
    def channel(self):
        return "changes"

    @classmethod
    def read(cls, inner, common):
        label = to_dict(inner.get("label"))
        fields: dict[str, Any] = {**common, "psid": to_id(to_dict(inner.get("user")).get("id"))}
        return cls(
            **fields,
            action=to_text(inner.get("action")),
            label_id=to_id(label.get("id")),
            name=to_text(label.get("page_label_name")) or to_text(label.get("name")),
        )
