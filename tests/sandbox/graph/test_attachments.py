"""Attachments uploaded with a message, or before it for an attachment id."""

import json

import pytest

DAY_S = 24 * 3600
PNG = "/_sandbox/sample.png"


def refusal(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


def upload(box, type="image", reusable=True, **payload):
    message = {"attachment": {"type": type, "payload": {"is_reusable": reusable} | payload}}
    return box.graph("POST", "/me/message_attachments", json={"message": message})


def send(mona, id, type="image"):
    return mona.receives(attachment={"type": type, "payload": {"attachment_id": id}})


def test_an_uploaded_attachment_can_be_sent_many_times(box, mona):
    id = upload(box, url=box.url + PNG).json()["attachment_id"]

    assert send(mona, id).ok and send(mona, id).ok

    first, second = mona.messages()[1:]
    assert first["attachments"] == second["attachments"]
    assert box.session.get(first["attachments"][0]["url"]).content == box.session.get(box.url + PNG).content


def test_an_attachment_id_is_valid_for_ninety_days(box, mona):
    id = upload(box, url=box.url + PNG).json()["attachment_id"]
    box.post("/clock", advance_s=90 * DAY_S - 60)
    mona.say("Again, please")
    assert send(mona, id).ok

    box.post("/clock", advance_s=61)

    assert refusal(send(mona, id)) == (400, 100, 2018074)


def test_an_attachment_that_is_not_reusable_can_be_sent_once(box, mona):
    id = upload(box, reusable=False, url=box.url + PNG).json()["attachment_id"]

    assert send(mona, id).ok
    assert refusal(send(mona, id)) == (400, 100, 2018074)


def test_an_attachment_id_is_unknown_to_another_page(box):
    id = upload(box, url=box.url + PNG).json()["attachment_id"]
    page = box.post("/pages", name="Redwing Coffee")
    tom = box.customer("Tom Okafor", page_id=page["id"])
    tom.say("Hi")
    message = {"attachment": {"type": "image", "payload": {"attachment_id": id}}}

    answer = box.graph("POST", "/me/messages", page["token"], json={"recipient": {"id": tom.psid}, "message": message})

    assert refusal(answer) == (400, 100, 2018074)


def test_sending_a_reusable_attachment_returns_its_id(box, mona):
    payload = {"url": box.url + PNG, "is_reusable": True}

    id = mona.receives(attachment={"type": "image", "payload": payload}).json()["attachment_id"]

    assert send(mona, id).ok


@pytest.mark.parametrize(
    ("type", "file"),
    [
        ("image", ("a.png", b"no picture", "image/png")),
        ("audio", ("a.html", b"<p>", "text/html")),
        ("video", ("a.mp3", b"sound", "audio/mpeg")),
        ("file", ("a.txt", b"", "text/plain")),
    ],
)
def test_a_file_of_another_type_than_stated_is_refused(box, mona, type, file):
    fields = {"message": json.dumps({"attachment": {"type": type, "payload": {}}})}

    answer = box.graph("POST", "/me/message_attachments", data=fields, files={"filedata": file})

    assert refusal(answer) == (400, 100, 2018047)


@pytest.mark.parametrize("type", ["audio", "video", "file"])
def test_an_uploaded_file_is_served_with_its_content_type(box, mona, type):
    fields = {"recipient": json.dumps({"id": mona.psid})}
    fields["message"] = json.dumps({"attachment": {"type": type, "payload": {}}})
    content_type = {"audio": "audio/mpeg", "video": "video/mp4", "file": "application/pdf"}[type]

    assert box.graph("POST", "/me/messages", data=fields, files={"filedata": ("a", b"xyz", content_type)}).ok

    kept = mona.messages()[-1]["attachments"][0]
    assert kept["type"] == type
    assert box.session.get(kept["url"]).headers["Content-Type"].startswith(content_type)


def test_an_upload_needs_exactly_one_file(box, mona):
    message = json.dumps({"attachment": {"type": "file", "payload": {}}})
    fields = {"recipient": json.dumps({"id": mona.psid}), "message": message}
    two = {"filedata": ("a.txt", b"x", "text/plain"), "filedata2": ("b.txt", b"y", "text/plain")}

    for files in (two, {"filedata": (None, "")}):
        answer = box.graph("POST", "/me/messages", data=fields, files=files)
        assert answer.status_code == 400


def test_a_message_may_carry_several_pictures(box, mona):
    picture = {"type": "image", "payload": {"url": box.url + PNG}}

    assert mona.receives(attachments=[picture, picture]).ok

    assert [a["type"] for a in mona.messages()[-1]["attachments"]] == ["image", "image"]
    assert refusal(mona.receives(attachments=[picture | {"type": "file"}])) == (400, 100, None)


def test_a_sticker_is_sent_by_its_id(box, receiver, mona):
    assert mona.receives(sticker_id=369239263222822).ok

    echo = receiver.wait_for(2, "message")[1]["message"]
    assert echo["attachments"][0]["payload"]["sticker_id"] == echo["sticker_id"] == 369239263222822


def test_a_file_from_a_flagged_host_is_refused(box, mona):
    box.post("/flagged_hosts", hosts=["ngrok.example"])
    body = {"name": "Ana R.", "profile_picture_url": "https://abc.ngrok.example/ana.png"}

    error = box.graph("POST", "/me/personas", json=body).json()["error"]

    assert (error["code"], error["error_subcode"], error["error_user_msg"]) == (368, 1346003, "")
    assert error["error_data"]
    assert refusal(upload(box, url="https://ngrok.example/a.png")) == (400, 368, 1346003)
