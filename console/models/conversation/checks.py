"""Checks before a conversation changes its holder. Each raises the refusal that says why not."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agents.roles import ANSWER, SEE_FIELDS
from console.custom_fields.models import CustomField
from console.models.bot_event.bot_event import BotEvent
from console.models.holder import Holder
from console.models.refusals import (
    DISCONNECTED,
    CannotReceive,
    MissingFields,
    Refused,
    TakenByAnother,
    TooLate,
    UnseenMessages,
)


def check_open(conversation):
    if not conversation.is_open:
        raise CannotReceive(_("This conversation is closed: reopen it first."))


def check_connected(conversation):
    if conversation.page.is_disconnected:
        raise CannotReceive(DISCONNECTED)


def check_may_close(conversation, agent):
    """Check that the agent may close it.

    On a disconnected Page, where nobody can take it, any agent may if nobody holds it.
    """
    if agent and conversation.page.is_disconnected:
        check_no_colleague_holds(conversation, agent)
    else:
        conversation.check_held_by(agent)


def check_may_transfer(conversation, agent):
    if not conversation.may_be_transferred_by(agent):
        raise TakenByAnother(conversation)


def check_required_fields(conversation, agent):
    """Check that all required fields are filled in. An agent who may not see them could not do that."""
    if not agent.has_perm(SEE_FIELDS):
        return
    if fields := list(CustomField.objects.missing(conversation.customer)):
        raise MissingFields(fields)


def check_no_colleague_holds(conversation, agent):
    if conversation.holder == Holder.AGENT:
        conversation.check_held_by(agent)


def check_untouched(conversation, handover):
    """Raise TooLate if anybody but the customer has done something since this change of holder."""
    if conversation.handovers.latest_change() != handover:
        raise TooLate(f"{_('Too late to undo.')} {TakenByAnother(conversation)}")
    if handover.is_answered:
        name = capfirst(conversation.holder_name)
        raise TooLate(_("Too late to undo. %(name)s has already replied.") % {"name": name})
    if handover.is_too_late_to_undo:
        raise TooLate(_("Too late to undo."))


def check_failed(message):
    if message.state != message.State.FAILED:
        raise Refused(_("This message has been sent again meanwhile."))


def check_has_bot(conversation):
    if not conversation.rules.has_bot:
        raise CannotReceive(_("This Page has no bot."))


def check_can_receive(conversation, agent):
    if not type(agent).objects.present().filter(pk=agent.pk).exists():
        raise CannotReceive(_("%(name)s is away.") % {"name": agent})
    check_may_answer(conversation, agent)


def check_may_answer(conversation, agent):
    """Check that the agent may see it and answer its customer."""
    if conversation.page.agents().who_may(ANSWER).filter(pk=agent.pk).exists():
        return
    check_may_see(conversation, agent)
    raise CannotReceive(_("%(name)s may not answer customers.") % {"name": agent})


def check_may_see(conversation, agent):
    """Check that the agent may see it. They may have left, or lost the right to the Page, since their request began."""
    if not conversation.page.agents().filter(pk=agent.pk).exists():
        raise CannotReceive(_("%(name)s may not see this Page.") % {"name": agent})


def check_nothing_scheduled(conversation, agent):
    """Raise the refusal if a scheduled reply waits: its author could not send it any more, and nobody would look after
    it.
    """
    if agent and conversation.scheduled_replies.waiting().filter(author=agent).exists():
        raise CannotReceive(_("A reply of yours waits to be sent later: send or delete it first."))


def check_all_seen(conversation, until, refusal=UnseenMessages):
    """Raise the refusal if the customer has just written more than was seen. Ids are given in order, under the lock."""
    unseen = conversation.messages.filter(is_imported=False, is_incoming=True, pk__gt=until or 0).order_by("pk")
    if until is not None and unseen.exists():
        raise refusal(conversation, unseen)


def check_all_delivered_to_bot(conversation):
    """Check that the bot has received the last message of the customer."""
    asked = conversation.messages.filter(is_imported=False, is_incoming=True).order_by("pk")
    if BotEvent.objects.have_words_of(conversation) and asked.exists():
        raise UnseenMessages(conversation, asked.filter(pk=asked.last().pk))
