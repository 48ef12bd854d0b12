"""The customer's typing dots: a courtesy that never stands in the way of anything."""

import threading

import pytest

from console.infrastructure.redis import redis
from console.models.conversation import typing_dots


@pytest.fixture(autouse=True)
def forget():
    for key in redis().scan_iter("typing:*"):
        redis().delete(key)


def test_typing_dots_go_out_as_the_agents_persona(conversation, ana, mona, sandbox):
    typing_dots.start(conversation.pk)
    conversation.show_typing(ana, is_on=True)
    typing = sandbox.thread(mona.psid)["typing"]
    assert (typing["on"], typing["persona"]["name"]) == (True, "Ana R.")


def test_continued_typing_calls_facebook_once_in_ten_seconds(conversation):
    assert [typing_dots.start(conversation.pk) for _key in range(5)] == [True, False, False, False, False]
    assert 0 < redis().ttl(f"typing:{conversation.pk}:called") <= 10


def test_stopping_typing_twice_calls_facebook_once(conversation):
    typing_dots.start(conversation.pk)
    assert [typing_dots.stop(conversation.pk), typing_dots.stop(conversation.pk)] == [True, False]


def test_typing_dots_overtaken_by_their_message_are_not_sent(
    conversation, ana, say, sandbox, django_capture_on_commit_callbacks
):
    typing_dots.start(conversation.pk)
    with django_capture_on_commit_callbacks(execute=True):
        say("There it is")
    conversation.show_typing(ana, is_on=True)
    assert sandbox.requests(action="typing_on") == []


def test_a_failed_call_for_typing_dots_raises_no_error(conversation, ana, sandbox):
    typing_dots.start(conversation.pk)
    sandbox.fail("messages", status=500)
    conversation.show_typing(ana, is_on=True)
    assert len(sandbox.requests(action="typing_on")) == 1  # and it was not tried again


def test_typing_dots_of_a_refused_persona_go_out_as_the_page(conversation, ana, mona, sandbox):
    sandbox.fail("personas", "POST", status=400, error={"message": "no", "code": 368})
    typing_dots.start(conversation.pk)
    conversation.show_typing(ana, is_on=True)
    typing = sandbox.thread(mona.psid)["typing"]
    assert (typing["on"], typing["persona"]) == (True, None)


def test_only_the_holder_sends_typing_dots(conversation, ben):
    conversation.start_typing(ben)
    assert not typing_dots.are_wanted(conversation.pk)


def test_typing_dots_that_ended_while_the_persona_was_made_are_not_sent(conversation, ana, sandbox):
    typing_dots.start(conversation.pk)
    sandbox.fail("personas", "POST", delay_s=0.6)
    threading.Timer(0.2, typing_dots.stop, [conversation.pk]).start()
    conversation.show_typing(ana, is_on=True)
    assert len(sandbox.personas()) == 1
    assert sandbox.requests(action="typing_on") == []


def test_a_sent_message_does_not_reset_the_rate_limit_of_typing_dots(
    conversation, say, django_capture_on_commit_callbacks
):
    assert typing_dots.start(conversation.pk)
    with django_capture_on_commit_callbacks(execute=True):
        say("short")
    assert not typing_dots.start(conversation.pk)
