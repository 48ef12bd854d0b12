"""Find the persona that a call created whose answer was lost.

A name proves nothing: agents may share one, and bots create personas of their own. A persona is ours if Facebook did
not list it before the call, and it has our name and our picture.
"""

import io

import requests
from urllib3.exceptions import HTTPError

from personas import pictures

TIMEOUT = (3.05, 10)  # s
MOST_BYTES = 8 * 1024 * 1024  # Facebook's limit for the picture of a persona


def listed_ids(page):
    """Return the ids of the personas that Facebook lists on the Page now."""
    return [row["id"] for row in page.client().personas()]


def find(persona):
    """Return the id on Facebook, or None if nothing proves that we created it: then another persona has to be created.

    A bot may have created a persona with the same name and picture itself, so none is adopted for a bot.
    """
    if not persona.may_exist or persona.listed_before is None or persona.agent is None or not persona.picture:
        return None
    rows = [row for row in persona.page.client().personas() if _may_be(persona, row)]
    return next((row["id"] for row in rows if _shows_picture(persona, row)), None)


def _may_be(persona, row):
    known = {*persona.listed_before, *persona.page.personas.values_list("graph_id", flat=True)}
    return row.get("name") == persona.name and row["id"] not in known


def _shows_picture(persona, row):
    theirs = _download(row.get("profile_picture_url") or "")
    with persona.picture.open() as ours:
        return theirs is not None and pictures.are_alike(ours, theirs)


def _download(url):
    """Return the picture at a public URL, fetched without the token; None if there is none."""
    try:
        with requests.get(url, stream=True, timeout=TIMEOUT) as response:
            response.raise_for_status()
            return io.BytesIO(response.raw.read(MOST_BYTES, decode_content=True))
    except (requests.RequestException, HTTPError):
        return None
