"""Agents say at the desk why they are away, and colleagues see it there at once."""

import pytest
from playwright.sync_api import expect

from agents.models import Agent
from tests.browser.desk import PHONE, findings, part, takes
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def says_away(tab, choice):
    tab.get_by_role("link", name="Presence of the team").click()
    tab.get_by_role("button", name=choice).click()
    expect(tab.locator("#queue")).to_be_visible()


def test_a_colleague_sees_at_their_open_desk_that_i_am_at_lunch_until_i_am_back(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    mona = part(bens, "Others").get_by_role("link", name="Mona Weber")
    says_away(anas, "At lunch")
    expect(mona).to_contain_text("(at lunch)")
    anas.get_by_role("button", name="At lunch").click()
    expect(anas.get_by_role("button", name="Present")).to_be_visible()
    expect(mona).not_to_contain_text("(at lunch)")


def test_all_my_desks_show_one_presence(sit_down, ana):
    office, phone = sit_down(ana), sit_down(ana, **PHONE)
    says_away(office, "15 minutes")
    expect(phone.get_by_role("button", name="Back soon")).to_be_visible()
    phone.get_by_role("button", name="Back soon").click()
    expect(office.get_by_role("button", name="Present")).to_be_visible()


def test_logging_out_on_my_phone_leaves_me_present_at_the_desk(sit_down, bluebird, ana, ben):
    office, phone, bens = sit_down(ana), sit_down(ana, **PHONE), sit_down(ben)
    phone.get_by_role("button", name="Ana Ruiz").click()
    phone.get_by_role("button", name="Log out").click()
    expect(phone.get_by_role("button", name="Log in")).to_be_visible()
    eventually(lambda: Agent.objects.get(pk=ana.pk).is_present, seconds=60)  # the next sign of life of the open desk
    expect(office.get_by_role("button", name="Present")).to_be_visible()
    bens.goto("/colleagues/")
    expect(bens.get_by_role("listitem").filter(has_text="Ana Ruiz")).to_contain_text("present")


@pytest.mark.parametrize("options", [{}, PHONE | {"color_scheme": "dark"}], ids=["desktop", "dark phone"])
def test_the_page_of_presence_fits_and_is_accessible(sit_down, ana, ben, ada, options):
    ben.go_away("meeting", by=ada)
    tab = sit_down(ada, **options)
    tab.goto("/colleagues/")
    expect(tab.get_by_role("listitem").filter(has_text="Ben Okafor")).to_contain_text("in a meeting, since")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
