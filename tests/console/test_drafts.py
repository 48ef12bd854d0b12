"""Drafts: what an agent has begun to write is kept for that agent alone, on all devices, until it is sent."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.models import Conversation, Customer, Draft
from tests.console.conftest import HTMX, words

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def save(anas_browser, conversation):
    def post(text, after=0):
        return anas_browser.post(
            f"/conversations/{conversation.pk}/draft/", {"text": text, "after": after}, headers=HTMX
        )

    return post


def test_a_draft_is_shown_in_the_composer_and_in_the_row_of_its_author_only(save, conversation, anas_browser, ben):
    save("Dear Mona,\n")
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "Dear Mona,\n</textarea>" in page
    assert f'<p data-conversation="{conversation.pk}">Dear Mona,' in anas_browser.get("/").content.decode()
    anas_browser.force_login(ben, backend=BACKEND)
    for path in ("/", "/queue/", f"/conversations/{conversation.pk}/"):
        assert "Dear Mona" not in anas_browser.get(path).content.decode()
    assert anas_browser.get(f"/conversations/{conversation.pk}/draft/").content == b""


def test_an_emptied_draft_is_deleted(save):
    version = save("Dear Mona").headers["X-Draft"]
    assert save("  ", version).headers["X-Draft"] == "0"
    assert Draft.objects.count() == 0


def test_a_draft_of_another_device_is_not_overwritten_unseen(save):
    first = save("Dear Mona").headers["X-Draft"]
    second = save("Dear Mona, hello", first).headers["X-Draft"]
    answer = save("Something else", first)
    assert (answer.status_code, answer.content.decode()) == (409, "Dear Mona, hello")
    assert answer.headers["X-Draft"] == second
    assert save("Something else", second).status_code == 204
    assert Draft.objects.get().text == "Something else"


def test_a_draft_stays_through_take_over_and_close(save, conversation, ben, mona):
    save("Dear Mona")
    conversation.return_to_queue(conversation.agent)
    conversation.take(ben)
    conversation.close(ben)
    assert Draft.objects.get().text == "Dear Mona"


def send(anas_browser, conversation, text):
    fields = {"text": text, "idempotency_key": uuid.uuid4()}
    return anas_browser.post(f"/conversations/{conversation.pk}/send/", fields, headers=HTMX)


def test_send_deletes_the_draft_that_was_sent_and_no_other(save, conversation, anas_browser):
    save("Dear Mona ")
    assert send(anas_browser, conversation, "An earlier reply").status_code == 200
    assert Draft.objects.get().text == "Dear Mona "
    assert send(anas_browser, conversation, "Dear Mona").status_code == 200
    assert Draft.objects.count() == 0


def test_a_refused_reply_leaves_the_draft(save, conversation, anas_browser, ben):
    save("Dear Mona")
    conversation.return_to_queue(conversation.agent)
    assert send(anas_browser, conversation, "Dear Mona").status_code == 409
    assert Draft.objects.get().text == "Dear Mona"


def test_drafts_cost_the_queue_one_query_however_many_there_are(anas_browser, bluebird, ana):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            assert "Draft number" in words(anas_browser.get("/queue/").content.decode())
        return len(queries)

    def write(numbers):
        for number in numbers:
            customer = Customer.objects.create(page=bluebird, psid=f"77{number}", name=f"Customer {number}")
            conversation = Conversation.objects.create(page=bluebird, customer=customer)
            Draft.objects.write(ana, conversation, f"Draft number {number}")

    write(range(1))
    few = count_queries()
    write(range(1, 9))
    assert count_queries() == few
