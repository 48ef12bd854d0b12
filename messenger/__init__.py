"""Facebook's Messenger Platform in plain Python: calls, errors, events, signatures. Imports nothing of ours."""

from .client import Client
from .errors import Act, GraphError

__all__ = ["Act", "Client", "GraphError"]
