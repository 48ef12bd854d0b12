"""The order of the queue: each agent chooses one for the open conversations at their desk."""

import random
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.preferences import QueueOrder
from console.live.batch import Batch
from console.live.listener import Listener
from console.live.topics import Changes
from console.live.view_rows import numbers_of_views
from console.models import Conversation, Customer
from console.queue.orders import SORTED, place_of, sorted_by
from console.queue.shown_section import PAGE
from personas.models import Page
from tests.console.conftest import HTMX

NOW = timezone.now()
PREFERENCES = {"undo_seconds": "5", "next_conversation": "desk", "calls": "mine", "has_shortcuts": "on"}


@pytest.fixture
def guest(bluebird):
    """Create a conversation; a moment is given by the minutes from now."""

    def make(page=bluebird, **fields):
        customer = Customer.objects.create(page=page, psid=uuid.uuid4().hex, name="Guest")
        moments = {name: NOW + timedelta(minutes=value) for name, value in fields.items() if type(value) is int}
        return Conversation.objects.create(page=page, customer=customer, **fields | moments)

    return make


@pytest.fixture
def three(guest):
    """Three waiting conversations, each of which is the first in one of the orders."""
    return {
        "wait": guest(waiting_since=-60, last_at=-50, messaging_window_until=600, answer_by=50),
        "newest": guest(waiting_since=-30, last_at=-1, messaging_window_until=500, answer_by=40),
        "window": guest(waiting_since=-40, last_at=-30, messaging_window_until=20),
        "due": guest(waiting_since=-20, last_at=-20, messaging_window_until=700, answer_by=5),
    }


def shown(browser, path="/queue/", **query):
    return [int(pk) for pk in re.findall(r'id="row-(\d+)"', browser.get(path, query, headers=HTMX).text)]


def listener(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    greeted = Listener(agent.pk, browser.cookies["sessionid"].value)
    batch(greeted)
    return greeted


def batch(*listeners, topics=()):
    """Return the text that each listener gets by one batch of these topics."""
    changes = Changes()
    changes.add(topics)
    rendered = Batch(changes, {each.id: each for each in listeners}, {})
    rendered.render()
    return [b"".join(piece for readers, piece in rendered.pieces if each in readers).decode() for each in listeners]


ORDERS = {
    "wait": ["wait", "window", "newest", "due"],
    "newest": ["newest", "due", "window", "wait"],
    "window": ["window", "newest", "wait", "due"],
    "due": ["due", "newest", "wait", "window"],
}


@pytest.mark.parametrize(("order", "names"), ORDERS.items(), ids=ORDERS)
def test_an_agent_chooses_the_order_of_the_queue(order, names, anas_browser, three):
    anas_browser.post("/preferences/", PREFERENCES | {"queue_order": order})
    assert shown(anas_browser) == [three[name].pk for name in names]


def test_the_order_of_the_queue_is_remembered_for_one_agent_alone(anas_browser, ana, ben, three):
    anas_browser.post("/preferences/", PREFERENCES | {"queue_order": "newest"})
    ana.refresh_from_db(), ben.refresh_from_db()
    assert (ana.queue_order, ben.queue_order) == ("newest", "wait")
    assert '<option value="newest" selected>' in anas_browser.get("/").text
    bens = Client()
    bens.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    assert shown(bens) == [three[name].pk for name in ORDERS["wait"]]


def test_an_order_that_there_is_not_is_not_chosen(anas_browser, ana):
    anas_browser.post("/preferences/", PREFERENCES | {"queue_order": "loudest"})
    ana.refresh_from_db()
    assert ana.queue_order == "wait"


def test_conversations_of_the_agent_stay_above_those_that_wait_in_any_order(anas_browser, ana, guest):
    ana.choose(queue_order="newest")
    mine = [guest(holder="agent", agent=ana, last_at=-90), guest(holder="agent", agent=ana, last_at=-80)]
    waiting = guest(last_at=-1)
    assert shown(anas_browser) == [mine[1].pk, mine[0].pk, waiting.pk]


def test_closed_conversations_stay_in_the_order_in_which_they_were_closed(anas_browser, ana, guest):
    ana.choose(queue_order="newest")
    early, late = guest(closed_at=-20, last_at=-30), guest(closed_at=-10, last_at=-40)
    assert shown(anas_browser, closed=PAGE) == [late.pk, early.pk]


def test_customers_whom_facebook_does_not_let_answer_come_last_by_the_window(anas_browser, ana, bluebird, guest):
    ana.choose(queue_order="window")
    bluebird.may_use_human_agent = True
    bluebird.save()
    shut = guest(messaging_window_until=-9_000, human_agent_until=-10)
    by_people = guest(messaging_window_until=-10, human_agent_until=100)
    by_ad = guest(messaging_window_until=-10, ad_window_until=50, human_agent_until=700)
    all_may = guest(messaging_window_until=70, human_agent_until=900)
    assert shown(anas_browser) == [by_ad.pk, all_may.pk, by_people.pk, shut.pk]


def some(guest, ana, ben, count):
    """Create so many conversations of all kinds, many of which have equal places in some order."""
    chance = random.Random(7)
    for _number in range(count):
        moments = {
            name: chance.choice([None, *minutes])
            for name, minutes in {
                "waiting_since": [-60, -30, -5],
                "last_at": [-50, -5, -1],
                "messaging_window_until": [-5, 40, 500],
                "ad_window_until": [None, 30, 70],
                "human_agent_until": [-1, 100, 900],
                "answer_by": [-5, 5, 50],
                "closed_at": [None, None, -1],
            }.items()
        }
        holder, agent = chance.choice([("queue", None), ("bot", None), ("agent", ana), ("agent", ben)])
        if moments["closed_at"]:
            holder, agent = "queue", None
        guest(holder=holder, agent=agent, **moments)


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("has_human_agent", [True, False])
def test_a_row_has_the_place_that_the_database_gives_it(order, has_human_agent, guest, ana, ben, bluebird):
    Page.objects.update(may_use_human_agent=has_human_agent)
    some(guest, ana, ben, 200)
    for row in sorted_by(Conversation.objects.select_related("page"), order, NOW):
        assert row.place == place_of(row, order, NOW)


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("name", sorted({"waiting", "mine", "others"} & SORTED))
def test_the_queue_turns_its_pages_there_and_back_in_each_order(order, name, anas_browser, guest, ana, ben):
    ana.choose(queue_order=order)
    some(guest, ana, ben, 5 * PAGE)
    rows = Conversation.objects.in_section(name, ana.pk)
    whole = list(sorted_by(rows, order, timezone.now()).values_list("pk", flat=True))
    pages, path = [], f"/queue/{name}/"
    while path:
        answer = anas_browser.get(path)
        pages.append([int(pk) for pk in re.findall(r'id="row-(\d+)"', answer.text)])
        further = re.search(r'href="([^"]*after=[^"]*)"', answer.text)
        path = further and further[1]
    assert [pk for page in pages for pk in page] == whole and len(whole) > 10
    while back := re.search(r'href="([^"]*before=[\d-][^"]*)"', answer.text):
        answer = anas_browser.get(back[1])
        pages.pop()
        assert [int(pk) for pk in re.findall(r'id="row-(\d+)"', answer.text)][-1] == pages[-1][-1]


@pytest.mark.parametrize("order", QueueOrder)
def test_each_order_needs_as_many_queries_as_the_standard_one(order, anas_browser, ana, guest, three):
    def queries():
        with CaptureQueriesContext(connection) as found:
            anas_browser.get("/queue/", headers=HTMX)
        return len(found)

    standard = queries()
    ana.choose(queue_order=order)
    for _number in range(20):
        guest(waiting_since=-7)
    assert queries() <= standard


# Live


@pytest.mark.django_db(transaction=True)
def test_each_desk_gets_a_live_row_with_its_place_in_the_order_of_its_agent(ana, ben, guest):
    ana.choose(queue_order="newest")
    row, moment = guest(waiting_since=-30, last_at=-2), timezone.now()
    desks = [listener(ana), listener(ben)]
    in_anas, in_bens = batch(*desks, topics=["queue", f"conversation-{row.pk}"])
    row.refresh_from_db()
    for said, order in ((in_anas, "newest"), (in_bens, "wait")):
        [place] = re.findall(r'data-place="(\d+)-', said)
        assert int(place) == place_of(row, order, moment) // timedelta(microseconds=1)


@pytest.mark.django_db(transaction=True)
def test_a_live_row_has_the_place_that_it_has_on_the_page(anas_browser, ana, three):
    for order in QueueOrder:
        ana.choose(queue_order=order)
        page = anas_browser.get("/queue/", headers=HTMX).text
        [said] = batch(listener(ana), topics=["queue", *[f"conversation-{row.pk}" for row in three.values()]])
        places = dict(re.findall(r'id="(row-\d+)" data-place="([\d-]+)"', page))
        assert dict(re.findall(r'id="(row-\d+)" data-place="([\d-]+)"', said)) == places


@pytest.mark.django_db(transaction=True)
def test_open_desks_ask_for_everything_once_their_agent_has_chosen_another_order(ana, ben):
    anas, bens = listener(ana), listener(ben)
    ana.choose(queue_order="due")
    in_anas, in_bens = batch(anas, bens, topics=[f"reader-{ana.pk}"])
    assert "hello" in in_anas and "hello" not in in_bens


@pytest.mark.django_db(transaction=True)
def test_desks_ask_again_while_time_alone_changes_the_order(ana, ben, three):
    ana.choose(queue_order="window")
    anas, bens = listener(ana), listener(ben)
    due = numbers_of_views([anas, bens], True)
    assert [those for those, piece in due if b"data: views\n" in piece] == [[anas]]
    assert numbers_of_views([anas, bens], False) == []


@pytest.mark.django_db(transaction=True)
def test_several_orders_cost_a_batch_no_query(ana, ben, three):
    def queries(*desks):
        with CaptureQueriesContext(connection) as found:
            batch(*desks, topics=["queue", f"conversation-{three['due'].pk}"])
        return len(found)

    alike = queries(listener(ana), listener(ben))
    ana.choose(queue_order="window")
    assert queries(listener(ana), listener(ben)) == alike


@pytest.mark.django_db(transaction=True)
def test_shared_rows_of_desks_that_ask_at_once_stay_in_the_order_of_each(anas_browser, ana, ben, three):
    ana.choose(queue_order="newest")
    bens = Client()
    bens.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    after = {"X-Hello": f"{(NOW - timedelta(seconds=1)).timestamp():.6f}"}
    for browser, order in [(bens, "wait"), (anas_browser, "newest"), (bens, "wait"), (anas_browser, "newest")]:
        text = browser.get("/queue/", headers=HTMX | after).text
        assert [int(pk) for pk in re.findall(r'id="row-(\d+)"', text)] == [three[name].pk for name in ORDERS[order]]


# Plans


INDEXED = {"newest": "conversation_open_newest", "due": "conversation_open_due"}


@pytest.mark.parametrize(("order", "index"), INDEXED.items(), ids=INDEXED)
def test_a_long_section_is_read_by_an_index_without_sorting(order, index, much):
    Conversation.objects.filter(holder="queue").update(closed_at=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE console_conversation")
    rows = Conversation.objects.on(Page.objects.all()).in_section("waiting")
    plan = sorted_by(rows, order, NOW).values("pk")[: PAGE + 1].explain()
    assert f"using {index}" in plan and "Sort" not in plan, plan


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("name", sorted(SORTED))
def test_no_order_of_a_section_reads_a_whole_table(order, name, much, ana):
    Conversation.objects.waiting().first().take(ana)
    rows = Conversation.objects.on(Page.objects.all()).in_section(name, ana.pk)
    plan = sorted_by(rows, order, NOW).values("pk")[: PAGE + 1].explain()
    assert "Seq Scan on console_conversation" not in plan, plan
