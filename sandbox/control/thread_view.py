"""A thread as its customer sees it on the phone."""

from ..world import conversation_routing
from ..world.models import Customer, Message, Persona, VoiceCall

PROFILE = ("greeting", "get_started", "persistent_menu", "ice_breakers")


def thread(customer: Customer, voice_call: VoiceCall | None, now: int, origin: str) -> dict:
    """Return the thread of a customer. `owner_app_id` is null while no app controls it."""
    is_typing = customer.typing_until > now
    return {
        "messages": [_message(message, origin) for message in customer.messages()],
        "typing": {"on": is_typing, "persona": _persona(customer.typing_persona, origin) if is_typing else None},
        "owner_app_id": conversation_routing.owner(customer, now),
        "blocked": customer.is_blocking,
        "call": {"id": voice_call.id, "accepted": voice_call.app_id is not None} if voice_call else None,
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
        "persona": _persona(message.persona, origin),
        "app_id": message.app_id,
        "reply_to": message.reply_to,
        "at": message.at,
        "reaction": message.reaction,
        "edited": message.edits > 0,
        "delivered": message.is_delivered,
        "read": message.is_read,
    }


def _profile(customer: Customer) -> dict:
    """Return the settings of the Messenger Profile that the phone shows; null for those not set."""
    set_up = customer.page.profile | ({"persistent_menu": customer.menu} if customer.menu else {})
    return {name: set_up.get(name) for name in PROFILE}


def _persona(persona: Persona | None, origin: str) -> dict | None:
    return {"id": persona.id, "name": persona.name, "picture": origin + persona.picture} if persona else None
