"""Parsing of requests in all forms that clients use: JSON, forms, multipart, JSON within forms, and mixtures."""

import json
import re
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ..world.media import FILE_LIMIT_BYTES, File

VERSION = re.compile(r"^/v\d+(\.\d+)?(?=/|$)")
BRACKETS = re.compile(r"\[([^\]]*)\]")
FILE_PART = "filedata"  # even without a file name, which makes it a field like any other
# These come as JSON strings in forms, and from some clients in JSON too.
OBJECTS = {"recipient", "message", "payload", "reply_to", "thread_control", "batch", "user_ids", "extinfo"}
OBJECTS |= {"get_started", "greeting", "ice_breakers", "persistent_menu", "whitelisted_domains", "commands"}
OBJECTS |= {"home_url", "target_audience", "payment_settings", "session"}


class Unreadable(Exception):
    """The body is not of the type that it claims to be; the text is the body."""


def split_version(path: str) -> tuple[str, str]:
    """Return the version (“/v27.0” or empty), and the path without it and without its last slash."""
    version = VERSION.match(path)
    version = version.group() if version else ""
    return version, path[len(version) :].rstrip("/") or "/"


async def parse_body(request: Request) -> tuple[str, dict, dict[str, File]]:
    """Return the body as text, as a dict with objects parsed, and the files. null means absent."""
    raw, kind = await request.body(), request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        fields, files = await _multipart(request, raw)
        return json.dumps(fields), parse_objects(_nested(list(fields.items()))), files
    text = raw.decode(errors="replace")
    if not raw.strip():
        return "", {}, {}
    if "json" in kind or raw.lstrip().startswith(b"{"):
        return text, parse_objects(_json_object(text)), {}
    return text, parse_form(text), {}


def parse_form(text: str) -> dict:
    """Parse a query or a form. The last of two values of one name counts."""
    return parse_objects(_nested(parse_qsl(text, keep_blank_values=True)))


def parse_objects(fields: dict) -> dict:
    """Parse the JSON in fields that must be objects or lists."""
    found = {name: parse_json(fields[name]) for name in OBJECTS & fields.keys() if isinstance(fields[name], str)}
    return fields | found if found else fields


def parse_list(value) -> list[str]:
    if isinstance(value, str):
        value = parse_json(value)
    if isinstance(value, str):
        value = value.split(",")
    return [str(item).strip() for item in value if str(item).strip()] if isinstance(value, list) else []


def parse_json(text: str):
    """Parse a JSON object or list in a string; return the string itself when it holds none."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return without_nulls(json.loads(text))
    except ValueError:
        return text


def without_nulls(value):
    """Return JSON without nulls. JSON can escape half of a character, which no answer can say: it becomes “?”."""
    if isinstance(value, dict):
        return {_whole(key): without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


def header_token(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _json_object(text: str) -> dict:
    try:
        found = without_nulls(json.loads(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unreadable(text)
    return found


def _nested(pairs: list[tuple[str, str]]) -> dict:
    """Build objects from names like `recipient[id]`, as PHP clients write them."""
    fields: dict = {}
    for name, value in pairs:
        first, *inner = [name.partition("[")[0], *BRACKETS.findall(name)] if "[" in name else [name]
        place = fields
        for key in inner:
            place, first = place.setdefault(first, {}), key
            if not isinstance(place, dict):
                break
        else:
            place[first or str(len(place))] = value
    return {name: _as_list(value) for name, value in fields.items()}


def _as_list(value):
    """Turn {"0": a, "1": b} into a list."""
    if not isinstance(value, dict):
        return value
    inner = {key: _as_list(each) for key, each in value.items()}
    return list(inner.values()) if inner and all(key.isdecimal() for key in inner) else inner


async def _multipart(request: Request, raw: bytes) -> tuple[dict[str, str], dict[str, File]]:
    """Parse as Latin-1, which loses no byte: a file without a name comes as a field."""

    async def stream():
        yield raw

    kind = re.sub(r";\s*charset=[^;]*", "", request.headers["Content-Type"])
    headers = Headers({"content-type": f"{kind}; charset=latin-1"})
    try:
        form = await MultiPartParser(headers, stream(), max_part_size=FILE_LIMIT_BYTES * 2).parse()
    except (MultiPartException, KeyError):
        raise Unreadable(raw.decode(errors="replace")) from None
    fields, files = {}, {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = File(await value.read(), value.content_type or "")
            await value.close()
        elif name == FILE_PART:
            files[name] = File(value.encode("latin-1"), "")
        else:
            fields[name] = value.encode("latin-1").decode(errors="replace")
    return fields, files
