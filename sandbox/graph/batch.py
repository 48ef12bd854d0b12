"""Batch requests: several calls in one, which may refer to each other's results.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from .. import errors
from ..world.media import File
from . import request_parsing
from .call import Call

LIMIT = 50
REFERENCE = re.compile(r"(?:\{|%7B)result(?:=|%3D)([\w.-]+)(?::|%3A)((?:(?!\}|%7D).)+)(?:\}|%7D)", re.IGNORECASE)
STEP = re.compile(r"\.?([\w-]+|\*)|\[(\d+|\*)\]")
HEADERS = [{"name": "Content-Type", "value": "application/json; charset=UTF-8"}]


async def run(outer: Call, outcome: Callable) -> list[dict | None]:
    """Run the calls in the order given.

    A call that depends on a failed one is not run and gets null, as does a successful one with
    `omit_response_on_success`. Assumed: all others get their answer.
    """
    items = outer.get("batch")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.PARAM_INVALID()
    if len(items) > LIMIT:
        raise errors.BATCH_TOO_LONG()
    done: dict[str, tuple[int, dict]] = {}
    return [await _item(outer, item, done, outcome) for item in items]


async def _item(outer: Call, item: dict, done: dict, outcome: Callable) -> dict | None:
    dependencies = request_parsing.parse_list(item.get("depends_on", []))
    dependencies += [name for text in _texts(item) for name in _names(text)]
    if any(done.get(name, (400,))[0] != 200 for name in dependencies):
        return None
    url, body = (_substitute(text, done) for text in _texts(item))
    call = Call.inner(outer, str(item.get("method", "GET")).upper(), url, body, _files(outer, item))
    status, answer = await outcome(call, call.world.faults.match(call.method, call.path, body))
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


def _substitute(text: str, done: dict) -> str:
    """Replace `{result=name:$.id}` by the id in the answer of `name`, quoted for a query."""

    def found(match: re.Match) -> str:
        values = _values(done[match[1]][1], unquote(match[2]))
        return quote(",".join(v if isinstance(v, str) else json.dumps(v) for v in values), safe=",")

    return REFERENCE.sub(found, text)


def _values(answer, path: str) -> list:
    """Evaluate the part of JSONPath that is in use: `$.id`, `$.data.*.id`, `$.data[0].id`."""
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
    names = request_parsing.parse_list(item.get("attached_files", []))
    found = [outer.files[name] for name in names if name in outer.files]
    return {"filedata": found[0]} if found else {}


def _usage(call: Call) -> list[dict]:
    return [{"name": name, "value": value} for name, value in call.world.rate_limits.headers(call.grant).items()]


def _is_true(value) -> bool:
    return str(value).lower() in ("true", "1")
