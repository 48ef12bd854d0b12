"""Entries of a thread are rendered once, and anew as soon as anything changes that they show."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from agents.models import Agent
from console import entry_html
from console.models import Activity, Attachment, Customer, Handover, Message, Reaction, Team
from personas.models import Page, Persona
from tests.console.conftest import HTMX

NOW = timezone.now()
YES_NO = [{"content_type": "text", "title": title, "payload": title.upper()} for title in ("Yes", "No")]
CARD = {"title": "Glass", "buttons": [{"type": "postback", "title": "Buy", "payload": "BUY"}]}
CARDS = {"template_type": "generic", "elements": [CARD]}
FILE = {"file": "attachments/1", "media_type": "application/pdf", "size": 900}


class Talk:
    """A thread with a message of each kind, by a name."""

    def __init__(self, conversation, ana):
        self._conversation, self._number = conversation, 0
        self.question = self._add(text="Green or black?", is_incoming=True)
        self.reply = self._add(text="Green", author=ana)
        persona = Persona.objects.create(page=conversation.page, agent=ana, name="Ana of Tea")
        self.by_persona = self._add(text="It is green", author=ana, persona=persona)
        self.as_page = self._add(text="Or black", author=ana, sent_as_page_because="Facebook forgot it.")
        self.by_bot = self._add(text="I am a bot", is_by_bot=True)
        self.quoting = self._add(text="This one", is_incoming=True, reply_to=self.reply.mid)
        self.waiting = self._add(text="Later", author=ana, state="queued")
        self.picture = self._attach("image", "https://cdn.example.test/a.png", is_incoming=True)
        self.file = self._attach("file", "https://cdn.example.test/a.pdf", is_incoming=True)
        self.cards = self._attach("template", payload=CARDS)
        self.quick_replies = self._attach("quick_replies", payload=YES_NO, text="Is it?")
        self.link = self._attach("fallback", "https://shop.example/tea", title="Tea", is_incoming=True)
        conversation.activities.create(kind="referral", details={"ref": "flyer"}, at=NOW, revision=self._number)
        from_bot = {"from_holder": "bot", "to_holder": "queue", "to_team": Team.objects.create(name="Tea")}
        conversation.handovers.create(cause="no-bot", at=NOW, revision=self._number, **from_bot)

    def _attach(self, kind, url="", title="", payload=None, **fields):
        message = self._add(**fields)
        message.attachments.create(kind=kind, url=url, title=title, payload=payload)
        return message

    def _add(self, is_incoming=False, state="sent", **fields):
        self._number += 1
        conversation = self._conversation
        given = {"mid": f"m_{self._number}", "at": NOW, "revision": self._number, "is_incoming": is_incoming}
        given |= {"state": "received" if is_incoming else state} | fields
        return Message.objects.create(conversation=conversation, page=conversation.page, **given)


@pytest.fixture
def talk(conversation, ana):
    return Talk(conversation, ana)


@pytest.fixture
def browser(client, ben, talk):
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def shown(browser, conversation):
    """Return what the browser shows of the messages; a form has another token each time."""

    def show():
        answer = browser.get(f"/conversations/{conversation.pk}/messages/?since=0", headers=HTMX)
        assert answer.status_code == 200
        html = answer.content.decode().partition('<ol class="thread"')[2].partition(">")[2]
        return re.sub(r'<input type="hidden" name="csrf[^>]*>', "", html)

    return show


def change(name, **fields):
    """Return a change of the message with this name in the talk; its revision stays, as if somebody forgot it."""
    return lambda talk: Message.objects.filter(pk=getattr(talk, name).pk).update(**fields)


def change_file(name, **fields):
    return lambda talk: Attachment.objects.filter(message=getattr(talk, name)).update(**fields)


def react(emoji):
    return lambda talk: Reaction.objects.create(message=talk.question, agent=_ana(), emoji=emoji)


def _ana():
    return Agent.objects.get(username="ana")


CHANGES = {
    "the customer's name": lambda talk: Customer.objects.update(name="Maria Weber"),
    "the agent's name": lambda talk: Agent.objects.filter(username="ana").update(first_name="Anna"),
    "the persona's name": lambda talk: Persona.objects.update(name="Anna of Tea"),
    "the persona's picture": lambda talk: Persona.objects.update(picture="personas/1.png"),
    "the Page's name": lambda talk: Page.objects.update(name="Redbird Tea"),
    "the bot's name": lambda talk: Page.objects.update(bot_name="Bibo"),
    "delivered": change("reply", state="delivered"),
    "read": change("reply", state="read"),
    "failed": change("reply", state="failed", error="The customer is gone."),
    "the error of one that failed": change("waiting", error="Facebook is slow."),
    "unknown": change("reply", state="unknown", next_attempt_at=NOW),
    "unknown for ever": change("reply", state="unknown", next_attempt_at=None),
    "as the Page": change("by_persona", sent_as_page_because="Facebook refused it."),
    "edited": change("question", text="White?", earlier_texts=["Green or black?"]),
    "edited back and forth": change("question", earlier_texts=["White?"]),
    "partial": change("question", is_partial=True),
    "unsent": change("question", is_deleted=True),
    "imported": change("reply", is_imported=True),
    "automatic, from elsewhere": change("reply", source="222", is_automatic=True),
    "tapped": change("question", payload="GREEN"),
    "without an id of Facebook's": change("question", mid=None),
    "the quoted text": change("reply", text="Black"),
    "the quoted message unsent": change("reply", is_deleted=True),
    "the customer's reaction": change("reply", reaction="❤️"),
    "the Page's reaction": react(emoji="👍"),
    "a file that came": change_file("file", **FILE),
    "a file's size": change_file("file", **FILE | {"size": 9000}),
    "a file's name": change_file("file", title="price.pdf"),
    "a picture that came": change_file("picture", **FILE | {"media_type": "image/png"}),
    "a file that did not come": change_file("file", error="It is too large."),
    "a file that is gone": change_file("file", file="attachments/1"),
    "a tapped button": change_file("cards", tapped=[0]),
    "a tapped quick reply": change_file("quick_replies", tapped=[1]),
    "another card": change_file("cards", payload=CARDS | {"elements": [CARD | {"title": "Iron"}]}),
    "another link": change_file("link", url="https://shop.example/coffee"),
    "no file": lambda talk: talk.file.attachments.all().delete(),
    "how the customer came": lambda talk: Activity.objects.update(details={"ref": "poster"}),
    "the team": lambda talk: Team.objects.update(name="Coffee"),
    "why it was handed over": lambda talk: Handover.objects.update(note="A refund"),
    "what the bot said": lambda talk: Handover.objects.update(summary="They want a refund"),
    "a handover that Facebook refused": lambda talk: Handover.objects.update(error="Facebook is slow."),
    "a day later": change("question", at=NOW - timedelta(days=1)),
}
REACTIONS = {
    "who reacted": lambda talk: Agent.objects.filter(username="ana").update(first_name="Anna"),
    "one that was sent": lambda talk: Reaction.objects.update(shown="👍", is_pending=False),
    "one that was not sent": lambda talk: Reaction.objects.update(error="Facebook refused it."),
    "another one": lambda talk: Reaction.objects.update(emoji="❤️"),
    "one that is taken back": lambda talk: Reaction.objects.update(emoji=""),
    "none": lambda talk: Reaction.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_entry_shows_at_once_what_has_changed(change, shown, talk):
    before = shown()
    change(talk)
    after = shown()
    entry_html.kept.clear()
    assert before != after == shown()


@pytest.mark.parametrize("change", REACTIONS.values(), ids=REACTIONS)
def test_a_reaction_shows_at_once_what_has_changed(change, shown, talk):
    react(emoji="👍")(talk)
    before = shown()
    change(talk)
    after = shown()
    entry_html.kept.clear()
    assert before != after == shown()


def test_the_day_stands_beside_a_message_after_midnight(conversation, talk, time_machine):
    message = conversation.messages.for_thread().get(pk=talk.question.pk)
    time_machine.move_to(NOW)
    today = entry_html.entry_html(message, conversation)
    time_machine.move_to(NOW + timedelta(days=1))
    assert today != entry_html.entry_html(message, conversation)


def test_an_entry_is_rendered_in_the_language_of_whoever_looks(conversation, talk):
    Message.objects.filter(pk=talk.question.pk).update(at=datetime(2020, 5, 1, 12, tzinfo=NOW.tzinfo))
    message = conversation.messages.for_thread().get(pk=talk.question.pk)
    assert "1 May 2020" in entry_html.entry_html(message, conversation)
    with translation.override("de"):
        assert "1. Mai 2020" in entry_html.entry_html(message, conversation)


def test_the_form_of_retry_belongs_to_the_browser_that_shows_it(shown, talk, browser, conversation):
    change("reply", state="failed", error="The customer is gone.")(talk)
    tokens = []
    for _browser in range(2):
        browser.cookies.pop("csrftoken", None)
        page = browser.get(f"/conversations/{conversation.pk}/").content.decode()
        retry = page.partition('<form class="message-retry"')[2].partition("</form>")[0]
        tokens.append(re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', retry)[1])
    assert tokens[0] != tokens[1]


def test_an_entry_that_stays_the_same_is_rendered_once_for_all(shown, talk, browser, ana):
    entry_html.kept.clear()
    first = shown()
    size = entry_html.kept.size
    browser.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert shown() == first
    assert entry_html.kept.size == size > 0


def test_the_rendered_entries_that_are_kept_are_bounded(shown, talk, monkeypatch):
    entry_html.kept.clear()
    monkeypatch.setattr(entry_html.kept, "most", 5000)
    for number in range(20):
        Message.objects.update(text=f"Tea number {number}")
        shown()
    assert 0 < entry_html.kept.size <= 5000
