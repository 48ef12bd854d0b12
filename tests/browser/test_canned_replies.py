"""Canned replies in the composer: found by "/", filled in for the customer, with gaps that are not sent by mistake."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from console.models import Attachment, CannedFile, CannedReply, Customer
from tests.browser.desk import PHONE, bubbles, composer, findings, says, takes, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def can(ana):
    return lambda shortcut, text, folder="": CannedReply.objects.create(
        shortcut=shortcut, text=text, folder=folder, author=ana
    )


@pytest.fixture
def three(can):
    can("hello", "Hello {{ customer.first_name }}, this is {{ agent.name }} of {{ page.name }}.", "Greetings")
    can("refund", "Your refund takes five days.", "Money")
    can("thanks", "Thank you, and enjoy your tea!", "Greetings")


def field(tab):
    """Return the field for the reply."""
    return tab.locator("#text")


def options(tab):
    return tab.get_by_role("listbox", name="Canned replies").get_by_role("option")


def test_a_canned_reply_is_found_by_its_shortcut_and_filled_in_for_the_customer(
    sit_down, mona_writes, three, stack, ana
):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/")
    expect(options(tab)).to_have_count(3)
    field(tab).press_sequentially("hel")
    expect(options(tab)).to_have_count(1)
    expect(tab.get_by_role("textbox", name="Message to")).to_have_attribute("aria-activedescendant", "canned-reply-0")
    expect(tab.locator("#canned-replies-preview")).to_have_text("Hello Mona, this is Ana R. of Bluebird Tea.")
    assert findings(tab) == []
    field(tab).press("Enter")
    expect(options(tab)).to_have_count(0)
    expect(composer(tab)).to_have_value("Hello Mona, this is Ana R. of Bluebird Tea.")
    assert stack.texts(mona_writes) == []
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["Hello Mona, this is Ana R. of Bluebird Tea."])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("money", ["/refund"]),
        ("rfnd", ["/refund"]),
        ("takes", ["/refund"]),
        ("tea enjoy", ["/thanks"]),
        ("greet", ["/hello", "/thanks"]),
    ],
)
def test_canned_replies_are_searched_by_folder_text_and_letters(query, found, sit_down, mona_writes, three, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially(f"/{query}")
    expect(options(tab).locator(".canned-option-shortcut")).to_have_text(found)


def test_canned_replies_are_chosen_with_arrows_within_a_reply_and_undone(sit_down, mona_writes, three, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("Hi! /")
    expect(options(tab).first).to_have_attribute("aria-selected", "true")
    field(tab).press("ArrowUp")
    expect(options(tab).last).to_have_attribute("aria-selected", "true")
    field(tab).press("ArrowUp")
    field(tab).press("Tab")
    expect(composer(tab)).to_have_value("Hi! Thank you, and enjoy your tea!")
    composer(tab).press("Control+z")
    expect(composer(tab)).to_have_value("Hi! /")


@pytest.mark.parametrize("text", ["and/or", "1 / 2", "https://example.com/help"])
def test_a_slash_within_a_word_opens_no_canned_replies(text, sit_down, mona_writes, three, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially(text)
    expect(options(tab)).to_have_count(0)
    field(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == [text])


def test_escape_closes_the_canned_replies_and_leaves_what_was_typed(sit_down, mona_writes, three, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/help")
    expect(field(tab)).to_have_attribute("aria-controls", "canned-replies-list")
    field(tab).press("Escape")
    field(tab).press_sequentially("lo")
    expect(options(tab)).to_have_count(0)
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["/helplo"])


def test_enter_sends_no_mistyped_shortcut_to_the_customer(sit_down, mona_writes, three, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/qqq")
    expect(tab.locator(".canned-replies-note")).to_have_text("No canned reply matches.")
    field(tab).press("Enter")
    expect(field(tab)).to_have_value("/qqq")
    field(tab).press("Escape")
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["/qqq"])


def test_an_agent_without_canned_replies_reads_that_there_are_none(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/")
    expect(tab.locator(".canned-replies-note")).to_have_text("No canned replies yet.")
    field(tab).press_sequentially("path")
    field(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["/path"])


def test_a_canned_reply_that_a_colleague_changed_is_offered_as_it_is_now(sit_down, mona_writes, three, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/refund")
    expect(options(tab)).to_have_count(1)
    CannedReply.objects.filter(shortcut="refund").update(text="Your refund takes a week.")
    field(tab).fill("")
    field(tab).press_sequentially("/refund")
    expect(options(tab).locator(".canned-option-text")).to_have_text("Your refund takes a week.")


@pytest.fixture
def nameless(mona_writes):
    """Mona, whose name Facebook withholds."""
    customer = eventually(lambda: Customer.objects.filter(name="Mona Weber").first())
    Customer.objects.update(name="")
    return str(Customer.objects.get(pk=customer.pk))


def test_a_gap_is_selected_and_tab_goes_to_the_next_one(sit_down, nameless, can, stack, mona_writes, ana):
    can("two", "Dear {{ customer.first_name }}, dear {{ customer.name }}!")
    tab = sit_down(ana)
    takes(tab, nameless)
    field(tab).press_sequentially("/two")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    expect(composer(tab)).to_have_value("Dear [first name], dear [name]!")
    tab.keyboard.type("Mona")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Ms Weber")
    expect(composer(tab)).to_have_value("Dear Mona, dear Ms Weber!")
    tab.keyboard.press("Tab")
    expect(composer(tab)).not_to_be_focused()


def test_a_word_of_the_script_is_no_variable(sit_down, can, mona_writes, ana):
    can("odd", "Dear {{ constructor }}")
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/odd")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    expect(composer(tab)).to_have_value("Dear {{ constructor }}")


def test_a_reply_with_a_gap_is_sent_only_after_a_question(sit_down, nameless, can, stack, mona_writes, ana):
    can("one", "Dear {{ customer.first_name }}!")
    tab = sit_down(ana)
    takes(tab, nameless)
    field(tab).press_sequentially("/one")
    expect(options(tab)).to_have_count(1)
    for _press in range(3):  # the second Enter sends nothing either: it goes back to the gap
        field(tab).press("Enter")
    question = tab.get_by_role("dialog", name="Send with a gap?")
    expect(question).to_be_hidden()
    assert stack.texts(mona_writes) == []
    tab.keyboard.press("Enter")
    expect(question).to_contain_text("[first name]")
    assert findings(tab) == []
    question.get_by_role("button", name="Send as it is").click()
    eventually(lambda: stack.texts(mona_writes) == ["Dear [first name]!"])


def test_canned_replies_take_the_whole_width_of_a_phone(sit_down, mona_writes, three, ana):
    tab = sit_down(ana, **PHONE)
    tab.get_by_role("link", name="Mona Weber").click()
    tab.get_by_role("button", name="Take").click()
    expect(field(tab)).to_be_editable()
    field(tab).press_sequentially("/")
    expect(options(tab)).to_have_count(3)
    assert tab.locator(".canned-replies-panel").bounding_box()["width"] == 390
    options(tab).nth(1).tap()
    expect(composer(tab)).to_have_value("Thank you, and enjoy your tea!")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_thousand_canned_replies_are_searched_without_a_pause(sit_down, mona_writes, ana):
    text = "We have looked at your order and found the parcel. " * 10
    CannedReply.objects.bulk_create(
        CannedReply(shortcut=f"reply-{number}", text=f"{text} {number}", folder=f"Folder {number % 20}", author=ana)
        for number in range(1000)
    )
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/")
    expect(options(tab)).to_have_count(50)
    tab.evaluate("""() => {
        window.longest = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
            window.longest = Math.max(window.longest, entry.duration);
        })).observe({ type: "longtask" });
    }""")
    field(tab).press_sequentially("parcel 999", delay=30)
    expect(options(tab).locator(".canned-option-shortcut")).to_have_text(["/reply-999"])
    print(f"longest task {tab.evaluate('longest')} ms")
    assert tab.evaluate("longest") < 200


def test_a_canned_reply_of_several_messages_is_sent_in_its_order(sit_down, mona_writes, can, stack, ana):
    can("steps", "First, boil the water.\n---\nThen wait.\n\n---\nThen drink, {{ customer.first_name }}.")
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/steps")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    expect(tab.locator(".composer-size")).to_have_text("3 messages, divided at ---")
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == ["First, boil the water.", "Then wait.", "Then drink, Mona."])


@pytest.fixture
def prices(can, stack, settings):
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"  # that of the console, not of this process
    reply = can("prices", "Here are our prices.")
    CannedFile.objects.attach(reply, [SimpleUploadedFile("prices.pdf", b"%PDF-1.7")])
    return reply


def test_the_files_of_a_canned_reply_are_attached_and_sent_with_it(sit_down, mona_writes, prices, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field(tab).press_sequentially("/prices")
    expect(options(tab)).to_contain_text("prices.pdf")
    field(tab).press("Enter")
    expect(tab.get_by_role("list", name="Files to send")).to_contain_text("prices.pdf")
    composer(tab).press("Enter")
    eventually(lambda: stack.texts(mona_writes) == [None, "Here are our prices."])  # the file has no text
    sent = Attachment.objects.get(message__is_incoming=False)
    assert (sent.title, sent.file.read()) == ("prices.pdf", b"%PDF-1.7")
    assert sent.file.name != prices.files.get().file.name


def test_a_canned_reply_whose_file_cannot_be_loaded_says_so(sit_down, mona_writes, prices, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.route("**/canned-replies/files/**", lambda route: route.abort())
    field(tab).press_sequentially("/prices")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    expect(tab.get_by_role("alert").filter(has_text="could not be attached")).to_be_visible()


def test_a_file_of_a_canned_reply_that_never_comes_holds_up_replies_for_a_while_only(
    sit_down, mona_writes, prices, ana
):
    tab = sit_down(ana)
    takes(tab)
    tab.evaluate("{ const { timeout } = AbortSignal; AbortSignal.timeout = () => timeout.call(AbortSignal, 300); 0 }")
    tab.route("**/canned-replies/files/**", lambda route: None)
    field(tab).press_sequentially("/prices")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    expect(tab.get_by_role("alert").filter(has_text="could not be attached")).to_be_visible()


def test_a_reply_waits_for_the_file_of_its_canned_reply(sit_down, mona_writes, prices, stack, ana):
    tab, held = sit_down(ana), []
    takes(tab)
    tab.route("**/canned-replies/files/**", lambda route: held.append(route))
    field(tab).press_sequentially("/prices")
    expect(options(tab)).to_have_count(1)
    field(tab).press("Enter")
    until(tab, lambda: held)
    field(tab).press("Enter")
    expect(tab.get_by_role("alert").filter(has_text="still being attached")).to_be_visible()
    assert stack.texts(mona_writes) == []
    held[0].continue_()
    expect(tab.get_by_role("list", name="Files to send")).to_contain_text("prices.pdf")


def test_an_agent_saves_a_sent_message_as_a_canned_reply_and_uses_it(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Your parcel is on its way.")
    message = bubbles(tab).filter(has_text="on its way")
    message.hover()
    message.get_by_role("link", name="Save as canned reply").click()
    dialog = tab.get_by_role("dialog", name="New canned reply")
    expect(dialog.get_by_label("Text")).to_have_value("Your parcel is on its way.")
    dialog.get_by_label("Shortcut").fill("on the way")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Letters, digits, - and _ only.")
    assert findings(tab) == []
    dialog.get_by_label("Shortcut").fill("on-the-way")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    field(tab).press_sequentially("/way")
    expect(options(tab)).to_contain_text("/on-the-way")


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
def test_an_agent_writes_searches_and_deletes_canned_replies_on_their_page(sit_down, mona_writes, three, ana, device):
    tab = sit_down(ana, **device)
    tab.locator(".menu-button").click()
    tab.get_by_role("link", name="Canned replies").click()
    expect(tab.get_by_role("region", name="Greetings").get_by_role("listitem")).to_have_count(2)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(tab.locator("form[role=search][data-htmx-powered]")).to_be_attached()  # the script comes after the page
    tab.get_by_role("searchbox").press_sequentially("refund")
    expect(tab.get_by_role("region", name="Greetings")).to_have_count(0)
    tab.get_by_role("link", name="/refund").click()
    assert findings(tab) == []
    tab.get_by_label("Text").fill("It takes {{ days }}.")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("There is no variable “days”.")).to_be_visible()
    tab.get_by_label("Text").fill("It takes a week.")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("region", name="Money")).to_contain_text("It takes a week.")
    tab.get_by_role("link", name="/refund").click()
    tab.get_by_text("Delete…").click()
    tab.get_by_role("button", name="Delete for good").click()
    expect(tab.get_by_role("region", name="Money")).to_have_count(0)
