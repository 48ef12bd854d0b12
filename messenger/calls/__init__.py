"""The calls of the Graph API, one module for each capability. A Client makes them at once, a Batch together."""

from .app import AppCalls
from .attachments import Attachments
from .history import History
from .insights import Insights
from .labels import Labels
from .messenger_profile import MessengerProfile
from .moderation import Moderation
from .page import PageCalls
from .people import People
from .personas import Personas
from .templates import Templates
from .thread_control import ThreadControl

__all__ = ["AppCalls", "PageTokenCalls"]


class PageTokenCalls(
    Templates,
    Attachments,
    Personas,
    People,
    Labels,
    Moderation,
    MessengerProfile,
    ThreadControl,
    History,
    Insights,
    PageCalls,
):
    """All calls that are made with the Page's token."""
