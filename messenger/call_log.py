"""One line in the log for each call: its kind, and how it ended. Never its id of a person, its texts or its token."""

import logging
import re
import time
from collections.abc import Callable
from contextlib import contextmanager

from .errors import GraphError

WORD = re.compile(r"[a-z_]+")  # of an edge; other parts of a path are ids

logger = logging.getLogger(__name__)
observers: list[Callable[[float, GraphError | None], None]] = []  # each is told of every call: its time and its error


@contextmanager
def logged(method, path):
    """Log the call of this block, which notes the status of the answer, if there is one."""
    began, known = time.perf_counter(), {"method": method, "call": kind_of(path), "status": None}
    failure = None
    try:
        yield lambda status: known.update(status=status)
    except GraphError as error:
        failure = error
        known |= {"code": error.code, "subcode": error.subcode, "fbtrace_id": error.fbtrace_id}
        raise
    finally:
        seconds = time.perf_counter() - began
        known["ms"] = round(seconds * 1000)
        for observe in observers:
            observe(seconds, failure)
        logger.info("Graph call", extra={"fields": {name: value for name, value in known.items() if value is not None}})


def kind_of(path):
    """Return the path of a call without ids; calls that are made together have none."""
    return (
        "batch"
        if not path
        else "/".join(part if WORD.fullmatch(part) else "…" for part in path.split("?")[0].strip("/").split("/"))
    )
