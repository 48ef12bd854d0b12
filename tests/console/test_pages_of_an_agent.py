"""A page that came for one agent, in a browser where another has logged in since."""

import uuid

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def bens(client, ben):
    client.force_login(ben)
    return client


def test_a_reply_from_a_page_of_another_agent_is_refused(bens, mona, ana, ben):
    mona.conversation.take(ben)
    fields = {"text": "Ana's words", "idempotency_key": uuid.uuid4(), "agent": ana.pk}
    response = bens.post(reverse("send", args=[mona.conversation.pk]), fields)
    assert response.status_code == 409
    assert "Not sent: somebody else was logged in" in response.content.decode()
    assert "Ana&#x27;s words" not in response.content.decode()
    assert not mona.conversation.messages.filter(is_incoming=False).exists()


@pytest.mark.parametrize("verb", ["send", "take", "see", "look", "typing"])
def test_a_script_on_a_page_of_another_agent_is_refused_and_reloads(verb, bens, mona, ana):
    url = reverse(verb, args=[mona.conversation.pk])
    fields = {"text": "Ana's words", "idempotency_key": uuid.uuid4(), "on": "1"}
    response = bens.post(url, fields, headers={"X-Agent": str(ana.pk), "HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (409, "true")
    mona.conversation.refresh_from_db()
    assert mona.conversation.agent is None


def test_a_script_on_a_page_of_the_same_agent_works(bens, mona, ben):
    url = reverse("take", args=[mona.conversation.pk])
    bens.post(url, headers={"X-Agent": str(ben.pk), "HX-Request": "true"})
    mona.conversation.refresh_from_db()
    assert mona.conversation.agent == ben
