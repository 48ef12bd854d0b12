"""The ASGI application: webhooks and the live stream on the event loop, Django's views in a pool of threads.

With Django's own ASGI handler a page takes three times as long, and each open stream holds a thread.
"""

import asyncio
import gc
import os

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, Router

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django = get_wsgi_application()

from console.celery import PUBLISHING_SECONDS  # noqa: E402
from console.celery import app as celery  # noqa: E402
from console.faces import endpoint as faces  # noqa: E402
from console.health import livez, readyz  # noqa: E402
from console.infrastructure.request_bodies import ReceivedBodies  # noqa: E402
from console.infrastructure.start_up_checks import example_credentials  # noqa: E402  (need the settings)
from console.infrastructure.task_publisher import TaskPublisher  # noqa: E402
from console.infrastructure.trusted_proxies import BehindProxy  # noqa: E402
from console.infrastructure.wsgi_threads import WSGIThreads  # noqa: E402
from console.live.stream import Stream  # noqa: E402
from console.logs import paths  # noqa: E402
from console.logs.request_log import RequestLog  # noqa: E402
from console.metrics.endpoint import metrics  # noqa: E402
from console.webhook_endpoint import PATHS, receive_webhook  # noqa: E402

celery.publisher = TaskPublisher()


class Application(Router):
    async def lifespan(self, scope, receive, send):
        """Refuse to start with a sentence. Starlette's own lifespan would show a traceback."""
        await receive()
        if problems := await sync_to_async(_problems)():
            message = " ".join(["The console does not start.", *problems, example_credentials.WAY_OUT])
            return await send({"type": "lifespan.startup.failed", "message": message})
        await sync_to_async(paths.known_words)()
        _collect_less()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(celery.publisher.finish, PUBLISHING_SECONDS)
        await send({"type": "lifespan.shutdown.complete"})


def _collect_less():
    """Collect garbage less often, and leave out the objects loaded at start-up, which live as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _problems():
    try:
        return example_credentials.problems()
    finally:
        close_old_connections()


application = Application(
    [
        Route("/live/", Stream()),
        Route("/live/look-on/", faces.look_on, methods=["POST"]),
        Route("/live/look-away/", faces.look_away, methods=["POST"]),
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        *[Route(path, receive_webhook, methods=["POST"]) for path in PATHS],
        Mount("/", WSGIThreads(django)),
    ],
    redirect_slashes=False,
    middleware=[Middleware(RequestLog), Middleware(ReceivedBodies)],
)
behind_proxy = BehindProxy(application, settings.TRUSTED_PROXIES)
