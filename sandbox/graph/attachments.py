"""Attachments: uploaded, named by URL or by an attachment id, which is valid for 90 days.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
"""

from .. import errors
from ..world.media import LIMITS_BYTES, Asset, File
from ..world.models import Page, new_id
from . import file_downloads, send_validation, templates
from .call import Call

ASSET_LASTS_MS = 90 * 24 * 3600 * 1000


async def create(call: Call, page: Page) -> dict:
    message = call.get("message")
    if not isinstance(message, dict):
        raise errors.PARAM_MISSING(name="message")
    attachment = message.get("attachment")
    if not attachment:
        raise errors.PARAM_MISSING(name="message[attachment]")
    send_validation.check_attachment(attachment, send_validation.ATTACHMENT_TYPES[:-1])
    url = await _store(call, attachment)
    return {"attachment_id": _asset(call, page, attachment, url).id}


async def resolve(call: Call, page: Page, requested: list[dict]) -> tuple[list[dict], list[dict], Asset | None]:
    """Return a message's attachments {type, url}, its templates, and the asset that may be used again."""
    attached, found, asset = [], [], None
    for attachment in requested:
        if attachment["type"] == "template":
            for id in templates.attachment_ids(attachment["payload"]):
                _find(call, page, id)
            found.append(attachment["payload"])
        else:
            url, asset = await _resolve(call, page, attachment)
            attached.append({"type": attachment["type"], "url": url})
    return attached, found, asset


def sticker(call: Call, id) -> dict:
    return {"type": "sticker", "url": f"{call.origin}/_sandbox/sticker.png", "sticker_id": int(id)}


async def _resolve(call: Call, page: Page, attachment: dict) -> tuple[str, Asset | None]:
    """Return the URL of Facebook's own copy, and the asset if it may be used again."""
    payload = attachment["payload"]
    if id := payload.get("attachment_id"):
        return _find(call, page, str(id)).url, None
    url = await _store(call, attachment)
    return url, _asset(call, page, attachment, url) if _is_reusable(payload) else None


def _find(call: Call, page: Page, id: str) -> Asset:
    """Find an asset. An asset that is not reusable is deleted by its first use (assumed)."""
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


async def _store(call: Call, attachment: dict) -> str:
    """Store the file, from its URL or from the call itself; return the URL of our copy."""
    type, url = attachment["type"], attachment["payload"].get("url")
    if bool(url) == bool(call.files) or len(call.files) > 1:
        raise errors.FILE_MISSING()
    file = await file_downloads.file(call.world, type, url) if url else _uploaded(type, next(iter(call.files.values())))
    return call.origin + call.world.media.keep(file)


def _uploaded(type: str, file: File) -> File:
    if len(file.content) > LIMITS_BYTES[type]:
        raise errors.FILE_TOO_LARGE()
    return file_downloads.checked(type, file)


def _is_reusable(payload: dict) -> bool:
    return str(payload.get("is_reusable", False)).lower() in ("true", "1")
