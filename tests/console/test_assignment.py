"""Automatic assignment of waiting conversations to agents with capacity, if the Page's rules ask for it."""

import random
import threading
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console.models import Cause, Conversation, Customer, HandoverRules, Holder, TakenByAnother, Team
from console.models.conversation.assignment import assign_one
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import fresh
from tests.stand_in import eventually


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(page=bluebird, assigns=True)


@pytest.fixture
def wait(bluebird):
    """Have so many customers wait, the first one for the longest."""

    def make(count, **fields):
        psids = [uuid.uuid4().hex for _number in range(count)]
        customers = Customer.objects.bulk_create([Customer(page=bluebird, psid=psid) for psid in psids])
        start = timezone.now() - timedelta(hours=1)
        rows = [
            Conversation(page=bluebird, customer=customer, waiting_since=start + timedelta(seconds=number), **fields)
            for number, customer in enumerate(customers)
        ]
        return Conversation.objects.bulk_create(rows)

    return make


def assign():
    Conversation.objects.all().assign()


def holders(rows):
    return [fresh(row).agent for row in rows]


def test_the_longest_wait_is_assigned_first_to_the_agent_with_the_fewest_conversations(rules, wait, ana, ben):
    rows = wait(5)
    rows[0].take(ben)
    assign()
    assert holders(rows) == [ben, ana, ben, ana, ben]
    assert rows[1].handovers.get().cause == Cause.ASSIGNED
    assert fresh(rows[1]).is_new


def test_nothing_is_assigned_on_a_page_whose_rules_do_not_ask_for_it(wait, ana):
    rows = wait(2)
    assign()
    assert holders(rows) == [None, None]


def test_no_agent_is_assigned_more_than_their_capacity(rules, wait, ana, ben):
    Agent.objects.filter(pk=ben.pk).update(capacity=1)
    rows = wait(8)
    assign()
    assert holders(rows).count(ana) == 5
    assert holders(rows).count(ben) == 1
    assert holders(rows)[6:] == [None, None]


def test_conversations_are_assigned_only_to_present_agents(rules, wait, ana, ben):
    ben.go_away()
    ana.note_online()
    Agent.objects.filter(pk=ana.pk).update(last_seen_at=timezone.now() - timedelta(minutes=2))
    rows = wait(1)
    assign()
    assert holders(rows) == [None]
    ben.come_back()
    assign()
    assert holders(rows) == [ben]


def test_only_members_of_the_team_who_see_the_page_are_assigned_its_conversations(rules, bluebird, wait, ana, ben, ada):
    tea, team = restrict(bluebird, "tea"), Team.objects.create(name="Refunds")
    ben.groups.add(tea)
    team.members.add(ana, ben)
    for_team, for_all = wait(2, team=team), wait(2)
    assign()
    assert holders(for_team) == [ben, ben]
    assert holders(for_all) == [ada, ada]  # an admin sees all, and is in no team


def test_pages_open_to_an_agent_and_agents_of_a_page_agree(bluebird, ana, ben, ada):
    other = Page.objects.create(page_id="77", token="EAAOTHER")
    tea, pots = restrict(other, "tea"), restrict(other, "pots")
    ana.groups.add(tea, pots)
    ben.leave()
    for one in (bluebird, other):
        seen = [agent for agent in (ana, ada) if one in Page.objects.open_to(agent)]
        assert sorted(one.agents(), key=str) == sorted(seen, key=str)
    assert list(Page.objects.open_to(ben)) == [bluebird]


def test_conversations_of_a_team_without_members_do_not_delay_the_assignment_of_others(rules, wait, ana):
    for_team, for_all = wait(3, team=Team.objects.create(name="Refunds")), wait(2)
    assign()
    assert holders(for_team + for_all) == [None, None, None, ana, ana]


@pytest.mark.parametrize("cause", [Cause.RETURNED, Cause.NO_ANSWER])
def test_a_conversation_is_not_assigned_to_the_agent_who_has_just_lost_it(cause, rules, wait, ana, ben):
    ben.go_away()
    first, second = wait(2)
    first.take(ana)
    first.return_to_queue(ana, cause)
    assign()
    assert holders([first, second]) == [None, ana]
    ben.come_back()
    assign()
    assert holders([first]) == [ben]


def test_a_conversation_may_be_assigned_again_to_an_agent_who_was_away(rules, wait, ana):
    """There may be nobody else."""
    [row] = wait(1)
    row.take(ana)
    ana.go_away()
    row.return_to_queue(ana, Cause.AWAY)
    assign()
    assert holders([row]) == [None]
    ana.come_back()
    assign()
    assert holders([row]) == [ana]


def test_conversations_taken_by_hand_may_exceed_the_capacity_of_an_agent(rules, wait, ana):
    for row in wait(7):
        row.take(ana)
    assert Conversation.objects.held_by(ana).count() == 7
    row.close(ana)
    rows = wait(1)
    assign()
    assert holders(rows) == [None]


@pytest.mark.parametrize("verb", ["return_to_queue", "close", "transfer"])
def test_an_agent_who_lets_go_of_a_conversation_is_assigned_the_next(
    verb, rules, wait, ana, ben, django_capture_on_commit_callbacks
):
    [row] = wait(1)
    row.take(ana)
    with django_capture_on_commit_callbacks() as after:
        getattr(row, verb)(ana, **{"to": ben} if verb == "transfer" else {})
    assert any("assign" in repr(callback) for callback in after)


def test_a_new_customer_is_assigned_an_agent(rules, receive, ana, sandbox, django_capture_on_commit_callbacks):
    psid = sandbox.customer("Luc")
    event = {"sender": {"id": psid}, "recipient": {"id": rules.page.page_id}, "timestamp": int(time.time() * 1000)}
    with django_capture_on_commit_callbacks() as after:
        receive(event | {"message": {"mid": "m_1", "text": "Hi"}})
    assert any("assign" in repr(callback) for callback in after)
    assign()
    assert Conversation.objects.get().agent == ana


def test_assigning_one_conversation_needs_a_constant_number_of_queries(rules, wait, ana, ben):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assign_one(Conversation.objects.filter(holder=Holder.QUEUE).first())
        return len(queries)

    wait(2)
    few = cost()
    for number in range(20):
        Agent.objects.create(username=f"agent{number}", is_present=True)
    wait(50)
    assert cost() == few <= 24


@pytest.mark.django_db(transaction=True)
def test_eight_workers_that_assign_at_once_exceed_no_capacity(rules, wait):
    agents = [Agent.objects.create(username=f"agent{n}", is_present=True, capacity=3) for n in range(5)]
    rows = wait(30)
    at_once(*[assign] * 8)
    held = [Conversation.objects.held_by(agent).count() for agent in agents]
    assert held == [3] * 5
    assert [bool(fresh(row).agent) for row in rows] == [True] * 15 + [False] * 15
    assert sum(row.handovers.count() for row in rows) == 15


@pytest.mark.django_db(transaction=True)
def test_sixteen_conversations_assigned_at_once_fill_three_free_places_once(rules, wait):
    for number in range(3):
        Agent.objects.create(username=f"agent{number}", is_present=True, capacity=1)
    rows = wait(16)
    at_once(*[partial(assign_one, row) for row in rows])
    found = [agent.pk for agent in holders(rows) if agent]
    assert len(found) == len(set(found)) == 3


@pytest.mark.django_db(transaction=True)
def test_taking_leaving_and_assigning_at_once_leave_no_conversation_with_an_agent_who_left(rules, wait):
    agents = [Agent.objects.create(username=f"agent{n}", is_present=True, capacity=9) for n in range(4)]
    rows = wait(12)
    takes = [lambda row=row: _take(row, random.choice(agents[2:])) for row in rows]
    at_once(assign, agents[0].leave, assign, agents[1].leave, *takes, assign)
    Conversation.objects.without_agent().return_to_queue()
    assign()
    assert {agent.pk for agent in holders(rows)} <= {agent.pk for agent in agents[2:]}


def _take(row, agent):
    with suppress(TakenByAnother):
        Conversation.objects.get(pk=row.pk).take(agent)


def test_a_customer_who_writes_is_assigned_before_the_next_sweep(stack, rules, ana):
    stack.say(stack.customer("Luc"), text="Hello?")
    eventually(lambda: Conversation.objects.filter(agent=ana).exists())
    Agent.objects.update(is_present=False)
    stack.say(stack.customer("Zoë"), text="Hello?")
    eventually(lambda: Conversation.objects.waiting().exists())
    Agent.objects.get(pk=ana.pk).come_back()
    eventually(lambda: Conversation.objects.held_by(ana).count() == 2)


def at_once(*verbs):
    """All of them in threads of their own; what one raises fails the test."""
    start, failures = threading.Barrier(len(verbs)), []

    def run(verb):
        try:
            start.wait()
            verb()
        except Exception as error:
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
