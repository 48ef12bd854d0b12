"""Access: objects that an agent may not see are not found."""

import uuid

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile

from console.models import Attachment, Conversation
from personas.models import Page, Persona
from tests.conftest import restrict

VERBS = ["take", "reopen", "return-to-queue", "close", "end-snooze", "see", "look", "typing", "send"]


@pytest.fixture
def closed_page(bluebird):
    """A Page for the tea group only, to which Ben does not belong."""
    restrict(bluebird)
    return bluebird


@pytest.fixture
def bens_browser(client, ben):
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_page_that_is_open_to_all_shows_its_conversations_to_every_agent(conversation, ben):
    assert conversation in Conversation.objects.visible_to(ben)


def test_a_page_with_groups_shows_its_conversations_to_members_and_admins_only(conversation, closed_page, ben, ada):
    assert conversation not in Conversation.objects.visible_to(ben)
    assert conversation in Conversation.objects.visible_to(ada)
    ben.groups.add(closed_page.groups.get())
    assert conversation in Conversation.objects.visible_to(ben)


def test_a_page_whose_group_is_deleted_is_open_to_admins_only(conversation, closed_page, ana, ben, ada):
    Group.objects.all().delete()
    page = Page.objects.get()
    assert [conversation in Conversation.objects.visible_to(agent) for agent in (ana, ben, ada)] == [False, False, True]
    assert list(page.agents()) == [ada]
    assert list(Conversation.objects.get().transfer_targets()) == [ada]


def test_the_queue_hides_conversations_of_other_groups(mona, closed_page, bens_browser):
    assert b"Mona" not in bens_browser.get("/").content
    assert b"Mona" not in bens_browser.get("/queue/").content


@pytest.mark.parametrize("path", ["", "header/", "messages/", "draft/"])
def test_a_conversation_of_another_group_cannot_be_opened(mona, closed_page, bens_browser, path):
    assert bens_browser.get(f"/conversations/{mona.conversation.pk}/{path}").status_code == 404


@pytest.mark.parametrize("verb", [*VERBS, "snooze", "draft"])
def test_no_verb_reaches_a_conversation_of_another_group(mona, closed_page, bens_browser, verb):
    fields = {"text": "Hi", "idempotency_key": uuid.uuid4(), "on": "1"}
    assert bens_browser.post(f"/conversations/{mona.conversation.pk}/{verb}/", fields).status_code == 404


@pytest.mark.parametrize("verb", ["take-over", "transfer", "hand-back", "confirm-human-agent"])
def test_no_supervisor_reaches_a_conversation_of_another_group(mona, closed_page, bens_browser, ben, verb):
    ben.user_permissions.add(Permission.objects.get(codename="take_over_conversation"))
    for ask in (bens_browser.get, bens_browser.post):
        answer = ask(f"/conversations/{mona.conversation.pk}/{verb}/", {"to": f"agent-{ben.pk}"})
        assert answer.status_code in (404, 405)
    assert answer.status_code == 404


def test_files_of_another_groups_conversation_cannot_be_opened(mona, say, closed_page, bens_browser):
    attachment = Attachment.objects.create(message=say("look"), kind="image")
    assert bens_browser.get(f"/attachments/{attachment.pk}/").status_code == 404
    assert bens_browser.get(f"/customers/{mona.pk}/picture/").status_code == 404


def test_the_picture_of_a_persona_on_another_groups_page_cannot_be_opened(closed_page, bens_browser, ana, ben):
    persona = Persona.objects.create(page=closed_page, agent=ana, name="Ana R.")
    persona.picture.save("face.png", ContentFile(b"picture"))
    path = f"/personas/{persona.pk}/picture/"
    assert bens_browser.get(path).status_code == 404
    ben.groups.add(closed_page.groups.get())
    assert bens_browser.get(path).status_code == 200


def test_the_picture_of_a_bot_on_another_groups_page_cannot_be_opened(closed_page, bens_browser, ben):
    closed_page.bot_picture.save("face.png", ContentFile(b"picture"))
    path = f"/pages/{closed_page.pk}/bot-picture/"
    assert bens_browser.get(path).status_code == 404
    ben.groups.add(closed_page.groups.get())
    assert bens_browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/queue/", "/take-next/", "/conversations/1/", "/leave/", "/agents/1/picture/"])
def test_an_anonymous_visitor_is_sent_to_the_log_in(db, client, path):
    assert client.get(path)["Location"].startswith("/login/")


@pytest.mark.parametrize("verb", VERBS)
def test_a_change_of_a_conversation_by_get_is_not_allowed(conversation, bens_browser, verb):
    assert bens_browser.get(f"/conversations/{conversation.pk}/{verb}/").status_code == 405


def test_a_colleague_can_read_a_conversation_but_not_answer(conversation, bens_browser):
    path = f"/conversations/{conversation.pk}"
    assert b"Ana Ruiz is handling this conversation." in bens_browser.get(f"{path}/").content
    answer = bens_browser.post(
        f"{path}/send/", {"text": "Hi", "idempotency_key": uuid.uuid4()}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.content.strip()) == (409, b"This conversation is with Ana Ruiz.")


def test_taking_a_colleagues_conversation_names_the_holder(conversation, bens_browser, ana):
    answer = bens_browser.post(f"/conversations/{conversation.pk}/take/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert b"This conversation is with Ana Ruiz." in answer.content
    conversation.refresh_from_db()
    assert conversation.agent == ana


def test_a_conversation_opened_by_a_colleague_stays_unread(mona, bens_browser, ben):
    Conversation.objects.update(unread=2)
    bens_browser.post(f"/conversations/{mona.conversation.pk}/see/")
    assert Conversation.objects.get().unread == 2
    mona.conversation.take(ben)
    assert Conversation.objects.get().unread == 0
