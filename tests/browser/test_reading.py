"""Reading a thread: days, groups of messages, what is new, and where it opens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, Message
from tests.browser.desk import bubbles, composer, opens, row, says, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def thread(tab):
    return tab.get_by_role("log", name="Messages")


def line(tab, words):
    return thread(tab).get_by_role("listitem").filter(has_text=words)


def mona_wrote(number, **ago):
    """Move the first message back, and add more a minute apart, none of which anybody has read."""
    conversation = eventually(Conversation.objects.first)
    began = timezone.now() - timedelta(**ago)
    Message.objects.update(at=began, sent_at=began)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            page_id=conversation.page_id,
            is_incoming=True,
            state=Message.State.RECEIVED,
            text=f"line {count}",
            mid=f"m_line_{count}",
            at=began + timedelta(minutes=count + 1),
            revision=0,
        )
        for count in range(number)
    )
    Conversation.objects.update(unread=number + 1, waiting_since=began)
    return conversation


def top(locator):
    return locator.bounding_box()["y"]


def test_a_line_stands_above_the_messages_of_each_day(sit_down, mona_writes, stack, ana):
    eventually(Message.objects.exists)
    yesterday = timezone.now() - timedelta(days=1)
    Message.objects.update(at=yesterday, sent_at=yesterday)
    tab = sit_down(ana)
    opens(tab)
    expect(line(tab, "Yesterday")).to_be_visible()
    expect(line(tab, "Today")).to_have_count(0)
    stack.say(mona_writes, text="Still nobody?")
    expect(line(tab, "Today")).to_be_visible()
    assert top(bubbles(tab).first) < top(line(tab, "Today")) < top(bubbles(tab).last)


def test_days_are_right_when_older_messages_come(sit_down, mona_writes, stack, ana):
    mona_wrote(40, minutes=41)
    Conversation.objects.update(unread=0)
    eventually(lambda: Message.objects.count() == 41)
    old = timezone.now() - timedelta(days=1)
    Message.objects.filter(text__in=[f"line {number}" for number in range(5)]).update(at=old)
    tab = sit_down(ana)
    opens(tab)
    thread(tab).evaluate("list => list.scrollTop = 0")
    expect(bubbles(tab)).to_have_count(41)
    expect(line(tab, "Today")).to_have_count(1)
    expect(line(tab, "Yesterday")).to_have_count(1)


def test_messages_of_one_speaker_within_a_minute_have_one_name_and_one_state(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    for text in ("Good morning!", "What can I do for you?"):
        says(tab, text)
        expect(bubbles(tab).last).to_contain_text(text)
    names = thread(tab).get_by_text("Ana R.", exact=True).filter(visible=True)
    expect(bubbles(tab).last.get_by_text("Delivered")).to_be_visible()
    expect(names).to_have_count(1)
    expect(thread(tab).get_by_text("Delivered").filter(visible=True)).to_have_count(1)
    stack.say(mona_writes, text="Where is my order?")
    expect(bubbles(tab).last).to_contain_text("Where is my order?")
    says(tab, "Let me look")
    expect(bubbles(tab).last.get_by_text("Delivered")).to_be_visible()
    expect(names).to_have_count(2)


def test_a_failed_message_within_a_group_says_so_itself(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    stack.fail("messages", status=400, error={"message": "(#368)", "code": 368, "error_subcode": 1346003})
    says(tab, "Buy this!")
    expect(bubbles(tab).last).to_contain_text("Not sent")
    stack.be_well()
    says(tab, "Or that?")
    expect(bubbles(tab).last.get_by_text("Delivered")).to_be_visible()
    expect(bubbles(tab).filter(has_text="Buy this!").get_by_text("Not sent")).to_be_visible()


def test_a_thread_opens_at_its_first_unread_message(sit_down, mona_writes, stack, ana):
    mona_wrote(40, minutes=41)
    tab = sit_down(ana)
    opens(tab)
    expect(line(tab, "New")).to_be_in_viewport()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_in_viewport()  # the page itself stays
    expect(bubbles(tab).first).to_be_in_viewport()
    expect(bubbles(tab)).to_have_count(41)
    expect(bubbles(tab).last).not_to_be_in_viewport()
    expect(row(tab)).to_contain_text("41 unread")


def test_a_thread_with_very_many_unread_messages_loads_a_few_pages_and_the_line_goes_up_with_more(
    sit_down, mona_writes, ana
):
    mona_wrote(240, minutes=241)
    tab = sit_down(ana)
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if "?before=" in request.url else None)
    opens(tab)
    expect(line(tab, "New")).to_have_count(1)
    tab.wait_for_timeout(2_000)
    assert 3 <= len(asked) <= 6
    while tab.get_by_role("link", name="Earlier messages").count():
        tab.get_by_role("link", name="Earlier messages").evaluate("link => link.scrollIntoView()")
        tab.wait_for_timeout(100)
    expect(bubbles(tab)).to_have_count(241)
    assert top(line(tab, "New")) < top(bubbles(tab).first)
    expect(line(tab, "New")).to_have_count(1)


def test_the_line_above_new_messages_goes_when_the_agent_replies(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    expect(line(tab, "New")).to_be_visible()
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_focused()
    says(tab, "Here I am")
    expect(bubbles(tab).last).to_contain_text("Here I am")
    expect(line(tab, "New")).to_have_count(0)


def test_a_button_counts_what_came_below_and_leads_there(sit_down, mona_writes, stack, ana):
    mona_wrote(40, minutes=41)
    Conversation.objects.update(unread=0)
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab).last).to_be_in_viewport()
    thread(tab).evaluate("list => list.scrollTop -= 400")
    for text in ("One", "Two", "Three"):
        stack.say(mona_writes, text=text)
    tab.get_by_role("button", name="3 new").click()
    expect(bubbles(tab).last).to_contain_text("Three")
    expect(bubbles(tab).last).to_be_in_viewport()
    expect(tab.get_by_role("button", name="3 new")).to_be_hidden()
    assert top(line(tab, "New")) < top(bubbles(tab).filter(has_text="One"))
