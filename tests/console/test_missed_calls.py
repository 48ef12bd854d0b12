"""Missed calls are shown in the thread, and wait like messages."""

import pytest

from console.models import Conversation, HandoverRules, InboundWebhook
from console.models.holder import Holder
from messenger.events import serialize
from tests.conftest import PAGE_ID
from tests.console.conftest import AT, MINUTE, fresh, moment
from tests.stand_in import eventually

CALL = {"to": PAGE_ID, "event": "terminate", "timestamp": AT // 1000, "call_direction": "user_initiated"}


@pytest.fixture
def ring(arrive, mona):
    """Mona called, and a worker reads of it."""

    def report(id="c_1", psid=mona.psid, ended_at=AT + MINUTE, **more):
        call = CALL | {"id": id, "from": psid} | more
        body = {"object": "page", "entry": [{"id": PAGE_ID, "time": ended_at, "calls": [call]}]}
        assert arrive(serialize(body)).status_code == 200
        inbound_webhook = InboundWebhook.objects.latest("pk")
        inbound_webhook.process()
        return inbound_webhook

    return report


def test_a_missed_call_shows_in_thread_and_queue_and_waits(ring, mona, ana, client):
    ring()

    conversation = fresh(mona.conversation)
    assert (conversation.waiting_since, conversation.unread) == (moment(AT), 1)
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "Missed call" in client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "Missed call" in client.get("/queue/waiting/").content.decode()


def test_a_missed_call_delivered_twice_is_stored_once(ring, thread):
    ring(), ring(ended_at=AT + MINUTE + 1)

    assert thread.count() == 1


def test_a_missed_call_of_an_unknown_customer_creates_a_conversation(ring, bluebird):
    ring(psid="7009009009009009")

    assert Conversation.objects.get(customer__psid="7009009009009009").waiting_since == moment(AT)


@pytest.mark.parametrize("call", [{"event": "connect"}, {"duration": 20}, {"ended_at": AT + 10 * MINUTE}])
def test_a_ringing_or_accepted_call_creates_no_conversation(ring, bluebird, call):
    inbound_webhook = ring(psid="7009009009009009", **call)

    assert (inbound_webhook.processed_at is not None, inbound_webhook.error) == (True, "")
    assert not Conversation.objects.filter(customer__psid="7009009009009009").exists()


def test_a_missed_call_does_not_open_the_messaging_window(ring, mona):
    ring()

    assert fresh(mona.conversation).customer_active_at is None


def test_a_missed_call_reopens_a_closed_conversation(ring, receive, said, mona):
    receive(said("m_1"))
    Conversation.objects.update(closed_at=moment(AT), waiting_since=None)

    ring()

    assert fresh(mona.conversation).closed_at is None


def test_a_missed_call_becomes_a_bot_event_while_the_bot_holds(ring, bluebird, mona, settings):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/bot", bot_fields=["calls"])
    Conversation.objects.update(holder=Holder.BOT)

    ring()

    [notice] = bluebird.bot_events.all()
    assert '"calls":[' in notice.body


@pytest.mark.django_db(transaction=True)
def test_a_call_that_the_customer_hangs_up_becomes_a_missed_call(stack, bluebird):
    psid = stack.customer("Mona Weber")
    stack.post(f"customers/{psid}/call")
    stack.post(f"customers/{psid}/hang_up")

    conversation = eventually(lambda: Conversation.objects.filter(customer__psid=psid).first())

    eventually(lambda: conversation.messages.filter(attachments__kind="missed_call").exists())
