"""Facebook's data-deletion callback, and the page that says how far a deletion is."""

import secrets

import pytest
from django.conf import settings
from django.test import Client

from console.models import Customer, DeletionRequest, Erasure
from console.privacy import callback
from messenger import signed_request
from tests.conftest import in_role
from tests.console.conftest import words


def ask(user_id, secret=settings.FACEBOOK_APP_SECRET, issued_at=1790000000):
    signed = signed_request.sign(user_id, issued_at, secret)
    return Client(enforce_csrf_checks=True).post("/privacy/deletion/", {"signed_request": signed})


def stranger():
    """Return the browser of a client who has asked for nothing yet."""
    return Client(REMOTE_ADDR=f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}")


def page_of(answer):
    return words(stranger().get(answer.json()["url"].removeprefix(settings.PUBLIC_URL)).text)


def test_facebook_gets_a_code_and_the_address_of_a_page_that_shows_the_state(db):
    answer = ask("218471")
    request = DeletionRequest.objects.get()
    address = f"{settings.PUBLIC_URL}/privacy/deletion/{request.code}/"
    assert answer.json() == {"url": address, "confirmation_code": request.code}


def test_an_id_that_belongs_to_no_customer_is_said_to_be_unknown_and_an_admin_handles_it(db, browser_of, ada):
    answer = ask("218471")
    assert "an id by which we cannot find you" in page_of(answer)
    browser = browser_of(ada)
    assert "218471" in browser.get("/admin/console/deletionrequest/").text
    chosen = {"action": "handle", "_selected_action": DeletionRequest.objects.get().pk}
    browser.post("/admin/console/deletionrequest/", chosen)
    assert DeletionRequest.objects.get().user_id == ""
    assert "Done: what was stored of you here is deleted." in page_of(answer)


def test_an_id_that_is_a_customers_has_them_erased(mona):
    answer = ask(mona.psid)
    assert "are being deleted now" in page_of(answer)
    assert DeletionRequest.objects.get().user_id == ""
    Erasure.objects.get().work()
    assert not Customer.objects.exists()
    assert "Done" in page_of(answer)
    assert Erasure.objects.get().source == Erasure.Source.FACEBOOK


def test_a_request_that_an_admin_notes_as_handled_is_done_when_its_erasure_is(mona):
    answer = ask(mona.psid)
    DeletionRequest.objects.handle()
    assert "are being deleted now" in page_of(answer)
    Erasure.objects.get().work()
    assert "Done" in page_of(answer)


def test_a_request_that_facebook_sends_again_gets_the_same_code(mona):
    assert ask(mona.psid).json() == ask(mona.psid).json()
    assert (DeletionRequest.objects.count(), Erasure.objects.count()) == (1, 1)


@pytest.mark.parametrize("secret", ["a stranger's", ""])
def test_a_request_that_facebook_has_not_signed_deletes_nothing(mona, secret):
    assert ask(mona.psid, secret=secret).status_code == 403
    assert not DeletionRequest.objects.exists()
    assert Client().post("/privacy/deletion/").status_code == 403


def test_every_unknown_code_gets_the_same_answer(db):
    answers = {stranger().get(f"/privacy/deletion/{code}/").status_code for code in ("x", "1" * 32, "AAAA-_")}
    assert answers == {404}
    assert "There is no request with this code" in stranger().get("/privacy/deletion/x/").text


def test_a_client_who_asks_often_has_to_wait(db, monkeypatch):
    monkeypatch.setattr(callback, "RATE", ("deletions", 1 / 3600))
    monkeypatch.setattr(callback, "BURST", 0)
    browser = stranger()
    assert [browser.get(f"/privacy/deletion/{number}/").status_code for number in range(2)] == [404, 429]


def test_superusers_alone_see_the_requests(db, browser_of, ben):
    ben.is_staff = True
    ben.save()
    assert browser_of(in_role(ben, "admin")).get("/admin/console/deletionrequest/").status_code == 403


def test_the_page_has_the_language_of_the_customers_browser(mona):
    address = ask(mona.psid).json()["url"].removeprefix(settings.PUBLIC_URL)
    assert "Ihre Nachrichten werden jetzt gelöscht" in stranger().get(address, headers={"Accept-Language": "de"}).text


def test_a_request_whose_signature_is_written_otherwise_is_the_same_request(db):
    signed = signed_request.sign("218471", 1790000000, settings.FACEBOOK_APP_SECRET)
    signature, _dot, payload = signed.partition(".")
    for same in (signed, f"{signature}=.{payload}"):
        answer = Client().post("/privacy/deletion/", {"signed_request": same})
        assert answer.status_code == 200
    assert DeletionRequest.objects.count() == 1
