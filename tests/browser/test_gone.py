"""Things that are gone while an agent looks: the desk says so once, where they were, and asks no more."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from console import live
from console.models import Conversation, Note, ScheduledReply
from tests.browser.desk import PHONE, composer, findings, opens, row, takes
from tests.conftest import restrict
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(mona_writes):
    return eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())


def loses_the_page(page):
    """Close the Page to all agents but superusers, as an admin does."""
    restrict(page)
    live.publish("hello")


def gone(tab):
    return tab.get_by_role("heading", name="You can no longer see this conversation")


def test_a_conversation_that_an_agent_may_no_longer_see_says_so_once_and_asks_no_more(
    sit_down, conversation, bluebird, ana
):
    tab = sit_down(ana)
    opens(tab)
    loses_the_page(bluebird)
    expect(gone(tab)).to_be_visible()
    expect(tab.get_by_role("log", name="Messages")).to_have_count(0)
    expect(row(tab)).to_be_hidden()
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if f"/{conversation.pk}/" in request.url else None)
    tab.wait_for_timeout(5_000)
    assert asked == []
    expect(tab.locator("connection-pill")).to_have_text("")
    tab.get_by_role("link", name="Back to the queue").click()
    expect(tab.get_by_role("heading", name="Nobody is waiting")).to_be_visible()


def test_what_an_agent_was_writing_in_a_conversation_that_is_gone_can_still_be_read(
    sit_down, conversation, bluebird, ana
):
    tab = sit_down(ana)
    takes(tab)
    composer(tab).fill("The refund is on its way")
    loses_the_page(bluebird)
    expect(tab.get_by_role("textbox", name="What you were writing")).to_have_value("The refund is on its way")


def test_the_face_of_an_agent_who_lost_the_page_goes(sit_down, conversation, bluebird, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    bens.bring_to_front()
    opens(bens)
    face = anas.locator(".header").get_by_role("img", name="Ben is looking")
    expect(face).to_be_visible()
    ana.groups.add(restrict(bluebird))
    live.publish("hello")
    expect(gone(bens)).to_be_visible()
    expect(face).to_be_hidden(timeout=5_000)


def test_a_note_that_was_deleted_elsewhere_says_so_as_it_is_edited(sit_down, conversation, ana):
    note = Note.objects.add(conversation, ana, "Prefers green tea", uuid.uuid4())
    tab = sit_down(ana)
    opens(tab)
    tab.locator(".note").get_by_role("link", name="Edit").click()
    tab.get_by_role("dialog").get_by_role("textbox", name="Note").fill("Prefers black tea")
    note.delete_text()
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.get_by_role("dialog").get_by_role("alert")).to_have_text("This note has been deleted meanwhile.")
    expect(tab.get_by_role("dialog").get_by_role("textbox", name="Note")).to_have_value("Prefers black tea")


def test_a_verb_on_something_that_was_deleted_does_not_blame_the_console(sit_down, conversation, ana):
    conversation.take(ana)
    ScheduledReply.objects.send_later(conversation, ana, "Is all well?", timezone.now() + timedelta(hours=1))
    tab = sit_down(ana)
    opens(tab)
    expect(tab.locator(".scheduled-reply")).to_contain_text("Is all well?")
    ScheduledReply.objects.all().delete()
    tab.once("dialog", lambda question: question.accept())
    tab.locator(".scheduled-reply").get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("This is not possible any more: it was deleted, or you no longer")).to_be_visible()
    expect(tab.locator("connection-pill")).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_where_a_conversation_was(sit_down, conversation, bluebird, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    loses_the_page(bluebird)
    expect(gone(tab)).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(tab) == []
