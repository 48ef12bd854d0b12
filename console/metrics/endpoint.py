"""The address /metrics for Prometheus: only with METRICS_TOKEN, and only to a request that has it.

Prometheus asks each web server itself. A request that came through a proxy is answered 404, whatever it has.
"""

from secrets import compare_digest

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from console.infrastructure.latest import Latest
from console.live.hub import hub
from console.metrics import exposition, figures

READ_EVERY = 5  # s, however many ask


async def metrics(request):
    if not _is_allowed(request.headers):
        return PlainTextResponse("Not found\n", 404)
    found, pool = await _latest.result()
    text = await sync_to_async(exposition.written)(found, hub.count_streams(), pool)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _is_allowed(headers):
    given, wanted = headers.get("authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    is_direct = "x-forwarded-for" not in headers and "forwarded" not in headers
    return bool(settings.METRICS_TOKEN) and is_direct and compare_digest(given.encode(), wanted.encode())


def _read():
    try:
        return figures.read(), _pool()
    finally:
        connection.close()  # back into the pool


def _pool():
    stats = connection.pool.get_stats()
    used = stats.get("pool_size", 0) - stats.get("pool_available", 0)
    waiting = stats.get("requests_waiting", 0)
    return {"used": used, "free": stats.get("pool_available", 0), "waiting": waiting}


_latest = Latest(_read, READ_EVERY)
