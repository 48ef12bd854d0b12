"""Several calls in one, which may name each other's results.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from . import errors, written
from .call import Call
from .media import File

LIMIT = 50
REFERENCE = re.compile(r"(?:\{|%7B)result(?:=|%3D)([\w.-]+)(?::|%3A)((?:(?!\}|%7D).)+)(?:\}|%7D)", re.IGNORECASE)
STEP = re.compile(r"\.?([\w-]+|\*)|\[(\d+|\*)\]")
HEADERS = [{"name": "Content-Type", "value": "application/json; charset=UTF-8"}]


async def run(outer: Call, outcome: Callable) -> list[dict | None]:
    """In the order given, which is the order of what depends on each other. What depends on a failure is not tried:
    it gets null, as does what was asked to say nothing on success. That all others get their answer is assumed."""
    items = outer.get("batch")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.PARAM_INVALID()
    if len(items) > LIMIT:
        raise errors.BATCH_TOO_LONG()
    done: dict[str, tuple[int, dict]] = {}
    return [await _answered(outer, item, done, outcome) for item in items]


async def _answered(outer: Call, item: dict, done: dict, outcome: Callable) -> dict | None:
    wanted = written.words(item.get("depends_on", [])) + [name for text in _texts(item) for name in _names(text)]
    if any(done.get(name, (400,))[0] != 200 for name in wanted):
        return None
    url, body = (_filled(text, done) for text in _texts(item))
    call = Call.inner(outer, str(item.get("method", "GET")).upper(), url, body, _files(outer, item))
    status, answer = await outcome(call, call.world.faults.hit(call.method, call.path, body))
    if status is None:
        return None
    if name := item.get("name"):
        done[str(name)] = status, answer
    if status == 200 and _is_true(item.get("omit_response_on_success")):
        return None
    headers = {"headers": HEADERS + _usage(call)} if _is_true(outer.get("include_headers", True)) else {}
    return {"code": status} | headers | {"body": json.dumps(answer)}


def _texts(item: dict) -> tuple[str, str]:
    body = item.get("body", "")
    return str(item.get("relative_url", "")), body if isinstance(body, str) else json.dumps(body)


def _names(text: str) -> list[str]:
    return [name for name, _ in REFERENCE.findall(text)]


def _filled(text: str, done: dict) -> str:
    """`{result=name:$.id}` becomes the id that `name` answered, written so that it fits into a query."""

    def found(match: re.Match) -> str:
        values = _values(done[match[1]][1], unquote(match[2]))
        return quote(",".join(v if isinstance(v, str) else json.dumps(v) for v in values), safe=",")

    return REFERENCE.sub(found, text)


def _values(answer, path: str) -> list:
    """The part of JSONPath that is in use: `$.id`, `$.data.*.id`, `$.data[0].id`."""
    values = [answer]
    for key, place in STEP.findall(path.removeprefix("$")):
        values = [inner for value in values for inner in _inner(value, key or place)]
    return values


def _inner(value, key: str) -> list:
    if key == "*":
        return list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
    if isinstance(value, dict):
        return [value[key]] if key in value else []
    is_place = isinstance(value, list) and key.isdecimal() and int(key) < len(value)
    return [value[int(key)]] if is_place else []


def _files(outer: Call, item: dict) -> dict[str, File]:
    names = written.words(item.get("attached_files", []))
    found = [outer.files[name] for name in names if name in outer.files]
    return {"filedata": found[0]} if found else {}


def _usage(call: Call) -> list[dict]:
    return [{"name": name, "value": value} for name, value in call.world.limits.headers(call.grant).items()]


def _is_true(value) -> bool:
    return str(value).lower() in ("true", "1")
