"""The desk as it changes by itself: rows and entries come by the live stream, and the browser asks for nothing."""

import random
import re
import uuid
from difflib import unified_diff
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, Refused
from tests.browser.desk import bubbles, line_up, opens, part, row, says, takes, until

pytestmark = pytest.mark.django_db(transaction=True)

# The queue without what differs between a page that was there before and a new one: times in words, marks of scripts,
# the order of attributes.
QUEUE = r"""() => {
    const queue = document.getElementById("queue").cloneNode(true);
    for (const time of queue.querySelectorAll("local-time")) time.replaceChildren(time.getAttribute("datetime"));
    for (const box of queue.querySelectorAll(".bulk-select")) box.remove();
    const marks = ["data-at", "data-htmx-powered", "title", "hx-get", "aria-posinset", "aria-setsize"];
    for (const part of queue.querySelectorAll("*")) {
        const sorted = [...part.attributes].sort((one, other) => (one.name < other.name ? -1 : 1));
        for (const { name } of sorted) part.removeAttribute(name);
        for (const { name, value } of sorted) if (!marks.includes(name)) part.setAttribute(name, value);
    }
    return queue.innerHTML.replace(/\s+/g, " ").replace(/> </g, "><").replace(/ ?>/g, ">");
}"""
LOSE_ROWS = """loss => {
    window.loss = loss;
    document.body.addEventListener(
        "live-row", event => Math.random() < window.loss && event.stopImmediatePropagation(), true);
}"""
LOSE_NEXT_ENTRY = """() => document.body.addEventListener(
    `live-thread-${document.querySelector("message-list").dataset.conversation}`,
    event => event.stopImmediatePropagation(), { capture: true, once: true })"""


def settle(tab):
    """Wait until the tab has asked for all that it asks for after it was opened."""
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(1500)  # within a second, a browser asks after the stream's hello
    tab.wait_for_load_state("networkidle")


def requests_of(tab):
    """Return a list that grows with each request of the tab from now on; scripts load by themselves after a while."""
    found = []
    tab.on("request", lambda request: "/static/" in request.url or found.append(request.url))
    return found


def test_a_desk_asks_for_nothing_when_a_colleagues_conversation_changes(sit_down, mona_writes, stack, ana, ben):
    tab, bens = sit_down(ana), sit_down(ben)
    takes(tab)
    settle(bens)
    requests = requests_of(bens)
    stack.say(mona_writes, text="Where is my parcel?")
    expect(row(bens)).to_contain_text("Where is my parcel?")
    says(tab, "On its way")
    expect(row(bens)).to_contain_text("On its way")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    tab.get_by_role("button", name="Return to queue").click()
    expect(part(bens, "Waiting").get_by_role("link", name="Mona Weber")).to_be_visible()
    tab.get_by_role("button", name="Take").click()
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(part(bens, "Waiting").get_by_role("link", name="Mona Weber")).to_be_hidden()
    expect(part(bens, "Others").get_by_role("heading")).to_have_text("Others 1")
    assert requests == []


def test_a_row_keeps_the_focus_and_its_mark_when_it_moves_and_changes(sit_down, mona_writes, stack, ana, ben):
    tab = sit_down(ana)
    opens(tab)
    settle(tab)
    row(tab).focus()
    Conversation.objects.get().take(ben)
    expect(part(tab, "Others").get_by_role("link", name="Mona Weber")).to_be_focused()
    stack.say(mona_writes, text="Still me")
    expect(row(tab)).to_contain_text("Still me")
    expect(row(tab)).to_be_focused()
    expect(row(tab)).to_have_attribute("aria-current", "page")


def test_a_row_that_changes_its_section_while_it_is_pressed_opens(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    settle(tab)
    tab.evaluate("document.body.addEventListener('live-row', () => (window.rowCame = true))")
    row(tab).hover()
    tab.mouse.down()
    Conversation.objects.get().take(ben)
    until(tab, lambda: tab.evaluate("window.rowCame"))
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_be_visible()
    tab.mouse.up()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(part(tab, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()


def test_a_queue_that_is_answered_while_a_row_is_pressed_comes_after_the_release(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    settle(tab)
    tab.evaluate(LOSE_ROWS, 1)
    row(tab).hover()
    tab.mouse.down()
    Conversation.objects.get().take(ben)
    with tab.expect_response(lambda response: "/queue/" in response.url) as answered:
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('queue-incomplete'))")
    answered.value.finished()
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_be_visible()
    tab.mouse.up()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()
    expect(part(tab, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()


def test_the_header_is_right_when_the_holder_changes_while_a_conversation_loads(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    settle(tab)

    def hold_up(route):
        response = route.fetch()  # Mona waits in the queue
        Conversation.objects.get().take(ben)
        tab.wait_for_timeout(500)  # all that the stream says of it has come
        route.fulfill(response=response)

    tab.route(re.compile(r"/conversations/\d+/$"), hold_up, times=1)
    row(tab).click()
    expect(tab.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()
    expect(tab.locator("#header")).to_contain_text("assigned to Ben Okafor")


def test_a_thread_that_missed_an_entry_asks_for_it_when_the_next_one_comes(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    settle(tab)
    tab.evaluate(LOSE_NEXT_ENTRY)
    stack.say(mona_writes, text="one")
    expect(row(tab)).to_contain_text("one")
    tab.wait_for_timeout(300)
    stack.say(mona_writes, text="two")
    expect(bubbles(tab).last).to_contain_text("two")
    assert [text.strip() for text in bubbles(tab).locator(".text").all_inner_texts()][-2:] == ["one", "two"]


def test_a_second_tab_gets_the_entries_of_its_own_conversation(sit_down, mona_writes, stack, ana):
    other = stack.customer("Jonas Brandt")
    stack.say(other, text="Me too")
    tab = sit_down(ana)
    opens(tab)
    second = tab.context.new_page()
    second.goto("/")
    opens(second, "Jonas Brandt")
    settle(second)
    requests = requests_of(second)
    stack.say(other, text="Hello again")
    expect(bubbles(second).last).to_contain_text("Hello again")
    assert [url for url in requests if "since=" in url] == []


def test_many_tabs_share_one_stream_where_the_browser_has_no_locks(sit_down, mona_writes, stack, ana):
    """Browsers have locks with https alone, and open six connections to one place."""
    tabs = [sit_down(ana)]
    tabs[0].context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    tabs[0].reload()
    for _number in range(7):
        tabs.append(tabs[0].context.new_page())
        tabs[-1].goto("/")
        opens(tabs[-1])
    settle(tabs[-1])
    streams = [tab.evaluate("Boolean(document.querySelector('live-stream').source)") for tab in tabs]
    assert streams == [True] + [False] * 7
    stack.say(mona_writes, text="one")
    for tab in tabs:
        expect(row(tab)).to_contain_text("one")
    tabs.pop(0).close()
    opened = "document.querySelector('live-stream').source?.readyState === EventSource.OPEN"
    until(tabs[0], lambda: any(tab.evaluate(opened) for tab in tabs))
    stack.say(mona_writes, text="two")
    for tab in tabs:
        expect(row(tab)).to_contain_text("two")


def test_a_section_that_lost_rows_while_there_are_more_asks_for_them(sit_down, bluebird, ana, ben):
    rows = line_up(bluebird, 40)
    tab = sit_down(ana)
    settle(tab)
    expect(part(tab, "Waiting").locator(".row")).to_have_count(25)
    for conversation in rows[:3]:
        conversation.take(ben)
    expect(part(tab, "Waiting").get_by_role("heading")).to_have_text("Waiting 37")
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 27")).to_be_visible()
    expect(part(tab, "Waiting").locator(".row")).to_have_count(25)


def test_a_section_that_lost_a_row_gets_no_rows_that_were_read_before_that(sit_down, bluebird, ana, ben):
    """The console keeps rows that it read for others for two seconds, and a desk asks again only after five."""
    rows = line_up(bluebird, 30)
    tab = sit_down(ana)
    settle(tab)
    with tab.expect_response(lambda response: "/queue/" in response.url) as kept:
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('queue-incomplete'))")
    assert "Guest 5" in waiting_in(kept.value)
    with tab.expect_response(lambda response: "/queue/" in response.url) as answered:
        rows[5].take(ben)
    assert "Guest 5" not in waiting_in(answered.value)
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 25")).to_be_visible()


def waiting_in(response):
    """Return the names of the customers who wait, in an answer of the queue."""
    section = re.search(r'id="section-waiting".*?</section>', response.text(), re.DOTALL)[0]
    return re.findall(r"\bGuest \d+", section)


@pytest.mark.parametrize("loss", [0, 0.4])
def test_a_desk_fed_by_changes_ends_as_a_fresh_page(loss, sit_down, bluebird, ana, ben):
    """Lose some rows on their way, in the second case, and have the desk ask once in the end."""
    seed = random.randrange(10**6)
    rng, rows = random.Random(seed), line_up(bluebird, 32)
    tab = sit_down(ana)
    settle(tab)
    tab.evaluate(LOSE_ROWS, loss)
    for _change in range(40):
        _change_something(rng, Conversation.objects.get(pk=rng.choice(rows).pk), ana, ben)
    if loss:
        tab.wait_for_timeout(1000)
        tab.evaluate("window.loss = 0")  # what is lost after the question is missed for good
        tab.evaluate("document.querySelector('live-stream').askAnew()")  # as if it had slept: no shared rows will do
    fresh = tab.context.new_page()
    different: list[str] = []

    def is_like_a_fresh_page():
        fresh.goto("/")
        lines = [queue.replace("><", ">\n<").splitlines() for queue in (fresh.evaluate(QUEUE), tab.evaluate(QUEUE))]
        different[:] = unified_diff(*lines, "fresh page", "desk", n=2)
        return not different

    try:
        until(tab, is_like_a_fresh_page)
    except AssertionError:
        pytest.fail("\n".join([f"seed {seed}", *different]))


def _change_something(rng, conversation, ana, ben):
    def speak():
        with conversation.changing():
            conversation.note_last_words(
                SimpleNamespace(at=timezone.now(), text="Number"), f"Number {rng.randrange(1000)}"
            )
            conversation.note_question(timezone.now())

    changes = [
        lambda: conversation.take(rng.choice([ana, ben])),
        lambda: conversation.take_over(rng.choice([ana, ben])),
        lambda: conversation.return_to_queue(conversation.agent),
        lambda: conversation.close(conversation.agent),
        lambda: conversation.send(conversation.agent, "Hello", uuid.uuid4()),
        speak,
    ]
    try:
        rng.choice(changes)()
    except (Refused, AttributeError):  # not possible as it is held now
        return
