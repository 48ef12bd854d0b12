"""The queue in its four parts: their order, the pages of each, and what they cost when there is much of everything."""

import json
import random
import re
import time
import uuid
from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.preferences import QueueOrder
from console.models import Attachment, Conversation, Customer, InboundWebhook, Message, SavedView, Team
from console.models.conversation.thread import SHOW_RECEIPTS
from console.models.conversation.timeouts import TIMEOUTS
from console.queue.orders import before, behind, sorted_by
from console.views.queue import MOST, PAGE
from tests.conftest import restrict
from tests.console.conftest import HTMX

PARTS = ["mine", "waiting", "others", "closed"]
NOW = timezone.now()


@pytest.fixture
def line_up(bluebird, ana, ben):
    """Create so many conversations in a part of Ana's queue, many of them with the same time or none."""
    holders = {"mine": ana, "others": ben}

    def make(name, count, moments=3):
        rows = [
            Conversation(
                page=bluebird,
                customer=Customer.objects.create(page=bluebird, psid=uuid.uuid4().hex, name=f"Guest {number}"),
                holder="agent" if name in holders else "queue",
                agent=holders.get(name),
                closed_at=_moment(number, moments) if name == "closed" else None,
                waiting_since=_moment(number, moments) if number % 2 and name != "closed" else None,
                last_at=_moment(number, moments) if number % 5 else None,
            )
            for number in range(count)
        ]
        random.Random(1).shuffle(rows)
        return Conversation.objects.bulk_create(rows)

    return make


def _moment(number, moments):
    return NOW - timedelta(minutes=number % moments)


def numbers(answer):
    return [int(pk) for pk in re.findall(r'id="row-(\d+)"', answer.content.decode())]


def more(answer, attribute="href"):
    """Return the address of the button More."""
    found = re.search(rf'{attribute}="([^"]*after=[^"]*)"', answer.content.decode())
    return found and found[1].replace("&amp;", "&")


def turn(anas_browser, name, headers=None):
    """Every page of a part, one after another."""
    path = f"/queue/{name}/"
    while path:
        answer = anas_browser.get(path, headers=headers)
        yield numbers(answer)
        path = more(answer)


# Order


def test_the_queue_shows_the_longest_wait_first_and_then_the_newest(bluebird, line_up):
    a, b, c, d, e = line_up("waiting", 5)
    for row, since, last in [(a, None, 1), (b, 9, 2), (c, 12, 5), (d, None, 3), (e, None, None)]:
        row.waiting_since = since and NOW - timedelta(minutes=since)
        row.last_at = last and NOW - timedelta(minutes=last)
        row.save()
    assert list(Conversation.objects.waiting()) == [c, b, a, d, e]


def test_the_closed_part_of_the_queue_shows_the_last_closed_first(line_up):
    rows = line_up("closed", 5, moments=5)
    assert list(Conversation.objects.closed()) == sorted(rows, key=lambda row: row.closed_at, reverse=True)


# Pages


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("headers", [None, HTMX])
def test_pages_of_the_queue_show_each_of_many_equal_rows_once(name, headers, anas_browser, line_up):
    rows = line_up(name, 2 * PAGE + 7)
    pages = list(turn(anas_browser, name, headers))
    assert [len(page) for page in pages] == [PAGE, PAGE, 7]
    shown = [pk for page in pages for pk in page]
    assert sorted(shown) == sorted(row.pk for row in rows)
    assert shown == list(Conversation.objects.in_order().values_list("pk", flat=True))


def back(answer, attribute="href"):
    """Return the address of the rows before these."""
    found = re.search(rf'{attribute}="([^"]*before=[\d-][^"]*)"', answer.content.decode())
    return found and found[1]


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("headers", [None, HTMX])
def test_the_queue_turns_its_pages_back_to_the_front(name, headers, anas_browser, line_up):
    line_up(name, 3 * PAGE + 7)
    forth = list(turn(anas_browser, name))
    last = list(answers(anas_browser, name))[-1]
    path, pages = back(last), [numbers(last)]
    while path:
        answer = anas_browser.get(path, headers=headers)
        pages.insert(0, numbers(answer))
        path = back(answer)
    assert list(chain(*pages)) == list(chain(*forth))
    assert {len(page) for page in pages[1:-1]} == {PAGE}


@pytest.mark.parametrize("name", ["waiting", "view"])
def test_a_page_of_earlier_rows_leads_on_and_is_never_empty_without_scripts(name, anas_browser, line_up, ana):
    rows = sorted(line_up("waiting", 2 * PAGE + 7), key=lambda row: (row.rank, row.pk))
    if name == "view":
        name = SavedView.objects.create(name="All", author=ana).section_name
    last = list(answers(anas_browser, name))[-1]
    page = anas_browser.get(back(last))
    assert keys(anas_browser.get(more(page))) == keys(last)
    Conversation.objects.filter(pk__in=[row.pk for row in rows[: 2 * PAGE]]).update(closed_at=NOW)
    assert keys(anas_browser.get(back(last))) == keys(last)
    assert keys(anas_browser.get(back(last), headers=HTMX)) == []


def keys(answer):
    """Return the keys of the conversations, in a view too."""
    return re.findall(r'id="row-(\d+)', answer.content.decode())


def test_the_number_of_unread_messages_is_open_while_first_rows_are_not_shown(anas_browser, line_up):
    rows = sorted(line_up("waiting", PAGE + 5), key=lambda row: (row.rank, row.pk))
    begin = Conversation.objects.get(pk=rows[PAGE].pk).row_place
    answer = anas_browser.get("/queue/", {"waiting": PAGE, "waiting-from": begin}, headers=HTMX)
    assert numbers(answer) == [row.pk for row in rows[PAGE:]]
    assert re.search(r'data-unread="\d+\+"', answer.content.decode())


def answers(anas_browser, name):
    path = f"/queue/{name}/"
    while path:
        answer = anas_browser.get(path)
        yield answer
        path = more(answer)


def test_a_desk_that_dropped_rows_gets_those_from_its_place_on(anas_browser, line_up):
    rows = [row.pk for row in sorted(line_up("waiting", 4 * PAGE), key=lambda row: (row.rank, row.pk))]
    begin = Conversation.objects.get(pk=rows[30]).row_place
    few = queries(lambda: anas_browser.get("/queue/", {"waiting": PAGE}, headers=HTMX))
    answer = anas_browser.get("/queue/", {"waiting": PAGE, "waiting-from": begin}, headers=HTMX)
    assert numbers(answer) == rows[30 : 30 + PAGE]
    assert f'data-begin="{begin}"' in answer.content.decode()
    assert queries(lambda: anas_browser.get("/queue/", {"waiting": PAGE, "waiting-from": begin}, headers=HTMX)) == few
    Conversation.objects.filter(pk__in=rows[30:]).update(closed_at=NOW)
    answer = anas_browser.get("/queue/", {"waiting": PAGE, "waiting-from": begin}, headers=HTMX)
    assert numbers(answer) == rows[:PAGE] and "data-begin" not in answer.content.decode()


def test_a_section_that_cannot_be_folded_goes_on_by_itself_once_somebody_asked_for_more(anas_browser, line_up):
    line_up("waiting", 3 * PAGE)
    first = anas_browser.get("/")
    assert "intersect" not in next_link(first)
    assert "intersect" in next_link(anas_browser.get(more(first, "hx-get"), headers=HTMX))
    assert "intersect" in next_link(anas_browser.get("/queue/", {"waiting": 2 * PAGE}, headers=HTMX))


def test_a_section_that_can_be_folded_goes_on_by_itself(anas_browser, line_up):
    line_up("closed", 2 * PAGE)
    assert "intersect" in next_link(anas_browser.get("/queue/", {"closed": PAGE}, headers=HTMX))


def next_link(answer):
    """Return the tag of the link More."""
    return re.search(r"<a[^>]*after=[^>]*>", answer.content.decode())[0]


def test_a_part_of_the_queue_that_fits_on_a_page_offers_no_more(anas_browser, line_up):
    line_up("waiting", PAGE)
    assert more(anas_browser.get("/")) is None


def test_queue_rows_that_come_and_go_between_pages_hide_no_other_row(anas_browser, line_up, ana):
    stay = {row.pk for row in line_up("waiting", 3 * PAGE)}
    pages, seen = turn(anas_browser, "waiting"), []
    for number, shown in enumerate(pages):
        seen += shown
        Conversation.objects.get(pk=shown[0]).take(ana)  # it leaves a page that was turned
        line_up("waiting", 4, moments=number + 1)
    assert len(seen) == len(set(seen))
    assert stay <= set(seen)


def test_an_invalid_page_position_of_the_queue_begins_at_the_front(anas_browser, line_up):
    line_up("waiting", 3)
    for place in ["", "x", "1", "1-", "9" * 30 + "-1", "-1-1"]:
        assert len(numbers(anas_browser.get("/queue/waiting/", {"after": place}))) == 3
    assert anas_browser.get("/queue/nothing/").status_code == 404


def test_pages_of_the_queue_show_only_conversations_that_the_agent_may_see(anas_browser, line_up, bluebird):
    line_up("waiting", 3)
    restrict(bluebird)
    assert numbers(anas_browser.get("/queue/waiting/")) == []


# Teams


@pytest.fixture
def refunds(db):
    return Team.objects.create(name="Refunds")


def parts(answer):
    """The numbers of its rows, by part."""
    names_and_rows = re.split(r'id="section-(\w+)"', answer.content.decode())[1:]
    names, rows = names_and_rows[::2], names_and_rows[1::2]
    return {
        name: [int(pk) for pk in re.findall(r'id="row-(\d+)"', text)] for name, text in zip(names, rows, strict=True)
    }


@pytest.mark.parametrize(("team", "part"), [("Refunds", "waiting"), ("Tea", "others"), (None, "waiting")])
def test_conversations_waiting_for_other_teams_stand_among_the_others(team, part, anas_browser, line_up, refunds, ana):
    tea, [row] = Team.objects.create(name="Tea"), line_up("waiting", 1)
    refunds.members.add(ana)
    Conversation.objects.update(team={"Refunds": refunds, "Tea": tea, None: None}[team])
    shown = parts(anas_browser.get("/queue/", headers=HTMX))
    assert {name: rows for name, rows in shown.items() if rows} == {part: [row.pk]}
    assert numbers(anas_browser.get(f"/queue/{part}/")) == [row.pk]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_an_agent_without_a_team_and_an_admin_see_all_that_waits(is_superuser, anas_browser, line_up, refunds, ana):
    [row] = line_up("waiting", 1)
    Conversation.objects.update(team=refunds)
    if is_superuser:
        Team.objects.create(name="Tea").members.add(ana)
        type(ana).objects.update(is_superuser=True)
    assert parts(anas_browser.get("/queue/", headers=HTMX))["waiting"] == [row.pk]


def test_a_queue_row_among_the_others_names_its_team(anas_browser, line_up, refunds, ana):
    line_up("waiting", 1)
    Conversation.objects.update(team=refunds)
    Team.objects.create(name="Tea").members.add(ana)
    assert '<span class="row-mark-holder">Refunds</span>' in anas_browser.get("/queue/others/").content.decode()


# Requests of an open desk


def test_a_refresh_of_the_queue_shows_as_many_rows_as_were_open(anas_browser, line_up):
    line_up("waiting", 3 * PAGE)
    first = anas_browser.get("/queue/", headers=HTMX)
    assert len(numbers(first)) == PAGE
    second = anas_browser.get(more(first, "hx-get"), headers=HTMX)
    assert f'name="waiting" value="{2 * PAGE}"' in second.content.decode()
    again = numbers(anas_browser.get("/queue/", {"waiting": 2 * PAGE}, headers=HTMX))
    assert again == numbers(first) + numbers(second)


def test_a_part_of_the_queue_beyond_its_limit_is_read_page_by_page(anas_browser, line_up):
    line_up("waiting", MOST + 5)
    full = anas_browser.get("/queue/", {"waiting": 10_000}, headers=HTMX)
    assert len(numbers(full)) == MOST
    assert len(numbers(anas_browser.get(more(full, "hx-get"), headers=HTMX))) == 5
    assert len(numbers(anas_browser.get(more(full)))) == 5


def test_closed_conversations_are_loaded_once_their_part_of_the_queue_is_opened(anas_browser, line_up):
    line_up("closed", 3)
    shut = anas_browser.get("/")
    assert numbers(shut) == []
    assert 'href="/queue/closed/"' in shut.content.decode()
    assert len(numbers(anas_browser.get("/queue/", {"closed": PAGE}, headers=HTMX))) == 3


def test_the_number_beside_a_section_counts_all_its_rows(anas_browser, line_up, bluebird, ana):
    for number, name in enumerate(["mine", "waiting", "others", "closed"]):
        line_up(name, PAGE + number)
    found = re.findall(r'id="count-(\w+)"[^>]*>(\d+)<', anas_browser.get("/queue/", headers=HTMX).content.decode())
    numbers = {"mentions": 0, "mine": PAGE, "waiting": PAGE + 1, "others": PAGE + 2, "snoozed": 0}
    assert found == [(name, str(number)) for name, number in numbers.items()]
    restrict(bluebird)
    found = re.findall(r'id="count-(\w+)"[^>]*>(\d+)<', anas_browser.get("/queue/", headers=HTMX).content.decode())
    assert found == [(name, "0") for name in numbers]


def test_the_numbers_of_the_sections_count_by_team(anas_browser, line_up, refunds, ana):
    tea, rows = Team.objects.create(name="Tea"), line_up("waiting", 3)
    refunds.members.add(ana)
    for row, team in zip(rows, [tea, refunds, None], strict=True):
        Conversation.objects.filter(pk=row.pk).update(team=team)
    found = re.findall(r'id="count-(\w+)"[^>]*>(\d+)<', anas_browser.get("/queue/", headers=HTMX).content.decode())
    assert found == [("mentions", "0"), ("mine", "0"), ("waiting", "2"), ("others", "1"), ("snoozed", "0")]


# Rows that many desks share after a restart


def test_a_desk_that_had_a_hello_gets_the_same_queue_as_one_that_reads_it_anew(anas_browser, line_up, ana, ben, client):
    for name in PARTS:
        line_up(name, PAGE + 3)
    moment = f"{time.time():.3f}"
    for agent in (ben, ana):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        anew = parts(client.get("/queue/?closed=25", headers=HTMX))
        for _time in range(2):
            assert parts(client.get("/queue/?closed=25", headers=HTMX | {"X-Hello": moment})) == anew


def test_a_desk_never_gets_rows_that_were_read_before_its_hello(anas_browser, line_up):
    line_up("waiting", 1)
    for number in range(1, 4):
        moment = f"{time.time():.6f}"
        assert len(numbers(anas_browser.get("/queue/", headers=HTMX | {"X-Hello": moment}))) == number
        line_up("waiting", 1)


def test_desks_that_had_a_hello_share_the_queries_of_rows(anas_browser, line_up, ana):
    for name in PARTS:
        line_up(name, 3)
    anew = queries(lambda: anas_browser.get("/queue/", headers=HTMX))
    moment = f"{time.time():.3f}"
    anas_browser.get("/queue/", headers=HTMX | {"X-Hello": moment})
    shared = queries(lambda: anas_browser.get("/queue/", headers=HTMX | {"X-Hello": moment}))
    assert shared <= 13 < anew  # three of them count, once a second


# Rows


def test_a_message_that_may_not_have_arrived_shows_in_the_queue(anas_browser, say, conversation):
    message = say("Hello")
    conversation.messages.filter(pk=message.pk).update(state=Message.State.UNKNOWN, next_attempt_at=NOW)
    assert b"May not have arrived" not in anas_browser.get("/queue/", headers=HTMX).content
    conversation.messages.filter(pk=message.pk).update(next_attempt_at=None)
    assert b"May not have arrived" in anas_browser.get("/queue/", headers=HTMX).content


@pytest.mark.parametrize(("is_approved", "chip"), [(True, "Confirm first"), (False, "Expired")])
def test_a_queue_row_says_that_its_conversation_cannot_be_answered(
    is_approved, chip, anas_browser, conversation, bluebird
):
    bluebird.may_use_human_agent = is_approved
    bluebird.save()
    assert b'class="chip"' not in anas_browser.get("/queue/", headers=HTMX).content
    conversation.messaging_window_until, conversation.human_agent_until = (
        NOW - timedelta(hours=1),
        NOW + timedelta(days=5),
    )
    conversation.save()
    assert f'class="chip">{chip}<' in anas_browser.get("/queue/", headers=HTMX).content.decode()


def test_a_queue_row_says_that_it_cannot_be_answered_before_it_names_the_holder(anas_browser, conversation, ben):
    Conversation.objects.update(holder="agent", agent=ben, messaging_window_until=NOW - timedelta(hours=1))
    row = anas_browser.get("/queue/", headers=HTMX).content.decode()
    assert row.index("Expired") < row.index(str(ben))


def test_a_paused_page_is_named_above_the_queue(anas_browser, bluebird):
    assert b"is not sending right now" not in anas_browser.get("/").content
    bluebird.paused_since = NOW
    bluebird.save()
    assert f"{bluebird} is not sending right now" in anas_browser.get("/").content.decode()


def test_a_desk_announces_a_conversation_that_came_to_its_agent_beyond_the_rows_that_it_shows(
    anas_browser, line_up, ana, ben, conversation
):
    line_up("mine", 2 * PAGE)
    Conversation.objects.filter(pk=conversation.pk).update(holder="agent", agent=ben, waiting_since=None, last_at=None)
    conversation.refresh_from_db()
    conversation.transfer(ben, to=ana)
    Conversation.objects.filter(pk=conversation.pk).update(waiting_since=None, last_at=None)
    page = anas_browser.get("/queue/", headers=HTMX).content.decode()
    assert f'id="row-{conversation.pk}"' not in page and f'id="newly-assigned-{conversation.pk}"' in page
    conversation.see(ana)
    assert "newly-assigned-" not in anas_browser.get("/queue/", headers=HTMX).content.decode()


def test_an_agent_chooses_dense_rows(anas_browser, ana):
    assert 'class="queue desk-queue"' in anas_browser.get("/").content.decode()
    known = {"undo_seconds": "5", "next_conversation": "desk", "calls": "mine"}
    anas_browser.post("/preferences/", known | {"has_dense_rows": "on"})
    assert 'class="queue desk-queue is-dense"' in anas_browser.get("/").content.decode()
    anas_browser.post("/preferences/", known)
    assert 'class="queue desk-queue"' in anas_browser.get("/").content.decode()


# Cost


def queries(get):
    with CaptureQueriesContext(connection) as found:
        assert get().status_code == 200
    return len(found)


@pytest.mark.parametrize("path", ["/", "/queue/", "/queue/?closed=60&waiting=60", "/queue/closed/"])
def test_the_queue_needs_a_constant_number_of_queries(path, anas_browser, line_up):
    for name in PARTS:
        line_up(name, 3)
    few = queries(lambda: anas_browser.get(path))
    for name in PARTS:
        line_up(name, 57)
    assert queries(lambda: anas_browser.get(path)) == few <= 18  # small ones; three count, once a second for all


@pytest.mark.parametrize("path", ["", "messages/?since=0", "messages/?before={last}"])
def test_a_thread_needs_a_constant_number_of_queries(path, conversation, say, anas_browser):
    def ask():
        return anas_browser.get(f"/conversations/{conversation.pk}/{path.format(last=last)}")

    for number in range(3):
        last = say(f"line {number}").pk
    few = queries(ask)
    for number in range(57):
        last = say(f"line {number}").pk
    assert queries(ask) == few <= 28


def test_a_thread_that_has_not_changed_is_asked_for_no_entries(conversation, say, anas_browser):
    say("Hello")
    conversation.refresh_from_db()
    path = f"/conversations/{conversation.pk}/messages/?since="
    with CaptureQueriesContext(connection) as found:
        answer = anas_browser.get(f"{path}{conversation.revision}", headers=HTMX)
    assert f'data-revision="{conversation.revision}"' in answer.content.decode()
    assert [query for query in found if "console_message" in query["sql"]] == []
    assert len(found) == 5  # the session, its agent, the Pages, the conversation, its labels
    assert "Hello" in anas_browser.get(f"{path}0", headers=HTMX).content.decode()


READS = {
    "held_by": lambda agent: Conversation.objects.held_by(agent).values("pk")[: PAGE + 1],
    "waiting": lambda agent: Conversation.objects.waiting().values("pk")[: PAGE + 1],
    "waiting for teams": lambda agent: Conversation.objects.waiting_for([1, 2]).values("pk")[: PAGE + 1],
    "others": lambda agent: Conversation.objects.in_section("others", agent.pk).values("pk")[: PAGE + 1],
    "others, teams": lambda agent: Conversation.objects.in_section("others", agent.pk, [1]).values("pk")[: PAGE + 1],
    "assignable": lambda agent: Conversation.objects.assignable()[:1],
    "bot": lambda agent: Conversation.objects.in_section("bot").values("pk")[: PAGE + 1],
    "closed": lambda agent: Conversation.objects.closed().values("pk")[: PAGE + 1],
    "closed, back": lambda agent: before(_closed(), _middle_rank(), 1).values("pk")[: PAGE + 1],
    "closed, further": lambda agent: behind(_closed(), _middle_rank(), 1).values("pk")[: PAGE + 1],
    "the admin's": lambda agent: Conversation.objects.order_by("-last_at", "-pk")[:100],
    "since": lambda agent: _longest().messages.since(_longest().revision - 1)[:501],
    "before": lambda agent: _longest().messages.before(_longest().messages.in_order()[5]).in_order().reverse()[:31],
    "marks of rows": lambda agent: Message.objects.filter(
        conversation__in=[*Conversation.objects.values_list("pk", flat=True)[: 3 * PAGE]],
        at__gt=NOW - timedelta(days=1),
    ).unsent(),
    "pending": lambda agent: Conversation.objects.pending(),
    **{scope.__name__: lambda agent, scope=scope: scope(Conversation.objects.all()) for scope in TIMEOUTS},
    "without_agent": lambda agent: Conversation.objects.without_agent(),
    "out of sight": lambda agent: Conversation.objects.unattended(),
    "due": lambda agent: InboundWebhook.objects.due(),
    "unfetched profiles": lambda agent: Customer.objects.unfetched(),
    "unfetched files": lambda agent: Attachment.objects.unfetched(),
}


def _closed():
    return sorted_by(Conversation.objects.closed(), QueueOrder.LONGEST_WAIT, NOW)


def _middle_rank():
    return Conversation.objects.closed().values_list("rank", flat=True)[3_000]


def _longest():
    return Conversation.objects.order_by("-revision").first()


def test_each_frequent_query_uses_an_index(much, ana):
    Conversation.objects.waiting().first().take(ana)
    tables = [model._meta.db_table for model in (InboundWebhook, Attachment, Conversation, Customer, Message)]
    whole = re.compile(rf"Seq Scan on ({'|'.join(tables)})\b")
    plans = {name: read(ana).explain() for name, read in READS.items()}
    assert {name: plan for name, plan in plans.items() if whole.search(plan)} == {}


def test_the_look_for_silent_conversations_reads_only_messages_that_wait_or_failed(much):
    plan = Conversation.objects.idle().explain()
    assert set(re.findall(r"(message_\w+) on console_message", plan)) == {"message_pending", "message_failed"}


def test_a_receipt_reads_only_messages_that_nobody_has_read_yet(much):
    receipt = {"id": _longest().pk, "revision": 1, "read_until": NOW.isoformat(), "delivered_until": None}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {SHOW_RECEIPTS}", [json.dumps([receipt])])
        plan = str(cursor.fetchall())
    assert "message_unread on console_message" in plan
