"""Facebook's Messenger Platform in plain Python: calls, errors, events, signatures. Imports nothing of ours."""

from .batch import Batch
from .client import Client
from .errors import Act, GraphError
from .usage import Usage

__all__ = ["Act", "Batch", "Client", "GraphError", "Usage"]
