"""The forms in which clients write calls and expect answers."""

import http.client
import io
import json
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image

from messenger.appsecret_proof import appsecret_proof
from sandbox.app import APP_ID, APP_SECRET, PAGE_ID, PAGE_TOKEN

APP_TOKEN = f"{APP_ID}|{APP_SECRET}"


def png():
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(target, "PNG")
    return target.getvalue()


def chunked(box, path, parts):
    """A multipart body without a length, as form-data of Node sends one."""
    boundary = "--------------------------0123456789abcdef01234567"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
        for name, more, content in parts
    )
    body += f"--{boundary}--\r\n".encode()
    connection = http.client.HTTPConnection(urlsplit(box.url).netloc, timeout=10)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Transfer-Encoding": "chunked"}
    pieces = (body[at : at + 100] for at in range(0, len(body), 100))
    connection.request("POST", f"{path}?access_token={PAGE_TOKEN}", pieces, headers, encode_chunked=True)
    with closing(connection):
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("named", ['; filename="pic.png"\r\nContent-Type: image/png', "", '; filename="x"'])
def test_an_upload_in_chunks_without_a_content_length_is_accepted(box, mona, named):
    parts = [
        ("message", "", b'{"attachment":{"type":"image","payload":{}}}'),
        ("filedata", named, png()),
        ("messaging_type", "", b"UPDATE"),
        ("recipient", "", json.dumps({"id": mona.psid}).encode()),
    ]

    status, answer = chunked(box, "/v6.0/me/messages", parts)

    assert (status, answer["recipient_id"]) == (200, mona.psid)
    kept = box.session.get(mona.messages()[-1]["attachments"][0]["url"])
    assert kept.content == png()
    assert kept.headers["Content-Type"] == "image/png"


def test_a_list_can_be_walked_in_both_directions_by_its_urls(box):
    ids = [box.persona(f"Agent {n}") for n in range(5)]

    first = box.graph("GET", "/v6.0/me/personas", params={"limit": 2, "fields": "id"}).json()
    second = box.session.get(first["paging"]["next"]).json()
    third = box.session.get(second["paging"]["next"]).json()
    back = box.session.get(third["paging"]["previous"]).json()

    assert [row["id"] for page in (first, second, third) for row in page["data"]] == ids
    assert "previous" not in first["paging"] and "next" not in third["paging"]
    assert back["data"] == second["data"]
    address = urlsplit(first["paging"]["next"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{box.url}/v6.0/me/personas"
    for part in (f"access_token={PAGE_TOKEN}", "limit=2", f"after={first['paging']['cursors']['after']}", "fields=id"):
        assert part in address.query
    assert "next" in second["paging"] and "previous" in second["paging"]


def test_an_empty_list_has_no_paging(box):
    assert box.graph("GET", "/me/personas").json() == {"data": []}


@pytest.mark.parametrize("version", ["", "/v2.6", "/v2.12", "/v6.0", "/v19.0", "/v26.0", "/v27.0", "/v99.9"])
@pytest.mark.parametrize("node", ["me", PAGE_ID])
def test_any_version_and_either_name_of_the_page_is_accepted(box, mona, version, node):
    call = {"recipient": {"id": mona.psid}, "message": {"text": "Hi"}}

    answer = box.graph("POST", f"{version}/{node}/messages/", json=call)

    assert answer.status_code == 200
    assert answer.headers["facebook-api-version"] == (version or "/v27.0")[1:]


@pytest.mark.parametrize("separator", ["|", "%7C"])
def test_the_bar_in_an_app_token_may_be_escaped(box, separator):
    url = f"{box.url}/debug_token?input_token={PAGE_TOKEN}&access_token={APP_ID}{separator}{APP_SECRET}"

    assert requests.get(url).json()["data"]["is_valid"] is True


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth", "bearer"])
def test_the_authorization_scheme_may_be_bearer_or_oauth(box, scheme):
    answer = requests.get(f"{box.url}/me", headers={"Authorization": f"{scheme} {PAGE_TOKEN}"})

    assert answer.json()["id"] == PAGE_ID


def test_parameter_names_with_brackets_become_objects(box, mona):
    form = {"recipient[id]": mona.psid, "message[text]": "Hi", "message[quick_replies][0][title]": "Yes"}
    form |= {"message[quick_replies][0][content_type]": "text", "message[quick_replies][0][payload]": "YES"}

    assert box.graph("POST", "/me/messages", data=form).status_code == 200
    assert mona.messages()[-1]["quick_replies"] == [{"title": "Yes", "content_type": "text", "payload": "YES"}]


@pytest.mark.parametrize("query", ["fields[0]=greeting", "fields[]=greeting", "fields=greeting", 'fields=["greeting"]'])
def test_a_list_in_a_query_may_have_any_of_its_forms(box, query):
    box.graph("POST", "/me/messenger_profile", json={"greeting": [{"locale": "default", "text": "Hi"}]})

    assert box.graph("DELETE", f"/v2.12/me/messenger_profile?{query}").json() == {"result": "success"}
    assert box.graph("GET", "/me/messenger_profile").json() == {"data": []}


@pytest.mark.parametrize(("version", "status"), [("/v2.12", 200), ("/v3.2", 400), ("", 400)])
def test_before_v3_2_a_page_subscribes_with_the_fields_of_the_app(box, version, status):
    assert box.graph("POST", f"{version}/me/subscribed_apps").status_code == status


def test_null_parameters_are_absent_and_unknown_ones_ignored(mona):
    answer = mona.is_sent(
        message={"text": "Hi", "metadata": None},
        sender_action=None,
        tag=None,
        notification_type=None,
        id="x",
        summary="true",
        quick_replies=[{"content_type": "text", "title": "Yes", "payload": "Y"}],
    )

    assert answer.status_code == 200
    assert mona.is_sent(sender_action="typing_on", messaging_type="RESPONSE", message=None).status_code == 200


def test_get_and_delete_may_carry_a_body(box):
    id = box.persona()

    assert box.graph("GET", f"/{id}", json={}).json()["name"] == "Ana R."
    box.graph("POST", "/me/messenger_profile", json={"get_started": {"payload": "GO"}})
    assert box.graph("DELETE", "/me/messenger_profile", json={"fields": ["get_started"]}).ok
    assert box.graph("DELETE", f"/{id}", json={}).json() == {"success": True}


@pytest.mark.parametrize("fields", ["name,id", '["name","id"]', "name%2Cid"])
def test_the_fields_parameter_may_be_any_form_of_list(box, fields):
    id = box.persona()

    answer = requests.get(f"{box.url}/{id}?access_token={PAGE_TOKEN}&fields={fields}")

    assert answer.json() == {"name": "Ana R.", "id": id}


@pytest.mark.parametrize("fields", ["messages,message_echoes", ["messages", "message_echoes"]])
def test_subscribed_fields_may_be_a_string_or_a_list(box, fields):
    assert box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": fields}).json() == {"success": True}

    listed = box.graph("GET", "/me/subscribed_apps").json()["data"][0]
    assert listed["subscribed_fields"] == ["messages", "message_echoes"]


def test_a_parameter_may_override_the_http_method(box):
    id = box.persona()

    assert box.graph("POST", f"/{id}", data={"method": "delete"}).json() == {"success": True}


def test_several_objects_may_be_requested_with_ids(box, mona):
    id = box.persona()

    found = box.graph("GET", "/v26.0/", params={"ids": f"{id},{mona.psid}", "fields": "name"}).json()

    assert found == {id: {"name": "Ana R.", "id": id}, mona.psid: {"name": "Mona Meyer", "id": mona.psid}}


def test_an_id_in_a_query_stays_a_string(box, mona):
    box.graph("GET", "/me/thread_owner", params={"recipient": mona.psid})

    assert box.requests()[-1]["query"]["recipient"] == mona.psid


def test_a_call_without_appsecret_proof_is_refused_where_the_app_requires_it(box):
    box.post("/apps", app_id=APP_ID, secret=APP_SECRET, require_proof=True)

    refused = box.graph("GET", "/me").json()["error"]
    allowed = box.graph("GET", "/me", params={"appsecret_proof": appsecret_proof(PAGE_TOKEN, APP_SECRET)})

    assert refused["message"] == "API calls from the server require an appsecret_proof argument"
    assert refused["type"] == "GraphMethodException"
    assert allowed.ok


def test_an_error_body_has_all_keys_that_clients_print(box):
    answer = box.graph("GET", "/me", "EAAWRONGTOKEN")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"message", "type", "code", "fbtrace_id"}
