"""Live updates, from server to browser: each web process renders a change once, and sends it to many browsers.

A change publishes topics by Redis (publishing.py), such as `conversation-12`. In each web process the hub (hub.py)
collects them for some milliseconds. One thread loads the changed conversations, asks which of the listening agents may
see them (console/queue/viewers.py), in which section of their queue (console/queue/sections.py), and renders each row
and each message once (rendering.py). Each open stream (stream.py) gets its pieces in one write. A browser that may have
missed pieces gets `hello`, and asks for all that it shows.
"""

from console.live.publishing import publish, publish_open_views, publish_watch

__all__ = ["publish", "publish_open_views", "publish_watch"]
