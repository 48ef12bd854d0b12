"""A bot event: an event of Facebook's, or a change of holder, that is delivered to a Page's bot.

The table is an outbox: a row is written with the change that it is about, and deleted once the bot has taken it.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.bot_event.delivery import LEASE, BotEventDelivery, BotEventDeliveryQuerySet
from console.models.bot_event.holder_change import HolderChange
from console.models.handover.cause import Cause
from console.models.handover.delivery import METADATA
from console.models.holder import Holder
from console.wording.stored import in_source_language
from messenger import events


class BotEventQuerySet(BotEventDeliveryQuerySet):
    def announce(self, handover):
        """Add the events of a change of holder."""
        rules = handover.conversation.rules
        if rules.holder_url:
            with in_source_language():
                body = HolderChange.of(handover).model_dump_json(by_alias=True)
            self._add(handover, BotEvent.Kind.HOLDER, body)
        if rules.webhook_url and handover.from_holder != handover.to_holder:
            self._announce_to_bot(handover, rules)

    def retract(self, handover):
        """Delete the events of a change that is undone. Return whether they were still undelivered.

        Undelivered events of Facebook's are deleted too, as whenever a conversation leaves the bot.
        """
        undelivered = self.filter(kind=BotEvent.Kind.HOLDER, conversation=handover.conversation, attempts=0)
        return undelivered.filter(next_attempt_at=handover.undo_until).delete()[0] > 0

    def have_words_of(self, conversation):
        """Return whether words of the customer still have to be delivered to the bot."""
        return self.with_words().filter(conversation=conversation).exists()

    def with_words(self):
        """Filter to the events in which a customer waits for the bot's answer."""
        return self.filter(kind=BotEvent.Kind.EVENT, has_words=True)

    def add_event(self, page, conversation, body, has_words):
        """Add an event of Facebook's. If no other event waits, this process leases and delivers the new one."""
        kind = BotEvent.Kind.EVENT
        bot_event = BotEvent(page=page, conversation=conversation, kind=kind, body=body, has_words=has_words)
        if conversation is None or bot_event.queue.exists():
            bot_event.save()
            bot_event.deliver_later()
        else:
            bot_event.leased_until, bot_event.attempts = timezone.now() + LEASE, 1
            bot_event.save()
            transaction.on_commit(bot_event.deliver_in_thread, robust=True)

    def _announce_to_bot(self, handover, rules):
        """Add the change as Facebook's own event, which bots know. Reopening a closed conversation adds nothing."""
        conversation = handover.conversation
        if handover.from_holder == Holder.BOT:
            self._withdraw(conversation, rules)
            if rules.receives_standby:
                body = _control(handover, "take_thread_control")
                self._add(handover, BotEvent.Kind.EVENT, body, has_words=False)
        elif handover.to_holder == Holder.BOT and handover.cause != Cause.CUSTOMER_WROTE:
            is_waiting = conversation.waiting_since is not None
            body = _control(handover, "pass_thread_control")
            self._add(handover, BotEvent.Kind.EVENT, body, has_words=is_waiting)

    def _withdraw(self, conversation, rules):
        """Delete events that were not delivered yet, or turn them into standby events."""
        waiting = self.filter(conversation=conversation, kind=BotEvent.Kind.EVENT)
        for bot_event in waiting:
            parsed = events.parse(bot_event.body.encode())
            body = rules.receives_standby and body_of(map(events.standby_entry_of, parsed))
            if body:
                waiting.filter(pk=bot_event.pk).update(body=body, has_words=False)
            else:
                bot_event.delete()

    def _add(self, handover, kind, body, **fields):
        """Add an event. It waits as long as the change may be undone, because many bots speak as soon as they know."""
        conversation, until = handover.conversation, handover.undo_until
        named = {"page_id": conversation.page_id, "conversation": conversation}
        bot_event = self.create(kind=kind, body=body, next_attempt_at=until, **named, **fields)
        bot_event.deliver_later((until - timezone.now()).total_seconds() if until else 0)


class BotEvent(BotEventDelivery):
    class Kind(models.TextChoices):
        EVENT = "event", _("event")  # for the bot's webhook, as Facebook would send it
        HOLDER = "holder", _("change of holder")  # for the address that gets changes of holder

    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="bot_events", verbose_name=_("Page"))
    conversation = models.ForeignKey(
        "console.Conversation", models.PROTECT, related_name="bot_events", null=True, verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    body = models.TextField(_("body"))
    has_words = models.BooleanField(default=True, db_default=True, editable=False)  # a customer expects an answer
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects: ClassVar[Any] = BotEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("bot event")
        verbose_name_plural = _("bot events")
        ordering = ["pk"]
        indexes = [models.Index(fields=["page", "conversation", "kind", "id"], name="bot_event_queue")]

    def __str__(self):
        return f"{self.kind} {self.pk}"


def body_of(entries):
    """Return a body as Facebook's with these entries; "" for none."""
    entries = [entry for entry in entries if entry]
    return events.serialize_entries(entries).decode() if entries else ""


def _control(handover, name):
    """Return the body of a pass or take of the thread. Both apps are ours: Facebook knows of no change."""
    conversation, at = handover.conversation, int(handover.at.timestamp() * 1000)
    app_id, page_id = settings.FACEBOOK_APP_ID, conversation.page.page_id
    metadata = (handover.summary or handover.note)[:METADATA]
    control = {"previous_owner_app_id": app_id, "new_owner_app_id": app_id, "metadata": metadata}
    raw = {"sender": {"id": conversation.customer.psid}, "recipient": {"id": page_id}, "timestamp": at, name: control}
    return body_of([events.make_entry(page_id, at, raw)])
