"""Faces: colleagues who look at a conversation, and who type there, before two of them answer the same customer."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from agents.models import Agent
from console.faces import looks
from console.infrastructure.redis import redis
from console.models import Conversation
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, row, says, takes
from tests.conftest import restrict

pytestmark = pytest.mark.django_db(transaction=True)

GONE_WITHIN_MS = 13_000  # ten seconds, and a second until it is noticed
LEFT_WITHIN_MS = 8_000  # of a tab that says good-bye: at once, and in any case before the ten seconds are over


@pytest.fixture(autouse=True)
def forget():
    redis().delete(*looks.KEYS)


@pytest.fixture
def cleo(db):
    return Agent.objects.create_user("cleo", password="x", is_present=True, first_name="Cleo", last_name="Marsh")


def header_face(tab, words):
    return tab.locator("#header").get_by_role("img", name=words)


def row_face(tab, words, name="Mona Weber"):
    return row(tab, name).get_by_role("img", name=words)


def typing_line(tab):
    return tab.locator(".composer-switch-typing")


def note(tab):
    return tab.get_by_role("textbox", name="Note on")


def begins_a_note(tab, text):
    tab.get_by_role("tab", name="Note").click()
    note(tab).press_sequentially(text)


def test_ben_looks_and_is_gone_within_seconds_when_he_opens_another(sit_down, mona_writes, stack, ana, ben):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    anas, bens = sit_down(ana), sit_down(ben)
    expect(row(anas, "Jonas Brandt")).to_be_visible()
    opens(anas)
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_have_text("BO")
    expect(row_face(anas, "Ben is looking")).to_be_visible()
    expect(header_face(bens, "Ana is looking")).to_be_visible()
    expect(header_face(bens, "Ben is looking")).to_have_count(0)
    opens(bens, "Jonas Brandt")
    expect(header_face(anas, "Ben is looking")).to_have_count(0, timeout=LEFT_WITHIN_MS)
    expect(row_face(anas, "Ben is looking", "Jonas Brandt")).to_be_visible()
    expect(row_face(anas, "Ben is looking")).to_have_count(0)


def test_a_face_has_the_colour_that_the_agent_has_everywhere(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    colour = "element => getComputedStyle(element).backgroundColor"
    own = bens.locator(".menu-button .avatar").evaluate(colour)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    assert header_face(anas, "Ben is looking").evaluate(colour) == own
    assert row_face(anas, "Ben is looking").evaluate(colour) == own


def test_ben_types_an_answer_and_ana_who_begins_too_sees_it_before_she_presses_send(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(bens)
    opens(anas)
    begins_a_note(anas, "I know her")
    expect(typing_line(bens)).to_have_text("Ana is typing…")
    thread = bubbles(anas).first.bounding_box()
    composer(bens).press_sequentially("Dear Mona")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    expect(typing_line(anas)).to_be_in_viewport()
    expect(row(anas)).to_contain_text("Ben is typing…")
    expect(header_face(anas, "Ben is typing…")).to_be_visible()
    expect(note(anas)).to_have_value("I know her")
    assert bubbles(anas).first.bounding_box() == thread
    composer(bens).press("Enter")
    expect(typing_line(anas)).to_be_empty(timeout=4_000)
    expect(header_face(anas, "Ben is looking")).to_be_visible()


def test_words_of_a_draft_and_of_a_note_do_not_reach_colleagues(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(bens)
    opens(anas)
    pieces = []
    anas.expose_function("hear", lambda html: pieces.append(html))
    anas.evaluate("document.body.addEventListener('live-faces', ({ detail }) => hear(detail.html))")
    composer(bens).press_sequentially("A secret draft")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    begins_a_note(bens, "A secret note")
    anas.wait_for_timeout(3_000)
    assert pieces
    assert "secret" not in "".join([*pieces, anas.content()])


def test_ben_stops_typing_and_the_line_goes(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    begins_a_note(bens, "She called")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    expect(typing_line(anas)).to_be_empty(timeout=9_000)
    expect(header_face(anas, "Ben is looking")).to_be_visible()


def test_ben_closes_his_laptop_and_his_face_is_gone_within_seconds(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(bens)
    opens(anas)
    composer(bens).press_sequentially("Dear Mona")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    bens.context.set_offline(True)
    expect(header_face(anas, "Ben is")).to_have_count(0, timeout=GONE_WITHIN_MS)
    expect(typing_line(anas)).to_be_empty()
    expect(row(anas)).not_to_contain_text("typing")


def test_the_browser_of_ben_is_killed_and_his_face_is_gone_within_seconds(
    sit_down, start_browser, mona_writes, ana, ben
):
    anas = sit_down(ana)
    opens(anas)
    bens, kill = start_browser(ben)
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    kill()
    expect(header_face(anas, "Ben is")).to_have_count(0, timeout=GONE_WITHIN_MS)


def test_ben_leaves_one_of_his_two_tabs_and_stays_in_the_other(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    second = bens.context.new_page()
    second.goto(bens.url)
    expect(header_face(second, "Ana is looking")).to_be_visible()
    expect(header_face(second, "Ben is looking")).to_have_count(0)
    expect(header_face(anas, "Ben is looking")).to_have_count(1)
    second.goto("/leave/")
    anas.wait_for_timeout(2_500)
    expect(header_face(anas, "Ben is looking")).to_have_count(1)
    bens.goto("/leave/")
    expect(header_face(anas, "Ben is looking")).to_have_count(0, timeout=LEFT_WITHIN_MS)


def test_cleo_of_another_page_sees_nothing(sit_down, mona_writes, bluebird, ana, ben, cleo):
    group = restrict(bluebird)
    ana.groups.add(group)
    ben.groups.add(group)
    cleo.groups.add(Group.objects.create(name="coffee"))
    anas, bens, cleos = sit_down(ana), sit_down(ben), sit_down(cleo)
    opens(anas)
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    cleos.wait_for_timeout(1_500)
    assert cleos.locator("#faces [data-agent]").count() == 0
    cleos.reload()
    assert cleos.locator("#faces [data-agent]").count() == 0


def test_a_look_goes_on_while_the_conversation_is_open_and_ends_when_the_tab_is_behind(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    anas.wait_for_timeout(11_000)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    bens.evaluate("document.hasFocus = () => false")
    expect(header_face(anas, "Ben is looking")).to_have_count(0, timeout=GONE_WITHIN_MS)
    bens.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
    expect(header_face(anas, "Ben is looking")).to_be_visible()


def test_a_screen_reader_names_each_colleague_once(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    said = []
    anas.expose_function("hear", lambda words: said.append(words))
    anas.evaluate("""() => {
        const status = document.querySelector("desk-look");
        new MutationObserver(() => hear(status.textContent)).observe(status, { childList: true });
    }""")
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    begins_a_note(bens, "One")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    expect(typing_line(anas)).to_be_empty(timeout=9_000)
    note(bens).press_sequentially("Two")
    expect(typing_line(anas)).to_have_text("Ben is typing…")
    assert said == ["Ben is looking", "Ben is typing…"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_faces(sit_down, mona_writes, ana, ben, ada, scheme, device):
    tab, bens, adas = sit_down(ana, color_scheme=scheme, **device), sit_down(ben), sit_down(ada)
    takes(bens)
    opens(adas)
    composer(bens).press_sequentially("Dear Mona")
    expect(row(tab)).to_contain_text("Ben is typing…")
    assert findings(tab) == []
    opens(tab)
    expect(typing_line(tab)).to_be_visible()
    expect(header_face(tab, "Ada is looking")).to_be_visible()
    assert findings(tab) == []


def test_faces_stand_still_where_motion_is_reduced(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana, reduced_motion="reduce"), sit_down(ben)
    opens(anas)
    opens(bens)
    begins_a_note(bens, "She called")
    face = header_face(anas, "Ben is typing…")
    expect(face).to_be_visible()
    assert face.evaluate("element => getComputedStyle(element).animationName") == "none"


def test_a_conversation_that_ben_answers_keeps_his_face_as_its_row_and_header_change(
    sit_down, mona_writes, stack, ana, ben
):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    expect(header_face(anas, "Ben is looking")).to_be_visible()
    bens.get_by_role("button", name="Take").click()
    expect(anas.locator("#header")).to_contain_text("assigned to Ben Okafor")
    says(bens, "Hello Mona")
    expect(row(anas)).to_contain_text("Hello Mona")
    expect(header_face(anas, "Ben is")).to_be_visible()
    expect(row_face(anas, "Ben is")).to_be_visible()
    assert Conversation.objects.get().agent == ben
