"""What `fields=` asks for: `id,name,messages.limit(5){message,from}`."""

import re

from .call import Call

TOKEN = re.compile(r"\s*([\w-]+|[(){},.]|\S)")


class Asked(dict):
    """The fields within a field, with its arguments in `limit`."""

    limit: int | None = None


def fields(call: Call) -> Asked:
    """Empty when nothing in particular is asked for."""
    return parse(",".join(call.words("fields")))


def parse(text: str) -> Asked:
    return _fields(TOKEN.findall(text))


def only(facts: dict, asked: Asked, usual: tuple[str, ...] | None = None) -> dict:
    """Of the facts what was asked for, or the usual; the id always. What there is not is left out."""
    wanted = asked or usual or facts
    return {name: value for name, value in facts.items() if name in wanted or name == "id"}


def _fields(tokens: list[str]) -> Asked:
    found, name = Asked(), ""
    while tokens:
        match token := tokens.pop(0):
            case "}":
                break
            case "{":
                inner = _fields(tokens)
                inner.limit = found[name].limit if name in found else None
                found[name] = inner
            case ".":
                _limit(found.get(name, found), tokens)
            case "," | "(" | ")":
                pass
            case _:
                name = token
                found[name] = Asked()
    return found


def _limit(asked: Asked, tokens: list[str]):
    """`limit(5)`; other arguments are not kept."""
    name, argument = tokens[:1], tokens[2:3]
    del tokens[:4]
    if name == ["limit"] and argument and argument[0].isdecimal():
        asked.limit = int(argument[0])
