"""The tools of the Health page for one Page: release its send queue, and retry its failed replies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.health_page.page_tools import MOST, retry_all
from console.models import Message
from personas.models import Page
from tests.conftest import TOKEN, in_role, restrict
from tests.console.conftest import now

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture
def tool(client, ada, bluebird):
    """Ada's browser at a tool of Bluebird's."""
    client.force_login(ada)
    return lambda name: f"/admin/health/pages/{bluebird.pk}/{name}/"


def states():
    return [(message.text, message.state) for message in Message.objects.filter(is_incoming=False).in_order()]


def test_the_release_of_a_send_queue_asks_first_and_then_sends_what_waits(
    tool, client, say, sandbox, mona, conversation
):
    message = say("Your tea is on its way")
    an_hour = timezone.now() + timedelta(hours=1)
    Message.objects.filter(pk=message.pk).update(next_attempt_at=an_hour, error="Too many calls.")
    assert "1 reply waits." in client.get(tool("release")).text
    conversation.deliver()
    assert sandbox.said(mona.psid) == []
    assert "1 reply is due now." in client.post(tool("release"), follow=True).text
    conversation.deliver()
    assert [said["text"] for said in sandbox.said(mona.psid)] == ["Your tea is on its way"]


def test_a_paused_page_goes_on_waiting_after_a_release(tool, client, say, sandbox, mona, conversation):
    say("Your tea is on its way")
    Page.objects.update(paused_since=timezone.now(), why_paused="The token is dead.")
    client.post(tool("release"))
    conversation.refresh_from_db()
    conversation.deliver()
    assert sandbox.said(mona.psid) == []


def test_failed_replies_are_retried_in_order_for_the_agent_who_wrote_them(
    tool, client, say, sandbox, mona, conversation
):
    for text in ("One", "Two"):
        say(text)
    Message.objects.filter(is_incoming=False).update(state=State.FAILED, error="Facebook refused it.")
    assert "2 replies failed." in client.get(tool("retry")).text
    assert "2 replies are queued again." in client.post(tool("retry"), follow=True).text
    conversation.deliver()
    assert [said["text"] for said in sandbox.said(mona.psid)] == ["One", "Two"]
    assert {said["persona"]["name"] for said in sandbox.said(mona.psid)} == {"Ana R."}


def test_a_reply_of_an_agent_who_gave_the_conversation_away_stays_failed(tool, client, say, conversation, ana):
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    conversation.return_to_queue(ana)
    answer = client.post(tool("retry"), follow=True).text
    assert "0 replies are queued again." in answer
    assert "1 reply stays as it is." in answer
    assert states() == [("One", State.FAILED)]


def test_a_reply_stays_failed_if_the_customer_has_written_since(say, receive, said):
    receive(said("m_1", "Where is my tea?", now() - 1000))
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    receive(said("m_2", "Forget it", now() + 1000))
    assert retry_all(Message.objects.failed()) == (0, 1)
    assert states() == [("One", State.FAILED)]


def test_a_reply_that_somebody_has_just_retried_is_not_counted_again(say):
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    assert message.conversation.retry(message, message.author)
    assert not message.conversation.retry(message, message.author)
    assert retry_all(Message.objects.filter(pk=message.pk)) == (0, 0)


def test_a_reply_of_unknown_outcome_is_left_to_an_agent(tool, client, say):
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.UNKNOWN, next_attempt_at=None)
    assert "No reply failed." in client.get(tool("retry")).text
    client.post(tool("retry"))
    assert states() == [("One", State.UNKNOWN)]


def test_so_many_replies_are_retried_at_once(say, monkeypatch):
    monkeypatch.setattr("console.health_page.page_tools.MOST", 1)
    assert MOST > 1
    for text in ("One", "Two"):
        say(text)
    Message.objects.filter(is_incoming=False).update(state=State.FAILED)
    assert retry_all(Message.objects.failed()) == (1, 0)
    assert sorted(states()) == [("One", State.QUEUED), ("Two", State.FAILED)]


@pytest.mark.parametrize("name", ["release", "retry"])
def test_the_tools_are_for_admins_of_the_page(name, tool, client, bluebird, ana, say):
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    ana.is_staff = True
    ana.save()
    client.force_login(in_role(ana, "supervisor"))
    assert tool(name) not in client.get("/admin/health/").text
    assert client.post(tool(name)).status_code == 403
    client.force_login(in_role(ana, "admin"))
    assert tool(name) in client.get("/admin/health/").text
    restrict(bluebird, "tea")
    assert client.post(tool(name)).status_code == 404
    assert states() == [("One", State.FAILED)]


def test_another_page_is_left_alone(tool, client, say, bluebird):
    pots = Page.objects.create(page_id="2", token=TOKEN, name="Pots", state=Page.State.CONNECTED)
    message = say("One")
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    client.post(tool("retry").replace(f"/{bluebird.pk}/", f"/{pots.pk}/"))
    assert states() == [("One", State.FAILED)]
