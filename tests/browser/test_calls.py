"""The desk calls its agent: by sounds, and by notifications of the computer. The browser's own are recorded here."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import CallRules, Conversation, Note, Reminder
from tests.browser.desk import bubbles, findings, part, row, takes, until

pytestmark = pytest.mark.django_db(transaction=True)

# Playwright's pages have the focus all the time, and no headless browser shows a notification.
RECORD = """
    window.calls = [];
    window.hasFocus = true;
    document.hasFocus = () => window.hasFocus;
    window.Notification = class {
        static permission = "granted";
        constructor(title, { body, tag }) {
            window.calls.push(`${title}: ${body}`);
            window.lastNotification = this;
        }
        close() {}
    };
    window.AudioContext = class extends AudioContext {
        createOscillator() {
            window.calls.push("tone");
            return super.createOscillator();
        }
    };
"""


@pytest.fixture
def listens(sit_down):
    """Open the desk of an agent who wants to be called by these news."""

    def sit(agent, calls="mine", **options):
        agent.choose(calls=calls)
        tab = sit_down(agent, **options)
        tab.context.add_init_script(RECORD)
        tab.reload()
        listens_to_news(tab)
        return tab

    return sit


def listens_to_news(tab):
    """Wait for the stream, and for the script, which comes some seconds after the page."""
    until(tab, lambda: tab.evaluate("Boolean(document.body.dataset.stream && customElements.get('agent-calls'))"))


def calls(tab):
    return tab.evaluate("window.calls")


def look_away(tab):
    tab.evaluate("window.hasFocus = false")


def test_a_reply_of_my_customer_calls_me_with_their_words_when_i_look_elsewhere(listens, mona_writes, stack, ana):
    tab = listens(ana)
    takes(tab)
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    until(tab, lambda: calls(tab) == ["tone", "tone", "Mona Weber: Is it there?"])
    tab.goto("/")
    listens_to_news(tab)
    look_away(tab)
    stack.say(mona_writes, text="Hello?")
    until(tab, lambda: "Mona Weber: Hello?" in calls(tab))
    tab.evaluate("window.lastNotification.onclick()")
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()


def test_the_conversation_in_front_of_me_does_not_call_also_from_another_tab(listens, mona_writes, stack, ana):
    tab = listens(ana)
    second = tab.context.new_page()
    second.goto("/")
    listens_to_news(second)
    takes(second)
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    expect(bubbles(second).last).to_contain_text("Is it there?")
    tab.wait_for_timeout(2500)  # longer than a tab waits for the others
    assert (calls(tab), calls(second)) == ([], [])


def test_the_conversation_in_front_of_me_does_not_call_from_another_tab_while_its_own_is_being_loaded(
    listens, mona_writes, stack, ana
):
    tab = listens(ana)
    takes(tab)
    address = tab.url
    tab.goto("/")
    listens_to_news(tab)
    second = tab.context.new_page()
    second.route("**/js/agent-calls*", lambda route: None)  # this script comes seconds after the page
    second.goto(address)
    until(second, lambda: second.evaluate("document.body.dataset.stream"))
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    expect(bubbles(second).last).to_contain_text("Is it there?")
    tab.wait_for_timeout(2500)  # longer than a tab waits for the others
    assert calls(tab) == []


def test_a_conversation_that_i_do_not_look_at_calls_by_a_sound_alone_while_the_desk_has_the_focus(
    listens, mona_writes, stack, ana
):
    tab = listens(ana)
    takes(tab)
    tab.goto("/")
    listens_to_news(tab)
    stack.say(mona_writes, text="Is it there?")
    until(tab, lambda: calls(tab) == ["tone", "tone"])
    tab.wait_for_timeout(2000)
    assert calls(tab) == ["tone", "tone"]


def test_no_notification_covers_another_tab_of_the_desk_that_has_the_focus(listens, mona_writes, stack, ana):
    tab = listens(ana)
    takes(tab)
    tab.goto("/")
    listens_to_news(tab)
    second = tab.context.new_page()
    second.goto("/")
    listens_to_news(second)
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    until(tab, lambda: calls(tab) == ["tone", "tone"])
    tab.wait_for_timeout(500)
    assert (calls(tab), calls(second)) == (["tone", "tone"], [])


def test_a_transfer_calls_its_receiver(listens, mona_writes, ana, ben):
    tab = listens(ben)
    look_away(tab)
    conversation = Conversation.objects.get()
    conversation.take(ana)
    expect(part(tab, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()
    conversation.transfer(ana, to=ben, note="Refund, please")
    until(tab, lambda: "tone" in calls(tab) and len(calls(tab)) == 3)


def test_a_customer_who_begins_to_wait_calls_only_those_who_want_it(listens, mona_writes, stack, ana, ben):
    anas, bens = listens(ana, "all"), listens(ben, "mine")
    for tab in (anas, bens):
        expect(row(tab)).to_be_visible()
        look_away(tab)
    other = stack.customer("Jonas Brandt")
    stack.say(other, text="Me too")
    until(anas, lambda: len(calls(anas)) == 2)
    assert calls(anas)[1].endswith(": Me too")
    stack.say(other, text="Please")
    expect(row(bens, "Jonas Brandt")).to_contain_text("Please")
    anas.wait_for_timeout(2000)
    assert (len(calls(anas)), calls(bens)) == (2, [])


def test_a_note_calls_those_whom_it_mentions_with_its_words(listens, mona_writes, ana, ben):
    tab = listens(ben)
    look_away(tab)
    Note.objects.add(Conversation.objects.get(), ana, "Have a look, @ben", uuid.uuid4())
    until(tab, lambda: len(calls(tab)) == 3)
    assert calls(tab)[2].endswith("Ana Ruiz: Have a look, @ben")


def test_news_that_the_agent_switched_off_does_not_call_and_the_volume_is_theirs(listens, mona_writes, stack, ana):
    CallRules.objects.create(agent=ana, silent=["message"], volume=0)
    tab = listens(ana)
    takes(tab)
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    expect(bubbles(tab).last).to_contain_text("Is it there?")
    tab.wait_for_timeout(2000)
    assert calls(tab) == []
    CallRules.objects.update(silent=[])
    stack.say(mona_writes, text="Hello?")
    until(tab, lambda: calls(tab) == ["Mona Weber: Hello?"])  # without a sound


def test_a_reminder_calls_with_its_reason(listens, mona_writes, ana):
    tab = listens(ana)
    takes(tab)
    look_away(tab)
    Conversation.objects.update(waiting_since=timezone.now() - timedelta(minutes=11))
    Reminder.objects.remind()
    until(tab, lambda: len(calls(tab)) == 3)
    assert calls(tab)[2].startswith("Mona Weber: Waits for your answer")


def test_an_agent_who_wants_no_calls_gets_none(listens, mona_writes, stack, ana):
    tab = listens(ana, "none")
    takes(tab)
    look_away(tab)
    stack.say(mona_writes, text="Is it there?")
    expect(bubbles(tab).last).to_contain_text("Is it there?")
    tab.wait_for_timeout(2000)
    assert calls(tab) == []


@pytest.mark.parametrize(
    ("permission", "shown"), [("default", "Allow notifications"), ("denied", "blocks notifications")]
)
def test_the_menu_says_whether_this_device_shows_notifications(permission, shown, listens, mona_writes, ana):
    tab = listens(ana, service_workers="allow")
    tab.context.add_init_script(f"""
        Notification.permission = "{permission}";
        Notification.requestPermission = async () => Notification.permission = "granted";
    """)
    tab.reload()
    tab.get_by_role("button", name="Ana Ruiz").click()
    notice = tab.locator("agent-calls").get_by_text(shown)
    expect(notice).to_be_visible()
    assert findings(tab) == []
    if permission == "default":
        notice.click()
        expect(notice).to_be_hidden()
