"""A push subscription: a browser of an agent that is called while no desk is open in it."""

import logging
from collections import defaultdict
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.calls.news import OF_QUEUE, OF_TEAM, WHILE_WAITING, News
from console.calls.team import of_team
from console.infrastructure import sessions
from console.models.holder import Holder
from console.push.payload import payload_of, payload_of_test
from console.push.post import Gone, NotTaken, post
from personas.fields import EncryptedTextField

MOST_DEVICES = 20  # of one agent: the one that was used last replaces the oldest
MOST_ENDPOINT = 2000  # characters

logger = logging.getLogger(__name__)


class PushSubscriptionQuerySet(models.QuerySet):
    def subscribe(self, agent, session_key, endpoint, **keys):
        """Call this browser from now on. A browser belongs to the agent who subscribed it last."""
        fields = {"agent": agent, **_used(session_key), **keys}
        subscription, _is_new = self.update_or_create(endpoint=endpoint, defaults=fields)
        kept = self.filter(agent=agent).order_by("-used_at", "-pk").values("pk")[:MOST_DEVICES]
        self.filter(agent=agent).exclude(pk__in=[*kept.values_list("pk", flat=True)]).delete()
        return subscription

    def renew(self, agent, session_key, endpoint):
        """Note that an agent has logged in again on a browser; return whether it still is subscribed by them."""
        known = self.filter(agent=agent, endpoint=endpoint)
        return known.update(**_used(session_key)) == 1

    def reachable(self):
        """Return the subscriptions of browsers in which their agent is logged in."""
        found = list(self.exclude(session=None).select_related("agent"))
        logged_in = sessions.logged_in([one.session_id for one in found])
        return [one for one in found if logged_in.get(one.session_id) == one.agent]

    def call_devices(self, called):
        """Push news to the devices of the agents. called: keys of conversations, each with its news and its agents."""
        devices = defaultdict(list)
        for device in self.filter(agent__in={pk for *_what, agents in called for pk in agents}).reachable():
            devices[device.agent_id].append(device.pk)
        for conversation_id, news, agents in called:
            for device in [device for pk in agents for device in devices[pk]]:
                tasks.push.delay(device, conversation_id, news)

    def push(self, conversation_id, news):
        """Show news of a conversation on these devices, as far as their agents may see it and it still is news."""
        for subscription in self.reachable():
            visible = apps.get_model("console.Conversation").objects.visible_to(subscription.agent).with_page()
            conversation = visible.select_related("customer").filter(pk=conversation_id).first()
            if conversation and _is_news_to(subscription.agent, conversation, news):
                with subscription.agent.reading(subscription.language):
                    payload = payload_of(conversation, news, subscription.agent)
                subscription.push(payload)

    def push_test(self, test):
        """Push a test to these devices, as far as their agents are logged in there."""
        for subscription in self.reachable():
            with subscription.agent.reading(subscription.language):
                payload = payload_of_test(test, subscription.agent)
            subscription.push(payload)


class PushSubscription(models.Model):
    session_id: str | None
    agent_id: int

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions", verbose_name=_("agent")
    )
    session = models.ForeignKey(  # it ends by log-out
        "agents.Session", models.SET_NULL, null=True, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=MOST_ENDPOINT, unique=True, editable=False)  # at the browser's push service
    p256dh = models.CharField(max_length=100, editable=False)  # the browser's public key
    auth = EncryptedTextField(editable=False)  # the secret of the browser
    device = models.CharField(_("device"), max_length=100, blank=True)  # empty: a browser that is not known
    language = models.CharField(max_length=15, editable=False)  # of the pages that the browser showed last
    used_at = models.DateTimeField(_("last used"))

    objects: ClassVar[Any] = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering = ["-used_at", "-pk"]

    def __str__(self):
        return self.device or gettext("A browser")

    def push_test_later(self, test):
        """Have a test pushed to the device. test: its name, by which the page knows it again."""
        tasks.push_test.delay(self.pk, test)

    def push(self, payload):
        """Send a message to the device. A browser that has ended its subscription is forgotten."""
        try:
            post(self.endpoint, self.p256dh, self.auth, payload, topic=payload["tag"])
        except Gone:
            self.delete()
        except NotTaken as error:
            logger.error("The push service refuses a message to subscription %s (%s)", self.pk, error)


def _used(session_key):
    return {"session_id": session_key, "language": get_language(), "used_at": timezone.now()}


def _is_news_to(agent, conversation, news):
    """Return whether this still is news: the agent has not seen it, and nobody has dealt with it meanwhile."""
    if news == News.MENTION:
        return agent.mentions.unseen().filter(note__conversation=conversation).exists()
    if news in OF_TEAM:
        return _waits(conversation, news) and of_team(conversation, news).filter(pk=agent.pk).exists()
    is_waiting = news in WHILE_WAITING and conversation.waiting_since is not None
    return conversation.is_held_by(agent) and bool(is_waiting or conversation.unread or conversation.calls_holder)


def _waits(conversation, news):
    is_waiting = conversation.holder == Holder.QUEUE if news in OF_QUEUE else conversation.waiting_since is not None
    return conversation.is_open and is_waiting
