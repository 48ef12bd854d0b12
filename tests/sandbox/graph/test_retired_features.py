"""Retired features: answered for older apps, refused to those created after 4 November 2026."""

import json

import pytest

from sandbox import create_app
from sandbox.app import APP_ID, APP_SECRET, PAGE_TOKEN


@pytest.fixture
def new_app(box):
    """The default app is one of today."""
    box.post("/apps", app_id=APP_ID, secret=APP_SECRET, made_on_v27=True)
    return box


def refusal(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"].split(" are not")[0]


RETIRED = [
    ("GET", "/v27.0/", {"ids": "me"}, "Multi-ID requests"),
    ("GET", "/v3.1/", {"ids": "me"}, "Multi-ID requests"),
    ("GET", "/me/conversations", {"date_format": "U"}, "Date formats (date_format)"),
    ("POST", "/me", {"method": "GET"}, "HTTP method overrides"),
    ("GET", "/me/personas", {"method": "post"}, "HTTP method overrides"),
    ("GET", "/me", {"fields": "name.as(title)"}, "Field aliases"),
    ("GET", "/me", {"callback": "shown"}, "JSONP callbacks"),
    ("POST", "/", {"asyncbatch": "[]"}, "Asynchronous batch requests"),
]


@pytest.mark.parametrize(("method", "path", "query", "feature"), RETIRED)
def test_a_new_app_is_refused_retired_features_on_any_version(new_app, method, path, query, feature):
    assert refusal(new_app.graph(method, path, params=query)) == (400, 12, f"(#12) {feature}")


def test_a_new_app_is_refused_retired_features_within_a_batch(new_app):
    batch = [{"method": "GET", "relative_url": "me"}, {"method": "GET", "relative_url": "me?fields=name.as(title)"}]

    first, second = new_app.graph("POST", "/", json={"batch": batch}).json()

    assert (first["code"], second["code"]) == (200, 400)
    assert json.loads(second["body"])["error"]["code"] == 12


def test_the_made_on_v27_option_survives_a_reset(running_sandbox):
    with running_sandbox(create_app(made_on_v27=True)) as box:
        box.post("/reset")

        assert refusal(box.graph("GET", "/", params={"ids": "me"}))[1] == 12
        assert box.graph("GET", "/me").ok


def test_an_older_app_may_override_the_http_method(box, mona):
    deleted = box.persona()
    assert box.graph("POST", f"/{deleted}", data={"method": "delete"}).json() == {"success": True}
    query = {"method": "post", "recipient": json.dumps({"id": mona.psid}), "message": json.dumps({"text": "Hi"})}

    assert box.graph("GET", "/me/messages", params=query).ok

    assert mona.messages()[-1]["text"] == "Hi"


def test_an_older_app_gets_times_in_seconds(box, mona):
    at = mona.messages()[0]["at"]
    query = {"fields": "updated_time", "date_format": "U"}

    assert box.graph("GET", f"/t_{mona.psid}", params=query).json()["updated_time"] == at // 1000


def test_an_older_app_may_use_field_aliases(box):
    answer = box.graph("GET", "/me", params={"fields": "name.as(title),id"}).json()

    assert set(answer) == {"title", "id"}
    assert answer["title"] == "Bluebird Tea"


def test_an_older_app_gets_jsonp(box):
    answer = box.graph("GET", "/me", None, params={"callback": "app.shown", "access_token": PAGE_TOKEN})
    refused = box.graph("GET", "/me", None, params={"callback": "shown"})

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.text.startswith("/**/ app.shown({") and '"Bluebird Tea"' in answer.text
    assert (refused.status_code, '"code": 104' in refused.text) == (200, True)


@pytest.mark.parametrize("name", ["alert(1)//", "", "a b"])
def test_an_invalid_jsonp_callback_gets_json(box, name):
    assert box.graph("GET", "/me", params={"callback": name}).headers["Content-Type"] == "application/json"


# Fields within fields


def test_a_page_answers_fields_within_fields(box):
    answer = box.graph("GET", "/me", params={"fields": "name,picture{url},messaging_feature_status{hop_v2}"}).json()

    assert set(answer["picture"]["data"]) == {"url"}
    assert answer["messaging_feature_status"] == {"hop_v2": False}


def test_a_page_answers_its_edges_as_fields(box, mona):
    for name in ("Ana R.", "Ben K.", "Ada L."):
        box.persona(name)
    fields = (
        "name,personas.limit(2){name},conversations{id,messages.limit(1){message,from{name}}},subscribed_apps{name}"
    )

    answer = box.graph("GET", "/me", params={"fields": fields}).json()

    assert [sorted(row) for row in answer["personas"]["data"]] == [["id", "name"]] * 2
    (conversation,) = answer["conversations"]["data"]
    (said,) = conversation["messages"]["data"]
    assert said["message"] == "Where is my parcel?"
    assert said["from"] == {"name": "Mona Meyer", "id": mona.psid}


def test_the_next_url_of_an_edge_requested_as_a_field_can_be_fetched(box):
    for name in ("Ana R.", "Ben K.", "Ada L."):
        box.persona(name)

    personas = box.graph("GET", "/me", params={"fields": "personas.limit(2){name}"}).json()["personas"]

    rest = box.session.get(personas["paging"]["next"]).json()["data"]
    assert [row["name"] for row in personas["data"]] == ["Ana R.", "Ben K."]
    assert [row["name"] for row in rest] == ["Ada L."]


def test_an_edge_without_permission_refuses_the_whole_call(box):
    box.post("/tokens", token=PAGE_TOKEN, scopes=["pages_show_list"])

    assert box.graph("GET", "/me", params={"fields": "name,personas{name}"}).json()["error"]["code"] == 230


@pytest.mark.parametrize("fields", ["name,personas{name", "{", "personas{}", "name}.", "a.b.c{d}(e)"])
def test_a_malformed_fields_parameter_causes_no_error(box, fields):
    assert box.graph("GET", "/me", params={"fields": fields}).ok
