"""Placeholder files, for programs that name URLs with nothing behind them."""

import pytest

from sandbox import create_app

NOWHERE = "http://127.0.0.1:9/ada.jpg"  # nobody listens there


@pytest.fixture
def placeholder_box(box):
    box.post("/placeholder_files", on=True)
    return box


def create(box, url, name="Ada"):
    return box.graph("POST", "/me/personas", json={"name": name, "profile_picture_url": url})


def test_without_placeholder_files_an_unreachable_picture_is_refused(box):
    assert create(box, NOWHERE).json()["error"]["error_subcode"] == 2018008


def test_an_unreachable_picture_gets_a_placeholder_of_its_own(placeholder_box):
    first, second = (create(placeholder_box, url).json()["id"] for url in (NOWHERE, "http://127.0.0.1:9/ben.jpg"))

    pictures = [placeholder_box.graph("GET", f"/{id}").json()["profile_picture_url"] for id in (first, second)]

    contents = [placeholder_box.session.get(url).content for url in pictures]
    assert contents[0].startswith(b"\x89PNG") and contents[1].startswith(b"\x89PNG")
    assert contents[0] != contents[1]


def test_a_file_that_is_no_picture_gets_a_placeholder(placeholder_box):
    assert create(placeholder_box, f"{placeholder_box.url}/").ok  # the phone's page


def test_a_reachable_picture_gets_no_placeholder(placeholder_box):
    id = create(placeholder_box, f"{placeholder_box.url}/_sandbox/sample.png").json()["id"]

    kept = placeholder_box.session.get(placeholder_box.graph("GET", f"/{id}").json()["profile_picture_url"]).content

    assert kept == placeholder_box.session.get(f"{placeholder_box.url}/_sandbox/sample.png").content


@pytest.mark.parametrize(
    ("type", "start"), [("audio", b"RIFF"), ("file", b"%PDF"), ("image", b"\x89PNG"), ("video", b"\x1aE")]
)
def test_a_placeholder_file_has_the_type_of_its_attachment(placeholder_box, type, start):
    mona = placeholder_box.customer()
    mona.say("Hi")
    assert mona.receives(attachment={"type": type, "payload": {"url": NOWHERE}}).ok

    (attachment,) = mona.messages()[-1]["attachments"]

    assert placeholder_box.session.get(attachment["url"]).content.startswith(start)


def test_a_flagged_host_is_refused_with_placeholder_files_too(placeholder_box):
    placeholder_box.post("/flagged_hosts", hosts=["127.0.0.1"])

    assert create(placeholder_box, NOWHERE).json()["error"]["code"] == 368


def test_the_placeholder_files_option_survives_a_reset(running_sandbox):
    with running_sandbox(create_app(placeholder_files=True)) as box:
        box.post("/reset")

        assert create(box, NOWHERE).ok
        box.post("/placeholder_files", on=False)
        assert not create(box, NOWHERE).ok
