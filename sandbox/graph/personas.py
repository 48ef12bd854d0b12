"""The Personas API: create, list, read, delete; there is no update.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from .. import errors
from ..world.models import Page, Persona
from . import file_downloads, pagination
from .call import Call
from .field_selection import RequestedFields, requested_fields, select_fields

NAME_LIMIT = 50


async def create(call: Call, page: Page) -> dict:
    """Create a persona. Its picture is downloaded once: a later change at the URL has no effect."""
    name, url = str(call.get("name", "")).strip(), str(call.get("profile_picture_url", ""))
    if not name:
        raise errors.PARAM_MISSING(name="name")
    if len(name) > NAME_LIMIT:
        raise errors.PARAM_TOO_LONG(name="name", limit=NAME_LIMIT)
    if not url:
        raise errors.PARAM_MISSING(name="profile_picture_url")
    if not url.startswith(("http://", "https://")):
        raise errors.PARAM_NOT_URL(name="profile_picture_url")
    picture = call.world.media.keep(await file_downloads.picture(call.world, url))
    return {"id": call.world.add_persona(page, name, picture).id}


async def show(call: Call, persona: Persona) -> dict:
    return _facts(call, persona, requested_fields(call))


async def delete(call: Call, persona: Persona) -> dict:
    """Delete the persona. Messages sent under it keep its name and picture."""
    persona.is_deleted = True
    return {"success": True}


async def index(call: Call, page: Page) -> dict:
    """List the personas that are not deleted."""
    rows = [p for p in call.world.personas.values() if p.page is page and not p.is_deleted]
    requested = requested_fields(call)
    return pagination.page(call, rows, lambda persona: persona.number, lambda persona: _facts(call, persona, requested))


def _facts(call: Call, persona: Persona, requested: RequestedFields) -> dict:
    facts = {"name": persona.name, "profile_picture_url": call.origin + persona.picture, "id": persona.id}
    return select_fields(facts, requested)
