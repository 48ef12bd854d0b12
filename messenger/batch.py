"""Collect up to 50 calls, to make them in one.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .calls import PageTokenCalls
from .errors import GraphError
from .events.coerce import to_json
from .usage import Usage


class Batch(PageTokenCalls):
    """A list of calls that are made together, by `client.send_batch(batch)`.

    It has the methods of the Client that need only the Page's token. Their return values mean nothing: the answers
    come, in the same order, from `send_batch`. Raises ValueError for a call that carries a file.

        batch = Batch()
        batch.send_text(psid, "One moment, please.")
        batch.mark_seen(psid)
        first, second = client.send_batch(batch)
    """

    def __init__(self):
        self._items = []

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def _call(self, method, path, *wanted, params=None, json=None, upload=None, token=None, kind=dict):
        if upload:
            raise ValueError("A batch carries no files: upload them first, and send them by their attachment id.")
        self._items.append(item(method, path, params=params, body=json))
        return _NoAnswerYet()


@dataclass(frozen=True)
class Answer:
    """The answer to one call of a batch.

    code: the HTTP status. headers: by name, {} without `include_headers`. body: parsed JSON, or text.
    """

    code: int
    headers: dict
    body: Any

    @property
    def error(self) -> GraphError | None:
        """The error of a call that failed, else None."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        if self.code in range(200, 300) and not found:
            return None
        found = found if isinstance(found, dict) else {}
        message = str(found.get("message", "Facebook gave no reason"))
        return GraphError(message, status=self.code, error=found, usage=Usage.read(self.headers))


def item(method: str, path: str, *, params: dict | None = None, body: dict | None = None, **options) -> dict:
    """Return one call of a batch. Options: name, depends_on, omit_response_on_success."""
    query = f"?{urlencode(params)}" if params else ""
    return {"method": method, "relative_url": path + query, **({"body": _form(body)} if body else {}), **options}


def parse(answers: list) -> list[Answer | None]:
    """Return the answers, with None for a call that Facebook did not answer: in time, or as it was told not to."""
    return [_answer(answer) if isinstance(answer, dict) else None for answer in answers]


def _answer(answer):
    headers = answer.get("headers") or []
    return Answer(
        code=answer.get("code") or 0,
        headers={header["name"]: header["value"] for header in headers if isinstance(header, dict)},
        body=_parsed(answer.get("body")),
    )


def _parsed(text):
    try:
        return to_json(json.loads(text))
    except (ValueError, TypeError):
        return text


def _form(body):
    """Encode as a form, with objects as JSON in a string."""
    return urlencode({name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()})


class _NoAnswerYet(dict):
    """An empty answer, from which a method can pick its return value."""

    def __missing__(self, key):
        return [] if key == "data" else ""
