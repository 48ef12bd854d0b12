"""Workers with clocks apart: a wrong clock never makes a message go out twice."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from console.models import Message
from tests.console.conftest import fresh

State = Message.State
SENDS = {"method": "POST", "path": "/messages"}


@pytest.fixture
def cut(sandbox):
    """The next call gets no answer, before or after it took effect."""
    return lambda when: sandbox.post("faults", match=SENDS, times=1, drop=when)


@pytest.fixture
def by_another_clock(conversation):
    """A worker whose clock is so far off delivers."""

    def deliver(**off):
        with time_machine.travel(timezone.now() + timedelta(**off)):
            conversation.deliver()

    return deliver


def look(conversation):
    """Another worker, whose clock is right, comes for what has no known outcome."""
    conversation.messages.update(next_attempt_at=None)
    conversation.messages.filter(state=State.UNKNOWN).update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    conversation.deliver()


@pytest.mark.parametrize("off", [{"minutes": 2}, {"minutes": -2}])
def test_a_sent_message_is_reconciled_although_the_clock_of_its_worker_was_wrong(
    off, say, conversation, sandbox, mona, cut, by_another_clock
):
    message = say("Once, please.")
    cut("after")
    by_another_clock(**off)
    assert fresh(message).state == State.UNKNOWN

    look(conversation)

    assert fresh(message).state == State.SENT
    assert sandbox.texts(mona.psid) == ["Once, please."]


@pytest.mark.parametrize("off", [{"hours": 1}, {"hours": -1}])
def test_a_message_without_answer_is_not_resent_early_by_a_worker_with_a_wrong_clock(
    off, say, conversation, sandbox, mona, cut, by_another_clock
):
    """A call may still take effect: Facebook is given time, by one clock for all."""
    message = say("Once, please.")
    cut("before")
    by_another_clock(**off)

    look(conversation)

    assert fresh(message).state == State.UNKNOWN
    assert sandbox.texts(mona.psid) == []
