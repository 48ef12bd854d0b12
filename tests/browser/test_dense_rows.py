"""Dense rows: an agent has more conversations in sight."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, findings, row, until

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_an_agent_chooses_dense_rows_in_the_menu(sit_down, mona_writes, ana, device):
    tab = sit_down(ana, **device)
    expect(row(tab)).to_be_visible()
    comfortable = row(tab).bounding_box()["height"]
    tab.get_by_role("button", name=str(ana)).click()
    tab.get_by_label("Dense rows").check()
    tab.get_by_role("button", name="Save").click()
    until(tab, lambda: row(tab).is_visible() and row(tab).bounding_box()["height"] < comfortable * 0.75)
    assert findings(tab) == []
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/dense-{device['viewport']['width']}.png")
