"""Signed requests of Facebook's are read, and all others are refused."""

import pytest

from messenger import signed_request

SECRET = "test_app_secret"
VECTOR = (
    "bRDyT7fNtzFELr7JkgCyP1tum9sMVJpUMSCYjlKyrYA."
    "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3OTAwMDAwMDB9"
)


def test_a_signed_request_names_its_user():
    assert signed_request.read(VECTOR, SECRET) == "218471"


def test_a_signed_request_is_written_as_facebook_writes_it():
    assert signed_request.sign("218471", 1790000000, SECRET) == VECTOR


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "no dot",
        "é.é",
        "!!!.eyJ9",
        VECTOR.replace("b", "c", 1),
        VECTOR[:-4],
        VECTOR.partition(".")[0] + ".",
        signed_request.sign("218471", 1, "another secret"),
        signed_request.sign("", 1, SECRET),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        signed_request.read(text, SECRET)


def test_without_a_secret_nothing_is_signed():
    with pytest.raises(ValueError, match="signature"):
        signed_request.read(signed_request.sign("218471", 1, ""), "")
