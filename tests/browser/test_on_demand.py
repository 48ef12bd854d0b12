"""Scripts and styles that are loaded as an agent first calls for them, over a slow network and a broken one."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import bubbles, composer, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

UNLOADED = "This could not be loaded. Try again, or reload the page."
UNANSWERED = "The console did not answer. Try again."


def reacts(tab):
    bubbles(tab).first.hover()
    bubbles(tab).first.get_by_role("button", name="React").click()


def opens_picture(tab):
    tab.get_by_role("link", name="Picture from the customer").click()


def opens_panel(tab):
    tab.get_by_role("link", name="About the customer").click()


def sends_later(tab):
    tab.get_by_role("link", name="Send later").click()


STYLES = "**/css/on-demand*.css"
SCRIPTS = {
    "reaction-choice": (reacts, lambda tab: tab.get_by_role("group", name="Reactions"), UNLOADED),
    "picture-viewer": (opens_picture, lambda tab: tab.get_by_role("dialog", name="Picture"), UNLOADED),
    "customer-panel": (opens_panel, lambda tab: tab.locator(".customer-panel-content"), UNLOADED),
    "dialog": (sends_later, lambda tab: tab.get_by_role("dialog", name="Send later to Mona Weber"), UNANSWERED),
}


@pytest.fixture
def anas_tab(sit_down, mona_writes, stack, ana):
    """Ana's tab, with a conversation that is hers and has a picture."""
    stack.say(mona_writes, attachments=[{"type": "image", "url": "/_sandbox/sample.png"}])
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    eventually(lambda: conversation.messages.count() == 2)
    tab = sit_down(ana)
    takes(tab)
    return tab


def without_script(tab, name, answer):
    without_file(tab, f"**/js/{name}*.js", answer)


def without_file(tab, path, answer):
    tab.route(path, answer)
    tab.reload()
    expect(composer(tab)).to_be_editable()
    expect(tab.get_by_role("link", name="Picture from the customer")).to_be_visible()


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_pressed_is_busy_until_its_script_has_come(name, anas_tab):
    press, opened, _problem = SCRIPTS[name]
    held = []
    without_script(anas_tab, name, lambda route: held.append(route))
    press(anas_tab)
    expect(anas_tab.locator("[aria-busy=true]")).to_have_count(1)
    until(anas_tab, lambda: held)
    expect(opened(anas_tab)).to_be_hidden()
    for route in held:
        route.continue_()
    expect(opened(anas_tab)).to_be_visible()
    expect(anas_tab.locator("[aria-busy=true]")).to_have_count(0)


def test_what_is_pressed_is_forgotten_once_another_conversation_is_open(anas_tab, stack):
    stack.say(stack.customer("Jonas Lind"), text="Hi")
    held = []
    without_script(anas_tab, "customer-panel", lambda route: held.append(route))
    opens_panel(anas_tab)
    until(anas_tab, lambda: held)
    anas_tab.get_by_role("link", name="Jonas Lind").click()
    expect(anas_tab.get_by_role("heading", level=1, name="Jonas Lind")).to_be_visible()
    opened = anas_tab.url
    for route in held:
        route.continue_()
    until(anas_tab, lambda: anas_tab.evaluate("Boolean(customElements.get('customer-panel'))"))
    opens_panel(anas_tab)
    expect(anas_tab.locator(".customer-panel-content")).to_contain_text("Jonas Lind")
    assert anas_tab.url == opened


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_that_cannot_be_loaded_is_asked_for_again_by_the_next_press(name, anas_tab):
    press, opened, problem = SCRIPTS[name]
    without_script(anas_tab, name, lambda route: route.abort())
    press(anas_tab)
    expect(anas_tab.get_by_text(problem)).to_be_visible()
    expect(anas_tab.locator("[aria-busy=true]")).to_have_count(0)
    anas_tab.unroute(f"**/js/{name}*.js")
    press(anas_tab)
    expect(opened(anas_tab)).to_be_visible()
    expect(anas_tab.get_by_text(problem)).to_be_hidden()


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_opens_without_its_styles(name, anas_tab):
    press, opened, problem = SCRIPTS[name]
    held = []
    without_file(anas_tab, STYLES, lambda route: held.append(route))
    press(anas_tab)
    until(anas_tab, lambda: held)
    expect(anas_tab.locator("[aria-busy=true]")).to_have_count(1)
    expect(opened(anas_tab)).to_be_hidden()
    held[0].abort()
    expect(anas_tab.get_by_text(problem)).to_be_visible()
    anas_tab.unroute(STYLES)
    press(anas_tab)
    expect(opened(anas_tab)).to_be_visible()


def test_a_form_of_the_composer_that_cannot_be_loaded_is_reported_above_the_field(anas_tab):
    without_script(anas_tab, "dialog", lambda route: route.abort())
    sends_later(anas_tab)
    problem = anas_tab.get_by_text(UNANSWERED)
    expect(problem).to_be_visible()
    said, field, send = (
        part.bounding_box()
        for part in (problem, composer(anas_tab), anas_tab.get_by_role("button", name="Send", exact=True))
    )
    assert said["y"] + said["height"] <= field["y"]
    assert send["y"] < field["y"] + field["height"]


def test_pages_of_their_own_have_the_styles_from_the_beginning(anas_tab):
    for path in [anas_tab.get_by_role("link", name="Send later").get_attribute("href"), "/canned-replies/"]:
        anas_tab.goto(path)
        expect(anas_tab.locator(".dialog-form, .shared-page")).to_have_css("display", "grid")


def test_canned_replies_that_cannot_be_loaded_are_asked_for_again_by_the_next_key(anas_tab):
    without_script(anas_tab, "canned-replies", lambda route: route.abort())
    composer(anas_tab).press_sequentially("Yes: and/or 1/2 ")
    status = anas_tab.locator(".canned-replies-status")
    expect(status).to_be_empty()
    composer(anas_tab).press_sequentially("/")
    expect(status).to_have_text("The canned replies could not be loaded. Type on to try again.")
    anas_tab.unroute("**/js/canned-replies*.js")
    composer(anas_tab).press_sequentially("w")
    expect(anas_tab.get_by_text("No canned replies yet.").first).to_be_visible()


def test_the_list_of_colleagues_that_cannot_be_loaded_is_asked_for_again_by_the_next_key(anas_tab, ben):
    without_script(anas_tab, "mention-list", lambda route: route.abort())
    anas_tab.get_by_role("tab", name="Note").click()
    field = anas_tab.get_by_role("textbox", name="Note on Mona Weber")
    field.press_sequentially("@")
    status = anas_tab.locator("note-composer mention-list [role=status]")
    expect(status).to_have_text("The colleagues could not be loaded. Type on to try again.")
    anas_tab.unroute("**/js/mention-list*.js")
    field.press_sequentially("b")
    expect(anas_tab.get_by_role("option", name="Ben")).to_be_visible()


def test_all_scripts_are_there_after_a_while(anas_tab):
    names = ["picture-viewer", "reaction-choice", "voice-note", "customer-panel", "canned-replies", "mention-list"]
    for name in [*names, "moment-field", "send-later", "template-form", "label-search"]:
        until(anas_tab, lambda name=name: anas_tab.evaluate("name => Boolean(customElements.get(name))", name))


def test_a_script_that_cannot_be_loaded_holds_up_none_of_the_others(anas_tab):
    without_script(anas_tab, "agent-calls", lambda route: route.abort())
    until(anas_tab, lambda: anas_tab.evaluate("Boolean(customElements.get('label-search'))"))


def test_rows_can_be_selected_as_soon_as_the_pointer_is_over_the_queue(anas_tab):
    anas_tab.add_init_script("window.requestIdleCallback = () => 0")  # a page that is never idle
    anas_tab.reload()
    anas_tab.locator("#queue .row").hover()
    expect(anas_tab.get_by_role("checkbox", name="Mona Weber")).to_be_attached()
