"""The main job in a real browser, with real workers and Facebook over HTTP."""

import base64
import re
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import expect

from console.models import Conversation
from messenger.text import parts
from personas import pictures
from tests.browser.conftest import session_of
from tests.browser.desk import ASK_FOR_HEADER, bubbles, composer, line_up, opens, part, says, takes
from tests.stand_in import eventually

PICTURE = {"name": "teapot.png", "mimeType": "image/png", "buffer": pictures.initials("Ana Ruiz").read()}
RECEIPT = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_customer_writes_and_an_agent_answers_under_their_persona(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    waiting = part(tab, "Waiting")
    expect(waiting.get_by_role("link", name="Mona Weber")).to_contain_text("Hello, is anybody there?")
    expect(waiting.get_by_role("link", name="Mona Weber")).to_contain_text("1 unread")
    takes(tab)
    expect(part(tab, "Mine").get_by_role("link", name="Mona Weber")).to_be_visible()
    says(tab, "Good morning Mona!")
    mine = bubbles(tab).filter(has_text="Good morning Mona!")
    expect(mine).to_contain_text("Ana R.")
    expect(mine).to_contain_text("Delivered")
    [received] = stack.said(mona_writes)
    assert (received["text"], received["persona"]["name"]) == ("Good morning Mona!", "Ana R.")
    stack.post(f"customers/{mona_writes}/read")
    expect(mine).to_contain_text("Read")


def test_shift_enter_inserts_a_line_break(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).type("one")
    composer(tab).press("Shift+Enter")
    composer(tab).type("two")
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["one\ntwo"])


def test_the_composer_shows_how_many_messages_a_long_text_becomes(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("A sentence of eight words, such as this. " * 100)
    expect(tab.get_by_text("3 messages")).to_be_visible()
    composer(tab).press("Enter")
    expect(bubbles(tab)).to_have_count(4)
    eventually(lambda: len(stack.texts(mona_writes)) == 3)
    assert all(text.endswith("such as this.") for text in stack.texts(mona_writes))


@pytest.mark.parametrize("text", ["word " * 3000, "x" * 9000, "Two\n\nparagraphs. " * 500, "😀" * 3000])
def test_the_browser_counts_as_many_messages_as_the_server_cuts(text, sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill(text)
    expect(tab.get_by_text(f"{len(parts(text))} messages")).to_be_visible()


def seen(stack, psid):
    """Return what the customer's phone shows of the Page: texts, and kinds of files."""
    return [
        message["text"] or [attachment["type"] for attachment in message["attachments"]] for message in stack.said(psid)
    ]


def test_an_agent_sends_a_picture_a_file_and_a_text_in_order(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files([PICTURE, {**RECEIPT, "name": "wrong.pdf"}, RECEIPT])
    chosen = tab.get_by_role("list", name="Files to send").get_by_role("listitem")
    expect(chosen).to_have_count(3)
    tab.get_by_role("button", name="Remove: wrong.pdf").click()
    composer(tab).press_sequentially("Here it is")
    tab.get_by_role("button", name="Send").click()
    expect(chosen).to_have_count(0)
    expect(tab.get_by_role("img", name="Picture from Ana R.")).to_be_visible()
    expect(bubbles(tab).filter(has_text="receipt.pdf")).to_contain_text("Delivered")
    expect(bubbles(tab).filter(has_text="Here it is")).to_contain_text("Delivered")
    assert seen(stack, mona_writes) == [["image"], ["file"], "Here it is"]


def test_a_picture_can_be_attached_by_pasting_or_dropping(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    content = base64.b64encode(PICTURE["buffer"]).decode()
    tab.evaluate(
        """([content, kind]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const given = (name) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, { type: kind }));
            return transfer;
          };
          const field = document.querySelector("message-composer textarea");
          const [clipboardData, dataTransfer] = [given("pasted.png"), given("dropped.png")];
          const list = document.querySelector("message-list");
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
          list.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        [content, "image/png"],
    )
    expect(tab.get_by_text("pasted.png")).to_be_visible()
    expect(tab.get_by_text("dropped.png")).to_be_visible()
    composer(tab).press("Enter")
    eventually(lambda: seen(stack, mona_writes) == [["image"], ["image"]])


@pytest.mark.parametrize(
    ("name", "most_mb", "reason"),
    [
        ("teapot.png", 8, "teapot.png: Facebook takes pictures of 8 MB"),
        ("receipt.pdf", 25, "and other files of 25 MB at most."),
    ],
)
def test_a_file_that_is_too_large_is_refused_before_its_upload(
    name, most_mb, reason, sit_down, mona_writes, ana, tmp_path
):
    tab = sit_down(ana)
    takes(tab)
    with (tmp_path / name).open("wb") as file:
        file.truncate(most_mb * 1024 * 1024 + 1)
    tab.get_by_label("Attach files").set_input_files(tmp_path / name)
    expect(tab.get_by_role("alert").filter(has_text=reason)).to_be_visible()
    expect(tab.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(0)


def test_a_file_whose_upload_was_interrupted_by_a_reload_is_sent_after_it(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.route("**/send/", lambda route: route.abort())
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    composer(tab).press("Enter")
    expect(tab.get_by_text("receipt.pdf")).to_be_visible()
    tab.unroute("**/send/")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.reload()
    expect(bubbles(tab).filter(has_text="receipt.pdf")).to_contain_text("Delivered")
    assert seen(stack, mona_writes) == [["file"]]


def test_chosen_files_stay_while_the_agent_opens_another_conversation(sit_down, mona_writes, stack, ana):
    other = stack.customer("Jonas Brandt")
    stack.say(other, text="Me too")
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    opens(tab, "Jonas Brandt")
    opens(tab, "Mona Weber")
    expect(tab.get_by_text("receipt.pdf")).to_be_visible()


def test_draft_and_chosen_files_stay_when_the_header_is_reloaded(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    composer(tab).fill("word " * 500)
    with tab.expect_response("**/header/"):
        tab.evaluate(ASK_FOR_HEADER)
    tab.wait_for_timeout(200)
    expect(tab.get_by_text("receipt.pdf")).to_be_visible()
    expect(tab.get_by_text("2 messages")).to_be_visible()
    expect(composer(tab)).to_have_value("word " * 500)


def test_an_agent_without_scripts_can_answer_and_send_a_file(sit_down, mona_writes, stack, bluebird, ana):
    eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").exists())  # nothing renews this page
    tab = sit_down(ana, java_script_enabled=False)
    tab.get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    tab.get_by_label("Attach files").set_input_files(RECEIPT)
    composer(tab).fill("By hand")
    tab.get_by_role("button", name="Send").click()
    eventually(lambda: seen(stack, mona_writes) == [["file"], "By hand"])


def test_another_agent_sees_a_take_and_new_messages_without_a_reload(sit_down, mona_writes, stack, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(bens)
    takes(anas)
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_contain_text("Ana Ruiz")
    expect(bens.get_by_text("Ana Ruiz is handling this conversation.")).to_be_visible()
    says(anas, "Here I am")
    expect(bubbles(bens).filter(has_text="Here I am")).to_contain_text("Delivered")
    stack.say(mona_writes, text="Great!")
    expect(bubbles(bens).last).to_contain_text("Great!")
    expect(bubbles(anas).last).to_contain_text("Great!")


def test_after_a_day_an_agent_confirms_answering_as_a_person_and_retries(sit_down, mona_writes, stack, bluebird, ana):
    bluebird.may_use_human_agent = True
    bluebird.save()
    tab = sit_down(ana)
    takes(tab)
    stack.post("clock", advance_s=25 * 3600)  # Facebook's: ours learns of it by the refusal
    says(tab, "Your parcel is here")
    expect(bubbles(tab).filter(has_text="Your parcel is here")).to_contain_text("Not sent")
    expect(composer(tab)).to_be_hidden()
    tab.get_by_role("button", name="Reply as a human agent").click()
    expect(composer(tab)).to_be_focused()
    bubbles(tab).last.get_by_role("button", name="Retry").click()
    expect(bubbles(tab).last).to_contain_text("Delivered")
    assert stack.texts(mona_writes) == ["Your parcel is here"]


def test_the_composer_closes_by_itself_when_the_messaging_window_ends(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    conversation = Conversation.objects.get()
    with conversation.changing():
        conversation.messaging_window_until = timezone.now() + timedelta(seconds=6)
    expect(tab.locator("#header").get_by_text("<1 min left")).to_be_visible()
    expect(part(tab, "Mine").get_by_text("<1 min left")).to_be_visible()
    composer(tab).fill("not yet fin")
    expect(tab.get_by_text("The customer has to write again first.")).to_be_visible(timeout=10_000)
    expect(composer(tab)).not_to_be_editable()
    expect(composer(tab)).to_have_value("not yet fin")
    expect(composer(tab)).to_be_focused()
    expect(tab.get_by_text("Your draft stays here")).to_be_visible()
    expect(tab.get_by_role("button", name="Send")).to_be_hidden()
    expect(part(tab, "Mine").get_by_text("left")).to_be_hidden()


def test_a_reply_refused_by_the_messaging_window_stays_visible_until_it_can_be_sent(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    tab.route("**/header/", lambda route: route.abort())  # one that is asked for after the take may come late
    takes(tab)
    conversation = Conversation.objects.get()
    Conversation.objects.update(messaging_window_until=timezone.now())
    says(tab, "Your parcel is here")
    entry = tab.get_by_role("list", name="Not confirmed yet").get_by_role("listitem")
    expect(entry).to_contain_text("The customer has to write again first.")
    tab.unroute("**/header/")
    conversation.touch()
    tab.evaluate("document.body.dispatchEvent(new CustomEvent('live-hello'))")
    expect(composer(tab)).to_be_hidden()
    expect(entry.get_by_role("button", name="Copy")).to_be_visible()
    expect(entry.get_by_role("button", name="Send again")).to_be_hidden()
    stack.say(mona_writes, text="Are you there?")
    expect(composer(tab)).to_be_editable()
    expect(entry).to_contain_text("You can reply again now.")
    entry.get_by_role("button", name="Send again").click()
    expect(bubbles(tab).filter(has_text="Your parcel is here")).to_contain_text("Delivered")


def test_a_draft_stays_visible_while_the_agent_does_not_hold_the_conversation(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("not yet fin")
    tab.get_by_role("button", name="Return to queue").click()
    expect(tab.get_by_text("Take it to reply.")).to_be_visible()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_focused()
    expect(composer(tab)).to_have_value("not yet fin")
    expect(composer(tab)).not_to_be_editable()
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_focused()
    expect(composer(tab)).to_be_editable()
    composer(tab).fill("")
    tab.get_by_role("button", name="Close").click()
    expect(composer(tab)).to_be_hidden()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_focused()


def test_a_text_that_is_too_long_stays_in_the_composer(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "x" * 20_700)
    expect(tab.get_by_role("alert").filter(has_text="Too long by 700 characters")).to_be_visible()
    expect(composer(tab)).to_have_value("x" * 20_700)
    expect(composer(tab)).to_have_attribute("aria-invalid", "true")


def test_a_text_waits_while_a_file_of_the_same_send_is_refused(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files({**PICTURE, "buffer": b"not a picture"})
    says(tab, "Here is the picture")
    entries = tab.get_by_role("list", name="Not confirmed yet").get_by_role("listitem")
    expect(entries.first).to_contain_text("as JPEG, PNG or GIF only")
    expect(entries.first.get_by_role("button", name="Send again")).to_be_hidden()
    expect(entries.last).to_contain_text("Waiting for the file above.")
    assert stack.texts(mona_writes) == []
    entries.first.get_by_role("button", name="Remove").click()
    eventually(lambda: stack.texts(mona_writes) == ["Here is the picture"])


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ({**RECEIPT, "buffer": b""}, "receipt.pdf: The file is empty."),
        ({**PICTURE, "name": "tea.webp", "mimeType": "image/webp"}, "tea.webp: Facebook takes pictures as JPEG"),
        ({**PICTURE, "name": "tea.heic", "mimeType": ""}, "tea.heic: Facebook takes pictures as JPEG"),
    ],
    ids=["empty", "webp", "heic"],
)
def test_an_unsuitable_file_is_refused_when_it_is_chosen(file, reason, sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files(file)
    expect(tab.get_by_role("alert").filter(has_text=reason)).to_be_visible()
    expect(tab.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(0)


def test_typing_is_shown_once_under_the_persona_and_stops_when_the_field_is_emptied(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).press_sequentially("I am looking into it", delay=40)
    typing = eventually(lambda: stack.thread(mona_writes)["typing"])
    eventually(lambda: stack.thread(mona_writes)["typing"]["on"])
    typing = stack.thread(mona_writes)["typing"]
    assert typing["persona"]["name"] == "Ana R."
    assert len(stack.requests(action="typing_on")) == 1
    composer(tab).fill("")
    eventually(lambda: len(stack.requests(action="typing_off")) == 1)
    assert not stack.thread(mona_writes)["typing"]["on"]
    assert len(stack.requests(action="typing_on")) == 1


def test_typing_stops_after_a_pause_of_five_seconds(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).press_sequentially("Hm")
    eventually(lambda: stack.requests(action="typing_on"))
    eventually(lambda: stack.requests(action="typing_off"), seconds=8)


def test_sending_needs_no_call_to_stop_typing(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).press_sequentially("Done")
    eventually(lambda: stack.requests(action="typing_on"))
    tab.get_by_role("button", name="Send").click()
    eventually(lambda: stack.texts(mona_writes) == ["Done"])
    tab.wait_for_timeout(500)
    assert stack.requests(action="typing_off") == []


def test_a_burst_of_messages_shows_once_and_in_order_in_two_browsers(sit_down, mona_writes, stack, ana, ben):
    tabs = [sit_down(ana), sit_down(ben)]
    for tab in tabs:
        opens(tab)
    lines = [f"line {number:03d}" for number in range(200)]
    for line in lines:
        stack.say(mona_writes, text=line)
    for tab in tabs:
        expect(bubbles(tab)).to_have_count(201, timeout=90_000)
        shown = tab.locator(".message .text").all_inner_texts()
        assert shown[1:] == lines


def test_html_in_a_customer_message_is_shown_as_text(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, text="<img src=x onerror=alert(1)><b>bold</b>")
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab).last).to_contain_text("<img src=x onerror=alert(1)><b>bold</b>")
    assert tab.locator(".message b, .message img").count() == 0


def test_older_messages_load_when_the_agent_scrolls_up(sit_down, mona_writes, stack, ana):
    for number in range(120):
        stack.say(mona_writes, text=f"old {number:03d}")
    tab = sit_down(ana)
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_contain_text("old 119", timeout=60_000)
    Conversation.objects.update(unread=0)  # or it would open at the first, with all of them loaded
    opens(tab)
    expect(bubbles(tab).last).to_contain_text("old 119")
    assert bubbles(tab).count() < 121
    for shown in (20, 50, 80, 110):
        expect(bubbles(tab)).to_have_count(shown)
        tab.locator("message-list").evaluate("list => list.scrollTop = 0")
    expect(bubbles(tab)).to_have_count(121)
    texts = tab.locator(".message .text").all_inner_texts()
    assert texts == ["Hello, is anybody there?", *(f"old {number:03d}" for number in range(120))]


def test_a_reply_refused_by_facebook_shows_the_reason_and_can_be_retried(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    error = {"message": "(#368) blocked", "code": 368, "error_subcode": 1346003}
    stack.fail("messages", status=400, error=error)
    says(tab, "Buy this!")
    failed = bubbles(tab).filter(has_text="Buy this!")
    expect(failed).to_contain_text("Not sent: Facebook refused the content")
    stack.be_well()
    stack.fail("messages", delay_s=1)
    failed.get_by_role("button", name="Retry").click()
    expect(bubbles(tab).filter(has_text="Buy this!")).to_have_class(re.compile("is-(queued|sending)"))
    expect(tab.locator(".message:focus-within")).to_contain_text("Buy this!")
    expect(bubbles(tab).filter(has_text="Buy this!")).to_contain_text("Delivered")
    expect(tab.locator(".message:focus-within")).to_contain_text("Buy this!")
    assert stack.texts(mona_writes) == ["Buy this!"]


def sit_down_at_long_thread(sit_down, stack, mona, agent):
    """Have the customer write sixty messages, which somebody has read, and open the desk of the agent."""
    for number in range(60):
        stack.say(mona, text=f"line {number}")
    tab = sit_down(agent)
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_contain_text("line 59", timeout=60_000)
    Conversation.objects.update(unread=0)
    return tab


def test_a_conversation_that_was_read_opens_at_its_newest_message_and_stays_there(sit_down, mona_writes, stack, ana):
    tab = sit_down_at_long_thread(sit_down, stack, mona_writes, ana)
    takes(tab)
    expect(bubbles(tab).last).to_be_in_viewport()
    stack.say(mona_writes, attachment={"type": "image", "url": "/_sandbox/sample.png"})
    expect(tab.get_by_role("img", name="Picture from the customer")).to_be_in_viewport()
    stack.say(mona_writes, text="and?")
    expect(bubbles(tab).last).to_contain_text("and?")
    expect(bubbles(tab).last).to_be_in_viewport()
    expect(part(tab, "Mine").get_by_role("link", name="Mona Weber")).not_to_contain_text("unread")


def test_a_growing_composer_does_not_cover_the_last_message(sit_down, mona_writes, stack, ana):
    tab = sit_down_at_long_thread(sit_down, stack, mona_writes, ana)
    takes(tab)
    tab.get_by_label("Attach files").set_input_files([PICTURE, RECEIPT])
    composer(tab).fill("word " * 600)
    expect(bubbles(tab).last).to_be_in_viewport()


def test_an_agent_scrolled_up_gets_a_new_messages_button_and_is_not_scrolled_away(sit_down, mona_writes, stack, ana):
    tab = sit_down_at_long_thread(sit_down, stack, mona_writes, ana)
    opens(tab)
    expect(bubbles(tab).last).to_be_in_viewport()
    tab.get_by_role("log", name="Messages").evaluate("list => list.scrollTop -= 400")
    stack.say(mona_writes, text="news")
    tab.get_by_role("button", name="1 new").click()
    expect(bubbles(tab).last).to_contain_text("news")
    expect(bubbles(tab).last).to_be_in_viewport()


def test_a_log_in_in_another_tab_does_not_log_out_this_tab(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.context.add_cookies([session_of(ana)])
    tab.context.new_page().goto("/leave/")  # a page with a form renews the CSRF cookie
    says(tab, "Still here")
    eventually(lambda: stack.texts(mona_writes) == ["Still here"])


def test_the_desk_reconnects_after_a_proxy_answered_502_for_everything(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.context.route("**/*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    tab.evaluate("(stream => { stream.source.close(); stream.listen(); })(document.querySelector('live-stream'))")
    expect(tab.get_by_text("Reconnecting since")).to_be_visible()
    tab.context.unroute_all()
    stack.say(mona_writes, text="back again?")
    expect(bubbles(tab).last).to_contain_text("back again?")
    expect(tab.get_by_text("Reconnecting since")).to_be_hidden()


def test_going_back_from_another_page_shows_the_desk_with_its_conversation(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.goto("/leave/")
    tab.go_back()
    expect(tab.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(tab.get_by_role("heading", level=1, name="Mona Weber")).to_be_visible()


def test_retry_is_offered_only_to_the_agent_who_holds_the_conversation(sit_down, mona_writes, stack, ana, ben):
    tab, bens = sit_down(ana), sit_down(ben)
    takes(tab)
    stack.fail("messages", status=400, error={"message": "(#368)", "code": 368})
    says(tab, "refused")
    expect(bubbles(tab).last.get_by_role("button", name="Retry")).to_be_visible()
    expect(part(tab, "Mine").get_by_role("link", name="Mona Weber")).to_contain_text("Not sent")
    tab.get_by_role("button", name="Return to queue").click()
    expect(bubbles(tab).last.get_by_role("button", name="Retry")).to_be_hidden()
    opens(bens)
    bens.get_by_role("button", name="Take").click()
    expect(bubbles(bens).last.get_by_role("button", name="Retry")).to_be_visible()


def test_a_draft_stays_while_the_agent_opens_another_conversation(sit_down, mona_writes, stack, ana):
    other = stack.customer("Jonas Brandt")
    stack.say(other, text="Me too")
    tab = sit_down(ana)
    takes(tab)
    composer(tab).type("not yet fin")
    opens(tab, "Jonas Brandt")
    opens(tab, "Mona Weber")
    expect(composer(tab)).to_have_value("not yet fin")


def test_messages_missed_while_offline_show_after_reconnecting(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.context.set_offline(True)
    stack.say(mona_writes, text="are you still there?")
    time.sleep(0.5)
    tab.context.set_offline(False)
    expect(bubbles(tab).last).to_contain_text("are you still there?", timeout=20_000)


def test_a_closed_conversation_waits_in_the_queue_when_the_customer_writes(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_text("This conversation is closed.")).to_be_visible()
    stack.say(mona_writes, text="One more thing")
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_contain_text("One more thing")
    expect(tab.get_by_role("button", name="Take")).to_be_visible()


def test_an_agent_going_away_and_coming_back_shows_on_all_desks(sit_down, mona_writes, ana, ben):
    tab, bens = sit_down(ana), sit_down(ben)
    takes(tab)
    opens(bens)
    tab.get_by_role("button", name=re.compile("Present")).click()
    expect(tab.get_by_role("button", name=re.compile("Away"))).to_be_visible()
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_contain_text("(away)")
    tab.get_by_role("button", name=re.compile("Away")).click()
    expect(tab.get_by_role("button", name=re.compile("Present"))).to_be_visible()
    expect(composer(tab)).to_be_visible()


def test_a_colleague_takes_over_from_an_agent_who_is_away(sit_down, mona_writes, stack, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "One moment")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    ana.refresh_from_db()
    ana.go_away()
    bens = sit_down(ben)
    opens(bens)
    bens.get_by_role("button", name="Take over").click()
    says(bens, "Ben here, Ana is out")
    eventually(lambda: [received["persona"]["name"] for received in stack.said(mona_writes)] == ["Ana R.", "Ben O."])
    expect(tab.get_by_text("Ben Okafor is handling this conversation.")).to_be_visible()
    expect(bubbles(tab).last.get_by_text("Ben O.", exact=True)).to_be_in_viewport()


def test_an_agent_logs_out_and_in_and_a_wrong_password_is_refused(sit_down, stack, bluebird, ana):
    ana.password = make_password("correct horse", hasher="pbkdf2_sha256")  # as the console checks it
    ana.save()
    tab = sit_down(ana)
    tab.get_by_role("button", name="Ana Ruiz").click()
    tab.get_by_role("button", name="Log out").click()
    tab.get_by_label("Name").fill("ana")
    tab.get_by_label("Password", exact=True).fill("wrong")
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert")).to_contain_text("correct username and password")
    tab.get_by_label("Name").fill("ana")
    tab.get_by_label("Password", exact=True).fill("correct horse")
    tab.get_by_role("button", name="Log in").click()
    expect(part(tab, "Waiting")).to_contain_text("No customers waiting.")


def test_an_agent_who_left_is_logged_out_in_open_tabs(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    ana.refresh_from_db()
    ana.leave()
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()


def test_rows_loaded_with_more_stay_while_the_queue_changes(sit_down, mona_writes, stack, bluebird, ana):
    line_up(bluebird, 70)
    tab = sit_down(ana)
    rows = part(tab, "Waiting").locator(".row")
    expect(rows).to_have_count(25)
    part(tab, "Waiting").get_by_role("link", name="More: Waiting").click()
    expect(rows).to_have_count(50)
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 25")).to_be_focused()
    Conversation.objects.get(customer__name="Guest 40").take(ana)
    expect(part(tab, "Mine").get_by_role("link", name="Guest 40")).to_be_visible()
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 40")).to_be_hidden()
    expect(rows).to_have_count(50)
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 50")).to_be_visible()
    part(tab, "Waiting").get_by_role("link", name="More: Waiting").scroll_into_view_if_needed()
    expect(part(tab, "Waiting").get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(rows).to_have_count(70)
    names = rows.locator(".row-name").all_inner_texts()
    assert len(set(names)) == 70
    expect(part(tab, "Waiting").get_by_role("heading")).to_have_text("Waiting 70")
    expect(part(tab, "Waiting").get_by_role("link", name="Guest 25")).to_be_focused()


def test_a_section_unfolded_during_a_live_update_shows_its_rows(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    closed = tab.get_by_role("group").filter(has=tab.get_by_role("heading", name="Closed"))
    asked = []
    tab.route("**/queue/?*", lambda route: asked.append(route), times=1)  # on its way for as long as one likes
    with tab.expect_request("**/queue/?*"):
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('live-hello'))")
    while not asked:
        tab.wait_for_timeout(20)
    tab.get_by_role("heading", name="Closed").click()
    tab.wait_for_timeout(300)  # an answer of its own would be there by now
    with tab.expect_response("**/queue/?*"):
        asked[0].continue_()
    expect(closed.get_by_role("link", name="Mona Weber")).to_be_visible()
    tab.wait_for_timeout(300)  # and does not go again
    expect(closed.get_by_role("link", name="Mona Weber")).to_be_visible()


def test_an_empty_section_says_so_after_repeated_live_updates(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    closed = tab.get_by_role("group").filter(has=tab.get_by_role("heading", name="Closed"))
    tab.get_by_role("heading", name="Closed").click()
    for _time in range(3):
        expect(closed.get_by_text("No closed conversations.")).to_be_visible()
        with tab.expect_response("**/queue/?*"):
            tab.evaluate("document.body.dispatchEvent(new CustomEvent('live-hello'))")
    expect(closed.get_by_role("link", name="Show them")).to_be_hidden()


def test_closed_conversations_load_when_unfolded_and_stay(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.get_by_role("button", name="Close").click()
    closed = tab.get_by_role("group").filter(has=tab.get_by_role("heading", name="Closed"))
    expect(part(tab, "Mine").get_by_text("No conversations assigned to you.")).to_be_visible()
    for _time in range(2):
        expect(tab.get_by_role("link", name="Mona Weber")).to_be_hidden()
        tab.get_by_role("heading", name="Closed").click()
        expect(closed.get_by_role("link", name="Mona Weber")).to_be_visible()
        stack.say(stack.customer("Jonas Brandt"), text="Me too")
        expect(part(tab, "Waiting").get_by_role("link", name="Jonas Brandt").first).to_be_visible()
        expect(closed.get_by_role("link", name="Mona Weber")).to_be_visible()
        tab.get_by_role("heading", name="Closed").click()
