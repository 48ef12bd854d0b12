"""Process Facebook's events: find the conversation that each concerns, or begin one, and change it accordingly.

Every event may come twice, late, or out of order.
"""

from typing import Any, NamedTuple

from django.conf import settings

from console.models.activity import KINDS, WHOLE_LEAD, Activity
from console.models.bot_event.relay import CUSTOMER_MESSAGES
from console.models.conversation import corrections, customer_messages, echoes
from console.models.conversation.outcomes import Outcome, OutOfOrder
from console.models.conversation.thread_order import moment_of
from console.models.handover.cause import Cause
from messenger import events
from personas.models import Page

RECEIPTS = (events.Delivery, events.Read)


class Processed(NamedTuple):
    """One processed event, the conversation that it concerns, if there is one, and the outcome."""

    event: events.Event
    conversation: Any
    outcome: Outcome


def begins_conversation(event):
    """Return whether the event begins a conversation where there is none.

    An event that is only about an earlier message does not: it waits for that message. An unsent message does: an empty
    message is stored for it, which keeps its words out.
    """
    return bool(event.psid) and type(event) in PROCESSORS and not _is_about_message(event)


def process(event, conversations, has_waited=False):
    """Process an event in its opened conversation; raise OutOfOrder where it has to be processed again later.

    OutOfOrder is raised before anything is changed. has_waited: an event about a message has waited long enough for it,
    which may be older than the console.
    """
    _process_for_page(event)
    conversation = conversations.of(event)
    if conversation is None:
        _check_page(event)
        if not has_waited:
            _check_customer(event)
    if conversation is None or type(event) not in PROCESSORS:
        return Processed(event, conversation, Outcome.PROCESSED)
    if isinstance(event, CUSTOMER_MESSAGES):
        conversation.customer.fetch_profile_again()
    return Processed(event, conversation, _process_in(conversation, event, has_waited))


def extend_messaging_window(event, conversations):
    """Extend the messaging window by a reaction that could not be processed: the customer was active all the same."""
    conversation = conversations.of(event)
    if conversation and isinstance(event, events.Reaction) and event.emoji:
        with conversation.changing():
            conversation.note_customer_activity(moment_of(event.at))


def _process_for_page(event):
    """Process an event about the Page itself."""
    if isinstance(event, events.Policy):
        for page in Page.objects.filter(page_id=event.page_id):
            page.note_policy(event.action, event.reason, event.at)
    elif isinstance(event, events.Integrity):
        for page in Page.objects.filter(page_id=event.page_id):
            page.note_integrity(event.status, event.details, event.at)


def _check_page(event):
    """Raise OutOfOrder for an event of a conversation on a Page that is not connected yet."""
    is_known = type(event) not in PROCESSORS or not event.psid or Page.objects.filter(page_id=event.page_id).exists()
    if not is_known:
        raise OutOfOrder(f"The Page {event.page_id} is not connected.")


def _check_customer(event):
    """Raise OutOfOrder for an event about a message of a conversation that has not begun yet."""
    if event.psid and _is_about_message(event):
        raise OutOfOrder("The conversation has not begun yet.")


def _is_about_message(event):
    is_edit = isinstance(event, events.Edit)
    return isinstance(event, (*RECEIPTS, events.Reaction)) or (is_edit and corrections.is_emptying(event))


# Changes in the conversation


def _process_in(conversation, event, has_waited):
    is_unsending = getattr(event, "is_deleted", False)
    processor = corrections.process_unsending if is_unsending else PROCESSORS[type(event)]
    try:
        return processor(conversation, event)
    except OutOfOrder:
        if has_waited and isinstance(event, events.Reaction):
            return corrections.process_late_reaction(conversation, event) or _process_activity(conversation, event)
        if has_waited and isinstance(event, events.Edit):  # to an empty text, which leaves nothing to show
            return Outcome.PROCESSED
        raise


def _process_activity(conversation, event):
    with conversation.changing(is_listed=False):
        is_new = Activity.objects.add(conversation, event, moment_of(event.at))
    return Outcome.PROCESSED if is_new else Outcome.ALREADY_STORED


def _process_referral(conversation, event):
    """Note that the customer came by a link or an ad. A customer who filled in an ad's form waits for an answer."""
    at, is_lead = moment_of(event.at), event.referral.kind == WHOLE_LEAD
    with conversation.changing():
        conversation.note_customer_activity(at)
        conversation.note_ad_click(event.referral, at)
        is_new = Activity.objects.add_referral(conversation, event.referral, at)
        if is_new and is_lead:
            conversation.note_question(at)
            conversation.choose_holder("", "")
    return Outcome.PROCESSED if is_new else Outcome.ALREADY_STORED


def _process_delivery(conversation, event):
    with conversation.changing(is_listed=False) as revision:
        conversation.note_delivered(event.mids, _watermark(event), revision)
    return Outcome.PROCESSED


def _process_read(conversation, event):
    with conversation.changing(is_listed=False):
        conversation.note_read(_watermark(event))
    return Outcome.PROCESSED


def _watermark(event):
    return moment_of(event.watermark) if event.watermark else None


def _process_owner(conversation, event):
    if event.new_app_id == settings.FACEBOOK_APP_ID:
        conversation.gain_control(event.previous_app_id, event.metadata, event.at)
    else:
        conversation.lose_control(Cause.CONTROL_TAKEN, event.new_app_id, event.metadata, event.at)
    return Outcome.PROCESSED


def _process_request(conversation, event):
    conversation.note_request(event.requested_app_id, event.metadata, event.at)
    return Outcome.PROCESSED


PROCESSORS = {
    **dict.fromkeys(KINDS, _process_activity),
    events.Message: customer_messages.process_message,
    events.Postback: customer_messages.process_postback,
    events.Order: customer_messages.process_order,
    events.MissedCall: customer_messages.process_missed_call,
    events.Echo: echoes.process_echo,
    events.Reaction: corrections.process_reaction,
    events.Edit: corrections.process_edit,
    events.Referral: _process_referral,
    events.Delivery: _process_delivery,
    events.Read: _process_read,
    events.ThreadPassed: _process_owner,
    events.ThreadTaken: _process_owner,
    events.ThreadRequested: _process_request,
}
