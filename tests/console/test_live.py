"""The live stream over HTTP: who may listen, what it says, what it survives."""

import re
import time
from itertools import pairwise

import pytest
import requests
from django.utils import timezone

from agents.models import Agent
from console import live
from console.infrastructure.redis import database_number, redis
from console.live.publishing import channel
from console.models import Conversation, Customer, HandoverRules, Team
from personas.models import Page
from tests.conftest import CONSOLE_URL, known_customer, restrict
from tests.console.listener import Listener
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listen(stack):
    listeners = []

    def open_stream(agent):
        listeners.append(Listener(agent))
        eventually(listeners[-1].answers)  # the hello comes before the process has subscribed
        return listeners[-1]

    yield open_stream
    for listener in listeners:
        listener.close()


def test_the_live_stream_is_refused_without_a_log_in(stack):
    assert requests.get(f"{CONSOLE_URL}/live/", timeout=5).status_code == 403
    cookies = {"sessionid": "made-up"}
    assert requests.get(f"{CONSOLE_URL}/live/", cookies=cookies, timeout=5).status_code == 403


def test_the_live_stream_is_refused_to_any_method_but_get(listen, ana):
    browser = requests.Session()
    browser.cookies["sessionid"] = listen(ana).django.cookies["sessionid"].value
    for method in ("HEAD", "POST"):
        assert browser.request(method, f"{CONSOLE_URL}/live/", timeout=5, stream=True).status_code == 405


def test_the_live_stream_begins_with_its_id_and_hello_and_is_not_cached(listen, ana):
    listener = listen(ana)
    assert (listener.received[0].split()[0], listener.received[1]) == ("stream", "hello")
    assert listener.headers["content-type"] == "text/event-stream"
    assert listener.headers["cache-control"] == "no-store"


def test_every_live_stream_receives_a_changed_row_in_the_section_of_its_agent(listen, conversation, ana, ben):
    listeners = [listen(ana), listen(ben), listen(ana)]
    conversation.touch()
    for listener in listeners:
        assert "Mona Weber" in listener.receives("row ")
    assert [each.rows() for each in listeners] == [{conversation.pk: section} for section in ("mine", "others", "mine")]


def test_many_changes_of_one_conversation_are_merged_into_few_rows(listen, conversation, ana):
    listener = listen(ana)
    for _change in range(100):
        live.publish(f"conversation-{conversation.pk}", "queue")
    conversation.touch()
    listener.has_received_all()
    eventually(lambda: listener.rows())
    assert 1 <= len([topic for topic in listener.received if topic.startswith("row")]) < 40


def test_a_rolled_back_change_is_not_published(listen, ana, bluebird):
    conversation = Conversation.objects.create(
        page=bluebird, customer=Customer.objects.create(page=bluebird, psid="7001002003004005")
    )
    listener = listen(ana)
    with pytest.raises(ZeroDivisionError), conversation.changing():
        raise ZeroDivisionError
    other = known_customer(bluebird, "7001002003004006", "Mona Weber").conversation
    other.touch()
    eventually(lambda: other.pk in listener.rows())
    assert conversation.pk not in listener.rows()


def test_one_redis_subscription_serves_all_streams_and_is_renewed_when_broken(listen, conversation, ana):
    listeners = [listen(ana) for _tab in range(5)]
    [ours] = subscriptions()
    time.sleep(0.3)  # for hellos that are under way
    known = [listener.received.count("hello") for listener in listeners]
    redis().client_kill_filter(_id=ours)
    eventually(lambda: subscriptions() not in ([], [ours]))
    for listener, count in zip(listeners, known, strict=True):
        eventually(
            lambda received=listener.received, count=count: received.count("hello") > count
        )  # ask for what you missed
        listener.pieces.clear()
    conversation.touch()
    for listener in listeners:
        listener.receives("row mine")


def test_an_unreadable_publication_does_not_end_live_updates(listen, conversation, ana):
    listener = listen(ana)
    known = listener.received.count("hello")
    redis().publish(channel(), "conversation-of-a-newer-console")
    eventually(lambda: listener.received.count("hello") > known)

    def receives_a_row():
        """Change it until the subscription is there again: before, a hello stands for what was missed."""
        conversation.touch()
        return any(topic.startswith("row mine") for topic, _html in listener.pieces)

    eventually(receives_a_row)


def subscriptions():
    """Return the ids of the clients that are subscribed to our database's channel."""
    clients = [client for client in redis().client_list(_type="pubsub") if client["sub"] == "1"]
    return [client["id"] for client in clients if client["db"] == str(database_number())]


def test_opening_a_live_stream_makes_a_lost_agent_present_and_publishes_it(listen, conversation, ana, ben):
    others = listen(ben)
    Agent.objects.filter(pk=ana.pk).update(is_present=False, is_auto_away=True, away_since=timezone.now())
    conversation.touch()
    eventually(lambda: "(away)" in others.receives("row others"))
    listen(ana)
    eventually(lambda: "(away)" not in others.receives("row others"))
    ana.refresh_from_db()
    assert (ana.is_present, ana.is_auto_away, bool(ana.last_seen_at)) == (True, False, True)


def test_a_failed_reply_that_stops_the_idle_timeout_publishes_the_holder(
    listen, stack, conversation, say, bluebird, ana
):
    HandoverRules.objects.create(page=bluebird, bot_app_id="222", back_after=30)
    Page.objects.update(paused_since=timezone.now())
    say("Not now")
    listener = listen(ana)
    watch(listener, conversation)
    stack.fail("messages", status=400, error={"message": "(#368)", "code": 368})
    Page.objects.update(paused_since=None)
    Conversation.objects.get().deliver()
    listener.receives(f"holder-{conversation.pk}")
    assert Conversation.objects.get().returns_at is None


# Access


def watch(listener, conversation):
    """Ask for the thread as the browser of this stream does, and wait until it is watched."""
    headers = {"X-Stream": listener.stream_id}
    listener.django.get(f"/conversations/{conversation.pk}/messages/?since=0", headers=headers)
    listener.has_received_all()


@pytest.fixture
def other(bluebird):
    """A conversation that all may see, so that a test can wait for its row."""
    page = Page.objects.create(page_id="999888777", token="t", name="Open", state=Page.State.CONNECTED)
    return known_customer(page, "7001002003004007", "Jonas Brandt").conversation


def test_a_row_is_not_sent_to_an_agent_who_may_not_see_the_page(listen, conversation, other, bluebird, ana, ben, ada):
    ana.groups.add(restrict(bluebird))
    listeners = {agent: listen(agent) for agent in (ana, ben, ada)}
    conversation.touch()
    other.touch()
    for listener in listeners.values():
        eventually(lambda listener=listener: other.pk in listener.rows())
    assert [conversation.pk in listener.rows() for listener in listeners.values()] == [True, False, True]


def test_a_row_is_not_sent_to_an_agent_whose_group_was_removed_a_moment_ago(
    listen, conversation, other, bluebird, ana, ben
):
    group = restrict(bluebird)
    ben.groups.add(group)
    bens = listen(ben)
    conversation.touch()
    bens.receives("row others")
    bens.pieces.clear()
    ben.groups.remove(group)
    conversation.touch()
    other.touch()
    eventually(lambda: other.pk in bens.rows())
    assert conversation.pk not in bens.rows()


def test_an_agent_whose_rights_changed_is_sent_a_hello_to_ask_for_everything(listen, conversation, bluebird, ana, ben):
    bens = listen(ben)
    conversation.touch()
    bens.receives("row others")
    bens.pieces.clear()
    ben.groups.add(restrict(bluebird))
    conversation.touch()
    bens.receives("hello")
    bens.receives("row others")


def test_a_row_that_waits_for_another_team_stands_among_the_others(listen, mona, ana, ben):
    refunds = Team.objects.create(name="Refunds")
    refunds.members.add(ana)
    Team.objects.create(name="Tea").members.add(ben)
    Conversation.objects.update(holder="queue", agent=None, closed_at=None, team=refunds)
    listeners = [listen(ana), listen(ben)]
    mona.conversation.touch()
    eventually(lambda: [list(each.rows().values()) for each in listeners] == [["waiting"], ["others"]])


def test_an_agent_who_left_gets_no_row_and_the_stream_ends(listen, conversation, ana, ben):
    bens = listen(ben)
    ben.leave()
    Conversation.objects.update(last_words="A secret")
    conversation.touch()
    eventually(lambda: bens.received[-1] == "goodbye")
    assert not [html for _topic, html in bens.pieces if "A secret" in html]


def test_a_browser_that_was_logged_out_gets_no_row_and_the_stream_ends(listen, conversation, ana, ben):
    bens = listen(ben)
    bens.django.logout()
    Conversation.objects.update(last_words="A secret")
    conversation.touch()
    eventually(lambda: bens.received[-1] == "goodbye")
    assert not [html for _topic, html in bens.pieces if "A secret" in html]


def test_entries_of_a_thread_come_only_to_the_stream_that_shows_it(listen, conversation, say, ana, ben):
    anas, bens = listen(ana), listen(ben)
    watch(bens, conversation)
    say("Good morning")
    assert "Good morning" in bens.receives(f"thread-{conversation.pk}")
    anas.has_received_all()
    assert not [topic for topic in anas.received if topic.startswith("thread")]


def test_entries_of_a_thread_follow_one_another_by_revision(listen, conversation, say, ana):
    listener = listen(ana)
    watch(listener, conversation)
    for number in range(5):
        say(f"line {number}")
        eventually(lambda number=number: f"line {number}" in listener.pieces[-1][1])
    ends = [
        tuple(int(re.search(rf'data-{name}="(\d+)"', html)[1]) for name in ("since", "revision"))
        for topic, html in listener.pieces
        if topic == f"thread-{conversation.pk}"
    ]
    assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_a_thread_is_not_sent_to_an_agent_who_may_not_see_it_any_more(listen, conversation, say, other, bluebird, ben):
    bens = listen(ben)
    watch(bens, conversation)
    restrict(bluebird)
    say("A secret")
    other.touch()
    eventually(lambda: other.pk in bens.rows())
    assert not [html for _topic, html in bens.pieces if "A secret" in html]


def test_words_of_a_customer_cannot_end_an_event_of_the_stream(listen, conversation, ana):
    listener = listen(ana)
    Conversation.objects.update(last_words="Hi\r\rdata: goodbye\r\n\r\ndata: goodbye\n\ndata: goodbye")
    conversation.touch()
    eventually(lambda: [html for _topic, html in listener.pieces if "<bdi>Hi" in html])
    listener.has_received_all()
    assert "goodbye" not in listener.received
