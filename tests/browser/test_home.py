"""The home of the desk, Take next, and the conversation that comes after Close, Transfer and Hand back."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, composer, findings, part
from tests.conftest import CONSOLE_URL
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona_writes(stack, bluebird, mona_writes):
    eventually(Conversation.objects.exists)
    return mona_writes


@pytest.fixture
def writes(stack):
    """Somebody else writes; returns the conversation."""

    def write(name):
        psid = stack.customer(name)
        stack.say(psid, text="Me too")
        return eventually(lambda: Conversation.objects.filter(customer__psid=psid).first())

    return write


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


def test_a_phone_shows_the_list_and_no_home(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    expect(tab.get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(tab.get_by_role("main")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_problem_at_home(sit_down, mona_writes, writes, ana, scheme):
    writes("Jonas Brandt").take(ana)
    tab = sit_down(ana, color_scheme=scheme)
    expect(take_next(tab)).to_be_visible()
    assert findings(tab) == []
    Conversation.objects.filter(agent=None).get().take(ana)
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    assert findings(tab) == []
