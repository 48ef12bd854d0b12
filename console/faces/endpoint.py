"""The endpoints of desks that look on or away: on the event loop, without Django and without the database.

Two hundred desks look on fifty times a second. The view `look` has already checked that the agent may see the
conversation.
"""

import asyncio
import re

from starlette.responses import Response

from console.faces import looks

LOOK = re.compile(rb"look=(\d{1,18}-\d{1,18}-[0-9a-f]{32})&typing=([01])")


async def look_on(request):
    """Let the look last; answer 404 if it has ended, so that the desk asks the view."""
    return await _answer(request, looks.look_on)


async def look_away(request):
    return await _answer(request, lambda name, _is_typing: looks.look_away(name) is None)


async def _answer(request, verb):
    found = LOOK.fullmatch(await request.body())
    if not found:
        return Response(status_code=400)
    is_done = await asyncio.to_thread(verb, found[1].decode(), found[2] == b"1")
    return Response(status_code=204 if is_done else 404)
