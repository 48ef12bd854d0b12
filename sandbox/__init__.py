"""A local stand-in for graph.facebook.com, with a phone for the customer. See `create_app`."""

from .app import create_app

__all__ = ["create_app"]
