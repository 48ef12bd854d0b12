"""A Graph call, however its client wrote it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request

from . import errors, written
from .media import File

if TYPE_CHECKING:
    from .tokens import Grant
    from .world import World

VERSION = "v27.0"  # what a call without one gets
OVERRIDES = ("GET", "DELETE", "POST")


@dataclass
class Call:
    """`path` is without `version` and last slash, `params` are query and body together; `grant` comes with the token;
    `files` are those uploaded, by the name of their part; `is_overridden`: a parameter names another verb than HTTP."""

    world: "World"
    origin: str
    method: str
    path: str
    query: dict
    version: str = ""
    raw: str = ""
    body: dict = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    token: str = ""
    problem: errors.Refused | None = None
    grant: "Grant | None" = None
    is_overridden: bool = False

    @classmethod
    async def read(cls, request: Request, world: "World", origin: str) -> "Call":
        version, path = written.path(request.url.path)
        call = cls(world, origin, request.method, path, written.form(request.url.query), version)
        try:
            call.raw, call.body, call.files = await written.body(request)
        except written.Unreadable as unreadable:
            call.raw, call.problem = str(unreadable), errors.PARAM_INVALID()
        call._settle(written.header_token(request))
        return call

    @classmethod
    def inner(cls, outer: "Call", method: str, url: str, body: str, files: dict[str, File]) -> "Call":
        """One call of a batch; without a token of its own it has the batch's."""
        path, _, query = url.removeprefix(outer.origin).partition("?")
        version, path = written.path("/" + path.lstrip("/"))
        call = cls(outer.world, outer.origin, method, path, written.form(query), version or outer.version, body)
        call.body, call.files = written.form(body), files
        call._settle("")
        if not call.token:
            call.token, call.query = outer.token, _proof(outer) | call.query
        return call

    @property
    def segments(self) -> list[str]:
        return [segment for segment in self.path.split("/") if segment]

    @property
    def version_number(self) -> tuple[int, int]:
        """(0, 0) for a call without one."""
        major, _, minor = self.version.removeprefix("/v").partition(".")
        return int(major or 0), int(minor or 0)

    @property
    def params(self) -> dict:
        return self.query | self.body

    def get(self, name: str, default=None):
        return self.body[name] if name in self.body else self.query.get(name, default)

    def need(self, name: str) -> str:
        """A text that must be there."""
        value = self.get(name)
        if value in (None, ""):
            raise errors.PARAM_MISSING(name=name)
        return str(value)

    def words(self, name: str) -> list[str]:
        """A list written as `a,b`, as a JSON array in a string, or as a JSON array."""
        return written.words(self.get(name, []))

    def need_words(self, name: str) -> list[str]:
        words = self.words(name)
        if not words:
            raise errors.PARAM_MISSING(name=name)
        return words

    def number(self, name: str, default: int, most: int) -> int:
        try:
            return min(max(int(self.get(name, default)), 0) or default, most)
        except (TypeError, ValueError):
            raise errors.PARAM_INVALID() from None

    def address(self, **query) -> str:
        """This call again, absolute and with the token: clients fetch it as it stands."""
        kept = {key: value for key, value in self.query.items() if key not in ("after", "before")}
        return f"{self.origin}{self.version}{self.path}?{urlencode(kept | {'access_token': self.token} | query)}"

    def _settle(self, token: str):
        """Who calls, and which verb is meant: some clients can only GET and POST."""
        self.token = token or str(self.get("access_token") or self.get("oauth_token") or "")
        meant = str(self.get("method", "")).upper()
        if meant in OVERRIDES and meant != self.method:
            self.method, self.is_overridden = meant, True


def _proof(call: Call) -> dict:
    proof = call.get("appsecret_proof")
    return {"appsecret_proof": proof} if proof else {}
