"""The limit for live updates: a bare Starlette server that sends the same bytes to as many streams.

No Django, no database, no log-in: `POST /live/` sends its body to all open streams, one after another.
"""

import asyncio

from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

queues = set()


async def stream(request):
    return StreamingResponse(_events(), media_type="text/event-stream")


async def _events():
    queue = asyncio.Queue()
    queues.add(queue)
    try:
        yield b"data: hello\n\n"
        while True:
            yield await queue.get()
    finally:
        queues.discard(queue)


async def publish(request):
    piece = await request.body()
    for queue in queues:
        queue.put_nowait(piece)
    return Response(status_code=200)


application = Starlette(routes=[Route("/live/", stream, methods=["GET"]), Route("/live/", publish, methods=["POST"])])
