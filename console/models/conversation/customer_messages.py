"""Process messages of customers, tapped buttons, orders and missed calls. The customer waits for an answer to each."""

import hashlib

from console.models.activity import Activity
from console.models.conversation import automated_responses, stored_messages
from console.models.conversation.outcomes import Outcome
from console.models.conversation.thread_order import moment_of


def process_message(conversation, event):
    return _process(conversation, event, text=event.text, payload=event.payload, reply_to=event.reply_to)


def process_order(conversation, event):
    return _process(conversation, event, text=event.note)


def process_postback(conversation, event):
    text = event.title or event.payload
    return _process(conversation, event, text=text, payload=event.payload)


def process_missed_call(conversation, event):
    """Process a missed call. It opens no messaging window and says nothing of thread control."""
    return _process(conversation, event, opens_window=False)


def mid_of(event):
    """Return the id of the customer's message. A tap without an id is given one: it must still be one message."""
    return event.mid or _made_up_mid(event)


def _process(conversation, event, *, opens_window=True, **content):
    mid = mid_of(event)
    with conversation.changing():
        if opens_window:
            conversation.note_customer_activity(moment_of(event.at))
            conversation.infer_control(event)
        stored = conversation.thread.find(mid)
        if stored and not stored.may_complete:
            return Outcome.UNSENT if stored.is_deleted else Outcome.ALREADY_STORED
        is_new = stored is None or stored.is_imported
        if stored:
            message = _complete(conversation, stored, event, **content)
        else:
            message = stored_messages.store_incoming(conversation, event, mid, **content)
        if opens_window:
            _note_ad(conversation, event, message)
        if conversation.last_at and message.at < conversation.last_at:
            _note_late_question(conversation, message)
        if is_new:
            stored_messages.wait_for_answer(conversation, message, event)
    return Outcome.PROCESSED


def _complete(conversation, message, event, text="", **content):
    """Complete a message that is known by its edit or from Facebook's history. An edited text stays."""
    if message.is_partial:
        message.earlier_texts.insert(0, text)
    elif not message.edited_at:
        message.text = text
    return stored_messages.complete(conversation, message, event, **content)


def _note_ad(conversation, event, message):
    """Note the ad or link by which the customer came, where the message names it."""
    if referral := getattr(event, "referral", None):
        Activity.objects.add_referral(conversation, referral, message.at)
        conversation.note_ad_click(referral, message.at)
    conversation.open_ad_window(message.at)


def _note_late_question(conversation, message):
    """Mark replies within seconds of a message that came late as automated responses."""
    if automated_responses.mark_late(conversation, message):
        conversation.retract_answer_elsewhere(message)


def _made_up_mid(event):
    seed = f"{event.psid}:{event.at}:{event.title}:{event.payload}"
    return "postback:" + hashlib.sha256(seed.encode()).hexdigest()
