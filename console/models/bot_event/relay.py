"""The relay: it decides which bot gets which of Facebook's events. A bot that holds a conversation gets all of them."""

from itertools import groupby

from console.models.activity import WHOLE_LEAD
from console.models.bot_event.bot_event import BotEvent, body_of
from console.models.handover.cause import Cause
from console.models.handover_rules import HandoverRules
from console.models.holder import Holder
from messenger import events

CUSTOMER_MESSAGES = (events.Message, events.Postback, events.MissedCall, events.Order)


def relay(processed, whole_body=None):
    """Add bot events for the processed events of one webhook body, in its order.

    The holder after the last event decides: an event that called a person is for people. whole_body: the webhook body,
    where it holds nothing else.
    """
    for rules, conversation, found in _by_conversation(processed):
        if _misses_a_message(rules, conversation, found):
            conversation.hand_over(Cause.NOT_SUBSCRIBED)
        # Messages by themselves: a bot that refuses the receipt beside them has refused no message.
        for has_words, part in groupby(rules.subscribed(found), key=is_for_bot_to_answer):
            part = list(part)
            if conversation is None or conversation.holder == Holder.BOT:
                # Byte for byte, so that Facebook's own signatures are valid: the same app secret signs both.
                is_whole = whole_body and len(part) == len(processed)
                body = whole_body if is_whole else body_of(map(events.entry_of, part))
                BotEvent.objects.add_event(rules.page, conversation, body, has_words)
            elif rules.receives_standby and (body := body_of(map(events.standby_entry_of, part))):
                BotEvent.objects.add_event(rules.page, conversation, body, has_words=False)


def is_for_bot_to_answer(event):
    """Return whether the customer waits for an answer to the event."""
    is_unsending = isinstance(event, events.Message) and event.is_deleted
    referral = event.referral if isinstance(event, events.Referral) else None
    is_lead = referral is not None and referral.kind == WHOLE_LEAD
    return (isinstance(event, CUSTOMER_MESSAGES) or is_lead) and not event.is_standby and not is_unsending


def _by_conversation(processed):
    """Return [(rules, conversation or None, events)]. The conversation is as it was after the last of its events."""
    rules, groups = _rules_of_bots(processed), {}
    for event, conversation, _outcome in processed:
        if page_rules := rules.get(event.page_id):
            group = groups.setdefault((event.page_id, conversation and conversation.pk), [page_rules, conversation, []])
            group[1] = conversation
            group[2].append(event)
    return list(groups.values())


def _rules_of_bots(processed):
    """Return {page id: rules} for the Pages whose bot has a webhook."""
    known = {one.event.page_id: HandoverRules.of(one.conversation.page) for one in processed if one.conversation}
    others = {event.page_id for event, _conversation, _outcome in processed} - known.keys()
    rules = (known | HandoverRules.of_pages(others)) if others else known
    return {page_id: rule for page_id, rule in rules.items() if rule.webhook_url and rule.has_bot}


def _misses_a_message(rules, conversation, found):
    """Return whether the customer waits for the bot with a message of a field that the bot did not subscribe to."""
    is_bots = conversation is not None and conversation.holder == Holder.BOT and not rules.bot_app_id
    relayed = rules.subscribed(found)
    return is_bots and any(is_for_bot_to_answer(event) and event not in relayed for event in found)
