"""A customer who is erased leaves the open desks, and their question and receipt are pages for everybody."""

import os

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Customer, DeletionRequest, Erasure
from tests.browser.desk import PHONE, findings, opens, row
from tests.conftest import CONSOLE_URL
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(mona_writes):
    return eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())


def erased(customer):
    """Erase a customer, beside the worker that does so."""
    erasure = Erasure.objects.ask(customer)

    def is_done():
        erasure.work()
        return Erasure.objects.get(pk=erasure.pk).is_done

    eventually(is_done)


def test_an_open_desk_loses_the_row_and_the_thread_of_an_erased_customer(sit_down, conversation, ana):
    tab = sit_down(ana)
    opens(tab)
    erased(Customer.objects.get())
    expect(tab.get_by_role("heading", name="You can no longer see this conversation")).to_be_visible()
    expect(row(tab)).to_be_hidden()


@pytest.mark.parametrize(
    ("scheme", "device"), [("light", {"viewport": {"width": 1280, "height": 800}}), ("dark", PHONE)]
)
def test_axe_finds_no_problem_on_the_page_of_a_deletion(stack, browser, scheme, device):
    request = DeletionRequest.objects.create(user_id="218471")
    tab = browser.new_page(base_url=CONSOLE_URL, color_scheme=scheme, **device)
    tab.goto(f"/privacy/deletion/{request.code}/")
    expect(tab.get_by_role("status")).to_contain_text("We have received your request")
    assert findings(tab) == []
    _picture(tab, f"deletion-{scheme}")
    tab.context.close()


def _picture(tab, name):
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
