"""Interactions other than messages: buttons, links, opt-ins, account linking, forms, orders.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import hashlib
import json
from dataclasses import dataclass

from .coerce import to_dict, to_dicts, to_id, to_ms, to_text
from .event import Event
from .parts import Attachment, FormAnswer, Product, ReferralSource


@dataclass(frozen=True)
class Postback(Event):
    """The tap on a button. mid: "" in old events. payload: "" in standby."""

    mid: str
    title: str
    payload: str
    referral: ReferralSource | None = None

    @classmethod
    def read(cls, inner, common):
        mid, title, payload = (to_text(inner.get(name)) for name in ("mid", "title", "payload"))
        return cls(**common, mid=mid, title=title, payload=payload, referral=ReferralSource.read(inner.get("referral")))


@dataclass(frozen=True)
class Referral(Event):
    """The customer came back into an existing conversation through a link, an ad or a shop."""

    referral: ReferralSource | None

    @classmethod
    def read(cls, inner, common):
        return cls(**common, referral=ReferralSource.read(inner))


@dataclass(frozen=True)
class OptIn(Event):
    """The consent of a person to receive messages. Without a psid messages go to `user_ref`."""

    kind: str  # notification_messages, one_time_notif_req; "" for a checkbox or button on a website
    ref: str
    user_ref: str
    payload: str
    token: str
    status: str  # STOP NOTIFICATIONS or RESUME NOTIFICATIONS, where that is what changed
    title: str
    timezone: str
    expires_at: int  # ms

    @classmethod
    def read(cls, inner, common):
        return cls(
            **common,
            kind=to_text(inner.get("type")),
            ref=to_text(inner.get("ref")),
            user_ref=to_id(inner.get("user_ref")),
            payload=to_text(inner.get("payload")),
            token=to_text(inner.get("notification_messages_token")) or to_text(inner.get("one_time_notif_token")),
            status=to_text(inner.get("notification_messages_status")),
            title=to_text(inner.get("title")),
            timezone=to_text(inner.get("notification_messages_timezone")),
            expires_at=to_ms(inner.get("token_expiry_timestamp")),
        )


@dataclass(frozen=True)
class AccountLinking(Event):
    """The customer logged in to an account of the business, or out."""

    status: str  # linked, unlinked
    authorization_code: str

    @classmethod
    def read(cls, inner, common):
        status, code = to_text(inner.get("status")), to_text(inner.get("authorization_code"))
        return cls(**common, status=status, authorization_code=code)


@dataclass(frozen=True)
class Feedback(Event):
    """The answers to a customer feedback template."""

    answers: tuple[FormAnswer, ...]

    @classmethod
    def read(cls, inner, common):
        answers = [
            FormAnswer(
                screen=to_id(screen.get("screen_id")),
                question=to_text(name),
                kind=to_text(question.get("type")),
                payload=to_id(question.get("payload")),
                follow_up=to_id(to_dict(question.get("follow_up")).get("payload")),
            )
            for screen in to_dicts(inner.get("feedback_screens"))
            for name, question in to_dict(screen.get("questions")).items()
            if isinstance(question, dict)
        ]
        return cls(**common, answers=tuple(answers))


@dataclass(frozen=True)
class ResponseFeedback(Event):
    """A thumb up or down under the Page's message `mid`."""

    mid: str
    feedback: str  # Good response, Bad response

    @classmethod
    def read(cls, inner, common):
        return cls(**common, mid=to_text(inner.get("mid")), feedback=to_text(inner.get("feedback")))


@dataclass(frozen=True)
class CustomerInformation(Event):
    """The answers to a form that asks for facts, such as an address. It is no data protection request."""

    answers: tuple[FormAnswer, ...]

    @classmethod
    def read(cls, inner, common):
        answers = [
            FormAnswer(to_id(screen.get("screen_id")), to_text(response.get("key")), "", to_id(response.get("value")))
            for screen in to_dicts(inner.get("screens"))
            for response in to_dicts(screen.get("responses"))
        ]
        return cls(**common, answers=tuple(answers))


@dataclass(frozen=True)
class Order(Event):
    """A cart that the customer sent from the Page's shop."""

    products: tuple[Product, ...]
    note: str

    @property
    def mid(self):
        """An id made of the content: Facebook gives none, and an order that it sends twice is one message."""
        seed = json.dumps([self.psid, self.at, self.raw.get("order")], sort_keys=True)
        return "order:" + hashlib.sha256(seed.encode()).hexdigest()

    @property
    def attachments(self):
        products = " · ".join(map(str, self.products))
        return (Attachment("order", "", products, payload=self.raw.get("order")),)

    @classmethod
    def read(cls, inner, common):
        products = tuple(Product.read(raw) for raw in to_dicts(inner.get("products")))
        return cls(**common, products=products, note=to_text(inner.get("note")))
