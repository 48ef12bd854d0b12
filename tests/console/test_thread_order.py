"""The thread reads in the order in which things were seen, whatever our clock and Facebook's say."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.models import Conversation, Customer, Holder, Message
from messenger import events
from tests.console.conftest import fresh, process, texts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
numbers = count(1)


class Story:
    """Mona and Ana write to each other. Facebook's clock is right, and ours is `ahead` of it."""

    def __init__(self, page, ana, ahead=timedelta(0)):
        self.ana, self.ahead, self.now, self.late, self.seen = ana, ahead, NOW, [], {}
        customer = Customer.objects.create(page=page, psid=str(10**15 + next(numbers)))
        self.conversation = Conversation.objects.create(page=page, customer=customer, holder=Holder.AGENT, agent=ana)

    def wait(self, time):
        self.now += time

    def writes(self, text="Hi", is_late=False):
        empty = dict.fromkeys(events.Message.__dataclass_fields__, "") | {"raw": {}, "is_standby": False}
        known = {"page_id": self.conversation.page.page_id, "psid": self.conversation.customer.psid}
        at, more = int(self.now.timestamp() * 1000), {"attachments": (), "commands": (), "referral": None}
        said = events.Message(
            **empty | known | more | {"mid": uuid.uuid4().hex, "text": text, "at": at, "is_deleted": False}
        )
        self.late.append(said) if is_late else self.arrives(said)

    def arrives(self, said=None):
        said = said or (self.late and self.late.pop(0))
        if said:
            with self.our_clock():
                process(said)

    def answers(self, text="Hello"):
        with self.our_clock():
            before = set(self.messages.values_list("pk", flat=True))
            [reply] = self.conversation.send(author=self.ana, text=text, idempotency_key=uuid.uuid4())
            self.seen[reply.pk] = before

    def is_sent(self):
        """Facebook says when it took the first reply that it had not."""
        if reply := self.messages.filter(state="queued").in_order().first():
            sent = {"state": "sent", "mid": f"m_{reply.pk}", "sent_at": self.now, "attempted_at": self.now}
            self.messages.filter(pk=reply.pk).update(**sent)

    def changes_hands(self):
        with self.our_clock():
            self.conversation.return_to_queue(self.ana)
            self.conversation.take(self.ana)

    def our_clock(self):
        return time_machine.travel(self.now + self.ahead, tick=False)

    @property
    def messages(self):
        return self.conversation.messages

    @property
    def texts(self):
        return texts(self.messages.in_order())


@pytest.fixture
def story(bluebird, ana):
    return lambda **fields: Story(bluebird, ana, **fields)


@pytest.mark.parametrize("ahead", [5 * MINUTE, 2 * SECOND, timedelta(0), -2 * SECOND, -5 * MINUTE])
def test_customer_messages_and_replies_are_in_order_with_clocks_apart(ahead, story):
    played = story(ahead=ahead)
    for number in range(3):
        played.writes(f"question {number}")
        played.wait(SECOND)
        played.answers(f"answer {number}")
        played.is_sent()
        played.wait(SECOND)
    assert played.texts == [f"{kind} {number}" for number in range(3) for kind in ("question", "answer")]


def test_a_quick_customer_message_is_ordered_below_the_take(story):
    played = story(ahead=5 * MINUTE)
    played.changes_hands()
    played.wait(SECOND)
    played.writes()
    assert played.messages.get().at > played.conversation.handovers.in_order().last().at


def test_messages_delivered_after_an_outage_are_ordered_by_their_own_time(story):
    played = story(ahead=MINUTE)
    played.writes("one")
    played.wait(SECOND)
    played.writes("two", is_late=True)
    played.wait(SECOND)
    played.answers("answer")
    played.is_sent()
    played.wait(60 * MINUTE)
    played.writes("three")
    played.arrives()
    assert played.texts == ["one", "two", "answer", "three"]


def test_a_late_message_from_an_hour_before_a_queued_reply_is_ordered_before_it(story):
    played = story()
    played.writes("one", is_late=True)
    played.wait(60 * MINUTE)
    played.answers("answer")
    played.arrives()
    assert played.texts == ["one", "answer"]


def test_a_message_not_seen_when_the_agent_answered_is_ordered_below_the_answer(story):
    played = story()
    played.writes("And blue?", is_late=True)
    played.wait(SECOND)
    played.answers("We have red ones")
    played.arrives()
    assert played.texts == ["We have red ones", "And blue?"]


STEPS = st.sampled_from(["writes", "writes late", "arrives", "answers", "is_sent", "changes_hands"])


def test_the_thread_is_in_order_for_random_steps_and_clock_differences(story):
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(-300, 300), st.lists(st.tuples(STEPS, st.integers(1, 40)), max_size=12))
    def play(ahead, steps):
        played = story(ahead=timedelta(seconds=ahead))
        for step, seconds in steps:
            played.wait(timedelta(seconds=seconds))
            played.writes(is_late=True) if step == "writes late" else getattr(played, step)()
            check(played, is_prompt=step == "writes")

    play()


def check(played, is_prompt):
    thread = list(played.messages.in_order())
    asked = [message.sent_at for message in thread if message.is_incoming]
    assert asked == sorted(asked)  # Facebook's clock is one clock
    for number, message in enumerate(thread):  # what was there when it was sent stands before it
        before = {other.pk for other in thread[:number]}
        assert played.seen.get(message.pk, set()) <= before
    if is_prompt:  # nothing that came before stands below it
        newest = max(thread, key=lambda message: message.pk)
        assert thread[-1] == newest
        assert all(line.at < newest.at for line in played.conversation.handovers.all())


def test_the_messaging_window_uses_facebooks_clock(story):
    played = story(ahead=5 * MINUTE)
    played.answers()
    played.wait(SECOND)
    played.writes()
    assert fresh(played.conversation).customer_active_at == NOW + SECOND
    assert Message.objects.get(is_incoming=True).sent_at == NOW + SECOND


def test_a_thread_opens_with_its_last_page_and_older_messages_come_in_larger_pages(story, browser_of, ana):
    chat = story()
    conversation = chat.conversation
    for number in range(60):
        chat.writes(text=f"line {number}.")
    shown = browser_of(ana).get(f"/conversations/{conversation.pk}/", headers={"HX-Request": "true"}).text
    assert [f"line {number}." in shown for number in (0, 39, 40, 59)] == [False, False, True, True]
    oldest = conversation.messages.get(text="line 40.")
    older = browser_of(ana).get(f"/conversations/{conversation.pk}/messages/?before={oldest.pk}").text
    assert [f"line {number}." in older for number in (9, 10, 39, 40)] == [False, True, True, False]
