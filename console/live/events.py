"""Events of a stream: a topic, and perhaps a piece of HTML in the lines after it; each is a chunk of the answer."""

import re

from console.infrastructure.http_connection import chunk

LINE_END = re.compile(r"\r\n|\r|\n")  # each of them ends a line of a stream, also within a customer's words


def heartbeat():
    """Return the event by which a browser knows that its stream is not silent because the connection is dead."""
    return event("beat")


def hello(moment=None):
    """Return the event after which a browser asks for everything that it shows.

    moment: by the database's clock; the browser gets all changes since then. None if that moment is not known.
    """
    return event(f"hello {moment.timestamp():.6f}" if moment else "hello")


def event(topic, html=""):
    lines = [topic, *LINE_END.split(html.strip())] if html else [topic]
    return chunk("".join([*(f"data: {line}\n" for line in lines), "\n"]).encode())
