"""Drafts: what an agent has begun to write is there again, after a crash and on every device."""

import pytest
from playwright.sync_api import expect

from console.models import Draft
from tests.browser.desk import composer, opens, row, says, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = "**/draft/"


def is_saved(text):
    return Draft.objects.filter(text=text).exists()


def test_a_draft_is_there_on_another_device_and_in_its_row(sit_down, mona_writes, stack, ana):
    desk = sit_down(ana)
    takes(desk)
    composer(desk).press_sequentially("Dear Mona")
    eventually(lambda: is_saved("Dear Mona"))
    phone = sit_down(ana)
    expect(row(phone)).to_contain_text("Draft: Dear Mona")
    opens(phone)
    expect(composer(phone)).to_have_value("Dear Mona")
    expect(composer(phone)).to_be_focused()
    phone.keyboard.type(", hello")
    expect(composer(desk)).to_have_value("Dear Mona, hello")
    expect(row(desk)).to_contain_text("Draft: Dear Mona, hello")
    composer(desk).press("Enter")
    expect(composer(phone)).to_have_value("")
    expect(row(phone)).not_to_contain_text("Draft:")
    eventually(lambda: stack.texts(mona_writes) == ["Dear Mona, hello"])


def test_a_draft_of_another_device_never_replaces_what_is_being_typed(sit_down, mona_writes, ana):
    desk, phone = sit_down(ana), sit_down(ana)
    takes(desk)
    opens(phone)
    desk.context.set_offline(True)
    composer(desk).press_sequentially("Typed at the desk")
    composer(phone).press_sequentially("Typed on the phone")
    eventually(lambda: is_saved("Typed on the phone"))
    desk.context.set_offline(False)
    offer = desk.get_by_role("status").filter(has_text="You wrote on another device: Typed on the phone")
    expect(offer).to_be_visible()
    expect(composer(desk)).to_have_value("Typed at the desk")
    offer.get_by_role("button", name="Use that instead").click()
    expect(composer(desk)).to_have_value("Typed on the phone")
    expect(offer).to_be_hidden()


def test_a_draft_outlives_a_crash_before_it_was_saved(start_browser, mona_writes, ana):
    tab, kill = start_browser(ana)
    takes(tab)
    tab.route(DRAFT, lambda route: route.abort())
    composer(tab).press_sequentially("Dear Mona")
    tab.wait_for_timeout(6_000)  # the browser writes its storage to the disk every few seconds
    kill()
    tab, _kill = start_browser(ana)
    opens(tab)
    expect(composer(tab)).to_have_value("Dear Mona")
    until(tab, lambda: is_saved("Dear Mona"))


def test_what_was_typed_while_a_draft_was_being_saved_is_kept_when_its_author_looks_elsewhere(
    sit_down, mona_writes, stack, ana
):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    takes(tab)

    def answer_late(route):
        tab.wait_for_timeout(1_500)
        route.continue_()

    tab.route(DRAFT, answer_late, times=1)
    with tab.expect_request(DRAFT):
        composer(tab).press_sequentially("Dear")
    composer(tab).press_sequentially(" Mona")
    opens(tab, "Jonas Brandt")
    until(tab, lambda: is_saved("Dear Mona"))
    opens(tab)
    expect(composer(tab)).to_have_value("Dear Mona")


def test_a_long_draft_is_saved(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("word " * 15_000)
    until(tab, lambda: is_saved("word " * 15_000))


def test_a_draft_is_saved_from_a_browser_without_room(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.evaluate("void (Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') })")
    composer(tab).press_sequentially("Dear Mona")
    until(tab, lambda: is_saved("Dear Mona"))


def test_send_leaves_no_draft_behind(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).press_sequentially("Dear Mona")
    eventually(lambda: is_saved("Dear Mona"))
    composer(tab).press("Enter")
    until(tab, lambda: stack.texts(mona_writes) == ["Dear Mona"])
    eventually(lambda: not Draft.objects.exists())
    tab.reload()
    expect(composer(tab)).to_have_value("")


def test_a_draft_stays_when_the_conversation_is_closed(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    until(tab, lambda: stack.texts(mona_writes) == ["Goodbye"])
    composer(tab).press_sequentially("By the way")
    eventually(lambda: is_saved("By the way"))
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    tab.reload()
    expect(composer(tab)).to_have_value("By the way")
