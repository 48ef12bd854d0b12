"""The Messenger profile of a Page, and the profiles of customers."""

import pytest

MENU = [{"locale": "default", "call_to_actions": [{"type": "postback", "title": "Help", "payload": "HELP"}]}]
PROFILE = {
    "get_started": {"payload": "GO"},
    "greeting": [{"locale": "default", "text": "Hello {{user_first_name}}"}],
    "persistent_menu": MENU,
    "ice_breakers": [{"question": "Where are you?", "payload": "WHERE"}],
    "whitelisted_domains": ["https://example.com"],
    "account_linking_url": "https://example.com/login",
    "home_url": {"url": "https://example.com", "webview_height_ratio": "tall"},
    "target_audience": {"audience_type": "all"},
}


def get(box, fields=None):
    return box.graph("GET", "/v6.0/me/messenger_profile", params={"fields": fields} if fields else {}).json()


def test_the_messenger_profile_is_one_element(box):
    assert get(box) == {"data": []}

    assert box.graph("POST", "/me/messenger_profile", json=PROFILE).json() == {"result": "success"}

    assert get(box) == {"data": [PROFILE]}
    assert get(box, "greeting,get_started") == {"data": [{key: PROFILE[key] for key in ("get_started", "greeting")}]}


def test_setting_one_field_of_the_messenger_profile_keeps_the_others(box):
    box.graph("POST", "/me/messenger_profile", json=PROFILE)
    box.graph("POST", "/me/messenger_profile", json={"get_started": {"payload": "NEW"}})

    assert get(box)["data"][0] == PROFILE | {"get_started": {"payload": "NEW"}}


def test_a_deleted_field_of_the_messenger_profile_is_gone(box):
    box.graph("POST", "/me/messenger_profile", json=PROFILE)

    gone = {"fields": [name for name in PROFILE if name != "greeting"]}
    assert box.graph("DELETE", "/me/messenger_profile", json=gone).json() == {"result": "success"}

    assert get(box) == {"data": [{"greeting": PROFILE["greeting"]}]}
    assert get(box, "get_started") == {"data": []}


@pytest.mark.parametrize(("method", "body"), [("POST", {}), ("DELETE", {}), ("DELETE", {"fields": ["nonsense"]})])
def test_an_empty_messenger_profile_is_refused(box, method, body):
    assert box.graph(method, "/me/messenger_profile", json=body).json()["error"]["code"] == 100


def test_one_person_may_have_a_persistent_menu_of_their_own(box, mona):
    own = [{"locale": "default", "call_to_actions": []}]
    box.graph("POST", "/me/messenger_profile", json={"persistent_menu": MENU, "greeting": PROFILE["greeting"]})
    assert mona.thread()["page"] == {
        "greeting": PROFILE["greeting"],
        "get_started": None,
        "persistent_menu": MENU,
        "ice_breakers": None,
    }

    body = {"psid": mona.psid, "persistent_menu": own}
    assert box.graph("POST", "/me/custom_user_settings", json=body).json() == {"result": "success"}

    url = f"/me/custom_user_settings?psid={mona.psid}"
    menus = {"user_level_persistent_menu": own, "page_level_persistent_menu": MENU}
    assert box.graph("GET", url).json() == {"data": [menus]}
    assert mona.thread()["page"]["persistent_menu"] == own
    assert box.graph("DELETE", url + "&params=[%22persistent_menu%22]").json() == {"result": "success"}
    assert mona.thread()["page"]["persistent_menu"] == MENU


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("full", {"id", "name", "first_name", "last_name", "profile_pic"}),
        ("partial", {"id", "first_name"}),
        ("empty", set()),
    ],
)
def test_a_customers_profile_may_be_partial_or_empty(box, mona, kind, names):
    mona.do("profile", kind=kind)

    assert set(box.graph("GET", f"/{mona.psid}").json()) == names


@pytest.mark.parametrize(("kind", "subcode"), [("phone", 2018218), ("forbidden", 2018247)])
def test_a_customers_profile_may_be_an_error(box, mona, kind, subcode):
    mona.do("profile", kind=kind)

    error = box.graph("GET", f"/{mona.psid}").json()["error"]

    assert (error["code"], error["error_subcode"]) == (100, subcode)
    assert box.control("POST", f"/customers/{mona.psid}/profile", {"kind": "odd"}).status_code == 400
