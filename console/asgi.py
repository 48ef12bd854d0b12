"""One port: webhooks and the live stream on the event loop, Django's pages in a pool of threads.

Through Django's own ASGI handler a page costs three times as much, and an open stream holds a thread.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
pages = WSGIMiddleware(get_wsgi_application(), workers=16)

from console.intake import PATHS, intake  # noqa: E402  (need the settings)
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
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
