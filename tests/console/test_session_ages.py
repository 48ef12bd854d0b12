"""Sessions end when their agents do nothing, and some hours after the log-in."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client
from django.utils import timezone

from agents.roles import Role
from agents.sessions import Session
from console.infrastructure.sessions import SessionStore, agent_of
from console.live.batch import check_log_ins
from console.models import PushSubscription
from tests.conftest import PASSWORD, in_role

pytestmark = pytest.mark.django_db
PAGE = {"Accept": "text/html,application/xhtml+xml"}  # as a browser asks for a page
BY_ITSELF = {"HX-Request": "true", "X-Idle": "3000"}  # as a desk asks whose agent did nothing for 50 minutes
IDLE = "nothing was done here for 60 minutes. Your drafts are kept."
OLD = "your log-in was 8 hours old. Your drafts are kept."


@pytest.fixture(autouse=True)
def ages(settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 60, 8


@pytest.fixture
def desk(clock, ana):
    """Ana's browser, in which she has just logged in."""
    browser = Client(headers=PAGE)
    assert browser.post("/login/", {"username": "ana", "password": PASSWORD}).status_code == 302
    return browser


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield lambda **time: clock.shift(timedelta(**time))


def is_logged_in(desk):
    return agent_of({project.SESSION_COOKIE_NAME: key_of(desk)}).is_authenticated


def key_of(desk):
    return desk.cookies[project.SESSION_COOKIE_NAME].value


def works(desk, clock, hours):
    """Open a page every half hour."""
    for _half in range(2 * hours):
        clock(minutes=30)
        desk.get("/profile/")


def test_a_session_ends_an_hour_after_the_last_act_and_not_before(desk, clock):
    clock(minutes=59)
    assert is_logged_in(desk)
    desk.get("/profile/")
    clock(minutes=59)
    assert is_logged_in(desk)
    clock(minutes=2)
    assert not is_logged_in(desk)


def test_a_desk_that_asks_by_itself_does_not_keep_its_agent_logged_in(desk, clock):
    for _time in range(2):
        clock(minutes=25)
        desk.get("/queue/", headers=BY_ITSELF | {"Accept": "*/*"})
        desk.get("/agents/1/picture/", headers={"Accept": "image/avif,*/*"})
    clock(minutes=11)
    assert desk.get("/queue/", headers=BY_ITSELF)["HX-Redirect"] == "/login/"


def test_an_agent_who_types_stays_logged_in_while_the_desk_alone_sends_requests(desk, clock):
    for _time in range(4):
        clock(minutes=50)
        desk.get("/queue/", headers=BY_ITSELF | {"X-Idle": "3"})
    assert is_logged_in(desk)


@pytest.mark.parametrize("idle", ["", "-5", "1e3", "soon", "9" * 40, "٣"])
def test_nonsense_about_the_last_act_keeps_nobody_logged_in(idle, desk, clock):
    clock(minutes=59)
    assert desk.get("/profile/", headers={"X-Idle": idle}).status_code == 200
    clock(minutes=2)
    assert not is_logged_in(desk)


def test_a_log_in_ends_after_eight_hours_of_work(desk, clock):
    works(desk, clock, hours=7)
    clock(minutes=59)
    assert is_logged_in(desk)
    desk.get("/profile/")
    clock(minutes=2)
    assert not is_logged_in(desk)


def test_a_new_log_in_begins_a_new_age(desk, clock):
    works(desk, clock, hours=7)
    desk.post("/logout/")
    desk.post("/login/", {"username": "ana", "password": PASSWORD})
    works(desk, clock, hours=7)
    assert is_logged_in(desk)


def test_a_changed_password_does_not_prolong_the_log_in(desk, clock):
    works(desk, clock, hours=7)
    new = "quite a long phrase"
    desk.post("/profile/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    clock(minutes=59)
    assert is_logged_in(desk)
    clock(minutes=2)
    assert not is_logged_in(desk)


@pytest.mark.django_db(transaction=True)
def test_the_live_stream_ends_with_the_session_and_does_not_prolong_it(desk, clock):
    clock(minutes=59)
    assert check_log_ins({key_of(desk)}) == {key_of(desk)}
    clock(minutes=2)
    assert not check_log_ins({key_of(desk)})


def test_a_device_is_not_called_any_more_once_its_session_has_ended(desk, clock, ana):
    PushSubscription.objects.subscribe(ana, key_of(desk), "https://push/here", p256dh="", auth="")
    assert len(PushSubscription.objects.reachable()) == 1
    clock(minutes=61)
    assert not PushSubscription.objects.reachable()


def test_a_session_that_has_ended_is_not_listed_in_the_profile(desk, clock, ana):
    clock(minutes=61)
    here = Client(headers=PAGE)
    here.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    page = here.get("/profile/").text
    assert page.count("profile-devices-name") == 1
    assert "after 60 minutes in which you do nothing there, and in any case after 8 hours" in page


@pytest.mark.parametrize(("hours", "sentence"), [(0, IDLE), (8, OLD)], ids=["idle", "old"])
def test_the_log_in_page_says_why_a_session_ended_and_leads_back(hours, sentence, desk, clock):
    works(desk, clock, hours)
    clock(minutes=61)
    answer = desk.get("/canned-replies/?q=tea", follow=True)
    assert sentence in answer.text
    answer = desk.post(answer.request["PATH_INFO"], {"username": "ana", "password": PASSWORD, "next": "/profile/"})
    assert answer["Location"] == "/profile/"
    assert sentence not in desk.get("/profile/").text


def test_a_desk_without_a_session_leads_back_to_the_page_where_it_was(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?closed=25&view=3"}
    assert client.post("/presence/", headers=headers)["HX-Redirect"] == "/login/?next=/%3Fclosed%3D25%26view%3D3"
    strange = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/"}
    assert client.post("/presence/", headers=strange)["HX-Redirect"] == "/login/"


def test_a_session_that_its_agent_ended_is_not_explained(desk):
    Session.objects.all().log_out()
    assert "You were logged out" not in desk.get("/profile/", follow=True).text


@pytest.mark.parametrize("key", ["\x00", "no-such-key", "a" * 32])
def test_a_cookie_of_no_session_is_not_explained(key, client):
    client.cookies[project.SESSION_COOKIE_NAME] = key
    assert "You were logged out" not in client.get("/profile/", follow=True).text


def test_an_act_is_noted_once_in_a_minute(desk, clock):
    clock(minutes=2)
    desk.get("/presence/")
    end = Session.objects.get().expire_date
    clock(seconds=50)
    desk.get("/presence/")
    assert Session.objects.get().expire_date == end
    clock(seconds=20)
    desk.get("/presence/")
    assert Session.objects.get().expire_date == end + timedelta(seconds=70)


def test_a_session_that_was_ended_needs_no_second_factor(desk, ana):
    in_role(ana, "lead")
    Role.objects.filter(key="lead").update(requires_second_factor=True)
    session = SessionStore(key_of(desk))
    session.load()
    assert session.needs_second_factor
    session.flush()
    assert not session.needs_second_factor
