"""Events in the same instant leave one history, and everybody sees the same end."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from agents.models import Agent
from console.models import Conversation, Customer, HandoverRules, Holder, Message, TakenByAnother
from console.models.conversation.outcomes import Outcome
from messenger import events
from messenger.events import serialize
from tests.conftest import PAGE_ID, known_customer
from tests.console.conftest import AT, is_a_lock_awaited, process
from tests.stand_in import eventually

OURS = "1517776481860111"
ORDERS = 1000


def at_once(verbs, threads):
    """Return the result of each verb, or the refusal that it raised."""

    def run(verb):
        try:
            return verb()
        except TakenByAnother as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, verbs))


def test_one_of_fifty_concurrent_takes_succeeds_and_the_others_name_the_holder(transactional_db, bluebird):
    agents = Agent.objects.bulk_create(
        Agent(username=f"agent{number}", first_name=f"Agent {number}", is_present=True) for number in range(50)
    )
    customer = Customer.objects.create(page=bluebird, psid="7001")
    conversation = Conversation.objects.create(page=bluebird, customer=customer)
    start = threading.Barrier(25)

    def take(agent):
        start.wait()
        Conversation.objects.get(pk=conversation.pk).take(agent)
        return agent

    outcomes = at_once([lambda agent=agent: take(agent) for agent in agents], threads=25)
    [winner] = [outcome for outcome in outcomes if isinstance(outcome, Agent)]
    event_of = [outcome.name for outcome in outcomes if isinstance(outcome, TakenByAnother)]
    assert event_of == [str(winner)] * 49
    [line] = conversation.handovers.all()
    assert (line.from_holder, line.to_agent, line.by) == (Holder.QUEUE, winner, winner)
    conversation.refresh_from_db()
    assert (conversation.agent, conversation.revision) == (winner, 1)


def while_locked(change, verb):
    """Call a verb in another thread that has to wait for the transaction of this change; return its result."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            change()
            result = pool.submit(lambda: at_once([verb], threads=1))
            eventually(is_a_lock_awaited)
        return result.result()[0]


def test_a_customer_of_the_cast_has_the_conversation_that_a_worker_begins_meanwhile(transactional_db, bluebird):
    customer = Customer.objects.create(page=bluebird, psid="7001")
    known = while_locked(
        lambda: Conversation.objects.create(page=bluebird, customer=customer),
        lambda: known_customer(bluebird, "7001", name="Mona Weber"),
    )
    assert known.conversation == Conversation.objects.get()


def test_a_change_that_waits_for_the_lock_finds_the_row_although_its_page_and_rules_change_too(
    transactional_db, bluebird
):
    """PostgreSQL joins the Page and the rules again to the new version of the row that it locks."""
    rules = HandoverRules.objects.create(page=bluebird, words="human")
    customer = Customer.objects.create(page=bluebird, psid="7001")
    conversation = Conversation.objects.create(page=bluebird, customer=customer)

    def change():
        Conversation.objects.update(last_words="Hello?", revision=7)
        type(bluebird).objects.update(name="Bluebird Coffee")
        rules.delete()

    def wait():
        with conversation.changing() as revision:
            return revision

    assert while_locked(change, wait) == 8
    assert Conversation.objects.get().last_words == "Hello?"


@pytest.fixture
def conversations(transactional_db, bluebird, settings):
    """All with the bot, which hands over at "human"."""
    settings.FACEBOOK_APP_ID = OURS
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/", words="human")
    customers = Customer.objects.bulk_create(Customer(page=bluebird, psid=f"{7000 + n}") for n in range(ORDERS))
    rows = (Conversation(page=bluebird, customer=customer, holder=Holder.BOT) for customer in customers)
    return Conversation.objects.bulk_create(rows)


def event_of(conversation, mine, **inner):
    psid = conversation.customer.psid
    ends = {"sender": {"id": PAGE_ID}, "recipient": {"id": psid}} if mine else {"sender": {"id": psid}}
    body = {"object": "page", "entry": [{"id": PAGE_ID, "time": AT, "messaging": [ends | {"timestamp": AT} | inner]}]}
    [event] = events.parse(serialize(body))
    return lambda: process(event).outcome


@pytest.mark.slow
def test_a_concurrent_message_bot_answer_and_take_leave_one_consistent_history(conversations, ana):
    """Try a thousand random orders, six at a time."""
    verbs = []
    for conversation in conversations:
        asked = {"mid": f"m_{conversation.pk}", "text": "human"}
        answered = {"mid": f"a_{conversation.pk}", "text": "I am Robin", "is_echo": True, "app_id": int(OURS)}
        three = [
            event_of(conversation, False, message=asked),
            event_of(conversation, True, message=answered),
            lambda conversation=conversation: Conversation.objects.get(pk=conversation.pk).take(ana),
        ]
        random.shuffle(three)
        verbs += three
    assert set(at_once(verbs, threads=6)) == {None, Outcome.PROCESSED}  # of a take, and of an event

    said = Message.objects.order_by("conversation_id", "-is_incoming")
    each = [(conversation.pk, is_incoming) for conversation in conversations for is_incoming in (True, False)]
    assert list(said.values_list("conversation_id", "is_incoming")) == each
    assert set(said.filter(is_incoming=False).values_list("is_by_bot")) == {(True,)}
    stories = {tuple(story(conversation)) for conversation in Conversation.objects.prefetch_related("handovers")}
    assert stories <= {("bot → queue", "queue → Ana Ruiz"), ("bot → Ana Ruiz",)}
    assert len(stories) == 2
    assert set(Conversation.objects.values_list("holder", "agent", "revision")) == {("agent", ana.pk, 3)}


def story(conversation):
    """Return the handovers; each must begin where the last one ended."""
    lines = list(conversation.handovers.in_order())
    assert [line.from_name for line in lines[1:]] == [line.to_name for line in lines[:-1]]
    assert len({line.revision for line in lines}) == len(lines)
    return [str(line) for line in lines]
