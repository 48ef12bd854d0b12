"""Disconnecting a Page: nothing is sent or received any more, its history stays, and it can be connected again."""

import re
import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from console.models import (
    BotEvent,
    CannotReceive,
    Cause,
    Conversation,
    HandoverRules,
    Holder,
    InboundWebhook,
    Message,
    TakenByAnother,
    WindowClosed,
)
from messenger import error_catalogue
from messenger.events import serialize
from personas.models import Page, Persona
from tests.conftest import TOKEN
from tests.console.conftest import webhook

BUSY = {"message": "An unknown error has occurred.", "code": 1}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def answered(say, conversation):
    """Ana has answered under her persona."""
    message = say("I am on it")
    conversation.deliver()
    return message


@pytest.fixture
def disconnect(bluebird, ada, sandbox):
    """Ada disconnects the Page, and a worker does the rest."""

    def disconnect():
        bluebird.disconnect(by=ada)
        fresh(bluebird).finish_disconnecting()
        return fresh(bluebird)

    return disconnect


def act(admin, action, page, **fields):
    chosen = {"action": action, "_selected_action": [page.pk], **fields}
    return admin.post("/admin/personas/page/", chosen, follow=True).content.decode()


def test_the_disconnect_action_asks_for_confirmation(admin, bluebird):
    shown = act(admin, "disconnect", bluebird)
    assert "Disconnect these Pages?" in shown
    assert "Bluebird Tea" in shown
    assert not fresh(bluebird).is_disconnected
    assert "Disconnecting from Facebook" in act(admin, "disconnect", bluebird, confirmed="1")
    assert fresh(bluebird).state == Page.State.ENDING


def test_disconnecting_unsubscribes_the_page_and_deletes_personas_and_token(answered, disconnect, sandbox):
    assert len(sandbox.personas()) == 1
    page = disconnect()
    assert sandbox.requests("DELETE", "subscribed_apps")
    assert sandbox.personas() == []
    assert (page.state, page.token, page.error) == (Page.State.DISCONNECTED, "", "")


def test_the_history_of_a_disconnected_page_stays_readable_with_persona_names(
    answered, conversation, disconnect, ana, client
):
    disconnect()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "I am on it" in shown
    assert "Ana R." in shown
    assert "This Page is disconnected: nobody can reply until an admin connects it again." in shown
    assert "is not sending right now" not in shown


def test_disconnecting_fails_queued_replies_and_keeps_unknown_ones_for_a_retry(say, disconnect, conversation):
    waiting, unknown = say("Wait"), say("Unknown")
    Message.objects.filter(pk=unknown.pk).update(state=Message.State.UNKNOWN, next_attempt_at=timezone.now())
    revision = fresh(conversation).revision
    disconnect()
    assert (fresh(waiting).state, fresh(unknown).state) == (Message.State.FAILED, Message.State.UNKNOWN)
    assert fresh(waiting).error == "The Page was disconnected before this was sent."
    assert fresh(unknown).can_retry
    assert fresh(waiting).revision > revision  # open desks show it


def test_nobody_can_send_for_a_disconnected_page(disconnect, conversation, ana):
    disconnect()
    with pytest.raises(WindowClosed, match="disconnected"):
        fresh(conversation).send(author=ana, text="Hello?", idempotency_key=uuid.uuid4())
    Conversation.objects.update(holder=Holder.BOT, agent=None)
    with pytest.raises(WindowClosed, match="disconnected"):
        fresh(conversation).send(author=None, text="Hello?", idempotency_key=uuid.uuid4())


def verbs(client, conversation):
    """Return the words on the buttons above and in the thread."""
    shown = client.get(f"/conversations/{conversation.pk}/").content.decode()
    header = shown[shown.index('<header id="header"') : shown.index("<message-outbox")]
    found = re.findall(r"<(?:button|a)[^>]*>([^<]+)</(?:button|a)>", header)
    return [label.strip() for label in found if label.strip() != "⋯"]


def test_a_disconnected_page_offers_only_verbs_that_can_work_and_says_why(
    say, conversation, disconnect, ana, ben, client
):
    say("This will fail")
    disconnect()
    for agent, offered in ((ana, ["Label…", "Return to queue", "Snooze…", "Close"]), (ben, ["Label…"])):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        assert verbs(client, conversation) == offered
    fresh(conversation).return_to_queue(ana)
    assert verbs(client, conversation) == ["Label…", "Close"]
    assert "Take it to reply." not in client.get(f"/conversations/{conversation.pk}/").content.decode()
    fresh(conversation).close(ben)
    assert verbs(client, conversation) == ["Label…"]


def test_verbs_that_cannot_work_on_a_disconnected_page_are_refused_with_the_reason(conversation, disconnect, ana, ben):
    disconnect()
    with pytest.raises(CannotReceive, match="disconnected"):
        fresh(conversation).transfer(ana, to=ben)
    with pytest.raises(TakenByAnother):
        fresh(conversation).close(ben)
    ana.go_away()
    with pytest.raises(CannotReceive, match="disconnected"):
        fresh(conversation).take_over(ben)
    fresh(conversation).return_to_queue(ana)
    with pytest.raises(CannotReceive, match="disconnected"):
        fresh(conversation).take(ben)
    fresh(conversation).close(ben)
    with pytest.raises(CannotReceive, match="disconnected"):
        fresh(conversation).reopen(ana)


def test_conversations_of_a_disconnected_page_wait_in_the_queue_without_bot_events(mona, bluebird, arrive, disconnect):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/", closed_message="We are closed.")
    Conversation.objects.update(holder=Holder.BOT, waiting_since=timezone.now(), last_at=timezone.now())
    disconnect()
    assert Conversation.objects.get().holder == Holder.QUEUE
    assert Conversation.objects.get().reason.cause == Cause.DISCONNECTED
    words = {"sender": {"id": "99"}, "recipient": {"id": bluebird.page_id}, "timestamp": int(time.time() * 1000)}
    arrive(serialize(webhook(words | {"message": {"mid": "m_late", "text": "Hello?"}})))
    InboundWebhook.objects.latest("pk").process()
    late = Conversation.objects.get(customer__psid="99")
    assert (late.holder, late.is_open) == (Holder.QUEUE, True)
    assert not BotEvent.objects.filter(conversation=late).exists()
    assert not Message.objects.pending().exists()


def test_an_unattended_conversation_of_a_disconnected_page_returns_to_queue(mona, bluebird, disconnect):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    long_ago = timezone.now() - timedelta(hours=1)
    Conversation.objects.update(holder=Holder.BOT, waiting_since=long_ago, last_at=long_ago)
    disconnect()
    Conversation.objects.unattended().bring_back()
    assert Conversation.objects.get().holder == Holder.QUEUE


def test_waiting_conversations_of_a_disconnected_page_are_not_assigned(mona, bluebird, disconnect, ben):
    HandoverRules.objects.create(page=bluebird, assigns=True)
    Conversation.objects.update(holder=Holder.QUEUE, closed_at=None)
    assert Conversation.objects.assignable().exists()
    disconnect()
    assert not Conversation.objects.assignable().exists()


def test_disconnecting_keeps_the_token_until_facebook_unsubscribed_the_page(answered, disconnect, sandbox, bluebird):
    sandbox.fail("subscribed_apps", method="DELETE", status=500, error=BUSY)
    assert (disconnect().state, fresh(bluebird).token) == (Page.State.ENDING, TOKEN)
    assert not Page.objects.ending().exists()
    sandbox.be_well()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        [ending] = Page.objects.ending()
    ending.finish_disconnecting()
    assert (fresh(bluebird).state, fresh(bluebird).token, sandbox.personas()) == (Page.State.DISCONNECTED, "", [])


def test_disconnecting_deletes_the_token_after_a_day_of_failed_attempts(answered, disconnect, sandbox, bluebird):
    sandbox.fail("subscribed_apps", method="DELETE", status=500, error=BUSY)
    disconnect()
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        fresh(bluebird).finish_disconnecting()
    assert (fresh(bluebird).state, fresh(bluebird).token) == (Page.State.DISCONNECTED, "")


def test_disconnecting_deletes_an_expired_token_immediately(answered, disconnect, sandbox):
    sandbox.post("tokens", token=TOKEN, state="expired")
    assert (disconnect().state, Persona.objects.leaving().count()) == (Page.State.DISCONNECTED, 0)


def test_a_disconnected_page_makes_no_more_calls_to_facebook(disconnect, mona, sandbox):
    page = disconnect()
    before = len(sandbox.requests())
    page.verify()
    fresh(mona).fetch_profile()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert not Page.objects.troubled().exists()
        assert not Page.objects.outdated().exists()
        assert not Page.objects.ending().exists()
    assert len(sandbox.requests()) == before


def test_a_check_that_was_under_way_does_not_reconnect_a_disconnected_page(bluebird, ada, sandbox):
    checked = fresh(bluebird)
    bluebird.disconnect(by=ada)
    checked.verify()
    assert fresh(bluebird).state == Page.State.ENDING
    assert fresh(bluebird).is_paused


def test_a_disconnected_page_is_connected_again_by_entering_a_token(
    answered, disconnect, conversation, admin, bluebird, ana, mona, sandbox
):
    disconnect()
    path = f"/admin/personas/page/{bluebird.pk}/change/"
    forms = [inline.formset.management_form for inline in admin.get(path).context["inline_admin_formsets"]]
    shown = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    assert admin.post(path, shown | {"token": "", "is_open_to_all": "on"}).status_code == 302
    assert fresh(bluebird).state == Page.State.DISCONNECTED
    assert admin.post(path, shown | {"token": TOKEN, "is_open_to_all": "on"}).status_code == 302
    assert (fresh(bluebird).state, fresh(bluebird).is_paused) == (Page.State.UNCHECKED, False)
    fresh(bluebird).verify()
    assert fresh(bluebird).state == Page.State.CONNECTED
    fresh(conversation).send(author=ana, text="Back again", idempotency_key=uuid.uuid4())
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["I am on it", "Back again"]
    assert [row["name"] for row in sandbox.personas()] == ["Ana R."]


# The list


def test_the_list_of_pages_shows_every_pause_with_its_reason(admin, bluebird):
    Page.objects.update(paused_since=timezone.now(), why_paused="Facebook has restricted this Page.")
    slow = {"waits_until": timezone.now() + timedelta(hours=1), "why_waiting": "Facebook wants fewer calls."}
    Page.objects.create(page_id="77", token=TOKEN, name="Green Bakery", **slow)
    shown = admin.get("/admin/personas/page/").content.decode()
    assert "Facebook has restricted this Page." in shown
    assert "Facebook wants fewer calls." in shown


def test_the_reason_for_a_pause_stays_when_a_check_of_the_page_succeeds(admin, bluebird, sandbox):
    Page.objects.update(paused_since=timezone.now(), why_paused="Facebook has restricted this Page.")
    fresh(bluebird).verify()
    assert "Facebook has restricted this Page." in admin.get("/admin/personas/page/").content.decode()


def test_the_list_of_pages_shows_who_disconnected_a_page(admin, disconnect):
    disconnect()
    assert "Disconnected by Ada Lindt." in admin.get("/admin/personas/page/").content.decode()


def test_the_send_again_action_ends_the_pause_of_a_page(admin, bluebird):
    Page.objects.update(paused_since=timezone.now(), why_paused="Facebook has restricted this Page.")
    act(admin, "send_again", bluebird)
    assert not fresh(bluebird).is_paused


def test_the_send_again_action_does_not_resume_a_disconnected_page(admin, disconnect):
    page = disconnect()
    act(admin, "send_again", page)
    page.note_policy("unblock", "", at=1)
    assert fresh(page).is_paused
    assert fresh(page).why_paused == "Disconnected by Ada Lindt."


def test_why_a_page_sends_nothing_is_stored_in_english_and_read_by_each_admin_in_their_language(admin, ada, bluebird):
    ada.choose(language="de")
    with translation.override("de"):
        bluebird.disconnect(by=ada)
    assert fresh(bluebird).why_paused == "Disconnected by Ada Lindt."
    for address in ("/admin/personas/page/", f"/admin/personas/page/{bluebird.pk}/change/"):
        page = admin.get(address).text
        assert "Getrennt von Ada Lindt." in page and "Disconnected by" not in page


def test_why_a_page_waits_is_read_in_the_language_of_the_admin(admin, ada, bluebird):
    ada.choose(language="de")
    slow = error_catalogue.CATALOGUE[(4, None)].sentence
    Page.objects.update(waits_until=timezone.now() + timedelta(hours=1), why_waiting=slow)
    for address in ("/admin/personas/page/", f"/admin/personas/page/{bluebird.pk}/change/"):
        page = admin.get(address).text
        assert slow not in page
