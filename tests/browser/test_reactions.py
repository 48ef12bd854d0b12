"""React to a message: an agent chooses an emoji, the customer and the colleagues see it, and it can be taken back."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, bubbles, findings, opens, tab_to, takes, until

pytestmark = pytest.mark.django_db(transaction=True)

GREETING = "Hello, is anybody there?"


def opens_reactions(tab):
    message = bubbles(tab).filter(has_text=GREETING)
    message.hover()
    message.get_by_role("button", name="React").click()
    choice = tab.get_by_role("group", name="Reactions")
    expect(choice).to_be_visible()  # its script is loaded
    return choice


def seen(stack, psid):
    return stack.thread(psid)["messages"][0]["reaction"]


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_an_agent_reacts_and_takes_the_reaction_back(device, sit_down, mona_writes, stack, ana, ben):
    tab, colleague = sit_down(ana, **device), sit_down(ben)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    opens(colleague)
    choice = opens_reactions(tab)
    expect(choice.get_by_role("button", name="Love")).to_be_focused()
    assert findings(tab) == []
    choice.get_by_role("button", name="Like").click()
    for each in (tab, colleague):
        expect(bubbles(each).first).to_contain_text("👍 by Ana R.")
    until(tab, lambda: seen(stack, mona_writes) == "👍")
    expect(bubbles(tab).first).not_to_contain_text("Sending…")
    stack.post(f"customers/{mona_writes}/react", mid=stack.thread(mona_writes)["messages"][0]["mid"], emoji="😮")
    expect(bubbles(tab).first.locator(".message-meta-reaction")).to_have_text(["😮", "👍 by Ana R."])
    opens_reactions(tab).get_by_role("button", name="Take back 👍").click()
    expect(bubbles(colleague).first).not_to_contain_text("👍")
    until(tab, lambda: seen(stack, mona_writes) is None)


def test_a_reaction_is_chosen_by_keyboard_alone(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab_to(tab, bubbles(tab).first.get_by_role("button", name="React"), "Shift+Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("group", name="Reactions").get_by_role("button", name="Love")).to_be_focused()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    until(tab, lambda: seen(stack, mona_writes) == "😆")
    expect(tab.get_by_role("group", name="Reactions")).to_be_hidden()


def test_a_reaction_of_an_agent_who_no_longer_holds_the_conversation_is_refused_in_words(
    sit_down, mona_writes, stack, ana, ben
):
    tab = sit_down(ana)
    takes(tab)
    choice = opens_reactions(tab)
    tab.route("**/header/", lambda route: None)
    conversation = Conversation.objects.get()
    conversation.return_to_queue(ana)
    conversation.take(ben)
    choice.get_by_role("button", name="Love").click()
    expect(tab.get_by_text("This conversation is with Ben Okafor.")).to_be_visible()
    assert seen(stack, mona_writes) is None


def test_a_reaction_without_the_console_says_so(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    choice = opens_reactions(tab)
    tab.context.set_offline(True)
    choice.get_by_role("button", name="Love").click()
    expect(tab.get_by_text("The reaction was not sent")).to_be_visible()
