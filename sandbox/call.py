"""Reading a Graph call, in any of the ways that clients write one."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from . import errors
from .world import Grant, World

VERSION = re.compile(r"^/v\d+(\.\d+)?(?=/|$)")
# These come as JSON strings in forms, and from some clients in JSON too.
OBJECTS = {"recipient", "message", "payload", "reply_to", "thread_control"}
OBJECTS |= {"get_started", "greeting", "ice_breakers", "persistent_menu", "whitelisted_domains", "commands"}
OBJECTS |= {"home_url", "target_audience", "payment_settings", "user_ids", "batch"}


@dataclass
class Call:
    """`path` is without version and last slash, `params` are query and body together; `grant` comes with the token."""

    world: World
    origin: str
    method: str
    path: str
    query: dict
    raw: str = ""
    body: dict = field(default_factory=dict)
    token: str = ""
    problem: errors.Refused | None = None
    grant: Grant | None = None

    @classmethod
    async def read(cls, request: Request, world: World, origin: str) -> "Call":
        path = VERSION.sub("", request.url.path).rstrip("/") or "/"
        call = cls(world, origin, request.method, path, _objects(dict(request.query_params)))
        raw = await request.body()
        call.raw = raw.decode(errors="replace")
        try:
            call.body = await _body(request, raw)
        except (ValueError, HTTPException):  # the latter for multipart that is none
            call.problem = errors.PARAM_INVALID()
        call.token = _header_token(request) or call.get("access_token") or call.get("oauth_token") or ""
        return call

    @property
    def segments(self) -> list[str]:
        return [segment for segment in self.path.split("/") if segment]

    @property
    def params(self) -> dict:
        return self.query | self.body

    def get(self, name: str, default=None):
        return self.params.get(name, default)

    def words(self, name: str) -> list[str]:
        """A list written as `a,b`, as a JSON array in a string, or as a JSON array."""
        value = self.get(name, [])
        if isinstance(value, str) and value.startswith("["):
            value = _parsed(value)
        if isinstance(value, str):
            value = value.split(",")
        return [str(word).strip() for word in value if str(word).strip()] if isinstance(value, list) else []

    def need_words(self, name: str) -> list[str]:
        words = self.words(name)
        if not words:
            raise errors.PARAM_MISSING(name=name)
        return words


async def _body(request: Request, raw: bytes) -> dict:
    """The body as a dict, objects parsed. null means absent. Raises ValueError for what is no JSON object."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        return _objects(await _multipart(request))
    if not raw.strip():
        return {}
    if "json" in kind or raw.lstrip().startswith(b"{"):
        return _objects(_json_object(raw))
    return _objects(dict(parse_qsl(raw.decode(), keep_blank_values=True)))


async def _multipart(request: Request) -> dict:
    form = await request.form()
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}


def _json_object(raw: bytes) -> dict:
    parsed = _without_nulls(json.loads(raw))
    if isinstance(parsed, dict):
        return parsed
    raise ValueError("not a JSON object")


def _objects(fields: dict) -> dict:
    return fields | {name: _parsed(fields[name]) for name in OBJECTS & fields.keys() if isinstance(fields[name], str)}


def _parsed(text: str):
    """What the JSON in a string says; the string itself when it is none."""
    try:
        return _without_nulls(json.loads(text))
    except ValueError:
        return text


def _without_nulls(value):
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _header_token(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""
