"""Live updates, from server to browser.

An update names a topic that changed, and carries no content: each browser then asks for the changes that it may see.
One Redis subscription per process (hub.py) serves all open streams (stream.py). A browser that may have missed updates
gets the topic `hello`, and asks for the changes to all that it shows.
"""

from console.live.publishing import publish

__all__ = ["publish"]
