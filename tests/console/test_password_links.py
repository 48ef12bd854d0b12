"""Links by which agents choose a password: invitations by an admin, and a new password for one who forgot theirs."""

from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from agents.models import Agent
from agents.roles import Role
from console import roles
from console.infrastructure.redis import redis
from console.models import Team
from console.password_links.invitations import InvitationsForm
from console.password_links.links import link_for
from console.password_links.mail import mail_invitation, mail_reset
from tests.conftest import PASSWORD, in_role, restrict

pytestmark = pytest.mark.django_db

PHRASE = "a teapot of many colours"
NEW = {"new_password1": PHRASE, "new_password2": PHRASE}


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_URL = "smtp://mail.example"


@pytest.fixture
def dora(db):
    """Dora was added without a password."""
    agent = Agent(username="dora", first_name="Dora", email="dora@example.com")
    agent.set_unusable_password()
    agent.save()
    return agent


@pytest.fixture
def adas(browser_of, ada):
    return browser_of(ada)


def open_link(browser, link):
    """Open a link as a browser does; return the last page."""
    return browser.get("/" + link.split("/", 3)[3], follow=True)


def choose(browser, link, given=NEW):
    page = open_link(browser, link)
    return browser.post(page.redirect_chain[-1][0], given) if page.redirect_chain else page


def link_in(text):
    return next(line for line in text.splitlines() if "/choose-password/" in line)


# The link


def test_a_link_is_to_the_console_whatever_host_the_request_names(adas, dora, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page = adas.post(f"/admin/agents/agent/{dora.pk}/password-link/", headers={"host": "evil.example"})
    assert page.context["link"].startswith(f"{settings.PUBLIC_URL}/choose-password/")


def test_a_link_ends_when_the_address_of_its_agent_changes(dora):
    link = link_for(dora)
    Agent.objects.filter(pk=dora.pk).update(email="dora@elsewhere.example")
    assert "This link does not work any more" in open_link(Client(), link).text


def test_an_agent_who_was_locked_out_logs_in_with_the_password_chosen_by_a_link(client, ana):
    for _guess in range(6):
        client.post("/login/", {"username": "ana", "password": "wrong"})
    choose(client, link_for(ana))
    assert client.post("/login/", {"username": "ana", "password": PHRASE})["Location"] == "/"


def test_an_invited_agent_chooses_a_password_and_logs_in(client, dora):
    link = link_for(dora)
    assert "dora" in open_link(Client(), link).text
    assert choose(client, link)["Location"] == "/login/"
    assert "Your password is set: log in with it." in client.get("/login/").text
    assert client.post("/login/", {"username": "dora", "password": PHRASE})["Location"] == "/"


def test_a_link_works_once(client, dora):
    link = link_for(dora)
    choose(client, link)
    assert "This link does not work any more" in open_link(Client(), link).text


def test_a_link_ends_after_three_days(dora):
    with time_machine.travel("2030-01-01 12:00Z", tick=False):
        link = link_for(dora)
    with time_machine.travel("2030-01-04 11:00Z", tick=False):
        assert "Choose a password" in open_link(Client(), link).text
    with time_machine.travel("2030-01-04 13:00Z", tick=False):
        assert "This link does not work any more" in open_link(Client(), link).text


def test_a_link_ends_when_its_agent_leaves_also_if_they_return(ana):
    link = link_for(ana)
    ana.leave()
    assert "This link does not work any more" in open_link(Client(), link).text
    ana.return_to_team()
    assert "This link does not work any more" in open_link(Client(), link).text


@pytest.mark.parametrize("path", ["x/y", "MQ/set-password", "%00/%00", "MQ/abc-def"])
def test_a_link_that_was_never_made_does_not_work(client, path):
    assert "This link does not work any more" in client.get(f"/choose-password/{path}/", follow=True).text


@pytest.mark.parametrize("password", ["password", "12345678", "dora", "short"])
def test_a_weak_password_is_refused(client, dora, password):
    answer = choose(client, link_for(dora), {"new_password1": password, "new_password2": password})
    assert answer.status_code == 200 and "problem" in answer.text
    assert not Agent.objects.get(pk=dora.pk).has_usable_password()


def test_choosing_a_password_ends_all_log_ins(anas_browser, ana):
    assert anas_browser.get("/").status_code == 200
    choose(Client(), link_for(ana))
    assert anas_browser.get("/")["Location"].startswith("/login/")
    assert not ana.sessions.exists()


# Invitation


def test_an_admin_makes_a_link_and_passes_it_on(adas, dora):
    path = f"/admin/agents/agent/{dora.pk}"
    assert f"{path}/password-link/" in adas.get(f"{path}/change/").text
    assert "/choose-password/" not in adas.get(f"{path}/password-link/").text
    page = adas.post(f"{path}/password-link/")
    assert "Choose a password" in open_link(Client(), page.context["link"]).text


def test_an_invitation_is_mailed_where_mail_is_set_up(with_mail, adas, dora):
    page = adas.post(f"/admin/agents/agent/{dora.pk}/password-link/").text
    assert "A link is on its way to dora@example.com." in page and "/choose-password/" not in page
    mail_invitation(dora.pk)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["dora@example.com"], "Invitation to Handover")
    assert "Choose a password" in open_link(Client(), link_in(letter.body)).text


def test_nobody_makes_a_link_for_an_agent_with_rights_that_they_lack(browser_of, ben, ana):
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    ana.user_permissions.add(Permission.objects.get(codename="view_inboundwebhook"))
    browser = browser_of(in_role(ben, "admin"))
    assert browser.post(f"/admin/agents/agent/{ana.pk}/password-link/").status_code == 403


# Many at once

INVITE = "/admin/agents/agent/invite/"


def test_an_admin_invites_many_people_with_role_page_and_team(adas, bluebird):
    roles.make_missing()
    tea, team = restrict(bluebird), Team.objects.create(name="Refunds")
    lines = "Dora Lam, dora@example.com, Lead, Bluebird Tea, refunds\n\nEmil, Emil@example.com"
    assert INVITE in adas.get("/admin/agents/agent/").text
    invited = adas.post(INVITE, {"lines": lines}).context["invited"]
    dora, emil = (agent for agent, _link in invited)
    assert (dora.username, dora.first_name, dora.last_name) == ("dora@example.com", "Dora", "Lam")
    assert [group.name for group in dora.groups.order_by("name")] == ["Lead", tea.name]
    assert (list(dora.teams.all()), list(emil.groups.all()), emil.has_usable_password()) == ([team], [], False)
    assert "Choose a password" in open_link(Client(), invited[1][1]).text


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Dora", "Give a name and an e-mail address"),
        ("Dora, dora", "Enter a valid email address."),
        ("Ana, ana@example.com", "An agent has the address ana@example.com already."),
        ("Emil, emil@example.com", "An agent has the address emil@example.com already."),
        ("Dora, dora@example.com, Chief", "There is no role “Chief” that you can give."),
        ("Dora, dora@example.com, , Pots", "There is no Page “Pots” that you may see."),
        ("Dora, dora@example.com, , , Pots", "There is no team “Pots” that you may change."),
        ("Dora, dora@example.com, , , , x", "Give a name and an e-mail address"),
        ("\0, dora@example.com", "Null characters are not allowed."),
        (", dora@example.com", "Give a name and an e-mail address"),
        ("\u200b, dora@example.com", "Give a name and an e-mail address"),
        ('"Dora, dora@example.com\nFay, fay@example.com', "Line 2: Give a name and an e-mail address"),
        ("Dora, dora@example.com\n" * 300, "At most 200 lines at once."),
    ],
)
def test_nobody_is_added_while_a_line_has_a_problem(adas, ana, line, problem):
    Agent.objects.filter(pk=ana.pk).update(email="ana@example.com")
    page = adas.post(INVITE, {"lines": f"Emil, emil@example.com\n{line}"})
    assert problem in page.text
    assert not Agent.objects.filter(email="emil@example.com").exists()


def test_rows_that_are_copied_from_a_spreadsheet_are_invited(adas):
    lines = "Dora Lam\tdora@example.com\n=1+1\t o'neil@example.com \nÉva, Ltd\teva@example.com"
    invited = [agent for agent, _link in adas.post(INVITE, {"lines": lines}).context["invited"]]
    assert [(agent.username, agent.email, agent.get_full_name()) for agent in invited] == [
        ("dora@example.com", "dora@example.com", "Dora Lam"),
        ("oneil@example.com", "o'neil@example.com", "=1+1"),
        ("eva@example.com", "eva@example.com", "Éva, Ltd"),
    ]


def test_of_two_admins_who_invite_the_same_people_at_the_same_moment_one_is_asked_to_try_again(ada):
    first, second = (InvitationsForm(ada, {"lines": "Dora, dora@example.com"}) for _admin in range(2))
    assert first.is_valid() and second.is_valid()
    assert len(first.save()) == 1
    assert second.save() == [] and "try again" in str(second.errors)
    assert Agent.objects.filter(email="dora@example.com").count() == 1


def test_an_admin_by_role_invites_nobody_to_more_than_they_have(browser_of, ben, bluebird):
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    browser = browser_of(in_role(ben, "admin"))
    Role.objects.create(name="Auditor").permissions.set(Permission.objects.filter(codename="view_inboundwebhook"))
    restrict(bluebird)
    for line, problem in [("Auditor", "no role “Auditor”"), (", Bluebird Tea", "no Page “Bluebird Tea”")]:
        assert problem in browser.post(INVITE, {"lines": f"Dora, dora@example.com, {line}"}).text
    assert "invited" in browser.post(INVITE, {"lines": "Dora, dora@example.com, Agent"}).context


def test_an_agent_without_the_permission_invites_nobody(browser_of, ben):
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    browser = browser_of(in_role(ben, "supervisor"))
    assert browser.post(INVITE, {"lines": "Dora, dora@example.com"}).status_code == 403


# Reset


def test_the_answer_is_the_same_whether_or_not_an_agent_has_the_address(with_mail, ana):
    Agent.objects.filter(pk=ana.pk).update(email="ana@example.com")
    answers = [
        Client().post("/reset-password/", {"address": address}) for address in ("ana@example.com", "eve@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code == 200
    assert answers[0].content == answers[1].content


def test_a_link_goes_to_the_agent_with_the_address(ana):
    Agent.objects.filter(pk=ana.pk).update(email="Ana@example.com")
    mail_reset("ana@example.com")
    [letter] = mail.outbox
    choose(Client(), link_in(letter.body))
    assert Agent.objects.get(pk=ana.pk).check_password(PHRASE)


def test_nothing_goes_to_those_who_have_left_or_have_no_password_yet(ana, dora):
    Agent.objects.filter(pk=ana.pk).update(email="ana@example.com")
    ana.leave()
    for address in ("ana@example.com", "dora@example.com", "eve@example.com"):
        mail_reset(address)
    assert mail.outbox == []


def test_at_most_three_links_an_hour_are_sent_to_an_address(with_mail, enqueued):
    redis().delete("hourly:reset-password-rate@example.com", "hourly:reset-password-127.0.0.1")
    for _time in range(5):
        answer = Client().post("/reset-password/", {"address": "rate@example.com"})
        assert "a link is on its way" in answer.text
    assert enqueued("console.password_links.mail.mail_reset") == 3


def test_an_address_that_the_mail_server_refuses_is_not_tried_again(dora, monkeypatch, caplog):
    def refuse(_backend, messages):
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"No such person here")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    mail_invitation(dora.pk)
    assert f"refuses the address of agent {dora.pk}" in caplog.text
    assert dora.email not in caplog.text


def test_without_a_mail_server_the_page_is_not_there(client):
    assert client.get("/reset-password/").status_code == 404
    assert "/reset-password/" not in client.get("/login/").text


def test_the_old_password_works_until_another_one_is_chosen(ana):
    link_for(ana)
    mail_reset("ana@example.com")
    assert Agent.objects.get(pk=ana.pk).check_password(PASSWORD)
