"""Rows of the queue are rendered once, and anew as soon as anything changes that they show."""

import re
from datetime import timedelta

import pytest
from django.test.signals import template_rendered
from django.utils import timezone

from agents.models import Agent
from console.models import Conversation, Customer, Label, Message, Team
from console.queue import row_html
from tests.console.conftest import HTMX

NOW = timezone.now()


@pytest.fixture
def bens_browser(client, ben, conversation, say):
    """Ana holds Mona's conversation, which has a label and has said a line; Ben sees it among those of others."""
    say("Hello")
    label = Label.objects.create(page=conversation.page, name="Refund", colour="red")
    label.conversations.add(conversation)
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows(browser, **query):
    return re.findall(r'<li id="row-.*?</li>', browser.get("/queue/", query, headers=HTMX).content.decode(), re.DOTALL)


def wait_in_a_team():
    team = Team.objects.create(name="Tea")
    Conversation.objects.update(holder="queue", agent=None, team=team)


CHANGES = {
    "the customer's name": lambda: Customer.objects.update(name="Maria Weber"),
    "the customer's picture": lambda: Customer.objects.update(picture="customers/1.jpg"),
    "the holder's name": lambda: Agent.objects.filter(username="ana").update(first_name="Anna"),
    "the holder's presence": lambda: Agent.objects.filter(username="ana").update(is_present=False),
    "the label's name": lambda: Label.objects.update(name="Money back"),
    "the label's colour": lambda: Label.objects.update(colour="blue"),
    "no label": lambda: Label.objects.all().delete(),
    "the team": wait_in_a_team,
    "a reply that failed": lambda: Message.objects.update(state="failed"),
    "a reply of unknown outcome": lambda: Message.objects.update(state="unknown", next_attempt_at=None),
    "the messaging window": lambda: Conversation.objects.update(messaging_window_until=NOW - timedelta(hours=1)),
    "the last words": lambda: Conversation.objects.update(last_words="Good bye", revision=99),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_shows_at_once_what_has_changed(change, bens_browser):
    before = rows(bens_browser)
    change()
    after = rows(bens_browser)
    row_html.kept.clear()
    assert before != after == rows(bens_browser)


def test_a_row_that_stays_the_same_is_rendered_once(bens_browser):
    rendered = []

    def note(sender, template, **_rest):
        rendered.append(template.name)

    row_html.kept.clear()
    template_rendered.connect(note)
    for _time in range(3):
        assert len(rows(bens_browser)) == 1
    template_rendered.disconnect(note)
    assert rendered.count("conversations/_row.html") == 1


def test_a_row_is_marked_in_the_browser_that_shows_its_conversation_alone(bens_browser, conversation):
    headers = HTMX | {"HX-Current-URL": f"http://testserver/conversations/{conversation.pk}/"}
    shown = bens_browser.get("/queue/", headers=headers).content.decode()
    assert 'aria-current="page"' in shown
    assert 'aria-current="page"' not in "".join(rows(bens_browser))


def test_the_rendered_rows_that_are_kept_are_bounded(bens_browser, monkeypatch):
    row_html.kept.clear()
    monkeypatch.setattr(row_html.kept, "most", 5000)
    for revision in range(10):
        Conversation.objects.update(revision=revision)
        rows(bens_browser)
    assert 0 < row_html.kept.size <= 5000
