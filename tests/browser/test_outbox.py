"""The outbox: unconfirmed replies are sent in order, once, under their author's persona, and failures are shown."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import expect

from agents.sessions import Session
from console.infrastructure.request_bodies import LEAST, PATIENCE
from console.models import Conversation, Message
from tests.browser.conftest import session_of
from tests.browser.desk import bubbles, composer, opens, part, row, says, takes, unconfirmed, until
from tests.conftest import BROWSER_PATIENCE_MS, PASSWORD, restrict
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

SEND = "**/send/"
RECEIPT = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 Bluebird Tea"}


def logs_in(tab, agent, path):
    """Log in an agent in a tab that another used before and that has left the desk."""
    tab.goto("about:blank")
    tab.context.add_cookies([session_of(agent)])
    tab.goto(path)


def fails(tab, status=502, times=None):
    options = {"times": times} if times else {}
    tab.route(SEND, lambda route: route.fulfill(status=status, body="Bad gateway"), **options)


def test_replies_written_offline_are_sent_in_order_after_reconnecting(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    for text in ("one", "two", "three"):
        says(tab, text)
    expect(unconfirmed(tab).nth(0)).to_contain_text("The console has not confirmed this yet.")
    expect(unconfirmed(tab).nth(1)).to_contain_text("Waiting for the reply above.")
    tab.context.set_offline(False)
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two", "three"])
    expect(unconfirmed(tab)).to_have_count(0)


@pytest.mark.parametrize("locks", ["", "delete Navigator.prototype.locks"], ids=["https", "http"])
def test_replies_of_two_tabs_that_were_offline_are_sent_in_the_order_they_were_written(
    locks, sit_down, mona_writes, stack, ana
):
    tab = sit_down(ana)
    tab.context.add_init_script(locks)
    tab.reload()
    takes(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    tab.context.set_offline(True)
    for number in range(3):
        says(tab, f"tab {number}")
        expect(unconfirmed(other)).to_have_count(2 * number + 1)
        says(other, f"other {number}")
        expect(unconfirmed(tab)).to_have_count(2 * number + 2)
    requests = []
    tab.context.on("request", lambda request: requests.append(request.url) if request.url.endswith("/send/") else None)
    tab.context.set_offline(False)
    until(tab, lambda: len(stack.texts(mona_writes)) >= 6)
    assert stack.texts(mona_writes) == [f"{name} {number}" for number in range(3) for name in ("tab", "other")]
    expect(unconfirmed(other)).to_have_count(0)
    assert len(requests) == 6  # one tab sends


def test_replies_of_a_tab_that_was_closed_offline_are_sent_by_the_next(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    says(tab, "one")
    says(tab, "two")
    expect(unconfirmed(tab)).to_have_count(3)
    next_tab = tab.context.new_page()
    tab.close()
    next_tab.context.set_offline(False)
    next_tab.goto("/")
    until(next_tab, lambda: len(stack.said(mona_writes)) == 3)
    assert stack.texts(mona_writes)[1:] == ["one", "two"]


def test_a_file_half_uploaded_as_the_tab_is_killed_arrives_once(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000}  # bytes/s
    tab.context.new_cdp_session(tab).send("Network.emulateNetworkConditions", slow)
    tab.get_by_label("Attach files").set_input_files({**RECEIPT, "buffer": b"%PDF-1.4" + b"x" * 400_000})
    says(tab, "Your receipt")
    upload = unconfirmed(tab).get_by_role("progressbar", name="Upload").first
    until(tab, lambda: 0.2 < upload.evaluate("progress => progress.value") < 0.9)
    next_tab = tab.context.new_page()
    tab.close()
    next_tab.goto("/")
    until(next_tab, lambda: len(stack.said(mona_writes)) == 2)
    opens(next_tab)
    expect(bubbles(next_tab).filter(has_text="Your receipt")).to_contain_text("Delivered")
    expect(bubbles(next_tab).filter(has_text="receipt.pdf")).to_have_count(1)
    assert stack.texts(mona_writes)[1:] == ["Your receipt"]


def test_replies_outlive_a_crash_of_the_browser(start_browser, mona_writes, stack, ana):
    tab, kill = start_browser(ana)
    takes(tab)
    tab.context.set_offline(True)
    says(tab, "one")
    says(tab, "two")
    expect(unconfirmed(tab).nth(1)).to_contain_text("Waiting for the reply above.")
    kill()
    tab, _kill = start_browser(ana)
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"])


def test_a_reply_is_retried_without_a_click_when_the_console_fails(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab, times=2)
    says(tab, "one")
    says(tab, "two")
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"])


@pytest.mark.parametrize("status", [200, 403, 404, 407])
def test_an_answer_of_a_proxy_neither_confirms_nor_refuses_a_reply(status, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab, status=status, times=1)
    says(tab, "one")
    says(tab, "two")
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"])


def test_the_upload_timeout_of_a_large_file_allows_the_slowest_accepted_upload(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.evaluate("AbortSignal.timeout = (within) => { window.within = within; return new AbortController().signal; }")
    slowest, size = LEAST / PATIENCE, 5 * 1024 * 1024  # bytes/s
    film = {"name": "film.bin", "mimeType": "application/octet-stream", "buffer": b"x" * size}
    tab.get_by_label("Attach files").set_input_files(film)
    says(tab, "")
    until(tab, lambda: tab.evaluate("window.within") is not None)
    assert tab.evaluate("window.within") >= 1000 * size / slowest


def test_a_long_reply_in_letters_of_many_bytes_is_sent(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "茶" * 8_000)
    until(tab, lambda: "".join(stack.texts(mona_writes)) == "茶" * 8_000)
    expect(unconfirmed(tab)).to_have_count(0)


def test_an_upload_that_a_portal_answers_with_204_is_tried_again(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab, status=204, times=1)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    says(tab, "Your receipt")
    until(tab, lambda: stack.texts(mona_writes)[1:] == ["Your receipt"])


@pytest.mark.parametrize("becomes", [None, b"%PDF-1.4 another"], ids=["deleted", "changed"])
def test_a_reply_with_a_file_that_can_no_longer_be_read_stays_in_the_field(
    becomes, sit_down, mona_writes, stack, ana, tmp_path
):
    tab = sit_down(ana)
    takes(tab)
    path = tmp_path / "receipt.pdf"
    path.write_bytes(RECEIPT["buffer"])
    tab.get_by_label("Attach files").set_input_files(path)
    path.write_bytes(becomes) if becomes else path.unlink()
    says(tab, "Your receipt")
    expect(tab.get_by_role("alert").filter(has_text="a file was moved, changed or deleted")).to_be_visible()
    expect(composer(tab)).to_have_value("Your receipt")
    tab.get_by_role("button", name="Remove: receipt.pdf").click()
    composer(tab).press("Enter")
    until(tab, lambda: stack.texts(mona_writes) == ["Your receipt"])


def test_a_file_deleted_after_send_is_sent_from_the_copy_of_the_browser(sit_down, mona_writes, stack, ana, tmp_path):
    tab = sit_down(ana)
    takes(tab)
    path = tmp_path / "receipt.pdf"
    path.write_bytes(RECEIPT["buffer"])
    tab.context.set_offline(True)
    tab.get_by_label("Attach files").set_input_files(path)
    says(tab, "Your receipt")
    expect(unconfirmed(tab).first).to_contain_text("The console has not confirmed this yet.")
    path.unlink()
    tab.context.set_offline(False)
    until(tab, lambda: stack.texts(mona_writes)[1:] == ["Your receipt"])


def test_replies_behind_a_refused_one_are_sent(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    refusal = {"status": 422, "body": "Not this.", "headers": {"X-Agent": str(ana.pk)}}
    tab.route(SEND, lambda route: route.fulfill(**refusal), times=1)
    says(tab, "one")
    says(tab, "two")
    until(tab, lambda: stack.texts(mona_writes) == ["two"])
    expect(unconfirmed(tab).filter(has_text="Not this.")).to_contain_text("one")
    expect(row(tab)).to_contain_text("Not sent")


def test_a_reply_whose_confirmation_was_lost_is_never_sent_twice(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)

    def lose_answer(route):
        route.fetch()  # the console has it; its answer is lost on the way
        route.abort()

    tab.route(SEND, lose_answer, times=2)
    says(tab, "Pay 10 euros")
    says(tab, "please")
    expect(bubbles(tab).filter(has_text="please")).to_contain_text("Delivered")
    expect(unconfirmed(tab)).to_have_count(0)
    assert stack.texts(mona_writes) == ["Pay 10 euros", "please"]


def test_a_reply_to_less_than_the_customer_has_written_is_kept_back(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    says(tab, "Goodbye")
    says(tab, "and thank you")
    stack.say(mona_writes, text="One more thing")
    stack.say(mona_writes, text="It is broken")
    eventually(lambda: Conversation.objects.get().messages.filter(text="It is broken").exists())
    tab.context.set_offline(False)
    expect(unconfirmed(tab).first).to_contain_text("Mona Weber just sent 2 more messages. Your reply was not sent.")
    expect(bubbles(tab).last).to_contain_text("It is broken")
    expect(unconfirmed(tab).last).to_contain_text("Waiting for the reply above.")
    assert stack.texts(mona_writes) == []
    unconfirmed(tab).first.get_by_role("button", name="Send anyway").click()
    until(tab, lambda: stack.texts(mona_writes) == ["Goodbye", "and thank you"])


def test_a_reply_kept_back_for_a_new_message_can_be_edited(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    says(tab, "Goodbye")
    stack.say(mona_writes, text="One more thing")
    eventually(lambda: Conversation.objects.get().messages.filter(text="One more thing").exists())
    tab.context.set_offline(False)
    unconfirmed(tab).get_by_role("button", name="Edit").click()
    expect(composer(tab)).to_have_value("Goodbye")
    composer(tab).fill("I see!")
    composer(tab).press("Enter")
    until(tab, lambda: stack.texts(mona_writes) == ["I see!"])


def test_send_shows_first_what_the_customer_wrote_below_the_screen(sit_down, mona_writes, stack, ana):
    for number in range(30):
        stack.say(mona_writes, text=f"line {number}")
    eventually(lambda: Message.objects.count() == 31)
    tab = sit_down(ana)
    takes(tab)
    thread = tab.get_by_role("log", name="Messages")
    thread.evaluate("list => list.scrollTop = list.scrollHeight")
    expect(bubbles(tab).last).to_be_in_viewport()
    thread.hover()
    tab.mouse.wheel(0, -600)
    stack.say(mona_writes, text="One more thing")
    expect(tab.get_by_role("button", name=re.compile("new"))).to_be_visible()
    says(tab, "Goodbye")
    question = tab.get_by_role("alert").filter(has_text="Mona Weber wrote another message.")
    expect(bubbles(tab).last).to_be_in_viewport()
    expect(composer(tab)).to_have_value("Goodbye")
    assert question.bounding_box()["height"] < 60  # px: one line, with its button
    question.get_by_role("button", name="Send anyway").click()
    until(tab, lambda: stack.texts(mona_writes) == ["Goodbye"])
    expect(question).to_be_hidden()


def test_the_question_before_send_counts_for_a_customer_with_a_sign_in_the_name(sit_down, bluebird, stack, ana):
    psid = stack.customer("Fan #1 @ home")
    for number in range(30):
        stack.say(psid, text=f"line {number}")
    eventually(lambda: Message.objects.count() == 30)
    tab = sit_down(ana)
    takes(tab, "Fan #1 @ home")
    says(tab, "Goodbye")
    expect(tab.get_by_role("alert").filter(has_text=re.compile(r"Fan #1 @ home wrote \d+ more"))).to_be_visible()


def test_the_question_before_send_goes_when_the_agent_may_no_longer_reply(sit_down, mona_writes, stack, ana):
    for number in range(30):
        stack.say(mona_writes, text=f"line {number}")
    eventually(lambda: Message.objects.count() == 31)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    question = tab.get_by_role("alert").filter(has_text="more messages")
    expect(question).to_be_visible()
    Conversation.objects.get().return_to_queue(ana)
    expect(tab.get_by_role("button", name="Take")).to_be_visible()
    expect(question).to_be_hidden()


def test_send_shows_first_what_was_unread_on_opening_and_never_on_the_screen(sit_down, mona_writes, stack, ana):
    for number in range(30):
        stack.say(mona_writes, text=f"line {number}")
    eventually(lambda: Message.objects.count() == 31)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    expect(tab.get_by_role("alert").filter(has_text="more messages")).to_be_visible()
    expect(composer(tab)).to_have_value("Goodbye")
    assert stack.texts(mona_writes) == []


def gives_time_to_undo(agent, seconds=5):
    agent.undo_seconds = seconds
    agent.save()


def test_a_reply_that_can_still_be_undone_is_sent_before_its_author_is_logged_out(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana, 30)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    expect(unconfirmed(tab)).to_contain_text("Leaves in")
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
    eventually(lambda: stack.texts(mona_writes) == ["Goodbye"])


def test_nobody_is_logged_out_before_they_see_that_a_reply_cannot_be_sent(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana, 30)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    expect(unconfirmed(tab)).to_contain_text("Leaves in")
    fails(tab)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_text("1 reply has not left this computer.")).to_be_visible()
    expect(tab.get_by_role("button", name="Log out")).to_be_enabled()
    tab.unroute(SEND)
    until(tab, lambda: stack.texts(mona_writes) == ["Goodbye"])


def test_undo_brings_text_and_files_back_and_nothing_reaches_facebook(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana)
    tab = sit_down(ana)
    takes(tab)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if request.url.endswith("/send/") else None)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    says(tab, "Goodby")
    expect(unconfirmed(tab).last).to_contain_text("Leaves in")
    composer(tab).fill("and thanks")
    unconfirmed(tab).last.get_by_role("button", name="Undo").click()
    expect(composer(tab)).to_have_value("Goodby\nand thanks")
    expect(tab.get_by_role("list", name="Files to send").get_by_text("receipt.pdf")).to_be_visible()
    expect(unconfirmed(tab)).to_have_count(0)
    tab.wait_for_timeout(5_500)
    assert requests == []
    assert stack.said(mona_writes) == []


def test_undo_keeps_text_and_files_of_an_agent_who_may_no_longer_reply(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana, 10)
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    says(tab, "Goodbye")
    expect(unconfirmed(tab).last).to_contain_text("Leaves in")
    Conversation.objects.get().return_to_queue(ana)
    expect(tab.get_by_role("button", name="Take")).to_be_visible()
    unconfirmed(tab).last.get_by_role("button", name="Undo").click()
    expect(composer(tab)).to_have_value("Goodbye")
    tab.get_by_role("button", name="Take").click()
    expect(tab.get_by_role("list", name="Files to send").get_by_text("receipt.pdf")).to_be_visible()


def test_replies_leave_in_order_when_their_time_to_undo_is_over(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "one")
    says(tab, "two")
    assert stack.texts(mona_writes) == []
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"])
    expect(unconfirmed(tab)).to_have_count(0)


def test_a_reply_of_a_tab_that_closed_before_its_time_was_over_is_sent_later(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "one")
    expect(unconfirmed(tab)).to_contain_text("Leaves in")
    next_tab = tab.context.new_page()
    tab.close()
    next_tab.wait_for_timeout(5_500)
    assert stack.texts(mona_writes) == []
    next_tab.goto("/")
    until(next_tab, lambda: stack.texts(mona_writes) == ["one"])


@pytest.mark.parametrize("verb", ["Close", "Return to queue"])
def test_a_verb_that_ends_the_turn_lets_replies_leave_first_that_could_be_undone(
    verb, sit_down, mona_writes, stack, ana
):
    gives_time_to_undo(ana, 10)
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Goodbye")
    expect(unconfirmed(tab)).to_contain_text("Leaves in")
    tab.get_by_role("button", name=verb).click()
    until(tab, lambda: stack.texts(mona_writes) == ["Goodbye"])
    eventually(lambda: Conversation.objects.get().agent is None)


def test_close_in_another_tab_lets_a_reply_leave_first(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana, 10)
    tab = sit_down(ana)
    takes(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    says(tab, "Goodbye")
    expect(unconfirmed(other)).to_contain_text("Leaves in")
    other.get_by_role("button", name="Close").click()
    until(other, lambda: stack.texts(mona_writes) == ["Goodbye"])
    eventually(lambda: not Conversation.objects.get().is_open)


def test_a_verb_that_ends_the_turn_is_left_when_a_reply_before_it_is_refused(sit_down, mona_writes, stack, ana):
    gives_time_to_undo(ana, 10)
    tab = sit_down(ana)
    takes(tab)
    refusal = {"status": 422, "body": "Not this.", "headers": {"X-Agent": str(ana.pk)}}
    tab.route(SEND, lambda route: route.fulfill(**refusal), times=1)
    says(tab, "Goodbye")
    tab.get_by_role("button", name="Close").click()
    expect(unconfirmed(tab)).to_contain_text("Not this.")
    tab.wait_for_timeout(500)
    assert Conversation.objects.get().is_open


def test_an_agent_chooses_how_long_send_can_be_undone(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_label("Time to undo Send").select_option("10 seconds")
    tab.get_by_role("button", name="Save").click()
    takes(tab)
    says(tab, "one")
    expect(unconfirmed(tab)).to_contain_text("Leaves in 10 s")


def test_a_reply_that_may_have_arrived_is_not_offered_for_editing(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    fails(tab)
    says(tab, "one")
    says(tab, "two")
    expect(unconfirmed(tab).nth(0).get_by_role("button", name="Send again")).to_be_visible()
    expect(unconfirmed(tab).nth(0).get_by_role("button", name="Edit")).to_be_hidden()
    unconfirmed(tab).nth(1).get_by_role("button", name="Edit").click()
    expect(composer(tab)).to_have_value("two")
    expect(unconfirmed(tab)).to_have_count(1)


def test_a_reply_stuck_in_another_conversation_shows_above_the_desk_and_in_its_row(sit_down, mona_writes, stack, ana):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    takes(tab)
    fails(tab)
    says(tab, "one")
    expect(unconfirmed(tab)).to_contain_text("The console has not confirmed this yet.")
    says(tab, "two")
    notice = tab.get_by_role("status").filter(has_text="2 replies have not left this computer.")
    opens(tab, "Jonas Brandt")
    expect(row(tab)).to_contain_text("Not confirmed")
    with tab.expect_response("**/queue/?*"):
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('live-hello'))")
    expect(row(tab)).to_contain_text("Not confirmed")
    notice.get_by_role("link", name="Mona Weber").click()
    expect(unconfirmed(tab).first).to_contain_text("one")
    tab.unroute(SEND)
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"], seconds=40)
    expect(row(tab)).not_to_contain_text("Not confirmed")
    expect(notice).to_be_hidden()


def test_replies_in_a_conversation_that_an_agent_may_no_longer_see_can_be_removed(
    sit_down, mona_writes, stack, ana, bluebird
):
    tab = sit_down(ana)
    takes(tab)
    tab.context.set_offline(True)
    says(tab, "one")
    says(tab, "two")
    restrict(bluebird)
    tab.context.set_offline(False)
    expect(tab.get_by_role("heading", name="You can no longer see this conversation")).to_be_visible()
    expect(tab.get_by_role("status").filter(has_text="have not left")).to_be_visible()
    tab.goto("/")
    tab.get_by_role("button", name="Remove what you wrote to Mona Weber").click()
    expect(tab.get_by_role("status").filter(has_text="have not left")).to_be_hidden()
    tab.reload()
    expect(tab.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(tab.get_by_role("status").filter(has_text="have not left")).to_be_hidden()
    assert stack.texts(mona_writes) == []


def test_closing_the_tab_asks_first_while_a_reply_is_unconfirmed(sit_down, mona_writes, stack, ana):
    stack.say(stack.customer("Jonas Brandt"), text="Me too")
    tab = sit_down(ana)
    takes(tab)
    fails(tab)
    says(tab, "one")
    opens(tab, "Jonas Brandt")
    with tab.expect_event("dialog") as asked:
        tab.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    tab.unroute(SEND)
    until(tab, lambda: stack.texts(mona_writes) == ["one"], seconds=40)


def test_closing_one_of_two_tabs_asks_nothing_because_the_other_sends(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    tab.context.route(SEND, lambda route: route.fulfill(status=502, body="Bad gateway"))
    says(tab, "one")
    expect(unconfirmed(other)).to_contain_text("The console has not confirmed this yet.")
    other.wait_for_timeout(1_500)  # tabs are counted every second
    with tab.expect_event("close"):
        tab.close(run_before_unload=True)
    other.context.unroute(SEND)
    until(other, lambda: stack.texts(mona_writes) == ["one"], seconds=40)


def test_closing_the_tab_asks_nothing_once_all_replies_are_confirmed(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "one")
    expect(bubbles(tab).filter(has_text="one")).to_contain_text("Delivered")
    with tab.expect_event("close"):
        tab.close(run_before_unload=True)


def test_a_reply_written_as_the_session_ended_is_sent_after_the_log_in(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    path = tab.url
    composer(tab).fill("Do not lose me")
    Session.objects.all().delete()
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()
    logs_in(tab, ana, path)
    until(tab, lambda: stack.texts(mona_writes) == ["Do not lose me"])


def test_a_session_that_ends_while_its_agent_types_says_why_and_brings_them_back(sit_down, mona_writes, stack, ana):
    ana.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # which the console knows too
    ana.save(update_fields=["password"])
    tab = sit_down(ana)
    takes(tab)
    path = urlsplit(tab.url).path
    composer(tab).fill("A long answer, half writt")
    Session.objects.update(expire_date=timezone.now())  # the next heartbeat of the live stream finds out
    sentence = "You were logged out because nothing was done here"
    expect(tab.get_by_role("status").filter(has_text=sentence)).to_be_visible(timeout=4 * BROWSER_PATIENCE_MS)
    tab.get_by_label("Username").fill("ana")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(composer(tab)).to_have_value("A long answer, half writt")
    assert urlsplit(tab.url).path == path


def test_the_next_agent_at_a_browser_sees_no_drafts_or_replies_of_the_first(sit_down, mona_writes, stack, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    path = tab.url
    fails(tab)
    says(tab, "Ana's stuck reply")
    expect(unconfirmed(tab)).to_contain_text("The console has not confirmed this yet.")
    composer(tab).fill("Ana's draft")
    tab.get_by_role("button", name="Return to queue").click()
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_be_visible()
    logs_in(tab, ben, path)
    tab.unroute(SEND)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_have_attribute("placeholder", "Reply as Ben O.")
    expect(composer(tab)).to_have_value("")
    expect(unconfirmed(tab)).to_have_count(0)
    says(tab, "Ben here")
    until(tab, lambda: [received["persona"]["name"] for received in stack.said(mona_writes)] == ["Ben O."])
    tab.get_by_role("button", name="Return to queue").click()
    logs_in(tab, ana, path)
    expect(unconfirmed(tab)).to_contain_text("This conversation is in the queue: nobody has taken it yet.")
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_have_value("Ana's draft")
    unconfirmed(tab).get_by_role("button", name="Send again").click()
    until(tab, lambda: len(stack.said(mona_writes)) == 2)
    [_bens, anas] = stack.said(mona_writes)
    assert (anas["text"], anas["persona"]["name"]) == ("Ana's stuck reply", "Ana R.")


def test_a_tab_sends_nothing_for_an_agent_who_logged_in_in_another_tab(sit_down, mona_writes, stack, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    fails(tab)
    says(tab, "Ana's words")
    expect(unconfirmed(tab)).to_contain_text("The console has not confirmed this yet.")
    ana.refresh_from_db()
    ana.go_away()
    Conversation.objects.get().take_over(ben)
    tab.context.add_cookies([session_of(ben)])
    tab.unroute(SEND)
    expect(tab.get_by_role("button", name="Ben Okafor")).to_be_visible(timeout=40_000)
    expect(unconfirmed(tab)).to_have_count(0)
    assert stack.texts(mona_writes) == []


# A browser without IndexedDB


def test_a_browser_that_can_keep_nothing_sends_all_the_same_and_says_so(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    tab.context.add_init_script("Object.defineProperty(window, 'indexedDB', { get: () => undefined })")
    tab.reload()
    takes(tab)
    expect(tab.get_by_text("This browser keeps nothing you write")).to_be_visible()
    fails(tab, times=2)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    says(tab, "one")
    says(tab, "two")
    expect(unconfirmed(tab).first).to_contain_text("The console has not confirmed this yet.")
    until(tab, lambda: stack.texts(mona_writes)[1:] == ["one", "two"])
    expect(unconfirmed(tab)).to_have_count(0)
    assert len(stack.said(mona_writes)) == 3


def test_a_browser_that_keeps_replies_does_not_say_otherwise(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "one")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    expect(tab.get_by_text("This browser keeps nothing you write")).to_be_hidden()


def test_the_composer_says_that_a_line_of_three_dashes_divides_a_reply(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("one\n---\ntwo")
    expect(tab.get_by_text("2 messages, divided at ---")).to_be_visible()
    tab.keyboard.press("Enter")
    until(tab, lambda: stack.texts(mona_writes) == ["one", "two"])
