"""The lines of the logs, for people or as JSON. All of them have their time in UTC, and carry the ids of their work."""

import json
import logging
import time

from console.logs import ids, paths, texts


class Formatter(logging.Formatter):
    """A formatter of lines without anything personal."""

    def format(self, record):
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = {"time": f"{at}.{record.msecs:03.0f}Z", "level": record.levelname, "logger": record.name}
        return self.line(head, _message(record), {**ids.current(), **getattr(record, "fields", {})}, _trace(record))

    def line(self, head, message, fields, trace):
        raise NotImplementedError


class Text(Formatter):
    def line(self, head, message, fields, trace):
        named = [f"{name}={value}" for name, value in fields.items()]
        return texts.escaped(" ".join([*head.values(), message, *named])) + (f"\n{trace}" if trace else "")


class JSON(Formatter):
    def line(self, head, message, fields, trace):
        return json.dumps(
            {**head, "message": message, **fields, **({"trace": trace} if trace else {})},
            ensure_ascii=False,
            default=str,
        )


def _message(record):
    """Return the text of a record. Django's lines about requests have the path among their arguments."""
    is_of_request = hasattr(record, "request")
    if isinstance(record.args, tuple) and record.args:
        return str(record.msg) % tuple(_argument(value, is_of_request) for value in record.args)
    return texts.said(record.msg) if isinstance(record.msg, BaseException) else record.getMessage()


def _argument(value, is_of_request):
    is_path = is_of_request and isinstance(value, str) and value.startswith("/")
    return paths.shown(value) if is_path else texts.shown(value)


def _trace(record):
    error = record.exc_info and record.exc_info[1]
    return texts.traced(error) if error else ""
