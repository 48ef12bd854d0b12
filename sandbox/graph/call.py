"""One Graph API call, parsed from any of the forms in which clients write it."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from .. import errors
from ..world.media import File
from ..world.models import Grant
from ..world.world import World
from . import request_parsing

VERSION = "v27.0"  # of calls that name none
OVERRIDES = ("GET", "DELETE", "POST")


@dataclass
class Call:
    """A call to the Graph API.

    `path` is without `version` and last slash; `params` are query and body together; `grant` is set once the token
    is checked; `files` are the uploads by the names of their parts; `is_overridden`: a parameter names a method other
    than that of HTTP.
    """

    world: World
    origin: str
    method: str
    path: str
    query: dict
    version: str = ""
    raw: str = ""
    body: dict = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    token: str = ""
    problem: errors.GraphError | None = None
    grant: Grant | None = None
    is_overridden: bool = False

    @classmethod
    async def read(cls, request: Request, world: World, origin: str) -> "Call":
        version, path = request_parsing.split_version(request.url.path)
        call = cls(world, origin, request.method, path, request_parsing.parse_form(request.url.query), version)
        try:
            call.raw, call.body, call.files = await request_parsing.parse_body(request)
        except request_parsing.Unreadable as unreadable:
            call.raw, call.problem = str(unreadable), errors.PARAM_INVALID()
        call._set_token_and_method(request_parsing.header_token(request))
        return call

    @classmethod
    def inner(cls, outer: "Call", method: str, url: str, body: str, files: dict[str, File]) -> "Call":
        """Return one call of a batch. Without a token of its own it has the batch's token."""
        path, _, query = url.removeprefix(outer.origin).partition("?")
        version, path = request_parsing.split_version("/" + path.lstrip("/"))
        params = request_parsing.parse_form(query)
        call = cls(outer.world, outer.origin, method, path, params, version or outer.version, body)
        call.body, call.files = request_parsing.parse_form(body), files
        call._set_token_and_method("")
        if not call.token:
            call.token, call.query = outer.token, _proof(outer) | call.query
        return call

    @property
    def segments(self) -> list[str]:
        return [segment for segment in self.path.split("/") if segment]

    @property
    def version_number(self) -> tuple[int, int]:
        """Return major and minor; (0, 0) for a call without a version."""
        major, _, minor = self.version.removeprefix("/v").partition(".")
        return int(major or 0), int(minor or 0)

    @property
    def params(self) -> dict:
        return self.query | self.body

    def get(self, name: str, default=None):
        return self.body[name] if name in self.body else self.query.get(name, default)

    def need(self, name: str) -> str:
        """Return a required text."""
        value = self.get(name)
        if value in (None, ""):
            raise errors.PARAM_MISSING(name=name)
        return str(value)

    def list_of(self, name: str) -> list[str]:
        """Return a list written as `a,b`, as a JSON array in a string, or as a JSON array."""
        return request_parsing.parse_list(self.get(name, []))

    def need_list(self, name: str) -> list[str]:
        values = self.list_of(name)
        if not values:
            raise errors.PARAM_MISSING(name=name)
        return values

    def number(self, name: str, default: int, most: int) -> int:
        try:
            return min(max(int(self.get(name, default)), 0) or default, most)
        except (TypeError, ValueError):
            raise errors.PARAM_INVALID() from None

    def url(self, **query) -> str:
        """Return the absolute URL of this call, with the token: clients fetch it as it is."""
        kept = {key: value for key, value in self.query.items() if key not in ("after", "before")}
        return f"{self.origin}{self.version}{self.path}?{urlencode(kept | {'access_token': self.token} | query)}"

    def _set_token_and_method(self, token: str):
        """Take the token and the method from parameters: some clients only GET and POST, and name the method there."""
        self.token = token or str(self.get("access_token") or self.get("oauth_token") or "")
        method = str(self.get("method", "")).upper()
        if method in OVERRIDES and method != self.method:
            self.method, self.is_overridden = method, True


def _proof(call: Call) -> dict:
    proof = call.get("appsecret_proof")
    return {"appsecret_proof": proof} if proof else {}
