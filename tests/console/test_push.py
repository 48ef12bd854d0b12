"""Web Push: which devices are called, what they receive, and how a subscription ends."""

import base64
import json
import logging

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid02

from agents.sessions import Session
from console.infrastructure.devices import device_name
from console.models import Conversation, Customer, PushSubscription, Team
from console.models.holder import Holder
from console.new_keys import vapid_private_key
from console.push.post import Unanswered, public_key
from console.push.services import is_push_service
from tests.conftest import restrict
from tests.console.push_service import ANDROID, PushService, subscribes
from tests.stand_in import Raw, eventually

pytestmark = pytest.mark.django_db
MOST_BYTES = 4096  # that push services take
FCM = "https://fcm.googleapis.com/fcm/send/abc:123-_"
KNOWN = [
    FCM,
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QABC",
    "https://wns2-by3p.notify.windows.com/w/?token=BQY%3d",
]


@pytest.fixture
def keys(settings):
    """The console has a key for push, and knows a push service on this machine and those of browsers."""
    settings.VAPID_PRIVATE_KEY = vapid_private_key()
    settings.PUSH_HOSTS = [*settings.PUSH_HOSTS, "127.0.0.1"]


@pytest.fixture
def push_service(keys):
    with PushService() as service:
        yield service


@pytest.fixture
def device(anas_browser, push_service):
    """Ana's phone is subscribed."""
    assert subscribes(anas_browser, push_service).status_code == 204
    return PushSubscription.objects.get()


@pytest.fixture
def unread(conversation):
    """Mona has written to Ana, who has not read it."""
    Conversation.objects.update(unread=1, last_words="Is it there?")
    return Conversation.objects.get()


# The message


def test_a_push_message_is_encrypted_for_the_browser_and_says_what_a_notification_of_the_desk_says(
    device, unread, push_service
):
    PushSubscription.objects.push(unread.pk, "message")
    [payload] = push_service.shown
    assert payload == {
        "title": "Mona Weber",
        "body": "Is it there?",
        "tag": f"row-{unread.pk}",
        "news": "message",
        "agent": device.agent_id,
        "address": f"/conversations/{unread.pk}/",
        "actions": [{"action": "open", "title": "Open"}],
    }
    assert b"Mona" not in push_service.bodies[0]


@pytest.mark.parametrize(
    "sign", ["\N{GRINNING FACE}", "\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}", '"', "\u0085"]
)
def test_the_longest_name_and_words_fit_into_a_push_message(sign, device, unread, push_service):
    Conversation.objects.update(last_words=sign * 200)
    Customer.objects.update(name=sign * 200)
    PushSubscription.objects.push(unread.pk, "message")
    assert sign * 200 in push_service.shown[0]["body"]
    assert len(push_service.bodies[0]) <= MOST_BYTES


def test_a_push_message_is_signed_for_its_push_service_with_the_key_of_the_console(device, unread, push_service):
    PushSubscription.objects.push(unread.pk, "message")
    headers = push_service.received[0][0]
    assert Vapid02.verify(headers["Authorization"])
    token, key = headers["Authorization"].removeprefix("vapid t=").split(",k=")
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert (key, claims["aud"]) == (public_key(), push_service.url.removesuffix("/hook"))
    assert (headers["TTL"], headers["Topic"]) == ("3600", f"row-{unread.pk}")


@pytest.fixture
def queued(conversation, ana):
    """Mona waits in the queue, and Ana wants to be called."""
    ana.choose(calls="all")
    conversation.return_to_queue(ana)
    return Conversation.objects.get()


def test_a_conversation_in_the_queue_can_be_taken_from_its_notification(device, queued, push_service):
    PushSubscription.objects.push(queued.pk, "waiting")
    assert [action["title"] for action in push_service.shown[0]["actions"]] == ["Open", "Take"]


def test_news_that_the_agent_has_seen_meanwhile_is_not_sent(device, unread, ana, push_service):
    unread.see(ana)
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []


@pytest.mark.parametrize("holder", [Holder.BOT, Holder.ELSEWHERE])
def test_news_of_the_queue_is_not_sent_once_a_bot_or_an_app_has_the_conversation(holder, device, queued, push_service):
    Conversation.objects.update(holder=holder)
    PushSubscription.objects.push(queued.pk, "waiting")
    assert push_service.received == []


def test_news_of_the_queue_is_not_sent_once_the_agent_is_away_or_wants_no_such_calls(device, queued, ana, push_service):
    ana.choose(calls="mine")
    PushSubscription.objects.push(queued.pk, "waiting")
    ana.choose(calls="all")
    ana.go_away()
    PushSubscription.objects.push(queued.pk, "waiting")
    assert push_service.received == []


@pytest.mark.parametrize("news", ["waiting", "escalated"])
def test_news_of_a_team_is_not_sent_once_another_team_has_the_conversation(news, device, queued, ana, push_service):
    refunds, others = Team.objects.create(name="Refunds"), Team.objects.create(name="Others")
    others.members.add(ana)
    Conversation.objects.update(team=refunds, waiting_since=timezone.now())
    PushSubscription.objects.push(queued.pk, news)
    assert push_service.received == []
    refunds.members.add(ana)
    PushSubscription.objects.push(queued.pk, news)
    assert len(push_service.received) == 1


@pytest.mark.parametrize("number", [1, 5])
def test_news_for_many_devices_takes_as_many_queries_as_for_one(
    number, queued, ana, anas_browser, push_service, django_assert_num_queries
):
    for count in range(number):
        subscribes(anas_browser, push_service, endpoint=f"{push_service.endpoint}-{count}")
    with django_assert_num_queries(3):  # the devices, their sessions and the agents of these
        PushSubscription.objects.call_devices([(queued.pk, "waiting", [ana.pk])] * number)


def test_a_push_message_takes_few_queries(device, queued, push_service, django_assert_num_queries):
    with django_assert_num_queries(7):
        PushSubscription.objects.push(queued.pk, "waiting")
    assert len(push_service.received) == 1


def test_a_push_message_is_in_the_language_of_the_browser_unless_the_agent_has_chosen_one(
    anas_browser, ana, queued, push_service
):
    subscribes(anas_browser, push_service)
    anas_browser.post("/push/renew/", {"endpoint": push_service.endpoint}, headers={"Accept-Language": "de"})
    PushSubscription.objects.push(queued.pk, "waiting")
    ana.choose(language="en")
    PushSubscription.objects.push(queued.pk, "waiting")
    assert [shown["actions"][-1]["title"] for shown in push_service.shown] == ["Annehmen", "Take"]


def test_a_conversation_that_the_agent_may_no_longer_see_is_not_sent(device, unread, bluebird, push_service):
    restrict(bluebird)
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []


@pytest.mark.django_db(transaction=True)
def test_a_customers_message_calls_the_holders_closed_browser_through_the_workers(stack, mona_holds, push_service):
    """The whole way: webhook, worker, task, push service."""
    psid, conversation = mona_holds
    stack.say(psid, text="Is it there?")
    eventually(lambda: push_service.received)
    assert push_service.shown[0]["body"] == "Is it there?"
    assert push_service.shown[0]["address"] == f"/conversations/{conversation.pk}/"


@pytest.fixture
def mona_holds(stack, bluebird, ana, anas_browser, push_service):
    """Ana holds Mona's conversation, and her browser is subscribed."""
    psid = stack.customer("Mona Weber")
    stack.say(psid, text="Hello?")
    conversation = eventually(Conversation.objects.first)
    conversation.take(ana)
    subscribes(anas_browser, push_service)
    return psid, conversation


# Push services


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_ended_its_subscription_is_forgotten(status, device, unread, push_service):
    push_service.answers_always = status
    PushSubscription.objects.push(unread.pk, "message")
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_that_is_busy_is_asked_again_by_the_task(status, device, unread, push_service):
    push_service.answers_always = status
    with pytest.raises(Unanswered, match=f"HTTP {status}"):
        PushSubscription.objects.push(unread.pk, "message")


@pytest.mark.parametrize("status", [302, 400, 403, 413])
def test_a_refusal_or_redirect_is_logged_without_the_address_and_not_followed(
    status, device, unread, push_service, caplog
):
    push_service.answers_always = status
    PushSubscription.objects.push(unread.pk, "message")
    assert len(push_service.received) == 1
    assert f"HTTP {status}" in caplog.text and "of-ana" not in caplog.text


def test_an_unreachable_push_service_is_named_in_no_error_and_no_log(device, unread, push_service, caplog):
    caplog.set_level(logging.DEBUG)
    PushSubscription.objects.update(endpoint="http://127.0.0.1:9/push/of-ana")
    with pytest.raises(Unanswered) as raised:
        PushSubscription.objects.push(unread.pk, "message")
    assert "of-ana" not in str(raised.value) + caplog.text and raised.value.__cause__ is None


def test_an_answer_that_trickles_in_does_not_hold_a_worker(device, unread, monkeypatch):
    monkeypatch.setattr("console.push.post.TIMEOUT", (1, 0.3))
    with Raw(b"HTTP/1.1 201 Created\r\n", *[b"X-Slow: 1\r\n"] * 20) as slow:
        PushSubscription.objects.update(endpoint=slow.url)
        with pytest.raises(Unanswered):
            PushSubscription.objects.push(unread.pk, "message")


def test_an_address_that_is_no_longer_allowed_is_not_called(device, unread, push_service, settings):
    settings.PUSH_HOSTS = ["fcm.googleapis.com"]
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []


@pytest.mark.parametrize("endpoint", KNOWN)
def test_the_push_services_of_the_known_browsers_are_allowed(endpoint):
    assert is_push_service(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        *[
            "http://fcm.googleapis.com/a",
            "https://fcm.googleapis.com:8080/a",
            "https://evil.example/fcm.googleapis.com",
        ],
        *[
            "https://fcm.googleapis.com@evil.example/",
            "https://evil.example\\@fcm.googleapis.com/",
            "//fcm.googleapis.com",
        ],
        *["https://fcm.googleapis.com.evil.example/", "https://xfcm.googleapis.com/", "https://notify.windows.com/"],
        *[
            "https://169.254.169.254/latest/",
            "http://127.0.0.1:9/",
            "file:///etc/passwd",
            "",
            "https://[",
            "https://a b/",
        ],
        *[
            "https://fcm.googleapis.com/\n",
            "https://evil.example#.push.apple.com",
            "https://evil.example?.push.apple.com",
        ],
        *[
            "https://.push.apple.com/",
            "https://a..push.apple.com/",
            "https://evil.example%2f.push.apple.com/",
            "https://evil.example;.push.apple.com/",
        ],
    ],
)
def test_no_other_address_is_one_of_a_push_service(endpoint):
    assert not is_push_service(endpoint)


@given(st.text(max_size=60), st.sampled_from(["https://", "http://", "https://fcm.googleapis.com", ""]))
def test_an_allowed_address_leads_to_an_allowed_host_whatever_else_it_contains(text, before):
    endpoint = before + text
    if is_push_service(endpoint):
        assert (
            endpoint.split("#")[0]
            .split("?")[0]
            .startswith(("https://fcm.googleapis.com/", "https://fcm.googleapis.com"))
        )


# Subscriptions


def test_a_device_is_listed_under_the_name_of_its_browser(device, anas_browser):
    page = anas_browser.get("/calls/").content.decode()
    assert "Chrome, Android" in page and "this device" in page
    assert device.endpoint not in page


@pytest.mark.parametrize(
    "changed",
    [
        *[{"endpoint": "https://evil.example/"}, {"endpoint": ""}, {"p256dh": "AAAA"}, {"p256dh": "not base64!"}],
        *[{"auth": "AAAA"}, {"auth": "x" * 21}],
    ],
)
def test_a_subscription_without_a_push_service_or_a_valid_key_is_refused(changed, anas_browser, push_service):
    answer = subscribes(anas_browser, push_service, **changed)
    assert answer.status_code == 422 and answer.content
    assert not PushSubscription.objects.exists()


def test_without_a_key_of_the_console_push_is_not_offered(anas_browser, push_service, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert anas_browser.get("/push/key/").status_code == 404
    assert subscribes(anas_browser, push_service).status_code == 404
    assert b"not set up" in anas_browser.get("/calls/").content


def test_a_log_out_silences_its_device_until_the_agent_logs_in_there_again(
    device, unread, anas_browser, ana, push_service
):
    anas_browser.post("/logout/")
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []
    anas_browser.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    answer = anas_browser.post("/push/renew/", {"endpoint": device.endpoint})
    assert answer.json() == {"key": public_key()}
    PushSubscription.objects.push(unread.pk, "message")
    assert len(push_service.received) == 1


def test_a_device_that_the_agent_logs_out_elsewhere_gets_no_more_pushes(
    device, unread, anas_browser, ana, browser_of, push_service
):
    browser_of(ana).post("/profile/devices/log-out-others/")
    PushSubscription.objects.push(unread.pk, "message")
    PushSubscription.objects.push_test("still there?")
    assert push_service.received == []
    assert anas_browser.get("/calls/").status_code == 302


def test_a_device_gets_no_pushes_under_an_older_password(device, unread, ana, push_service):
    ana.set_password("a teapot of many colours")
    ana.save()
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []


def test_a_device_whose_session_has_expired_or_whose_agent_has_left_is_not_called(device, unread, ana, push_service):
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    PushSubscription.objects.push(unread.pk, "message")
    Session.objects.update(expire_date="2100-01-01T00:00Z")
    type(ana).objects.filter(pk=ana.pk).update(is_active=False)
    PushSubscription.objects.push(unread.pk, "message")
    assert push_service.received == []


def test_a_device_that_was_unsubscribed_in_the_list_is_not_renewed(device, anas_browser):
    anas_browser.post(reverse("unsubscribe", args=[device.pk]))
    assert anas_browser.post("/push/renew/", {"endpoint": device.endpoint}).status_code == 404
    assert not PushSubscription.objects.exists()


def test_a_colleague_can_neither_unsubscribe_nor_renew_a_device(device, bens):
    assert bens.post(reverse("unsubscribe", args=[device.pk])).status_code == 404
    assert bens.post("/push/renew/", {"endpoint": device.endpoint}).status_code == 404
    assert PushSubscription.objects.get().agent == device.agent


def test_a_browser_belongs_to_the_agent_who_subscribed_it_last(device, bens, push_service, ben):
    assert subscribes(bens, push_service).status_code == 204
    assert PushSubscription.objects.get().agent == ben


def test_the_oldest_of_too_many_devices_is_forgotten(anas_browser, push_service, monkeypatch):
    monkeypatch.setattr("console.push.models.MOST_DEVICES", 2)
    for number in range(3):
        subscribes(anas_browser, push_service, endpoint=f"{push_service.endpoint}-{number}")
    assert [one.endpoint[-1] for one in PushSubscription.objects.all()] == ["2", "1"]


def test_the_secret_of_a_browser_is_encrypted_in_the_database(device, push_service):
    [stored] = PushSubscription.objects.extra(select={"stored": "auth"}).values_list("stored", flat=True)
    assert device.auth == push_service.keys["auth"] and stored != device.auth


@pytest.mark.parametrize("number", [1, 5])
def test_the_page_of_devices_takes_as_many_queries_for_one_device_as_for_five(
    number, anas_browser, push_service, django_assert_num_queries
):
    for count in range(number):
        subscribes(anas_browser, push_service, endpoint=f"{push_service.endpoint}-{count}")
    with django_assert_num_queries(4):
        anas_browser.get("/calls/")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (ANDROID, "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, Linux"),
        ("", ""),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(user_agent, name):
    assert device_name(user_agent) == name


def test_a_browser_that_is_not_known_is_named_in_the_language_of_its_agent(anas_browser, push_service):
    anas_browser.post("/push/subscribe/", {"endpoint": push_service.endpoint, **push_service.keys})
    assert "Ein Browser" in anas_browser.get("/calls/", headers={"Accept-Language": "de"}).content.decode()
