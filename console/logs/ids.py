"""The ids that every line of a request, a task or a message carries in the logs.

They follow the work into the threads of Django and of the thread pool, and into tasks by a header.
"""

import re
import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

HEADER = "request_id"  # of a task
GIVEN = re.compile(r"[0-9a-fA-F-]{16,36}")  # by a proxy: a UUID or another hexadecimal number

_ids: ContextVar[Mapping] = ContextVar("ids", default=MappingProxyType({}))


def new():
    """Return a new request id."""
    return secrets.token_hex(8)


def accepted(given):
    """Return the request id that a proxy gave, or a new one in place of any other text."""
    return given if GIVEN.fullmatch(given) else new()


def current():
    return _ids.get()


@contextmanager
def carrying(**ids):
    """Have the lines of this block carry these ids too."""
    token = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def note(**ids):
    """Add ids to the lines of the innermost block, for all of its threads."""
    known = _ids.get()
    if isinstance(known, dict):
        known.update(ids)


def as_headers():
    """Return the headers of a task that belongs to the same request."""
    request_id = _ids.get().get(HEADER)
    return {HEADER: request_id} if request_id else {}
