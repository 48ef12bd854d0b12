"""Everything that the console keeps of a customer, and of another one in the same webhook."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from console.models import (
    Attachment,
    BotEvent,
    Conversation,
    CustomField,
    Draft,
    Label,
    MergedCustomer,
    Moderation,
    Note,
    Reaction,
    Reminder,
    ScheduledReply,
    SearchWord,
    Snooze,
)
from personas import pictures
from tests.conftest import PAGE_ID, known_customer
from tests.console.conftest import AT, fresh

SECRET = "Quokkateapot"


@pytest.fixture
def nils(bluebird):
    """Another customer, whose events share a webhook with Mona's."""
    return known_customer(bluebird, "8800112233", name="Nils Holm")


@pytest.fixture
def everything(receive, mona, nils, said, by_mona, echo, ana, ben, bluebird, settings):
    """Everything that the console keeps of a customer."""
    picture = {"attachments": [{"type": "image", "payload": {"url": f"{settings.PUBLIC_URL}/{SECRET}.png"}}]}
    others = {"sender": {"id": nils.psid}, "recipient": {"id": PAGE_ID}, "timestamp": AT}
    receive(said("m_1", f"My {SECRET} broke"), others | {"message": {"mid": "n_1", "text": "Where is my kettle?"}})
    receive(by_mona(message={"mid": "m_2"} | picture), said("m_3", "Hm", reply_to={"mid": "m_1"}))
    receive(by_mona(message_edit={"mid": "m_3", "text": f"{SECRET} again", "num_edit": 1}))
    receive(by_mona(referral={"ref": SECRET, "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    receive(
        by_mona(postback={"mid": "m_4", "title": SECRET, "payload": SECRET}), echo("m_5", f"Sorry for the {SECRET}")
    )
    conversation = fresh(mona.conversation)
    conversation.take(ana)
    _add_what_agents_made(conversation, ana, ben, nils)
    _add_files(conversation, mona)
    bot_event = {"page": bluebird, "body": json.dumps({"psid": mona.psid, "text": SECRET})}
    BotEvent.objects.create(conversation=conversation, kind=BotEvent.Kind.EVENT, **bot_event)
    BotEvent.objects.create(conversation=None, kind=BotEvent.Kind.EVENT, **bot_event)
    while SearchWord.objects.learn():
        pass
    return fresh(mona)


def _add_what_agents_made(conversation, ana, ben, nils):
    now, customer = timezone.now(), conversation.customer
    note = Note.objects.create(conversation=conversation, author=ana, text=f"@ben {SECRET}", at=now, revision=1)
    note.mentions.create(agent=ben)
    first = conversation.messages.in_order().first()
    Draft.objects.create(agent=ben, conversation=conversation, text=f"Dear {SECRET}", at=now, reply_to=first)
    own = {"text": f"Still {SECRET}?", "at": now + timedelta(days=1), "seen": 0, "revision": 1}
    ScheduledReply.objects.create(conversation=conversation, author=ana, **own)
    Reaction.objects.create(message=first, agent=ana, emoji="🫖", shown="🫖")
    conversation.handovers.update(note=f"About the {SECRET}", summary=SECRET)
    label = Label.objects.create(name="VIP")
    label.conversations.add(conversation)
    label.customers.add(customer)
    CustomField.objects.create(name="Order").values.create(customer=customer, value=SECRET, changed_by=ana)
    Snooze.objects.create(conversation=conversation, until=now + timedelta(days=1))
    Reminder.objects.create(conversation=conversation, agent=ana, news="window", since=now)
    Moderation.objects.create(customer=customer, action="block", by=ana, asked_at=now)
    MergedCustomer.objects.merge(conversation, nils.conversation, ana)
    about = {"content_type": ContentType.objects.get_for_model(Conversation), "object_id": conversation.pk}
    LogEntry.objects.create(user=ana, object_repr="Mona Weber", action_flag=2, **about)


def _add_files(conversation, customer):
    Attachment.objects.filter(message__conversation=conversation, kind="image")[0].file.save(
        "a.png", pictures.initials("Ana Ruiz")
    )
    customer.picture.save("mona.png", pictures.initials("Mona Weber"))
