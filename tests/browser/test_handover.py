"""Handovers in real browsers: two agents and a supervisor, one customer, and her phone."""

import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from console.models import Conversation, HandoverRules, Holder, Team
from tests.browser.desk import (
    ASK_FOR_HEADER,
    PHONE,
    bubbles,
    composer,
    findings,
    misses_entries,
    opens,
    part,
    says,
    tab_to,
    takes,
)
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"viewport": {"width": 375, "height": 812}, "has_touch": True}


class Bot(BaseHTTPRequestHandler):
    """Accepts every event, and sends nothing by itself."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def robin(stack, bluebird):
    """The Page has a bot, which answers as Robin; while it holds a conversation, it says something there."""
    bluebird.bot_name = "Robin"
    bluebird.save()
    with ThreadingHTTPServer(("127.0.0.1", 0), Bot) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        HandoverRules.objects.create(
            page=bluebird, webhook_url=f"http://127.0.0.1:{server.server_port}/", words="human"
        )
        yield lambda text: Conversation.objects.get().send(author=None, text=text, idempotency_key=uuid.uuid4())
        server.shutdown()


@pytest.fixture
def refunds(bluebird):
    team = Team.objects.create(name="Refunds", skill="refunds")
    team.pages.add(bluebird)


@pytest.fixture
def phone_of(sit_down, stack, browser):
    """A customer's phone."""
    contexts = []

    def take_out(psid):
        context = browser.new_context(base_url=stack.url, reduced_motion="reduce", **PHONE)
        contexts.append(context)
        phone = context.new_page()
        phone.goto(f"/?psid={psid}")
        return phone

    yield take_out
    for context in contexts:
        context.close()


def lines(tab):
    """The thin lines of the thread."""
    return tab.locator(".thread-line > p")


def transfers(tab, to, note=""):
    tab.get_by_role("link", name="Transfer…").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("radio", name=to).check()
    dialog.get_by_role("textbox", name="Note").fill(note)
    dialog.get_by_role("button", name="Transfer").click()
    expect(dialog).to_be_hidden()


def test_the_second_of_two_agents_who_press_take_sees_who_holds_the_conversation(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    pressed = []
    bens.route("**/take/", lambda route: pressed.append(route))  # on its way for as long as Ana's takes
    bens.get_by_role("button", name="Take").click()
    anas.get_by_role("button", name="Take").click()
    expect(composer(anas)).to_be_editable()
    expect(bens.get_by_text("Ana Ruiz is handling this conversation.")).to_be_visible()
    pressed[0].continue_()
    refusal = bens.get_by_role("alert").filter(has_text="This conversation is with Ana Ruiz.")
    expect(refusal).to_be_visible()
    with bens.expect_response("**/header/**"):
        bens.evaluate(ASK_FOR_HEADER)
    expect(refusal).to_be_visible()
    expect(lines(bens)).to_have_count(1)
    anas.get_by_role("button", name="Return to queue").click()
    expect(refusal).to_be_hidden()  # it is not true any more
    bens.unroute("**/take/")
    bens.get_by_role("button", name="Take").click()
    expect(composer(bens)).to_be_editable()


def test_the_customer_sees_the_persona_of_the_bot_and_of_each_agent_in_turn(
    sit_down, robin, mona_writes, stack, phone_of, ana, ben
):
    robin("Hello Mona, how can I help?")
    anas, bens, phone = sit_down(ana), sit_down(ben), phone_of(mona_writes)
    expect(phone.get_by_role("article", name="Robin from Bluebird Tea")).to_contain_text("how can I help?")
    stack.say(mona_writes, text="A human, please")
    waiting = part(anas, "Waiting").get_by_role("link", name="Mona Weber")
    expect(waiting).to_contain_text("The customer asked for an agent")

    takes(anas)
    expect(lines(anas).first).to_contain_text("The customer asked for an agent: “A human, please”")
    expect(anas.locator("#header")).to_contain_text("assigned to you since")
    expect(bubbles(anas).filter(has_text="how can I help?")).to_contain_text("Robin Bot")
    says(anas, "Ana here. What happened?")
    expect(phone.get_by_role("article", name="Ana R. from Bluebird Tea")).to_contain_text("What happened?")

    transfers(anas, "Ben Okafor", note="Refund, please")
    expect(anas.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()
    expect(anas.get_by_role("heading", level=1, name="Mona Weber")).to_be_focused()
    arrived = bens.get_by_role("status").filter(has_text="Ana Ruiz transferred Mona Weber to you: “Refund, please”")
    expect(arrived).to_be_visible()
    expect(bens).to_have_title("(1) Handover")
    row = part(bens, "Mine").get_by_role("link", name="Mona Weber")
    expect(row).to_contain_text("New Ana Ruiz: “Refund, please”", use_inner_text=True)
    arrived.get_by_role("link").click()
    expect(lines(bens).last).to_contain_text("Ana Ruiz transferred this to Ben Okafor: “Refund, please”")
    expect(arrived).to_be_hidden()
    expect(row).not_to_contain_text("New")
    expect(bens).to_have_title("Mona Weber · Handover")
    says(bens, "Ben here: the money is on its way.")
    expect(phone.get_by_role("article", name="Ben O. from Bluebird Tea")).to_contain_text("on its way")

    bens.get_by_role("link", name="Hand back…").click()
    bens.get_by_role("textbox", name="Note for the bot").fill("Refunded")
    bens.get_by_role("button", name="Hand back").click()
    expect(bens.get_by_text("Robin (bot) is handling this conversation. Take it to reply yourself.")).to_be_visible()
    expect(lines(anas).last).to_contain_text("Ben Okafor handed this back to Robin (bot): “Refunded”")
    expect(anas.get_by_role("button", name="Take")).to_be_visible()
    robin("Anything else?")
    expect(phone.get_by_role("article", name="Robin from Bluebird Tea").last).to_contain_text("Anything else?")
    faces = [said["persona"]["name"] for said in stack.said(mona_writes)]
    assert faces == ["Robin", "Ana R.", "Ben O.", "Robin"]


def test_a_transferred_conversation_that_is_already_open_is_not_marked_new(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    opens(bens)
    transfers(anas, "Ben Okafor")
    expect(composer(bens)).to_be_editable()
    eventually(lambda: not Conversation.objects.get().is_new)
    expect(part(bens, "Mine").get_by_role("link", name="Mona Weber")).not_to_contain_text("New")


def test_a_transfer_shows_on_a_phone_with_another_conversation_open(sit_down, mona_writes, stack, ana, ben):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    anas, bens = sit_down(ana), sit_down(ben, **NARROW)
    opens(bens, "Jonas Brandt")
    takes(anas)
    transfers(anas, "Ben Okafor", note="Refund, please")
    arrived = bens.get_by_role("status").filter(has_text="Ana Ruiz transferred Mona Weber to you")
    expect(arrived).to_be_visible()
    assert bens.evaluate("document.documentElement.scrollWidth") <= 375
    arrived.get_by_role("link").click()
    expect(bens.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(composer(bens)).to_be_editable()


def test_a_conversation_transferred_to_a_team_waits_in_the_queue_of_that_team(sit_down, mona_writes, refunds, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    transfers(anas, "Refunds", note="Broken lid")
    expect(anas.locator("#header")).to_contain_text("waiting in the queue of Refunds")
    waiting = part(bens, "Waiting").get_by_role("link", name="Mona Weber")
    expect(waiting).to_contain_text("Refunds Ana Ruiz: “Broken lid”", use_inner_text=True)


def test_a_transfer_to_an_agent_who_just_went_away_is_refused_in_the_form(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("link", name="Transfer…").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("radio", name="Ben Okafor").check()
    dialog.get_by_role("textbox", name="Note").fill("Refund, please")
    ben.go_away()
    dialog.get_by_role("button", name="Transfer").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ben Okafor is away.")
    expect(dialog.get_by_role("radio", name="Ben Okafor")).to_be_hidden()
    expect(dialog.get_by_role("textbox", name="Note")).to_have_value("Refund, please")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(composer(tab)).to_be_editable()


def test_a_takeover_by_a_supervisor_shows_on_all_desks(sit_down, mona_writes, ana, ben, ada):
    anas, bens, adas = sit_down(ana), sit_down(ben), sit_down(ada)
    takes(anas)
    composer(anas).fill("not yet fin")
    opens(bens)
    expect(bens.get_by_text("Ana Ruiz is handling this conversation.")).to_be_visible()
    expect(bens.get_by_role("button", name="Take over")).to_be_hidden()
    opens(adas)
    adas.get_by_role("button", name="Take over").click()
    expect(composer(adas)).to_be_focused()
    for tab in (anas, bens, adas):
        expect(lines(tab).last).to_contain_text("Ada Lindt took this over from Ana Ruiz")
    expect(anas.get_by_text("Ada Lindt is handling this conversation.")).to_be_visible()
    expect(composer(anas)).to_have_value("not yet fin")
    expect(composer(anas)).not_to_be_editable()


def test_an_agent_can_transfer_a_conversation_by_keyboard_alone(sit_down, mona_writes, ana, ben, ada):
    tab = sit_down(ana)
    takes(tab)
    tab_to(tab, tab.get_by_role("link", name="Transfer…"), "Shift+Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("radio", name="Ada Lindt")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(tab.get_by_role("link", name="Transfer…")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("radio", name="Ada Lindt")).to_be_focused()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Refund, please")
    tab_to(tab, tab.get_by_role("button", name="Transfer"))
    tab.keyboard.press("Enter")
    expect(lines(tab).last).to_contain_text("Ana Ruiz transferred this to Ben Okafor: “Refund, please”")
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_focused()


def test_the_buttons_of_a_conversation_fit_on_a_phone(sit_down, robin, mona_writes, refunds, ana, ben):
    robin("Hello!")
    tab = sit_down(ana, **NARROW)
    tab.goto(f"/conversations/{Conversation.objects.get().pk}/")
    tab.get_by_role("button", name="Take").tap()
    expect(composer(tab)).to_be_editable()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
    tab.get_by_role("button", name="More").tap()
    for role, name in [("link", "Transfer…"), ("link", "Hand back…"), ("button", "Return to queue")]:
        verb = tab.get_by_role(role, name=name)
        expect(verb).to_be_visible()
        box = verb.bounding_box()
        assert box["height"] >= 40
        assert box["x"] + box["width"] <= 375
    tab.get_by_role("link", name="Transfer…").tap()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("radio", name="Ben Okafor").check()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
    dialog.get_by_role("button", name="Transfer").tap()
    expect(tab.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()


def test_agents_without_scripts_can_take_transfer_and_hand_back(sit_down, robin, mona_writes, ana, ben):
    tab = sit_down(ana, java_script_enabled=False)
    tab.goto(f"/conversations/{Conversation.objects.get().pk}/")
    tab.get_by_role("button", name="Take").click()
    tab.get_by_role("link", name="Transfer…").click()
    tab.get_by_role("button", name="Transfer").click()  # to nobody
    expect(tab.get_by_role("heading", name="Transfer Mona Weber")).to_be_visible()
    tab.get_by_role("radio", name="Ben Okafor").check()
    tab.get_by_role("textbox", name="Note").fill("Refund, please")
    tab.get_by_role("button", name="Transfer").click()
    expect(tab.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()
    bens = sit_down(ben, java_script_enabled=False)
    bens.get_by_role("status").get_by_role("link").click()
    bens.get_by_role("link", name="Hand back…").click()
    bens.get_by_role("button", name="Hand back").click()
    expect(bens.get_by_text("Robin (bot) is handling this conversation.")).to_be_visible()
    assert Conversation.objects.get().holder == Holder.BOT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_during_a_handover(sit_down, robin, mona_writes, refunds, ana, ben, ada, scheme, device):
    robin("Hello!")
    conversation = Conversation.objects.get()
    conversation.take(ben)
    conversation.transfer(ben, to=ana, note="Refund, please. " * 20)
    tab = sit_down(ana, color_scheme=scheme, **device)
    expect(tab.get_by_role("status").get_by_role("link")).to_be_visible()
    assert findings(tab) == []
    tab.goto(f"/conversations/{conversation.pk}/")
    assert findings(tab) == []
    if device:
        tab.get_by_role("button", name="More").click()
        assert findings(tab) == []
    tab.get_by_role("link", name="Transfer…").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert findings(tab) == []
    for path in ("transfer/", "hand-back/"):
        tab.goto(f"/conversations/{conversation.pk}/{path}")
        assert findings(tab) == [], path


@pytest.mark.parametrize("verb", ["Close", "Hand back"])
def test_a_message_that_comes_while_an_agent_closes_or_hands_back_is_shown_first(
    verb, sit_down, robin, mona_writes, stack, ana
):
    tab = sit_down(ana)
    stack.say(mona_writes, text="A human, please")
    takes(tab)
    stack.say(mona_writes, text="This one is on the screen")
    expect(bubbles(tab).filter(has_text="This one is on the screen")).to_be_visible()
    misses_entries(tab)  # what she writes next is on its way to the page
    stack.say(mona_writes, text="Wait, one more thing")
    eventually(lambda: Conversation.objects.get().messages.filter(text="Wait, one more thing").exists())
    if verb == "Close":
        tab.get_by_role("button", name="Close").click()
    else:
        tab.get_by_role("link", name=f"{verb}…").click()
        tab.get_by_role("dialog").get_by_role("button", name=verb).click()
    expect(tab.get_by_text("Mona Weber just sent another message.")).to_be_visible()
    expect(composer(tab)).to_be_editable()
    tab.get_by_role("button", name=f"{verb} anyway").click()
    expect(tab.get_by_text("Mona Weber just sent another message.")).to_be_hidden()
    eventually(lambda: Conversation.objects.get().agent is None)
