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


def test_an_address_that_tried_thirty_names_in_vain_is_locked_out(ana):
    try_many_names()
    assert log_in("ana", PASSWORD) == LOCKED
    assert log_in("ana", PASSWORD, address="203.0.113.8") == 302


def test_an_address_that_tried_thirty_names_in_vain_is_locked_out_of_the_admin_too(ada):
    try_many_names()
    answer = Client().post("/admin/login/", {"username": "ada", "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == LOCKED


def test_a_locked_address_is_free_again_after_a_quarter_of_an_hour(ana, time_machine):
    try_many_names()
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert log_in("ana", PASSWORD) == 302


def test_one_name_is_locked_after_five_wrong_passwords_and_the_office_goes_on(ana, ben):
    for _time in range(5):
        log_in("ana")
    assert log_in("ana", PASSWORD) == LOCKED
    assert log_in("ben", PASSWORD) == 302


def test_another_ipv6_address_of_the_same_household_is_no_way_around(ana):
    for number in range(30):
        log_in(f"name-{number}", address=f"2001:db8:1:2::{number}")
    assert log_in("ana", PASSWORD, address="2001:db8:1:2:ffff::1") == LOCKED
    assert log_in("ana", PASSWORD, address="2001:db8:1:3::1") == 302


def test_a_name_of_any_length_fails_as_any_other_and_is_locked_as_any_other(db):
    for _time in range(5):
        assert log_in("x" * 5_000) != 500
    assert log_in("x" * 5_000) == LOCKED


@pytest.mark.parametrize("address", ["", "unix:", "nobody", "1.2.3.4, 5.6.7.8", "::ffff:203.0.113.9", "fe80::1%eth0"])
def test_a_log_in_from_an_odd_address_fails_or_succeeds_as_any_other(address, ana):
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
def test_behind_trusted_proxies_failures_count_for_whoever_asked(forwarded, counted, stack):
    session = requests.Session()
    session.get(f"{CONSOLE_URL}/login/")
    fields = {"username": "x", "password": "x", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    assert session.post(f"{CONSOLE_URL}/login/", fields, headers={"X-Forwarded-For": forwarded}).status_code == 200
    assert AccessAttempt.objects.get().ip_address == counted
