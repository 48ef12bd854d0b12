"""Confirmation: the password is asked for again before dangerous acts, which go on with their form afterwards."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from agents.models import Agent
from agents.roles import Role
from agents.sessions import Session
from console.confirmation import ACTS
from console.models import ApiKey, Erasure
from tests.conftest import PASSWORD, in_role

pytestmark = pytest.mark.django_db
ASKS = 403


@pytest.fixture(autouse=True)
def minutes(settings):
    settings.CONFIRM_MINUTES = 30


@pytest.fixture
def later(ada):
    """Log in as Ada the admin, and let half an hour and more pass."""
    browser = Client()
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        browser.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
        clock.shift(timedelta(minutes=31))
        browser.clock = clock
        yield browser


def repeated(page):
    """Return the fields of the form that the page repeats."""
    first = page.text.partition("<form")[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', first)
    fields = {}
    for name, value in found:
        if name != "csrfmiddlewaretoken":
            fields.setdefault(name, []).append(html.unescape(value))
    return fields


def confirms(browser, page, password=PASSWORD):
    return browser.post(page.request["PATH_INFO"], repeated(page) | {"confirm_password": password})


def test_a_role_is_changed_once_the_password_is_given_with_all_that_was_entered(later, ada):
    in_role(ada, "lead")
    role = Role.objects.get(key="lead")
    permissions = [str(pk) for pk in role.permissions.values_list("pk", flat=True)][:3]
    page = later.post(f"/admin/agents/role/{role.pk}/change/", {"name": '"Lead" <b>', "permissions": permissions})
    assert (page.status_code, Role.objects.get(pk=role.pk).name) == (ASKS, "Lead")
    assert repeated(page) == {"name": ['"Lead" <b>'], "permissions": permissions}
    assert confirms(later, page).status_code == 302
    role.refresh_from_db()
    assert (role.name, role.permissions.count()) == ('"Lead" <b>', 3)


def test_a_wrong_password_lets_nothing_happen_and_keeps_the_form(later, ana):
    page = later.post(f"/admin/agents/agent/{ana.pk}/offboarding/", {"reason": "gone"})
    again = confirms(later, page, "wrong")
    assert (again.status_code, "This was not right." in again.text) == (ASKS, True)
    assert repeated(again) == {"reason": ["gone"]}
    assert Agent.objects.get(pk=ana.pk).is_active
    assert confirms(later, again).status_code == 302
    assert not Agent.objects.get(pk=ana.pk).is_active


def test_five_wrong_passwords_lock_the_name_as_at_the_log_in(later, ana):
    page = later.post(f"/admin/agents/agent/{ana.pk}/offboarding/")
    answers = [confirms(later, page, "wrong").status_code for _attempt in range(6)]
    assert answers[-1] == 429
    assert confirms(later, page).status_code != 302
    assert Agent.objects.get(pk=ana.pk).is_active


def test_the_password_of_somebody_else_confirms_nothing(later, ana):
    Agent.objects.filter(username="ada").update(password=Agent(password="!").password)
    page = later.post(f"/admin/agents/agent/{ana.pk}/offboarding/")
    assert page.status_code in (302, ASKS)
    assert Agent.objects.get(pk=ana.pk).is_active


def test_a_confirmation_is_good_for_half_an_hour_and_does_not_prolong_the_log_in(later, ana, ben):
    end = Session.objects.get().expire_date
    confirms(later, later.post(f"/admin/agents/agent/{ana.pk}/password-link/"))
    later.clock.shift(timedelta(minutes=29))
    assert later.post(f"/admin/agents/agent/{ben.pk}/password-link/").status_code == 200
    later.clock.shift(timedelta(minutes=2))
    assert later.post(f"/admin/agents/agent/{ben.pk}/password-link/").status_code == ASKS
    assert Session.objects.get().expire_date == end


def test_a_fresh_log_in_is_asked_for_nothing(ada, ana):
    browser = Client()
    browser.post("/login/", {"username": "ada", "password": PASSWORD})
    assert browser.post(f"/admin/agents/agent/{ana.pk}/password-link/").status_code == 200


@pytest.mark.parametrize(
    "act", ["token", "persona", "key", "revoke", "erase", "export", "devices", "app", "recovery", "invite"]
)
def test_a_dangerous_act_asks_first(act, later, ada, bluebird, conversation):
    ApiKey.objects.make(bluebird, "Robin")
    addresses = {
        "token": (f"/admin/personas/page/{bluebird.pk}/change/", {"token": "new"}),
        "persona": ("/admin/personas/persona/", {"action": "delete_on_facebook", "_selected_action": ["1"]}),
        "key": ("/admin/console/apikey/add/", {"page": bluebird.pk, "name": "Two"}),
        "revoke": ("/admin/console/apikey/", {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]}),
        "erase": (f"/admin/console/conversation/{conversation.pk}/erase/", {}),
        "export": (f"/admin/console/conversation/{conversation.pk}/export/", {}),
        "devices": ("/profile/devices/log-out-others/", {}),
        "app": ("/second-factors/app/", {"code": "1"}),
        "recovery": ("/second-factors/recovery-codes/", {}),
        "invite": ("/admin/agents/agent/invite/", {"people": "eve"}),
    }
    address, fields = addresses[act]
    assert later.post(address, fields).status_code == ASKS
    assert not (Erasure.objects.exists() or ApiKey.objects.filter(name="Two").exists())
    assert not ApiKey.objects.get().revoked_at


def test_everyday_work_is_never_interrupted(later, conversation):
    assert later.post(f"/conversations/{conversation.pk}/take/").status_code != ASKS
    assert later.post("/preferences/", {}).status_code == 302
    assert later.get("/admin/agents/agent/").status_code == 200


def test_nobody_else_is_asked_before_the_log_in(client):
    assert client.post("/admin/agents/agent/invite/")["Location"].startswith(("/login/", "/admin/login/"))


def test_each_act_is_the_name_of_an_address():
    assert {name for name in ACTS if not name.startswith("admin:")} <= set(get_resolver().reverse_dict)


def test_the_page_that_asks_is_not_kept_by_the_browser(later, ana):
    page = later.post(f"/admin/agents/agent/{ana.pk}/offboarding/")
    assert "no-store" in page["Cache-Control"]
