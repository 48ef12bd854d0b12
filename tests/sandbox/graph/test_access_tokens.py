"""Access tokens: exchange, permissions, and the ways in which they become invalid."""

import pytest

from sandbox.app import APP_ID, APP_SECRET, PAGE_ID, PAGE_TOKEN, USER_ID, USER_TOKEN

APP_TOKEN = f"{APP_ID}|{APP_SECRET}"


def error(answer):
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("state", "subcode", "words"),
    [
        ("expired", 463, "Session has expired on "),
        ("password_changed", 460, "the user changed their password"),
        ("app_removed", 458, f"has not authorized application {APP_ID}"),
        ("checkpointed", 459, "log in to www.facebook.com"),
    ],
)
def test_a_token_can_become_invalid_and_valid_again(box, state, subcode, words):
    box.post("/tokens", token=PAGE_TOKEN, state=state)

    status, ended = error(box.graph("GET", "/me"))
    facts = box.graph("GET", f"/debug_token?input_token={PAGE_TOKEN}", APP_TOKEN).json()["data"]

    assert (status, ended["type"], ended["code"], ended["error_subcode"]) == (400, "OAuthException", 190, subcode)
    assert words in ended["message"]
    assert (facts["is_valid"], facts["error"]["code"], facts["error"]["subcode"]) == (False, 190, subcode)
    box.post("/tokens", token=PAGE_TOKEN, state="valid")
    assert box.graph("GET", "/me").ok


def test_a_token_without_the_permission_is_refused(box, mona):
    box.post("/tokens", token=PAGE_TOKEN, scopes=["pages_show_list"])

    status, refused = error(mona.receives(text="Hi"))

    assert (status, refused["code"]) == (403, 230)
    assert refused["message"] == "(#230) Requires pages_messaging permission to manage the object"
    assert box.graph("GET", "/me").ok
    facts = box.graph("GET", f"/debug_token?input_token={PAGE_TOKEN}", APP_TOKEN).json()["data"]
    assert facts["scopes"] == ["pages_show_list"]


def test_a_user_lists_the_pages_with_their_tokens(box):
    assert box.graph("GET", "/me", USER_TOKEN).json()["id"] == USER_ID

    (page,) = box.graph("GET", "/me/accounts", USER_TOKEN).json()["data"]

    assert (page["id"], page["name"], page["access_token"]) == (PAGE_ID, "Bluebird Tea", PAGE_TOKEN)
    assert "MESSAGING" in page["tasks"]


def test_a_user_token_cannot_send_for_a_page(box, mona):
    call = {"recipient": {"id": mona.psid}, "message": {"text": "Hi"}}

    assert box.graph("POST", f"/{PAGE_ID}/messages", USER_TOKEN, json=call).json()["error"]["code"] == 100


def exchange(box, **query):
    query = {"client_id": APP_ID, "client_secret": APP_SECRET} | query
    return box.graph("GET", "/v26.0/oauth/access_token", None, params=query)


def test_an_app_gets_its_own_token_with_client_credentials(box):
    answer = exchange(box, grant_type="client_credentials").json()

    assert answer == {"access_token": APP_TOKEN, "token_type": "bearer"}


def test_a_user_token_is_exchanged_for_a_long_lived_one(box):
    answer = exchange(box, grant_type="fb_exchange_token", fb_exchange_token=USER_TOKEN).json()

    assert answer["expires_in"] == 60 * 24 * 3600
    assert box.graph("GET", "/me", answer["access_token"]).json()["id"] == USER_ID
    assert box.graph("GET", "/me/accounts", answer["access_token"]).json()["data"]


def test_exchanging_a_page_token_returns_the_same_token(box):
    answer = exchange(box, grant_type="fb_exchange_token", fb_exchange_token=PAGE_TOKEN).json()

    assert answer == {"access_token": PAGE_TOKEN, "token_type": "bearer"}


@pytest.mark.parametrize("wrong", [{"client_id": "9"}, {"client_secret": "x"}, {"fb_exchange_token": "x"}])
def test_a_token_exchange_with_wrong_credentials_is_refused(box, wrong):
    query = {"grant_type": "fb_exchange_token", "fb_exchange_token": USER_TOKEN} | wrong

    assert exchange(box, **query).status_code == 400


def test_debug_token_answers_all_fields_that_clients_read(box):
    facts = box.graph("GET", f"/debug_token?input_token={PAGE_TOKEN}", APP_TOKEN).json()["data"]

    assert facts["type"] == "PAGE"
    assert (facts["app_id"], facts["application"]) == (APP_ID, "Sandbox")
    assert (facts["user_id"], facts["profile_id"]) == (USER_ID, PAGE_ID)
    assert facts["expires_at"] == facts["data_access_expires_at"] == 0


def test_setting_an_unknown_token_or_state_is_refused(box):
    assert box.control("POST", "/tokens", {"token": "x", "state": "expired"}).status_code == 400
    assert box.control("POST", "/tokens", {"token": PAGE_TOKEN, "state": "tired"}).status_code == 400
