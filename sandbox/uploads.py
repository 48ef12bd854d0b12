"""Attachments: uploaded, named by an address or by an id, and the ids that stay good for 90 days.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
"""

from . import errors, foreign, media, syntax, templates
from .call import Call
from .cast import Page, new_id
from .media import Asset, File

ASSET_LASTS_MS = 90 * 24 * 3600 * 1000


async def create(call: Call, page: Page) -> dict:
    message = call.get("message")
    if not isinstance(message, dict):
        raise errors.PARAM_MISSING(name="message")
    attachment = message.get("attachment")
    if not attachment:
        raise errors.PARAM_MISSING(name="message[attachment]")
    syntax.check_attachment(attachment, syntax.ATTACHMENT_TYPES[:-1])
    url = await _fetched(call, attachment)
    return {"attachment_id": _asset(call, page, attachment, url).id}


async def taken(call: Call, page: Page, wanted: list[dict]) -> tuple[list[dict], list[dict], Asset | None]:
    """What a message carries → attachments {type, url}, templates, and the asset that may be used again."""
    attached, found, asset = [], [], None
    for attachment in wanted:
        if attachment["type"] == "template":
            for id in templates.sources(attachment["payload"]):
                _stored(call, page, id)
            found.append(attachment["payload"])
        else:
            url, asset = await _taken(call, page, attachment)
            attached.append({"type": attachment["type"], "url": url})
    return attached, found, asset


def sticker(call: Call, id) -> dict:
    return {"type": "sticker", "url": f"{call.origin}/_sandbox/sticker.png", "sticker_id": int(id)}


async def _taken(call: Call, page: Page, attachment: dict) -> tuple[str, Asset | None]:
    """→ the address of Facebook's own copy, and the asset if it may be used again"""
    payload = attachment["payload"]
    if id := payload.get("attachment_id"):
        return _stored(call, page, str(id)).url, None
    url = await _fetched(call, attachment)
    return url, _asset(call, page, attachment, url) if _is_reusable(payload) else None


def _stored(call: Call, page: Page, id: str) -> Asset:
    """One that may be used once is used up (assumed)."""
    asset = call.world.assets.get(id)
    if not asset or asset.page is not page or call.world.clock.now() - asset.at > ASSET_LASTS_MS:
        raise errors.ATTACHMENT_UNKNOWN()
    if not asset.is_reusable:
        del call.world.assets[id]
    return asset


def _asset(call: Call, page: Page, attachment: dict, url: str) -> Asset:
    reusable = _is_reusable(attachment["payload"])
    asset = Asset(new_id(), page, attachment["type"], url, call.world.clock.now(), reusable)
    call.world.assets[asset.id] = asset
    call.world.media.pin(url)
    return asset


async def _fetched(call: Call, attachment: dict) -> str:
    """From its address or from the call itself → where our copy is."""
    type, url = attachment["type"], attachment["payload"].get("url")
    if bool(url) == bool(call.files) or len(call.files) > 1:
        raise errors.FILE_MISSING()
    file = await foreign.file(call.world, type, url) if url else _checked(type, next(iter(call.files.values())))
    return call.origin + call.world.media.keep(file)


def _checked(type: str, file: File) -> File:
    if len(file.content) > media.LIMITS_BYTES[type]:
        raise errors.FILE_TOO_LARGE()
    return media.checked(type, file)


def _is_reusable(payload: dict) -> bool:
    return str(payload.get("is_reusable", False)).lower() in ("true", "1")
