"""PyPI's facebook-business, Meta's own SDK: form bodies, objects as JSON strings, trailing slashes, cursors."""

import pytest
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.persona import Persona
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from .conftest import OTHER_APP, facts

FIELDS = [Persona.Field.id, Persona.Field.name, Persona.Field.profile_picture_url]


@pytest.fixture
def world(facebook, files):
    return facts(facebook, files)


@pytest.fixture
def api(world):
    session = FacebookSession(world["app_id"], world["app_secret"], world["token"])
    session.GRAPH = world["origin"]
    return FacebookAdsApi(session)


@pytest.fixture
def bluebird(api, world):
    return Page(world["page_id"], api=api)


@pytest.fixture
def robin(bluebird, files):
    return bluebird.create_persona(params={"name": "Robin", "profile_picture_url": f"{files}/robin.png"})


def test_facebook_business_creates_reads_and_deletes_a_persona(bluebird, robin, api, facebook):
    persona = Persona(robin["id"], api=api).api_get(fields=FIELDS)
    assert (persona["id"], persona["name"]) == (robin["id"], "Robin")
    assert persona["profile_picture_url"].startswith("http")

    Persona(robin["id"], api=api).api_delete()
    assert facebook.personas() == []
    with pytest.raises(FacebookRequestError) as refused:
        Persona(robin["id"], api=api).api_get(fields=FIELDS)
    assert (refused.value.http_status(), refused.value.api_error_code()) == (400, 100)
    assert refused.value.api_error_subcode() == 33


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_facebook_business_lists_all_personas_and_its_cursor_ends(bluebird, files, limit):
    names = [f"Bot {number}" for number in range(5)]
    for name in names:
        bluebird.create_persona(params={"name": name, "profile_picture_url": f"{files}/bot.png"})
    personas = list(bluebird.get_personas(fields=FIELDS, params={"limit": limit}))
    assert [persona["name"] for persona in personas] == names


def test_facebook_business_lists_no_personas_if_there_are_none(bluebird):
    assert list(bluebird.get_personas(fields=FIELDS)) == []


def test_facebook_business_sends_and_types_as_a_persona(bluebird, robin, facebook, world, files):
    recipient = {"id": world["psid"]}
    action = Page.SenderAction.typing_on
    bluebird.create_message(params={"recipient": recipient, "sender_action": action, "persona_id": robin["id"]})
    (call,) = facebook.requests("POST", "/messages")
    assert call["body"]["sender_action"] == "TYPING_ON"
    assert facebook.thread(world["psid"])["typing"]["persona"]["name"] == "Robin"

    for message in [
        {"text": "Grüezi", "quick_replies": [{"content_type": "text", "title": "Hello", "payload": "HELLO"}]},
        {"attachment": {"type": "image", "payload": {"url": f"{files}/tea.png", "is_reusable": True}}},
    ]:
        sent = bluebird.create_message(
            params={
                "recipient": recipient,
                "messaging_type": Page.MessagingType.response,
                "message": message,
                "persona_id": robin["id"],
            }
        )
        assert sent["recipient_id"] == world["psid"]
        assert sent["message_id"].startswith("m_")
    greeting, picture = facebook.said(world["psid"])
    assert (greeting["text"], greeting["persona"]["name"]) == ("Grüezi", "Robin")
    assert greeting["quick_replies"][0]["payload"] == "HELLO"
    assert picture["attachments"][0]["type"] == "image"


def test_facebook_business_takes_extends_passes_requests_and_releases_thread_control(bluebird, facebook, world):
    recipient = {"id": world["psid"]}
    bluebird.create_take_thread_control(params={"recipient": recipient, "metadata": "mine"})
    (owner,) = bluebird.get_thread_owner(params={"recipient": world["psid"]})
    assert owner["thread_owner"]["app_id"] == world["app_id"]

    bluebird.create_extend_thread_control(params={"recipient": recipient, "duration": 3600})
    bluebird.create_pass_thread_control(
        params={"recipient": recipient, "target_app_id": OTHER_APP, "metadata": "yours"}
    )
    assert facebook.thread(world["psid"])["owner_app_id"] == OTHER_APP

    bluebird.create_request_thread_control(params={"recipient": recipient, "metadata": "please"})
    bluebird.create_take_thread_control(params={"recipient": recipient})
    bluebird.create_release_thread_control(params={"recipient": recipient})
    assert facebook.thread(world["psid"])["owner_app_id"] != OTHER_APP
    assert list(bluebird.get_thread_owner(params={"recipient": world["psid"]})) == []


def test_facebook_business_subscribes_the_app(bluebird, world):
    bluebird.create_subscribed_app(params={"subscribed_fields": ["messages", "message_echoes"]})
    (app,) = [app for app in bluebird.get_subscribed_apps() if app["id"] == world["app_id"]]
    assert sorted(app["subscribed_fields"]) == ["message_echoes", "messages"]


def test_facebook_business_sends_a_batch(bluebird, api, facebook, world):
    batch, answers = api.new_batch(), []
    for number in range(3):
        bluebird.create_message(
            params={"recipient": {"id": world["psid"]}, "message": {"text": f"{number}"}, "messaging_type": "RESPONSE"},
            batch=batch,
            success=lambda answer: answers.append(answer.json()),
        )
    assert batch.execute() is None
    assert [answer["recipient_id"] for answer in answers] == [world["psid"]] * 3
    assert facebook.texts(world["psid"]) == ["0", "1", "2"]


def test_facebook_business_uploads_an_attachment_and_labels_a_customer(bluebird, world, files):
    image = {"attachment": {"type": "image", "payload": {"url": f"{files}/tea.png", "is_reusable": True}}}
    uploaded = bluebird.create_message_attachment(params={"message": image})
    assert uploaded["attachment_id"].isdecimal()
    label = bluebird.create_custom_label(params={"page_label_name": "Regulars"})
    label.create_label(params={"user": world["psid"]})
    assert [label["id"] for label in bluebird.get_custom_labels(fields=["page_label_name"])] == [label["id"]]


def test_facebook_business_sets_the_profile_and_reads_conversations(bluebird, facebook, world):
    bluebird.create_messenger_profile(params={"get_started": {"payload": "GO"}})
    (profile,) = bluebird.get_messenger_profile(params={"fields": "get_started"})
    assert profile["get_started"] == {"payload": "GO"}
    (conversation,) = bluebird.get_conversations(
        fields=["id", "message_count", "participants"], params={"platform": "MESSENGER", "user_id": world["psid"]}
    )
    assert conversation["message_count"] == 1
