"""What a customer sees on their phone, as the control plane tells it."""

from . import routing
from .calls import Ring
from .cast import Customer, Message, Persona

PROFILE = ("greeting", "get_started", "persistent_menu", "ice_breakers")


def thread(customer: Customer, ring: Ring | None, now: int, origin: str) -> dict:
    """`owner_app_id` is null while no app controls the thread."""
    is_typed_to = customer.typing_until > now
    return {
        "messages": [_message(message, origin) for message in customer.messages()],
        "typing": {"on": is_typed_to, "persona": _face(customer.typing_persona, origin) if is_typed_to else None},
        "owner_app_id": routing.owner(customer, now),
        "blocked": customer.is_blocking,
        "call": {"id": ring.id, "accepted": ring.app_id is not None} if ring else None,
        "page": _profile(customer),
    }


def _message(message: Message, origin: str) -> dict:
    return {
        "mid": message.mid,
        "from": message.sender,
        "text": message.text,
        "attachments": message.attachments,
        "quick_replies": message.quick_replies,
        "template": message.template,
        "persona": _face(message.persona, origin),
        "app_id": message.app_id,
        "reply_to": message.reply_to,
        "at": message.at,
        "reaction": message.reaction,
        "edited": message.edits > 0,
        "delivered": message.is_delivered,
        "read": message.is_read,
    }


def _profile(customer: Customer) -> dict:
    """What the Page set for people who open its chat; null for what it did not."""
    set_up = customer.page.profile | ({"persistent_menu": customer.menu} if customer.menu else {})
    return {name: set_up.get(name) for name in PROFILE}


def _face(persona: Persona | None, origin: str) -> dict | None:
    return {"id": persona.id, "name": persona.name, "picture": origin + persona.picture} if persona else None
