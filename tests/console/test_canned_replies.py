"""Canned replies: who may use them, who may change them, and the variables in their texts."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client

from console.models import CannedReply, Team
from console.wording import canned_variables
from personas.models import Page
from tests.conftest import TOKEN, restrict


@pytest.fixture
def can(ana):
    """Create a canned reply, Ana's own unless it is shared."""

    def create(shortcut, text="Hello", author=ana, **fields):
        return CannedReply.objects.create(shortcut=shortcut, text=text, author=author, **fields)

    return create


@pytest.fixture
def refunds(bluebird, ana):
    """Ana's team, which answers for Bluebird Tea."""
    team = Team.objects.create(name="Refunds")
    team.pages.add(bluebird)
    team.members.add(ana)
    return team


@pytest.fixture
def pots(db):
    """Another Page, which only admins may see."""
    return Page.objects.create(page_id="22", token=TOKEN, name="Pots", is_open_to_all=False)


def manages(agent):
    """Give the agent the permission, and return the agent with it."""
    agent.user_permissions.add(Permission.objects.get(codename="manage_canned_replies"))
    return type(agent).objects.get(pk=agent.pk)


def shortcuts(replies):
    return {reply.shortcut for reply in replies}


# Who may use them


def test_an_agent_uses_their_own_canned_replies_and_those_shared_with_them(can, refunds, bluebird, pots, ana, ben, ada):
    can("own")
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    visible = CannedReply.objects.visible_to
    assert shortcuts(visible(ana)) == {"own", "all", "team", "page"}
    assert shortcuts(visible(ben)) == {"all", "page"}
    assert shortcuts(visible(ada)) == {"all", "team", "page", "pots"}


def test_a_conversation_offers_canned_replies_of_its_page_and_of_teams_that_answer_for_it(
    can, refunds, bluebird, pots, ada
):
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    assert shortcuts(CannedReply.objects.visible_to(ada).on(bluebird)) == {"all", "team", "page"}
    assert shortcuts(CannedReply.objects.visible_to(ada).on(pots)) == {"all", "pots"}


def test_canned_replies_of_a_page_that_is_closed_to_an_agent_are_hidden_from_them(can, bluebird, ben):
    can("page", scope="page", page=bluebird)
    restrict(bluebird)
    assert not CannedReply.objects.visible_to(ben).exists()


# Who may change them


def test_an_agent_changes_shared_canned_replies_by_permission_only(can, refunds, bluebird, pots, ana, ben):
    can("own")
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    assert shortcuts(CannedReply.objects.editable_by(ana)) == {"own"}
    assert shortcuts(CannedReply.objects.editable_by(ben)) == set()
    assert shortcuts(CannedReply.objects.editable_by(manages(ben))) == {"all", "page"}
    assert shortcuts(CannedReply.objects.editable_by(manages(ana))) == {"own", "all", "team", "page"}


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ({"scope": "own"}, {"scope": "own"}, "You have a canned reply with this shortcut already."),
        ({"scope": "everyone"}, {"scope": "everyone"}, "Those who may use it have a canned reply with this shortcut"),
        ({"scope": "own"}, {"scope": "everyone"}, None),
    ],
)
def test_a_shortcut_is_unique_among_those_who_may_use_it(first, second, sentence, can, ana):
    can("hello", **first)
    other = CannedReply(shortcut="Hello", text="Hi", author=ana, **second)
    if sentence is None:
        return other.full_clean()
    with pytest.raises(ValidationError, match=sentence):
        other.full_clean()


@pytest.mark.parametrize("fields", [{"scope": "team"}, {"scope": "page"}])
def test_a_canned_reply_for_a_team_or_page_names_it(fields, ana):
    with pytest.raises(ValidationError, match="Choose a team or a Page only if that is who may use it"):
        CannedReply(shortcut="hello", text="Hi", author=ana, **fields).full_clean()


# Variables


@pytest.mark.parametrize("text", ["{{ customer.first_name }} {{page.name}}", "{ order }", "100 {% if %}", "{{", "{{}"])
def test_a_text_with_known_variables_or_none_is_accepted(text):
    canned_variables.check_variables(text)


@pytest.mark.parametrize("name", ["order.id", "customer.psid", "customer first name", "", "user|upper"])
def test_a_text_with_an_unknown_variable_is_refused_with_a_sentence(name):
    with pytest.raises(ValidationError, match="There is no variable"):
        canned_variables.check_variables(f"Your order {{{{ {name} }}}}")


def test_variables_stand_for_what_the_conversation_says(conversation, ana):
    assert canned_variables.values(conversation, ana) == {
        "customer.first_name": "Mona",
        "customer.name": "Mona Weber",
        "agent.name": "Ana R.",
        "page.name": "Bluebird Tea",
    }


def test_an_unknown_customer_leaves_gaps_in_place_of_the_name(conversation, ana):
    conversation.customer.name = ""
    found = canned_variables.values(conversation, ana)
    assert (found["customer.first_name"], found["customer.name"]) == ("[first name]", "[name]")


# In the admin


@pytest.fixture
def bens_admin(ben):
    """Ben's browser. He is on the staff and has every permission of Django for canned replies."""
    ben.is_staff = True
    ben.save()
    ben.user_permissions.set(Permission.objects.filter(codename__endswith="_cannedreply"))
    browser = Client()
    browser.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_canned_replies_in_the_admin_need_the_permission_to_manage_them(can, bens_admin, ben, ana):
    mine, anas = can("all", scope="everyone"), can("secret")
    path = "/admin/console/cannedreply/"
    assert bens_admin.get(path).status_code == 403
    manages(ben)
    assert list(bens_admin.get(path).context["cl"].result_list) == [mine]
    assert bens_admin.get(f"{path}{anas.pk}/change/").status_code == 302


def test_a_canned_reply_added_in_the_admin_has_its_author_and_a_unique_shortcut(bens_admin, ben):
    manages(ben)
    path, fields = "/admin/console/cannedreply/add/", {"shortcut": "hi", "text": "Hi", "scope": "own"}
    bens_admin.post(path, fields)
    assert CannedReply.objects.get().author == ben
    assert b"You have a canned reply with this shortcut already." in bens_admin.post(path, fields).content
    answer = bens_admin.post(path, fields | {"text": "{{ secret }}"})
    assert "There is no variable “secret”." in answer.text


# For the composer


@pytest.fixture
def anas_browser(client, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_composer_gets_the_canned_replies_of_the_page_and_a_304_until_one_changes(can, anas_browser, bluebird, ana):
    first = can("hello", text="Hi {{ customer.name }}")
    path = f"/pages/{bluebird.pk}/canned-replies/"
    answer = anas_browser.get(path)
    assert answer.json() == [{"shortcut": "hello", "folder": "", "text": "Hi {{ customer.name }}"}]
    known = {"If-None-Match": answer["ETag"]}
    assert anas_browser.get(path, headers=known).status_code == 304
    first.text = "Good morning"
    first.save()
    assert anas_browser.get(path, headers=known).json()[0]["text"] == "Good morning"


def test_the_canned_replies_of_a_page_that_is_closed_to_the_agent_are_not_found(can, anas_browser, bluebird):
    restrict(bluebird)
    assert anas_browser.get(f"/pages/{bluebird.pk}/canned-replies/").status_code == 404


def test_the_list_for_the_composer_takes_the_same_number_of_queries_at_any_length(
    can, anas_browser, bluebird, django_assert_num_queries
):
    path = f"/pages/{bluebird.pk}/canned-replies/"
    anas_browser.get(path)
    for count in (1, 20):
        for number in range(count):
            can(f"reply-{count}-{number}")
        with django_assert_num_queries(4):
            assert anas_browser.get(path).status_code == 200
