"""One thing that a Page's bot has to be told: an event of Facebook's, or who holds a conversation now.

The row is the outbox: written with the change it tells of, deleted once the bot has taken it.
"""

from itertools import groupby
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.activity import WHOLE_LEAD
from console.models.bot_event.delivery import LEASE, BotEventDelivery, BotEventDeliveryQuerySet
from console.models.bot_event.holder_change import HolderChange
from console.models.handover import METADATA, Cause
from console.models.handover_rules import HandoverRules
from console.models.holder import Holder
from messenger import events

WORDS = (events.Message, events.Postback, events.MissedCall, events.Order)


class BotEventQuerySet(BotEventDeliveryQuerySet):
    def tell(self, handover):
        """Who holds a conversation now."""
        rules = handover.conversation.rules
        if rules.holder_url:
            body = HolderChange.of(handover).model_dump_json(by_alias=True)
            self._add(handover.conversation, BotEvent.Kind.HOLDER, body)
        if rules.webhook_url and handover.from_holder != handover.to_holder:
            self._tell_bot(handover, rules)

    def relay(self, inbound_webhook, heard, is_all):
        """What Facebook told. heard: [(event, conversation or None)] of one webhook body, in its order.

        is_all: whether there is nothing else in the body.

        How the conversation stands once all of the body is read decides: what called a person is for people.
        """
        rules = _relaying(heard)
        for page_rules, conversation, told in _by_conversation(heard, rules):
            if _is_missed(page_rules, conversation, told):
                conversation.hand_over(Cause.NOT_TOLD)
            # Words by themselves: a bot that refuses the receipt beside them has refused no words.
            for has_words, part in groupby(page_rules.subscribed(told), key=is_for_bot_to_answer):
                part = list(part)
                if conversation is None or conversation.holder == Holder.BOT:
                    # Byte for byte, and so under the signatures that Facebook gave it: the same key signs the same.
                    body = (
                        inbound_webhook.body
                        if is_all and len(part) == len(heard)
                        else _body(map(events.entry_of, part))
                    )
                    self._pass_on(page_rules.page, conversation, body, has_words)
                elif page_rules.receives_standby and (body := _body(map(events.standby_entry_of, part))):
                    self._pass_on(page_rules.page, conversation, body, has_words=False)

    def have_words_of(self, conversation):
        """Whether the customer said something that the bot has not heard, whatever it answered to what came before."""
        return self.with_words().filter(conversation=conversation).exists()

    def with_words(self):
        """Those in which a customer waits for the bot's answer."""
        return self.filter(kind=BotEvent.Kind.EVENT, has_words=True)

    def _tell_bot(self, handover, rules):
        """In Facebook's own words, which bots know. They are no end of a person's time, where nobody answered."""
        conversation = handover.conversation
        if handover.from_holder == Holder.BOT:
            self._take_from_bot(conversation, rules)
            if rules.receives_standby:
                body = _control(handover, "take_thread_control")
                self._add(conversation, BotEvent.Kind.EVENT, body, has_words=False)
        elif handover.to_holder == Holder.BOT and handover.cause != Cause.CUSTOMER_WROTE:
            is_waiting = conversation.waiting_since is not None
            body = _control(handover, "pass_thread_control")
            self._add(conversation, BotEvent.Kind.EVENT, body, has_words=is_waiting)

    def _take_from_bot(self, conversation, rules):
        """What it has not heard yet, it does not hear any more, or as one who only listens."""
        waiting = self.filter(conversation=conversation, kind=BotEvent.Kind.EVENT)
        for bot_event in waiting:
            told = events.parse(bot_event.body.encode())
            body = rules.receives_standby and _body(map(events.standby_entry_of, told))
            if body:
                waiting.filter(pk=bot_event.pk).update(body=body, has_words=False)
            else:
                bot_event.delete()

    def _pass_on(self, page, conversation, body, has_words):
        """Lease it to this process, if it is the only one in its queue: then no worker need be asked for it."""
        kind = BotEvent.Kind.EVENT
        bot_event = BotEvent(page=page, conversation=conversation, kind=kind, body=body, has_words=has_words)
        if conversation is None or bot_event.queue.exists():
            bot_event.save()
            bot_event.deliver_later()
        else:
            bot_event.leased_until, bot_event.attempts = timezone.now() + LEASE, 1
            bot_event.save()
            transaction.on_commit(bot_event.deliver_in_thread, robust=True)

    def _add(self, conversation, kind, body, **fields):
        named = {"page_id": conversation.page_id, "conversation": conversation}
        self.create(kind=kind, body=body, **named, **fields).deliver_later()


class BotEvent(BotEventDelivery):
    class Kind(models.TextChoices):
        EVENT = "event", _("event")  # to the bot's webhook, as Facebook would
        HOLDER = "holder", _("change of holder")  # to the address for changes of holder

    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="bot_events", verbose_name=_("Page"))
    conversation = models.ForeignKey(
        "console.Conversation", models.PROTECT, related_name="bot_events", null=True, verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    body = models.TextField(_("body"))
    has_words = models.BooleanField(default=True, db_default=True, editable=False)  # somebody waits for an answer to it
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects: ClassVar[Any] = BotEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("bot event")
        verbose_name_plural = _("bot events")
        ordering = ["pk"]
        indexes = [models.Index(fields=["page", "conversation", "kind", "id"], name="bot_event_queue")]

    def __str__(self):
        return f"{self.kind} {self.pk}"


def _relaying(heard):
    """{page id: rules} of those Pages whose bot hears from us what Facebook tells."""
    read = [(event, conversation) for event, conversation in heard if conversation and conversation.page_id]
    known = {event.page_id: conversation.rules for event, conversation in read}
    others = {event.page_id for event, _conversation in heard} - known.keys()
    rules = (known | HandoverRules.of_pages(others)) if others else known
    return {page_id: rule for page_id, rule in rules.items() if rule.webhook_url and rule.has_bot}


def _by_conversation(heard, rules):
    """[(rules of the Page, conversation or None, its events in order)]. It is as it stood after the last of them."""
    lanes = {}
    for event, conversation in heard:
        if page_rules := rules.get(event.page_id):
            if conversation is None or conversation.page_id is None:  # nothing of it could be read
                conversation = _known(page_rules, event.psid)
            lane = lanes.setdefault((event.page_id, conversation and conversation.pk), [page_rules, conversation, []])
            lane[1] = conversation
            lane[2].append(event)
    return list(lanes.values())


def _known(rules, psid):
    """What shows in no thread, such as a login, belongs to the person's conversation all the same."""
    return rules.page.conversations.filter(customer__psid=psid).first() if psid else None


def _is_missed(rules, conversation, told):
    """Whether the customer waits for the bot with words of a field that it did not subscribe to."""
    is_bots = conversation is not None and conversation.holder == Holder.BOT and not rules.bot_app_id
    heard = rules.subscribed(told)
    return is_bots and any(is_for_bot_to_answer(event) and event not in heard for event in told)


def is_for_bot_to_answer(event):
    """Whether the customer waits for an answer to it."""
    is_unsend = isinstance(event, events.Message) and event.is_deleted
    is_lead = isinstance(event, events.Referral) and event.referral.kind == WHOLE_LEAD
    return (isinstance(event, WORDS) or is_lead) and not event.is_standby and not is_unsend


def _body(entries):
    """Facebook's body of these; "" for none."""
    entries = [entry for entry in entries if entry]
    return events.serialize_entries(entries).decode() if entries else ""


def _control(handover, name):
    """That the thread goes from an app to another. Both are ours: Facebook knows of no change."""
    conversation, at = handover.conversation, int(handover.at.timestamp() * 1000)
    app_id, page_id = settings.FACEBOOK_APP_ID, conversation.page.page_id
    told = {
        "previous_owner_app_id": app_id,
        "new_owner_app_id": app_id,
        "metadata": (handover.summary or handover.note)[:METADATA],
    }
    raw = {"sender": {"id": conversation.customer.psid}, "recipient": {"id": page_id}, "timestamp": at, name: told}
    return _body([events.make_entry(page_id, at, raw)])
