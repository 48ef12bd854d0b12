"""The parts of an erasure: each is one transaction, under the lock of the erasure's row, and may be repeated."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from console import deletion
from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.conversation import Conversation
from console.models.customer import Customer
from console.models.inbound_batch import LOCK_TIMEOUT, TURN
from console.models.inbound_webhook import InboundWebhook
from console.models.message.message import Message
from personas.models import DiscardedFile
from personas.models.retry import Outcome

WEBHOOKS = 500  # bodies that are looked through in one transaction
ECHO_WITHIN = timedelta(seconds=30)  # of a message, nearly always
WEBHOOK_LABEL = InboundWebhook._meta.label


def detach(erasure):
    """Give the customer another id and no name, unless a message is being sent to them.

    No batch of webhooks locks conversations meanwhile: one that waited would store a message in the old conversation.
    """
    _take_turn()
    deleted = {WEBHOOK_LABEL: InboundWebhook.objects.erase_unprocessed(erasure.psid, erasure.asked_at)}
    conversation = Conversation.objects.for_change().filter(customer=erasure.customer_id).first()
    if conversation:
        queued = conversation.messages.filter(state=Message.State.QUEUED).select_for_update()
        deleted |= deletion.delete_messages([message.pk for message in queued])
        if is_being_sent(conversation) and not erasure.is_late:
            erasure.note(erasure.State.ASKED, deleted)
            return Outcome.WAIT
        _forget_elsewhere(conversation)
    for customer in Customer.objects.filter(pk=erasure.customer_id).select_for_update():
        _rename(customer, f"erased-{erasure.pk}")
    unnamed = BotEvent.objects.filter(page=erasure.page_id, conversation=None, body__contains=erasure.psid)
    deleted |= unnamed.delete()[1]
    erasure.note(erasure.State.DELETING, deleted, gone_at=timezone.now())
    return Outcome.NEXT


def delete(erasure):
    """Delete some messages of the conversation, or the rest of it with the customer."""
    conversation = Conversation.objects.for_change().filter(customer=erasure.customer_id).first()
    if conversation:
        has_more, deleted = deletion.delete_part(conversation)
    else:
        has_more, deleted = False, deletion.delete_customer(erasure.customer_id)
    if not has_more:
        Conversation.objects.publish_page()  # open desks ask for all rows, of which this one is gone
    erasure.note(erasure.State.DELETING if has_more else erasure.State.CLEANING, deleted)
    return Outcome.NEXT


def clean(erasure):
    """Remove the customer from some of the stored webhooks: those that came or were processed before they were gone.

    If they have written since, they are a new customer, and the webhooks of that are not touched.
    """
    found = InboundWebhook.objects.filter(pk__gt=erasure.cleaned).order_by("pk").values_list("pk", flat=True)
    chunk = list(found[:WEBHOOKS])
    is_old = Q(received_at__lte=erasure.asked_at) | Q(processed_at__lte=erasure.gone_at)
    erased = InboundWebhook.objects.filter(is_old, pk__in=chunk).erase(erasure.psid) if chunk else 0
    deleted = {WEBHOOK_LABEL: erased}
    if len(chunk) == WEBHOOKS:
        erasure.note(erasure.State.CLEANING, deleted, cleaned=chunk[-1])
        return Outcome.NEXT
    erasure.note(erasure.State.DONE, deleted, psid="", done_at=timezone.now())
    return Outcome.READ_AGAIN


def is_being_sent(conversation):
    """Return whether a message is on its way, it is being found out whether it arrived, or its echo may still come.

    An echo without its message would begin a new conversation.
    """
    is_reconciled = Q(state=Message.State.UNKNOWN, next_attempt_at__isnull=False)
    is_echoed_soon = Q(state__in=Message.GONE, is_imported=False, at__gt=timezone.now() - ECHO_WITHIN)
    on_its_way = Q(state=Message.State.SENDING) | is_reconciled | is_echoed_soon
    return conversation.messages.filter(on_its_way).exists()


def _take_turn():
    """Wait for the turn of batches of webhooks; it ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])


def _forget_elsewhere(conversation):
    """Split the customer from those who are merged with them, and forget their name in the admin's log."""
    if hasattr(conversation.customer, "merged"):
        type(conversation.customer.merged).objects.split(conversation)
    about = [(Conversation, conversation.pk), (Customer, conversation.customer_id)]
    for model, pk in about:
        entries = LogEntry.objects.filter(content_type__model=model._meta.model_name, object_id=str(pk))
        entries.update(object_repr="", change_message="")


def _rename(customer, psid):
    DiscardedFile.objects.discard(customer.picture.name)
    nothing = {"name": "", "picture": "", "locale": "", "utc_offset": None, "profile_at": timezone.now()}
    customer.row.update(psid=psid, **nothing)
