"""Calls of the client other than messages, against the sandbox over HTTP."""

import pytest
from django.conf import settings

from messenger import Action, Batch, Usage
from messenger.error_catalogue import Responsible
from tests.conftest import PAGE_ID

APP_ID = settings.FACEBOOK_APP_ID
OTHER_APP = "222333444555666"
FACE = "/_sandbox/sample.png"
MENU = [{"type": "postback", "title": "Talk to us", "payload": "HUMAN"}]


@pytest.fixture
def routed(sandbox):
    """Our app is the Page's default app, and there is another one."""
    sandbox.post("apps", app_id=OTHER_APP, secret="the other app's")
    sandbox.post(f"pages/{PAGE_ID}/default_app", app_id=APP_ID)


def kinds(sandbox, psid):
    return [[attachment["type"] for attachment in message["attachments"]] for message in sandbox.said(psid)]


# Files


def test_a_picture_is_sent_as_a_file_and_by_attachment_id(graph, sandbox, psid, pictures):
    picture = pictures.Handler.picture
    graph.send_image(psid, file=picture, filename="ana.png")
    kept = graph.upload_image(file=picture, filename="ana.png")
    graph.send_image(psid, attachment_id=kept)
    graph.send_image(psid, attachment_id=graph.upload_image(f"{pictures.url}/ana.png"))
    assert kinds(sandbox, psid) == [["image"]] * 3


def test_a_file_is_sent_under_a_persona(graph, sandbox, psid, pictures):
    ana_r = graph.create_persona("Ana R.", f"{pictures.url}/ana.png")
    graph.send_file(psid, file=b"%PDF-1.4\n%%EOF\n", filename="a.pdf", persona_id=ana_r, metadata="our key")
    [received] = sandbox.said(psid)
    assert received["persona"]["name"] == "Ana R."


# Templates, quick replies, reactions


def test_generic_and_button_templates_reach_the_customer(graph, sandbox, psid):
    graph.send_generic_template(psid, [{"title": "Sencha", "buttons": MENU}], image_aspect_ratio="square")
    graph.send_button_template(psid, "And now?", MENU, quick_replies=[{"content_type": "user_email"}])
    assert [message["template"]["template_type"] for message in sandbox.said(psid)] == ["generic", "button"]


def test_a_reaction_to_a_customer_message_is_added_and_removed(graph, sandbox, psid):
    mid = sandbox.say(psid, text="Thank you!")

    def reaction():
        return next(message["reaction"] for message in sandbox.thread(psid)["messages"] if message["mid"] == mid)

    graph.react(psid, mid, "😀")
    assert reaction() == "😀"
    graph.unreact(psid, mid)
    assert not reaction()


# The Page's face


def test_the_messenger_profile_is_set_field_by_field_and_read_back(graph):
    graph.set_get_started("GO")
    graph.set_greeting("Welcome")
    graph.set_persistent_menu(MENU)
    graph.set_whitelisted_domains(["https://example.test"])
    assert graph.get_started() == {"payload": "GO"}
    assert graph.greeting() == [{"locale": "default", "text": "Welcome"}]
    assert graph.persistent_menu()[0]["call_to_actions"] == MENU
    assert set(graph.messenger_profile()) == {"get_started", "greeting", "persistent_menu", "whitelisted_domains"}
    graph.delete_greeting()
    assert graph.greeting() is None


def test_a_customer_gets_a_persistent_menu_of_their_own_and_loses_it(graph, psid):
    graph.set_user_menu(psid, MENU)
    assert graph.user_menu(psid)["user_level_persistent_menu"][0]["call_to_actions"] == MENU
    graph.delete_user_menu(psid)
    assert "user_level_persistent_menu" not in graph.user_menu(psid)


# Labels


def test_a_label_is_added_to_a_customer_and_removed(graph, psid):
    vip = graph.create_label("vip")
    graph.add_label(psid, vip)
    assert graph.labels_of(psid) == graph.labels() == [{"id": vip, "page_label_name": "vip"}]
    graph.remove_label(psid, vip)
    assert graph.labels_of(psid) == []
    assert graph.label(vip)["page_label_name"] == "vip"
    graph.delete_label(vip)
    assert graph.labels() == []


# Threads


def test_thread_control_is_passed_taken_back_extended_and_released(graph, psid, routed, refusal):
    graph.pass_thread_control(psid, OTHER_APP, "wants a refund")
    assert graph.thread_owner(psid)["app_id"] == OTHER_APP
    assert refusal(graph.send_text, psid, "Hi").action is Action.OTHER_APP
    graph.take_thread_control(psid)
    graph.extend_thread_control(psid, 3600)
    assert graph.thread_owner(psid)["app_id"] == APP_ID
    graph.release_thread_control(psid)
    assert "app_id" not in graph.thread_owner(psid)


def test_thread_control_is_passed_to_the_page_inbox(graph, psid, routed):
    graph.pass_thread_control_to_page_inbox(psid)
    assert graph.thread_owner(psid)["app_id"] == "263902037430900"


def test_taking_thread_control_without_a_default_app_is_an_error_for_the_admin(graph, psid, refusal):
    found = refusal(graph.take_thread_control, psid).meaning
    assert (found.action, found.responsible) == (Action.OTHER_APP, Responsible.ADMIN)


# History


def test_the_history_of_a_conversation_is_read_newest_first(graph, psid):
    graph.send_text(psid, "It is on its way.")
    [conversation] = graph.conversations(psid)
    assert [message["message"] for message in graph.history(conversation["id"])] == ["It is on its way.", "Hello?"]
    assert [row["id"] for row in graph.conversations()] == [conversation["id"]]


# Batches


def test_a_batch_makes_several_calls_and_returns_the_error_of_each(graph, sandbox, psid):
    batch = Batch()
    batch.send_text(psid, "One")
    batch.send_text("404", "Nobody")
    batch.profile(psid)
    batch.send_text(psid, "Two & more")
    first, second, third, fourth = graph.send_batch(batch)
    assert [answer.error for answer in (first, third, fourth)] == [None] * 3
    assert second.error.action is Action.UNREACHABLE
    assert third.body["name"] == "Mona Weber"
    assert sandbox.texts(psid) == ["One", "Two & more"]


# Limits


def test_the_client_reports_the_usage_of_rate_limits(graph, sandbox):
    sandbox.post("rate_limits", usage={"app": 30, "page": 85, "minutes": 3})
    graph.page()
    assert graph.usage == Usage(85, 3)
    assert graph.usage.is_near_limit
    [answer] = graph.send_batch([{"method": "GET", "relative_url": "me"}], include_headers=True)
    assert Usage.read(answer.headers) == graph.usage


def test_a_call_over_the_rate_limit_of_the_page_raises_slow_down_page(graph, sandbox, refusal):
    sandbox.post("rate_limits", page={"calls": 1, "per_s": 3600})
    graph.page()
    assert refusal(graph.page).action is Action.SLOW_DOWN_PAGE


# Figures and the app


def test_insights_nlp_events_and_feature_reviews_can_be_called(graph, psid):
    figure = graph.new_conversations(since=1789000000, until=1789400000)
    assert figure["name"] == "page_messages_new_conversations_unique"
    graph.enable_nlp()
    graph.log_custom_events(APP_ID, PAGE_ID, psid, [{"_eventName": "fb_mobile_purchase"}])
    assert isinstance(graph.messaging_feature_review(), list)


def test_unsubscribing_and_subscribing_changes_the_apps_of_the_page(graph):
    graph.unsubscribe()
    assert graph.subscribed_apps() == []
    graph.subscribe()
    assert [app["id"] for app in graph.subscribed_apps()] == [APP_ID]
