"""Calls, workers, echoes and receipts fail or come in any order, and yet the customer gets what was typed,
once and in order, and what a message says of itself is true."""

import uuid
from contextlib import suppress
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from console.models import Conversation, Customer, Message
from console.models.message.reconciliation import SETTLE
from messenger import GraphError
from messenger.events import Delivery, Echo, Read
from personas.models import Page
from tests.console.conftest import process

S = Message.State
NEXT = {
    S.QUEUED: {S.SENDING, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED, S.READ},
    S.SENDING: {S.QUEUED, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED, S.READ},
    S.UNKNOWN: {S.QUEUED, S.SENT, S.FAILED, S.DELIVERED, S.READ},
    S.FAILED: {S.QUEUED, S.SENT, S.DELIVERED, S.READ},
    S.SENT: {S.DELIVERED, S.READ},
    S.DELIVERED: {S.READ},
    S.READ: set(),
}
ARRIVED = {S.SENT, S.DELIVERED, S.READ}
REFUSALS = {
    "for good": {"status": 400, "error": {"message": "(#551)", "code": 551, "error_subcode": 1545041}},
    "for now": {"status": 500},
    "as too much": {"status": 400, "error": {"message": "(#613)", "code": 613}},
    "before": {"drop": "before"},
    "after": {"drop": "after"},
}


class SendQueueMachine(RuleBasedStateMachine):
    """Ana answers one customer; Facebook and our workers misbehave."""

    messages = Bundle("messages")
    sandbox = agent = None  # set for each run

    def __init__(self):
        super().__init__()
        made = self.sandbox.post("pages", name="Green Bakery")
        self.page = Page.objects.create(page_id=made["id"], token=made["token"])
        self.psid = self.sandbox.post("customers", name="Otto", page_id=made["id"])["psid"]
        self.sandbox.say(self.psid, text="Bread?")
        customer = Customer.objects.create(page=self.page, psid=self.psid)
        self.pk = Conversation.objects.create(page=self.page, customer=customer).pk
        self.conversation.take(self.agent)
        self.typed, self.before = 0, {}

    @property
    def conversation(self):
        """Return the conversation as another worker would load it."""
        return Conversation.objects.get(pk=self.pk)

    @property
    def said(self):
        return self.sandbox.said(self.psid)

    @rule(target=messages)
    def send(self):
        self.typed += 1
        return self.conversation.send(author=self.agent, text=f"line {self.typed}", idempotency_key=uuid.uuid4())[0].pk

    @rule()
    def deliver(self):
        self.conversation.deliver()

    @rule(how=st.sampled_from(sorted(REFUSALS)), edge=st.sampled_from(["messages", "messages", "personas"]))
    def deliver_badly(self, how, edge):
        match = {"path": edge, "body": self.psid} if edge == "messages" else {"path": edge, "method": "POST"}
        self.sandbox.post("faults", match=match, times=1, **REFUSALS[how])
        self.conversation.deliver()
        self.sandbox.be_well()

    @rule(had_called=st.booleans())
    def die_while_sending(self, had_called):
        """A worker is killed after its claim, before or after its call."""
        send_queue = self.conversation.send_queue
        if not send_queue.lease():
            return
        message = send_queue.next_pending()[0]
        persona = message._persona() if message.state == S.QUEUED else None
        if persona and persona.is_usable and message._claim(persona) and had_called:
            with suppress(GraphError):  # the persona is no more
                message._call(self.page.client(), file=None, tag=None)
        Conversation.objects.filter(pk=self.pk).update(leased_until=timezone.now() - timedelta(seconds=1))

    @rule(settles=st.booleans())
    def let_time_pass(self, settles):
        ago = SETTLE if settles else timedelta()
        self.conversation.messages.update(
            next_attempt_at=F("next_attempt_at") - timedelta(hours=1), unknown_since=F("unknown_since") - ago
        )
        Page.objects.filter(pk=self.page.pk).update(waits_until=None)
        self.page.personas.update(next_attempt_at=None)

    @rule(which=st.integers(0, 30))
    def receive_an_echo(self, which):
        """Receive the echo of any message, in any order, any number of times."""
        if said := self.said:
            received = said[which % len(said)]
            common = {"page_id": self.page.page_id, "psid": self.psid, "is_standby": False, "raw": {}}
            key = str(self.conversation.messages.get(text=received["text"], is_incoming=False).idempotency_key)
            more = {"text": received["text"], "attachments": (), "app_id": "", "metadata": key}
            process(Echo(**common, at=received["at"], mid=received["mid"], **more))

    @rule(which=st.integers(0, 30), kind=st.sampled_from([Delivery, Read]))
    def receive_a_receipt(self, which, kind):
        if said := self.said:
            received = said[which % len(said)]
            common = {"page_id": self.page.page_id, "psid": self.psid, "is_standby": False, "raw": {}}
            more = {"mids": ()} if kind is Delivery else {}
            process(kind(**common, at=received["at"], watermark=received["at"], **more))

    @rule(message=messages)
    def retry(self, message):
        self.conversation.retry(Message.objects.get(pk=message), self.agent)

    @rule()
    def lose_the_persona(self):
        for persona in self.page.personas.exclude(graph_id=""):
            with suppress(GraphError):  # it is gone already
                self.page.client().delete_persona(persona.graph_id)

    @invariant()
    def each_is_said_at_most_once(self):
        texts = [received["text"] for received in self.said]
        assert len(texts) == len(set(texts))

    @invariant()
    def states_are_true_and_move_as_they_may(self):
        there = {received["mid"]: received["text"] for received in self.said}
        for message in self.conversation.messages.filter(is_incoming=False):
            old = self.before.get(message.pk, message.state)
            assert message.state == old or message.state in NEXT[S(old)], (old, message.state)
            if message.state in ARRIVED:
                assert there[message.mid] == message.text
            self.before[message.pk] = message.state

    def teardown(self):
        """Facebook is well again: everything comes to its end."""
        self.sandbox.be_well()
        for _step in range(4 * self.typed + 4):
            self.let_time_pass(settles=True)
            self.conversation.deliver()
        messages = list(self.conversation.messages.filter(is_incoming=False).in_order())
        arrived = [message.text for message in messages if message.state in ARRIVED]
        assert [received["text"] for received in self.said] == arrived
        assert {message.state for message in messages} <= ARRIVED | {S.FAILED}
        assert len(messages) == self.typed


def test_replies_are_delivered_once_and_in_order_under_random_faults(sandbox, ana):
    SendQueueMachine.sandbox, SendQueueMachine.agent = sandbox, ana
    run_state_machine_as_test(
        SendQueueMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failing run has some twenty steps: no need to wait for a shorter one
            suppress_health_check=list(HealthCheck),
        ),
    )
