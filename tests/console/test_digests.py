"""The e-mail digest: who gets one, when, how often, and what it says."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail

from console import tasks
from console.digests import models
from console.models import Conversation, Customer, Digest, Holder, Team
from tests.conftest import restrict
from tests.console.conftest import words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_URL = "smtp://mail.example.com"


@pytest.fixture
def digest(ana):
    """Ana has an address, and wants a digest at most every four hours."""
    ana.email = "ana@example.com"
    ana.save()
    return Digest.objects.create(agent=ana, every=4)


@pytest.fixture
def waiting(conversation):
    """Mona waits for Ana."""
    Conversation.objects.update(waiting_since=NOON, last_words="Is it there?")
    return conversation


@pytest.fixture
def queued(conversation, ana):
    """Mona waits in the queue."""
    conversation.return_to_queue(ana)
    Conversation.objects.update(waiting_since=NOON, last_words="Is it there?")
    return conversation


@pytest.fixture
def own_customer(bluebird, ana):
    """Paul waits for Ana."""
    paul = Customer.objects.create(page=bluebird, psid="9")
    own = Conversation.objects.create(page=bluebird, customer=paul, holder=Holder.AGENT, agent=ana)
    Conversation.objects.filter(pk=own.pk).update(waiting_since=NOON)
    return own


def sent():
    """Send what is due, as a worker does; return the texts of the messages since the last time."""
    Digest.objects.all().send()
    texts = [message.body for message in mail.outbox]
    mail.outbox.clear()
    return texts


def test_an_agent_who_is_away_gets_links_to_their_waiting_customers_and_no_words_of_them(
    digest, waiting, ana, settings
):
    ana.go_away()
    [text] = sent()
    assert f"{settings.PUBLIC_URL}/conversations/{waiting.pk}/" in text
    assert "Mona" not in text and "Is it there?" not in text


def test_an_agent_who_wishes_so_gets_names_and_words_of_customers_too(digest, waiting, ana):
    Digest.objects.update(has_words=True)
    ana.go_away()
    assert "Mona Weber: Is it there?" in sent()[0]


def test_an_agent_who_is_present_gets_none(digest, waiting):
    assert sent() == []


def test_an_agent_who_is_right_back_gets_none_until_then(digest, waiting, ana, clock):
    ana.go_away(minutes=15)
    assert sent() == []
    clock.shift(timedelta(minutes=16))
    assert len(sent()) == 1


def test_a_digest_comes_at_most_as_often_as_its_agent_chose_and_only_for_new_waits(digest, waiting, ana, clock):
    ana.go_away()
    assert len(sent()) == 1
    clock.shift(timedelta(hours=3))
    Conversation.objects.update(waiting_since=NOON + timedelta(hours=2))
    assert sent() == []
    clock.shift(timedelta(hours=1))
    assert len(sent()) == 1
    clock.shift(timedelta(hours=9))
    assert sent() == []


def test_an_agent_without_a_choice_or_an_address_gets_none(digest, waiting, ana):
    ana.go_away()
    Digest.objects.update(every=0)
    assert sent() == []
    Digest.objects.update(every=4)
    type(ana).objects.update(email="")
    assert sent() == []


def test_the_queue_is_in_a_digest_only_while_nobody_of_its_team_is_present(digest, queued, ana, ben):
    ana.go_away()
    assert sent() == []
    ben.go_away()
    assert len(sent()) == 1


def test_a_queue_of_which_the_last_agent_goes_away_after_a_digest_is_in_the_next_one(
    digest, queued, ana, ben, own_customer, clock
):
    ana.go_away()
    [text] = sent()
    assert f"/conversations/{queued.pk}/" not in text
    ben.go_away()
    clock.shift(timedelta(hours=4))
    [text] = sent()
    assert f"/conversations/{queued.pk}/" in text


def test_a_long_queue_with_agents_hides_no_queue_without(digest, queued, ana, ben, bluebird, monkeypatch):
    monkeypatch.setattr(models, "MOST", 1)
    refunds, others = Team.objects.create(name="Refunds"), Team.objects.create(name="Others")
    refunds.members.add(ana)
    others.members.add(ben)
    paul = Customer.objects.create(page=bluebird, psid="9")
    behind = Conversation.objects.create(page=bluebird, customer=paul, holder=Holder.QUEUE, team=refunds)
    Conversation.objects.filter(pk=behind.pk).update(waiting_since=NOON + timedelta(minutes=1))
    ana.go_away()
    [text] = sent()
    assert f"/conversations/{behind.pk}/" in text


def test_the_queue_of_a_team_is_in_the_digests_of_its_agents_and_colleagues_elsewhere_do_not_count(
    digest, queued, ana, ben
):
    refunds, others = Team.objects.create(name="Refunds"), Team.objects.create(name="Others")
    refunds.members.add(ana)
    others.members.add(ben)
    Conversation.objects.update(team=refunds, holder=Holder.QUEUE)
    ana.go_away()
    assert len(sent()) == 1
    Digest.objects.create(agent=ben, every=4)
    type(ben).objects.update(email="x@example.com", is_present=False)
    assert sent() == []


def test_a_digest_names_no_conversation_that_its_agent_may_not_see(digest, queued, ana, ben, bluebird):
    ben.groups.add(restrict(bluebird))
    for agent in (ana, ben):
        agent.go_away()
    assert sent() == []


def test_a_digest_is_in_the_language_of_its_agent(digest, waiting, ana):
    ana.choose(language="de")
    ana.go_away()
    Digest.objects.all().send()
    [message] = mail.outbox
    assert message.subject == "1 Kunde wartet" and "wartet auf" in message.body


def test_a_digest_that_the_mail_server_refuses_is_sent_at_the_next_attempt(digest, waiting, ana, settings):
    ana.go_away()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    with pytest.raises(OSError):
        Digest.objects.all().send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(sent()) == 1


def test_a_digest_whose_address_the_mail_server_refuses_is_not_tried_at_every_sweep(digest, waiting, ana, monkeypatch):
    def refuse(*_arguments):
        raise SMTPRecipientsRefused({})

    ana.go_away()
    monkeypatch.setattr(models, "send_mail", refuse)
    assert sent() == []
    monkeypatch.undo()
    assert sent() == []


def test_the_sweep_gives_a_worker_each_digest_that_has_something_to_say(digest, waiting, ana, enqueued):
    tasks.send_digests()
    assert enqueued("console.tasks.send_digest") == 0
    ana.go_away()
    tasks.send_digests()
    assert enqueued("console.tasks.send_digest") == 1
    tasks.send_digest(ana.pk)
    assert len(mail.outbox) == 1


def test_nothing_is_sent_where_e_mail_is_not_set_up(digest, waiting, ana, settings, django_assert_num_queries):
    ana.go_away()
    settings.EMAIL_URL = ""
    with django_assert_num_queries(0):
        Digest.objects.send_later()


def test_an_agent_chooses_the_digest_on_the_page_of_calls(anas_browser, digest):
    assert "ana@example.com" in words(anas_browser.get("/calls/").text)
    anas_browser.post("/calls/digest/", {"every": "24", "has_words": "on"})
    digest.refresh_from_db()
    assert (digest.every, digest.has_words) == (24, True)


def test_the_page_of_calls_says_where_e_mail_is_not_set_up_or_an_address_is_missing(anas_browser, settings):
    assert "does not know your e-mail address" in words(anas_browser.get("/calls/").text)
    settings.EMAIL_URL = ""
    page = anas_browser.get("/calls/").text
    assert "cannot send e-mail yet" in words(page) and "/calls/digest/" not in page
