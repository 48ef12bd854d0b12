"""Second factors: authenticator apps and recovery codes at the log-in, and roles that need one."""

import base64
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from agents.models import Agent
from agents.roles import Role
from agents.sessions import Session
from console.infrastructure.redis import redis
from console.infrastructure.sessions import agent_of
from console.live.batch import check_log_ins
from console.second_factors import challenge, totp
from console.second_factors.models import RecoveryCode, SecondFactor, make_recovery_codes
from tests.conftest import PASSWORD, in_role

pytestmark = pytest.mark.django_db
SECRET = totp.new_secret()
STEP = "/login/second-step/"
LOCKED = 429


@pytest.fixture(autouse=True)
def clock():
    """Stop the clock: a half minute would end between two lines of a test."""
    for key in redis().scan_iter("rate-limit:agent-*"):  # attempts of other tests
        redis().delete(key)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield lambda **by: clock.shift(timedelta(**by))


@pytest.fixture
def app(ana):
    """Ana's authenticator app."""
    return ana.second_factors.create(kind=SecondFactor.Kind.APP, secret=SECRET)


def code(at=0):
    return totp.code_at(SECRET, int(time.time()) // 30 + at)


def first_step(name="ana", leads_to="", browser=None):
    browser = browser or Client()
    answer = browser.post("/login/", {"username": name, "password": PASSWORD, "next": leads_to})
    return browser, answer


def second_step(browser, text):
    return browser.post(STEP, {"code": text})


def is_in(browser):
    return browser.get("/profile/").status_code == 200


# The log-in


def test_the_password_alone_logs_in_nobody_who_has_a_second_factor(app):
    browser, answer = first_step()
    assert answer["Location"] == STEP
    for address in ("/", "/admin/", "/queue/", "/second-factors/"):
        assert browser.get(address, follow=True).request["PATH_INFO"] == "/login/"
    assert not agent_of({"sessionid": browser.cookies["sessionid"].value}).is_authenticated


def test_a_code_of_the_app_logs_in_and_leads_to_the_page_that_was_asked_for(app):
    browser, _answer = first_step(leads_to="/canned-replies/")
    assert second_step(browser, f"{code()[:3]} {code()[3:]}")["Location"] == "/canned-replies/"
    assert is_in(browser)


def test_a_log_in_in_two_steps_leads_to_no_other_server(app):
    browser, _answer = first_step(leads_to="https://evil.example/")
    assert second_step(browser, code())["Location"] == "/"


def test_each_step_of_the_log_in_has_a_new_session_key(app):
    keys = [first_step()[0].cookies["sessionid"].value]
    browser, _answer = first_step()
    keys.append(browser.cookies["sessionid"].value)
    second_step(browser, code())
    keys.append(browser.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    assert not Session.objects.filter(pk=keys[1]).exists()


def test_a_code_works_once(app):
    first, second = first_step()[0], first_step()[0]
    assert second_step(first, code()).status_code == 302
    assert second_step(second, code()).status_code == 422
    assert not is_in(second)


def test_a_code_from_before_the_one_that_was_used_does_not_work(app):
    assert second_step(first_step()[0], code()).status_code == 302
    assert second_step(first_step()[0], code(-1)).status_code == 422


@pytest.mark.parametrize(("at", "status"), [(-2, 422), (-1, 302), (1, 302), (2, 422)])
def test_clocks_may_differ_by_half_a_minute(at, status, app):
    assert second_step(first_step()[0], code(at)).status_code == status


@pytest.mark.parametrize("text", ["", "12345", "abcdef", "٣٣٣٣٣٣", "0" * 40, "\x00", "<b>"])
def test_nonsense_is_no_code(text, app):
    browser, _answer = first_step()
    assert second_step(browser, text).status_code == 422
    assert not is_in(browser)


def test_a_code_of_a_colleague_does_not_work(app, ben):
    ben.second_factors.create(kind=SecondFactor.Kind.APP, secret=totp.new_secret())
    assert second_step(first_step("ben")[0], code()).status_code == 422


def test_five_wrong_codes_lock_the_name_at_this_address(app):
    browser, _answer = first_step()
    answers = [second_step(browser, "000001").status_code for _code in range(6)]
    assert answers[-1] == LOCKED
    assert second_step(browser, code()).status_code == LOCKED
    assert first_step()[1].status_code == LOCKED


def test_the_attempts_of_one_agent_are_limited_from_all_addresses_together(app):
    browser, _answer = first_step()
    answers = [
        browser.post(STEP, {"code": "000001"}, REMOTE_ADDR=f"203.0.113.{number}").status_code
        for number in range(challenge.MOST_ATTEMPTS + 1)
    ]
    assert (answers[0], answers[-1]) == (422, LOCKED)


def test_the_second_step_is_over_after_ten_minutes(app, clock):
    browser, _answer = first_step()
    clock(minutes=11)
    assert second_step(browser, code())["Location"] == "/login/"


def test_a_password_that_was_changed_meanwhile_ends_the_second_step(app, ana):
    browser, _answer = first_step()
    ana.set_password("another long phrase")
    ana.save()
    assert second_step(browser, code())["Location"] == "/login/"


def test_an_agent_who_left_meanwhile_is_not_let_in(app, ana):
    browser, _answer = first_step()
    Agent.objects.filter(pk=ana.pk).update(is_active=False)
    assert second_step(browser, code())["Location"] == "/login/"


def test_a_wrong_password_is_answered_alike_with_and_without_a_second_factor(app, ben):
    pages = []
    for name in ("ana", "ben", "nobody"):
        answer = Client().post("/login/", {"username": name, "password": "wrong"})
        pages.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert len(set(pages)) == 1


def test_a_second_step_without_a_first_leads_to_the_log_in(client):
    assert client.get(STEP)["Location"] == "/login/"


# Recovery codes


def test_a_recovery_code_lets_its_agent_in_once(app, ana):
    codes = make_recovery_codes(ana)
    assert second_step(first_step()[0], codes[0].lower()).status_code == 302
    assert second_step(first_step()[0], codes[0]).status_code == 422
    assert ana.recovery_codes.count() == 9


def test_a_recovery_code_of_a_colleague_does_not_work(app, ben):
    codes = make_recovery_codes(ben)
    assert second_step(first_step()[0], codes[0]).status_code == 422
    assert ben.recovery_codes.count() == 10


def test_the_database_keeps_no_secret_in_the_clear(app, ana):
    [first, *_others] = make_recovery_codes(ana)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM console_secondfactor")
        assert SECRET not in cursor.fetchone()[0]
    assert first.replace("-", "") not in RecoveryCode.objects.values_list("digest", flat=True)


# Setting up


def set_up(browser):
    """Add an authenticator app; return its key and the answer."""
    page = browser.get("/second-factors/app/").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    shown = totp.code_at(secret, int(time.time()) // 30)
    return secret, browser.post("/second-factors/app/", {"code": shown})


def test_an_agent_sets_up_an_app_and_reads_recovery_codes_once(anas_browser, ana):
    secret, answer = set_up(anas_browser)
    codes = re.findall(r"<code>([A-Z2-9-]{14})</code>", answer.text)
    assert (len(codes), ana.second_factors.get().secret) == (10, secret)
    assert codes[0] not in anas_browser.get("/second-factors/").text
    assert second_step(first_step()[0], codes[0]).status_code == 302


def test_the_code_by_which_an_app_was_added_does_not_log_in(anas_browser, ana):
    secret, _answer = set_up(anas_browser)
    shown = totp.code_at(secret, int(time.time()) // 30)
    assert second_step(first_step()[0], shown).status_code == 422


def test_the_first_second_factor_logs_out_everywhere_else(anas_browser, ana):
    other, _answer = first_step()
    set_up(anas_browser)
    assert (is_in(anas_browser), is_in(other)) == (True, False)


def test_a_wrong_code_adds_no_app(anas_browser, ana):
    anas_browser.get("/second-factors/app/")
    assert anas_browser.post("/second-factors/app/", {"code": "12"}).status_code == 422
    assert not ana.second_factors.exists()


def test_an_agent_has_one_app(anas_browser, app, ana):
    set_up(anas_browser)
    assert ana.second_factors.get() == app


def test_new_recovery_codes_replace_the_old_ones(anas_browser, app, ana):
    old = make_recovery_codes(ana)
    anas_browser.post("/second-factors/recovery-codes/")
    assert ana.recovery_codes.count() == 10
    assert second_step(first_step()[0], old[0]).status_code == 422


def test_without_a_second_factor_there_are_no_recovery_codes(anas_browser, ana):
    anas_browser.post("/second-factors/recovery-codes/")
    assert not ana.recovery_codes.exists()


def test_the_last_second_factor_takes_the_recovery_codes_with_it(anas_browser, app, ana):
    make_recovery_codes(ana)
    anas_browser.post(f"/second-factors/{app.pk}/remove/")
    assert not (ana.second_factors.exists() or ana.recovery_codes.exists())
    assert first_step()[1]["Location"] == "/"


def test_the_last_second_factor_takes_the_other_log_ins_with_it(anas_browser, app, ana):
    codes = make_recovery_codes(ana)
    other, _answer = first_step()
    second_step(other, codes[0])
    passkey = ana.second_factors.create(kind=SecondFactor.Kind.PASSKEY, secret=SECRET)
    anas_browser.post(f"/second-factors/{passkey.pk}/remove/")
    assert is_in(other)
    anas_browser.post(f"/second-factors/{app.pk}/remove/")
    assert (is_in(anas_browser), is_in(other)) == (True, False)


def test_of_two_second_factors_added_at_once_one_is_the_first(ana, transactional_db):
    """Both would else be the second: no recovery codes, and nobody logged out."""
    with ThreadPoolExecutor(2) as tabs:
        kinds = [SecondFactor.Kind.APP, SecondFactor.Kind.PASSKEY]
        added = list(
            tabs.map(lambda kind: in_thread(lambda: SecondFactor.objects.add(ana, kind=kind, secret=SECRET)), kinds)
        )
    assert sorted(factor.is_first for factor in added) == [False, True]


def in_thread(do):
    try:
        return do()
    finally:
        connection.close()


def test_a_second_factor_of_a_colleague_cannot_be_removed(bens, app):
    assert bens.post(f"/second-factors/{app.pk}/remove/").status_code == 404


@pytest.mark.parametrize("answer", ["", "{}", "[]", "7", "null", '{"id": 1}', "not json", "x" * 30_000, "[" * 10_000])
def test_nonsense_is_no_passkey(answer, anas_browser, app, ana):
    anas_browser.get("/second-factors/")
    anas_browser.post("/second-factors/passkey/", {"name": "key", "credential": answer})
    assert ana.second_factors.get() == app
    browser, _answer = first_step()
    assert browser.post(STEP, {"credential": answer}).status_code == 422


@pytest.mark.parametrize("made", ["", "gQ", "o2Nm", "Wv8", "gYGB" * 1000])
def test_a_passkey_that_is_cut_off_is_not_added(made, anas_browser, ana):
    client = base64.urlsafe_b64encode(b'{"type": "webauthn.create", "challenge": "AA", "origin": "http://localhost"}')
    response = {"clientDataJSON": client.decode().rstrip("="), "attestationObject": made}
    credential = json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": response})
    anas_browser.get("/second-factors/")
    answer = anas_browser.post("/second-factors/passkey/", {"name": "key", "credential": credential})
    assert answer.status_code == 302
    assert not ana.second_factors.exists()


@pytest.mark.parametrize("number", [0, 4])
def test_the_page_takes_as_many_queries_for_no_passkey_as_for_four(
    number, anas_browser, ana, django_assert_num_queries
):
    for name in range(number):
        ana.second_factors.create(kind=SecondFactor.Kind.PASSKEY, name=name, secret="")
    anas_browser.get("/second-factors/")
    with django_assert_num_queries(8):
        anas_browser.get("/second-factors/")


# Roles that need one


@pytest.fixture
def lead(ana):
    """Ana, in a role that needs a second factor."""
    ana = in_role(ana, "lead")
    Role.objects.filter(key="lead").update(requires_second_factor=True)
    return ana


def test_whoever_needs_a_second_factor_can_do_nothing_but_set_one_up(lead, browser_of, conversation):
    browser = browser_of(lead)
    for address in ("/", "/queue/", "/profile/", f"/conversations/{conversation.pk}/", "/admin/"):
        assert browser.get(address)["Location"] == "/second-factors/", address
    assert browser.post(f"/conversations/{conversation.pk}/take/")["Location"] == "/second-factors/"
    assert browser.get("/queue/", headers={"HX-Request": "true"})["HX-Redirect"] == "/second-factors/"
    page = browser.get("/second-factors/").text
    assert "Your role needs a second factor" in page
    set_up(browser)
    assert browser.get("/").status_code == 200


def test_an_agent_who_has_to_set_up_a_second_factor_is_not_seen_at_work(lead, browser_of):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Agent.objects.update(last_seen_at=an_hour_ago)
    browser = browser_of(lead)
    browser.get("/second-factors/")
    assert Agent.objects.get(pk=lead.pk).last_seen_at == an_hour_ago
    set_up(browser)
    browser.get("/")
    assert Agent.objects.get(pk=lead.pk).last_seen_at > an_hour_ago


def test_an_agent_comes_back_when_they_have_set_up_what_their_role_needs_and_not_before(lead):
    lead.go_away()
    browser, _answer = first_step()
    assert not Agent.objects.get(pk=lead.pk).is_present
    set_up(browser)
    assert Agent.objects.get(pk=lead.pk).is_present


def test_an_agent_who_chose_to_be_away_stays_so_when_they_add_a_second_factor(anas_browser, ana):
    ana.go_away()
    set_up(anas_browser)
    assert not Agent.objects.get(pk=ana.pk).is_present


def test_a_superuser_in_such_a_role_does_not_reach_the_administration_without_one(ada, browser_of):
    ada = in_role(ada, "admin")
    Role.objects.filter(key="admin").update(requires_second_factor=True)
    browser = browser_of(ada)
    for address in ("/admin/", "/admin/agents/agent/", f"/admin/agents/agent/{ada.pk}/second-factors/"):
        assert browser.get(address)["Location"] == "/second-factors/"
    set_up(browser)
    assert browser.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_no_live_stream_opens_or_goes_on_without_the_second_factor_that_a_role_needs(lead, browser_of):
    browser = browser_of(lead)
    key = browser.cookies["sessionid"].value
    assert not agent_of({"sessionid": key}).is_authenticated
    assert not check_log_ins({key})
    set_up(browser)
    key = browser.cookies["sessionid"].value
    assert agent_of({"sessionid": key}) == lead
    assert check_log_ins({key}) == {key}


def test_a_log_in_with_a_second_factor_is_enough_for_such_a_role(lead, app):
    browser, _answer = first_step()
    second_step(browser, code())
    assert browser.get("/").status_code == 200


def test_an_old_session_does_not_add_a_factor_to_those_of_its_agent(lead, app, browser_of):
    browser = browser_of(lead)
    assert browser.get("/second-factors/app/")["Location"] == "/login/"
    assert not is_in(browser)


def test_a_role_without_the_flag_asks_for_nothing(ana, browser_of):
    assert browser_of(in_role(ana, "lead")).get("/").status_code == 200


# Lost ones


def test_an_admin_removes_a_lost_second_factor_and_the_history_says_so(app, ana, ada, browser_of):
    make_recovery_codes(ana)
    anas = browser_of(ana)
    answer = browser_of(ada).post(f"/admin/agents/agent/{ana.pk}/second-factors/")
    assert answer["Location"] == f"/admin/agents/agent/{ana.pk}/change/"
    assert not (ana.second_factors.exists() or ana.recovery_codes.exists() or is_in(anas))
    said = LogEntry.objects.get()
    assert (said.user, said.object_id) == (ada, str(ana.pk))
    assert "Removed the second factor: Authenticator app." in said.get_change_message()


def test_nobody_removes_the_second_factor_of_somebody_with_more_rights(ada, ben, browser_of):
    ada.second_factors.create(kind=SecondFactor.Kind.APP, secret=SECRET)
    ben = in_role(ben, "admin")
    Agent.objects.filter(pk=ben.pk).update(is_staff=True)
    browser = browser_of(ben)
    assert browser.post(f"/admin/agents/agent/{ada.pk}/second-factors/").status_code == 403
    assert ada.second_factors.exists()
