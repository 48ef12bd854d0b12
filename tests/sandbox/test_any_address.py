"""A switch for programs that name addresses where there is nothing."""

import pytest

from sandbox import create_app

NOWHERE = "http://127.0.0.1:9/ada.jpg"  # nobody listens there


@pytest.fixture
def any_address(box):
    box.tell("/any_address_is_a_picture", on=True)
    return box


def create(box, url, name="Ada"):
    return box.graph("POST", "/me/personas", json={"name": name, "profile_picture_url": url})


def test_without_the_switch_a_picture_must_be_there(box):
    assert create(box, NOWHERE).json()["error"]["error_subcode"] == 2018008


def test_an_address_with_nothing_there_is_a_picture_of_its_own(any_address):
    first, second = (create(any_address, url).json()["id"] for url in (NOWHERE, "http://127.0.0.1:9/ben.jpg"))

    pictures = [any_address.graph("GET", f"/{id}").json()["profile_picture_url"] for id in (first, second)]

    contents = [any_address.session.get(url).content for url in pictures]
    assert contents[0].startswith(b"\x89PNG") and contents[1].startswith(b"\x89PNG")
    assert contents[0] != contents[1]


def test_an_address_with_something_else_there_is_a_picture_too(any_address):
    assert create(any_address, f"{any_address.url}/").ok  # the phone's page


def test_a_picture_that_is_there_is_taken(any_address):
    id = create(any_address, f"{any_address.url}/_sandbox/sample.png").json()["id"]

    kept = any_address.session.get(any_address.graph("GET", f"/{id}").json()["profile_picture_url"]).content

    assert kept == any_address.session.get(f"{any_address.url}/_sandbox/sample.png").content


@pytest.mark.parametrize(
    ("type", "start"), [("audio", b"RIFF"), ("file", b"%PDF"), ("image", b"\x89PNG"), ("video", b"\x1aE")]
)
def test_files_are_made_up_by_their_kind(any_address, type, start):
    mona = any_address.customer()
    mona.say("Hi")
    assert mona.hears(attachment={"type": type, "payload": {"url": NOWHERE}}).ok

    (attachment,) = mona.messages()[-1]["attachments"]

    assert any_address.session.get(attachment["url"]).content.startswith(start)


def test_a_flagged_host_is_still_refused(any_address):
    any_address.tell("/flagged", hosts=["127.0.0.1"])

    assert create(any_address, NOWHERE).json()["error"]["code"] == 368


def test_the_switch_can_be_set_at_the_start_and_stays_at_a_reset(running_sandbox):
    with running_sandbox(create_app(any_address_is_a_picture=True)) as box:
        box.tell("/reset")

        assert create(box, NOWHERE).ok
        box.tell("/any_address_is_a_picture", on=False)
        assert not create(box, NOWHERE).ok
