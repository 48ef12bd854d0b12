"""Facebook's Messenger Platform in plain Python: calls, the error catalogue, events, signatures. See README.md."""

from .batch import Batch
from .calls.send_api import HUMAN_AGENT
from .client import Client
from .error_catalogue import Action
from .errors import GraphError
from .usage import Usage

__all__ = ["HUMAN_AGENT", "Action", "Batch", "Client", "GraphError", "Usage"]
