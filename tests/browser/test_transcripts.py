"""The transcript on paper, or as the PDF that a browser makes of it."""

import re

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Message
from tests.browser.desk import findings
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Line after line, so that one message is longer than a sheet of paper. " * 120


@pytest.fixture
def page(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, text=LONG[:1900])
    eventually(lambda: Message.objects.count() == 2)
    tab = sit_down(ana, color_scheme="dark")
    tab.add_init_script("window.print = () => (window.isPrinted = true);")
    tab.goto(f"/conversations/{Conversation.objects.get().pk}/transcript/")
    return tab


def test_a_button_prints_the_transcript(page):
    page.get_by_role("button", name="Print, or save as PDF").click()
    assert page.evaluate("window.isPrinted")
    assert findings(page) == []


def test_the_transcript_is_black_on_white_on_paper_without_what_is_for_the_screen(page):
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    colours = page.evaluate(
        "(({ color, colorScheme }) => [color, colorScheme])(getComputedStyle(document.querySelector('main')))"
    )
    assert colours == ["rgb(22, 25, 29)", "light"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_pdf_of_a_transcript_has_pages_and_a_title_for_its_file(page):
    assert page.title() == "Transcript: Mona Weber"
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 1
