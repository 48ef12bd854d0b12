"""The home of the desk, Take next, and the conversation that comes after Close, Transfer and Hand back."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, composer, findings, opens, part, tab_to, takes
from tests.conftest import CONSOLE_URL
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writes(stack):
    """Somebody else writes; returns the conversation."""

    def write(name):
        psid = stack.customer(name)
        stack.say(psid, text="Me too")
        return eventually(lambda: Conversation.objects.filter(customer__psid=psid).first())

    return write


@pytest.fixture
def goes_on(ana):
    """Ana goes on with the next conversation, as agents do who choose nothing else."""
    ana.choose(next_conversation="desk")


def test_a_phone_says_that_somebody_else_was_faster(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana, **PHONE)
    expect(take_next(tab)).to_be_visible()
    tab.route("**/live/", lambda route: route.abort())
    tab.evaluate("document.querySelector('live-stream').stop()")
    Conversation.objects.get().take(ben)
    take_next(tab).tap()
    expect(tab.get_by_text("Nobody is waiting any more")).to_be_visible()


def take_next(tab):
    return tab.get_by_role("button", name="Take next")


def address_of(conversation):
    return f"{CONSOLE_URL}/conversations/{conversation.pk}/"


# Home


def test_home_says_how_many_wait_and_offers_the_next_one(sit_down, mona_writes, writes, ana, ben):
    tab = sit_down(ana)
    expect(tab.get_by_role("heading", name="1 waiting")).to_be_visible()
    expect(tab.get_by_text("Longest wait: <1m")).to_be_visible()
    jonas = writes("Jonas Brandt")
    expect(tab.get_by_role("heading", name="2 waiting")).to_be_visible()
    take_next(tab).click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(tab).to_have_url(address_of(Conversation.objects.get(agent=ana)))
    expect(composer(tab)).to_be_focused()
    tab.goto("/")
    expect(tab.get_by_role("heading", name="1 waiting")).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name="Mona Weber").click()
    expect(composer(tab)).to_be_focused()
    tab.goto("/")
    jonas.take(ben)
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    expect(take_next(tab)).to_be_hidden()
    expect(tab.get_by_role("main").get_by_text("Open with you: 1")).to_be_visible()
    assert part(tab, "Waiting").get_by_text("No customers waiting.").is_visible()


def test_two_agents_who_press_take_next_at_once_get_one_each(sit_down, mona_writes, writes, ana, ben):
    writes("Jonas Brandt")
    tabs, pressed = [sit_down(ana), sit_down(ben)], []
    for tab in tabs:
        tab.route("**/take-next/", lambda route: pressed.append(route))
        take_next(tab).click()
    tabs[0].wait_for_timeout(300)
    for route in pressed:
        route.continue_()
    for tab in tabs:
        expect(composer(tab)).to_be_editable()
    assert {conversation.agent for conversation in Conversation.objects.all()} == {ana, ben}


def test_whoever_presses_take_next_too_late_reads_a_sentence(sit_down, mona_writes, ana, ben):
    tab, pressed = sit_down(ana), []
    tab.route("**/take-next/", lambda route: pressed.append(route))
    take_next(tab).click()
    tab.wait_for_timeout(300)
    Conversation.objects.get().take(ben)
    pressed[0].continue_()
    expect(tab.get_by_role("alert")).to_have_text(
        "Nobody is waiting any more: the last one has just been taken care of."
    )
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()


def test_take_next_works_without_scripts(sit_down, mona_writes, ana):
    tab = sit_down(ana, java_script_enabled=False)
    take_next(tab).click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    assert Conversation.objects.get().agent == ana


def test_a_phone_shows_the_list_and_below_it_take_next_while_somebody_waits(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    expect(tab.get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(tab.locator(".home-oldest")).to_be_hidden()
    number = tab.get_by_role("heading", level=1, name="1 waiting").bounding_box()
    assert (number["width"], number["height"]) == (1, 1)  # for screen readers alone
    assert findings(tab) == []
    take_next(tab).tap()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(composer(tab)).to_be_editable()
    tab.get_by_role("link", name="Back to the queue").tap()
    expect(tab.get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(take_next(tab)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_problem_at_home(sit_down, mona_writes, writes, ana, scheme):
    writes("Jonas Brandt").take(ana)
    tab = sit_down(ana, color_scheme=scheme)
    expect(take_next(tab)).to_be_visible()
    assert findings(tab) == []
    Conversation.objects.filter(agent=None).get().take(ana)
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    assert findings(tab) == []


# The next conversation


def test_after_close_the_next_conversation_opens_untaken_and_undo_leads_back(
    sit_down, mona_writes, writes, ana, goes_on
):
    jonas = writes("Jonas Brandt")
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("heading", level=1, name="Jonas Brandt")).to_be_visible()
    expect(tab).to_have_url(address_of(jonas))
    expect(tab.get_by_role("main")).to_be_focused()
    expect(tab.get_by_role("button", name="Take", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name="Add note")).to_be_hidden()
    jonas.refresh_from_db()
    assert jonas.agent is None
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(composer(tab)).to_be_editable()
    expect(tab).to_have_url(address_of(Conversation.objects.get(agent=ana)))


def test_after_a_transfer_of_the_last_one_home_shows(sit_down, mona_writes, ana, ben, goes_on):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("link", name="Transfer…").click()
    tab.get_by_role("radio", name="Ben Okafor").check()
    tab.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    expect(tab).to_have_url(f"{CONSOLE_URL}/")
    expect(tab).to_have_title("Handover")
    tab_to(tab, tab.get_by_role("button", name="Undo"), "Shift+Tab")
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_be_focused()


def test_the_next_conversation_does_not_replace_one_that_the_agent_opens_meanwhile(
    sit_down, mona_writes, writes, ana, goes_on
):
    writes("Jonas Brandt")
    writes("Nina Roth")
    tab, pressed = sit_down(ana), []
    takes(tab)
    tab.route("**/close/", lambda route: pressed.append(route))
    tab.get_by_role("button", name="Close").click()
    opens(tab, "Nina Roth")
    pressed[0].continue_()
    eventually(lambda: Conversation.objects.filter(closed_at__isnull=False).exists())
    tab.wait_for_timeout(500)
    expect(tab.get_by_role("heading", level=1, name="Nina Roth")).to_be_visible()


@pytest.mark.parametrize(("choice", "is_list"), [("desk", True), ("always", False)])
def test_on_a_phone_the_list_comes_back_unless_the_agent_wants_the_next_one(
    choice, is_list, sit_down, mona_writes, writes, ana
):
    writes("Jonas Brandt")
    ana.choose(next_conversation=choice)
    tab = sit_down(ana, **PHONE)
    opens(tab)
    tab.get_by_role("button", name="Take").tap()
    expect(composer(tab)).to_be_editable()
    tab.get_by_role("button", name="Close").tap()
    queue = tab.get_by_role("navigation", name="Conversations")
    if is_list:
        expect(queue).to_be_visible()
    else:
        expect(tab.get_by_role("heading", level=1, name="Jonas Brandt")).to_be_visible()
    tab.get_by_role("button", name="Undo").tap()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()


def test_an_agent_chooses_to_stay(sit_down, mona_writes, writes, ana, goes_on):
    writes("Jonas Brandt")
    tab = sit_down(ana)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_label("After Close, Transfer, Hand back").select_option("stay in the conversation")
    tab.get_by_role("button", name="Save").click()
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_text("This conversation is closed.")).to_be_visible()
    tab.wait_for_timeout(500)
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
