"""Rights are granted only by those who have them, and nobody changes the log-in of somebody with more rights."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client

from agents.models import Agent
from agents.rights import OnlyAdmin
from tests.conftest import PASSWORD

NEW_PASSWORD = {"usable_password": "true", "password1": "quite a long phrase", "password2": "quite a long phrase"}
GIVEN_TO_CARA = ["add_agent", "change_agent", "view_agent", "add_group", "change_group", "delete_group"]


@pytest.fixture
def tea(db):
    group = Group.objects.create(name="tea")
    group.permissions.add(Permission.objects.get(codename="view_conversation"))
    return group


@pytest.fixture
def pots(db):
    group = Group.objects.create(name="pots")
    group.permissions.add(Permission.objects.get(codename="take_over_conversation"))
    return group


@pytest.fixture
def cara(db, tea):
    """Cara manages the agents of the tea group, without being a superuser."""
    cara = Agent.objects.create_user("cara", password=PASSWORD, first_name="Cara", is_staff=True)
    cara.user_permissions.set(Permission.objects.filter(codename__in=GIVEN_TO_CARA))
    cara.groups.add(tea)
    return cara


@pytest.fixture
def browser(cara):
    browser = Client()
    browser.force_login(cara, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def edit(browser, agent, **fields):
    """The form as it stands, with these fields changed."""
    address = f"/admin/agents/agent/{agent.pk}/change/"
    shown = browser.get(address).context["adminform"].form
    values = {name: shown.initial.get(name) for name in shown.fields if name not in ("picture", "password")}
    values = {name: value for name, value in values.items() if value or name == "undo_seconds"}
    for name in ("groups", "user_permissions"):
        values[name] = [row.pk for row in values.get(name, [])]
    return browser.post(address, values | fields)


def act(browser, action, *agents):
    chosen = {"action": action, "confirmed": "1", "_selected_action": [agent.pk for agent in agents]}
    return browser.post("/admin/agents/agent/", chosen, follow=True).content.decode()


def fresh(agent):
    """Load an agent again, because permissions are cached on the old object."""
    return Agent.objects.get(pk=agent.pk)


def test_staff_who_may_change_agents_cannot_make_themselves_superuser(browser, cara):
    edit(browser, cara, is_superuser="on", last_name="Quin")
    assert (fresh(cara).is_superuser, fresh(cara).last_name) == (False, "Quin")


def test_staff_cannot_add_a_superuser(browser, cara):
    new = {"username": "dora", "first_name": "Dora", "is_superuser": "on", "is_staff": "on"}
    assert browser.post("/admin/agents/agent/add/", new | NEW_PASSWORD).status_code == 302
    assert not Agent.objects.get(username="dora").is_superuser


@pytest.mark.parametrize("field", ["groups", "user_permissions"])
def test_staff_cannot_give_themselves_a_permission_that_they_lack(browser, cara, pots, field):
    wanted = pots if field == "groups" else Permission.objects.get(codename="take_over_conversation")
    assert "is not one of the available choices" in edit(browser, cara, **{field: [wanted.pk]}).content.decode()
    assert not fresh(cara).has_perm("console.take_over_conversation")


def test_staff_cannot_add_an_agent_to_a_group_with_more_permissions(browser, pots):
    new = {"username": "dora", "first_name": "Dora", "groups": [pots.pk]}
    answer = browser.post("/admin/agents/agent/add/", new | NEW_PASSWORD)
    assert "is not one of the available choices" in answer.content.decode()
    assert not Agent.objects.filter(username="dora").exists()


def test_staff_can_give_the_permissions_that_they_have(browser, cara, ana, tea):
    seen = Permission.objects.get(codename="view_agent")
    assert edit(browser, ana, groups=[tea.pk], user_permissions=[seen.pk]).status_code == 302
    assert (list(ana.groups.all()), list(ana.user_permissions.all())) == ([tea], [seen])


@pytest.mark.parametrize("right", ["superuser", "group", "permission"])
def test_staff_cannot_change_an_agent_who_has_more_permissions(browser, ana, ada, pots, right):
    agent = ada if right == "superuser" else ana
    if right == "group":
        ana.groups.add(pots)
    if right == "permission":
        ana.user_permissions.add(Permission.objects.get(codename="take_over_conversation"))
    path = f"/admin/agents/agent/{agent.pk}"
    assert browser.post(f"{path}/password/", NEW_PASSWORD).status_code == 403
    assert browser.post(f"{path}/change/", {"username": "mine", "email": "cara@example.com"}).status_code == 403
    assert "has rights that you do not have" in act(browser, "remove_from_team", agent)
    assert fresh(agent).check_password(PASSWORD)
    assert (fresh(agent).is_active, fresh(agent).email) == (True, "")


def test_staff_can_only_view_an_agent_who_has_more_permissions(browser, ada):
    shown = browser.get(f"/admin/agents/agent/{ada.pk}/change/").content.decode()
    assert "Ada" in shown
    assert 'name="_save"' not in shown


def test_staff_cannot_reactivate_an_agent_who_would_have_more_permissions(browser, ana, pots):
    ana.groups.add(pots)
    ana.leave()
    assert "has rights that you do not have" in act(browser, "return_to_team", ana)
    assert not fresh(ana).is_active


def test_staff_can_set_the_password_of_an_agent_who_has_no_more_permissions(browser, ana, tea):
    ana.groups.add(tea)
    assert browser.post(f"/admin/agents/agent/{ana.pk}/password/", NEW_PASSWORD).status_code == 302
    assert fresh(ana).check_password(NEW_PASSWORD["password1"])


def test_staff_cannot_give_their_group_a_permission_that_they_lack(browser, tea, cara):
    wanted = Permission.objects.get(codename="take_over_conversation")
    answer = browser.post(f"/admin/auth/group/{tea.pk}/change/", {"name": "tea", "permissions": [wanted.pk]})
    assert "is not one of the available choices" in answer.content.decode()
    assert not fresh(cara).has_perm("console.take_over_conversation")


def test_staff_cannot_change_or_delete_a_group_with_more_permissions(browser, pots):
    assert browser.post(f"/admin/auth/group/{pots.pk}/change/", {"name": "mine"}).status_code == 403
    assert browser.post(f"/admin/auth/group/{pots.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [pots.pk]}
    browser.post("/admin/auth/group/", chosen)
    assert Group.objects.get(pk=pots.pk).name == "pots"


def test_a_superuser_can_give_every_permission(client, ada, ana, pots):
    client.force_login(ada)
    wanted = Permission.objects.get(codename="take_over_conversation")
    assert edit(client, ana, is_superuser="on", groups=[pots.pk], user_permissions=[wanted.pk]).status_code == 302
    assert fresh(ana).is_superuser
    assert list(ana.groups.all()) == [pots]


# The last superuser


def test_the_last_superuser_cannot_remove_their_own_superuser_status(client, ada, ana):
    client.force_login(ada)
    answer = edit(client, ada, is_superuser="")
    assert "is the only admin: make somebody else one first." in answer.content.decode()
    assert fresh(ada).is_superuser
    edit(client, ana, is_superuser="on")
    edit(client, ada, is_superuser="")
    assert not fresh(ada).is_superuser


def test_a_superuser_who_cannot_log_in_does_not_count_as_another_admin(ada, ana):
    Agent.objects.filter(pk=ana.pk).update(is_superuser=True)
    ana = fresh(ana)
    ana.set_unusable_password()
    ana.save()
    with pytest.raises(OnlyAdmin):
        ada.leave()


def test_the_password_of_the_last_superuser_cannot_be_unset(client, ada):
    client.force_login(ada)
    unset = {"usable_password": "false", "unset-password": "1"}
    answer = client.post(f"/admin/agents/agent/{ada.pk}/password/", unset)
    assert "is the only admin: make somebody else one first." in answer.content.decode()
    assert fresh(ada).has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_superusers_who_leave_at_the_same_time_can_leave(ada, ana):
    Agent.objects.filter(pk=ana.pk).update(is_superuser=True)

    def leave(pk):
        try:
            Agent.objects.get(pk=pk).leave()
        except OnlyAdmin:
            return "stays"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert sorted(map(str, both.map(leave, [ada.pk, ana.pk]))) == ["None", "stays"]
    assert Agent.objects.working().filter(is_superuser=True).count() == 1


# Sessions


def test_sessions_of_an_agent_who_left_stay_ended_after_the_return_to_team(client, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 200
    ana.leave()
    ana.return_to_team()
    assert client.get("/")["Location"].startswith("/login/")
    client.post("/login/", {"username": "ana", "password": PASSWORD})
    assert client.get("/").status_code == 200
