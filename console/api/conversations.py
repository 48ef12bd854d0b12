"""The operations of a bot on one conversation of its Page, which the customer's PSID identifies."""

import uuid
from functools import wraps

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from console.api.refusals import WrongInput
from console.api.schemas import (
    CONFLICT,
    REFUSALS,
    UNREADABLE,
    Close,
    ConversationState,
    HandedOver,
    HandOver,
    NoFields,
    Psid,
    QueuedMessage,
    SendMessage,
    SentMessage,
)

router = Router(tags=["conversations"])
CHANGE = {**UNREADABLE, **CONFLICT, **REFUSALS}  # the refusals of an operation that changes something


def takes_no_query(operation):
    """Refuse query parameters, which would be ignored silently."""

    @wraps(operation)
    def answer(request, *args, **kwargs):
        if request.GET:
            raise WrongInput(", ".join(request.GET), _("this query parameter does not exist."))
        return operation(request, *args, **kwargs)

    return answer


router.add_decorator(takes_no_query)


@router.get("/{psid}", response={200: ConversationState, **REFUSALS}, summary="Show the conversation")
def show_conversation(request, psid: Psid):
    """Ask who holds the conversation before you reply, unless you follow the `holder` webhook. You may reply while
    `holder` is `bot`.
    """
    return state_of(find(request, psid))


@router.post("/{psid}/hand-over", response={200: HandedOver, **CHANGE}, summary="Hand over to the queue")
def hand_over(request, psid: Psid, given: HandOver):
    """Put the conversation into the queue, with your reason, for one team or for everybody. From then on people reply.

    The answer is 409 with the holder `queue` if the conversation is in the queue already.
    """
    conversation = find(request, psid)
    conversation.hand_over(note=given.reason, summary=given.summary, skill=given.skill)
    is_unknown = given.skill and conversation.team is None
    notice = _("No team of this Page has the skill “%(skill)s”, so everybody sees it.") % {"skill": given.skill}
    return state_of(conversation) | {"notice": notice if is_unknown else ""}


@router.post("/{psid}/resume", response={200: ConversationState, **CHANGE}, summary="Resume from the queue")
def resume(request, psid: Psid, given: NoFields = None):
    """Take the conversation back while it waits in the queue, for example because the customer kept talking to you.

    The answer is 409 once an agent has taken it.
    """
    conversation = find(request, psid)
    conversation.resume()
    return state_of(conversation)


@router.post("/{psid}/close", response={200: ConversationState, **CHANGE}, summary="Close")
def close(request, psid: Psid, given: Close = None):
    """Close the conversation when nobody has to do anything more. It reopens when the customer writes again.

    The answer is 409 with `holder` null if the customer has just written something that you have not received yet.
    The conversation then stays open, and yours.
    """
    conversation = find(request, psid)
    conversation.close(None, _key_of(conversation, given.seen, "seen") if given else None)
    return state_of(conversation)


@router.post(
    "/{psid}/messages", response={202: list[QueuedMessage], **CHANGE}, summary="Send a message", tags=["messages"]
)
def send(request, psid: Psid, given: SendMessage):
    """Queue a message. It goes out in order with all other messages of the conversation, under the name of the Page's
    bot if it has one.

    The answer comes as soon as the message is stored: from then on it is sent even if a server fails. A long text
    becomes several messages, each with a key of its own.

    The answer is 409 with the holder's name while people hold the conversation, and 409 without one once Facebook's
    24 hours are over, or while the customer is blocked.
    """
    conversation, key = find(request, psid), given.key or uuid.uuid4()
    quoted = _key_of(conversation, given.reply_to, "reply_to")
    messages = conversation.send(author=None, text=given.text, idempotency_key=key, reply_to=quoted)
    return Status(202, [{"key": message.idempotency_key, "state": message.state} for message in messages])


@router.get(
    "/{psid}/messages/{key}", response={200: SentMessage, **REFUSALS}, summary="Show a message", tags=["messages"]
)
def show_message(request, psid: Psid, key: uuid.UUID):
    """Ask for the state of a message. `sent`, `delivered` and `read` are what Facebook reported, never guesses."""
    sent = find(request, psid).messages.filter(is_by_bot=True, is_incoming=False)
    found = get_object_or_404(sent.only("state", "error"), idempotency_key=key)
    return {"key": key, "state": found.state, "error": found.error}


def find(request, psid):
    """Find the conversation on the API key's Page, or raise Http404."""
    conversations = request.auth.page.conversations.in_full()
    return get_object_or_404(conversations, customer__psid=psid)


def _key_of(conversation, mid, field):
    """Return the key of the message with this mid, or None for no mid."""
    if not mid:
        return None
    message = conversation.messages.filter(mid=mid).first()
    if message is None:
        raise WrongInput(field, _("this conversation has no message with this id."))
    return message.pk


def state_of(conversation):
    last = conversation.handovers.latest_change()
    return {
        "psid": conversation.customer.psid,
        "holder": conversation.holder,
        "name": conversation.holder_name_for_bot,
        "team": conversation.team and conversation.team.name,
        "is_open": conversation.is_open,
        "since": conversation.held_since,
        "reason": (last.note or last.get_cause_display()) if last else "",
    }
