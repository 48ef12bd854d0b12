"""The service worker, driven with the payloads that the console sends.

No headless browser shows a notification: they are recorded, as is what a browser does only after a real click.
"""

from functools import partial

import pytest
from playwright.sync_api import expect

from agents.models import Agent
from console.models import Conversation
from console.push.payload import payload_of
from tests.browser.desk import PHONE, bubbles, findings, opens, until
from tests.browser.service_worker import Worker
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sit_down(sit_down):
    return partial(sit_down, service_workers="allow")


@pytest.fixture
def monas(mona_writes):
    return eventually(Conversation.objects.select_related("customer").first)


@pytest.fixture
def address(monas):
    return f"/conversations/{monas.pk}/"


def test_a_push_message_becomes_a_notification_of_the_customers_words_with_buttons(sit_down, monas, ana):
    worker = Worker(sit_down(ana))
    worker.push(payload_of(monas, "waiting", ana))
    until(worker.tab, lambda: worker.shown)
    [shown] = worker.shown
    assert (shown["title"], shown["body"]) == (str(monas), "Hello, is anybody there?")
    assert [action["title"] for action in shown["actions"]] == ["Open", "Take"]


def test_the_same_words_of_a_customer_are_shown_once_and_newer_ones_again(sit_down, monas, ana):
    worker, payload = Worker(sit_down(ana)), payload_of(monas, "waiting", ana)
    for body in ("Hello", "Hello", "Anybody?"):
        worker.push(payload | {"body": body})
    until(worker.tab, lambda: len(worker.shown) == 2)
    assert [shown["body"] for shown in worker.shown] == ["Hello", "Anybody?"]


def test_the_conversation_in_front_of_a_focused_desk_calls_by_no_notification(sit_down, monas, ana):
    tab = sit_down(ana)
    worker = Worker(tab)
    opens(tab)
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('agent-calls'))"))
    worker.push(payload_of(monas, "waiting", ana))
    worker.push(payload_of(monas, "waiting", ana) | {"tag": "row-0", "address": "/conversations/0/"})
    until(tab, lambda: worker.shown)
    assert [shown["tag"] for shown in worker.shown] == ["row-0"]


@pytest.mark.parametrize("missing", ["agent-calls", "index"])
def test_the_conversation_in_front_of_a_desk_that_is_being_loaded_calls_by_no_notification(
    missing, sit_down, monas, address, ana
):
    worker = Worker(sit_down(ana))
    worker.tab.route(f"**/js/{missing}*", lambda route: None)  # the script of calls comes late, others may
    worker.tab.goto(address, wait_until="commit")
    expect(worker.tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    worker.push(payload_of(monas, "waiting", ana))
    worker.push(payload_of(monas, "waiting", ana) | {"tag": "row-0", "address": "/conversations/0/"})
    until(worker.tab, lambda: worker.shown)
    assert [shown["tag"] for shown in worker.shown] == ["row-0"]


def test_a_click_opens_the_conversation_at_the_desk_that_is_there(sit_down, monas, address, ana):
    tab = sit_down(ana)
    worker = Worker(tab)
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('agent-calls'))"))
    worker.click(address)
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    assert worker.opened == ["closed", "focus"]


def test_a_click_opens_the_conversation_at_a_desk_whose_scripts_are_still_being_loaded(sit_down, address, ana):
    worker = Worker(sit_down(ana))
    worker.click(address)
    expect(worker.tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()


def test_a_click_leaves_a_page_that_is_no_desk_as_it_is(sit_down, address, ana):
    worker = Worker(sit_down(ana))
    worker.tab.goto("/calls/")
    worker.click(address)
    assert worker.opened == ["closed", address]


def test_a_click_opens_a_desk_where_none_is_open(sit_down, address, ana):
    worker = Worker(sit_down(ana))
    worker.worker.evaluate("() => { self.clients.matchAll = async () => []; }")
    worker.click(address)
    assert worker.opened == ["closed", address]


def test_take_in_a_notification_takes_the_conversation_and_opens_it(sit_down, address, ana):
    tab = sit_down(ana)
    worker = Worker(tab)
    worker.click(address, "take")
    eventually(lambda: Conversation.objects.get().agent == ana)
    expect(bubbles(tab).last).to_contain_text("Hello, is anybody there?")


def test_take_in_a_notification_leaves_a_conversation_that_a_colleague_has_to_them(sit_down, monas, address, ana, ben):
    worker = Worker(sit_down(ana))
    monas.take(ben)
    worker.click(address, "take")
    assert Conversation.objects.get().agent == ben
    expect(worker.tab.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()


def test_take_in_a_notification_of_another_agent_takes_nothing(sit_down, address, ana, ben):
    worker = Worker(sit_down(ana))
    worker.click(address, "take", agent=ben)
    expect(worker.tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    assert Conversation.objects.get().agent is None


def test_notifications_of_another_agent_are_closed_when_a_desk_is_opened(sit_down, monas, ana, ben):
    worker = Worker(sit_down(ana))
    worker.push(payload_of(monas, "waiting", ben))
    worker.push(payload_of(monas, "waiting", ana) | {"tag": "row-0"})
    until(worker.tab, lambda: len(worker.shown) == 2)
    worker.tab.reload()
    until(worker.tab, lambda: [shown["tag"] for shown in worker.shown] == ["row-0"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_the_page_of_calls_fits_and_is_accessible(sit_down, mona_writes, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("link", name="Notifications").click()
    expect(tab.get_by_role("heading", level=1, name="Sounds and notifications")).to_be_visible()
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Agent.objects.get(pk=ana.pk).push_subscriptions.count() == 0
