"""Labels of customers: chosen in the customer panel as those of conversations are above the thread."""

import re

import pytest
from django.urls import reverse

from console.models import Conversation, Customer, Label
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import HTMX


@pytest.fixture
def vip(db):
    return Label.objects.create(name="VIP", colour="purple", description="Bought for 1000")


@pytest.fixture
def trade(bluebird):
    return Label.objects.create(name="Trade", colour="teal", page=bluebird)


def post(browser, conversation, chosen=(), before=(), headers=HTMX):
    fields = {"labels": [label.pk for label in chosen], "before": [label.pk for label in before]}
    return browser.post(reverse("label-customer", args=[conversation.pk]), fields, headers=headers)


def labels(customer):
    return [label.name for label in customer.labels.all()]


def panel(browser, conversation):
    return browser.get(reverse("customer", args=[conversation.pk]), headers=HTMX).content.decode()


def test_an_agent_puts_many_labels_on_a_customer_and_the_panel_shows_them(bens, mona, vip, trade):
    assert post(bens, mona.conversation, [vip, trade]).status_code == 200
    assert labels(mona) == ["Trade", "VIP"]
    shown = panel(bens, mona.conversation)
    assert 'class="label label-purple" title="Bought for 1000">VIP<' in shown and "label-teal" in shown


def test_labels_of_a_customer_are_not_those_of_the_conversation(bens, mona, vip, trade):
    mona.conversation.labels.add(trade)
    post(bens, mona.conversation, [vip])
    assert (labels(mona), labels(mona.conversation)) == (["VIP"], ["Trade"])


def test_labels_stay_with_a_customer_whose_conversation_is_closed_and_begins_again(
    bens, conversation, ana, vip, receive, said
):
    post(bens, conversation, [vip])
    conversation.close(ana)
    receive(said("m_2", "Another question"))
    assert Conversation.objects.get().is_open
    assert "VIP" in panel(bens, conversation)


def test_a_label_of_a_customer_that_a_colleague_put_on_meanwhile_stays(bens, mona, vip, trade):
    mona.labels.add(trade)  # after Ben's form had come
    post(bens, mona.conversation, [vip])
    post(bens, mona.conversation, [], [vip])
    assert labels(mona) == ["Trade"]


def test_the_form_offers_labels_of_this_page_and_of_all_pages_for_a_customer(bens, mona, vip, trade):
    pots = Page.objects.create(page_id="99", token="t", name="Pots")
    other = Label.objects.create(name="Pots only", page=pots)
    mona.labels.add(vip)
    html = bens.get(reverse("label-customer", args=[mona.conversation.pk]), headers=HTMX).content.decode()
    assert re.findall(r'name="labels" value="(\d+)"( checked)?', html) == [
        (str(trade.pk), ""),
        (str(vip.pk), " checked"),
    ]
    assert "Label the customer Mona Weber" in html
    post(bens, mona.conversation, [other])
    assert labels(mona) == ["VIP"]


def test_an_agent_who_may_not_see_the_conversation_cannot_label_its_customer(bens, mona, bluebird, vip):
    restrict(bluebird)
    assert bens.get(reverse("label-customer", args=[mona.conversation.pk])).status_code == 404
    assert post(bens, mona.conversation, [vip]).status_code == 404
    assert labels(mona) == []


def test_a_customer_is_labelled_without_scripts(bens, mona, vip):
    address = reverse("customer", args=[mona.conversation.pk])
    assert f'href="{address}"' in bens.get(reverse("label-customer", args=[mona.conversation.pk])).content.decode()
    assert post(bens, mona.conversation, [vip], headers={})["Location"] == address


def test_labels_of_a_customer_that_stay_as_they_are_change_no_revision(bens, mona, vip):
    post(bens, mona.conversation, [vip])
    revision = Conversation.objects.get().revision
    post(bens, mona.conversation, [vip], [vip])
    assert Conversation.objects.get().revision == revision


def test_labels_of_a_customer_need_a_constant_number_of_queries(bens, mona, bluebird, django_assert_num_queries):
    def ask():
        with django_assert_num_queries(13):
            panel(bens, mona.conversation)

    ask()
    mona.labels.set(Label.objects.bulk_create(Label(name=f"Label {number}") for number in range(20)))
    Customer.objects.create(page=bluebird, psid="77").labels.set(mona.labels.all())
    ask()
