"""What can be said to Facebook, a room for each capability. A Client says it at once, a Batch together."""

from .app import AppCalls
from .attachments import Attachments
from .history import History
from .insights import Insights
from .labels import Labels
from .messenger_profile import MessengerProfile
from .page import PageCalls
from .people import People
from .personas import Personas
from .templates import Templates
from .threads import Threads

__all__ = ["AppCalls", "PageTokenCalls"]


class PageTokenCalls(
    Templates,
    Attachments,
    Personas,
    People,
    Labels,
    MessengerProfile,
    Threads,
    History,
    Insights,
    PageCalls,
):
    """All that is done with the Page's own token."""
