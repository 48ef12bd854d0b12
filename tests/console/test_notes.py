"""Private notes: agents write them to each other in a conversation, and nothing sends them anywhere."""

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import ApiKey, BotEvent, Conversation, HandoverRules, Holder, Message, Note
from console.models.conversation.summary import summary
from tests.conftest import restrict
from tests.console.conftest import HTMX, words
from tests.house import ROOT, imports, modules, name
from tests.stand_in import eventually

SENDS = ["messenger", "sandbox", "personas", "console/api"]  # all that speaks to Facebook or to a bot
SENDS_OF_MODELS = ["console/models/message", "console/models/bot_event", "console/models/handover"]
SECRET = "She is a difficult customer"


@pytest.fixture
def note(conversation, ben):
    """Ben's, in the conversation that Ana holds."""
    return Note.objects.add(conversation, ben, SECRET, uuid.uuid4())


def add(browser, conversation, text=SECRET, headers=HTMX, key=None):
    fields = {"text": text, "idempotency_key": key or uuid.uuid4()}
    return browser.post(reverse("add-note", args=[conversation.pk]), fields, headers=headers)


def thread(browser, conversation, query="since=0"):
    return words(browser.get(f"/conversations/{conversation.pk}/messages/?{query}", headers=HTMX).content.decode())


# Authors


def test_an_agent_adds_a_note_to_a_conversation_that_a_colleague_holds(browser_of, conversation, ben):
    answer = add(browser_of(ben), conversation)
    assert answer.status_code == 200
    assert f"live-conversation-{conversation.pk}" in json.loads(answer["HX-Trigger"])
    note = Note.objects.get()
    assert (note.text, note.author, note.conversation) == (SECRET, ben, conversation)
    assert Conversation.objects.get().agent_id != ben.pk


def test_a_note_is_added_while_the_bot_holds_and_once_the_conversation_is_closed(browser_of, mona, ana):
    for fields in ({"holder": Holder.BOT, "closed_at": None}, {"holder": Holder.QUEUE, "closed_at": timezone.now()}):
        Conversation.objects.update(**fields)
        assert add(browser_of(ana), mona.conversation).status_code == 200
        assert Conversation.objects.filter(**fields).exists()
    assert Note.objects.count() == 2


def test_a_note_is_not_added_to_a_conversation_that_the_agent_may_not_see(browser_of, conversation, ben, bluebird):
    restrict(bluebird)
    assert add(browser_of(ben), conversation).status_code == 404
    assert not Note.objects.exists()


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Write something first."), ("a" * 5_001, "at most 5000")])
def test_a_note_that_is_empty_or_too_long_is_refused_with_a_sentence(text, sentence, browser_of, conversation, ana):
    answer = add(browser_of(ana), conversation, text)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_refused_note_keeps_its_text_without_scripts(browser_of, conversation, ana):
    answer = add(browser_of(ana), conversation, "a" * 5_001, headers={})
    assert "a" * 5_001 in answer.content.decode()


def test_a_note_that_is_sent_twice_is_one_note(browser_of, conversation, ana):
    key = uuid.uuid4()
    for _time in range(2):
        assert add(browser_of(ana), conversation, key=key).status_code == 200
    assert Note.objects.count() == 1


def test_the_key_of_a_colleagues_note_is_refused(browser_of, conversation, ana, note):
    answer = add(browser_of(ana), conversation, "Mine", key=note.idempotency_key)
    assert (answer.status_code, answer.content) == (422, b"Another note has this key: choose a new one for each.")
    assert Note.objects.get().text == SECRET


# In the thread


def test_notes_stand_in_the_thread_in_the_order_of_time(browser_of, conversation, say, ana):
    say("Before")
    Note.objects.add(conversation, ana, "Between", uuid.uuid4())
    say("After")
    for query in ("since=0", f"before={conversation.messages.last().pk}"):
        shown = thread(browser_of(ana), conversation, query)
        assert shown.index("Before") < shown.index("Between")
    assert thread(browser_of(ana), conversation).index("Between") < thread(browser_of(ana), conversation).index("After")


def test_a_browser_that_asks_for_changes_gets_a_note_that_was_edited(browser_of, conversation, ana, note):
    revision = Conversation.objects.get().revision
    assert SECRET not in thread(browser_of(ana), conversation, f"since={revision}")
    note.edit("She is a good customer")
    shown = thread(browser_of(ana), conversation, f"since={revision}")
    assert "She is a good customer" in shown and "edited" in shown


def test_a_deleted_note_leaves_a_line_without_its_text(browser_of, conversation, ana, note):
    note.delete_text()
    shown = thread(browser_of(ana), conversation)
    assert "Ben Okafor deleted a note" in shown and SECRET not in shown
    assert not Note.objects.filter(text__contains=SECRET).exists()


def test_notes_need_a_constant_number_of_queries(conversation, ana, ben, browser_of, django_assert_num_queries):
    browser = browser_of(ana)
    Note.objects.add(conversation, ana, "One", uuid.uuid4())
    with django_assert_num_queries(10):
        browser.get(f"/conversations/{conversation.pk}/messages/?since=0")
    for number in range(20):
        Note.objects.add(conversation, [ana, ben][number % 2], f"Note {number}", uuid.uuid4())
    with django_assert_num_queries(10):
        browser.get(f"/conversations/{conversation.pk}/messages/?since=0")


def test_admins_see_notes_in_the_thread_of_the_administration(client, ada, conversation, note):
    client.force_login(ada)
    assert SECRET in client.get(f"/admin/console/conversation/{conversation.pk}/change/").content.decode()


# Edit and delete


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_author_edits_a_note(headers, browser_of, conversation, ben, note):
    browser, path = browser_of(ben), reverse("edit-note", args=[conversation.pk, note.pk])
    assert SECRET in browser.get(path, headers=headers).content.decode()
    assert browser.post(path, {"text": "Kind"}, headers=headers).status_code in (200, 302)
    note.refresh_from_db()
    assert (note.text, note.is_edited) == ("Kind", True)


def test_an_edit_without_text_is_refused_in_its_form(browser_of, conversation, ben, note):
    path = reverse("edit-note", args=[conversation.pk, note.pk])
    answer = browser_of(ben).post(path, {"text": " "}, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog-form")
    assert "Write something first." in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_author_deletes_a_note(headers, browser_of, conversation, ben, note):
    browser, path = browser_of(ben), reverse("delete-note", args=[conversation.pk, note.pk])
    assert "Delete this note?" in browser.get(path, headers=headers).content.decode()
    assert Note.objects.filter(is_deleted=False).exists()
    assert browser.post(path, headers=headers).status_code in (200, 302)
    note.refresh_from_db()
    assert (note.text, note.is_deleted) == ("", True)


@pytest.mark.parametrize("verb", ["edit-note", "delete-note"])
def test_a_note_of_a_colleague_cannot_be_edited_or_deleted(verb, browser_of, conversation, ana, ada, note):
    for agent in (ana, ada):
        browser, path = browser_of(agent), reverse(verb, args=[conversation.pk, note.pk])
        assert browser.get(path).status_code == browser.post(path, {"text": "Mine"}).status_code == 404
    assert Note.objects.get().text == SECRET


@pytest.mark.parametrize("verb", ["edit-note", "delete-note"])
def test_an_author_who_lost_access_cannot_edit_or_delete_the_note(verb, browser_of, conversation, ben, bluebird, note):
    restrict(bluebird)
    assert browser_of(ben).post(reverse(verb, args=[conversation.pk, note.pk]), {"text": "x"}).status_code == 404


# Never to anybody else


def test_nothing_that_sends_to_facebook_or_to_a_bot_knows_notes():
    paths = [path for folder in [*SENDS, *SENDS_OF_MODELS] for path in modules(folder)]
    paths += [ROOT / "console/models/send_queue.py", ROOT / "console/tasks.py"]
    knows = [path for path in paths for imported in imports(path) if imported.startswith("console.models.note")]
    reads = [path for path in paths if ".notes" in path.read_text()]
    assert paths and [name(path) for path in knows + reads] == []


@pytest.mark.django_db(transaction=True)
def test_a_note_never_reaches_facebook_when_the_send_queue_has_run(stack, conversation, say, mona, ana):
    note = Note.objects.add(conversation, ana, SECRET, uuid.uuid4())
    say("The reply")
    note.edit(f"{SECRET} indeed")
    eventually(lambda: stack.texts(mona.psid) == ["The reply"])
    eventually(lambda: not Message.objects.pending().exists())
    assert SECRET not in json.dumps(stack.requests())
    assert SECRET not in json.dumps(stack.said(mona.psid))


def test_a_bot_learns_nothing_of_a_note(conversation, bluebird, mona, ana, note):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    secret = ApiKey.objects.make(bluebird, "Robin")
    conversation.hand_back(ana)
    bot = Client(headers={"Authorization": f"Bearer {secret}"})
    state = bot.get(f"/api/conversations/{mona.psid}")
    assert state.status_code == 200 and SECRET not in state.content.decode()
    assert SECRET not in summary(Conversation.objects.get())
    assert BotEvent.objects.exists()
    assert not [bot_event for bot_event in BotEvent.objects.all() if SECRET in bot_event.body]
