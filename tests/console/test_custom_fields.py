"""Custom fields: admins define them, agents fill them in, and some are required before closing."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from console.models import Conversation, CustomField, CustomValue, HandoverRules, Holder
from console.models.refusals import MissingFields
from personas.models import Page
from tests.conftest import PASSWORD, restrict
from tests.console.conftest import HTMX, fresh, words


@pytest.fixture
def size(db):
    return CustomField.objects.create(name="Size", kind="choice", choices="Small\nLarge\n\n")


@pytest.fixture
def order(bluebird):
    """The number of an order, which Bluebird wants to know before an agent closes a conversation."""
    return CustomField.objects.create(name="Order", page=bluebird, is_required=True)


def fill_in(browser, conversation, field, value, headers=HTMX):
    address = reverse("fill-in", args=[conversation.pk, field.pk])
    return browser.post(address, {"value": value}, headers=headers)


def panel(browser, conversation):
    return browser.get(reverse("customer", args=[conversation.pk]), headers=HTMX).text


# At the desk


def test_an_agent_fills_in_a_field_of_a_colleagues_customer(bens, ben, conversation, order):
    assert "Saved" in fill_in(bens, conversation, order, " 4711 ").text
    value = CustomValue.objects.get()
    assert (value.value, value.changed_by, value.customer) == ("4711", ben, conversation.customer)
    assert 'value="4711"' in panel(bens, conversation)


def test_an_empty_value_removes_the_old_one(bens, conversation, order):
    fill_in(bens, conversation, order, "4711")
    fill_in(bens, conversation, order, "  ")
    assert not CustomValue.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("text", "Tea, green", "Tea, green"),
        ("number", " 12.50", "12.50"),
        ("choice", "Large", "Large"),
        ("date", "2026-11-29", "2026-11-29"),
        ("link", "A 12/3", "A 12/3"),
    ],
)
def test_a_value_is_stored_as_its_kind_wants_it(kind, value, stored, bens, conversation, size):
    CustomField.objects.update(kind=kind, link="https://shop.example/{}")
    fill_in(bens, conversation, size, value)
    assert CustomValue.objects.get().value == stored


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("text", "a" * 501, "Ensure this value has at most 500 characters"),
        ("number", "twelve", "Enter a number, such as 12 or 12.5."),
        ("number", "1e999999999", "Ensure that there are no more than"),
        ("number", "NaN", "Enter a number"),
        ("choice", "Medium", "Choose one of these: Small, Large."),
        ("date", "31.12.", "Enter a date as 2026-11-29."),
    ],
)
def test_a_value_that_the_kind_does_not_accept_is_refused_in_words(kind, value, sentence, bens, conversation, size):
    CustomField.objects.update(kind=kind)
    answer = fill_in(bens, conversation, size, value)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert not CustomValue.objects.exists()


def test_a_link_leads_to_its_address_with_the_value_in_it(bens, conversation, order):
    CustomField.objects.update(kind="link", link="https://shop.example/orders/{}?from=desk")
    answer = fill_in(bens, conversation, order, 'A 1/2"><script>')
    assert 'href="https://shop.example/orders/A%201%2F2%22%3E%3Cscript%3E?from=desk"' in answer.text


def test_a_field_of_another_page_or_of_another_groups_customer_is_not_found(bens, conversation, order, bluebird):
    other = Page.objects.create(page_id="98", token="t", name="Pots")
    foreign = CustomField.objects.create(name="Pot", page=other)
    assert fill_in(bens, conversation, foreign, "1").status_code == 404
    assert "Pot" not in panel(bens, conversation)
    restrict(bluebird)
    assert fill_in(bens, conversation, order, "1").status_code == 404
    assert not CustomValue.objects.exists()


def test_a_field_is_filled_in_without_scripts(bens, conversation, order):
    assert fill_in(bens, conversation, order, "4711", headers={}).status_code == 302
    refused = fill_in(bens, conversation, order, "a" * 501, headers={})
    assert refused.status_code == 422 and "Order: Ensure this value has at most 500 characters" in words(refused.text)


def test_a_value_steps_the_revision_of_the_conversation(bens, conversation, order):
    revision = fresh(conversation).revision
    fill_in(bens, conversation, order, "4711")
    assert fresh(conversation).revision == revision + 1


def test_fields_need_a_constant_number_of_queries(bens, conversation, size, django_assert_num_queries):
    def ask():
        with django_assert_num_queries(14):
            panel(bens, conversation)

    fill_in(bens, conversation, size, "Small")
    ask()
    for number in range(5):
        fill_in(bens, conversation, CustomField.objects.create(name=f"Field {number}"), "1")
    ask()


# Closing


def test_an_agent_closes_only_once_the_required_fields_are_filled_in(conversation, ana, bens, order, client):
    with pytest.raises(MissingFields, match="Fill in “Order” before you close this conversation"):
        conversation.close(ana)
    client.force_login(ana)
    answer = client.post(reverse("close", args=[conversation.pk]), headers=HTMX)
    assert answer.status_code == 409
    assert f'"missing-field": {{"field": {order.pk}}}' in answer["HX-Trigger"]
    assert fresh(conversation).is_open
    fill_in(bens, conversation, order, "4711")
    conversation.close(ana)
    assert not fresh(conversation).is_open


def test_a_conversation_on_a_disconnected_page_is_not_closed_without_its_fields(mona, ana, order, bluebird):
    bluebird.state = Page.State.DISCONNECTED
    bluebird.save()
    Conversation.objects.update(closed_at=None)
    with pytest.raises(MissingFields):
        Conversation.objects.get().close(ana)


def test_a_bot_closes_without_the_fields_which_it_does_not_see(mona, bluebird, order):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    Conversation.objects.update(holder=Holder.BOT, closed_at=None)
    Conversation.objects.get().close(None)
    assert not Conversation.objects.get().is_open


def test_fields_of_another_page_and_optional_ones_keep_nothing_open(conversation, ana, size, order):
    CustomField.objects.filter(pk=order.pk).update(page=Page.objects.create(page_id="98", token="t", name="Pots"))
    conversation.close(ana)
    assert not fresh(conversation).is_open


# Their definition


@pytest.mark.parametrize(
    ("fields", "problem"),
    [({"kind": "choice"}, "choices"), ({"kind": "link"}, "link"), ({"kind": "link", "link": "javascript:{}"}, "link")],
)
def test_a_choice_needs_choices_and_a_link_its_address(fields, problem):
    with pytest.raises(ValidationError) as refusal:
        CustomField(name="Size", **fields).full_clean()
    assert problem in refusal.value.message_dict


def test_staff_make_fields_for_customers_of_their_pages_alone(bluebird, order):
    cara = Agent.objects.create_user("cara", password=PASSWORD, is_staff=True)
    cara.user_permissions.set(Permission.objects.filter(codename__endswith="_customfield"))
    browser = Client()
    browser.force_login(cara, backend="django.contrib.auth.backends.ModelBackend")
    fields = {"name": "New", "kind": "text", "position": 1}
    assert browser.post("/admin/console/customfield/add/", fields).status_code == 200
    assert browser.post("/admin/console/customfield/add/", fields | {"page": bluebird.pk}).status_code == 302
    assert CustomField.objects.get(name="New").page == bluebird
    kept = fields | {"name": "Order number", "kind": "date"}
    assert browser.post(f"/admin/console/customfield/{order.pk}/change/", kept).status_code == 302
    assert (fresh(order).name, fresh(order).kind, fresh(order).page) == ("Order number", "text", bluebird)
