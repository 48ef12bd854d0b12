"""The HTTP API: what a bot may do with its Page's conversations, and what it is refused."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone
from redis import RedisError

from console.infrastructure import rate_limit, redis
from console.models import ApiKey, Conversation, Customer, HandoverRules, Holder, Message, Team, api_key
from personas.models import Page
from tests.console.api_client import ApiClient, detail
from tests.console.conftest import fresh
from tests.stand_in import eventually

KEY = "5b1f6a52-6df0-4d3a-9a57-1f2f5d0c8f11"


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")


@pytest.fixture
def secret(bluebird):
    return ApiKey.objects.make(bluebird, "Robin")


@pytest.fixture
def robin(rules, secret):
    return ApiClient(secret)


@pytest.fixture
def held(mona, rules):
    """Robin holds Mona's conversation."""
    Conversation.objects.filter(customer=mona).update(holder=Holder.BOT)
    return Conversation.objects.get(customer=mona)


# Each operation


def test_the_api_shows_the_holder_of_a_conversation(robin, held, mona, ana):
    assert robin.get(mona.psid).json() == {
        "psid": mona.psid,
        "holder": "bot",
        "name": "the bot",
        "team": None,
        "is_open": True,
        "since": None,
        "reason": "",
    }
    held.take(ana)
    found = robin.get(mona.psid).json()
    assert (found["holder"], found["name"], found["reason"]) == ("agent", "Ana R.", "taken")
    assert found["since"]


def test_hand_over_by_api_passes_on_reason_summary_and_skill(robin, held, mona, bluebird):
    team = Team.objects.create(name="Refunds", skill="refunds")
    team.pages.add(bluebird)
    answer = robin.post(
        f"{mona.psid}/hand-over", reason=" Wants a refund ", summary="Order 4711 is broken", skill="Refunds"
    ).json()
    assert (answer["holder"], answer["team"], answer["reason"]) == ("queue", "Refunds", "Wants a refund")
    assert answer["notice"] == ""
    assert fresh(held).team == team
    assert held.waiting_since
    last = held.handovers.get()
    assert (last.cause, last.note, last.summary) == ("handed-over", "Wants a refund", "Order 4711 is broken")


def test_hand_over_by_api_with_an_unknown_skill_goes_to_everybody_and_says_so(robin, held, mona):
    answer = robin.post(f"{mona.psid}/hand-over", reason="Wants a refund", skill="refund")
    assert answer.status_code == 200
    assert "“refund”" in answer.json()["notice"]
    assert (fresh(held).holder, held.team) == (Holder.QUEUE, None)


def test_resume_by_api_takes_a_conversation_back_from_the_queue(robin, held, mona):
    held.hand_over()
    answer = robin.post(f"{mona.psid}/resume").json()
    assert (answer["holder"], answer["reason"]) == ("bot", "resumed by the bot")
    assert robin.post(f"{mona.psid}/resume").status_code == 200  # once more is the same


def test_resume_by_api_is_refused_on_a_page_without_a_bot(robin, held, mona):
    held.hand_over()
    HandoverRules.objects.update(webhook_url="")
    assert detail(robin.post(f"{mona.psid}/resume"), 409) == "This Page has no bot."
    assert fresh(held).holder == Holder.QUEUE


def test_close_by_api_ends_the_conversation_and_leaves_it_with_the_bot(robin, held, mona):
    answer = robin.post(f"{mona.psid}/close").json()
    assert (answer["holder"], answer["is_open"]) == ("bot", False)


def test_a_message_sent_twice_by_api_with_one_key_is_queued_once(robin, held, mona):
    for _again in range(2):
        answer = robin.post(f"{mona.psid}/messages", text=" We are open. ", key=KEY)
        assert (answer.status_code, answer.json()) == (202, [{"key": KEY, "state": "queued"}])
    said = held.messages.get(is_incoming=False)
    assert (said.text, said.author, said.is_by_bot, str(said.idempotency_key)) == ("We are open.", None, True, KEY)


def test_a_message_sent_by_api_without_an_idempotency_key_gets_one(robin, held, mona):
    [sent] = robin.post(f"{mona.psid}/messages", text="Hi").json()
    assert robin.get(f"{mona.psid}/messages/{sent['key']}").json() == {**sent, "error": ""}


def test_a_long_message_sent_by_api_is_queued_in_parts(robin, held, mona):
    sent = robin.post(f"{mona.psid}/messages", text="word " * 900, key=KEY).json()
    assert len(sent) == 3
    assert sent[0]["key"] == KEY
    for part in sent:
        assert robin.get(f"{mona.psid}/messages/{part['key']}").json()["state"] == "queued"


def test_a_message_sent_by_api_is_delivered_under_the_persona_of_the_bot(robin, held, mona, bluebird, sandbox):
    Page.objects.update(bot_name="Robin")
    robin.post(f"{mona.psid}/messages", text="Hello", key=KEY)
    held.deliver()
    held.deliver()  # the persona was made meanwhile
    [received] = sandbox.said(mona.psid)
    assert (received["text"], received["persona"]["name"]) == ("Hello", "Robin")
    assert robin.get(f"{mona.psid}/messages/{KEY}").json()["state"] == "sent"


def test_the_api_shows_the_state_and_error_of_a_message(robin, held, mona):
    robin.post(f"{mona.psid}/messages", text="Hello", key=KEY)
    Message.objects.filter(idempotency_key=KEY).update(state=Message.State.FAILED, error="It was refused.")
    assert robin.get(f"{mona.psid}/messages/{KEY}").json() == {
        "key": KEY,
        "state": "failed",
        "error": "It was refused.",
    }


def test_the_api_hides_the_messages_of_agents_from_the_bot(robin, say, mona):
    assert detail(robin.get(f"{mona.psid}/messages/{say('Hello').idempotency_key}"), 404)


# Refusals


@pytest.mark.parametrize(
    ("verb", "given"), [("hand-over", {"reason": "why"}), ("resume", {}), ("close", {}), ("messages", {"text": "Hi"})]
)
def test_the_api_refuses_every_change_by_the_bot_while_an_agent_holds_the_conversation(
    robin, held, mona, ana, verb, given
):
    held.take(ana)
    answer = robin.post(f"{mona.psid}/{verb}", **given)
    assert detail(answer, 409) == "This conversation is with Ana R."
    assert (answer.json()["holder"], answer.json()["name"]) == ("agent", "Ana R.")
    assert fresh(held).agent == ana
    assert not held.messages.filter(is_incoming=False).exists()


def test_a_refusal_of_the_api_names_the_queue_or_the_app_that_holds_the_conversation(robin, held, mona):
    held.hand_over()
    answer = robin.post(f"{mona.psid}/messages", text="Hi").json()
    assert answer == {
        "detail": "This conversation is in the queue: nobody has taken it yet.",
        "holder": "queue",
        "name": "the queue",
    }
    held.lose_control("control-taken", "263902037430900")
    answer = robin.post(f"{mona.psid}/messages", text="Hi").json()
    assert (answer["holder"], answer["name"]) == ("elsewhere", "Page Inbox")


def test_the_api_confirms_a_repeated_message_even_after_an_agent_took_the_conversation(robin, held, mona, ana):
    """The bot lost the first answer and asks again: 409 would say that it was not said."""
    robin.post(f"{mona.psid}/messages", text="Hi", key=KEY)
    held.take(ana)
    answer = robin.post(f"{mona.psid}/messages", text="Hi", key=KEY)
    assert (answer.status_code, answer.json()) == (202, [{"key": KEY, "state": "queued"}])


def test_the_api_refuses_a_message_once_the_messaging_window_is_closed(robin, held, mona):
    Conversation.objects.update(
        customer_active_at=timezone.now() - timedelta(days=2), messaging_window_until=timezone.now()
    )
    answer = robin.post(f"{mona.psid}/messages", text="Hi")
    assert "24 hours" in detail(answer, 409)
    assert answer.json()["holder"] is None


def test_the_api_does_not_find_an_unknown_customer(robin, held):
    assert detail(robin.get("1"), 404)
    assert detail(robin.post("1/close"), 404)


def test_the_api_does_not_find_conversations_of_another_page(robin, held, mona):
    other = Page.objects.create(page_id="9", token="x", name="Other")
    theirs = Customer.objects.create(page=other, psid="424242", name="Paul")
    conversation = Conversation.objects.create(page=other, customer=theirs, holder=Holder.BOT)
    assert robin.get("424242").status_code == 404
    for verb, given in [("hand-over", {"reason": "x"}), ("resume", {}), ("close", {}), ("messages", {"text": "x"})]:
        assert robin.post(f"424242/{verb}", **given).status_code == 404
    assert fresh(conversation).revision == 0
    stranger = ApiClient(ApiKey.objects.make(other, "Other"))
    assert stranger.get("424242").status_code == 200
    assert stranger.get(mona.psid).status_code == 404


def test_the_api_refuses_the_idempotency_key_of_another_conversations_message(robin, held, mona, bluebird):
    paul = Customer.objects.create(page=bluebird, psid="424242", name="Paul")
    Conversation.objects.create(page=bluebird, customer=paul, holder=Holder.BOT)
    robin.post(f"{mona.psid}/messages", text="Hi", key=KEY)
    assert "key: Another message has this key" in detail(robin.post("424242/messages", text="Hi", key=KEY), 422)


def test_the_api_refuses_the_idempotency_key_of_an_agents_message(robin, held, mona, ana):
    """The bot may know it, from the metadata of the echo: what it says under it must not be lost in silence."""
    held.take(ana)
    held.send(author=ana, text="Hello", idempotency_key=KEY)
    Conversation.objects.update(holder=Holder.BOT, agent=None)
    assert "key: Another message has this key" in detail(robin.post(f"{mona.psid}/messages", text="Hi", key=KEY), 422)


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("hand-over", {}, "reason: Field required."),
        ("hand-over", {"reason": "   "}, "reason: String should have at least 1 character."),
        ("hand-over", {"reason": "x" * 501}, "reason: String should have at most 500 characters."),
        ("hand-over", {"reason": "x", "summary": "x" * 2001}, "summary: String should have at most 2000 characters."),
        ("messages", {"text": "\n"}, "text: String should have at least 1 character."),
        ("messages", {"text": "x" * 20_001}, "text: String should have at most 20000 characters."),
        ("messages", {"text": "🫖" * 10_001}, "text: A message has at most 20000 characters."),
        ("messages", {"text": "Hi", "key": "mine"}, "key: Input should be a valid UUID"),
    ],
)
def test_the_api_refuses_invalid_input_with_a_sentence(robin, held, mona, verb, given, said):
    assert detail(robin.post(f"{mona.psid}/{verb}", **given), 422).startswith(said)
    assert fresh(held).holder == Holder.BOT


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("hand-over", {"reason": "why", "Skill": "refunds"}, "Skill: this field does not exist."),
        (
            "messages",
            {"text": "Hi", "keys": KEY, "to": "1"},
            "keys: this field does not exist. to: this field does not exist",
        ),
        ("resume", {"reason": "why"}, "reason: this field does not exist."),
        ("close", {"text": "Bye"}, "text: this field does not exist."),
        ("close?text=Bye", {}, "text: this query parameter does not exist."),
        ("hand-over?reason=why", {"reason": "why"}, "reason: this query parameter does not exist."),
    ],
)
def test_the_api_refuses_an_unknown_field_or_parameter_by_name(robin, held, mona, verb, given, said):
    assert detail(robin.post(f"{mona.psid}/{verb}", **given), 422).startswith(said)
    held.refresh_from_db()
    assert (held.holder, held.is_open, held.messages.filter(is_incoming=False).count()) == (Holder.BOT, True, 0)


def test_the_api_refuses_an_unknown_query_parameter(robin, held, mona):
    said = "since: this query parameter does not exist."
    assert detail(robin.get(f"{mona.psid}?since=1"), 422) == said


def test_an_api_operation_without_fields_accepts_no_body_or_an_empty_object(robin, held, mona, secret):
    address, headers = f"/api/conversations/{mona.psid}/close", {"Authorization": f"Bearer {secret}"}
    for body in (b"", b"{}"):
        answer = robin.client.post(address, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
    assert detail(robin.client.post(address, b"{", content_type="application/json", headers=headers), 400)


def test_the_api_schema_says_that_unknown_fields_are_refused(client, db):
    shapes = client.get("/api/openapi.json").json()["components"]["schemas"]
    assert [shapes[name]["additionalProperties"] for name in ("HandOver", "SendMessage", "NoFields")] == [False] * 3


@pytest.mark.parametrize("text", ["a\x00b", "\x1f"])
def test_the_api_refuses_a_text_of_unstorable_or_invisible_characters(robin, held, mona, text):
    assert detail(robin.post(f"{mona.psid}/messages", text=text), 422).startswith("text: ")


def test_the_api_refuses_a_body_that_is_not_json(robin, held, mona):
    for body in (b"{", b"\xff"):
        answer = robin.client.post(
            f"/api/conversations/{mona.psid}/messages", body, content_type="application/json", headers=robin.headers
        )
        assert detail(answer, 400)


def test_the_api_refuses_a_body_that_is_too_long(robin, held, mona):
    assert detail(robin.post(f"{mona.psid}/messages", text="x" * 3_000_000), 413)


@pytest.mark.parametrize("path", ["", "nowhere", "conversations", "conversations/1/close/", "conversations/1/a/b"])
def test_the_api_answers_an_unknown_address_in_json(robin, db, path):
    for ask in (robin.client.get, robin.client.post):
        assert "/api/docs" in detail(ask(f"/api/{path}", headers=robin.headers), 404)


def test_the_api_answers_a_wrong_method_in_json(robin, held, mona):
    assert detail(robin.get(f"{mona.psid}/close"), 405)


# Keys


@pytest.mark.parametrize("secret", ["", "hk_wrong", "Ünknown"])
def test_the_api_refuses_a_call_without_a_valid_api_key(held, mona, secret):
    answer = ApiClient(secret).get(mona.psid)
    assert "Authorization: Bearer" in detail(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_the_api_refuses_a_revoked_api_key(robin, held, mona):
    ApiKey.objects.get().revoke()
    assert robin.get(mona.psid).status_code == 401
    assert ApiKey.objects.get().revoked_at


def test_only_the_digest_of_an_api_key_is_stored(secret):
    kept = ApiKey.objects.values().get()
    assert secret.startswith("hk_")
    assert len(secret) > 40
    assert secret not in str(kept)
    assert secret.startswith(kept["start"])
    assert len(kept["start"]) < 12


def test_the_api_refuses_a_logged_in_agent_without_an_api_key(client, ana, held, mona):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/api/conversations/{mona.psid}").status_code == 401


def test_the_use_of_an_api_key_is_noted_once_a_minute(robin, held, mona):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        robin.get(mona.psid)
        first = ApiKey.objects.get().used_at
        clock.shift(30)
        with CaptureQueriesContext(connection) as queries:
            robin.get(mona.psid)
        assert not [query for query in queries if "UPDATE" in query["sql"]]
        assert ApiKey.objects.get().used_at == first
        clock.shift(31)
        robin.get(mona.psid)
        assert ApiKey.objects.get().used_at > first


def test_the_api_refuses_too_many_calls_with_one_api_key_for_a_while(robin, held, mona, monkeypatch):
    monkeypatch.setattr(api_key, "CALLS", ("calls", 0.1))  # so few that none comes due while we ask
    monkeypatch.setattr(api_key, "BURST", 30)
    answers = [robin.get(mona.psid) for _call in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert detail(answers[-1], 429)
    assert 1 <= int(answers[-1]["Retry-After"]) <= 10
    other = ApiClient(ApiKey.objects.make(held.page, "Another"))
    assert other.get(mona.psid).status_code == 200


@pytest.fixture
def no_redis():
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        redis.redis.cache_clear()
        rate_limit._reserve.cache_clear()
        yield
    redis.redis.cache_clear()
    rate_limit._reserve.cache_clear()
    eventually(_redis_is_asked)


def _redis_is_asked():
    """A moment after it came back."""
    with suppress(RedisError):
        redis.breaker.check()
        return True


def test_the_api_refuses_no_call_while_redis_is_away(robin, held, mona, monkeypatch, no_redis):
    monkeypatch.setattr(api_key, "CALLS", ("calls", 0.001))
    assert {robin.get(mona.psid).status_code for _call in range(3)} == {200}


def test_an_api_call_needs_the_same_number_of_queries_for_a_long_conversation(robin, held, mona, ana):
    def count(verb):
        with CaptureQueriesContext(connection) as queries:
            assert verb().status_code in (200, 202)
        return len(queries)

    robin.get(mona.psid)  # notes the use of the key
    few = count(lambda: robin.get(mona.psid)), count(lambda: robin.post(f"{mona.psid}/messages", text="Hi"))
    for _time in range(5):
        robin.post(f"{mona.psid}/hand-over", reason="why")
        robin.post(f"{mona.psid}/resume")
        robin.post(f"{mona.psid}/messages", text="Hi")
    many = count(lambda: robin.get(mona.psid)), count(lambda: robin.post(f"{mona.psid}/messages", text="Hi"))
    assert many == few
    assert few[0] <= 4


# Its documentation


def test_the_api_documentation_needs_no_log_in(client, db):
    assert client.get("/api/docs").status_code == 200
    schema = client.get("/api/openapi.json").json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    names = {operation["operationId"] for operation in operations}
    assert names == {"show_conversation", "hand_over", "resume", "close", "send", "show_message"}
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert {"401", "404", "422", "429"} <= set(operation["responses"])
