"""Labels: admins make them, and agents put them on the conversations that they may see."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from console.models import Conversation, Customer, Label
from console.models.label import Colour
from personas.models import Page
from tests.conftest import PASSWORD, restrict
from tests.console.conftest import HTMX
from tests.house import ROOT


@pytest.fixture
def vip(db):
    return Label.objects.create(name="VIP", colour=Colour.PURPLE, description="Bought for 1000")


@pytest.fixture
def refund(bluebird):
    return Label.objects.create(name="Refund", colour=Colour.RED, page=bluebird)


@pytest.fixture
def other(db):
    """A label of a Page that Ben may not see."""
    page = Page.objects.create(page_id="99", token="t", name="Pots", is_open_to_all=False)
    return Label.objects.create(name="Pots only", page=page)


def post(browser, conversation, chosen=(), before=(), headers=HTMX):
    fields = {"labels": [label.pk for label in chosen], "before": [label.pk for label in before]}
    return browser.post(reverse("label", args=[conversation.pk]), fields, headers=headers)


def labels(conversation):
    return [label.name for label in conversation.labels.all()]


# At the desk


def test_an_agent_puts_many_labels_on_a_colleagues_conversation_at_once(bens, conversation, vip, refund):
    answer = post(bens, conversation, [vip, refund])
    assert answer.status_code == 200
    assert 'class="label label-purple" title="Bought for 1000">VIP<' in answer.content.decode()
    assert labels(conversation) == ["Refund", "VIP"]


def test_an_agent_takes_labels_off(bens, conversation, vip, refund):
    conversation.labels.add(vip, refund)
    assert post(bens, conversation, [refund], [vip, refund]).status_code == 200
    assert labels(conversation) == ["Refund"]


def test_a_label_that_a_colleague_put_on_meanwhile_stays(bens, conversation, vip, refund):
    conversation.labels.add(refund)  # after Ben's form had come
    post(bens, conversation, [vip])
    assert labels(conversation) == ["Refund", "VIP"]


def test_the_labels_of_the_page_and_those_of_all_pages_are_offered(bens, conversation, vip, refund, other):
    conversation.labels.add(vip)
    html = bens.get(reverse("label", args=[conversation.pk]), headers=HTMX).content.decode()
    offered = re.findall(r'name="labels" value="(\d+)"( checked)?', html)
    assert offered == [(str(refund.pk), ""), (str(vip.pk), " checked")]
    assert f'name="before" value="{vip.pk}"' in html


def test_a_label_of_another_page_is_not_put_on(bens, conversation, vip, other):
    post(bens, conversation, [vip, other])
    assert labels(conversation) == ["VIP"]


def test_a_label_that_was_deleted_meanwhile_is_left_out(bens, conversation, vip, refund):
    chosen = [vip, Label(pk=refund.pk)]
    refund.delete()
    assert post(bens, conversation, chosen).status_code == 200
    assert labels(conversation) == ["VIP"]


def test_an_agent_who_may_not_see_the_conversation_cannot_label_it(bens, conversation, bluebird, vip):
    restrict(bluebird)
    assert bens.get(reverse("label", args=[conversation.pk])).status_code == 404
    assert post(bens, conversation, [vip]).status_code == 404
    assert labels(conversation) == []


def test_labels_are_chosen_without_scripts(bens, conversation, vip):
    assert "Label Mona Weber" in bens.get(reverse("label", args=[conversation.pk])).content.decode()
    assert post(bens, conversation, [vip], headers={}).status_code == 302
    assert "label-purple" in bens.get(f"/conversations/{conversation.pk}/").content.decode()


def test_a_page_without_labels_says_so(bens, conversation):
    assert b"There are no labels for this Page yet." in bens.get(reverse("label", args=[conversation.pk])).content


def test_labels_that_stay_as_they_are_change_no_revision(bens, conversation, vip):
    conversation.labels.add(vip)
    revision = Conversation.objects.get().revision
    post(bens, conversation, [vip], [vip])
    assert Conversation.objects.get().revision == revision


def test_a_browser_that_missed_a_label_asks_for_the_header(conversation, vip):
    before = conversation.headline_key
    conversation.labels.add(vip)
    labelled = Conversation.objects.get().headline_key
    vip.name = "Very important"
    vip.save()
    assert len({before, labelled, Conversation.objects.get().headline_key}) == 3


def test_a_row_of_the_queue_shows_three_labels_and_how_many_more(bens, conversation):
    for name in "ABCDE":
        conversation.labels.add(Label.objects.create(name=name))
    html = bens.get("/queue/", headers=HTMX).content.decode()
    assert len(re.findall('class="label ', html)) == 3
    assert "2 more" in html


def test_labels_in_the_queue_need_a_constant_number_of_queries(
    bens, bluebird, conversation, vip, refund, django_assert_num_queries
):
    def ask(expected):
        with django_assert_num_queries(expected):
            bens.get("/queue/others/", headers=HTMX)

    conversation.labels.add(vip)
    ask(9)
    for number in range(15):
        customer = Customer.objects.create(page=bluebird, psid=f"77{number}", name="Guest")
        row = Conversation.objects.create(page=bluebird, customer=customer, holder="agent", agent=conversation.agent)
        row.labels.add(vip, refund)
    ask(9)


# Their colours


def test_each_colour_of_a_label_has_a_style_and_a_token():
    styles, tokens = ((ROOT / "static/css" / file).read_text() for file in ("label.css", "tokens.css"))
    for colour in Colour:
        assert f".label-{colour} " in styles and f"--label-{colour}: light-dark(" in tokens


# In the administration


@pytest.fixture
def cara(bluebird):
    """Cara looks after the labels of Bluebird Tea; she is no superuser."""
    agent = Agent.objects.create_user("cara", password=PASSWORD, is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename__endswith="_label"))
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_an_admin_makes_a_label_for_all_pages(client, ada):
    client.force_login(ada)
    client.post("/admin/console/label/add/", {"name": "VIP", "colour": "blue", "description": "", "page": ""})
    assert (Label.objects.get().name, Label.objects.get().page) == ("VIP", None)


def test_staff_make_labels_of_their_pages_alone(cara, bluebird, other):
    fields = {"name": "New", "colour": "blue", "description": ""}
    for page in ("", other.page_id):
        assert cara.post("/admin/console/label/add/", fields | {"page": page}).status_code == 200
    assert not Label.objects.filter(name="New").exists()
    assert cara.post("/admin/console/label/add/", fields | {"page": bluebird.pk}).status_code == 302
    assert Label.objects.get(name="New").page == bluebird


def test_staff_do_not_change_a_label_for_all_pages(cara, vip):
    assert "VIP" not in cara.get("/admin/console/label/").content.decode()
    assert cara.get(f"/admin/console/label/{vip.pk}/change/").status_code == 302


def test_a_label_keeps_its_page(cara, refund, bluebird):
    other_page = Page.objects.create(page_id="98", token="t", name="Cups")
    path = f"/admin/console/label/{refund.pk}/change/"
    cara.post(path, {"name": "Refunds", "colour": "blue", "description": "", "page": other_page.pk})
    refund.refresh_from_db()
    assert (refund.name, refund.page) == ("Refunds", bluebird)


def test_two_labels_of_one_page_cannot_have_one_name(vip):
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.create(name="vip")
