"""The `fields` parameter: `id,name,messages.limit(5){message,from}`, and `name.as(title)` for another name."""

import re

from .call import Call

TOKEN = re.compile(r"\s*([\w-]+|[(){},.]|\S)")


class RequestedFields(dict):
    """The fields within a field, and its arguments: `limit`, `after`, and `alias` to answer it under another name."""

    limit: int | None = None
    after: str = ""
    alias: str = ""

    def query(self) -> dict:
        """Return the query with which a call of its own would request the same."""
        given = {"fields": serialize(self), "limit": self.limit, "after": self.after}
        return {name: value for name, value in given.items() if value}


def fields_parameter(call: Call) -> str:
    return ",".join(call.list_of("fields"))


def requested_fields(call: Call) -> RequestedFields:
    """Return the requested fields; empty when the call names none."""
    return parse(fields_parameter(call))


def parse(text: str) -> RequestedFields:
    return _fields(TOKEN.findall(text))


def serialize(requested: RequestedFields) -> str:
    """Return the value of `fields=` that requests these."""
    return ",".join(_serialize(name, inner) for name, inner in requested.items())


def select_fields(facts: dict, requested: RequestedFields, usual: tuple[str, ...] | None = None) -> dict:
    """Return the requested facts, or the usual ones when none are requested; the id always."""
    if not requested:
        return {name: value for name, value in facts.items() if name in (usual or facts) or name == "id"}
    found = {
        requested[name].alias or name: _within(value, requested[name])
        for name, value in facts.items()
        if name in requested
    }
    return found | ({"id": facts["id"]} if "id" in facts and "id" not in requested else {})


def _within(value, requested: RequestedFields):
    """Select fields within an object, or within each object of a list: `picture{url}`."""
    if isinstance(value, list):
        return [_within(one, requested) for one in value]
    if not requested or not isinstance(value, dict):
        return value
    if "data" not in requested and isinstance(value.get("data"), dict | list):
        return value | {"data": _within(value["data"], requested)}
    return select_fields(value, requested)


def _serialize(name: str, requested: RequestedFields) -> str:
    alias = f".as({requested.alias})" if requested.alias else ""
    limit = f".limit({requested.limit})" if requested.limit else ""
    after = f".after({requested.after})" if requested.after else ""
    return f"{name}{alias}{limit}{after}" + (f"{{{serialize(requested)}}}" if requested else "")


def _fields(tokens: list[str]) -> RequestedFields:
    found, name = RequestedFields(), ""
    while tokens:
        match token := tokens.pop(0):
            case "}":
                break
            case "{":
                found.setdefault(name, RequestedFields()).update(_fields(tokens))
            case ".":
                _argument(found.get(name, found), tokens)
            case "," | "(" | ")":
                pass
            case _:
                name = token
                found[name] = RequestedFields()
    return found


def _argument(requested: RequestedFields, tokens: list[str]):
    """Keep `limit(5)`, `after(cursor)` or `as(title)`; ignore other arguments."""
    name, argument = tokens[:1], "".join(tokens[2:3])
    del tokens[:4]
    if name == ["limit"] and argument.isdecimal():
        requested.limit = int(argument)
    if name == ["after"]:
        requested.after = argument
    if name == ["as"]:
        requested.alias = argument
