"""Reading what the control plane is told. What makes no sense raises a 400 with a sentence."""

from json import JSONDecodeError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    (int, float): "a number",
    dict: "an object",
    list: "a list",
}


class Body(dict):
    """A JSON object whose fields are asked for by kind; null means absent."""

    def need(self, name: str, kind=str):
        value = self.optional(name, kind)
        if value in (None, ""):
            raise refused(f"“{name}” is required.")
        return value

    def optional(self, name: str, kind=str, default=None):
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise refused(f"“{name}” must be {KINDS[kind]}.")
        return value

    def check_names(self, *known: str):
        if unknown := [name for name in self if name not in known]:
            raise refused(f"Unknown: {', '.join(unknown)}. Known here: {', '.join(known)}.")


async def read(request: Request) -> Body:
    """The body; nothing at all is an empty one."""
    if not (await request.body()).strip():
        return Body()
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise refused("The body must be a JSON object.")
    return Body(body)


def refused(sentence: str, status: int = 400) -> HTTPException:
    return HTTPException(status, sentence)


async def answer_refused(request: Request, refusal: HTTPException) -> JSONResponse:
    return JSONResponse({"error": refusal.detail}, refusal.status_code)
