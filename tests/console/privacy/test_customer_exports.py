"""The export of a customer: an archive with everything that is stored of them, for the one who asked, for a day."""

import io
import json
import os
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console import retention
from console.deletion import delete_customer
from console.models import CustomerExport, Erasure, Message
from console.privacy import archive
from console.privacy.archive import write_archive
from tests.conftest import PAGE_ID, in_role, restrict
from tests.console.conftest import AT, fresh, words
from tests.console.privacy.conftest import SECRET


class Pipe(io.RawIOBase):
    """A file that can only be written to its end, as a pipe."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, piece):
        self.content += bytes(piece)
        return len(piece)


def exported(customer):
    """Return the archive of a customer."""
    pipe = Pipe()
    write_archive(customer, pipe)
    found = zipfile.ZipFile(io.BytesIO(pipe.content))
    assert found.testzip() is None
    return found


def rows(found, name):
    return json.loads(found.read(f"{name}.json"))


def test_an_export_has_everything_that_is_stored_of_the_customer(everything):
    found = exported(everything)
    [profile] = rows(found, "customer")
    assert (profile["psid"], profile["name"], profile["page"]) == (everything.psid, "Mona Weber", PAGE_ID)
    assert (profile["labels"], profile["custom_fields"]) == (["VIP"], {"Order": SECRET})
    assert profile["moderation"]["action"] == "block"
    assert [reaction["emoji"] for reaction in rows(found, "reactions")] == ["🫖"]
    assert len(rows(found, "messages")) == Message.objects.filter(conversation=everything.conversation).count()
    kinds = [*archive.KINDS, "webhooks"]
    assert [kind for kind in kinds if SECRET not in found.read(f"{kind}.json").decode()] == []


def test_an_export_has_nothing_of_another_customer_in_the_same_webhook(everything, nils):
    found = exported(everything)
    content = "".join(found.read(name).decode(errors="replace") for name in found.namelist())
    assert [word for word in (nils.psid, "Nils", "kettle") if word in content] == []


def test_an_export_has_the_files_and_the_picture_and_a_transcript_that_leads_to_them(storage, everything):
    found = exported(everything)
    files = [name for name in found.namelist() if name.startswith("files/")]
    assert len(files) == 2 and all(found.read(name) for name in files)
    transcript = found.read("transcript.html").decode()
    assert f"My {SECRET} broke" in words(transcript)
    [linked] = [name for name in files if f'href="{name}"' in transcript]
    assert "attachment" in linked


def test_a_file_that_is_gone_from_the_storage_stops_no_export(everything):
    Path(everything.picture.path).unlink()
    assert len([name for name in exported(everything).namelist() if name.startswith("files/")]) == 1


def test_a_long_conversation_is_read_some_rows_at_a_time(mona, receive, said, monkeypatch):
    monkeypatch.setattr(archive, "CHUNK", 3)
    receive(*[said(f"m_{number}", f"Number {number}.", at=AT + number) for number in range(10)])
    found = exported(mona)
    assert len(rows(found, "messages")) == 10
    transcript = found.read("transcript.html").decode()
    places = [transcript.index(f"Number {number}.") for number in range(10)]
    assert places == sorted(places)


def test_what_customers_write_is_no_code_in_the_transcript(mona, receive, said):
    receive(said("m_1", "<script>alert(1)</script>"))
    assert b"<script" not in exported(mona).read("transcript.html")


# The command


def test_the_command_writes_the_archive_to_its_output(mona, receive, said, capsysbinary):
    receive(said("m_1", "Hello"))
    call_command("customer", "export", PAGE_ID, mona.psid)
    found = zipfile.ZipFile(io.BytesIO(capsysbinary.readouterr().out))
    assert rows(found, "messages")[0]["text"] == "Hello"


def test_the_command_says_that_a_customer_is_unknown(bluebird):
    with pytest.raises(CommandError, match="No such customer"):
        call_command("customer", "export", PAGE_ID, "404")


# The admin


@pytest.fixture
def address(conversation):
    return f"/admin/console/conversation/{conversation.pk}/export/"


def staff(agent, role):
    Agent.objects.filter(pk=agent.pk).update(is_staff=True)
    return in_role(agent, role)


def test_a_supervisor_asks_for_an_export_and_downloads_it(browser_of, ben, address, receive, said):
    receive(said("m_1", "Hello"))
    browser = browser_of(staff(ben, "supervisor"))
    assert "Make the export" in browser.get(address).text
    assert "The export is being made." in browser.post(address, follow=True).content.decode()
    export = CustomerExport.objects.get()
    export.make()
    link = f"{address}{export.pk}/"
    assert link in browser.get(address).text
    answer = browser.get(link)
    assert answer["Content-Disposition"].startswith("attachment")
    found = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert rows(found, "messages")[0]["text"] == "Hello"


def test_nobody_else_can_download_an_export(browser_of, ada, ben, conversation, address):
    export = CustomerExport.objects.ask(conversation.customer, by=ada)
    export.make()
    assert browser_of(staff(ben, "admin")).get(f"{address}{export.pk}/").status_code == 404
    assert browser_of(ada).get(f"{address}{export.pk}/").status_code == 200


@pytest.mark.parametrize("role", ["analyst"])
def test_staff_who_may_not_see_the_fields_of_customers_cannot_export_them(browser_of, ben, address, role):
    browser = browser_of(staff(ben, role))
    assert (browser.get(address).status_code, browser.post(address).status_code) == (403, 403)


def test_a_supervisor_of_another_page_finds_nothing_to_export(browser_of, ben, conversation, address):
    restrict(conversation.page)
    assert browser_of(staff(ben, "supervisor")).post(address).status_code == 404
    assert not CustomerExport.objects.exists()


def test_an_export_is_deleted_after_a_day_with_its_file(storage, mona, ben, django_capture_on_commit_callbacks):
    export = CustomerExport.objects.ask(mona, by=ben)
    export.make()
    name = fresh(export).file.name
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_old_rows()
    assert default_storage.exists(name)
    CustomerExport.objects.update(asked_at=timezone.now() - timedelta(days=1, seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_old_rows()
    assert not default_storage.exists(name) and not CustomerExport.objects.exists()


def test_the_page_of_an_export_takes_a_constant_number_of_queries(
    browser_of, ada, mona, conversation, address, receive, said, django_assert_num_queries
):
    browser = browser_of(ada)
    CustomerExport.objects.ask(mona, by=ada)
    with CaptureQueriesContext(connection) as first:
        browser.get(address)
    CustomerExport.objects.ask(mona, by=ada)
    receive(*[said(f"n_{number}") for number in range(20)])
    with django_assert_num_queries(len(first)):
        browser.get(address)


def test_the_erasure_of_a_customer_deletes_their_exports(mona, ben, django_capture_on_commit_callbacks):
    export = CustomerExport.objects.ask(mona, by=ben)
    export.make()
    path = Path(fresh(export).file.path)
    with django_capture_on_commit_callbacks(execute=True):
        Erasure.objects.ask(mona).work()
    assert not path.exists()


def test_a_customer_who_is_deleted_while_an_export_is_stored_leaves_no_file(transactional_db, mona, ben):
    mona.conversation.delete()
    export = CustomerExport.objects.ask(mona, by=ben)
    default_storage.save("exports/made", io.BytesIO(b"all about Mona"))
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]) as worker:
        worker.execute("UPDATE console_customerexport SET file = %s WHERE id = %s", ["exports/made", export.pk])
        deletion = threading.Thread(target=delete, args=[mona])
        deletion.start()
        deletion.join(1)
        assert deletion.is_alive()  # it waits for the worker
    deletion.join(20)
    assert not default_storage.exists("exports/made")


def delete(customer):
    try:
        with transaction.atomic():
            delete_customer(customer.pk)
    finally:
        connection.close()


def test_the_sweep_finds_an_export_whose_task_was_lost(mona, ben, enqueued, django_capture_on_commit_callbacks):
    CustomerExport.objects.ask(mona, by=ben)
    with django_capture_on_commit_callbacks(execute=True):
        CustomerExport.objects.make_later()
    assert enqueued("console.tasks.make_export") == 1
