"""The erasure of a customer: everything of them goes, everything of others stays, and a receipt says how much."""

import io
import logging
import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console import deletion
from console.models import (
    Attachment,
    Conversation,
    Customer,
    CustomerExport,
    Erasure,
    HistoryImport,
    InboundWebhook,
    MergedCustomer,
    Message,
)
from console.models.inbound_webhook import MAX_ATTEMPTS
from messenger import events
from messenger.events import serialize
from tests.conftest import PAGE_ID, in_role, restrict
from tests.console.conftest import AT, fresh, meanwhile, webhook, words
from tests.console.privacy.conftest import SECRET
from tests.stand_in import eventually


def rows_with(text):
    """Return the tables that have a row with this text in any of its columns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for [name] in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE one::text ILIKE %s', [f"%{text}%"])  # noqa: S608
            found += [table] * (cursor.fetchone()[0] > 0)
    return found


def erase(customer, by=None):
    erasure = Erasure.objects.ask(customer, by=by)
    erasure.work()
    return fresh(erasure)


@pytest.mark.django_db
def test_after_the_erasure_no_column_of_any_table_has_the_id_the_name_or_a_word_of_the_customer(
    everything, ana, django_capture_on_commit_callbacks
):
    sayings = [everything.psid, "Weber", SECRET]
    before = {text: len(rows_with(text)) for text in sayings}
    assert before[everything.psid] > 2 and before["Weber"] > 1 and before[SECRET] > 10, before
    with django_capture_on_commit_callbacks(execute=True):
        erasure = erase(everything, by=ana)
    assert erasure.state == Erasure.State.DONE
    assert [table for text in sayings for table in rows_with(text)] == []


def test_the_files_and_the_picture_are_deleted_from_the_storage(
    storage, everything, django_capture_on_commit_callbacks
):
    names = [Attachment.objects.exclude(file="").get().file.name, everything.picture.name]
    assert all(default_storage.exists(name) for name in names)
    with django_capture_on_commit_callbacks(execute=True):
        erase(everything)
    assert not any(default_storage.exists(name) for name in names)


def test_the_receipt_says_how_much_was_deleted(everything, ana):
    messages = Message.objects.filter(conversation=everything.conversation).count()
    receipt = erase(everything, by=ana)
    counted = {label.rpartition(".")[2]: number for label, number in receipt.counts.items()}
    assert (counted["Message"], counted["files"], counted["Note"], counted["Draft"]) == (messages, 1, 1, 1)
    assert (counted["Customer"], counted["Conversation"], counted["InboundWebhook"]) == (1, 1, 5)
    assert (receipt.by, receipt.source, receipt.psid, receipt.customer) == (ana, "admin", "", None)


def test_another_customer_of_the_same_webhook_keeps_everything(everything, nils):
    erase(everything)
    assert fresh(nils).name == "Nils Holm"
    assert [message.text for message in nils.conversation.messages.all()] == ["Where is my kettle?"]
    shared = InboundWebhook.objects.filter(body__contains=nils.psid).get()
    assert [event.mid for event in events.parse(shared.body.encode())] == ["n_1"]
    assert not MergedCustomer.objects.exists()


def test_a_body_that_facebook_sends_again_after_the_erasure_is_not_processed_again(arrive, mona, said, receive):
    body = serialize(webhook(said("m_1", SECRET)))
    arrive(body)
    InboundWebhook.objects.process()
    erase(mona)
    arrive(body)
    InboundWebhook.objects.process()
    assert not Customer.objects.exists()
    assert rows_with(SECRET) == []


def test_a_webhook_that_came_before_the_erasure_and_is_not_processed_yet_makes_no_customer(arrive, mona, said):
    arrive(serialize(webhook(said("m_1", SECRET))))
    erase(mona)
    InboundWebhook.objects.process()
    assert not Customer.objects.exists()


def test_a_webhook_that_was_given_up_is_cleaned_too(arrive, mona, said):
    arrive(serialize(webhook(said("m_1", SECRET))))
    InboundWebhook.objects.update(attempts=MAX_ATTEMPTS, error=f"Not understood: {SECRET}")
    erase(mona)
    assert rows_with(SECRET) == []


def test_a_customer_who_writes_after_the_erasure_is_a_new_customer(mona, receive, said, bluebird):
    psid = mona.psid
    erase(mona)
    receive(said("m_9", "Are you there?", at=AT + 1))
    again = Customer.objects.get()
    assert (again.psid, again.name, again.pk == mona.pk) == (psid, "", False)
    assert again.conversation.last_words == "Are you there?"


def test_a_customer_who_writes_during_the_erasure_is_a_new_customer_and_stays(mona, receive, said, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 1)
    receive(said("m_1", "Old"), said("m_2", "Older"))
    erasure = Erasure.objects.ask(mona)
    erasure.work(seconds=-1)
    assert fresh(erasure).state == Erasure.State.DELETING
    webhooks = InboundWebhook.objects.filter(pk=receive(said("m_9", "Are you there?", at=AT + 1)).pk)
    webhooks.update(received_at=timezone.now())  # in the one transaction of a test, all came at its beginning
    erasure.work()
    assert fresh(erasure).state == Erasure.State.DONE
    assert [message.text for message in Message.objects.all()] == ["Are you there?"]
    assert "console_inboundwebhook" in rows_with("Are you there?")


def test_the_old_messages_of_an_erased_customer_are_not_imported_from_facebook_again(mona, receive, said):
    erase(mona)
    receive(said("m_9", "Are you there?", at=AT + 1))
    Customer.objects.get().fetch_profile()
    assert HistoryImport.objects.get().state == "done"


def test_a_profile_that_arrives_after_the_erasure_began_is_not_kept(mona, sandbox):
    stale = Customer.objects.get(pk=mona.pk)
    Erasure.objects.ask(mona).work(seconds=-1)
    stale.fetch_profile()
    assert rows_with("Weber") == []


# Messages on their way


@pytest.mark.parametrize("state", [Message.State.SENDING, Message.State.UNKNOWN])
def test_the_erasure_waits_for_a_message_that_is_on_its_way(say, conversation, state):
    reply = say("On its way")
    Message.objects.filter(pk=reply.pk).update(state=state, next_attempt_at=timezone.now())
    erasure = erase(conversation.customer)
    assert (erasure.state, Customer.objects.get().name) == (Erasure.State.ASKED, "Mona Weber")
    Message.objects.filter(pk=reply.pk).update(state=Message.State.SENT, mid="m_8")
    erasure.work()
    assert not fresh(erasure).is_done  # the echo may still come, and would begin a new conversation
    Message.objects.filter(pk=reply.pk).update(at=timezone.now() - timedelta(minutes=1))
    erasure.work()
    assert fresh(erasure).is_done


def test_the_erasure_waits_for_no_message_longer_than_a_day(say, conversation):
    Message.objects.filter(pk=say("On its way").pk).update(state=Message.State.SENDING)
    erasure = Erasure.objects.ask(conversation.customer)
    Erasure.objects.update(asked_at=timezone.now() - timedelta(days=2))
    fresh(erasure).work()
    assert fresh(erasure).is_done


def test_a_queued_reply_is_not_sent(say, conversation, sandbox):
    say("Still in the queue")
    erase(conversation.customer)
    assert rows_with("Still in the queue") == []


def test_the_erasure_waits_for_a_conversation_that_a_worker_has_locked(transactional_db, mona):
    locked, end = threading.Event(), threading.Event()

    def lock():
        with transaction.atomic():
            Conversation.objects.select_for_update().get(customer=mona)
            locked.set()
            end.wait(60)

    worker = meanwhile(lock)
    assert locked.wait(30)
    erasure = Erasure.objects.ask(mona)
    erasure.work()
    assert (fresh(erasure).state, fresh(mona).name) == (Erasure.State.ASKED, "Mona Weber")
    end.set()
    worker.join()
    eventually(lambda: erasure.work() or fresh(erasure).is_done)


# Crashes


def test_a_worker_that_dies_leaves_the_rest_to_the_next_and_nothing_is_counted_twice(mona, receive, said, monkeypatch):
    receive(*[said(f"m_{number}", at=AT + number) for number in range(4)])
    monkeypatch.setattr(deletion, "BATCH", 3)
    erasure = Erasure.objects.ask(mona)
    erasure.work(seconds=-1)
    with monkeypatch.context() as broken:
        broken.setattr(deletion, "delete_customer", lambda pk: 1 / 0)
        for _worker in range(2):
            with pytest.raises(ZeroDivisionError):
                erasure.work()
    erasure.work()
    assert fresh(erasure).is_done
    assert erasure.counts["console.Message"] == 4


def test_nothing_personal_is_logged(everything, ada, caplog):
    caplog.set_level(logging.DEBUG)
    CustomerExport.objects.ask(everything, by=ada).make()
    said_before = (everything.psid, everything.name, SECRET)
    erase(everything)
    said = "\n".join([record.getMessage() for record in caplog.records if record.name.startswith("console")])
    assert said and [word for word in said_before if word in said] == []


def test_the_sweep_finds_an_erasure_whose_task_was_lost(mona, enqueued, django_capture_on_commit_callbacks):
    Erasure.objects.ask(mona)
    with django_capture_on_commit_callbacks(execute=True):
        Erasure.objects.work_later()
    assert enqueued("console.tasks.erase") == 1


def test_who_asks_twice_gets_one_erasure(mona, ana):
    assert Erasure.objects.ask(mona, by=ana) == Erasure.objects.ask(mona, by=ana)


# The command


def run(*words):
    out = io.StringIO()
    call_command("customer", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_receipt(mona, receive, said):
    receive(said("m_1", SECRET))
    printed = run("erase", PAGE_ID, mona.psid, "--yes")
    assert "This will be deleted of Mona Weber" in printed
    assert "messages: 1" in printed
    assert f"Erasure {Erasure.objects.get().code}: done" in printed
    assert not Customer.objects.exists()


def test_the_command_finds_a_customer_by_their_key(mona):
    run("erase", "--key", str(mona.pk), "--yes")
    assert not Customer.objects.exists()


def test_the_command_deletes_nothing_without_a_yes(mona, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "n")
    with pytest.raises(CommandError, match="Nothing was deleted"):
        run("erase", PAGE_ID, mona.psid)
    assert Customer.objects.exists()


def test_the_command_deletes_nothing_where_nobody_can_answer(mona, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="With --yes it does not ask"):
        run("erase", PAGE_ID, mona.psid)
    assert Customer.objects.exists()


def test_the_command_says_that_nobody_has_this_psid(bluebird):
    with pytest.raises(CommandError, match="No such customer"):
        run("erase", PAGE_ID, "404", "--yes")


# The admin


@pytest.fixture
def address(conversation):
    return f"/admin/console/conversation/{conversation.pk}/erase/"


def staff(agent, role):
    Agent.objects.filter(pk=agent.pk).update(is_staff=True)
    return in_role(agent, role)


def test_a_supervisor_sees_what_will_be_deleted_and_then_the_receipt(
    browser_of, ben, conversation, address, receive, said
):
    receive(said("m_1", SECRET))
    browser = browser_of(staff(ben, "supervisor"))
    page = words(browser.get(address).text)
    assert "Erase Mona Weber" in page and "Messages: 1" in page
    assert Customer.objects.exists()
    answer = browser.post(address, follow=True)
    assert "asked for" in words(answer.content.decode())
    erasure = Erasure.objects.get()
    erasure.work()
    page = words(browser.get(f"/admin/console/erasure/{erasure.pk}/change/").text)
    assert "done" in page and "messages: 1" in page and erasure.code in page
    assert "Mona Weber" not in page


def test_the_page_of_a_conversation_leads_to_the_erasure_for_those_who_may(browser_of, ben, ana, conversation, address):
    page = f"/admin/console/conversation/{conversation.pk}/change/"
    assert address in browser_of(staff(ben, "supervisor")).get(page).text
    assert address not in browser_of(staff(ana, "analyst")).get(page).text


@pytest.mark.parametrize("role", ["analyst", "lead"])
def test_nobody_below_a_supervisor_can_erase_a_customer(browser_of, ben, address, role):
    browser = browser_of(staff(ben, role))
    assert (browser.get(address).status_code, browser.post(address).status_code) == (403, 403)
    assert Customer.objects.exists()


def test_a_supervisor_of_another_page_finds_no_such_customer(browser_of, ben, conversation, address):
    restrict(conversation.page)
    browser = browser_of(staff(ben, "supervisor"))
    assert (browser.get(address).status_code, browser.post(address).status_code) == (404, 404)
    assert Customer.objects.exists()


def test_the_question_names_those_who_are_merged_with_the_customer(browser_of, ben, ana, conversation, nils, address):
    MergedCustomer.objects.merge(conversation, nils.conversation, ana)
    assert "Nils Holm" in browser_of(staff(ben, "supervisor")).get(address).text


def test_the_question_takes_a_constant_number_of_queries(
    browser_of, ben, address, receive, said, django_assert_num_queries
):
    browser = browser_of(staff(ben, "supervisor"))
    receive(said("m_1"))
    with CaptureQueriesContext(connection) as first:
        browser.get(address)
    receive(*[said(f"n_{number}") for number in range(20)])
    with django_assert_num_queries(len(first)):
        browser.get(address)
