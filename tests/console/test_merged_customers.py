"""Merged customers: agents note that two customers are the same person, and see what is known of both."""

import uuid

import pytest
from django.urls import reverse

from console.models import (
    Attachment,
    Cause,
    Conversation,
    Customer,
    Handover,
    Holder,
    Label,
    MergedCustomer,
    Message,
    Note,
)
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import AT, HTMX, MINUTE, moment, texts, words


@pytest.fixture
def pots(db):
    return Page.objects.create(page_id="99", token="t", name="Bluebird Pots")


@pytest.fixture
def met():
    """A customer of a Page, who has a conversation."""

    def meet(page, name, psid=None):
        customer = Customer.objects.create(page=page, psid=psid or str(uuid.uuid4().int)[:16], name=name)
        return Conversation.objects.create(page=page, customer=customer, last_at=moment(AT))

    return meet


@pytest.fixture
def mona(mona):
    return mona.conversation


@pytest.fixture
def other(met, pots):
    """Mona on the other Page, where she has another name."""
    return met(pots, "Mona W.")


def merge(browser, conversation, other, headers=HTMX):
    return browser.post(reverse("merge", args=[conversation.pk]), {"with": other.pk}, headers=headers)


def split(browser, conversation, other, headers=HTMX):
    return browser.post(reverse("split", args=[conversation.pk]), {"with": other.pk}, headers=headers)


def html(browser, conversation):
    return browser.get(reverse("customer", args=[conversation.pk]), headers=HTMX).content.decode()


def panel(browser, conversation):
    return words(html(browser, conversation))


def found(browser, conversation, query=""):
    answer = browser.get(reverse("merge", args=[conversation.pk]), {"q": query}, headers=HTMX)
    return words(answer.content.decode())


def known(conversation, ana, number):
    """Let something of every kind be known of a customer."""
    said = {"conversation": conversation, "page": conversation.page, "revision": 1, "is_incoming": True}
    message = Message.objects.create(**said, state="received", text="Hi", at=moment(AT + number * MINUTE))
    Attachment.objects.create(message=message, kind="file", media_type="application/pdf", title=f"order {number}.pdf")
    Note.objects.add(conversation, ana, f"Note {number}", uuid.uuid4())
    closed = {"from_holder": Holder.AGENT, "from_agent": ana, "to_holder": Holder.QUEUE, "by": ana}
    moments = {"at": moment(AT + (number + 1) * MINUTE), "revision": 1}
    Handover.objects.create(conversation=conversation, cause=Cause.CLOSED, **closed, **moments)


# Merge


def test_the_panels_of_merged_customers_show_what_is_known_of_both_and_from_which_page(bens, mona, other, ana):
    known(mona, ana, 1)
    known(other, ana, 2)
    other.customer.labels.add(Label.objects.create(name="Trade"))
    assert merge(bens, mona, other).status_code == 200
    for conversation, sibling in [(mona, other), (other, mona)]:
        shown = panel(bens, conversation)
        assert "The same customer" in shown and f"{sibling.page} · merged by Ben Okafor" in shown
        for what in ("Note 1", "Note 2", "order 1.pdf", "order 2.pdf", "Trade"):
            assert what in shown
        chips = html(bens, conversation).count(f'<small class="chip">{sibling.page}</small>')
        assert chips == 3  # a note, a file and an earlier conversation
        assert f"/conversations/{sibling.pk}/#note-" in html(bens, conversation)


def test_a_reply_still_goes_to_the_customer_of_its_own_conversation(bens, mona, other, ana, sandbox):
    merge(bens, mona, other)
    mona.take(ana)
    mona.send(author=ana, text="Hello", idempotency_key=uuid.uuid4())
    mona.deliver()
    assert sandbox.texts(mona.customer.psid) == ["Hello"]
    assert texts(other.messages) == []


def test_customers_who_are_merged_with_one_of_two_are_merged_with_both(bens, mona, other, met, bluebird):
    third, fourth = met(bluebird, "Mona"), met(bluebird, "M. Weber")
    merge(bens, mona, other)
    merge(bens, third, fourth)
    merge(bens, other, fourth)
    assert MergedCustomer.objects.values("group").distinct().count() == 1
    assert {one.pk for one in MergedCustomer.objects.siblings(third, bens.agent)} == {mona.pk, other.pk, fourth.pk}


@pytest.fixture(autouse=True)
def agent(bens, ben):
    bens.agent = ben


def test_a_merge_that_is_made_twice_is_one(bens, mona, other):
    for _time in range(2):
        assert merge(bens, mona, other).status_code == 200
        assert merge(bens, other, mona).status_code == 200
    assert MergedCustomer.objects.count() == 2


def test_a_customer_is_not_merged_with_themselves(bens, mona):
    assert merge(bens, mona, mona).status_code == 404
    assert not MergedCustomer.objects.exists()


# Split


def test_split_customers_are_strangers_again(bens, mona, other, ana):
    known(other, ana, 2)
    merge(bens, mona, other)
    assert split(bens, mona, other).status_code == 200
    assert not MergedCustomer.objects.exists()
    shown = panel(bens, mona)
    assert "The same customer" not in shown and "Note 2" not in shown


def test_one_of_three_is_split_from_the_others_who_stay_merged(bens, mona, other, met, bluebird):
    third = met(bluebird, "Mona")
    merge(bens, mona, other)
    merge(bens, mona, third)
    split(bens, mona, other)
    assert [one.pk for one in MergedCustomer.objects.siblings(mona, bens.agent)] == [third.pk]
    assert MergedCustomer.objects.siblings(other, bens.agent) == []


def test_only_a_customer_who_is_merged_with_this_one_is_split(bens, mona, other, met, bluebird):
    third, fourth = met(bluebird, "Mona"), met(bluebird, "M. Weber")
    merge(bens, mona, other)
    merge(bens, third, fourth)
    assert split(bens, mona, third).status_code == 404
    assert MergedCustomer.objects.count() == 4


# Find the other one


def test_customers_of_the_same_name_are_offered_first(bens, mona, other, met, pots):
    met(pots, "Mona Weber")
    assert "Mona Weber Bluebird Pots" in found(bens, mona)
    assert "Mona W. " not in found(bens, mona)


def test_a_customer_is_found_by_any_words_of_the_name(bens, mona, other):
    assert "Mona W. Bluebird Pots" in found(bens, mona, "w. mon")
    assert "No customer of your Pages has this name." in found(bens, mona, "Jonas")
    assert "No other customer has the same name." in found(bens, mona)


def test_a_customer_who_is_merged_already_is_not_offered(bens, mona, other):
    merge(bens, mona, other)
    assert "Bluebird Pots" not in found(bens, mona, "Mona")


def test_customers_without_a_name_are_not_taken_for_the_same(bens, met, bluebird):
    first, _second = met(bluebird, ""), met(bluebird, "")
    assert "No other customer has the same name." in found(bens, first)


# Access


def test_an_agent_sees_nothing_of_a_page_that_they_may_not_see_through_a_merge(bens, mona, other, ana, ada, pots):
    known(other, ana, 2)
    note, file = other.notes.get(), Attachment.objects.get()
    MergedCustomer.objects.merge(mona, other, ada)
    assert "Note 2" in panel(bens, mona)
    restrict(pots)
    shown = html(bens, mona)
    for what in (
        "Bluebird Pots",
        "Mona W.",
        "Note 2",
        "order 2.pdf",
        "The same customer",
        f"/conversations/{other.pk}/",
    ):
        assert what not in shown
    for name, row in [("customer-notes", note), ("customer-files", file), ("customer-stays", Handover.objects.get())]:
        address = reverse(name, args=[mona.pk])
        assert bens.get(address).status_code == 200
        assert bens.get(f"{address}?before={row.pk}").status_code == 404


def test_a_customer_of_a_page_that_the_agent_may_not_see_is_neither_found_nor_merged_nor_split(
    bens, mona, other, ada, pots, met
):
    MergedCustomer.objects.merge(mona, other, ada)
    hidden = met(pots, "Mona Weber")
    restrict(pots)
    assert "Pots" not in found(bens, mona) + found(bens, mona, "Mona")
    assert merge(bens, mona, hidden).status_code == 404
    assert split(bens, mona, other).status_code == 404
    assert MergedCustomer.objects.count() == 2


def test_the_customer_of_a_conversation_that_the_agent_may_not_see_is_not_merged(bens, mona, other, bluebird):
    restrict(bluebird)
    for verb in ("merge", "split"):
        assert bens.post(reverse(verb, args=[mona.pk]), {"with": other.pk}).status_code == 404
    assert bens.get(reverse("merge", args=[mona.pk])).status_code == 404
    assert not MergedCustomer.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "9" * 40, "-1"])
def test_a_key_that_is_none_is_not_found(bens, mona, key):
    for verb in ("merge", "split"):
        assert bens.post(reverse(verb, args=[mona.pk]), {"with": key}).status_code == 404


# Beside


def test_customers_are_merged_and_split_without_scripts(bens, mona, other):
    assert "Merge Mona Weber with…" in bens.get(reverse("merge", args=[mona.pk])).content.decode()
    address = reverse("customer", args=[mona.pk])
    assert merge(bens, mona, other, headers={})["Location"] == address
    assert "The same customer" in bens.get(address).content.decode()
    assert split(bens, mona, other, headers={})["Location"] == address


def test_the_panel_of_many_merged_customers_needs_a_constant_number_of_queries(
    bens, mona, met, pots, ana, django_assert_num_queries
):
    def ask():
        with django_assert_num_queries(17):
            panel(bens, mona)

    def add(number):
        one = met(pots, f"Mona {number}")
        known(one, ana, number)
        one.customer.labels.add(Label.objects.create(name=f"Label {number}"))
        merge(bens, mona, one)

    add(1)
    ask()
    for number in range(2, 6):
        add(number)
    ask()


def test_the_search_needs_a_constant_number_of_queries(bens, mona, met, pots, django_assert_num_queries):
    def ask():
        with django_assert_num_queries(6):
            found(bens, mona, "Mona")

    met(pots, "Mona")
    ask()
    for number in range(12):
        met(pots, f"Mona {number}")
    ask()
