"""Older history: what a customer and a Page said before the console knew the customer comes from Facebook, once."""

import time
from itertools import count as numbered

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.history_import.merging import merge
from console.history_import.models import State
from console.models import BotEvent, Conversation, Customer, HandoverRules, HistoryImport
from console.models.conversation.thread_order import STEP
from messenger import events
from messenger.past_message import PastMessage
from personas.models import Page
from personas.models.retry import CONSOLE_FAILED
from tests.conftest import restrict
from tests.console.conftest import AT, HTMX, fresh, moment, process, texts, words
from tests.stand_in import eventually

PATH = "me/conversations"
numbers = numbered(1)


class Tom:
    """A customer. He and the Page wrote to each other before the console knew him."""

    def __init__(self, sandbox, page, receive):
        self.sandbox, self.page, self.receive = sandbox, page, receive
        self.psid = sandbox.customer("Tom Okafor")

    def says(self, text="", **said):
        """Have him write, and a second pass; return the mid. The console does not learn of it."""
        mid = self.sandbox.say(self.psid, **({"text": text} if text else {}), **said)
        self.sandbox.post("clock", advance_s=1)
        return mid

    def is_sent(self, text):
        mid = self.page.client().send_text(self.psid, text)
        self.sandbox.post("clock", advance_s=1)
        return mid

    def webhook(self, mid, **inner):
        [said] = [one for one in self.sandbox.thread(self.psid)["messages"] if one["mid"] == mid]
        ends = {"sender": {"id": self.psid}, "recipient": {"id": self.page.page_id}}
        if said["from"] == "page":
            ends = {"sender": ends["recipient"], "recipient": ends["sender"]}
            inner = {"is_echo": True, "app_id": 263902037430900} | inner
        return ends | {"timestamp": said["at"], "message": {"mid": mid, "text": said["text"]} | inner}

    def is_delivered(self, mid, **inner):
        """Have his message arrive at the console, whose workers ask for the profile of a new customer."""
        self.receive(self.webhook(mid, **inner))
        self.conversation.customer.fetch_profile()

    def writes(self, text):
        """Have him write to the console, which learns of him if it does not know him."""
        self.is_delivered(self.says(text))

    @property
    def conversation(self):
        return Conversation.objects.get(customer__psid=self.psid)

    @property
    def thread(self):
        return self.conversation.messages.in_order()

    @property
    def history(self):
        return HistoryImport.objects.get(customer__psid=self.psid)


@pytest.fixture
def tom(sandbox, bluebird, receive):
    return Tom(sandbox, bluebird, receive)


@pytest.fixture
def run(bluebird):
    """Have workers import until nothing is left that could be done now."""

    def import_all():
        waiting = HistoryImport.objects.pending().due()
        eventually(lambda: HistoryImport.objects.import_next(bluebird.pk) or not waiting.exists())

    return import_all


# Imported messages


def test_what_was_said_before_stands_before_the_first_message_in_its_order(tom, run):
    tom.says("Do you sell tea?")
    tom.is_sent("Yes, we do")
    tom.says("Thanks")
    tom.writes("I am back")
    run()
    assert texts(tom.thread) == ["Do you sell tea?", "Yes, we do", "Thanks", "I am back"]
    assert [message.is_imported for message in tom.thread] == [True, True, True, False]
    assert [message.is_incoming for message in tom.thread] == [True, False, True, True]
    assert tom.history.state == State.DONE


def test_an_import_makes_nobody_wait_and_answers_nobody(tom, run, bluebird):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    before, count = tom.conversation, BotEvent.objects.count()
    run()
    kept = ["unread", "waiting_since", "answer_by", "holder", "agent", "last_at", "last_words", "customer_active_at"]
    assert [getattr(tom.conversation, name) for name in kept] == [getattr(before, name) for name in kept]
    assert tom.conversation.revision == before.revision + 1  # for open desks
    assert BotEvent.objects.count() == count
    assert texts(tom.thread)[0] == "Do you sell tea?"


def test_a_question_of_the_history_is_not_waited_for_after_a_reopening(tom, run, ana):
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    run()
    conversation = tom.conversation
    conversation.take(ana)
    conversation.return_to_queue(ana)
    assert fresh(conversation).unanswered_since() == tom.thread.last().at


def test_a_reply_is_not_refused_because_older_messages_came_meanwhile(tom, run, ana):
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    conversation = tom.conversation
    conversation.take(ana)
    seen = tom.thread.last().pk
    run()
    conversation.close(ana, seen=seen)
    assert not fresh(conversation).is_open


def test_pictures_files_and_stickers_come_as_those_of_webhooks(tom, run, sandbox):
    tom.says(attachment={"type": "image", "url": "/_sandbox/sample.png"})
    tom.says(attachment={"type": "file", "url": "/_sandbox/static/samples/order.pdf"})
    tom.says(sticker=369239263222822)
    tom.writes("I am back")
    run()
    attachments = [one for message in tom.thread for one in message.attachments.all()]
    assert [one.kind for one in attachments] == ["image", "file", "sticker"]
    for one in attachments:
        one.fetch()
    assert [fresh(one).media_type for one in attachments] == ["image/png", "application/pdf", "image/png"]


def test_of_a_long_history_the_newest_twenty_messages_come(tom, run, sandbox):
    for number in range(25):
        tom.says(f"Question {number}")
    tom.writes("I am back")
    run()
    assert texts(tom.thread) == [*(f"Question {number}" for number in range(6, 25)), "I am back"]
    assert (tom.history.state, tom.history.pages) == (State.DONE, 2)  # of the second, Facebook shows nothing


def test_a_conversation_without_older_messages_is_asked_for_once(tom, run, sandbox):
    tom.writes("Hello")
    run()
    tom.writes("Is anybody there?")
    run()
    assert len(sandbox.requests(path=PATH)) == 1
    assert texts(tom.thread) == ["Hello", "Is anybody there?"]


# Together with webhooks


def test_a_message_that_webhooks_bring_is_not_imported(tom, run):
    tom.says("Do you sell tea?")
    first = tom.says("I am back")
    second = tom.says("Hello?")
    tom.is_delivered(first)
    run()
    assert texts(tom.thread) == ["Do you sell tea?", "I am back"]
    tom.is_delivered(second)
    assert texts(tom.thread) == ["Do you sell tea?", "I am back", "Hello?"]


def test_a_question_whose_webhook_comes_after_its_import_waits_for_an_answer(tom, run):
    late, first = tom.says("Do you sell tea?"), tom.says("Hello?")
    tom.is_delivered(first)
    run()
    assert tom.thread.first().is_imported
    for _time in range(2):  # Facebook may repeat it
        tom.is_delivered(late)
    assert texts(tom.thread) == ["Do you sell tea?", "Hello?"]
    assert not tom.thread.first().is_imported
    assert (tom.conversation.unread, tom.conversation.waiting_since) == (2, tom.thread.first().at)


def test_a_picture_whose_webhook_comes_after_its_import_is_there_once(tom, run):
    late, first = tom.says(attachment={"type": "image", "url": "/_sandbox/sample.png"}), tom.says("Hello?")
    tom.is_delivered(first)
    run()
    picture = {"type": "image", "payload": {"url": "https://cdn.example.test/a.png"}}
    tom.is_delivered(late, attachments=[picture])
    assert [one.url for one in tom.thread.first().attachments.all()] == ["https://cdn.example.test/a.png"]


def test_an_answer_from_the_page_inbox_whose_echo_comes_after_its_import_counts(tom, run):
    asked, answer, first = tom.says("Do you sell tea?"), tom.is_sent("Yes, we do"), tom.says("Hello?")
    tom.is_delivered(first)
    run()
    tom.sandbox.post("clock", advance_s=5)
    tom.is_delivered(answer)
    answered = tom.thread.get(mid=answer)
    assert (answered.is_imported, answered.source) == (False, "263902037430900")
    assert texts(tom.thread) == ["Do you sell tea?", "Yes, we do", "Hello?"]
    assert tom.thread.get(mid=asked).is_imported


def test_a_message_that_was_unsent_stays_gone(tom, run):
    gone, kept = tom.says("My card is 4000"), tom.says("Do you sell tea?")
    tom.writes("I am back")
    tom.is_delivered(gone, is_deleted=True, text="")
    run()
    assert tom.thread.get(mid=gone).text == ""
    tom.is_delivered(kept, is_deleted=True, text="")
    assert {message.mid: message.text for message in tom.thread if message.is_deleted} == {gone: "", kept: ""}
    assert tom.conversation.unread == 1
    tom.is_delivered(kept)
    assert tom.thread.get(mid=kept).text == ""


# Failures


def test_a_passing_error_is_tried_again(tom, run, sandbox):
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    sandbox.fail(PATH, error={"code": 2, "message": "Try again"}, times=1)
    run()
    assert (tom.history.state, tom.history.attempts, tom.thread.count()) == (State.PENDING, 1, 1)
    HistoryImport.objects.update(next_attempt_at=None)
    run()
    assert (tom.history.state, texts(tom.thread)) == (State.DONE, ["Do you sell tea?", "I am back"])


def test_a_refusal_ends_the_import_with_its_reason_and_pauses_no_page(tom, run, sandbox, bluebird):
    tom.writes("I am back")
    sandbox.fail(PATH, error={"code": 100, "message": "No"})
    run()
    assert tom.history.state == State.FAILED and tom.history.error
    assert not fresh(bluebird).is_paused


def test_an_import_at_which_the_console_itself_fails_again_and_again_is_given_up(tom, run, sandbox):
    tom.writes("I am back")
    HistoryImport.objects.update(attempts=HistoryImport.MAX_ATTEMPTS)
    run()
    assert (tom.history.state, tom.history.error) == (State.FAILED, CONSOLE_FAILED)
    assert sandbox.requests(path=PATH) == []


def test_a_rate_limit_of_the_history_puts_it_off_and_delays_no_message(tom, run, sandbox, bluebird):
    tom.writes("I am back")
    sandbox.fail(PATH, error={"code": 613, "message": "Slow down"})
    run()
    assert (tom.history.state, tom.history.attempts) == (State.PENDING, 0)
    assert not fresh(bluebird).is_slowed


def test_a_disconnected_page_imports_nothing_until_it_is_connected_again(tom, run, sandbox, bluebird):
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    Page.objects.update(paused_since=moment(AT))
    HistoryImport.objects.import_next(bluebird.pk)
    assert sandbox.requests(path=PATH) == []
    Page.objects.update(paused_since=None)
    run()
    assert texts(tom.thread) == ["Do you sell tea?", "I am back"]


def test_a_page_that_is_disconnected_during_the_call_gets_nothing(tom, sandbox, bluebird):
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    row = HistoryImport.objects.select_related("customer__page", "customer__conversation").get()
    Page.objects.update(paused_since=moment(AT))  # after the worker had read it
    row.import_page()
    assert (tom.history.state, texts(tom.thread)) == (State.PENDING, ["I am back"])


def test_two_workers_make_a_call_once(tom, sandbox):
    tom.writes("I am back")
    rows = HistoryImport.objects.select_related("customer__page", "customer__conversation")
    first, second = rows.get(), rows.get()
    first.import_page()
    second.import_page()
    assert len(sandbox.requests(path=PATH)) == 1


def test_the_sweep_goes_on_where_a_task_was_lost(tom, bluebird, django_capture_on_commit_callbacks):
    tom.writes("I am back")
    with django_capture_on_commit_callbacks() as callbacks:
        HistoryImport.objects.import_later()
    assert len(callbacks) == 1
    HistoryImport.objects.update(state=State.DONE)
    with django_capture_on_commit_callbacks() as callbacks:
        HistoryImport.objects.import_later()
    assert callbacks == []


def test_a_page_asks_at_most_twice_a_second_however_many_customers_are_new(sandbox, bluebird):
    for number in range(6):
        customer = Customer.objects.create(page=bluebird, psid=f"7000{number}")
        Conversation.objects.create(page=bluebird, customer=customer)
        HistoryImport.objects.begin(customer)
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        HistoryImport.objects.import_next(bluebird.pk)
    assert 1 <= len(sandbox.requests(path=PATH)) <= 3


def test_a_page_of_history_needs_the_same_number_of_queries_for_one_message_or_many(tom, django_assert_num_queries):
    def ask(mids, expected):
        rows = [{"id": mid, "created_time": "2026-01-01T00:00:00+0000", "from": {"id": tom.psid}} for mid in mids]
        past = [PastMessage.read(row | {"message": "Hi"}) for row in rows]
        with conversation.changing(is_listed=False), django_assert_num_queries(expected):
            merge(conversation, past)

    tom.writes("I am back")
    conversation = tom.conversation
    ask(["m_a"], 3)
    ask([f"m_{number}" for number in range(15)], 3)


# In any order


class Mona:
    """A customer. Webhooks bring what she said from one of these seconds on, and history brings what it has."""

    def __init__(self, page, seconds, begins_at):
        customer = Customer.objects.create(page=page, psid=str(10**15 + next(numbers)))
        self.conversation = Conversation.objects.create(page=page, customer=customer)
        moments = sorted(seconds)
        self.said = [(f"{customer.psid}-{number}", AT + second * 1000) for number, second in enumerate(moments)]
        self.begins_at, self.gone = min(begins_at, len(moments) - 1), set()
        self.deliver(self.begins_at)

    def deliver(self, number, *, is_deleted=False):
        mid, at = self.said[number]
        empty = dict.fromkeys(events.Message.__dataclass_fields__, "") | {"raw": {}, "is_standby": False}
        ends = {"page_id": self.conversation.page.page_id, "psid": self.conversation.customer.psid}
        more = {"attachments": (), "commands": (), "referral": None, "text": "" if is_deleted else mid}
        process(events.Message(**empty | ends | more | {"mid": mid, "at": at, "is_deleted": is_deleted}))

    def unsend(self, number):
        self.gone.add(self.said[number][0])
        self.deliver(number, is_deleted=True)

    def fetch(self, first, most=20):
        """Import a page of the history, the newest first, without what was unsent."""
        psid = self.conversation.customer.psid
        page = [one for one in self.said[: first + 1] if one[0] not in self.gone][::-1][:most]
        conversation = Conversation.objects.get(pk=self.conversation.pk)
        with conversation.changing():
            merge(conversation, [PastMessage(mid, at, psid, mid, "", ()) for mid, at in page])

    def check(self):
        thread = list(self.conversation.messages.in_order())
        shown = [message.mid for message in thread if not message.is_deleted]
        order = [mid for mid, _at in self.said if mid in shown]
        at = dict(self.said)
        assert len({message.mid for message in thread}) == len(thread)
        assert [at[mid] for mid in shown] == sorted(at[mid] for mid in shown), (shown, order)
        assert not any(message.text for message in thread if message.mid in self.gone)
        by_webhook = [one for one in thread if not one.is_imported and not one.is_deleted]
        assert Conversation.objects.get(pk=self.conversation.pk).unread >= len(by_webhook) - len(self.gone)
        imported = [one.at for one in thread if one.is_imported]
        assert len(set(imported)) == len(imported)


STEPS = st.tuples(st.sampled_from(["deliver", "fetch", "unsend"]), st.integers(0, 9))


def test_webhooks_and_history_bring_each_message_once_and_in_order_whichever_comes_first(bluebird):
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(0, 30), min_size=2, max_size=10), st.integers(0, 9), st.lists(STEPS, max_size=10))
    def play(seconds, begins_at, steps):
        mona = Mona(bluebird, seconds, begins_at)
        for step, number in steps:
            getattr(mona, step)(number % len(seconds))
            mona.check()

    play()


def test_all_of_the_history_is_there_after_one_import(bluebird):
    mona = Mona(bluebird, range(8), begins_at=7)
    mona.fetch(7, most=3)
    mona.fetch(5, most=3)
    mona.fetch(7)
    assert [message.mid for message in mona.conversation.messages.in_order()] == [mid for mid, _at in mona.said]


def test_messages_of_one_second_keep_the_order_in_which_facebook_lists_them(bluebird):
    mona = Mona(bluebird, [0, 0, 0, 5], begins_at=3)
    mona.fetch(3)
    places = list(mona.conversation.messages.in_order().values_list("mid", "at"))
    assert [mid for mid, _at in places] == [mid for mid, _at in mona.said]
    assert places[2][1] - places[1][1] == STEP


# At the desk


@pytest.fixture
def refused(tom, run, sandbox):
    """Facebook has refused the history of Tom, who wrote again; it would give it now. Returns the path of his panel."""
    tom.says("Do you sell tea?")
    tom.writes("I am back")
    sandbox.fail(PATH, error={"code": 100, "message": "No"}, times=1)
    run()
    return f"/conversations/{tom.conversation.pk}/customer/"


def test_the_panel_says_why_an_import_failed_and_tries_again(refused, bens, tom, run):
    panel = bens.get(refused, headers=HTMX).content.decode()
    assert f"Older messages could not be fetched from Facebook: {tom.history.error}" in words(panel)
    answer = bens.post(f"{refused}import-again/", headers=HTMX).content.decode()
    assert "Older messages are being fetched from Facebook." in words(answer)
    assert "Import again" not in answer
    run()
    assert texts(tom.thread) == ["Do you sell tea?", "I am back"]
    assert "history-import" not in bens.get(refused, headers=HTMX).content.decode()


def test_an_import_that_is_done_is_not_imported_again(refused, bens, tom, run, sandbox):
    for _press in range(2):
        assert bens.post(f"{refused}import-again/").status_code == 302
    run()
    calls = len(sandbox.requests(path=PATH))
    bens.post(f"{refused}import-again/")
    run()
    assert (tom.history.state, len(sandbox.requests(path=PATH))) == (State.DONE, calls)


def test_a_history_is_imported_again_by_those_who_see_the_conversation(refused, bens, bluebird, tom):
    assert bens.get(f"{refused}import-again/").status_code == 405
    restrict(bluebird)
    assert bens.post(f"{refused}import-again/").status_code == 404
    assert tom.history.state == State.FAILED
