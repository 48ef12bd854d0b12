"""Batches of live updates: their cost, and their agreement with the pages about who sees what where."""

import itertools
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console.live import rendering
from console.live.batch import Batch
from console.live.counting import numbers_of
from console.live.events import event, hello
from console.live.listener import Listener
from console.live.topics import Changes
from console.models import Conversation, Customer, Team
from console.models.handover.cause import Cause
from console.queue.counts import new_counts
from console.queue.sections import section_of
from console.queue.viewers import viewers
from personas.models import Page
from tests.conftest import restrict

pytestmark = pytest.mark.django_db(transaction=True)


def listener(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    greeted = Listener(agent.pk, browser.cookies["sessionid"].value)
    Batch(Changes(), {greeted.id: greeted}, {}).render()
    return greeted


def conversations(page, count, **fields):
    customers = [Customer.objects.create(page=page, psid=uuid.uuid4().hex, name="Guest") for _number in range(count)]
    return [Conversation.objects.create(page=page, customer=customer, **fields) for customer in customers]


def batch_of(rows, listeners, watched=False):
    changes = Changes()
    topics = [f"conversation-{row.pk}" for row in rows]
    changes.add(["queue", *topics, *[f"holder-{row.pk}" for row in rows]])
    if watched:
        for each in listeners:
            for row in rows:
                each.watch(row.pk)
    return Batch(changes, {each.id: each for each in listeners}, {row.pk: 0 for row in rows} if watched else {})


def queries(work):
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def test_a_batch_needs_a_constant_number_of_queries(bluebird, ana, ben):
    agents = [ana, ben, *(Agent.objects.create_user(f"agent{number}") for number in range(12))]
    for number, agent in enumerate(agents[2:]):
        team = Team.objects.create(name=f"Team {number}")
        team.members.add(agent)
    few = conversations(bluebird, 1, holder="agent", agent=ana, revision=1)
    many = [*few, *conversations(bluebird, 15, holder="agent", agent=ben, revision=1)]
    many += conversations(bluebird, 15, revision=1)
    for row in many:
        row.messages.create(page=bluebird, is_incoming=True, state="received", text="Hi", at=timezone.now(), revision=1)
    few_batch = batch_of(few, [listener(ana)], watched=True)
    many_batch = batch_of(many, [listener(agent) for agent in agents * 2], watched=True)
    assert queries(few_batch.render) == queries(many_batch.render) <= 11
    assert few_batch.pieces and many_batch.pieces


def test_a_batch_is_needed_only_for_rows_for_threads_that_are_open_and_for_new_desks(bluebird, ana):
    [row], desk = conversations(bluebird, 1, holder="agent", agent=ana), listener(ana)

    def is_needed(*topics):
        changes = Changes()
        changes.add(topics)
        return Batch(changes, {desk.id: desk}, {}).is_needed

    thread = [f"conversation-{row.pk}", f"holder-{row.pk}"]
    assert (is_needed(*thread), is_needed("queue", *thread)) == (False, True)
    desk.watch(row.pk)
    assert (is_needed(*thread), is_needed()) == (True, False)
    desk.rights = None
    assert is_needed()


def test_the_numbers_of_all_desks_need_a_constant_number_of_queries(bluebird, ana, ben):
    conversations(bluebird, 5)
    few, many = [listener(ana)], [listener(agent) for agent in [ana, ben] * 5]
    assert queries(lambda: numbers_of(few)) == queries(lambda: numbers_of(many)) <= 6


def test_desks_of_equal_rights_get_the_same_bytes_in_one_piece(bluebird, ana, ben, ada):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana)
    desks = [listener(agent) for agent in (ana, ben, Agent.objects.create_user("cleo"))]
    batch = batch_of([row], desks)
    batch.render()
    assert sorted(len(listeners) for listeners, _piece in batch.pieces) == [1, 2]


def test_a_browser_gets_hello_in_its_first_batch_and_when_its_rights_change(bluebird, ana, ada):
    desk = listener(ana)
    desk.rights = None

    def said():
        batch = Batch(Changes(), {desk.id: desk}, {})
        batch.render()
        return [piece for _listeners, piece in batch.pieces], hello(batch.moment)

    pieces, greeting = said()
    assert pieces == [greeting]
    assert said()[0] == []
    Team.objects.create(name="Tea").members.add(ana)
    pieces, greeting = said()
    assert pieces == [greeting]


def test_all_rows_and_headers_of_agents_who_come_at_once_are_sent(bluebird, ana, ben, monkeypatch):
    monkeypatch.setattr(rendering, "MOST", 2)
    desk, held = listener(ana), [conversations(bluebird, 3, holder="agent", agent=agent) for agent in (ana, ben)]
    desk.watch(held[1][2].pk)
    changes = Changes()
    changes.add([f"agent-{agent.pk}" for agent in (ana, ben)])
    batch = Batch(changes, {desk.id: desk}, {held[1][2].pk: 0})
    batch.render()
    sent = b"".join(piece for _listeners, piece in batch.pieces)
    assert {int(pk) for pk in re.findall(rb'id="row-(\d+)"', sent)} == {row.pk for rows in held for row in rows[:2]}
    assert b"holder-%d" % held[1][2].pk in sent


def test_agents_who_come_at_once_with_very_many_rows_have_desks_ask(bluebird, ana, ben, monkeypatch):
    monkeypatch.setattr(rendering, "MOST", 2)
    monkeypatch.setattr(rendering, "MOST_OF_AGENTS", 3)
    desk = listener(ana)
    for agent in (ana, ben):
        conversations(bluebird, 2, holder="agent", agent=agent)
    changes = Changes()
    changes.add([f"agent-{agent.pk}" for agent in (ana, ben)])
    batch = Batch(changes, {desk.id: desk}, {})
    batch.render()
    sent = b"".join(piece for _listeners, piece in batch.pieces)
    assert b"hello" in sent and b"row-" not in sent


def test_a_row_and_a_thread_that_cannot_be_rendered_leave_out_no_others(bluebird, ana, ben, caplog):
    broken, sound = conversations(bluebird, 2, revision=1)
    for row in (broken, sound):
        row.messages.create(page=bluebird, is_incoming=True, state="received", text="Hi", at=timezone.now(), revision=1)
    fields = {"from_holder": "bot", "to_holder": "unknown", "at": timezone.now(), "revision": 1}
    broken.reason = broken.handovers.create(cause=Cause.ANSWERED_ELSEWHERE, **fields)
    broken.save()
    batch = batch_of([broken, sound], [listener(ana), listener(ben)], watched=True)
    batch.render()
    sent = b"".join(piece for _listeners, piece in batch.pieces)
    assert b'id="row-%d"' % sound.pk in sent and b'id="row-%d"' % broken.pk not in sent
    assert b"data: hello\n" in sent
    assert b"thread-%d" % sound.pk in sent and b"data: conversation-%d\n" % broken.pk in sent
    assert caplog.text.count("cannot be rendered") == 2


def test_browsers_that_watch_a_thread_of_unknown_revision_are_asked_to_ask(bluebird, ana):
    """A batch that could not be rendered has noted who watches, and not what they know."""
    [row] = conversations(bluebird, 1, holder="agent", agent=ana)
    desk = listener(ana)
    desk.watch(row.pk)
    changes = Changes()
    changes.add([f"conversation-{row.pk}"])
    batch = Batch(changes, {desk.id: desk}, {})
    batch.render()
    assert (batch.pieces, batch.revisions) == ([([desk], event(f"conversation-{row.pk}"))], {row.pk: row.revision})


def pieces_for_a_watch(desks, desk, row, revisions, revision=None, headline_key=None):
    """Return what is sent when a desk begins to watch a conversation, and the revisions that are known then."""
    row = Conversation.objects.with_headline().get(pk=row.pk)
    known = (row.revision if revision is None else revision, row.headline_key if headline_key is None else headline_key)
    changes = Changes()
    changes.add([f"watch-{desk.id}-{row.pk}-{known[0]}-{known[1]}"])
    batch = Batch(changes, {each.id: each for each in desks}, revisions)
    batch.render()
    return batch.pieces, batch.revisions


def test_a_browser_that_begins_to_watch_a_thread_as_it_is_asks_for_nothing(bluebird, ana, ben):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana, revision=7)
    desks, revisions = [listener(ana), listener(ben)], {}
    for desk in desks:
        pieces, revisions = pieces_for_a_watch(desks, desk, row, revisions)
        assert (pieces, revisions) == ([], {row.pk: 7})


def test_no_entries_are_read_of_threads_that_browsers_begin_to_watch_as_they_are(bluebird, ana):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana, revision=7)
    desk = listener(ana)
    with CaptureQueriesContext(connection) as found:
        pieces_for_a_watch([desk], desk, row, {})
    assert not [query for query in found if 'FROM "console_message"' in query["sql"]]


def test_a_browser_that_begins_to_watch_a_thread_gets_what_it_missed(bluebird, ana):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana, revision=7)
    row.messages.create(page=bluebird, is_incoming=True, state="received", text="Hi", at=timezone.now(), revision=7)
    desk = listener(ana)
    [(listeners, piece)], revisions = pieces_for_a_watch([desk], desk, row, {}, revision=6)
    assert (listeners, revisions) == ([desk], {row.pk: 7})
    assert b'data-since="6"' in piece and b"Hi" in piece


def test_a_browser_that_missed_what_others_got_before_it_watches_asks_for_it(bluebird, ana, ben):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana, revision=7)
    desks = [listener(ana), listener(ben)]
    pieces, _revisions = pieces_for_a_watch(desks, desks[1], row, {row.pk: 7}, revision=6)
    assert pieces == [([desks[1]], event(f"conversation-{row.pk}"))]


def test_a_browser_that_begins_to_watch_below_an_old_header_asks_for_the_header(bluebird, ana, ben):
    [row] = conversations(bluebird, 1, holder="agent", agent=ana, revision=7)
    desks = [listener(ana), listener(ben)]
    pieces, _revisions = pieces_for_a_watch(desks, desks[0], row, {}, headline_key=1)
    assert pieces == [([desks[0]], event(f"holder-{row.pk}"))]


def test_numbers_are_sent_again_when_a_page_may_have_shown_others_in_between(bluebird, ana, ben):
    desks = [listener(ana), listener(ben)]
    [(_desks, before)] = numbers_of(desks)
    assert b"mine=0 waiting=0 others=0" in before
    [row] = conversations(bluebird, 1)
    assert new_counts().of([bluebird.pk], ana.pk, None)["waiting"] == 1  # as a page shows it
    row.delete()
    [(those, after)] = numbers_of(desks)
    assert b"mine=0 waiting=0 others=0" in after
    assert set(those) == set(desks)


def test_live_updates_and_pages_agree_about_the_section_of_every_conversation(bluebird, ana, ben, ada):
    tea, refunds = Team.objects.create(name="Tea"), Team.objects.create(name="Refunds")
    refunds.members.add(ben)
    holders = [("bot", None), ("queue", None), ("elsewhere", None), ("agent", ana), ("agent", ben)]
    for (holder, agent), team, is_closed in itertools.product(holders, (None, tea, refunds), (False, True)):
        if not (is_closed and holder in ("agent", "elsewhere")):
            closed_at = timezone.now() if is_closed else None
            conversations(bluebird, 1, holder=holder, agent=agent, team=team, closed_at=closed_at)
    rows = Conversation.objects.all()
    for agent, teams in itertools.product((ana, ben, ada), (None, (tea.pk,), (refunds.pk, tea.pk))):
        for name in ("mine", "waiting", "others", "bot", "closed"):
            shown = set(rows.in_section(name, agent.pk, teams).values_list("pk", flat=True))
            assert shown == {row.pk for row in rows if section_of(row, agent.pk, teams) == name}


def test_live_updates_and_pages_agree_about_who_may_see_a_page(bluebird, ana, ben, ada):
    closed = Page.objects.create(page_id="9", token="t", is_open_to_all=False)
    grouped = Page.objects.create(page_id="10", token="t")
    ben.groups.add(restrict(grouped))
    for agent in (ana, ben, ada):
        [rights], _moment = viewers({listener(agent).session_key: agent.pk})
        for page in (bluebird, closed, grouped):
            is_shown = Page.objects.open_to(agent).filter(pk=page.pk).exists()
            assert rights.may_see(page) == is_shown == page.agents().filter(pk=agent.pk).exists()
