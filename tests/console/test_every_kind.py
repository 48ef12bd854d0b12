"""Every kind of event that Facebook documents, and what the agent sees of it in the thread, or that it is nothing."""

import json
import re
from html import unescape
from pathlib import Path

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from console.models import Activity, Attachment, Conversation, Customer, HandoverRules, InboundWebhook, Message
from console.models.holder import Holder
from messenger import events
from messenger.events import serialize
from tests.console.conftest import AT, fresh, moment, texts
from tests.messenger.arbitrary import ANYTHING, places_in

PAYLOADS = Path(__file__).parent.parent / "payloads"
MONA = "7001002003004005"
NOTHING = None  # deliberately: a receipt, or a matter of the Page

# kind of payload: what stands in the thread after it
SEEN = {
    "account_linking": "Linked their account",
    "account_unlinking": "Unlinked their account",
    "app_roles_legacy": NOTHING,
    "appointment_booking": "Appointment requested 21 Sep 2026, 17:13",
    "audio": "Voice message: loading",
    "changes_business_integrity": NOTHING,  # for admins: test_admin
    "changes_inbox_label": NOTHING,
    "customer_information": "Filled in a form: email: a@example.test",
    "delivery": NOTHING,
    "delivery_without_mids_or_timestamp": NOTHING,
    "echo_button_template": "How can we help? Talk to a person",
    "echo_own_app": "Hello",
    "echo_page_inbox": "Hello from the Inbox",
    "fallback": "A page",
    "fallback_empty": "Link",
    "fallback_old": "A page",
    "fallback_unavailable": "Attachment Unavailable",
    "feedback_form": "Gave feedback: q1: 4 “slow”",
    "file": "File: loading",
    "image": "Picture: loading",
    "images": "Picture: loading",
    "is_deleted_as_text": "Message unsent",
    "is_deleted_uncertain": "Message unsent",
    "is_unsupported_uncertain": "Content that Facebook does not pass on",
    "lead_of_an_ad": "Filled in the form of an ad: Your e-mail?: mona@example.test; Your size?: M",
    "location_legacy": "52.52000, 13.40000 Open the map",
    "message_edit": "Hi there",
    "message_with_ad_referral": "Came from the ad “Sale” · link “spring”",
    "missed_call": "Missed call",
    "optin": "Opted in to messages: News",
    "optin_checkbox_legacy": NOTHING,  # no person is known yet
    "optin_one_time_legacy": "Asked for one notification: STOCK",
    "optin_stopped": "Opted out of messages",
    "order": "Order: 1 × Mug (EUR 11)",  # noqa: RUF001
    "pass_from_idle": "Queue → app 222: took the conversation",
    "pass_thread_control": "took the conversation: “ wants a refund ”",
    "policy_enforcement": "Facebook has blocked this Page from sending: Spam reports.",
    "policy_enforcement_legacy": NOTHING,
    "post": "Post",
    "postback": "Talk to a human",
    "postback_from_ad": "Came from the ad “Free tea”",
    "quick_reply": "Yes",
    "reaction": NOTHING,  # half a minute later: "Reacted with ❤️ to an earlier message"
    "read": NOTHING,
    "reel": "Reel",
    "referral": "Came from the link “flyer”",
    "referral_from_ad": "Came from the ad “Sale” · product 99 · link “spring”",
    "referral_from_shop": "Came from a product in the shop · product 4711",
    "reply_to": "In reply to an earlier message",
    "request_thread_control": "asks for the conversation",
    "response_feedback": "Rated a reply as good",
    "slash_command": "/help",
    "standby_echo": "Other app speaks",
    "standby_message": "Hi",
    "standby_postback": "Start over",
    "sticker": "Sticker: loading",
    "sticker_legacy": "Picture: loading",
    "take_thread_control": "Queue → Page Inbox: took the conversation",
    "template_product": "Mug EUR 11",
    "text": "Hi",
    "unreact": NOTHING,
    "video": "Video: loading",
}


@pytest.fixture
def thread_of(client, ada):
    """Return what an agent reads above and in Mona's thread; an empty list if there is none."""
    client.force_login(ada)

    def read():
        conversation = Conversation.objects.filter(customer__psid=MONA).first()
        page = client.get(f"/conversations/{conversation.pk}/").content.decode() if conversation else ""
        thread = re.search(r"<ol class=\"thread\".*?</ol>", page, re.DOTALL)
        return _plain(thread[0]) if thread else ""

    return read


def _plain(html):
    """Return the lines without their times."""
    html = re.sub(r"<local-time.*?</local-time>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def deliver(arrive, kind):
    assert arrive((PAYLOADS / f"{kind}.json").read_bytes()).status_code == 200
    inbound_webhook = InboundWebhook.objects.latest("pk")
    inbound_webhook.process()
    return inbound_webhook


def test_every_kind_of_webhook_has_an_expected_text_in_the_thread():
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(SEEN)


@pytest.mark.parametrize("kind", sorted(kind for kind, seen in SEEN.items() if seen and "policy" not in kind))
def test_each_kind_of_webhook_is_shown_in_the_thread_in_words(kind, arrive, bluebird, thread_of):
    inbound_webhook = deliver(arrive, kind)
    assert (inbound_webhook.error, inbound_webhook.unknown) == ("", 0)
    assert SEEN[kind] in thread_of()


@pytest.mark.parametrize("kind", sorted(kind for kind, seen in SEEN.items() if seen is NOTHING))
def test_each_kind_of_webhook_without_meaning_for_agents_shows_nothing(kind, arrive, bluebird, thread_of):
    deliver(arrive, kind)
    assert (thread_of(), InboundWebhook.objects.get().unknown) == ("", 0)


@pytest.mark.parametrize("kind", ["order", "feedback_form", "referral_from_ad", "optin", "postback_from_ad"])
def test_an_event_repeated_in_another_webhook_body_is_stored_once(kind, arrive, bluebird):
    deliver(arrive, kind)
    before = Activity.objects.count(), Message.objects.count()
    arrive(serialize(json.loads((PAYLOADS / f"{kind}.json").read_text()) | {"again": True}))
    InboundWebhook.objects.latest("pk").process()
    assert (Activity.objects.count(), Message.objects.count()) == before


# An order


def test_an_order_waits_in_the_queue_and_opens_the_messaging_window(arrive, bluebird, thread_of):
    deliver(arrive, "order")
    conversation = Conversation.objects.get()
    assert (conversation.holder, conversation.is_open, conversation.unread) == (Holder.QUEUE, True, 1)
    assert (conversation.waiting_since, conversation.customer_active_at) == (moment(AT), moment(AT))
    assert conversation.last_words == "gift"
    assert "Order: 1 × Mug (EUR 11) gift" in thread_of()  # noqa: RUF001
    assert Attachment.objects.get().payload["products"][0]["retailer_id"] == "sku1"


def test_a_word_in_the_note_of_an_order_calls_a_person(receive, by_mona, mona, bluebird):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/hook", words="gift wrap")
    Conversation.objects.update(holder=Holder.BOT)
    receive(by_mona(order={"products": [{"name": "Mug", "quantity": 2}], "note": "with gift wrap please"}))
    assert fresh(mona.conversation).holder == Holder.QUEUE


# Referrals


def test_the_ad_of_a_customer_is_shown_above_their_first_message(arrive, bluebird, thread_of):
    deliver(arrive, "message_with_ad_referral")
    assert re.search(r"Came from the ad “Sale” · link “spring” .* Hi", thread_of())


def test_a_customer_who_filled_in_the_form_of_an_ad_waits_in_the_queue(arrive, bluebird):
    deliver(arrive, "lead_of_an_ad")
    conversation = Conversation.objects.get()
    assert (conversation.is_open, conversation.holder, conversation.unread) == (True, Holder.QUEUE, 1)
    assert conversation.waiting_since == moment(AT)


def test_an_opt_in_creates_a_conversation_that_does_not_wait(arrive, bluebird):
    deliver(arrive, "optin")
    conversation = Conversation.objects.get()
    assert (conversation.is_open, conversation.waiting_since, conversation.unread) == (False, None, 0)
    assert "tok" not in json.dumps(Activity.objects.get().details)


# Quotes


def test_a_customer_reply_shows_a_short_quote_of_its_message(receive, said, client, ana, mona):
    receive(said("m_1", "Which lid? " + "x" * 300), said("m_2", "this one", AT + 1, reply_to={"mid": "m_1"}))
    client.force_login(ana)
    thread = client.get(f"/conversations/{mona.conversation.pk}/messages/?since=0").content.decode()
    [quote] = re.findall(r"<blockquote.*?</blockquote>", thread, re.DOTALL)
    assert "Which lid?" in quote
    assert len(_plain(quote)) <= 120 + len("In reply to Mona Weber ")


def test_a_quote_changes_when_its_message_is_edited_or_unsent(receive, said, by_mona, mona, client, ana):
    receive(said("m_1", "first words"), said("m_2", "this one", AT + 1, reply_to={"mid": "m_1"}))
    client.force_login(ana)
    for event, words in [
        (by_mona(AT + 2, message_edit={"mid": "m_1", "text": "other words", "num_edit": 1}), "other words"),
        (by_mona(AT + 3, message={"mid": "m_1", "is_deleted": True}), "Message unsent"),
    ]:
        since = fresh(mona.conversation).revision
        receive(event)
        changed = client.get(f"/conversations/{mona.conversation.pk}/messages/?since={since}").content.decode()
        assert words in re.search(r"<blockquote.*?</blockquote>", changed, re.DOTALL)[0]


def test_a_quote_of_a_picture_or_of_an_unknown_message_is_shown(receive, said, client, ana, mona):
    picture = [{"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}]
    receive(said("m_1", None, attachments=picture), said("m_2", "that", AT + 1, reply_to={"mid": "m_1"}))
    receive(said("m_3", "this", AT + 2, reply_to={"mid": "m_0"}))
    client.force_login(ana)
    thread = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    quotes = [_plain(quote) for quote in re.findall(r"<blockquote.*?</blockquote>", thread, re.DOTALL)]
    assert quotes == ["In reply to Mona Weber Picture", "In reply to an earlier message"]


# Events about messages from before the console


def test_an_edit_of_an_unknown_message_is_shown_and_waits_without_opening_the_window(receive, by_mona, mona, thread):
    inbound_webhook = receive(by_mona(message_edit={"mid": "m_0", "text": "My address is Elm 5, not 4", "num_edit": 1}))
    conversation = fresh(mona.conversation)
    assert (inbound_webhook.error, texts(thread)) == ("", ["My address is Elm 5, not 4"])
    assert (conversation.unread, conversation.waiting_since) == (1, moment(AT))
    assert conversation.last_words == "My address is Elm 5, not 4"
    assert conversation.customer_active_at is None  # an edit opens no window


def test_an_edit_that_overtakes_its_message_becomes_one_message(receive, said, by_mona, thread, mona):
    receive(by_mona(AT + 5000, message_edit={"mid": "m_1", "text": "Elm 5", "num_edit": 1}))
    picture = [{"type": "image", "payload": {"url": "https://cdn.example.test/a.jpg"}}]
    receive(said("m_1", "Elm 4", AT, attachments=picture))
    [message] = thread
    assert (message.text, message.earlier_texts, message.at) == ("Elm 5", ["Elm 4"], moment(AT))
    assert (message.attachments.count(), fresh(mona.conversation).unread) == (1, 1)


def test_a_reaction_to_an_unknown_message_is_shown_as_a_line_after_all_attempts(receive, by_mona, mona, client, ana):
    inbound_webhook = receive(by_mona(reaction={"mid": "m_0", "action": "react", "emoji": "❤️"}))
    while inbound_webhook.processed_at is None:
        assert inbound_webhook.attempts < 6
        inbound_webhook.process()
    assert inbound_webhook.error == ""
    client.force_login(ana)
    thread = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    assert "Reacted with ❤️ to an earlier message" in thread
    assert fresh(mona.conversation).customer_active_at == moment(AT)


# Kept as it came


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("location", {"coordinates": {"lat": 52.52, "long": 13.4}}),
        ("appointment_booking", {"booking_id": "b1", "status": "requested", "start_time": 1790003600}),
        ("template", {"template_type": "button", "text": "What next?", "buttons": [{"title": "Talk to a person"}]}),
        ("template", ["anything", None, 7]),
    ],
)
def test_the_payload_of_an_attachment_that_is_no_file_is_stored_unchanged(kind, value, receive, said, echo):
    receive(said("m_1", None, attachments=[{"type": kind, "payload": value}]))
    receive(echo("m_2", None, attachments=[{"type": kind, "payload": value}], at=AT + 9000))
    assert list(Attachment.objects.values_list("payload", flat=True)) == [value, value]


def test_an_attachment_payload_with_odd_values_is_stored(receive, said, thread):
    deep = json.loads("[" * 400 + "]" * 400)
    strange = {"nul\x00": "half \ud83d", "number": float("inf"), "none": float("nan"), "deep": deep, "big": 10**400}
    inbound_webhook = receive(said("m_1", "Hi", attachments=[{"type": "template", "payload": strange}]))
    assert (inbound_webhook.error, texts(thread)) == ("", ["Hi"])
    payload = Attachment.objects.get().payload
    assert (payload["nul"], payload["number"], payload["none"]) == ("half ?", None, None)


@hypothesis.settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(SEEN)), ANYTHING, st.data())
def test_a_webhook_with_any_part_replaced_is_processed_without_an_error(arrive, bluebird, kind, anything, data):
    body = json.loads((PAYLOADS / f"{kind}.json").read_text())
    holder, key = data.draw(st.sampled_from(list(places_in(body))))
    holder[key] = anything
    with transaction.atomic():  # what one example stores, the next one does not meet
        if arrive(json.dumps(body).encode()).status_code == 200:
            inbound_webhook = InboundWebhook.objects.latest("pk")
            inbound_webhook.process()
            assert "Error" not in inbound_webhook.error
        transaction.set_rollback(True)


def test_webhooks_of_several_kinds_from_one_psid_belong_to_one_customer(arrive, bluebird):
    for kind in ("optin", "text", "order"):
        deliver(arrive, kind)
    assert Customer.objects.get().psid == MONA
    assert events.parse(InboundWebhook.objects.latest("pk").body.encode())


@pytest.mark.parametrize("channel", ["messaging", "standby"])
@pytest.mark.parametrize("kind", ["text", "message_edit", "reaction", "read", "order"])
def test_a_sample_webhook_of_metas_dashboard_is_processed_without_effect(kind, channel, arrive, bluebird):
    """The sample is about Page 0, which is never connected."""
    body = json.loads((PAYLOADS / f"{kind}.json").read_text())
    [entry] = body["entry"]
    body["entry"] = [{"id": "0", "time": entry["time"], channel: entry["messaging"]}]
    assert arrive(json.dumps(body).encode()).status_code == 200
    inbound_webhook = InboundWebhook.objects.get()
    inbound_webhook.process()
    assert (inbound_webhook.error, inbound_webhook.unknown, Customer.objects.count()) == ("", 0, 0)
    assert inbound_webhook.processed_at is not None
