"""The look of the thread: nothing overlaps, no text turns others around, and what an agent holds stays in place."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, Customer, Message
from tests.browser.desk import bubbles, line_up, opens, part, row, says, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "https://example.com/" + "a" * 400
HEBREW = "\u05de\u05d5\u05e0\u05d4"


@pytest.fixture(params=[{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desktop", "phone"])
def screen(request):
    return request.param


def test_urls_and_phone_numbers_in_a_text_are_links(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, text="Is it https://example.com/tea? Call +49 30 1234567, it costs 1.299,00 €.")
    tab = sit_down(ana)
    opens(tab)
    links = bubbles(tab).last.get_by_role("link")
    expect(links).to_have_text(["https://example.com/tea", "+49 30 1234567"])
    expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_reaction_stands_beside_the_state_of_a_message(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Good morning!")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    mid = stack.said(mona_writes)[0]["mid"]
    stack.post(f"customers/{mona_writes}/react", mid=mid, emoji="❤")
    reaction = bubbles(tab).last.locator(".message-meta-reaction")
    expect(reaction).to_have_text("❤")
    state = bubbles(tab).last.locator(".message-meta-state")
    one, other = eventually(lambda: boxes(reaction, state))
    assert not overlap(one, other)
    assert abs(middle(one) - middle(other)) < 6


def boxes(*locators):
    """Return where they stand, or None while the message is replaced by its next state."""
    found = [locator.bounding_box() for locator in locators]
    return found if all(found) else None


def middle(box):
    return box["y"] + box["height"] / 2


def test_a_long_link_does_not_widen_the_thread(screen, sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, attachment={"type": "fallback", "url": LONG, "title": ""})
    stack.say(mona_writes, attachment={"type": "fallback", "url": LONG, "title": "T" * 400})
    stack.say(mona_writes, text=LONG)
    stack.say(mona_writes, attachment={"type": "file", "url": f"/_sandbox/sample.pdf?{'a' * 300}"})
    tab = sit_down(ana, viewport=screen)
    row(tab).click()
    expect(bubbles(tab)).to_have_count(5)
    thread = tab.locator("message-list")
    assert thread.evaluate("list => list.scrollWidth <= list.clientWidth")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_message_from_last_year_shows_its_year(sit_down, mona_writes, stack, ana):
    eventually(lambda: Message.objects.exists())
    then = timezone.now().replace(year=timezone.now().year - 1, month=3, day=2)
    Message.objects.update(at=then)
    Conversation.objects.update(last_at=then, waiting_since=None)
    tab = sit_down(ana)
    expect(row(tab).locator(".row-time")).to_contain_text(str(then.year))
    opens(tab)
    expect(tab.get_by_role("log", name="Messages").locator(".thread-day")).to_contain_text(str(then.year))


def test_selected_text_stays_selected_when_the_message_state_changes(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "The code is 4711")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    bubbles(tab).last.locator(".text").evaluate("text => getSelection().selectAllChildren(text)")
    stack.post(f"customers/{mona_writes}/read")
    expect(bubbles(tab).last).to_contain_text("Read")
    assert tab.evaluate("getSelection().toString()") == "The code is 4711"


def test_a_right_to_left_customer_name_does_not_reverse_the_text_around_it(sit_down, mona_writes, ana, ben):
    eventually(lambda: Customer.objects.exclude(profile_at=None).exists())
    Customer.objects.update(name="Mona \u202erebeW")
    tab = sit_down(ana)
    expect(row(tab, "Mona rebeW")).to_be_visible()
    Customer.objects.update(name=HEBREW)
    tab.reload()
    expect(row(tab, HEBREW).locator(".row-name")).to_have_text(f"\u2068{HEBREW}\u2069")


def test_the_not_sent_mark_leaves_the_row_once_a_later_reply_is_sent(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    stack.fail("messages", status=400, error={"message": "(#368)", "code": 368, "error_subcode": 1346003})
    says(tab, "Buy this!")
    expect(row(tab)).to_contain_text("Not sent")
    stack.be_well()
    says(tab, "Or that?")
    expect(row(tab)).not_to_contain_text("Not sent")
    expect(bubbles(tab).filter(has_text="Buy this!")).to_contain_text("Not sent")


def test_the_banner_about_a_transfer_covers_no_row_of_the_queue(
    screen, sit_down, mona_writes, stack, bluebird, ana, ben
):
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    line_up(bluebird, 24)
    conversation.take(ben)
    tab = sit_down(ana, viewport=screen)
    conversation.transfer(ben, to=ana)
    notice = tab.get_by_role("link", name="Ben Okafor transferred Mona Weber to you")
    expect(notice).to_be_visible()
    last = part(tab, "Waiting").get_by_role("link", name="Guest 23", exact=False)
    last.scroll_into_view_if_needed()
    until(tab, notice.bounding_box)  # a refresh of the queue puts it there anew
    assert not overlap(notice.bounding_box(), last.bounding_box())
    queue = tab.get_by_role("navigation", name="Conversations").bounding_box()
    assert not overlap(notice.bounding_box(), queue)


def overlap(one, other):
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    above = one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1
    return not (beside or above)


def test_the_field_and_the_thread_have_the_same_edges_on_a_wide_screen(sit_down, mona_writes, ana):
    tab = sit_down(ana, viewport={"width": 1920, "height": 1000})
    takes(tab)
    thread, attach = tab.locator(".thread").bounding_box(), tab.locator(".composer-attach").first.bounding_box()
    assert attach["x"] == pytest.approx(thread["x"], abs=8)  # px: half a scrollbar
    send = tab.get_by_role("button", name="Send", exact=True).bounding_box()
    assert send["x"] + send["width"] == pytest.approx(thread["x"] + thread["width"], abs=8)
