"""Holders of a conversation, and their names for people."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messenger.calls.thread_control import PAGE_INBOX_APP_ID


class Holder(models.TextChoices):
    BOT = "bot", gettext_lazy("bot")
    QUEUE = "queue", gettext_lazy("queue")
    AGENT = "agent", gettext_lazy("agent")
    ELSEWHERE = "elsewhere", gettext_lazy("elsewhere")


def name_of(page, holder, agent, app):
    """Return the name of a conversation's holder, for the middle of a sentence."""
    if holder == Holder.AGENT:
        return str(agent)
    if holder == Holder.BOT:
        return page.bot_name or _("the bot")
    return app_name(app) if holder == Holder.ELSEWHERE else _("the queue")


def name_for_bot(rules, page, holder, agent, app):
    """Return the name of a conversation's holder for the Page's bot, by its rules."""
    return rules.name_for_bot(agent) if holder == Holder.AGENT else name_of(page, holder, agent, app)


def label_of(page, holder, agent, app):
    """Return the name as agents see it in a list, where a bot with a name must not look like a colleague."""
    if holder == Holder.ELSEWHERE:
        return app_name(app)
    if holder == Holder.BOT and page.bot_name:
        return _("%s (bot)") % page.bot_name
    return str(agent) if agent else Holder(holder).label


def app_name(app_id):
    """Return the name of an app that is not ours, for people."""
    if app_id == str(PAGE_INBOX_APP_ID):
        return _("Page Inbox")
    return _("app %s") % app_id if app_id else _("another app")
