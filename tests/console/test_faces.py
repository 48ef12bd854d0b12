"""Faces: colleagues see who looks at a conversation and who types there, until a moment after they have left."""

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Agent
from console.faces import looks
from console.faces.looks import looks_now
from console.infrastructure.redis import redis
from tests.conftest import CONSOLE_URL, known_customer, restrict
from tests.console.listener import Listener
from tests.stand_in import eventually

DESK, OTHER_DESK = "a" * 32, "b" * 32


@pytest.fixture(autouse=True)
def forget():
    """Forget the looks of other tests, and leave none: they last for seconds, and a queue with faces asks for more."""
    redis().delete(*looks.KEYS)
    yield
    redis().delete(*looks.KEYS)


def look(browser, conversation, desk=DESK):
    return browser.post(f"/conversations/{conversation.pk}/look/", {"desk": desk})


def faces(page):
    return [sentence for sentence in ("Ana is looking", "Ben is looking", "Ben is typing…") if sentence in page]


def end(conversation, agent, desk=DESK):
    """Let the time of a look run out."""
    redis().zadd(looks.KEYS[0], {f"{conversation.pk}-{agent.pk}-{desk}": 1})


def test_a_colleague_sees_who_looks_at_a_conversation_with_the_queue(conversation, ana, ben, browser_of):
    assert look(browser_of(ben), conversation).status_code == 204
    for path in ("/", "/queue/", f"/conversations/{conversation.pk}/"):
        browser = browser_of(ana)
        headers = {"HX-Request": "true"} if path == "/queue/" else {}
        assert faces(browser.get(path, headers=headers).text) == ["Ben is looking"]


def test_an_agent_does_not_see_their_own_face(conversation, ana, ben, browser_of):
    look(browser_of(ben), conversation)
    look(browser_of(ana), conversation)
    assert faces(browser_of(ben).get("/queue/").text) == ["Ana is looking"]
    assert faces(browser_of(ana).get("/queue/").text) == ["Ben is looking"]


def test_a_look_ends_ten_seconds_after_the_last_word_of_its_desk(conversation, ben):
    looks.look(conversation.pk, ben.pk, DESK)
    lasts = redis().zscore(looks.KEYS[0], f"{conversation.pk}-{ben.pk}-{DESK}") - redis().time()[0]
    assert 8 <= lasts <= 10
    end(conversation, ben)
    assert looks_now().by_conversation == {}
    assert not redis().exists(*looks.KEYS)


def test_a_look_that_ended_does_not_go_on(conversation, ben):
    name = f"{conversation.pk}-{ben.pk}-{DESK}"
    assert not looks.look_on(name, is_typing=False)
    looks.look(conversation.pk, ben.pk, DESK)
    assert looks.look_on(name, is_typing=False)
    end(conversation, ben)
    assert not looks.look_on(name, is_typing=True)
    assert looks_now().by_conversation == {}


def test_a_second_desk_of_the_same_agent_keeps_the_face(conversation, ben):
    for desk in (DESK, OTHER_DESK):
        looks.look(conversation.pk, ben.pk, desk)
    looks.look_on(f"{conversation.pk}-{ben.pk}-{OTHER_DESK}", is_typing=True)
    assert looks_now().by_conversation == {conversation.pk: {ben.pk: True}}
    looks.look_away(f"{conversation.pk}-{ben.pk}-{OTHER_DESK}")
    assert looks_now().by_conversation == {conversation.pk: {ben.pk: False}}
    looks.look_away(f"{conversation.pk}-{ben.pk}-{DESK}")
    assert looks_now().by_conversation == {}


def test_typing_a_reply_shows_dots_to_the_customer_and_to_colleagues_by_one_request(conversation, ana, browser_of):
    path = f"/conversations/{conversation.pk}/typing/"
    browser_of(ana).post(path, {"on": "1", "desk": DESK})
    assert redis().exists(f"typing:{conversation.pk}:shown")
    assert looks_now().by_conversation == {conversation.pk: {ana.pk: True}}


def test_a_desk_without_a_proper_name_is_not_remembered(conversation, ben, browser_of):
    for desk in ("", "1-2", "A" * 32, "a" * 33):
        look(browser_of(ben), conversation, desk)
    assert looks_now().by_conversation == {}


def test_nobody_looks_at_a_conversation_that_they_may_not_see(conversation, bluebird, ben, browser_of):
    restrict(bluebird)
    assert look(browser_of(ben), conversation).status_code == 404
    assert looks_now().by_conversation == {}


def test_the_queue_has_no_faces_of_conversations_that_the_agent_may_not_see(
    conversation, bluebird, ana, ben, browser_of
):
    looks.look(conversation.pk, ana.pk, DESK)
    restrict(bluebird)
    assert faces(browser_of(ben).get("/queue/").text) == []


def test_a_colleague_who_lost_the_page_while_looking_has_no_face_there(conversation, bluebird, ana, ben, browser_of):
    look(browser_of(ben), conversation)
    ana.groups.add(restrict(bluebird))
    assert faces(browser_of(ana).get("/queue/").text) == []


def test_faces_cost_the_queue_two_queries_however_many_there_are(bluebird, conversation, ana, ben, browser_of):
    browser = browser_of(ana)

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            browser.get("/queue/")
        return len(queries)

    count_queries()
    without = count_queries()
    looks.look(conversation.pk, ben.pk, DESK)
    with_one = count_queries()
    for number in range(5):
        colleague = Agent.objects.create_user(f"colleague{number}", first_name="Kim", password="x")
        other = known_customer(bluebird, f"700100200300400{number}", "Jonas Brandt").conversation
        looks.look(other.pk, colleague.pk, DESK)
    assert (with_one - without, count_queries() - with_one) == (2, 0)
    assert browser.get("/queue/").text.count('title="Kim is looking"') == 5


# Live


@pytest.fixture
def listen(stack):
    listeners = []

    def open_stream(agent):
        listeners.append(Listener(agent))
        eventually(listeners[-1].answers)
        return listeners[-1]

    yield open_stream
    for listener in listeners:
        listener.close()


def say(verb, name, typing=0):
    """Say what the script of a desk says, without a log-in."""
    return requests.post(f"{CONSOLE_URL}/live/{verb}/", {"look": name, "typing": typing}, timeout=5).status_code


@pytest.mark.django_db(transaction=True)
def test_a_stream_gets_faces_as_they_change_and_nothing_while_they_do_not(listen, conversation, ana, ben):
    anas = listen(ana)
    name = f"{conversation.pk}-{ben.pk}-{DESK}"
    looks.look(conversation.pk, ben.pk, DESK)
    eventually(lambda: faces(last_faces(anas)) == ["Ben is looking"])
    known = count_faces(anas)
    for _second in range(3):
        assert say("look-on", name) == 204
        anas.has_received_all()
    assert count_faces(anas) == known
    assert say("look-on", name, typing=1) == 204
    eventually(lambda: faces(last_faces(anas)) == ["Ben is typing…"])
    assert say("look-away", name) == 204
    eventually(lambda: faces(last_faces(anas)) == [])
    assert count_faces(anas) == known + 2
    assert say("look-on", name) == 404


@pytest.mark.django_db(transaction=True)
def test_a_face_of_a_dead_tab_is_gone_from_streams_when_its_time_is_over(listen, conversation, ana, ben):
    anas = listen(ana)
    looks.look(conversation.pk, ben.pk, DESK)
    eventually(lambda: faces(last_faces(anas)) == ["Ben is looking"])
    eventually(lambda: faces(last_faces(anas)) == [], seconds=12)


@pytest.mark.django_db(transaction=True)
def test_no_face_is_sent_to_an_agent_who_may_not_see_the_conversation(listen, conversation, bluebird, ana, ben, ada):
    ana.groups.add(restrict(bluebird))
    bens, adas = listen(ben), listen(ada)
    looks.look(conversation.pk, ana.pk, DESK)
    eventually(lambda: faces(last_faces(adas)) == ["Ana is looking"])
    bens.has_received_all()
    assert count_faces(bens) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "body", ["", "look=", "look=1-2-3&typing=0", f"look=1-2-{DESK}", f"look=1-2-{DESK}&typing=2", "\0", "a" * 9_000]
)
@pytest.mark.parametrize("verb", ["look-on", "look-away"])
def test_a_word_that_no_desk_says_is_refused(stack, verb, body):
    assert requests.post(f"{CONSOLE_URL}/live/{verb}/", body, timeout=5).status_code == 400


def last_faces(listener):
    return next((html for topic, html in reversed(listener.pieces) if topic.startswith("faces")), "")


def count_faces(listener):
    return len([topic for topic, _html in listener.pieces if topic.startswith("faces")])
