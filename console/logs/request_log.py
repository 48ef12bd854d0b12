"""One line in the logs for each request to the web server, and its id in the answer."""

import logging
import time

from starlette.datastructures import Headers

from console.logs import ids, paths

# Monitors, and each desk that shows a conversation, ask every few seconds.
QUIET = {"/livez", "/readyz", "/metrics", "/live/look-on/", "/live/look-away/"}
HEADER = "X-Request-ID"

logger = logging.getLogger(__name__)


class RequestLog:
    """ASGI middleware. The line is written when the answer is complete, and that of a live stream when it begins."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request_id = ids.accepted(Headers(scope=scope).get(HEADER, ""))
        answer = _Answer(send, request_id)
        with ids.carrying(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            finally:
                answer.log(scope)


class _Answer:
    __slots__ = ("_began", "_header", "_send", "_status")

    def __init__(self, send, request_id):
        self._send, self._header = send, (HEADER.lower().encode(), request_id.encode())
        self._began, self._status = time.perf_counter(), 0

    async def send(self, message):
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = message | {"headers": [*message.get("headers", ()), self._header]}
        await self._send(message)

    def log(self, scope):
        level = logging.DEBUG if scope["path"] in QUIET else logging.INFO
        if logger.isEnabledFor(level):
            milliseconds = round((time.perf_counter() - self._began) * 1000)
            about = {"method": scope["method"], "path": paths.shown(scope["path"]), "status": self._status}
            logger.log(level, "Request", extra={"fields": {**about, "ms": milliseconds}})
