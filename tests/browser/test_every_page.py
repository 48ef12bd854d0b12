"""Every page for everybody: by keyboard, by screen reader, on a phone, in the dark."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Message
from console.models.conversation.thread_order import next_moment
from tests.browser.desk import PHONE, findings, tab_to
from tests.conftest import CONSOLE_URL
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy_thread(stack, mona_writes, ana):
    """A conversation of Ana's with a message in every state."""
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    conversation.take(ana)
    for number, state in enumerate(Message.State):
        if state != Message.State.RECEIVED:
            message = Message.objects.queue(conversation, ana, f"A message that is {state}", next_moment(conversation))
            Message.objects.filter(pk=message.pk).update(
                state=state, error="For a reason.", sent_as_page_because="And as the Page.", mid=f"m_{number}"
            )
    Message.objects.filter(is_incoming=True).update(reaction="❤", earlier_texts=["Helo"])
    return conversation


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_on_any_page(sit_down, busy_thread, ada, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    assert findings(tab) == []
    tab.goto(f"/conversations/{busy_thread.pk}/")
    expect(tab.get_by_role("log", name="Messages")).to_be_visible()
    assert findings(tab) == []
    for path in ("/leave/", "/nowhere/"):
        tab.goto(path)
        assert findings(tab) == [], path
    tab.context.clear_cookies()
    tab.goto("/login/")
    assert findings(tab) == []


OF_THE_DESK = [
    *["canned-replies/", "canned-replies/new/", "shortcuts/", "shortcuts/keys/"],
    *[
        "calls/",
        "profile/",
        "second-factors/",
        "second-factors/app/",
        "check-device/",
        "colleagues/",
        "views/",
        "views/new/",
        "search/?q=hello",
    ],
]
OF_A_CONVERSATION = ["transfer/", "label/", "snooze/", "transcript/", "customer/", "send-later/", "template/"]


@pytest.mark.parametrize(("scheme", "device"), [("light", {}), ("dark", PHONE)], ids=["light desktop", "dark phone"])
def test_axe_finds_no_problem_on_any_page_for_a_browser_without_scripts(sit_down, busy_thread, ana, scheme, device):
    tab, found = sit_down(ana, color_scheme=scheme, **device), {}
    for path in [*OF_THE_DESK, *(f"conversations/{busy_thread.pk}/{path}" for path in OF_A_CONVERSATION)]:
        assert tab.goto(f"/{path}").ok, path
        found[path] = findings(tab)
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_axe_finds_no_problem_on_the_sandbox_phone(stack, sit_down, busy_thread, ana):
    tab = sit_down(ana)
    tab.goto(f"{stack.url}/?psid={busy_thread.customer.psid}")
    expect(tab.get_by_text("Hello, is anybody there?")).to_be_visible()
    assert findings(tab) == []


def test_an_agent_can_take_answer_and_close_by_keyboard_alone(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    row = tab.get_by_role("link", name="Mona Weber")
    expect(row).to_be_visible()
    tab_to(tab, row)
    tab.keyboard.press("Enter")
    take = tab.get_by_role("button", name="Take")
    expect(take).to_be_visible()
    expect(tab.get_by_role("main")).to_be_focused()
    tab_to(tab, take)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("textbox", name="Message to")).to_be_focused()
    tab.keyboard.type("Hello Mona")
    tab.keyboard.press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["Hello Mona"])
    close = tab.get_by_role("button", name="Close")
    tab_to(tab, close, "Shift+Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("This conversation is closed.")).to_be_visible()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_focused()


def test_a_phone_shows_either_the_queue_or_the_conversation(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    queue = tab.get_by_role("navigation", name="Conversations")
    queue.get_by_role("link", name="Mona Weber").click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(queue).to_be_hidden()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.get_by_role("link", name="Back to the queue").click()
    expect(queue).to_be_visible()


def test_nothing_is_wider_than_a_screen_of_320_pixels(sit_down, busy_thread, ana):
    """Compare with 320 pixels, which a window of 1280 pixels has at 400 %."""
    tab, wide = sit_down(ana, viewport={"width": 320, "height": 640}), {}
    of_a_conversation = [f"conversations/{busy_thread.pk}/{path}" for path in ["", *OF_A_CONVERSATION]]
    for path in ["", *OF_THE_DESK, *of_a_conversation]:
        tab.goto(f"/{path}")
        wide[path] = tab.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > 320} == {}
    tab.goto(f"/conversations/{busy_thread.pk}/")
    tab.get_by_role("button", name="Emoji", exact=True).click()
    panel = tab.get_by_role("searchbox", name="Search emoji")
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_an_agent_without_scripts_can_take_and_answer(stack, mona_writes, ana, sit_down):
    eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").exists())  # nothing will tell the page
    eventually(Conversation.objects.exists)
    tab = sit_down(ana, java_script_enabled=False)
    tab.get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    tab.wait_for_load_state()  # no script waits for the styles
    composer = tab.get_by_role("textbox", name="Message to")
    composer.fill("By form alone")
    assert composer.bounding_box()["width"] > 400
    expect(tab.get_by_text("Press Enter to send")).to_be_hidden()
    tab.get_by_role("button", name="Send").click()
    eventually(lambda: stack.texts(mona_writes) == ["By form alone"])
    composer.fill("")
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_text("Write something first.")).to_have_count(1)


def test_the_back_button_leads_from_a_conversation_to_the_queue(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    tab.get_by_role("link", name="Mona Weber").click()
    expect(tab).to_have_url(f"{CONSOLE_URL}/conversations/{Conversation.objects.get().pk}/")
    expect(tab).to_have_title("(1) Mona Weber · Handover")
    tab.go_back()
    expect(tab.get_by_role("heading", name="1 waiting")).to_be_visible()
    expect(tab.get_by_role("navigation", name="Conversations")).to_be_visible()
