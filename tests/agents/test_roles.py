"""Roles: who has one may do what it grants at the desk; nobody gives a role with more than they have."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from agents.models import Agent
from agents.roles import ANSWER, EXPORT, RIGHTS, SEE_FIELDS, TRANSFER, USUAL, Role
from console import roles
from console.models import Conversation
from console.models.holder import Holder
from tests.conftest import PASSWORD, in_role, restrict, withdraw

NEW = {
    "username": "dora",
    "first_name": "Dora",
    "usable_password": "true",
    "password1": "quite a long phrase",
    "password2": "quite a long phrase",
}


@pytest.fixture
def cara(db):
    """Cara has the role Admin, and is no superuser."""
    return in_role(Agent.objects.create_user("cara", password=PASSWORD, first_name="Cara", is_staff=True), "admin")


@pytest.fixture
def caras(cara):
    browser = Client()
    browser.force_login(cara, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def role(key):
    return Role.objects.get(key=key)


# Their making


def test_a_new_database_has_five_roles(django_db_setup, db):
    assert sorted(django_db_setup) == ["admin", "agent", "analyst", "lead", "supervisor"]


@pytest.mark.parametrize("key", roles.ROLES)
def test_each_permission_of_a_role_exists(db, key):
    roles.make_missing()
    given = role(key).permissions.values_list("codename", flat=True)
    assert sorted(given) == sorted(roles.ROLES[key][1])


def test_making_roles_again_keeps_what_admins_have_changed(db, capsys):
    roles.make_missing()
    role("lead").permissions.clear()
    Role.objects.filter(key="lead").update(name="Shift lead")
    role("analyst").delete()
    call_command("make_roles")
    assert "Made: Analyst." in capsys.readouterr().out
    assert (role("lead").name, role("lead").permissions.count()) == ("Shift lead", 0)


def test_migrating_again_brings_no_role_back_that_an_admin_has_deleted(transactional_db):
    call_command("migrate", verbosity=0)
    assert not Role.objects.exists()


def test_a_role_whose_name_is_taken_gets_another_one(db):
    Group.objects.create(name="Agent")
    roles.make_missing()
    assert role("agent").name == "Agent (role)"


# Rights of the desk


def test_an_agent_without_a_role_has_the_usual_rights(ana):
    assert ana.desk_rights == USUAL
    ana.groups.add(Group.objects.create(name="tea"))
    assert Agent.objects.get(pk=ana.pk).desk_rights == USUAL


def test_a_right_given_to_an_agent_alone_adds_to_the_usual_ones(ana):
    ana.user_permissions.add(Permission.objects.get(codename="transfer_for_colleagues"))
    assert Agent.objects.get(pk=ana.pk).desk_rights == USUAL | {TRANSFER}


def test_an_agent_with_a_role_has_its_rights_alone(ana):
    assert in_role(ana, "analyst").desk_rights == {EXPORT}
    assert in_role(ana, "lead").desk_rights == set(RIGHTS)


def test_an_agent_with_two_roles_has_the_rights_of_both(ana):
    in_role(ana, "analyst")
    ana.groups.add(role("agent"))
    assert Agent.objects.get(pk=ana.pk).desk_rights == USUAL


def test_a_superuser_has_all_rights_and_an_agent_who_left_has_none(ada, ana):
    in_role(ada, "analyst")
    assert Agent.objects.get(pk=ada.pk).desk_rights == set(RIGHTS)
    ana.leave()
    assert Agent.objects.get(pk=ana.pk).desk_rights == set()


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("key", [None, *roles.ROLES])
def test_the_agents_found_by_a_right_are_those_who_have_it(ana, ada, right, key):
    agent = in_role(ana, key) if key else ana
    found = Agent.objects.who_may(right)
    assert (agent in found, ada in found) == (agent.has_perm(right), True)


# Nobody gives what they do not have


@pytest.mark.parametrize("key", ["agent", "lead", "supervisor", "admin", "analyst"])
def test_an_admin_by_role_adds_an_agent_with_a_role_that_gives_no_more(caras, key):
    assert caras.post("/admin/agents/agent/add/", NEW | {"groups": [role(key).pk]}).status_code == 302
    assert list(Agent.objects.get(username="dora").groups.all()) == [role(key).group_ptr]


def test_an_admin_by_role_cannot_give_a_role_with_more_rights(caras):
    auditor = Role.objects.create(name="Auditor")
    auditor.permissions.set(Permission.objects.filter(codename__in=["export_conversations", "view_inboundwebhook"]))
    answer = caras.post("/admin/agents/agent/add/", NEW | {"groups": [auditor.pk]})
    assert "is not one of the available choices" in answer.text
    assert caras.post(f"/admin/agents/role/{auditor.pk}/change/", {"name": "Mine"}).status_code == 403


def test_an_admin_by_role_cannot_give_a_role_that_opens_a_page_closed_to_them(caras, bluebird):
    restrict(bluebird)
    bluebird.groups.add(role("lead"))
    answer = caras.post("/admin/agents/agent/add/", NEW | {"groups": [role("lead").pk]})
    assert "is not one of the available choices" in answer.text


def test_an_admin_by_role_cannot_add_a_right_to_a_role_that_they_lack(caras):
    wanted = Permission.objects.get(codename="view_inboundwebhook")
    for key in ("agent", "admin"):
        answer = caras.post(f"/admin/agents/role/{role(key).pk}/change/", {"name": key, "permissions": [wanted.pk]})
        assert "is not one of the available choices" in answer.text


def test_an_admin_by_role_changes_a_role(caras):
    wanted = Permission.objects.get(codename="answer_customers")
    path = f"/admin/agents/role/{role('agent').pk}/change/"
    assert caras.post(path, {"name": "Trainee", "permissions": [wanted.pk]}).status_code == 302
    assert [given.codename for given in role("agent").permissions.all()] == ["answer_customers"]
    assert "Trainee" in caras.get("/admin/agents/role/").text
    assert "Trainee" not in caras.get("/admin/auth/group/").text


@pytest.mark.parametrize("right", sorted(USUAL))
def test_an_admin_who_lacks_a_usual_right_leaves_nobody_without_a_role(caras, cara, ana, right):
    withdraw(cara, right)
    in_role(ana, "analyst").groups.set([])
    assert "Choose a role" in caras.post("/admin/agents/agent/add/", NEW).text
    assert caras.post(f"/admin/agents/agent/{ana.pk}/password/", NEW).status_code == 403
    assert caras.post(f"/admin/agents/role/{role('admin').pk}/delete/", {"post": "yes"}).status_code == 403
    assert not Agent.objects.filter(username="dora").exists()


def test_an_admin_by_role_cannot_change_a_superuser_or_become_one(caras, cara, ada):
    assert caras.post(f"/admin/agents/agent/{ada.pk}/password/", NEW).status_code == 403
    caras.post("/admin/agents/agent/add/", NEW | {"is_superuser": "on"})
    assert not Agent.objects.get(username="dora").is_superuser


def test_deleting_a_role_takes_one_request_of_an_admin_with_the_usual_rights(caras):
    lead = role("lead").pk
    assert caras.post(f"/admin/agents/role/{lead}/delete/", {"post": "yes"}).status_code == 302
    assert not Group.objects.filter(pk=lead).exists()


def test_a_role_that_loses_the_right_to_answer_returns_the_conversations_of_its_agents(caras, conversation, ana):
    in_role(ana, "lead")
    assert Conversation.objects.get(pk=conversation.pk).is_held_by(ana)
    given = role("lead").permissions.exclude(codename="answer_customers").values_list("pk", flat=True)
    caras.post(f"/admin/agents/role/{role('lead').pk}/change/", {"name": "Lead", "permissions": [*given]})
    assert Conversation.objects.get(pk=conversation.pk).holder == Holder.QUEUE


def test_every_right_of_the_desk_is_named_by_a_constant():
    assert {ANSWER, EXPORT, SEE_FIELDS, TRANSFER} == set(RIGHTS)
