"""One port: webhooks and the live stream on the event loop, Django's pages in a pool of threads.

Through Django's own ASGI handler a page costs three times as much, and an open stream holds a thread.
"""

import os

from a2wsgi import WSGIMiddleware
from asgiref.sync import sync_to_async
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
pages = WSGIMiddleware(get_wsgi_application(), workers=16)

from console import examples  # noqa: E402  (need the settings)
from console.intake import PATHS, intake  # noqa: E402
from console.live import stream  # noqa: E402


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] == "/live/":
        await stream(scope, receive, send)
    elif scope["path"] in PATHS and scope["method"] == "POST":
        await intake(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive, send):
    await receive()
    if problems := await sync_to_async(_problems)():
        message = " ".join(["The console does not start.", *problems, examples.WAY_OUT])
        return await send({"type": "lifespan.startup.failed", "message": message})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _problems():
    try:
        return examples.problems()
    finally:
        close_old_connections()
