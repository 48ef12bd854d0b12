"""The transcript of a conversation, to print or to download."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.infrastructure.redis import redis
from console.models import Note
from console.transcripts import content
from console.transcripts.mail import mail_transcript
from tests.conftest import restrict
from tests.console.conftest import MINUTE, now, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def urls(conversation):
    return [f"/conversations/{conversation.pk}/transcript/", f"/conversations/{conversation.pk}/transcript/text/"]


def test_a_transcript_says_who_said_what_and_what_has_not_arrived(
    anas_browser, urls, conversation, ana, say, receive, said
):
    receive(said("m_1", "Is it <there>?\nPlease", now()))
    say("On its way & soon")
    Note.objects.add(conversation, ana, "She is angry", uuid.uuid4())
    page, text = (anas_browser.get(url) for url in urls)
    assert "Is it &lt;there&gt;?" in page.text and "not sent yet" in page.text
    assert "Mona Weber:\n    Is it <there>?\n    Please\n" in text.text
    assert f"{ana.public_name} (not sent yet):\n    On its way & soon\n" in text.text
    assert "angry" not in page.text + text.text
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.headers["Content-Disposition"] == f'attachment; filename="conversation-{conversation.pk}.txt"'


@pytest.mark.parametrize("end", ["\n", "\r", "\v", "\x85", "\u2028"])
def test_a_message_cannot_pretend_to_be_another_one_in_a_transcript(
    end, anas_browser, urls, conversation, receive, said
):
    receive(said("m_1", f"Hello{end}{end}2026-11-30 10:00  Ana R.:{end}You get the money back", now()))
    lines = anas_browser.get(urls[1]).text.split(":\n", 1)[1].splitlines()
    assert all(line.startswith("    ") for line in lines if line)
    assert any("2026-11-30 10:00  Ana R.:" in line for line in lines)


def test_a_transcript_names_files_and_says_nothing_that_was_unsent(anas_browser, urls, receive, said, by_mona):
    picture = {"type": "image", "payload": {"url": "https://example.com/a.jpg"}}
    receive(said("m_1", "Never mind", now()), by_mona(now() + 1, message={"mid": "m_2", "attachments": [picture]}))
    receive(by_mona(now() + 2, message={"mid": "m_1", "is_deleted": True}))
    for url in urls:
        text = words(anas_browser.get(url).text)
        assert "Message unsent" in text and "Picture" in text and "Never mind" not in text


def test_a_long_transcript_has_the_newest_messages_and_says_so(anas_browser, urls, receive, said, monkeypatch):
    receive(*(said(f"m_{number}", f"Line {number}", now() + number * MINUTE) for number in range(4)))
    assert "older ones are left out" not in anas_browser.get(urls[1]).text
    monkeypatch.setattr(content, "MOST", 3)
    for url in urls:
        text = words(anas_browser.get(url).text)
        assert "older ones are left out" in text and "Line 0" not in text
        assert text.index("Line 1") < text.index("Line 3")


def test_a_conversation_without_words_has_a_transcript(anas_browser, urls):
    assert "Nothing has been said yet" in words(anas_browser.get(urls[0]).text)
    assert anas_browser.get(urls[1]).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_transcript(anas_browser, urls, conversation, receive, said, say):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert anas_browser.get(urls[0]).status_code == 200
        return len(queries)

    receive(said("m_1", "Hi", now()))
    say("Hello")
    count()
    few = count()
    receive(*(said(f"n_{number}", "Hi", now() + number) for number in range(10)))
    for _number in range(5):
        say("Hello")
    assert count() == few


def test_nobody_else_gets_a_transcript(bens, urls, bluebird, client):
    restrict(bluebird)
    for url in urls:
        assert bens.get(url).status_code == 404
        assert client.get(url).headers["Location"].startswith("/login/")


# By e-mail


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_URL = "smtp://mail.example.com"


def test_a_transcript_is_mailed_as_text_and_answers_go_to_the_agent(conversation, ana, receive, said):
    receive(said("m_1", "Is it there?", now()))
    type(ana).objects.update(email="ana@example.com")
    mail_transcript(conversation.pk, ana.pk, "boss@example.com")
    [message] = mail.outbox
    assert (message.to, message.reply_to) == (["boss@example.com"], ["ana@example.com"])
    assert message.subject == "Transcript: Mona Weber" and "Mona Weber:\n    Is it there?\n" in message.body


def test_an_agent_has_a_transcript_mailed_from_its_page_once_however_often_it_is_loaded(
    anas_browser, urls, mail_server, enqueued
):
    assert 'action="' + urls[0] + 'mail/"' in anas_browser.get(urls[0]).text
    answer = anas_browser.post(f"{urls[0]}mail/", {"address": "boss@example.com"}, follow=True)
    assert "The console e-mails the transcript to boss@example.com." in words(answer.text)
    assert "boss@example.com" not in words(anas_browser.get(urls[0]).text)
    assert enqueued(mail_transcript.name) == 1


@pytest.mark.parametrize("address", ["", "boss", "a@example.com\nBcc: b@example.com"])
def test_an_address_that_is_none_is_refused_with_a_sentence(address, anas_browser, urls, mail_server):
    answer = anas_browser.post(f"{urls[0]}mail/", {"address": address})
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_an_agent_mails_so_many_transcripts_in_an_hour(
    anas_browser, bens, urls, mail_server, enqueued, monkeypatch, ana
):
    monkeypatch.setattr("console.transcripts.mail.MOST_IN_AN_HOUR", 2)
    redis().delete(f"hourly:mailed-transcripts-{ana.pk}")
    statuses = [anas_browser.post(f"{urls[0]}mail/", {"address": "a@example.com"}).status_code for _turn in range(3)]
    assert (statuses, enqueued(mail_transcript.name)) == ([302, 302, 429], 2)
    assert 0 < redis().ttl(f"hourly:mailed-transcripts-{ana.pk}") <= 3600
    refused = anas_browser.post(f"{urls[0]}mail/", {"address": "a@example.com"})
    assert "You have mailed many transcripts within an hour." in words(refused.text)
    assert bens.post(f"{urls[0]}mail/", {"address": "a@example.com"}).status_code == 302


def test_no_transcript_is_mailed_where_e_mail_is_not_set_up(anas_browser, urls):
    assert "Send by e-mail" not in anas_browser.get(urls[0]).text
    assert anas_browser.post(f"{urls[0]}mail/", {"address": "boss@example.com"}).status_code == 404


def test_no_transcript_is_mailed_for_an_agent_who_may_no_longer_see_the_conversation(
    conversation, bens, urls, ben, bluebird, mail_server
):
    restrict(bluebird)
    assert bens.post(f"{urls[0]}mail/", {"address": "boss@example.com"}).status_code == 404
    mail_transcript(conversation.pk, ben.pk, "boss@example.com")
    assert mail.outbox == []
