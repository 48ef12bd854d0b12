"""A switch for programs that name addresses where there is nothing."""

import pytest

from sandbox import create_app

NOWHERE = "http://127.0.0.1:9/ada.jpg"  # nobody listens there


@pytest.fixture
def placeholder_box(box):
    box.tell("/placeholder_files", on=True)
    return box


def create(box, url, name="Ada"):
    return box.graph("POST", "/me/personas", json={"name": name, "profile_picture_url": url})


def test_without_the_switch_a_picture_must_be_there(box):
    assert create(box, NOWHERE).json()["error"]["error_subcode"] == 2018008


def test_an_address_with_nothing_there_is_a_picture_of_its_own(placeholder_box):
    first, second = (create(placeholder_box, url).json()["id"] for url in (NOWHERE, "http://127.0.0.1:9/ben.jpg"))

    pictures = [placeholder_box.graph("GET", f"/{id}").json()["profile_picture_url"] for id in (first, second)]

    contents = [placeholder_box.session.get(url).content for url in pictures]
    assert contents[0].startswith(b"\x89PNG") and contents[1].startswith(b"\x89PNG")
    assert contents[0] != contents[1]


def test_an_address_with_something_else_there_is_a_picture_too(placeholder_box):
    assert create(placeholder_box, f"{placeholder_box.url}/").ok  # the phone's page


def test_a_picture_that_is_there_is_taken(placeholder_box):
    id = create(placeholder_box, f"{placeholder_box.url}/_sandbox/sample.png").json()["id"]

    kept = placeholder_box.session.get(placeholder_box.graph("GET", f"/{id}").json()["profile_picture_url"]).content

    assert kept == placeholder_box.session.get(f"{placeholder_box.url}/_sandbox/sample.png").content


@pytest.mark.parametrize(
    ("type", "start"), [("audio", b"RIFF"), ("file", b"%PDF"), ("image", b"\x89PNG"), ("video", b"\x1aE")]
)
def test_files_are_made_up_by_their_kind(placeholder_box, type, start):
    mona = placeholder_box.customer()
    mona.say("Hi")
    assert mona.hears(attachment={"type": type, "payload": {"url": NOWHERE}}).ok

    (attachment,) = mona.messages()[-1]["attachments"]

    assert placeholder_box.session.get(attachment["url"]).content.startswith(start)


def test_a_flagged_host_is_still_refused(placeholder_box):
    placeholder_box.tell("/flagged_hosts", hosts=["127.0.0.1"])

    assert create(placeholder_box, NOWHERE).json()["error"]["code"] == 368


def test_the_switch_can_be_set_at_the_start_and_stays_at_a_reset(running_sandbox):
    with running_sandbox(create_app(placeholder_files=True)) as box:
        box.tell("/reset")

        assert create(box, NOWHERE).ok
        box.tell("/placeholder_files", on=False)
        assert not create(box, NOWHERE).ok
