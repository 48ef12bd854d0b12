"""The parts that events are made of: attachments, answers to forms, referral sources, products.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages
"""

from dataclasses import dataclass, field
from typing import Any

from .coerce import to_dict, to_dicts, to_flag, to_id, to_number, to_text


@dataclass(frozen=True)
class Attachment:
    """A file, card or place in a message. url, title, sticker_id: "" if Facebook gave none; urls of files expire."""

    kind: str  # image, audio, video, file, sticker, fallback, template, location, unsupported, …
    url: str
    title: str
    sticker_id: str = ""
    payload: Any = field(default=None, repr=False, compare=False)  # as it came: coordinates, products, a booking

    @classmethod
    def read_all(cls, message: dict) -> "tuple[Attachment, ...]":
        """Return the attachments of a `message` object. In old events the id of a sticker stands beside them.

        Quick replies that the Page offers are one of them. Facebook's documents do not say whether echoes have them.
        """
        unsupported = (cls("unsupported", "", ""),) if to_flag(message.get("is_unsupported")) else ()
        sticker_id, offered = to_id(message.get("sticker_id")), message.get("quick_replies")
        quick_replies = (cls("quick_replies", "", "", payload=to_dicts(offered)),) if offered else ()
        files = tuple(cls._read(raw, sticker_id) for raw in to_dicts(message.get("attachments")))
        return unsupported + files + quick_replies

    @classmethod
    def _read(cls, raw, sticker_id):
        """Read one attachment. A shared link may come without payload, or with its title and URL beside the payload."""
        payload = to_dict(raw.get("payload"))
        return cls(
            kind=to_text(raw.get("type")) or "unknown",
            url=to_text(payload.get("url")) or to_text(raw.get("url")) or to_text(raw.get("URL")),
            title=to_text(payload.get("title")) or to_text(raw.get("title")),
            sticker_id=to_id(payload.get("sticker_id")) or sticker_id,
            payload=raw.get("payload"),
        )


@dataclass(frozen=True)
class FormAnswer:
    """A question of a form with the answer. screen, question: their ids or texts in the form."""

    screen: str
    question: str
    kind: str  # csat, nps, ces, free_form; "" in forms that ask for facts
    payload: str
    follow_up: str = ""


@dataclass(frozen=True)
class ReferralSource:
    """The link, ad or shop product through which a person came into the conversation."""

    ref: str  # our own word, put into the link
    source: str  # SHORTLINK, ADS, …
    kind: str  # OPEN_THREAD, LEAD_COMPLETE, …
    ad_id: str
    product_id: str
    referer_uri: str
    ad_title: str = ""
    answers: tuple[FormAnswer, ...] = ()  # to the form of a lead ad
    post_id: str = ""  # of the ad

    @classmethod
    def read(cls, raw) -> "ReferralSource | None":
        if not isinstance(raw, dict):
            return None
        ad = to_dict(raw.get("ads_context_data"))
        product = to_dict(raw.get("product")).get("id") or ad.get("product_id")
        rows = to_dicts(to_dict(raw.get("lead")).get("data"))
        answers = tuple(FormAnswer("", to_text(row.get("question")), "", to_id(row.get("answer"))) for row in rows)
        return cls(
            ref=to_text(raw.get("ref")),
            source=to_text(raw.get("source")),
            kind=to_text(raw.get("type")),
            ad_id=to_id(raw.get("ad_id")),
            product_id=to_id(product),
            referer_uri=to_text(raw.get("referer_uri")),
            ad_title=to_text(ad.get("ad_title")),
            answers=answers,
            post_id=to_id(ad.get("post_id")),
        )


@dataclass(frozen=True)
class Product:
    """A product of an order. unit_price: in units of `currency`, not in cents."""

    id: str
    retailer_id: str
    name: str
    unit_price: int | float
    currency: str
    quantity: int | float

    def __str__(self):
        """Quantity and name, with the unit price in brackets."""
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
    """Write 9.9 as 9.90 and a whole number as it came, because not every currency has cents."""
    two_places = f"{price:.2f}"
    return two_places if isinstance(price, float) and float(two_places) == price else str(price)
