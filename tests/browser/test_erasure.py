"""A customer who is erased leaves the open desks."""

import pytest
from playwright.sync_api import expect

from console.models import Customer, Erasure
from tests.browser.desk import part
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_open_desk_loses_the_row_of_an_erased_customer(sit_down, stack, bluebird, ana):
    for name in ("Mona Weber", "Omar Haddad"):
        stack.say(stack.customer(name), text="Hello")
        eventually(Customer.objects.filter(name=name).exists)
    tab = sit_down(ana)
    rows = part(tab, "Waiting").locator(".row-name")
    expect(rows).to_have_text(["Mona Weber", "Omar Haddad"])
    erasure = Erasure.objects.ask(Customer.objects.get(name="Mona Weber"))
    eventually(lambda: _is_done(erasure))
    expect(rows).to_have_text(["Omar Haddad"])


def _is_done(erasure):
    erasure.work()  # beside the worker that does so
    return Erasure.objects.get(pk=erasure.pk).is_done
