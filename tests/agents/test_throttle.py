"""Limits of failed log-ins: for one name soon, for all names of an address later, and without harm to others."""

from datetime import timedelta

import pytest
import requests
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.conftest import CONSOLE_URL, PASSWORD

LOCKED = 429


def log_in(name, password="wrong", address="203.0.113.7"):
    fields = {"username": name, "password": password}
    return Client().post("/login/", fields, REMOTE_ADDR=address).status_code


def try_many_names(address="203.0.113.7"):
    for number in range(30):
        assert log_in(f"name-{number}", address=address) != LOCKED


def test_the_log_in_form_and_its_error_call_the_username_by_one_word(db):
    page = Client().post("/login/", {"username": "ana", "password": "wrong"}).content.decode()
    assert "Please enter a correct username and password." in page
    assert '<label for="id_username">Username</label>' in page


def test_the_admin_lists_failed_log_ins_under_what_they_are(client, ada):
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    index = client.get("/admin/").content.decode()
    assert "Log-in attempts" in index
    assert "Axes" not in index


def test_an_ip_address_is_locked_out_after_thirty_failed_log_ins(ana):
    try_many_names()
    assert log_in("ana", PASSWORD) == LOCKED
    assert log_in("ana", PASSWORD, address="203.0.113.8") == 302


def test_the_administration_has_no_log_in_of_its_own(ada):
    answer = Client().post("/admin/login/", {"username": "ada", "password": PASSWORD}, follow=True)
    assert (answer.request["PATH_INFO"], answer.wsgi_request.user.is_authenticated) == ("/login/", False)


def test_the_log_in_on_the_way_to_the_administration_leads_there_and_to_no_other_server(ada):
    for asked, reached in [("/admin/agents/role/", "/admin/agents/role/"), ("//evil.example/", "/")]:
        browser = Client()
        page = browser.get("/admin/login/", {"next": asked}, follow=True)
        given = {"username": "ada", "password": PASSWORD, "next": page.context["next"]}
        assert browser.post("/login/", given)["Location"] == reached


def test_a_locked_out_ip_address_can_log_in_again_after_fifteen_minutes(ana, time_machine):
    try_many_names()
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert log_in("ana", PASSWORD) == 302


def test_five_wrong_passwords_lock_one_name_and_no_other_at_the_same_ip_address(ana, ben):
    for _time in range(5):
        log_in("ana")
    assert log_in("ana", PASSWORD) == LOCKED
    assert log_in("ben", PASSWORD) == 302


def test_failed_log_ins_from_ipv6_addresses_of_one_network_count_together(ana):
    for number in range(30):
        log_in(f"name-{number}", address=f"2001:db8:1:2::{number}")
    assert log_in("ana", PASSWORD, address="2001:db8:1:2:ffff::1") == LOCKED
    assert log_in("ana", PASSWORD, address="2001:db8:1:3::1") == 302


def test_a_very_long_log_in_name_is_refused_and_locked_like_any_other(db):
    for _time in range(5):
        assert log_in("x" * 5_000) != 500
    assert log_in("x" * 5_000) == LOCKED


@pytest.mark.parametrize("address", ["", "unix:", "nobody", "1.2.3.4, 5.6.7.8", "::ffff:203.0.113.9", "fe80::1%eth0"])
def test_a_log_in_from_a_malformed_ip_address_works_like_any_other(address, ana):
    assert log_in("ana", address=address) == 200
    assert log_in("ana", PASSWORD, address=address) == 302


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", "198.51.100.1"),  # whoever asks can put anything in front
        ("198.51.100.1, 127.0.0.1", "198.51.100.1"),  # through two proxies, both trusted
        ("", "127.0.0.1"),
        ("nonsense", None),
    ],
)
def test_a_failed_log_in_behind_a_trusted_proxy_counts_for_the_client_address(forwarded, counted, stack):
    session = requests.Session()
    session.get(f"{CONSOLE_URL}/login/")
    fields = {"username": "x", "password": "x", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    assert session.post(f"{CONSOLE_URL}/login/", fields, headers={"X-Forwarded-For": forwarded}).status_code == 200
    assert AccessAttempt.objects.get().ip_address == counted
