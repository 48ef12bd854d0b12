"""The operations of a bot on one conversation of its Page, which the customer's PSID identifies."""

import uuid
from functools import wraps

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from console.api.refusals import WrongInput
from console.api.schemas import (
    REFUSALS,
    TAKEN,
    UNREADABLE,
    Done,
    HandedOver,
    HandOver,
    Held,
    Nothing,
    Psid,
    Saying,
    Sent,
    SentMessage,
)

router = Router(tags=["conversations"])


def takes_no_query(operation):
    """Refuse query parameters, which would be ignored silently."""

    @wraps(operation)
    def answer(request, *args, **kwargs):
        if request.GET:
            names = ", ".join(request.GET)
            raise WrongInput(_("%(names)s: there is no such parameter in the query here.") % {"names": names})
        return operation(request, *args, **kwargs)

    return answer


router.add_decorator(takes_no_query)


@router.get("/{psid}", response={200: Held, **REFUSALS}, summary="Who holds it")
def show(request, psid: Psid):
    """Ask this before you answer, if you do not follow the changes of holder yourself. You may speak while `holder` is
    `bot`.
    """
    return held(find(request, psid))


@router.post(
    "/{psid}/hand-over", response={200: HandedOver, **UNREADABLE, **TAKEN, **REFUSALS}, summary="Hand it over to people"
)
def hand_over(request, psid: Psid, given: HandOver):
    """Give the conversation to the queue, with your reason, for a team or for everybody. From then on people answer.

    The answer is 409 with the holder `queue` when it is in the queue already.
    """
    conversation = find(request, psid)
    conversation.hand_over(note=given.reason, summary=given.summary, skill=given.skill)
    is_unknown = given.skill and conversation.team is None
    notice = _("No team of this Page has the skill “%(skill)s”: everybody sees it.") % {"skill": given.skill}
    return held(conversation) | {"notice": notice if is_unknown else ""}


@router.post(
    "/{psid}/resume", response={200: Held, **UNREADABLE, **TAKEN, **REFUSALS}, summary="Take it back from the queue"
)
def resume(request, psid: Psid, given: Nothing = None):
    """Take the conversation back while it waits in the queue: the customer went on talking to you, say.

    The answer is 409 once an agent has it.
    """
    conversation = find(request, psid)
    conversation.resume()
    return held(conversation)


@router.post("/{psid}/close", response={200: Held, **UNREADABLE, **TAKEN, **REFUSALS}, summary="Be done with it")
def close(request, psid: Psid, given: Done = None):
    """Close the conversation because nobody has to do anything more. It opens again when the customer writes.

    The answer is 409 with `holder` null when the customer has just written something that you have not received yet.
    The conversation then stays open, and yours.
    """
    conversation = find(request, psid)
    conversation.close(None, _number(conversation, given.seen) if given and given.seen else None)
    return held(conversation)


@router.post(
    "/{psid}/messages",
    response={202: list[Sent], **UNREADABLE, **TAKEN, **REFUSALS},
    summary="Say something",
    tags=["messages"],
)
def send(request, psid: Psid, given: Saying):
    """Queue a message, which goes out in order with all other messages of this conversation, and under the bot's name
    if the Page has one for it.

    The answer comes as soon as the message is stored: from then on it is sent even if a server fails. A long text
    becomes several messages, each with a key of its own.
    The answer is 409 while people hold the conversation, with the holder's name, and once Facebook's 24 hours are over.
    """
    messages = find(request, psid).send(author=None, text=given.text, key=given.key or uuid.uuid4())
    return Status(202, [{"key": message.key, "state": message.state} for message in messages])


@router.get(
    "/{psid}/messages/{key}",
    response={200: SentMessage, **REFUSALS},
    summary="What became of a message",
    tags=["messages"],
)
def message(request, psid: Psid, key: uuid.UUID):
    """Ask for the state of a message. `sent`, `delivered` and `read` are never guesses: Facebook reported them."""
    said = find(request, psid).messages.filter(is_by_bot=True, is_incoming=False)
    return get_object_or_404(said.only("key", "state", "error"), key=key)


def find(request, psid):
    """Find the conversation on the API key's Page, or raise Http404."""
    related = request.auth.page.conversations.select_related("customer", "agent", "team", "page__rules")
    return get_object_or_404(related.defer("page__token"), customer__psid=psid)


def _number(conversation, mid):
    said = conversation.messages.filter(mid=mid).first()
    if said is None:
        raise WrongInput(_("seen: this conversation has no message with this id."))
    return said.pk


def held(conversation):
    last = conversation.handovers.latest_change()
    return {
        "psid": conversation.customer.psid,
        "holder": conversation.holder,
        "name": conversation.holder_name,
        "team": conversation.team and conversation.team.name,
        "is_open": conversation.is_open,
        "since": conversation.held_since,
        "reason": (last.note or last.get_cause_display()) if last else "",
    }
