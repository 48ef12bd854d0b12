"""The stored world: everything survives a restart, and retention limits what is kept."""

import json

import pytest

from sandbox import create_app
from sandbox.app import APP_ID, PAGE_ID


@pytest.fixture
def start(tmp_path, running_sandbox):
    return lambda: running_sandbox(create_app(world_file=tmp_path / "world.json"))


def test_a_restart_of_the_sandbox_loses_nothing(start):
    with start() as box:
        mona = box.customer("Mona Grün")
        mona.say("Grüße 👋")
        persona = box.persona("Ana R.")
        mona.is_sent(message={"text": "Hi Mona"}, persona_id=persona)
        mona.do("react", mid=mona.messages()[-1]["mid"], emoji="❤")
        box.post("/clock", advance_s=3600)
        before = mona.messages()
    with start() as again:
        after = again.control("GET", f"/customers/{mona.psid}/thread").json()["messages"]
        pictures = [said["persona"] and said["persona"].pop("picture") for said in [*before, *after]]
        assert after == before
        assert again.session.get(again.url + "/" + pictures[-1].split("/", 3)[3]).ok
        assert again.world()["ahead_s"] == 3600
        mona.box = again
        assert mona.is_sent(message={"text": "Still Ana"}, persona_id=persona).ok


def test_a_restart_keeps_settings_of_pages_people_and_tokens(start):
    with start() as box:
        bot = box.post("/apps", app_id="222", secret="s")
        mona = box.customer()
        mona.say("Hello")
        box.post(f"/pages/{PAGE_ID}/default_app", app_id=APP_ID)
        box.post(f"/customers/{mona.psid}/thread_owner", app_id="222")
        mona.do("profile", kind="partial")
        box.post("/tokens", token=bot["tokens"][PAGE_ID], state="expired")
        box.post("/retention", keep=50)
        greeting = [{"locale": "default", "text": "Hi"}]
        box.graph("POST", "/me/messenger_profile", json={"greeting": greeting})
        label = box.graph("POST", "/me/custom_labels", json={"name": "vip"}).json()["id"]
        box.graph("POST", f"/{label}/label", json={"user": mona.psid})
        picture = {"type": "image", "payload": {"url": f"{box.url}/_sandbox/sample.png", "is_reusable": True}}
        upload = box.graph("POST", "/me/message_attachments", json={"message": {"attachment": picture}}).json()
        reached = box.graph(
            "POST", "/me/messages", json={"recipient": {"comment_id": "9"}, "message": {"text": "Hi"}}
        ).json()
    with start() as again:
        mona.box = again
        assert mona.thread()["owner_app_id"] == "222"
        assert mona.thread()["page"]["greeting"] == greeting
        assert mona.receives(text="Hi").json()["error"]["error_subcode"] == 2018300
        again.post(f"/customers/{mona.psid}/thread_owner", app_id=APP_ID)
        image = {"type": "image", "payload": {"attachment_id": upload["attachment_id"]}}
        assert mona.receives(attachment=image).ok
        assert set(again.graph("GET", f"/{mona.psid}").json()) == {"first_name", "id"}
        assert again.graph("GET", "/me", bot["tokens"][PAGE_ID]).json()["error"]["error_subcode"] == 463
        assert again.graph("GET", f"/{mona.psid}/custom_labels").json()["data"][0]["id"] == label
        twice = {"recipient": {"comment_id": "9"}, "message": {"text": "Hi"}}
        assert again.graph("POST", "/me/messages", json=twice).json()["error"]["code"] == 10900
        assert reached["recipient_id"] in [c["psid"] for c in again.control("GET", "/customers").json()["customers"]]


def test_a_restart_keeps_a_reset(start):
    with start() as box:
        box.customer("Mona")
        box.post("/reset")
    with start() as again:
        assert again.control("GET", "/customers").json()["customers"] == []


def test_a_file_of_another_version_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "world.json").write_text(json.dumps({"pages": []}))

    with pytest.raises(SystemExit, match="another version of the sandbox"):
        create_app(world_file=tmp_path / "world.json")


def test_retention_drops_old_messages_and_their_files(box, mona):
    picture = {"type": "image", "payload": {"url": f"{box.url}/_sandbox/sample.png"}}
    mona.receives(attachment=picture)
    address = mona.messages()[-1]["attachments"][0]["url"]
    tom = box.customer("Tom Okafor")
    for number in range(5):
        tom.say(str(number))

    assert box.post("/retention", keep=3) == {"keep": 3, "messages": 3}

    assert mona.messages() == []
    assert box.session.get(address).status_code == 404
    tom.say("5")
    assert [m["text"] for m in tom.messages()] == ["3", "4", "5"]
    assert len(box.requests()) == 1
    assert mona.receives(text="You may still write").ok


def test_retention_keeps_files_of_reusable_attachments(box, mona):
    payload = {"url": f"{box.url}/_sandbox/sample.png", "is_reusable": True}
    id = mona.receives(attachment={"type": "image", "payload": payload}).json()["attachment_id"]
    box.post("/retention", keep=0)

    box.post("/retention", keep=None)

    mona.receives(attachment={"type": "image", "payload": {"attachment_id": id}})
    assert box.session.get(mona.messages()[0]["attachments"][0]["url"]).ok
