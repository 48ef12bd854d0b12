"""The next conversation: the one that the desk opens, and the one that Take next takes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import Conversation, Customer, Refused, Team
from console.models.conversation.next import NobodyWaits
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import HTMX, fresh, lines


@pytest.fixture
def guest(bluebird):
    """Create a customer's conversation in the queue, who has waited for so many minutes."""

    def make(name, minutes=1, **fields):
        customer = Customer.objects.create(page=bluebird, psid=f"7{Customer.objects.count():015d}", name=name)
        since = timezone.now() - timedelta(minutes=minutes)
        return Conversation.objects.create(page=bluebird, customer=customer, waiting_since=since, **fields)

    return make


@pytest.fixture
def anas_browser(client, ana):
    ana.choose(next_conversation="desk")
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    return client


def following(agent, teams=None):
    return Conversation.objects.next_for(agent, teams)


# The choice


def test_the_longest_wait_of_the_agents_own_comes_before_the_queue(guest, ana, ben):
    guest("Nina", minutes=60)
    guest("Ravi", minutes=50, holder="agent", agent=ben)
    newer = guest("Omar", minutes=2, holder="agent", agent=ana)
    older = guest("Lena", minutes=3, holder="agent", agent=ana)
    assert following(ana) == older
    Conversation.objects.filter(pk=older.pk).update(waiting_since=None)
    assert following(ana) == newer


def test_then_comes_the_longest_wait_of_the_queue_that_the_agent_may_see(guest, ana, bluebird):
    refunds = Team.objects.create(name="Refunds")
    others = guest("Ravi", minutes=9, team=refunds)
    oldest = guest("Nina", minutes=5)
    guest("Omar", minutes=2)
    assert following(ana) == others
    assert following(ana, teams=(0,)) == oldest
    restrict(bluebird)
    assert following(ana) is None


def test_nothing_waits_on_a_page_that_is_disconnected(guest, ana):
    guest("Nina")
    Page.objects.update(state=Page.State.DISCONNECTED)
    assert following(ana) is None


# Take next


def test_take_next_takes_the_longest_wait(guest, ana):
    guest("Omar", minutes=2)
    oldest = guest("Nina", minutes=5)
    assert Conversation.objects.take_next(ana, None) == oldest
    assert lines(fresh(oldest)) == ["queue → Ana Ruiz taken"]


def test_take_next_takes_nothing_that_a_colleague_or_the_bot_has(guest, ana, ben):
    guest("Nina", holder="agent", agent=ben)
    guest("Omar", holder="bot")
    with pytest.raises(NobodyWaits, match=r"Nobody is waiting any more"):
        Conversation.objects.take_next(ana, None)


def test_agents_who_take_next_at_once_get_one_each(transactional_db, guest, ana, ben, ada):
    agents, start = [ana, ben, ada], threading.Barrier(3)
    rows = [guest(f"Guest {number}", minutes=9 - number) for number in range(2)]

    def take(agent):
        try:
            start.wait()
            return Conversation.objects.take_next(agent, None).pk
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        got = list(pool.map(take, agents))
    assert sorted(str(one) for one in got)[:2] == sorted(str(row.pk) for row in rows)
    assert sum(str(one).startswith("Nobody") for one in got) == 1
    assert {fresh(row).agent for row in rows} <= set(agents)


def test_take_next_opens_what_it_took(guest, anas_browser, ana):
    nina = guest("Nina")
    answer = anas_browser.post("/take-next/", headers=HTMX)
    assert answer["HX-Push-Url"] == f"/conversations/{nina.pk}/"
    assert "Nina" in answer.content.decode()
    assert fresh(nina).agent == ana


def test_take_next_says_in_a_sentence_that_nothing_is_left(anas_browser):
    for headers in ({}, HTMX):
        answer = anas_browser.post("/take-next/", headers=headers)
        assert answer.status_code == 409
        assert "Nobody is waiting any more" in answer.content.decode()
    assert anas_browser.get("/take-next/").status_code == 405


def test_without_scripts_take_next_leads_to_the_conversation(guest, anas_browser):
    nina = guest("Nina")
    assert anas_browser.post("/take-next/")["Location"] == f"/conversations/{nina.pk}/"


def test_take_next_and_home_need_a_constant_number_of_queries(guest, anas_browser):
    def ask(get):
        with CaptureQueriesContext(connection) as queries:
            get()
        return len(queries)

    def measure():
        for number in range(3):
            guest(f"Guest {number}")
        take = ask(lambda: anas_browser.post("/take-next/", headers=HTMX))
        return take, ask(lambda: anas_browser.get("/", headers=HTMX))

    measure()
    few = measure()
    for number in range(40):
        guest(f"Guest {number}")
    assert measure() == few


# After Close, Transfer, Hand back


def close(browser, conversation, **headers):
    return browser.post(f"/conversations/{conversation.pk}/close/", headers=HTMX | headers).content.decode()


def test_after_close_the_desk_opens_the_next_one_and_does_not_take_it(conversation, guest, anas_browser):
    nina = guest("Nina")
    assert f'data-url-at-desk="/conversations/{nina.pk}/"' in close(anas_browser, conversation)
    assert fresh(nina).holder == "queue"


def test_after_close_the_desk_shows_home_when_nobody_waits(conversation, anas_browser):
    assert 'data-url-at-desk="/"' in close(anas_browser, conversation)


def test_an_agent_who_wants_to_stay_stays(conversation, guest, anas_browser, ana):
    guest("Nina")
    ana.choose(next_conversation="stay")
    assert "next-conversation" not in close(anas_browser, conversation)


@pytest.mark.parametrize(("choice", "is_list"), [("desk", True), ("always", False)])
def test_on_a_phone_the_list_comes_unless_the_agent_wants_the_next_one(
    choice, is_list, conversation, guest, anas_browser, ana
):
    nina = guest("Nina")
    ana.choose(next_conversation=choice)
    address = "/" if is_list else f"/conversations/{nina.pk}/"
    assert f'data-url="{address}"' in close(anas_browser, conversation)


def test_a_conversation_just_transferred_into_the_agents_own_queue_is_not_the_next_one(
    conversation, anas_browser, bluebird
):
    team = Team.objects.create(name="Refunds")
    team.pages.add(bluebird)
    answer = anas_browser.post(
        f"/conversations/{conversation.pk}/transfer/", {"to": f"team-{team.pk}"}, headers=HTMX
    ).content.decode()
    assert 'data-url-at-desk="/"' in answer


def test_letting_go_needs_a_constant_number_of_queries(conversation, guest, anas_browser, ana):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            close(anas_browser, conversation)
        fresh(conversation).reopen(ana)
        return len(queries)

    for number in range(3):
        guest(f"Guest {number}")
    ask()
    few = ask()
    for number in range(40):
        guest(f"Guest {number}")
    assert ask() == few


def test_an_agent_chooses_what_comes_next_and_nothing_else(anas_browser, ana):
    anas_browser.post(
        "/preferences/", {"undo_seconds": "10", "next_conversation": "always", "calls": "all", "is_superuser": "on"}
    )
    ana.refresh_from_db()
    assert (ana.undo_seconds, ana.next_conversation, ana.calls, ana.is_superuser) == (10, "always", "all", False)
    anas_browser.post("/preferences/", {"undo_seconds": "7", "next_conversation": "never", "calls": "loud"})
    ana.refresh_from_db()
    assert (ana.undo_seconds, ana.next_conversation) == (10, "always")
