"""Live updates, from server to browser.

An update names a topic that changed, and no content: each browser then asks for the changes that it may see. One Redis
subscription per process (hub.py) serves all open streams (stream.py). A browser that may have missed updates gets
`hello` and asks for everything.
"""

from console.live.publishing import publish

__all__ = ["publish"]
