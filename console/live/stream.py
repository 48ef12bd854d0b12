"""The stream of live updates (server-sent events), an ASGI application beside Django.

A Django view would hold a thread and a database connection until the stream ends. Starlette's StreamingResponse would
hold two tasks for each stream, and run both for each piece; here the hub itself writes to the connection.
"""

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

from console.infrastructure.http_connection import EXTENSION
from console.infrastructure.sessions import agent_of
from console.live.events import event
from console.live.hub import hub
from console.live.listener import Listener
from console.logs import ids
from console.wording.languages import language_of_browser

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ],
}


class Stream:
    """Answer an agent who is logged in with text/event-stream, and everybody else with 403."""

    async def __call__(self, scope, receive, send):
        if scope["method"] != "GET":  # an answer to HEAD has no body: a proxy would take events for the next answer
            return await Response(status_code=405, headers={"allow": "GET"})(scope, receive, send)
        headers = Headers(scope=scope)
        session_key = cookie_parser(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
        agent_id = await _listening_agent(session_key)
        if agent_id is None:
            return await Response(status_code=403)(scope, receive, send)
        await send(START)
        connection = scope["extensions"][EXTENSION]
        if not connection.transport.is_closing():
            language = language_of_browser(headers.get("accept-language", ""))
            ids.note(agent_id=agent_id)
            listener = Listener(agent_id, session_key, language=language)
            listener.answer = connection.hand_over(lambda: hub.unsubscribe(listener))
            listener.write(event(f"stream {listener.id}"))
            hub.subscribe(listener)


@sync_to_async
def _listening_agent(session_key):
    """Return the key of the agent who is logged in, and note that the agent is there."""
    try:
        agent = agent_of({settings.SESSION_COOKIE_NAME: session_key})
        if agent.is_authenticated:
            agent.note_online()
        return agent.pk
    finally:
        close_old_connections()
