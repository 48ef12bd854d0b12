"""News for which agents are called. Most of it is found by comparing a conversation before and after a change."""

from functools import partial
from typing import NamedTuple

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.models.holder import Holder


class News(models.TextChoices):
    MESSAGE = "message", _("a customer of mine writes")
    ASSIGNED = "assigned", _("a conversation is assigned to me")
    TRANSFERRED = "transferred", _("a colleague transfers a conversation to me")
    MENTION = "mention", _("a note mentions me")
    UNSENT = "unsent", _("a reply of mine was not sent, and the conversation is back")
    BACK = "back", _("a snooze of mine is over")
    UNANSWERED = "unanswered", _("a customer of mine waits for long")
    WINDOW_CLOSES = "window-closes", _("the messaging window closes while a customer of mine waits")
    WAITING = "waiting", _("a customer begins to wait")
    HANDED_OVER = "handed-over", _("the bot hands over a conversation")
    QUEUE_WAITS = "queue-waits", _("a customer waits for long")
    ESCALATED = "escalated", _("nobody reacts to a customer of my team")


OF_QUEUE = {News.WAITING, News.HANDED_OVER, News.QUEUE_WAITS}
OF_TEAM = OF_QUEUE | {News.ESCALATED}  # the others are for one agent
WHILE_WAITING = {News.UNANSWERED, News.WINDOW_CLOSES}  # news also after the agent has read it
REASONS = {  # of those that the words of the customer do not explain
    News.ASSIGNED: _("Assigned to you"),
    News.TRANSFERRED: _("Transferred to you"),
    News.UNSENT: _("A reply was not sent"),
    News.BACK: _("The snooze is over"),
    News.UNANSWERED: _("Waits for your answer"),
    News.WINDOW_CLOSES: _("The messaging window closes soon"),
    News.HANDED_OVER: _("From the bot"),
    News.QUEUE_WAITS: _("Waits in the queue"),
    News.ESCALATED: _("Nobody has reacted yet"),
}


class Item(NamedTuple):
    """Some news of a conversation. agent_id: whom it is for, unless it is for a team.

    minutes: those of the agents' rules, for news that a customer waits in the queue.
    """

    conversation_id: int
    news: str
    agent_id: int | None = None
    minutes: int = 0


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
    found = [(pk, news_between(before, after), after.agent_id) for pk, before, after in changes]
    _announce([Item(pk, news, agent_id) for pk, news, agent_id in found if news])


def announce(items):
    """Call agents by these items of news after the commit."""
    transaction.on_commit(partial(_announce, items), robust=True)


def _announce(items):
    if items:
        tasks.call_agents.delay([*map(list, items)])
