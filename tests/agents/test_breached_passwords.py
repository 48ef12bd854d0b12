"""Breached passwords: a local list of hashes refuses them, wherever in the list they stand."""

import hashlib

import pytest
from django.core.exceptions import ValidationError

from agents.breached_passwords import BreachedPasswordValidator, is_list

KNOWN = [f"password number {number}" for number in range(50)]


def hash_of(password):
    return hashlib.sha1(password.encode()).hexdigest().upper()  # noqa: S324


@pytest.fixture(params=["\n", "\r\n"])
def validator(request, tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text(
        "".join(f"{known}:{len(known)}{request.param}" for known in sorted(map(hash_of, KNOWN))), newline=""
    )
    return BreachedPasswordValidator(str(path))


@pytest.mark.parametrize("password", KNOWN)
def test_a_breached_password_is_refused(validator, password):
    with pytest.raises(ValidationError, match="known from a breach"):
        validator.validate(password)


@pytest.mark.parametrize("password", ["a teapot of many colours", "password number 50", "", "é"])
def test_another_password_is_accepted(validator, password):
    validator.validate(password)


@pytest.mark.parametrize("lines", ["", "\n", "0000\n", hash_of("one")[:39]])
def test_a_list_that_is_empty_or_cut_refuses_nothing(tmp_path, lines):
    path = tmp_path / "breached.txt"
    path.write_text(lines)
    BreachedPasswordValidator(str(path)).validate("one")


def test_a_list_with_a_single_line_without_an_end_is_read(tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text(hash_of("one").lower())
    with pytest.raises(ValidationError):
        BreachedPasswordValidator(str(path)).validate("one")


@pytest.mark.parametrize(
    ("lines", "is_one"),
    [
        (sorted(map(hash_of, KNOWN)), True),
        (sorted(map(hash_of, KNOWN), key=lambda line: line[::-1]), False),  # as a list ordered by prevalence
        (KNOWN, False),
        ([], False),
        (["0" * 1000], False),
    ],
)
def test_a_file_is_taken_for_a_list_only_if_it_has_hashes_in_order(lines, is_one, tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    assert is_list(path) is is_one
    assert not is_list(tmp_path / "missing.txt")
