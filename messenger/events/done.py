"""What a customer did beside talking: came by a link, agreed, logged in, filled in a form, ordered.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import hashlib
import json
from dataclasses import dataclass

from .event import Event
from .fields import to_dict, to_dicts, to_id, to_ms, to_number, to_text
from .said import Answer, Attachment, Ref


@dataclass(frozen=True)
class Referral(Event):
    """Came into an existing conversation by a link, an ad or a shop."""

    referral: Ref

    @classmethod
    def read(cls, inner, common):
        return cls(**common, referral=Ref.read(inner))


@dataclass(frozen=True)
class OptIn(Event):
    """Agreed to be written to. Without a psid it is `user_ref` that messages go to."""

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
    """Logged in to our own accounts, or out."""

    status: str  # linked, unlinked
    authorization_code: str

    @classmethod
    def read(cls, inner, common):
        status, code = to_text(inner.get("status")), to_text(inner.get("authorization_code"))
        return cls(**common, status=status, authorization_code=code)


@dataclass(frozen=True)
class Feedback(Event):
    """The form of a customer feedback template, filled in."""

    answers: tuple[Answer, ...]

    @classmethod
    def read(cls, inner, common):
        answers = [
            Answer(
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
    """A thumb up or down under one of our messages."""

    mid: str
    feedback: str  # Good response, Bad response

    @classmethod
    def read(cls, inner, common):
        return cls(**common, mid=to_text(inner.get("mid")), feedback=to_text(inner.get("feedback")))


@dataclass(frozen=True)
class CustomerInformation(Event):
    """A form that asked for facts, such as an address, filled in. No matter of data protection."""

    answers: tuple[Answer, ...]

    @classmethod
    def read(cls, inner, common):
        answers = [
            Answer(to_id(screen.get("screen_id")), to_text(response.get("key")), "", to_id(response.get("value")))
            for screen in to_dicts(inner.get("screens"))
            for response in to_dicts(screen.get("responses"))
        ]
        return cls(**common, answers=tuple(answers))


@dataclass(frozen=True)
class Product:
    id: str
    retailer_id: str
    name: str
    unit_price: int | float
    currency: str
    quantity: int | float

    def __str__(self):
        """How many of what, and in brackets for how much each."""
        price = f" ({f'{self.currency} {_amount(self.unit_price)}'.strip()})" if self.unit_price else ""
        return f"{self.quantity or 1} × {self.name or self.retailer_id or self.id}{price}"  # noqa: RUF001

    @classmethod
    def read(cls, raw: dict) -> "Product":
        return cls(
            id=to_id(raw.get("id")),
            retailer_id=to_id(raw.get("retailer_id")),
            name=to_text(raw.get("name")),
            unit_price=to_number(raw.get("unit_price")),
            currency=to_text(raw.get("currency")),
            quantity=to_number(raw.get("quantity")),
        )


def _amount(price):
    """9.9 is 9.90; a whole number stays as it came, because not every currency has cents."""
    two_places = f"{price:.2f}"
    return two_places if isinstance(price, float) and float(two_places) == price else str(price)


@dataclass(frozen=True)
class Order(Event):
    """A cart sent from the Page's shop."""

    products: tuple[Product, ...]
    note: str

    @property
    def mid(self):
        """Facebook gives an order no message id: the same order told twice must still be one message."""
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
