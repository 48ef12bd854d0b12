"""Offboarding: an admin reads what the leaving of an agent will do, and then what it has done, line by line."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from console.models import ScheduledReply
from personas.models import Page, Persona
from tests.conftest import TOKEN, in_role, restrict

pytestmark = pytest.mark.django_db


@pytest.fixture
def adas(browser_of, ada):
    return browser_of(ada)


@pytest.fixture
def persona(bluebird, ana):
    return Persona.objects.create(page=bluebird, agent=ana, name="Ana R.", graph_id="1")


@pytest.fixture
def address(ana):
    return f"/admin/agents/agent/{ana.pk}/offboarding/"


def schedule(conversation, author):
    at = timezone.now() + timedelta(hours=1)
    return ScheduledReply.objects.create(
        conversation=conversation, author=author, text="Bye", at=at, seen=0, revision=1
    )


def test_the_page_says_before_what_will_happen(adas, address, conversation, say, ana, persona):
    say("On its way")
    schedule(conversation, ana)
    page = adas.get(address).text
    for line in [
        "1 open conversation returns to the queue.",
        "1 reply waits to be sent. It still goes out under their name.",
        "1 scheduled reply is not sent. Colleagues see it in its conversation.",
        "The persona “Ana R.” on Bluebird Tea is deleted.",
    ]:
        assert line in page
    assert ana.is_active and "Done:" not in page


def test_the_page_says_afterwards_what_is_done_until_the_last_persona_is_gone(
    adas, address, conversation, say, ana, persona
):
    reply = say("On its way")
    assert adas.post(address)["Location"] == address
    page = adas.get(address).text
    assert "Done:</strong> 1 conversation returned to the queue." in page
    assert "Not done yet:</strong> 1 reply waits to be sent." in page
    assert "Not done yet:</strong> The persona “Ana R.” on Bluebird Tea is being deleted." in page
    assert "Some of it is not done yet." in page
    type(reply).objects.update(state="sent", mid="m_sent")
    Persona.objects.update(gone_at=timezone.now())
    page = adas.get(address).text
    assert "Done:</strong> The persona “Ana R.” on Bluebird Tea was deleted on" in page
    assert "Not done yet" not in page and "All of it is done." in page


def test_the_page_says_why_a_persona_is_not_deleted_yet(adas, address, ana, persona):
    ana.leave()
    Persona.objects.update(error="Facebook does not answer.")
    assert "is being deleted. Facebook does not answer." in adas.get(address).text


def test_a_persona_on_a_disconnected_page_is_said_to_stay_and_holds_nothing_up(adas, address, ana, persona):
    Page.objects.update(state="disconnected")
    stays = "The persona “Ana R.” stays at Facebook, because Bluebird Tea is disconnected."
    assert stays in adas.get(address).text
    ana.leave()
    page = adas.get(address).text
    assert f"Done:</strong> {stays}" in page and "All of it is done." in page


def test_an_agent_with_nothing_open_is_said_to_lose_the_log_in_alone(adas, address):
    assert "They can no longer log in. Nothing else is theirs." in adas.get(address).text


def test_the_last_superuser_stays(adas, ada):
    address = f"/admin/agents/agent/{ada.pk}/offboarding/"
    page = adas.get(address).text
    assert "Ada Lindt is the only admin: make somebody else one first." in page
    assert 'value="Remove from the team"' not in page
    assert "is the only admin: make somebody else one first." in adas.post(address, follow=True).text
    assert Agent.objects.get(pk=ada.pk).is_active


def test_an_admin_by_role_counts_personas_on_pages_closed_to_them_without_their_names(
    browser_of, ben, ana, address, persona
):
    pots = Page.objects.create(page_id="9", token=TOKEN, name="Pots")
    restrict(pots, "pots")
    Persona.objects.create(page=pots, agent=ana, name="Ana at Pots", graph_id="2")
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    page = browser_of(in_role(ben, "admin")).get(address).text
    assert "1 persona on Pages that you may not see is deleted." in page
    assert "Ana at Pots" not in page and "Ana R." in page


def test_nobody_removes_an_agent_who_has_rights_that_they_lack(browser_of, ben, ana, address):
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    browser = browser_of(in_role(ben, "admin"))
    ana.user_permissions.add(Permission.objects.get(codename="view_inboundwebhook"))
    assert (browser.get(address).status_code, browser.post(address).status_code) == (403, 403)
    assert Agent.objects.get(pk=ana.pk).is_active


def test_the_form_of_an_agent_leads_to_the_page(adas, address, ana):
    form = f"/admin/agents/agent/{ana.pk}/change/"
    assert address in adas.get(form).text
    assert "How they left" not in adas.get(form).text
    ana.leave()
    assert "How they left" in adas.get(form).text


def test_the_page_asks_a_constant_number_of_queries(adas, address, ana, bluebird, persona):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert adas.get(address).status_code == 200
        return len(captured)

    few = queries()
    for number in range(3):
        page = Page.objects.create(page_id=f"8{number}", token=TOKEN, name=f"Page {number}")
        Persona.objects.create(page=page, agent=ana, name="Ana R.", graph_id=f"8{number}")
    assert queries() == few
