"""One port: the live stream on the event loop, Django's pages in a pool of threads, webhooks in one of their own.

Through Django's own ASGI handler a page costs three times as much, and an open stream holds a thread.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
pages = WSGIMiddleware(get_wsgi_application(), workers=16)

from console.live import stream  # noqa: E402  (needs the settings)


class Webhooks(WSGIHandler):
    """Without middleware, which is for people: it takes longer than everything else that a webhook needs."""

    def load_middleware(self, is_async=False):
        self._view_middleware = self._template_response_middleware = self._exception_middleware = []
        self._middleware_chain = convert_exception_to_response(self._get_response)


webhooks = WSGIMiddleware(Webhooks(), workers=4)


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] == "/live/":
        await stream(scope, receive, send)
    elif scope["path"].startswith("/webhooks/"):
        await webhooks(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive, send):
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
