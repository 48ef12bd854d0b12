"""Scheduled replies, in real browsers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation, ScheduledReply
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def scheduled(tab):
    return tab.get_by_role("log", name="Messages").locator(".scheduled-reply")


def schedules(tab, text, when):
    composer(tab).fill(text)
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_label("Message")).to_have_value(text)
    expect(dialog.get_by_label("When")).to_be_focused()
    dialog.get_by_label("When").fill(when)
    expect(dialog.get_by_role("status")).to_contain_text("Goes out on")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_reply_goes_out_when_it_is_due_and_colleagues_see_it_wait(options, sit_down, mona_writes, stack, ana, ben):
    anas, bens = sit_down(ana, **options), sit_down(ben)
    opens(anas)
    anas.get_by_role("button", name="Take").click()
    expect(composer(anas)).to_be_editable()
    opens(bens)
    schedules(anas, "Is all well now?", "in 2 hours")
    expect(composer(anas)).to_have_value("")
    for tab in (anas, bens):
        expect(scheduled(tab)).to_contain_text("Is all well now?")
        assert findings(tab) == []
    expect(scheduled(bens).get_by_role("button")).to_have_count(0)
    ScheduledReply.objects.update(at=timezone.now() - timedelta(seconds=1))
    ScheduledReply.objects.send_due()
    eventually(lambda: stack.texts(mona_writes) == ["Is all well now?"])
    for tab in (anas, bens):
        expect(scheduled(tab)).to_have_count(0)
        expect(bubbles(tab)).to_have_count(2)


def test_the_author_edits_sends_and_deletes_what_waits(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    schedules(tab, "Is all well?", "in 5 hours")
    scheduled(tab).get_by_role("link", name="Edit").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_label("When")).to_have_value(
        f"{timezone.localtime(ScheduledReply.objects.get().at):%Y-%m-%d %H:%M}"
    )
    dialog.get_by_label("Message").fill("Is all fine?")
    dialog.get_by_role("button", name="Send later").click()
    expect(scheduled(tab)).to_contain_text("Is all fine?")
    scheduled(tab).get_by_role("button", name="Send now").click()
    eventually(lambda: stack.texts(mona_writes) == ["Is all fine?"])
    expect(scheduled(tab)).to_have_count(0)
    schedules(tab, "And this?", "in 1 hour")
    tab.once("dialog", lambda question: question.dismiss())
    scheduled(tab).get_by_role("button", name="Delete").click()
    expect(scheduled(tab)).to_have_count(1)
    tab.once("dialog", lambda question: question.accept())
    scheduled(tab).get_by_role("button", name="Delete").click()
    expect(scheduled(tab)).to_have_count(0)
    assert ScheduledReply.objects.filter(state="discarded").exists()


def test_a_reply_is_scheduled_once_its_author_has_seen_what_came_behind_the_form(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Message").fill("Are you still there?")
    dialog.get_by_label("When").fill("in 2 hours")
    stack.say(mona_writes, text="I have bought another one")
    expect(bubbles(tab).last).to_contain_text("I have bought another one")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Mona Weber just sent another message.")
    assert not ScheduledReply.objects.exists()
    expect(dialog.get_by_label("Message")).to_have_value("Are you still there?")
    dialog.get_by_role("button", name="Send later").click()
    expect(scheduled(tab)).to_contain_text("Are you still there?")


def test_a_moment_that_facebook_refuses_is_said_while_it_is_typed(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("When").fill("in 30 days")
    expect(dialog.get_by_role("status")).to_contain_text("Facebook takes replies until")
    dialog.get_by_role("button", name="In 1 hour").click()
    expect(dialog.get_by_role("status")).to_contain_text("Goes out on")


def test_only_moments_at_which_facebook_takes_a_reply_are_offered(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    until = timezone.now() + timedelta(minutes=90)
    Conversation.objects.update(messaging_window_until=until, human_agent_until=until)
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="In 1 hour")).to_be_visible()
    expect(dialog.get_by_text("Facebook takes replies until")).to_be_visible()
    expect(dialog.get_by_role("button", name="Tomorrow 9:00")).to_have_count(0)
    dialog.get_by_label("Message").fill("Is all well?")
    dialog.get_by_label("When").fill("in 2 hours")
    expect(dialog.get_by_role("status")).to_contain_text("Facebook takes replies until")
    expect(dialog.get_by_text("Facebook takes replies until").locator("visible=true")).to_have_count(1)
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Facebook takes replies until")
    expect(dialog.get_by_role("button", name="In 1 hour")).to_be_visible()
    expect(dialog.get_by_text("Facebook takes replies until").locator("visible=true")).to_have_count(1)


def test_quick_replies_of_the_composer_go_out_later_and_leave_it(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Quick replies").click()
    tab.get_by_role("textbox", name="New quick reply").fill("Green")
    tab.keyboard.press("Enter")
    composer(tab).fill("Which one?")
    tab.get_by_role("link", name="Send later").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_label("Quick replies")).to_have_value("Green")
    dialog.get_by_role("button", name="In 1 hour").click()
    dialog.get_by_role("button", name="Send later").click()
    expect(scheduled(tab)).to_contain_text("Which one?")
    expect(scheduled(tab).get_by_role("list", name="Quick replies for the customer")).to_have_text("Green")
    expect(composer(tab)).to_have_value("")
    expect(tab.get_by_role("group", name="Quick replies under this reply")).to_be_hidden()
    scheduled(tab).get_by_role("button", name="Send now").click()
    expect(scheduled(tab)).to_have_count(0)
    expect(bubbles(tab).last.get_by_role("list", name="Quick replies for the customer")).to_have_text("Green")
