"""Undo of Close, Transfer and Hand back."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from console.models import BotEvent, Conversation, HandoverRules, Holder
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, part, tab_to, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def learned(stack, bluebird):
    """The Page has a bot, Robin. Returns the causes of the changes of holder of which the bot has learned."""
    causes = []

    class Bot(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            causes.append(body.get("cause", "event"))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    bluebird.bot_name = "Robin"
    bluebird.save()
    with ThreadingHTTPServer(("127.0.0.1", 0), Bot) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        HandoverRules.objects.create(page=bluebird, webhook_url=address, holder_url=address)
        yield causes
        server.shutdown()


def offers(tab):
    return tab.locator("undo-offer")


def undo(tab):
    return offers(tab).get_by_role("button", name="Undo")


def closes(tab, name="Mona Weber"):
    tab.get_by_role("button", name="Close").click()
    expect(offers(tab).last).to_contain_text(f"Closed the conversation with {name}.")


def transfers(tab, to):
    tab.get_by_role("link", name="Transfer…").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("radio", name=to).check()
    dialog.get_by_role("button", name="Transfer").click()
    expect(dialog).to_be_hidden()


def hands_back(tab):
    tab.get_by_role("link", name="Hand back…").click()
    tab.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    expect(offers(tab)).to_contain_text("Handed Mona Weber back to Robin (bot).")


def lines(tab):
    return tab.locator(".thread-line > p")


def test_undo_gives_a_closed_conversation_back(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    opens(bens)
    closes(anas)
    expect(bens.get_by_text("This conversation is closed.")).to_be_visible()
    undo(anas).click()
    expect(composer(anas)).to_be_focused()
    expect(composer(anas)).to_be_editable()
    expect(offers(anas)).to_have_count(0)
    for tab in (anas, bens):
        expect(lines(tab).last).to_contain_text("Ana Ruiz took this back")
    expect(bens.get_by_text("Ana Ruiz is handling this conversation.")).to_be_visible()


def test_a_colleague_sees_a_transfer_come_and_go(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    transfers(anas, "Ben Okafor")
    expect(offers(anas)).to_contain_text("Transferred Mona Weber to Ben Okafor.")
    arrived = bens.get_by_role("status").filter(has_text="Ana Ruiz transferred Mona Weber to you")
    expect(arrived).to_be_visible()
    undo(anas).click()
    expect(composer(anas)).to_be_editable()
    expect(arrived).to_be_hidden()
    expect(part(bens, "Mine").get_by_role("link", name="Mona Weber")).to_be_hidden()


def test_undo_says_that_a_colleague_took_the_conversation_meanwhile(sit_down, mona_writes, learned, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    opens(bens)
    hands_back(anas)
    offers(anas).hover()
    bens.get_by_role("button", name="Take").click()
    expect(composer(bens)).to_be_editable()
    undo(anas).click()
    expect(offers(anas).get_by_role("alert")).to_have_text(
        "Mona Weber: Too late to undo. This conversation is with Ben Okafor."
    )
    assert Conversation.objects.get().agent == ben
    expect(offers(anas).get_by_role("link", name="Open")).to_be_focused()
    offers(anas).get_by_role("link", name="Open").click()
    expect(anas.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()
    expect(offers(anas)).to_have_count(0)


def test_a_customer_who_writes_within_the_eight_seconds_is_in_sight_and_comes_back(
    sit_down, mona_writes, stack, ana, ben
):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    closes(anas)
    stack.say(mona_writes, text="Wait, one more thing")
    expect(part(bens, "Waiting").get_by_role("link", name="Mona Weber")).to_contain_text("Wait, one more thing")
    undo(anas).click()
    expect(bubbles(anas).filter(has_text="Wait, one more thing")).to_be_visible()
    expect(composer(anas)).to_be_editable()
    expect(part(bens, "Waiting").get_by_role("link", name="Mona Weber")).to_be_hidden()


def test_the_bot_is_silent_until_a_hand_back_can_no_longer_be_undone(sit_down, mona_writes, learned, ana):
    tab = sit_down(ana)
    takes(tab)
    eventually(lambda: not BotEvent.objects.exists())
    learned.clear()
    hands_back(tab)
    undo(tab).click()
    expect(composer(tab)).to_be_editable()
    hands_back(tab)
    expect(offers(tab)).to_have_count(0, timeout=15_000)
    eventually(lambda: "handed-back" in learned)
    assert learned.count("handed-back") == 1
    assert Conversation.objects.get().holder == Holder.BOT


def test_an_offer_goes_after_eight_seconds_but_not_under_the_pointer_or_the_focus(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    closes(tab)
    offers(tab).hover()
    tab.wait_for_timeout(9_000)
    undo(tab).focus()
    tab.mouse.move(800, 300)
    tab.wait_for_timeout(9_000)
    expect(offers(tab)).to_be_visible()
    undo(tab).blur()
    expect(offers(tab)).to_have_count(0, timeout=9_000)
    assert not Conversation.objects.get().is_open


def test_each_of_several_offers_undoes_its_own(sit_down, mona_writes, stack, ana):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    for name in ("Mona Weber", "Jonas Brandt"):
        takes(tab, name)
        closes(tab, name)
    expect(offers(tab)).to_have_count(2)
    tab.mouse.move(800, 300)
    expect(offers(tab).first).to_be_hidden()  # behind the last one
    offers(tab).last.hover()
    undo(tab).first.click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(composer(tab)).to_be_editable()
    expect(offers(tab)).to_have_count(1)
    expect(offers(tab)).to_contain_text("Jonas Brandt")


def test_undo_can_be_pressed_by_keyboard(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    closes(tab)
    tab.keyboard.press("Alt+Shift+KeyU")
    expect(composer(tab)).to_be_focused()
    closes(tab)
    tab_to(tab, undo(tab), "Shift+Tab")
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_be_focused()


def test_undo_that_fails_says_so_and_can_be_tried_again(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    closes(tab)
    tab.route("**/undo/", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    undo(tab).click()
    expect(offers(tab).get_by_role("alert")).to_have_text("The console did not answer. Try again.")
    tab.mouse.move(800, 300)
    undo(tab).blur()
    tab.wait_for_timeout(9_000)
    undo(tab).click()
    expect(composer(tab)).to_be_editable()


def test_nothing_covers_undo_on_a_phone(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    opens(tab)
    tab.get_by_role("button", name="Take").tap()
    expect(composer(tab)).to_be_editable()
    closes(tab)
    box = undo(tab).bounding_box()
    at = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert box["height"] >= 40
    assert tab.evaluate("at => Boolean(document.elementFromPoint(...at).closest('undo-offer'))", at)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    undo(tab).tap()
    expect(composer(tab)).to_be_editable()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_in_an_offer_to_undo(sit_down, mona_writes, ana, ben, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    takes_anyway(tab)
    closes(tab)
    offers(tab).hover()
    assert findings(tab) == []
    Conversation.objects.get().reopen(ben)
    undo(tab).click()
    expect(offers(tab).get_by_role("alert")).to_be_visible()
    assert findings(tab) == []


def takes_anyway(tab):
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_editable()
