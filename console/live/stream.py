"""The stream of live updates (server-sent events), a Starlette route beside Django.

A Django view would hold a thread and a database connection until the stream ends.
"""

import time

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from starlette.responses import Response, StreamingResponse

from console.infrastructure.sessions import agent_of
from console.live.hub import HEARTBEAT, hub


async def stream(request):
    """Answer an agent who is logged in with text/event-stream, and everybody else with 403."""
    if not await _may_listen(request):
        return Response(status_code=403)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": "text/event-stream"}
    return StreamingResponse(_events(request), headers=headers)


async def _events(request):
    listener = hub.subscribe()
    try:
        asked_at, topics = time.monotonic(), []
        while topics != ["goodbye"]:
            topics = await listener.next()
            if time.monotonic() - asked_at >= HEARTBEAT:
                asked_at = time.monotonic()
                topics = topics if await _may_listen(request) else ["goodbye"]
            yield "".join(f"data: {topic}\n\n" for topic in topics) or ": still here\n\n"
    finally:
        hub.unsubscribe(listener)


@sync_to_async
def _may_listen(request):
    """Return whether the agent is still logged in, and note that the agent was seen."""
    try:
        agent = agent_of(request.cookies)
        if agent.is_authenticated:
            agent.be_seen()
        return agent.is_authenticated
    finally:
        close_old_connections()
