"""News for which agents are called, found by comparing a conversation before and after a change."""

from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.models.holder import Holder


class News(models.TextChoices):
    MESSAGE = "message", _("my customer writes")
    ASSIGNED = "assigned", _("a conversation is assigned to me")
    TRANSFERRED = "transferred", _("a colleague transfers a conversation to me")
    UNSENT = "unsent", _("a reply of mine was not sent, and the conversation is back")
    BACK = "back", _("a snooze of mine is over")
    WAITING = "waiting", _("a customer begins to wait in the queue")
    HANDED_OVER = "handed-over", _("the bot hands a conversation over to the queue")


OF_QUEUE = {News.WAITING, News.HANDED_OVER}  # the others are for the holder


class State(NamedTuple):
    """The values of a conversation that news is made of."""

    holder: str
    agent_id: int | None
    is_open: bool
    unread: int
    is_new: bool
    is_back: bool

    @property
    def waits_in_queue(self):
        return self.is_open and self.holder == Holder.QUEUE


def news_between(before, after):
    """Return the news of a change, or None."""
    if after.agent_id:
        return _news_of_holder(before, after)
    if after.waits_in_queue and not before.waits_in_queue:
        return News.HANDED_OVER if before.is_open and before.holder == Holder.BOT else News.WAITING
    return None


def _news_of_holder(before, after):
    if after.agent_id != before.agent_id:
        return _how_it_came(before) if after.is_new else None
    if after.unread > before.unread:
        return News.MESSAGE
    return News.BACK if after.is_back and not before.is_back else None


def _how_it_came(before):
    if before.agent_id:
        return News.TRANSFERRED
    return News.ASSIGNED if before.waits_in_queue else News.UNSENT


def announce_changes(changes):
    """Call agents by the news of changes. changes: keys of conversations, each with its state before and after."""
    found = [(pk, news) for pk, before, after in changes if (news := news_between(before, after))]
    if found and settings.VAPID_PRIVATE_KEY:
        tasks.call_agents.delay(found)
