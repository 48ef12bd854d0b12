"""Paths for the logs: the words of our own addresses, and numbers. Anything else may be a secret or somebody's name.

Queries, such as what an agent searches for, are left out.
"""

import re
from functools import cache

BESIDE_DJANGO = {"live", "look-on", "look-away", "livez", "readyz", "metrics", "static", "media"}
NUMBER = re.compile(r"[0-9]{1,12}")  # a row's; Facebook's ids of customers are longer
HIDDEN = "…"


def shown(path):
    """Return the path of a request without what is not ours."""
    words = known_words()
    return "/".join(part if part in words or NUMBER.fullmatch(part) else HIDDEN for part in path.split("/"))


@cache
def known_words():
    """Return all words between the slashes of our addresses."""
    from django.urls import get_resolver  # beat, which has no addresses, would load half of Django

    patterns = " ".join(_patterns(get_resolver()))
    return frozenset(re.findall(r"[\w.-]+", re.sub(r"<[^>]*>|\\.", " ", patterns))) | BESIDE_DJANGO | {""}


def _patterns(resolver):
    for pattern in resolver.url_patterns:
        yield str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern)
