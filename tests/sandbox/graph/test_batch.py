"""Batch requests."""

import json
from urllib.parse import urlencode

from messenger.appsecret_proof import appsecret_proof
from sandbox.app import APP_SECRET, PAGE_ID, PAGE_TOKEN


def text(psid, words, **more):
    fields = {"recipient": json.dumps({"id": psid}), "message": json.dumps({"text": words})}
    return {"method": "POST", "relative_url": "me/messages", "body": urlencode(fields)} | more


def batch(box, *items, token=PAGE_TOKEN, **more):
    body = {"access_token": token, "batch": items} | more
    answer = box.graph("POST", "/v6.0/", None, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bodies(answers):
    return [json.loads(answer["body"]) for answer in answers]


def test_each_item_of_a_batch_has_its_own_answer(box, mona):
    owner = {"method": "GET", "relative_url": f"/me/thread_owner?recipient={mona.psid}"}

    sent, refused, asked = batch(box, text(mona.psid, "one"), text("7001", "two"), owner)

    assert [sent["code"], refused["code"], asked["code"]] == [200, 400, 200]
    assert json.loads(sent["body"])["recipient_id"] == mona.psid
    assert json.loads(refused["body"])["error"]["error_subcode"] == 2018001
    assert isinstance(sent["body"], str)
    assert {"name": "Content-Type", "value": "application/json; charset=UTF-8"} in sent["headers"]
    assert [m["text"] for m in mona.messages()] == ["Where is my parcel?", "one"]


def test_a_batch_may_be_a_form_without_headers(box, mona):
    form = {"batch": json.dumps([text(mona.psid, "Hi")]), "include_headers": "false", "access_token": PAGE_TOKEN}

    answer = box.graph("POST", "/", None, data=form).json()

    assert [set(item) for item in answer] == [{"code", "body"}]


def test_items_of_a_batch_may_use_each_others_results(box, mona):
    persona = {
        "method": "POST",
        "name": "ada",
        "relative_url": "me/personas",
        "body": urlencode({"name": "Ada", "profile_picture_url": f"{box.url}/_sandbox/sample.png"}),
    }
    said = text(mona.psid, "Hello", depends_on="ada")
    said["body"] += "&" + urlencode({"persona_id": "{result=ada:$.id}"})
    shown = {"method": "GET", "relative_url": "{result=ada:$.id}?fields=name"}
    listed = {"method": "GET", "name": "all", "relative_url": "me/personas"}
    several = {"method": "GET", "relative_url": "?ids={result=all:$.data.*.id}"}

    made, _, found, _, many = bodies(batch(box, persona, said, shown, listed, several))

    assert found == {"name": "Ada", "id": made["id"]}
    assert list(many) == [made["id"]]
    assert mona.messages()[-1]["persona"]["id"] == made["id"]


def test_a_batch_item_that_depends_on_a_failed_one_is_not_run(box, mona):
    answers = batch(box, text("7001", "one", name="first"), text(mona.psid, "two", depends_on=["first"]))

    assert answers[0]["code"] == 400
    assert answers[1] is None
    assert len(mona.messages()) == 1


def test_a_batch_item_may_omit_its_response_on_success(box, mona):
    quiet = {"omit_response_on_success": True}

    answers = batch(box, text(mona.psid, "one", **quiet), text("7001", "two", **quiet))

    assert answers[0] is None
    assert answers[1]["code"] == 400


def test_a_batch_item_may_have_a_token_of_its_own(box, mona):
    page = box.post("/pages", name="Redwing Coffee")
    own = f"access_token={page['token']}&appsecret_proof={appsecret_proof(page['token'], APP_SECRET)}"

    other, usual, wrong = bodies(
        batch(
            box,
            {"method": "GET", "relative_url": f"me?{own}"},
            {"method": "GET", "relative_url": "/v26.0/me"},
            {"method": "GET", "relative_url": "me?access_token=EAAWRONG"},
        )
    )

    assert (other["id"], usual["id"]) == (page["id"], PAGE_ID)
    assert wrong["error"]["code"] == 190


def test_the_appsecret_proof_of_a_batch_counts_for_its_items(box):
    url = f"/v6.0/?appsecret_proof={appsecret_proof(PAGE_TOKEN, APP_SECRET)}"
    body = {"access_token": PAGE_TOKEN, "batch": [{"method": "GET", "relative_url": "me"}]}

    assert box.graph("POST", url, None, json=body).json()[0]["code"] == 200


def test_items_of_a_batch_may_name_its_attached_files(box, mona):
    item = text(mona.psid, "") | {"attached_files": "pic"}
    message = {"attachment": {"type": "image", "payload": {}}}
    item["body"] = urlencode({"recipient": json.dumps({"id": mona.psid}), "message": json.dumps(message)})
    picture = box.session.get(f"{box.url}/_sandbox/sample.png").content

    answer = box.graph("POST", "/", data={"batch": json.dumps([item])}, files={"pic": ("a.png", picture, "image/png")})

    assert answer.json()[0]["code"] == 200
    assert mona.messages()[-1]["attachments"][0]["type"] == "image"


def test_a_batch_of_more_than_fifty_items_is_refused(box):
    items = [{"method": "GET", "relative_url": "me"}] * 51

    answer = box.graph("POST", "/", json={"batch": items})

    assert answer.json()["error"]["code"] == 100


def test_a_fault_matches_a_call_within_a_batch(box, mona):
    box.post("/faults", match={"path": "/me/messages"}, times=1)

    answers = batch(box, text(mona.psid, "one"), text(mona.psid, "two"))

    assert [answer["code"] for answer in answers] == [500, 200]
