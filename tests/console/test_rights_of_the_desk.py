"""Rights of the desk: each is asked for by the server, and no button is offered to an agent who lacks it."""

import pytest
from django.core import mail

from agents.models import Agent
from agents.roles import EXPORT, SEE_FIELDS
from console.models import Conversation, CustomField, CustomValue, HandoverRules, SavedView
from console.transcripts.mail import mail_transcript
from tests.conftest import in_role, withdraw
from tests.console.conftest import HTMX, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(ben):
    """Ben is an analyst."""
    return in_role(ben, "analyst")


@pytest.fixture
def analysts(browser_of, analyst):
    return browser_of(analyst)


@pytest.fixture
def lead(ben):
    return in_role(ben, "lead")


@pytest.fixture
def leads(browser_of, lead):
    return browser_of(lead)


@pytest.fixture
def field(bluebird):
    return CustomField.objects.create(name="Customer number", page=bluebird, is_required=True)


def waiting(mona):
    """Return Mona's conversation, which waits in the queue."""
    conversation = mona.conversation
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=None)
    return fresh(conversation)


# Answer


@pytest.mark.parametrize("verb", ["take", "reopen", "take-over"])
def test_an_analyst_cannot_take_a_conversation(analysts, analyst, mona, verb):
    conversation = waiting(mona)
    answer = analysts.post(f"/conversations/{conversation.pk}/{verb}/", headers=HTMX)
    assert (answer.status_code, fresh(conversation).agent) == (409, None)
    assert "Ben Okafor may not answer customers." in answer.text


def test_an_analyst_is_offered_no_verb_that_would_be_refused(analysts, mona):
    page = analysts.get(f"/conversations/{waiting(mona).pk}/").text
    assert "Your role may read this conversation, but not answer the customer." in page
    assert "Take it to reply" not in page
    assert "/take/" not in page and "/take-next/" not in page
    assert "/take-next/" not in analysts.get("/").text


def test_an_analyst_takes_nobody_from_the_queue(analysts, mona):
    conversation = waiting(mona)
    assert analysts.post("/take-next/").status_code == 409
    assert fresh(conversation).agent is None


def test_nothing_is_transferred_to_an_analyst(anas_browser, conversation, analyst):
    assert analyst not in conversation.transfer_targets()
    path = f"/conversations/{conversation.pk}/transfer/"
    assert anas_browser.post(path, {"to": f"agent-{analyst.pk}"}).status_code == 422


def test_nothing_is_assigned_to_an_analyst(mona, bluebird, analyst, ada):
    Agent.objects.exclude(pk=analyst.pk).update(is_present=False)
    HandoverRules.objects.update_or_create(page=bluebird, defaults={"assigns": True})
    conversation = waiting(mona)
    Conversation.objects.assign()
    assert fresh(conversation).agent is None
    in_role(analyst, "agent")
    Conversation.objects.assign()
    assert fresh(conversation).agent == analyst


# Export


@pytest.mark.parametrize("path", ["transcript/", "transcript/text/", "transcript/mail/"])
def test_an_agent_whose_role_exports_nothing_gets_no_transcript(conversation, browser_of, ben, path):
    browser = browser_of(withdraw(in_role(ben, "lead"), EXPORT))
    assert "/transcript/" not in browser.get(f"/conversations/{conversation.pk}/customer/").text
    ask = browser.post if path.endswith("mail/") else browser.get
    assert ask(f"/conversations/{conversation.pk}/{path}", {"address": "a@example.com"}).status_code == 403


def test_a_transcript_is_not_mailed_once_the_right_was_withdrawn(conversation, ben):
    mail_transcript(conversation.pk, ben.pk, "a@example.com")
    assert len(mail.outbox) == 1
    withdraw(in_role(ben, "agent"), EXPORT)
    mail_transcript(conversation.pk, ben.pk, "a@example.com")
    assert len(mail.outbox) == 1


# Custom fields


def test_an_analyst_sees_and_fills_in_no_custom_field(analysts, conversation, field, ana):
    field.fill_in(conversation, ana, "4711")
    path = f"/conversations/{conversation.pk}/customer"
    page = analysts.get(f"{path}/").text
    assert "Customer number" not in page and "4711" not in page
    assert analysts.post(f"{path}/fields/{field.pk}/", {"value": "12"}).status_code == 403
    assert CustomValue.objects.get().value == "4711"


def test_a_required_field_that_an_agent_may_not_see_does_not_keep_them_from_closing(conversation, field, ana, ben):
    conversation.close(withdraw(in_role(ana, "agent"), SEE_FIELDS))
    assert not fresh(conversation).is_open


def test_a_saved_view_by_a_custom_field_is_hidden_from_an_analyst(analysts, bens, conversation, field, ana):
    field.fill_in(conversation, ana, "4711")
    view = SavedView.objects.create(
        name="Number 4711", author=ana, scope="everyone", custom_field=field, custom_value="4711"
    )
    assert f"section-view-{view.pk}" not in analysts.get("/").text
    assert "4711" not in analysts.get("/views/").text
    assert analysts.get(f"/queue/view-{view.pk}/").status_code == 404
    assert "custom_field" not in analysts.get("/views/new/").text
    Agent.objects.get(username="ben").groups.clear()
    assert f"section-view-{view.pk}" in bens.get("/").text


# Transfer for colleagues


def test_a_lead_transfers_what_a_colleague_holds(leads, lead, conversation, ana, ada):
    path = f"/conversations/{conversation.pk}"
    assert f"{path}/transfer/" in leads.get(f"{path}/").text
    assert f"agent-{ada.pk}" in leads.get(f"{path}/transfer/", headers=HTMX).text
    answer = leads.post(f"{path}/transfer/", {"to": f"agent-{ada.pk}", "note": "Ana is ill"}, headers=HTMX)
    assert (answer.status_code, fresh(conversation).agent) == (200, ada)
    last = conversation.handovers.latest_change()
    assert (last.by, last.from_agent, last.cause, last.undo_until) == (lead, ana, "transferred", None)


def test_an_agent_without_the_right_transfers_nothing_of_a_colleague(bens, ben, conversation, ada):
    path = f"/conversations/{conversation.pk}"
    assert f"{path}/transfer/" not in bens.get(f"{path}/").text
    assert bens.post(f"{path}/transfer/", {"to": f"agent-{ada.pk}"}, headers=HTMX).status_code == 409
    assert fresh(conversation).agent != ada


def test_a_lead_transfers_nothing_that_nobody_holds(leads, mona, ada):
    conversation = waiting(mona)
    path = f"/conversations/{conversation.pk}/transfer/"
    assert leads.post(path, {"to": f"agent-{ada.pk}"}, headers=HTMX).status_code == 409


def test_a_lead_transfers_selected_conversations_of_a_colleague(leads, conversation, ada):
    given = {"to": f"agent-{ada.pk}", "conversation": f"{conversation.pk}-{conversation.revision}"}
    assert "Transferred" in leads.post("/bulk-actions/transfer/", given).text
    assert fresh(conversation).agent == ada
