"""Several apps on one Page: events, standby, and thread control."""

import pytest

from sandbox.app import APP_ID, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN

DAY_S = 24 * 3600
INBOX = "263902037430900"
BOT = "222"


class Apps:
    """The default app, which is the console, and a bot beside it."""

    def __init__(self, box, bot_token):
        self.box = box
        self.tokens = {APP_ID: PAGE_TOKEN, BOT: bot_token}

    def does(self, app, verb, psid, **more):
        body = {"recipient": {"id": psid}} | more
        return self.box.graph("POST", f"/me/{verb}_thread_control", self.tokens[app], json=body)

    def says(self, app, psid, text="Hi", **more):
        body = {"recipient": {"id": psid}, "message": {"text": text}} | more
        return self.box.graph("POST", "/me/messages", self.tokens[app], json=body)

    def owner(self, psid, app=APP_ID):
        answer = self.box.graph("GET", f"/me/thread_owner?recipient={psid}", self.tokens[app])
        return answer.json()["data"]

    def default(self, app):
        self.box.post(f"/pages/{PAGE_ID}/default_app", app_id=app)


@pytest.fixture
def apps(box, receiver, other_receiver):
    bot = {"app_id": BOT, "secret": "s", "callback_url": other_receiver.url, "verify_token": VERIFY_TOKEN}
    return Apps(box, box.post("/apps", **bot)["tokens"][PAGE_ID])


def refusal(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


def channels(receiver):
    return [where for body in receiver.bodies() for where in ("messaging", "standby") if where in body["entry"][0]]


def standby(receiver):
    return [body["entry"][0]["standby"][0] for body in receiver.bodies() if "standby" in body["entry"][0]]


def test_without_a_default_app_all_apps_get_events_and_may_send(apps, receiver, other_receiver, mona):
    assert apps.says(BOT, mona.psid).ok and apps.says(APP_ID, mona.psid).ok

    receiver.wait_for(5)
    other_receiver.wait_for(5)
    assert set(channels(receiver)) == set(channels(other_receiver)) == {"messaging"}
    assert apps.owner(mona.psid) == []


def test_the_only_app_of_a_page_owns_its_threads(box, mona):
    answer = box.graph("GET", f"/me/thread_owner?recipient={mona.psid}").json()

    assert answer == {"data": [{"thread_owner": {"app_id": APP_ID}}]}


def test_messages_go_to_the_default_app_and_to_others_on_standby(box, apps, receiver, other_receiver):
    apps.default(BOT)
    mona = box.customer()
    mid = mona.say("Hello")
    mona.say(postback={"title": "Start over", "payload": "START"})

    receiver.until(lambda: len(standby(receiver)) == 2)
    said, tapped = standby(receiver)
    assert said["message"] == {"mid": mid, "text": "Hello"}
    assert set(tapped["postback"]) == {"mid", "title"}
    assert "messaging" not in receiver.bodies()[-1]["entry"][0]
    assert other_receiver.until(lambda: received(other_receiver, "postback"))["postback"]["payload"] == "START"
    assert mona.thread()["owner_app_id"] == BOT


def test_only_the_thread_owner_may_send_and_echoes_go_to_standby(box, apps, receiver, mona):
    apps.default(APP_ID)
    mona.say("Hello")

    assert refusal(apps.says(BOT, mona.psid)) == (400, 10, 2018300)
    assert refusal(apps.does(BOT, "pass", mona.psid, target_app_id=BOT)) == (400, 100, 2534037)
    assert refusal(apps.does(BOT, "release", mona.psid)) == (400, 100, 2534037)
    assert refusal(apps.does(BOT, "extend", mona.psid, duration=60)) == (400, 100, 2534037)
    assert apps.says(APP_ID, mona.psid).ok


@pytest.mark.parametrize("target", [222, "222"])
def test_passing_thread_control_notifies_the_new_owner(apps, other_receiver, mona, target):
    apps.default(APP_ID)
    mona.say("Hello")

    answer = apps.does(APP_ID, "pass", mona.psid, target_app_id=target, metadata="wants a refund")

    assert answer.json() == {"success": True}
    event = other_receiver.until(lambda: received(other_receiver, "pass_thread_control"))
    assert (event["sender"]["id"], event["recipient"]["id"]) == (mona.psid, PAGE_ID)
    assert event["pass_thread_control"] == {
        "previous_owner_app_id": APP_ID,
        "new_owner_app_id": BOT,
        "metadata": "wants a refund",
    }
    assert refusal(apps.says(APP_ID, mona.psid)) == (400, 10, 2018300)
    assert apps.says(BOT, mona.psid).ok


def received(receiver, kind):
    entries = [entry for body in receiver.bodies() for entry in body["entry"]]
    return next((e["messaging"][0] for e in entries if "messaging" in e and kind in e["messaging"][0]), None)


def test_an_idle_thread_has_no_previous_owner(apps, other_receiver, mona):
    apps.does(APP_ID, "pass", mona.psid, target_app_id=BOT)

    event = other_receiver.until(lambda: received(other_receiver, "pass_thread_control"))

    assert event["pass_thread_control"]["previous_owner_app_id"] is None


def test_thread_control_cannot_be_passed_to_an_unknown_app(apps, mona):
    assert refusal(apps.does(APP_ID, "pass", mona.psid, target_app_id="999")) == (400, 100, 2018164)
    assert apps.does(APP_ID, "pass", mona.psid, target_app_id=int(INBOX)).ok


def test_taking_thread_control_needs_a_default_app_and_permission(box, apps, other_receiver, mona):
    assert refusal(apps.does(APP_ID, "take", mona.psid)) == (400, 27, None)
    apps.default(BOT)
    mona.say("Hello")
    box.post(f"/pages/{PAGE_ID}/may_take_control", app_id=APP_ID, on=False)
    assert refusal(apps.does(APP_ID, "take", mona.psid)) == (400, 200, None)
    box.post(f"/pages/{PAGE_ID}/may_take_control", app_id=APP_ID, on=True)

    assert apps.does(APP_ID, "take", mona.psid, metadata="mine").json() == {"success": True}

    event = other_receiver.until(lambda: received(other_receiver, "take_thread_control"))["take_thread_control"]
    assert event == {"previous_owner_app_id": BOT, "new_owner_app_id": APP_ID, "metadata": "mine"}
    assert refusal(apps.says(BOT, mona.psid)) == (400, 10, 2018300)


def test_a_request_for_thread_control_reaches_the_default_app(apps, receiver, mona):
    apps.default(APP_ID)

    assert apps.does(BOT, "request", mona.psid, metadata="please").json() == {"success": True}

    event = receiver.until(lambda: received(receiver, "request_thread_control"))["request_thread_control"]
    assert event == {"requested_owner_app_id": 222, "metadata": "please"}


def test_a_released_thread_goes_back_to_the_default_app(apps, receiver, other_receiver, mona):
    apps.default(APP_ID)
    apps.does(APP_ID, "pass", mona.psid, target_app_id=BOT)
    other_receiver.until(lambda: received(other_receiver, "pass_thread_control"))

    assert apps.does(BOT, "release", mona.psid).json() == {"success": True}

    assert mona.thread()["owner_app_id"] is None
    assert apps.owner(mona.psid) == []
    assert apps.says(APP_ID, mona.psid).ok
    assert refusal(apps.says(BOT, mona.psid)) == (400, 10, 2018300)


def test_thread_control_expires_after_a_day_unless_renewed_or_extended(box, apps, mona):
    apps.default(APP_ID)
    apps.does(APP_ID, "pass", mona.psid, target_app_id=BOT)
    box.post("/clock", advance_s=DAY_S - 60)
    mona.say("Still there?")
    box.post("/clock", advance_s=DAY_S - 60)
    assert mona.thread()["owner_app_id"] == BOT

    apps.does(BOT, "extend", mona.psid, duration=3 * DAY_S)
    box.post("/clock", advance_s=3 * DAY_S - 60)
    assert mona.thread()["owner_app_id"] == BOT

    box.post("/clock", advance_s=61)
    assert mona.thread()["owner_app_id"] is None


@pytest.mark.parametrize("duration", [0, -1, "soon", 7 * DAY_S + 1])
def test_thread_control_is_extended_by_a_week_at_most(apps, mona, duration):
    assert refusal(apps.does(APP_ID, "extend", mona.psid, duration=duration)) == (400, 100, None)


def test_the_thread_owner_is_shown_only_to_the_owner_and_the_default_app(box, apps, mona):
    apps.default(APP_ID)
    box.post(f"/customers/{mona.psid}/thread_owner", app_id=BOT)

    (of_default,), (of_owner,) = apps.owner(mona.psid), apps.owner(mona.psid, BOT)
    box.post(f"/customers/{mona.psid}/thread_owner", app_id=APP_ID)
    (of_other,) = apps.owner(mona.psid, BOT)

    assert of_default == of_owner
    assert of_default["thread_owner"]["app_id"] == BOT
    assert set(of_other["thread_owner"]) == {"expiration"}


def test_a_message_may_pass_thread_control(apps, other_receiver, mona):
    apps.default(APP_ID)
    mona.say("Hello")

    sent = apps.says(
        APP_ID, mona.psid, "A colleague takes over", thread_control={"control_type": "pass", "app_id": BOT}
    )

    assert "message_id" in sent.json()
    assert mona.thread()["owner_app_id"] == BOT
    assert apps.says(BOT, mona.psid, "Bye", thread_control={"control_type": "release"}).ok
    assert mona.thread()["owner_app_id"] is None


def test_a_reply_from_the_page_inbox_is_echoed_and_takes_control(box, apps, receiver, mona):
    mona.do("page_inbox", text="Hello from the Inbox")
    echo = receiver.until(lambda: [e for e in receiver.events("message") if e["message"].get("is_echo")])[0]
    assert echo["message"]["app_id"] == int(INBOX)
    assert mona.thread()["owner_app_id"] is None

    apps.default(APP_ID)
    mona.say("And now?")
    mona.do("page_inbox", text="Wait")

    event = receiver.until(lambda: received(receiver, "take_thread_control"))["take_thread_control"]
    assert (event["previous_owner_app_id"], event["new_owner_app_id"]) == (APP_ID, INBOX)
    assert mona.thread()["owner_app_id"] == INBOX
    assert mona.messages()[-1]["app_id"] == INBOX
    assert refusal(apps.says(APP_ID, mona.psid)) == (400, 10, 2018300)


def test_a_change_of_the_default_app_sends_app_roles(apps, receiver, other_receiver):
    apps.default(APP_ID)
    apps.default(BOT)

    won = other_receiver.until(lambda: received(other_receiver, "app_roles"))
    lost = receiver.until(lambda: len(receiver.posts) == 2 and receiver.events("app_roles")[1])
    assert won["app_roles"] == {BOT: ["primary_receiver"]}
    assert lost["app_roles"] == {APP_ID: ["secondary_receiver"]}
    assert "sender" not in won


def test_secondary_receivers_lists_the_other_apps_of_a_page(box, apps):
    answer = box.graph("GET", "/me/secondary_receivers?fields=id,name").json()

    assert answer == {"data": [{"id": BOT, "name": "Sandbox"}]}


def test_the_page_answers_its_messaging_feature_status(box, apps):
    apps.default(BOT)

    status = box.graph("GET", "/me?fields=messaging_feature_status").json()

    assert status == {
        "messaging_feature_status": {"hop_v2": True, "msgr_multi_app": True, "ig_multi_app": False},
        "id": PAGE_ID,
    }
