"""The control plane for tests and other programs."""

import pytest

from sandbox.app import APP_ID, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN


def test_a_new_world_has_one_page_and_one_app(box):
    world = box.world()

    assert world["pages"] == [{"id": PAGE_ID, "name": "Bluebird Tea", "token": PAGE_TOKEN, "automatic_replies": {}}]
    assert [(app["id"], app["secret"]) for app in world["apps"]] == [(APP_ID, "sandbox-app-secret")]
    assert world["counts"]["customers"] == 0


def test_a_reset_restores_the_default_world(box, mona):
    box.persona()
    box.post("/faults", match={})
    box.post("/webhooks", pause=True)
    box.post("/clock", advance_s=3600)

    box.post("/reset")

    world = box.world()
    assert world["counts"] == {"customers": 0, "messages": 0, "personas": 0, "requests": 0, "webhooks_waiting": 0}
    assert (world["faults"], world["ahead_s"], world["webhooks"]["pause"]) == (0, 0, False)
    assert box.control("GET", f"/customers/{mona.psid}/thread").status_code == 404


def test_two_sandboxes_share_nothing(box, other_box):
    other_box.customer("Tom Okafor")

    assert [app["id"] for app in other_box.world()["apps"]] == ["222"]
    assert box.world()["counts"]["customers"] == 0


def test_a_customer_has_an_id_that_javascript_cannot_count(box):
    psid = box.customer().psid

    assert psid.isdecimal() and len(psid) in (16, 17)
    assert box.control("GET", "/customers").json() == {
        "customers": [{"psid": psid, "name": "Mona Meyer", "page_id": PAGE_ID}]
    }


def test_a_customer_can_write_to_another_page(box):
    page = box.post("/pages", name="Redwing Coffee")

    tom = box.customer("Tom Okafor", page_id=page["id"])

    assert tom.receives(text="Hi").json()["error"]["code"] == 100
    tom.say("Hello")
    sent = box.graph(
        "POST", "/me/messages", page["token"], json={"recipient": {"id": tom.psid}, "message": {"text": "Hi"}}
    )
    assert sent.status_code == 200


def test_the_thread_shows_messages_as_the_customer_sees_them(box, mona):
    persona = box.persona()
    sent = mona.is_sent(message={"text": "On its way"}, persona_id=persona).json()

    thread = mona.thread()

    assert [(m["from"], m["text"]) for m in thread["messages"]] == [
        ("customer", "Where is my parcel?"),
        ("page", "On its way"),
    ]
    answer = thread["messages"][1]
    assert answer["mid"] == sent["message_id"]
    assert answer["app_id"] == APP_ID
    assert answer["persona"]["name"] == "Ana R."
    assert box.session.get(answer["persona"]["picture"]).headers["Content-Type"] == "image/png"
    assert thread["typing"] == {"on": False, "persona": None}
    assert thread["owner_app_id"] is None


def test_every_customer_action_reaches_the_webhook(box, receiver):
    mona = box.customer()
    mid = mona.say("Hello")
    mona.say(attachment={"type": "image", "url": "https://cdn.example.test/a.jpg"})
    mona.say(postback={"title": "Talk to a human", "payload": "HANDOFF"})
    mona.say(quick_reply={"title": "Yes", "payload": "CONFIRM"})
    mona.do("react", mid=mid, emoji="❤️")
    mona.do("react", mid=mid, emoji="")
    mona.do("edit", mid=mid, text="Hello there")
    mona.do("read")

    events = receiver.wait_for(8)

    kinds = ["message", "message", "postback", "message", "reaction", "reaction", "message_edit", "read"]
    assert [next(kind for kind in event if kind in kinds) for event in events] == kinds
    assert events[0]["message"] == {"mid": mid, "text": "Hello"}
    assert events[1]["message"]["attachments"] == [
        {"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}
    ]
    assert events[2]["postback"]["payload"] == "HANDOFF"
    assert events[3]["message"]["quick_reply"] == {"payload": "CONFIRM"}
    assert events[4]["reaction"] == {"reaction": "love", "emoji": "❤️", "action": "react", "mid": mid}
    assert events[5]["reaction"] == {"action": "unreact", "mid": mid}
    assert events[6]["message_edit"] == {"mid": mid, "text": "Hello there", "num_edit": 1}
    times = [event["timestamp"] for event in events]
    assert times == sorted(set(times))


def test_a_custom_event_of_any_shape_can_be_sent(box, receiver):
    mona = box.customer()

    mid = mona.say(event={"sender": {"id": 7001}, "surprise": {"x": 1}})

    event = receiver.wait_for(1)[0]
    assert mid is None
    assert event["sender"] == {"id": 7001}
    assert event["recipient"] == {"id": PAGE_ID}
    assert event["surprise"] == {"x": 1}


def test_a_custom_event_with_a_message_opens_the_messaging_window(box, mona):
    tom = box.customer("Tom Okafor")

    assert tom.say(event={"message": {"mid": "m_1", "text": "Hi"}}) == "m_1"

    assert tom.receives(text="Hello Tom").status_code == 200
    assert tom.messages()[0]["text"] == "Hi"


def test_reading_marks_the_messages_of_the_page_as_read(mona):
    mona.receives(text="On its way")
    assert [m["read"] for m in mona.messages()] == [False, False]

    mona.do("read")

    assert [m["read"] for m in mona.messages()] == [False, True]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/customers", {}),
        ("/customers", {"name": 5}),
        ("/customers", {"name": "Mona", "page_id": "404"}),
        ("/faults", {"match": {"host": "x"}}),
        ("/faults", {"drop": "sometimes"}),
        ("/faults", {"rate": 2}),
        ("/faults", {"times": 0}),
        ("/webhooks", {"pause": "yes"}),
        ("/clock", {"advance_s": -1}),
        ("/clock", {}),
        ("/apps", {"app_id": "x", "secret": "y"}),
    ],
)
def test_an_invalid_control_request_is_refused_with_a_sentence(box, path, body):
    answer = box.control("POST", path, body)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"shout": "x"}, {"postback": {"title": "No payload"}}])
def test_an_invalid_message_body_is_refused(box, mona, body):
    assert box.control("POST", f"/customers/{mona.psid}/send", body).status_code == 400


def test_an_unknown_customer_is_not_found(box):
    answer = box.control("POST", "/customers/7001002003004005/send", {"text": "Hi"})

    assert answer.status_code == 404
    assert "7001002003004005" in answer.json()["error"]


def test_another_app_must_verify_its_webhook(box, receiver):
    wrong = {"app_id": "222", "secret": "s", "callback_url": receiver.url, "verify_token": "wrong"}

    assert box.control("POST", "/apps", wrong).status_code == 400
    assert len(box.world()["apps"]) == 1


def test_a_second_app_gets_the_echoes_of_the_first_and_sends_under_its_own_id(box, receiver, other_receiver, mona):
    receiver.wait_for(1)
    bot = {"app_id": "222", "secret": "s", "callback_url": other_receiver.url, "verify_token": VERIFY_TOKEN}
    app = box.post("/apps", **bot)

    call = {"recipient": {"id": mona.psid}, "message": {"text": "From the bot"}}
    box.graph("POST", "/me/messages", app["tokens"][PAGE_ID], json=call)

    assert receiver.wait_for(2)[1]["message"]["app_id"] == 222
    assert other_receiver.wait_for(1)[0]["message"]["app_id"] == 222
