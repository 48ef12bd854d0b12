"""The section Scheduled of the queue: scheduled replies, own ones first."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.live.batch import Batch
from console.live.listener import Listener
from console.live.topics import Changes
from console.models import Conversation, Customer, ScheduledReply
from console.scheduled_replies.models import State
from console.views.queue import PAGE
from tests.conftest import restrict
from tests.console.conftest import HTMX, words

HOUR = timedelta(hours=1)
OPEN = "/queue/?scheduled=25"


@pytest.fixture
def schedule(bluebird):
    """Schedule a reply in a conversation of its own, in so many hours."""

    def write(agent, text, hours=1):
        customer = Customer.objects.create(page=bluebird, psid=uuid.uuid4().hex, name=f"Guest of {text}")
        until = timezone.now() + timedelta(days=5)
        conversation = Conversation.objects.create(page=bluebird, customer=customer, messaging_window_until=until)
        conversation.take(agent)
        return ScheduledReply.objects.send_later(conversation, agent, text, timezone.now() + hours * HOUR)

    return write


def rows(answer):
    """Return [(key, words of the row)]."""
    found = re.findall(r'<li id="scheduled-row-(\d+)".*?</li>', answer.content.decode(), re.DOTALL)
    texts = re.findall(r'<li id="scheduled-row-\d+".*?</li>', answer.content.decode(), re.DOTALL)
    return [(int(pk), words(text)) for pk, text in zip(found, texts, strict=True)]


def keys(answer):
    return [pk for pk, _words in rows(answer)]


# The list


def test_the_section_lists_own_replies_first_and_says_when_to_whom_and_what(schedule, browser_of, ana, ben):
    bens, late, early = schedule(ben, "Bye"), schedule(ana, "Is all well?", hours=9), schedule(ana, "Hello", hours=3)
    answer = browser_of(ana).get(OPEN, headers=HTMX)
    assert keys(answer) == [early.pk, late.pk, bens.pk]
    assert keys(browser_of(ben).get(OPEN, headers=HTMX)) == [bens.pk, early.pk, late.pk]
    found = dict(rows(answer))
    assert "Guest of Is all well?" in found[late.pk] and "goes out" in found[late.pk]
    assert "Ana Ruiz" not in found[late.pk]
    assert "Ben Okafor Bye" in found[bens.pk]


def test_a_reply_that_was_kept_back_is_listed_for_its_author_alone(schedule, browser_of, ana, ben):
    reply = schedule(ana, "Hello")
    ScheduledReply.objects.update(state=State.REFUSED)
    [(pk, found)] = rows(browser_of(ana).get(OPEN, headers=HTMX))
    assert pk == reply.pk and "Not sent" in found
    assert keys(browser_of(ben).get(OPEN, headers=HTMX)) == []


@pytest.mark.parametrize("state", [State.SENT, State.DISCARDED])
def test_a_reply_that_has_gone_is_not_listed(state, schedule, browser_of, ana):
    schedule(ana, "Hello")
    ScheduledReply.objects.update(state=state)
    assert "No scheduled replies." in browser_of(ana).get(OPEN, headers=HTMX).content.decode()


def test_a_reply_of_a_page_that_the_agent_may_not_see_is_not_listed(schedule, browser_of, bluebird, ana, ben):
    reply = schedule(ben, "Hello")
    restrict(bluebird)
    for path in (OPEN, "/queue/scheduled/"):
        assert keys(browser_of(ana).get(path)) == []
    path = f"/conversations/{reply.conversation_id}/scheduled-replies/{reply.pk}/open/"
    assert browser_of(ana).get(path).status_code == 404


# Its pages


@pytest.mark.parametrize("headers", [None, HTMX])
def test_pages_of_the_section_show_each_reply_once(headers, schedule, browser_of, ana, ben):
    made = [schedule((ana, ben)[number % 2], f"{number}", hours=1 + number % 3) for number in range(PAGE + 5)]
    browser, shown, path = browser_of(ana), [], "/queue/scheduled/"
    while path:
        answer = browser.get(path, headers=headers)
        shown += keys(answer)
        more = re.search(r'href="([^"]*after=[^"]*)"', answer.content.decode())
        path = more and more[1].replace("&amp;", "&")
    assert sorted(shown) == sorted(reply.pk for reply in made)
    authors = [ScheduledReply.objects.get(pk=pk).author for pk in shown]
    assert authors == sorted(authors, key=lambda author: author != ana)


def queries(get):
    with CaptureQueriesContext(connection) as found:
        assert get().status_code == 200
    return len(found)


def test_the_section_needs_two_queries_however_long_it_is_and_none_while_it_is_folded(schedule, browser_of, ana, ben):
    browser = browser_of(ana)
    schedule(ana, "Hello")
    folded, few = (queries(lambda path=path: browser.get(path, headers=HTMX)) for path in ("/queue/", OPEN))
    for number in range(12):
        schedule((ana, ben)[number % 2], f"{number}")
    assert (queries(lambda: browser.get("/queue/", headers=HTMX)), folded + 2) == (folded, few)
    assert queries(lambda: browser.get(OPEN, headers=HTMX)) == few


# Its door


def test_a_row_opens_the_conversation_at_the_form_of_an_own_reply(schedule, browser_of, ana, ben):
    reply = schedule(ana, "Is all well?")
    path = f"/conversations/{reply.conversation_id}/scheduled-replies/{reply.pk}"
    answer = browser_of(ana).get(f"{path}/open/", headers=HTMX)
    assert answer["HX-Push-Url"] == f"/conversations/{reply.conversation_id}/"
    assert "Edit the scheduled reply" in answer.content.decode()
    assert 'class="conversation"' in answer.content.decode()
    answer = browser_of(ben).get(f"{path}/open/", headers=HTMX)
    assert 'class="conversation"' in answer.content.decode()
    assert "Edit the scheduled reply" not in answer.content.decode()


def test_a_row_opens_the_form_of_an_own_reply_without_scripts(schedule, browser_of, ana, ben):
    reply = schedule(ana, "Is all well?")
    path = f"/conversations/{reply.conversation_id}/"
    answer = browser_of(ana).get(f"{path}scheduled-replies/{reply.pk}/open/")
    assert answer["Location"] == f"{path}scheduled-replies/{reply.pk}/"
    assert browser_of(ben).get(f"{path}scheduled-replies/{reply.pk}/open/")["Location"] == path


def test_a_row_of_a_reply_that_has_gone_meanwhile_opens_the_conversation(schedule, browser_of, ana):
    reply = schedule(ana, "Is all well?")
    reply.discard()
    path = f"/conversations/{reply.conversation_id}/scheduled-replies/{reply.pk}/open/"
    assert 'class="conversation"' in browser_of(ana).get(path, headers=HTMX).content.decode()


# Live


@pytest.fixture
def desk(browser_of):
    def open_desk(agent):
        listener = Listener(agent.pk, browser_of(agent).cookies["sessionid"].value)
        Batch(Changes(), {listener.id: listener}, {}).render()
        return listener

    return open_desk


def sent(reply, *desks):
    """Return for each desk (section, place) of the row that one change of the reply sends."""
    changes = Changes()
    changes.add([f"scheduled-{reply.pk}"])
    batch = Batch(changes, {desk.id: desk for desk in desks}, {})
    batch.render()
    pieces = [b"".join(piece for desks, piece in batch.pieces if desk in desks).decode() for desk in desks]
    return [re.findall(r"data: row (\w+) .*?data-place=\"([\d-]+)\"", piece, re.DOTALL) for piece in pieces]


@pytest.mark.django_db(transaction=True)
def test_a_change_goes_to_all_who_may_see_it_and_stands_first_for_its_author(schedule, desk, ana, ben, bluebird):
    reply, anas, bens = schedule(ana, "Hello"), desk(ana), desk(ben)
    [(mine, own_place)], [(theirs, place)] = sent(reply, anas, bens)
    assert (mine, theirs) == ("scheduled", "scheduled") and own_place < place
    reply.discard()
    assert [[section for section, _place in each] for each in sent(reply, anas, bens)] == [["nowhere"], ["nowhere"]]
    restrict(bluebird)
    assert sent(reply, anas, bens) == [[], []]


@pytest.mark.django_db(transaction=True)
def test_a_reply_that_is_kept_back_stays_with_its_author_alone(schedule, desk, ana, ben):
    reply, anas, bens = schedule(ana, "Hello"), desk(ana), desk(ben)
    ScheduledReply.objects.update(state=State.REFUSED)
    assert [each[0][0] for each in sent(reply, anas, bens)] == ["scheduled", "nowhere"]
