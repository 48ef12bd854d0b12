"""What `fields=` asks for: `id,name,messages.limit(5){message,from}`, and `name.as(title)` under another name."""

import re

from .call import Call

TOKEN = re.compile(r"\s*([\w-]+|[(){},.]|\S)")


class Asked(dict):
    """The fields within a field, and its arguments: `limit` and, to be answered under another name, `alias`."""

    limit: int | None = None
    alias: str = ""

    def query(self) -> dict:
        """The same as a call of its own would ask for it."""
        return ({"fields": written(self)} if self else {}) | ({"limit": self.limit} if self.limit else {})


def text(call: Call) -> str:
    return ",".join(call.words("fields"))


def fields(call: Call) -> Asked:
    """Empty when nothing in particular is asked for."""
    return parse(text(call))


def parse(text: str) -> Asked:
    return _fields(TOKEN.findall(text))


def written(asked: Asked) -> str:
    """As `fields=` has it."""
    return ",".join(_written(name, inner) for name, inner in asked.items())


def only(facts: dict, asked: Asked, usual: tuple[str, ...] | None = None) -> dict:
    """Of the facts what was asked for, or the usual; the id always. What there is not is left out."""
    if not asked:
        return {name: value for name, value in facts.items() if name in (usual or facts) or name == "id"}
    wanted = {asked[name].alias or name: _within(value, asked[name]) for name, value in facts.items() if name in asked}
    return wanted | ({"id": facts["id"]} if "id" in facts and "id" not in asked else {})


def _within(value, asked: Asked):
    """`picture{url}`: of an object, or of each in a list, what was asked for within it."""
    if isinstance(value, list):
        return [_within(one, asked) for one in value]
    if not asked or not isinstance(value, dict):
        return value
    if "data" not in asked and isinstance(value.get("data"), dict | list):
        return value | {"data": _within(value["data"], asked)}
    return only(value, asked)


def _written(name: str, asked: Asked) -> str:
    alias = f".as({asked.alias})" if asked.alias else ""
    limit = f".limit({asked.limit})" if asked.limit else ""
    return f"{name}{alias}{limit}" + (f"{{{written(asked)}}}" if asked else "")


def _fields(tokens: list[str]) -> Asked:
    found, name = Asked(), ""
    while tokens:
        match token := tokens.pop(0):
            case "}":
                break
            case "{":
                found.setdefault(name, Asked()).update(_fields(tokens))
            case ".":
                _argument(found.get(name, found), tokens)
            case "," | "(" | ")":
                pass
            case _:
                name = token
                found[name] = Asked()
    return found


def _argument(asked: Asked, tokens: list[str]):
    """`limit(5)` or `as(title)`; others are not kept."""
    name, argument = tokens[:1], "".join(tokens[2:3])
    del tokens[:4]
    if name == ["limit"] and argument.isdecimal():
        asked.limit = int(argument)
    if name == ["as"]:
        asked.alias = argument
