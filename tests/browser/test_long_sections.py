"""Long sections of the queue: they go on as one scrolls, in both directions, and stay light meanwhile."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, Customer, SavedView
from tests.browser.desk import findings, line_up, opens, part, row, until

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 150  # rows that a desk keeps of a section
MANY = 420
REFRESH = "document.body.dispatchEvent(new CustomEvent('queue-incomplete'))"


@pytest.fixture
def many(bluebird):
    """Customers who wait, the first of them the longest."""
    names = [f"Guest {number:03}" for number in range(MANY)]
    customers = [Customer(page=bluebird, psid=uuid.uuid4().hex, name=name) for name in names]
    began = timezone.now() - timedelta(days=1)
    rows = [
        Conversation(page=bluebird, customer=customer, waiting_since=since, last_at=since)
        for number, customer in enumerate(Customer.objects.bulk_create(customers))
        for since in [began + timedelta(minutes=number)]
    ]
    return Conversation.objects.bulk_create(rows)


def waiting(tab):
    return part(tab, "Waiting").locator(".row")


def shown(tab, section="waiting"):
    return tab.locator(f"#section-{section} .row-name").all_inner_texts()


def ready(tab):
    """Wait for the single keys."""
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('keyboard-shortcuts'))"))


def watch(tab, part_of_address):
    """Return a list to which the addresses of such requests are added."""
    found = []
    tab.on("request", lambda request: part_of_address in request.url and found.append(request.url))
    return found


def scroll(tab, to):
    tab.evaluate(f"document.getElementById('queue').scrollTop = {to}")


def begin(tab):
    """Ask for more once: from then on, the section goes on by itself."""
    expect(waiting(tab)).to_have_count(25)
    part(tab, "Waiting").get_by_role("link", name="More: Waiting").click()
    until(tab, lambda: len(shown(tab)) >= 50)


def scroll_down_to(tab, name):
    until(tab, lambda: name in shown(tab) or scroll(tab, 1_000_000), seconds=60)


def in_one_row(names):
    """Return whether these are rows without a gap, in order."""
    numbers = [int(name[-3:]) for name in names]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def top_of(tab, name):
    return row(tab, name).bounding_box()["y"]


def test_a_long_section_goes_on_in_both_directions_and_keeps_few_rows(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    scroll_down_to(tab, f"Guest {MANY - 1:03}")
    until(tab, lambda: len(shown(tab)) == MOST)
    assert in_one_row(shown(tab)) and shown(tab)[-1] == f"Guest {MANY - 1:03}"
    last = part(tab, "Waiting").get_by_role("listitem").filter(has_text=f"Guest {MANY - 1:03}")
    expect(last).to_have_attribute("aria-posinset", str(MANY))
    expect(last).to_have_attribute("aria-setsize", str(MANY))
    assert findings(tab) == []
    until(tab, lambda: "Guest 000" in shown(tab) or scroll(tab, 0), seconds=60)
    until(tab, lambda: len(shown(tab)) == MOST)
    assert shown(tab) == [f"Guest {number:03}" for number in range(MOST)]
    expect(tab.locator("#section-waiting .queue-earlier")).to_be_hidden()
    scroll_down_to(tab, f"Guest {MANY - 1:03}")
    assert in_one_row(shown(tab))


def test_what_one_looks_at_stays_where_it_is_while_rows_come_and_go(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    scroll_down_to(tab, "Guest 260")
    until(tab, lambda: len(shown(tab)) == MOST)
    first = shown(tab)[0]
    looked_at = shown(tab)[5]
    row(tab, looked_at).evaluate("row => row.scrollIntoView({ block: 'start' })")
    until(tab, lambda: shown(tab)[0] != first)
    assert in_one_row(shown(tab))
    assert abs(top_of(tab, looked_at) - tab.locator("#queue").bounding_box()["y"]) < 40


def test_live_rows_come_into_their_place_of_a_long_section_alone(sit_down, stack, many, bluebird, ana):
    tab = sit_down(ana)
    begin(tab)
    scroll_down_to(tab, "Guest 300")
    until(tab, lambda: len(shown(tab)) == MOST)
    names = shown(tab)
    gone = names[60]
    Conversation.objects.get(customer__name=gone).take(ana)
    expect(part(tab, "Mine").get_by_role("link", name=gone)).to_be_visible()
    expect(part(tab, "Waiting").get_by_role("link", name=gone)).to_be_hidden()
    many[3].touch()  # before the rows that are shown
    touched = Conversation.objects.get(customer__name=names[80])
    changed = tab.locator(f"#row-{touched.pk}").evaluate("row => row.dataset.at")
    touched.touch()
    until(tab, lambda: tab.locator(f"#row-{touched.pk}").evaluate("row => row.dataset.at") != changed)
    until(tab, lambda: len(shown(tab)) == MOST)
    left = [name for name in shown(tab) if name != gone]
    assert left == sorted(left) and "Guest 003" not in left and names[80] in left
    Conversation.objects.get(customer__name=gone).return_to_queue(ana)
    expect(part(tab, "Waiting").get_by_role("link", name=gone)).to_be_visible()
    tab.evaluate(REFRESH)
    expect(tab.locator("#section-waiting .queue-earlier")).to_be_visible()
    assert shown(tab) == sorted(shown(tab)) and gone in shown(tab)


def test_a_desk_whose_rows_of_a_long_section_all_left_shows_the_first_ones(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    scroll_down_to(tab, f"Guest {MANY - 1:03}")
    until(tab, lambda: len(shown(tab)) == MOST)
    Conversation.objects.filter(customer__name__in=shown(tab)).update(closed_at=timezone.now())
    tab.evaluate(REFRESH)
    until(tab, lambda: shown(tab)[:1] == ["Guest 000"])


def test_the_keys_j_and_k_go_on_through_a_long_section(sit_down, stack, many, ana):
    tab = sit_down(ana)
    ready(tab)
    expect(waiting(tab)).to_have_count(25)
    focused = "document.activeElement.querySelector('.row-name')?.textContent"
    row(tab, "Guest 000").focus()
    for number in range(1, 200):
        tab.keyboard.press("j")
        until(tab, lambda name=f"Guest {number:03}": tab.evaluate(focused) == name)
    assert len(shown(tab)) == MOST and "Guest 000" not in shown(tab)
    for number in range(198, 20, -1):
        tab.keyboard.press("k")
        until(tab, lambda name=f"Guest {number:03}": tab.evaluate(focused) == name)
    assert len(shown(tab)) <= MOST


def test_rows_that_a_long_section_drops_stay_selected(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    row(tab, "Guest 001").focus()
    tab.keyboard.press("x")
    bar = tab.get_by_role("region", name="Selected conversations")
    expect(bar).to_contain_text("1 selected")
    scroll_down_to(tab, "Guest 300")
    until(tab, lambda: "Guest 001" not in shown(tab))
    expect(bar).to_contain_text("1 selected")


def test_a_range_is_selected_from_a_row_that_a_long_section_has_dropped(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    ready(tab)
    row(tab, "Guest 020").focus()
    tab.keyboard.press("x")
    bar = tab.get_by_role("region", name="Selected conversations")
    expect(bar).to_contain_text("1 selected")
    scroll_down_to(tab, "Guest 200")
    until(tab, lambda: "Guest 020" not in shown(tab))
    row(tab, "Guest 180").click(modifiers=["Shift"])
    expect(bar).to_contain_text("161 selected")


def test_a_refresh_with_fewer_rows_of_a_long_section_deselects_none(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    ready(tab)
    row(tab, "Guest 040").focus()
    tab.keyboard.press("x")
    bar = tab.get_by_role("region", name="Selected conversations")
    expect(bar).to_contain_text("1 selected")
    tab.evaluate("document.querySelector('#section-waiting .queue-more input').value = 25")
    tab.evaluate(REFRESH)
    expect(row(tab, "Guest 040")).to_have_count(0)
    expect(bar).to_contain_text("1 selected")


def test_rows_that_changed_lately_stay_as_the_last_page_comes(sit_down, stack, bluebird, ana):
    rows = line_up(bluebird, 40)
    tab = sit_down(ana)
    expect(waiting(tab)).to_have_count(25)
    rows[3].touch()
    expect(tab.locator(f"#row-{rows[3].pk}[data-at]")).to_have_count(1)
    part(tab, "Waiting").get_by_role("link", name="More: Waiting").click()
    expect(waiting(tab)).to_have_count(40)
    assert shown(tab) == [f"Guest {number}" for number in range(40)]
    rows[30].touch()
    expect(waiting(tab)).to_have_count(40)


def test_a_refresh_that_waits_for_more_rows_comes_after_them(sit_down, stack, many, ana):
    tab, held = sit_down(ana), []
    refreshes = watch(tab, "/queue/?")
    more = part(tab, "Waiting").get_by_role("link", name="More: Waiting")
    tab.route("**/queue/waiting/*", lambda route: held.append(route))
    more.click()
    until(tab, lambda: len(held) == 1)
    before = len(refreshes)
    tab.evaluate(REFRESH)
    more.click()  # in place of the first request, and of all that wait for it
    until(tab, lambda: len(held) == 2)
    assert len(refreshes) == before
    held[1].continue_()
    until(tab, lambda: len(shown(tab)) == 50)
    until(tab, lambda: len(refreshes) > before)


def test_a_refresh_that_earlier_rows_cut_short_is_asked_for_again(sit_down, stack, many, ana):
    tab, held = sit_down(ana), []
    begin(tab)
    scroll_down_to(tab, "Guest 250")
    until(tab, lambda: len(shown(tab)) == MOST and "Guest 000" not in shown(tab))
    tab.wait_for_timeout(500)
    first = shown(tab)[0]
    tab.route("**/queue/?*", lambda route: held.append(route))
    tab.evaluate(REFRESH)
    until(tab, lambda: len(held) == 1)
    tab.get_by_role("link", name="Earlier rows: Waiting").dispatch_event("click")
    until(tab, lambda: shown(tab)[0] < first)
    until(tab, lambda: len(held) > 1)


def test_rows_that_come_as_one_scrolls_leave_the_focus_alone(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    tab.evaluate("document.activeElement.blur()")
    scroll_down_to(tab, "Guest 090")
    tab.wait_for_timeout(200)
    assert tab.evaluate("document.activeElement === document.body")


def test_a_key_that_is_held_at_the_edge_of_a_section_asks_once(sit_down, stack, many, ana):
    tab, held = sit_down(ana), []
    ready(tab)
    expect(waiting(tab)).to_have_count(25)
    tab.route("**/queue/waiting/*", lambda route: held.append(route))
    row(tab, "Guest 024").focus()
    for _repeat in range(4):
        tab.keyboard.press("j")
        tab.wait_for_timeout(100)
    assert len(held) == 1
    held[0].continue_()
    expect(row(tab, "Guest 025")).to_be_focused()


def test_an_answer_without_more_rows_drops_none_of_a_long_section(sit_down, stack, bluebird, ana):
    line_up(bluebird, MOST + 1)
    Conversation.objects.filter(customer__name=f"Guest {MOST}").update(closed_at=timezone.now())
    tab = sit_down(ana)
    begin(tab)
    scroll_down_to(tab, f"Guest {MOST - 1}")
    scroll(tab, 0)
    ready(tab)
    requests = watch(tab, "before=")
    tab.route("**/queue/?*", lambda route: None)  # the refresh that would show fewer rows
    late = Conversation.objects.get(customer__name=f"Guest {MOST}")
    Conversation.objects.filter(pk=late.pk).update(closed_at=None)
    late.refresh_from_db()
    late.touch()
    until(tab, lambda: len(shown(tab)) == MOST + 1)
    opens(tab, "Guest 77")
    tab.wait_for_timeout(300)
    assert shown(tab)[0] == "Guest 0" and requests == []


def test_home_says_no_longest_wait_once_the_first_rows_are_dropped(sit_down, stack, many, ana):
    tab = sit_down(ana)
    expect(tab.locator(".home-oldest")).to_be_visible()
    begin(tab)
    scroll_down_to(tab, "Guest 250")
    until(tab, lambda: "Guest 000" not in shown(tab))
    expect(tab.locator(".home-oldest")).to_be_hidden()


def test_the_open_conversation_is_marked_again_as_one_comes_back_to_it(sit_down, stack, many, ana):
    tab = sit_down(ana)
    begin(tab)
    opens(tab, "Guest 002")
    scroll_down_to(tab, "Guest 300")
    until(tab, lambda: "Guest 002" not in shown(tab))
    until(tab, lambda: "Guest 002" in shown(tab) or scroll(tab, 0), seconds=60)
    expect(row(tab, "Guest 002")).to_have_attribute("aria-current", "page")


def test_a_view_goes_on_by_itself_in_its_own_order(sit_down, stack, many, ana):
    view = SavedView.objects.create(name="Newest", author=ana, order="newest")
    tab = sit_down(ana)
    tab.locator(f"#section-view-{view.pk} summary").click()
    until(tab, lambda: len(shown(tab, f"view-{view.pk}")) >= 25)
    until(tab, lambda: len(shown(tab, f"view-{view.pk}")) == MOST or scroll(tab, 1_000_000), seconds=60)
    names = shown(tab, f"view-{view.pk}")
    assert names == sorted(names, reverse=True)


def test_without_scripts_a_long_section_has_pages_in_both_directions(stack, browser, many, ana, sit_down):
    tab = sit_down(ana, java_script_enabled=False)
    part(tab, "Waiting").get_by_role("link", name="More: Waiting").click()
    expect(tab.locator(".row-name").first).to_have_text(re.compile("Guest 025"))
    tab.get_by_role("link", name="Earlier rows: Waiting").click()
    expect(tab.locator(".row-name").first).to_have_text(re.compile("Guest 000"))
    expect(tab.get_by_role("link", name="Earlier rows: Waiting")).to_be_hidden()
