"""The Personas API: create, list, read, delete; there is no update.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from urllib.parse import urlencode

from . import errors
from .call import Call
from .media import fetch_image
from .world import Page, Persona

NAME_LIMIT = 50
LIST_LIMIT = 25
FIELDS = ("name", "profile_picture_url", "id")


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
    picture = call.world.media.keep(await fetch_image(url))
    return {"id": call.world.add_persona(page, name, picture).id}


async def show(call: Call, persona: Persona) -> dict:
    facts = {"name": persona.name, "profile_picture_url": call.origin + persona.picture, "id": persona.id}
    return {name: facts[name] for name in FIELDS if name in (call.words("fields") or FIELDS) or name == "id"}


async def delete(call: Call, persona: Persona) -> dict:
    """Soft: messages sent under it keep its name and picture."""
    persona.is_deleted = True
    return {"success": True}


async def index(call: Call, page: Page) -> dict:
    """The active ones. The page after the last is empty and names no cursors: some clients always ask for it."""
    limit, after = _number(call, "limit", LIST_LIMIT), _number(call, "after", 0)
    rows = [p for p in call.world.personas.values() if p.page is page and not p.is_deleted and p.number > after]
    if not rows:
        return {"data": []}
    shown = rows[:limit]
    paging = {"cursors": {"before": str(shown[0].number), "after": str(shown[-1].number)}}
    if len(rows) > limit:
        paging["next"] = _next(call, limit, shown[-1].number)
    return {"data": [await show(call, persona) for persona in shown], "paging": paging}


def _number(call: Call, name: str, default: int) -> int:
    try:
        return max(int(call.get(name, default)), 0) or default
    except (TypeError, ValueError):
        raise errors.PARAM_INVALID() from None


def _next(call: Call, limit: int, after: int) -> str:
    """Absolute and with the token: clients fetch it as it stands."""
    query = call.query | {"access_token": call.token, "limit": limit, "after": after}
    return f"{call.origin}{call.path}?{urlencode(query)}"
