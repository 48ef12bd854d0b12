"""Facebook's Messenger Platform in plain Python: calls, errors, events, signatures. Imports nothing of ours."""

from .batch import Batch
from .calls.sending import HUMAN_AGENT
from .client import Client
from .errors import Act, GraphError
from .usage import Usage

__all__ = ["HUMAN_AGENT", "Act", "Batch", "Client", "GraphError", "Usage"]
