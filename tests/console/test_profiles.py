"""Profiles of customers: fetched again after a refusal, and now and then, because names and pictures change."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.utils import timezone

from console.models import Conversation, Customer
from console.models.customer import AGAIN
from personas.models import Page
from personas.pictures import initials
from tests.console.conftest import fresh


@pytest.fixture
def refused(mona, sandbox):
    """Mona, whose profile Facebook refused."""
    Customer.objects.update(name="")
    sandbox.post(f"customers/{mona.psid}/profile", kind="forbidden")
    fresh(mona).fetch_profile()
    return Customer.objects.get()


@pytest.fixture
def write(receive, said, mona):
    """Mona writes; returns whether a worker is asked to ask Facebook who she is."""
    mids = map(str, count())

    def write():
        before = fresh(mona).next_attempt_at
        receive(said(next(mids), at=int(timezone.now().timestamp() * 1000)))
        return fresh(mona).next_attempt_at != before

    return write


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


def test_a_refused_profile_is_fetched_at_the_next_message_and_then_daily(refused, write):
    assert write()
    fresh(refused).fetch_profile()
    assert not write()
    with later(hours=23):
        assert not write()
    with later(hours=25):
        assert write()
        fresh(refused).fetch_profile()
        assert not write()


def test_two_messages_in_a_row_fetch_a_profile_once(refused, write):
    assert [write(), write()] == [True, False]


def test_a_refused_profile_of_an_open_conversation_is_fetched_again_after_a_day(refused):
    Conversation.objects.update(closed_at=None)
    assert refused not in Customer.objects.unfetched()
    with later(hours=25):
        assert refused in Customer.objects.unfetched()
        Conversation.objects.update(closed_at=timezone.now(), holder="queue")
        assert refused not in Customer.objects.unfetched()


def test_a_customer_whose_refused_profile_becomes_readable_gets_a_name(refused, write, sandbox):
    assert str(refused).startswith("Guest")
    sandbox.post(f"customers/{refused.psid}/profile", kind="full")
    assert write()
    fresh(refused).fetch_profile()
    assert (str(fresh(refused)), fresh(refused).refusals) == ("Mona Weber", 0)


@pytest.mark.parametrize("name", ["Mo\0na\nWeber", " Mona\u2028Weber\u202e "])
def test_a_name_is_stored_in_one_line_and_without_what_cannot_be_stored(name, mona, sandbox):
    psid = sandbox.post("customers", name=name)["psid"]
    Customer.objects.update(psid=psid)
    fresh(mona).fetch_profile()
    assert str(fresh(mona)) == "Mona Weber"


def test_a_customer_whose_name_is_invisible_is_called_a_guest(mona, sandbox):
    Customer.objects.update(psid=sandbox.post("customers", name="\u200b\u3164")["psid"], name="")
    fresh(mona).fetch_profile()
    assert str(fresh(mona)).startswith("Guest")


def test_a_profile_is_refreshed_weekly_when_the_customer_writes(mona, write):
    mona.fetch_profile()
    assert not write()
    with later(days=6):
        assert not write()
    with later(days=8):
        assert write()


def test_refreshing_a_profile_replaces_the_name_and_keeps_an_unchanged_picture(storage, mona, sandbox):
    mona.fetch_profile()
    old = fresh(mona).picture.name
    Customer.objects.update(name="Mona Miller")
    fresh(mona).fetch_profile()
    assert str(fresh(mona)) == "Mona Weber"
    assert fresh(mona).picture.name == old  # the same picture is kept once


def test_the_old_profile_picture_is_deleted_when_there_is_a_new_one(storage, mona, django_capture_on_commit_callbacks):
    mona.fetch_profile()
    mona.picture.save("face", initials("Somebody Else"))
    old = mona.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        fresh(mona).fetch_profile()
    assert fresh(mona).picture.name != old
    assert not mona.picture.storage.exists(old)


def test_name_and_picture_stay_when_facebook_no_longer_returns_a_profile(mona, sandbox):
    mona.fetch_profile()
    for kind in ("empty", "forbidden"):
        sandbox.post(f"customers/{mona.psid}/profile", kind=kind)
        fresh(mona).fetch_profile()
    assert str(fresh(mona)) == "Mona Weber"
    assert fresh(mona).picture


def test_profile_refreshes_above_the_rate_limit_are_postponed(mona, sandbox):
    mona.fetch_profile()
    before = len(sandbox.requests(path=mona.psid))
    for _customer in range(5 * AGAIN[1]):
        fresh(mona).fetch_profile()
    assert len(sandbox.requests(path=mona.psid)) - before < 5 * AGAIN[1]
    assert fresh(mona).next_attempt_at < timezone.now() + timedelta(minutes=2)


# Pages


def test_the_name_of_a_page_is_refreshed_daily(bluebird, sandbox):
    Page.objects.update(name="Old Tea", checked_at=timezone.now())
    assert not Page.objects.outdated().exists()
    with later(hours=25):
        [outdated] = Page.objects.outdated()
    outdated.verify()
    assert fresh(bluebird).name == "Bluebird Tea"


def test_another_language_of_a_customer_is_a_change_of_their_conversation(mona, sandbox, bluebird):
    """A saved view may have a condition for it, and open desks show its rows."""
    bluebird.may_see_locale = True
    bluebird.save()
    customer = fresh(mona)
    customer.fetch_profile()
    before = fresh(customer.conversation).revision
    Customer.objects.update(locale="xx_XX")
    fresh(customer).fetch_profile()
    assert fresh(customer).locale != "xx_XX"
    assert fresh(customer.conversation).revision == before + 1
    fresh(customer).fetch_profile()
    assert fresh(customer.conversation).revision == before + 1
