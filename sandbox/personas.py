"""The Personas API: create, list, read, delete; there is no update.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from . import asked, errors, foreign, paging
from .asked import Asked
from .call import Call
from .cast import Page, Persona

NAME_LIMIT = 50


async def create(call: Call, page: Page) -> dict:
    """The picture is fetched once and kept: what its address shows later changes nothing."""
    name, url = str(call.get("name", "")).strip(), str(call.get("profile_picture_url", ""))
    if not name:
        raise errors.PARAM_MISSING(name="name")
    if len(name) > NAME_LIMIT:
        raise errors.PARAM_TOO_LONG(name="name", limit=NAME_LIMIT)
    if not url:
        raise errors.PARAM_MISSING(name="profile_picture_url")
    if not url.startswith(("http://", "https://")):
        raise errors.PARAM_NOT_URL(name="profile_picture_url")
    picture = call.world.media.keep(await foreign.picture(call.world, url))
    return {"id": call.world.add_persona(page, name, picture).id}


async def show(call: Call, persona: Persona) -> dict:
    return _facts(call, persona, asked.fields(call))


async def delete(call: Call, persona: Persona) -> dict:
    """Soft: messages sent under it keep its name and picture."""
    persona.is_deleted = True
    return {"success": True}


async def index(call: Call, page: Page) -> dict:
    """The active ones."""
    rows = [p for p in call.world.personas.values() if p.page is page and not p.is_deleted]
    wanted = asked.fields(call)
    return paging.page(call, rows, lambda persona: persona.number, lambda persona: _facts(call, persona, wanted))


def _facts(call: Call, persona: Persona, wanted: Asked) -> dict:
    facts = {"name": persona.name, "profile_picture_url": call.origin + persona.picture, "id": persona.id}
    return asked.only(facts, wanted)
