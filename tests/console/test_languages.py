"""The language of an agent: what they read is in it, and nothing that others read or that is stored."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from console.infrastructure.redis import redis
from console.live.batch import Batch
from console.live.listener import Listener
from console.live.publishing import channel
from console.live.topics import Changes
from console.models import BotEvent, Conversation, HandoverRules, Message
from console.push.payload import payload_of
from console.wording.handovers import in_header
from console.wording.languages import language_of_browser
from console.wording.stored import last_words, translated
from messenger import error_catalogue
from personas.pictures import initials

pytestmark = pytest.mark.django_db
PREFERENCES = {"undo_seconds": "5", "next_conversation": "desk", "calls": "mine", "has_shortcuts": "on"}
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def german(ana):
    """Ana has chosen German."""
    ana.choose(language="de")
    return ana


# Pages


def test_an_agent_chooses_the_language_of_the_desk(anas_browser, ana):
    assert '<html lang="en" dir="ltr">' in anas_browser.get("/").text
    anas_browser.post("/preferences/", PREFERENCES | {"language": "de"})
    page = anas_browser.get("/").text
    assert '<html lang="de" dir="ltr">' in page and "Ihnen sind keine Konversationen zugewiesen." in page
    assert '<option value="de" lang="de" selected>Deutsch</option>' in page


def test_a_colleague_who_has_chosen_no_language_reads_that_of_their_browser(german, bens):
    assert "Es warten keine Kunden." in bens.get("/", headers=GERMAN).text
    assert "No customers waiting." in bens.get("/", headers={"Accept-Language": "nl"}).text


def test_a_chosen_language_counts_more_than_that_of_the_browser(anas_browser, ana):
    ana.choose(language="en")
    assert "No customers waiting." in anas_browser.get("/", headers=GERMAN).text


def test_a_language_that_is_begun_is_read_by_those_alone_who_chose_it(anas_browser, ana):
    arabic = {"Accept-Language": "ar"}
    assert '<html lang="en" dir="ltr">' in anas_browser.get("/", headers=arabic).text
    anas_browser.post("/preferences/", PREFERENCES | {"language": "ar"})
    assert '<html lang="ar" dir="rtl">' in anas_browser.get("/", headers=arabic).text


def test_a_language_that_the_console_does_not_have_is_not_chosen(anas_browser, ana):
    anas_browser.post("/preferences/", PREFERENCES | {"language": "tlh"})
    ana.refresh_from_db()
    assert ana.language == ""


def test_the_log_in_page_follows_the_browser(client):
    assert "Benutzername" in client.get("/login/", headers=GERMAN).text
    assert "Username" in client.get("/login/").text


def test_the_administration_is_in_the_language_of_the_admin(client, ada):
    ada.choose(language="de")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/").text
    assert "Textbausteine" in page and "Zuletzt" not in page.split("<body")[0]


def test_a_page_takes_as_many_queries_in_german(anas_browser, ana, conversation):
    def queries():
        with CaptureQueriesContext(connection) as found:
            anas_browser.get("/")
        return len(found)

    queries()
    english = queries()
    ana.choose(language="de")
    assert queries() == english


# Programs, and what is stored


def test_the_api_answers_in_english_whatever_the_browser_asks_for(client):
    answer = client.get("/api/conversations/1", headers=GERMAN).json()
    assert answer["detail"].startswith("This needs a valid API key")


def test_a_bot_learns_of_a_change_in_english(anas_browser, german, mona, bluebird):
    HandoverRules.objects.create(page=bluebird, holder_url="https://bot.example/holder")
    anas_browser.post(f"/conversations/{mona.conversation.pk}/take/")
    assert json.loads(BotEvent.objects.get().body)["from"]["name"] == "the queue"


def test_the_last_words_of_a_conversation_are_stored_in_english_and_read_in_any_language(
    anas_browser, german, conversation
):
    picture = SimpleUploadedFile("teapot.png", initials("Ana Ruiz").read())
    with translation.override("de"):
        conversation.send(german, "", uuid.uuid4(), files=[picture])
    assert Conversation.objects.get().last_words == "Picture"
    assert ">Bild</bdi>" in anas_browser.get("/").text.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "in_german"),
    [
        ("Location: 52.1, 13.4", "Standort: 52.1, 13.4"),
        ("Picture, Picture", "Bild, Bild"),
        ("Picture, File: Picture, old.pdf", "Bild, Datei: Picture, old.pdf"),
        ("Appointment requested · 3 May 2026, 10:00 (UTC)", "Termin angefragt · 3 May 2026, 10:00 (UTC)"),
        ("Attachment (hologram): Tea", "Anhang (hologram): Tea"),
        ("The picture: nice", "The picture: nice"),
        ("", ""),
    ],
)
def test_names_of_kinds_in_last_words_are_translated(words, in_german):
    with translation.override("de"):
        assert last_words(Conversation(last_words=words, are_last_words_ours=True)) == in_german


@pytest.mark.parametrize("words", ["Order: 2 teapots", "Picture", "Post", "Message unsent"])
def test_words_of_customers_are_not_translated(anas_browser, german, mona, say, words):
    conversation = say(words).conversation
    with german.reading():
        assert last_words(Conversation.objects.get()) == words
    assert f"{words}</bdi>" in anas_browser.get("/").text
    assert not conversation.are_last_words_ours


def test_words_of_ours_are_translated_until_a_text_comes(mona, conversation, say):
    with conversation.changing():
        conversation.note_last_words(Message(at=timezone.now(), text=""), "Picture")
    with translation.override("de"):
        assert last_words(Conversation.objects.get()) == "Bild"
        say("Picture")
        assert last_words(Conversation.objects.get()) == "Picture"


def test_an_error_is_stored_in_english_and_read_in_german(anas_browser, german, say):
    message = say("Hello")
    Message.objects.update(state=Message.State.FAILED, error=error_catalogue.NO_ANSWER.sentence)
    page = anas_browser.get(f"/conversations/{message.conversation_id}/").text
    assert "Nicht gesendet: Facebook hat nicht geantwortet." in page


def test_a_sentence_that_has_no_translation_stays_as_it_is():
    with translation.override("de"):
        assert (translated(""), translated("Whatever Facebook says")) == ("", "Whatever Facebook says")


def test_every_sentence_of_the_error_catalogue_has_a_translation():
    with translation.override("de"):
        meanings = error_catalogue.CATALOGUE.values()
        assert not [each.sentence for each in meanings if translated(each.sentence) == each.sentence]


def test_a_handover_is_in_the_language_of_its_reader(conversation, ana, ben):
    conversation.transfer(ana, to=ben, note="Zwei Tassen")
    with translation.override("de"):
        assert in_header(conversation, ben).words == "Weitergegeben von Ana Ruiz:"
    assert in_header(conversation, ben).words == "Transferred by Ana Ruiz:"


def test_a_push_message_is_in_the_language_of_its_agent(german, ben, mona):
    conversation = mona.conversation
    Conversation.objects.update(last_words="Picture", are_last_words_ours=True)
    conversation.refresh_from_db()
    payloads = []
    for agent in (german, ben):
        with agent.reading():
            payloads.append(payload_of(conversation, "waiting", agent))
    assert [each["body"] for each in payloads] == ["Bild", "Picture"]
    assert [each["actions"][-1]["title"] for each in payloads] == ["Annehmen", "Take"]


# Live updates


def desk(agent, language="en"):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    listener = Listener(agent.pk, browser.cookies["sessionid"].value, language=language)
    batch(listener)
    return listener


def batch(*desks, topics=()):
    """Return the text that each desk gets by one batch of these topics."""
    changes = Changes()
    changes.add(topics)
    rendered = Batch(changes, {each.id: each for each in desks}, {pk: 0 for each in desks for pk in each.watched})
    rendered.render()
    return [b"".join(piece for readers, piece in rendered.pieces if each in readers).decode() for each in desks]


@pytest.mark.django_db(transaction=True)
def test_each_desk_gets_rows_and_entries_in_its_own_language(german, ben, conversation):
    desks = [desk(german), desk(ben)]
    for each in desks:
        each.watch(conversation.pk)
    conversation.transfer(german, to=ben)
    in_german, in_english = batch(*desks, topics=["queue", f"conversation-{conversation.pk}"])
    assert "hat dies weitergegeben an: Ben Okafor" in in_german and "transferred" not in in_german
    assert "transferred this to Ben Okafor" in in_english and "weitergegeben" not in in_english


@pytest.mark.django_db(transaction=True)
def test_a_desk_without_a_chosen_language_gets_live_updates_in_that_of_its_browser(ana, ben, conversation):
    anas, bens = desk(ana, "de"), desk(ben, "en")
    conversation.return_to_queue(ana)
    in_german, in_english = batch(anas, bens, topics=["queue", f"conversation-{conversation.pk}"])
    assert "zurückgelegt von Ana Ruiz" in in_german and "Returned" not in in_german
    assert "Returned by Ana Ruiz" in in_english and "zurückgelegt" not in in_english


@pytest.mark.django_db(transaction=True)
def test_a_desk_asks_for_everything_once_its_agent_has_chosen_another_language(ana):
    anas = desk(ana)
    assert "hello" not in batch(anas, topics=["agent-0"])[0]
    ana.choose(language="de")
    assert "hello" in batch(anas, topics=["agent-0"])[0]


def topics_of(work):
    """Return the topics that are published by some work."""
    with redis().pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(channel())
        subscription.get_message(timeout=5)
        work()
        redis().publish(channel(), "end")
        return " ".join(iter(lambda: subscription.get_message(timeout=5)["data"], "end")).split()


@pytest.mark.django_db(transaction=True)
def test_open_desks_learn_at_once_that_their_agent_reads_another_language(anas_browser, ana, ben):
    anas, bens = desk(ana), desk(ben)
    topics = topics_of(lambda: anas_browser.post("/preferences/", PREFERENCES | {"language": "de"}))
    sent_to_ana, sent_to_ben = batch(anas, bens, topics=topics)
    assert "hello" in sent_to_ana and sent_to_ben == ""
    assert topics_of(lambda: anas_browser.post("/preferences/", PREFERENCES | {"language": "de"})) == []


@pytest.mark.django_db(transaction=True)
def test_a_second_language_costs_a_batch_no_query(ana, ben, conversation):
    def queries(*desks):
        with CaptureQueriesContext(connection) as found:
            batch(*desks, topics=["queue", f"conversation-{conversation.pk}"])
        return len(found)

    assert queries(desk(ana), desk(ben)) == queries(desk(ana, "de"), desk(ben))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *[("de-CH,de;q=0.9", "de"), ("nl,de;q=0.5", "de"), ("nl", "en"), ("", "en"), ("é,;q=", "en"), ("*", "en")],
        *[("ar", "en"), ("ar-EG,ar;q=0.9,de;q=0.5", "de")],
    ],
)
def test_a_stream_speaks_the_language_that_fits_its_browser_best(header, language):
    assert language_of_browser(header) == language
