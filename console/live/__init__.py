"""Live updates, from server to browser.

An update says that something changed and where (its topic), never what: browsers ask for that, each for what it may
see. One Redis subscription per process (hub.py) fans out to every open stream (stream.py). A browser that missed
updates gets `hello` and asks for everything.
"""

from console.live.publishing import publish

__all__ = ["publish"]
