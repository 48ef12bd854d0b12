"""Reading the JSON bodies of the control plane. A bad request is answered 400 with a sentence."""

from json import JSONDecodeError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ..graph.request_parsing import without_nulls

NUMBER = (int, float)
KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    NUMBER: "a number",
    dict: "an object",
    list: "a list",
}


class Body(dict):
    """A JSON object with checked access to its fields; null means absent."""

    def need(self, name: str, kind=str):
        value = self.optional(name, kind)
        if value in (None, ""):
            raise bad_request(f"“{name}” is required.")
        return value

    def optional(self, name: str, kind=str, default=None):
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise bad_request(f"“{name}” must be {KINDS[kind]}.")
        return value

    def between(self, name: str, least, most, kind=NUMBER, default=None):
        value = self.optional(name, kind, default)
        if value is not None and not least <= value <= most:
            raise bad_request(f"“{name}” must be from {least} to {most}.")
        return value

    def check_names(self, *known: str):
        if unknown := [name for name in self if name not in known]:
            raise bad_request(f"Unknown: {', '.join(unknown)}. Known here: {', '.join(known)}.")


async def read(request: Request) -> Body:
    """Return the body. An empty one counts as an empty object."""
    if not (await request.body()).strip():
        return Body()
    try:
        body = without_nulls(await request.json())
    except (JSONDecodeError, UnicodeDecodeError):
        raise bad_request("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.")
    return Body(body)


def bad_request(sentence: str) -> HTTPException:
    return HTTPException(400, sentence)


def not_found(sentence: str) -> HTTPException:
    return HTTPException(404, sentence)


async def error_response(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, error.status_code)


def done() -> JSONResponse:
    return JSONResponse({"ok": True})
