"""An agent's work ends: conversations, personas, log-in. History stays."""

import pytest

from agents.models import Agent
from console.models import Message
from personas.models import Persona


@pytest.fixture
def answered(say, conversation):
    message = say("I am on it")
    conversation.deliver()
    return message


def test_leaving_returns_open_conversations_to_queue(ana, conversation):
    ana.leave()
    conversation.refresh_from_db()
    assert conversation.agent is None
    assert conversation.is_open


def test_an_agent_whom_two_admins_remove_at_the_same_moment_leaves_once(ana, conversation):
    first, second = (Agent.objects.get(pk=ana.pk) for _admin in range(2))
    first.leave()
    second.leave()
    found = Agent.objects.get(pk=ana.pk)
    assert (found.departures, found.left_at) == (1, first.left_at)


def test_leaving_keeps_a_closed_conversation_closed(ana, conversation):
    conversation.close(ana)
    ana.leave()
    conversation.refresh_from_db()
    assert not conversation.is_open


def test_an_agent_who_left_is_logged_out_of_open_pages(ana, client):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 200
    ana.leave()
    assert client.get("/").status_code == 302
    assert client.get("/queue/", headers={"HX-Request": "true"})["HX-Redirect"] == "/login/"


def test_leaving_deletes_the_persona_and_history_keeps_its_name_and_picture(ana, answered, sandbox):
    ana.leave()
    persona = Persona.objects.get()
    persona.withdraw()
    assert sandbox.personas() == []
    answered.refresh_from_db()
    assert answered.sender_name == "Ana R."
    assert answered.persona.picture.size > 0


def test_replies_queued_before_leaving_are_sent_under_the_agents_persona(
    ana, answered, say, conversation, mona, sandbox
):
    for text in ("one", "two", "three"):
        say(text)
    ana.leave()
    persona = Persona.objects.get()
    persona.withdraw()
    assert persona.state == Persona.State.LEAVING
    conversation.deliver()
    assert [received["persona"]["name"] for received in sandbox.said(mona.psid)] == ["Ana R."] * 4
    persona.withdraw()
    assert sandbox.personas() == []


def test_a_first_reply_queued_before_leaving_is_sent_under_a_new_persona(ana, say, conversation, mona, sandbox):
    say("just before I go")
    ana.leave()
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ana R."
    [persona] = Persona.objects.leaving()
    persona.withdraw()
    assert sandbox.personas() == []


def test_going_away_keeps_the_persona_and_conversations_of_an_agent(ana, answered, conversation, sandbox):
    ana.go_away()
    conversation.refresh_from_db()
    assert conversation.agent == ana
    assert len(sandbox.personas()) == 1
    assert not ana.is_present


def test_an_agent_who_returns_to_work_gets_a_new_persona_on_first_use(ana, answered, say, conversation, mona, sandbox):
    ana.leave()
    Persona.objects.get().withdraw()
    ana.return_to_team()
    conversation.take(ana)
    say("Back again")
    conversation.deliver()
    assert [row["name"] for row in sandbox.personas()] == ["Ana R."]
    assert sandbox.said(mona.psid)[-1]["persona"]["id"] == sandbox.personas()[0]["id"]


def test_an_agent_can_leave_the_team_after_a_confirmation(ana, conversation, client):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert b"Leave the team?" in client.get("/leave/").content
    assert Agent.objects.get().is_active
    client.post("/leave/")
    assert not Agent.objects.get().is_active
    assert client.get("/").status_code == 302


def test_the_only_admin_cannot_leave_the_team(ada, client):
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/leave/")
    ada.refresh_from_db()
    assert ada.is_active


def test_messages_of_an_agent_who_left_keep_their_author(ana, answered):
    ana.leave()
    assert Message.objects.get(author=ana) == answered
