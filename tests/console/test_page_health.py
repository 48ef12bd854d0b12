"""Errors that concern a whole Page: its messages wait, others do not, and none is lost or changes its persona."""

import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from console.infrastructure import rate_limit
from console.models import Conversation, Customer, Message
from messenger import GraphError, Usage
from personas.models import Page
from tests.console.conftest import AT

DEAD = {"message": "Session has expired", "code": 190, "error_subcode": 463}
RESTRICTED = {"message": "(#10) You are temporarily restricted", "code": 10, "error_subcode": 1893063}
PAGE_LIMIT = {"message": "(#613) Calls to this api have exceeded the rate limit.", "code": 613}
APP_LIMIT = {"message": "(#4) Application request limit reached", "code": 4}


@pytest.fixture
def neighbour(sandbox, ana):
    """Otto writes to another Page, and Ana holds that too."""
    made = sandbox.post("pages", name="Green Bakery")
    page = Page.objects.create(page_id=made["id"], token=made["token"], name=made["name"])
    psid = sandbox.post("customers", name="Otto", page_id=made["id"])["psid"]
    sandbox.say(psid, text="Bread?")
    customer = Customer.objects.create(page=page, psid=psid, name="Otto")
    conversation = Conversation.objects.create(page=page, customer=customer)
    conversation.take(ana)
    return conversation


@pytest.fixture
def refuse(sandbox, bluebird):
    """Facebook refuses what this Page sends. Only its own token carries the address of its customers."""

    def refusing(error, psid, **more):
        sandbox.post("faults", match={"path": "messages", "body": psid}, status=400, error=error, **more)

    return refusing


def test_an_expired_token_holds_the_messages_of_its_page_until_renewed(
    say, conversation, neighbour, ana, mona, sandbox
):
    first, second = say("first"), say("second")
    sandbox.post("tokens", token=conversation.page.token, state="expired")
    conversation.deliver()
    neighbour.send(author=ana, text="Fresh ones", idempotency_key=uuid.uuid4())
    neighbour.deliver()
    page = fresh(conversation.page)
    assert page.is_paused
    assert "expired" in page.error
    assert {fresh(first).state, fresh(second).state} == {Message.State.QUEUED}
    assert sandbox.texts(neighbour.customer.psid) == ["Fresh ones"]
    sandbox.post("tokens", token=page.token, state="valid")
    fresh(page).resume()  # as an admin does who saves another token
    assert not fresh(page).is_paused
    fresh(conversation).deliver()
    let_time_pass()
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["first", "second"]
    assert {row["persona"]["name"] for row in sandbox.said(mona.psid)} == {"Ana R."}


def test_a_check_that_finds_a_working_token_resumes_the_page(say, conversation, mona, sandbox):
    say("hello")
    sandbox.post("tokens", token=conversation.page.token, state="expired")
    conversation.deliver()
    fresh(conversation.page).verify()
    assert fresh(conversation.page).is_paused
    sandbox.post("tokens", token=conversation.page.token, state="valid")
    fresh(conversation.page).verify()
    assert not fresh(conversation.page).is_paused
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["hello"]


def test_a_token_refused_only_in_sending_is_checked_once_in_five_minutes(say, conversation, mona, refuse):
    say("hello")
    refuse(DEAD, mona.psid)
    conversation.deliver()
    attempts = 0
    for _sweep in range(10):
        for page in Page.objects.troubled():
            page.verify()
            attempts += 1
        let_time_pass()
        fresh(conversation).deliver()
    assert attempts == 1
    page = fresh(conversation.page)
    assert page.is_paused
    assert "expired" in page.why_paused
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert list(Page.objects.troubled()) == [page]


def test_a_paused_page_makes_no_calls(say, conversation, sandbox):
    Page.objects.update(paused_since=timezone.now())
    say("patience")
    before = len(sandbox.requests())
    fresh(conversation).deliver()
    assert not Conversation.objects.pending().exists()
    assert len(sandbox.requests()) == before


def test_a_restricted_page_pauses_and_is_retried_automatically(say, conversation, mona, sandbox, refuse, bluebird):
    message = say("hello")
    refuse(RESTRICTED, mona.psid, times=1)
    conversation.deliver()
    assert fresh(bluebird).is_paused
    assert fresh(message).state == Message.State.QUEUED
    fresh(bluebird).verify()  # which finds nothing wrong, and sees no restriction
    assert fresh(bluebird).is_paused
    ago = timezone.now() - timedelta(minutes=6)
    Page.objects.update(checked_at=ago, paused_since=ago)
    [troubled] = Page.objects.troubled()
    troubled.verify()
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["hello"]


def test_a_page_rate_limit_slows_only_that_page(say, conversation, neighbour, ana, mona, sandbox, refuse):
    message = say("slow")
    refuse(PAGE_LIMIT, mona.psid, times=1)
    conversation.deliver()
    assert fresh(conversation.page).is_slowed
    assert (fresh(message).state, fresh(message).attempts) == (Message.State.QUEUED, 0)
    assert "slow down" in fresh(message).error
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == []
    neighbour.send(author=ana, text="Fresh ones", idempotency_key=uuid.uuid4())
    neighbour.deliver()
    assert sandbox.texts(neighbour.customer.psid) == ["Fresh ones"]
    let_time_pass()
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["slow"]
    assert fresh(conversation.page).slowdowns == 0


def test_an_app_rate_limit_slows_all_pages(say, conversation, neighbour, mona, refuse):
    say("slow")
    refuse(APP_LIMIT, mona.psid, times=1)
    conversation.deliver()
    assert fresh(conversation.page).is_slowed
    assert fresh(neighbour.page).is_slowed


def test_each_successive_slowdown_of_a_page_is_longer(say, conversation, mona, refuse):
    say("slow")
    refuse(PAGE_LIMIT, mona.psid)
    pauses = []
    for _limit in range(4):
        let_time_pass()
        fresh(conversation).deliver()
        pauses.append(fresh(conversation.page).waits_until - timezone.now())
    assert pauses == sorted(pauses)
    assert pauses[-1] > 4 * pauses[0]


def test_a_slowed_page_waits_as_long_as_facebook_says(say, conversation, sandbox, bluebird):
    say("first")
    conversation.deliver()
    say("slow")
    sandbox.post("rate_limits", page={"calls": 1, "per_s": 3600})
    conversation.page.client().page()  # the one call
    conversation.deliver()
    assert timedelta(minutes=50) < fresh(bluebird).waits_until - timezone.now() <= timedelta(minutes=61)


def test_a_reply_waits_for_its_persona_while_the_page_is_slowed(say, conversation, mona, sandbox):
    say("under my own name")
    sandbox.fail("personas", times=1, status=400, error=PAGE_LIMIT)
    conversation.deliver()
    assert sandbox.texts(mona.psid) == []
    let_time_pass()
    conversation.page.personas.update(next_attempt_at=None)
    fresh(conversation).deliver()
    assert [row["persona"]["name"] for row in sandbox.said(mona.psid)] == ["Ana R."]


def test_a_reply_fails_after_the_maximum_of_transient_errors(say, conversation, sandbox):
    message = say("never")
    sandbox.fail("messages", status=500)
    for _try in range(Message.MAX_ATTEMPTS + 1):
        let_time_pass()
        conversation.deliver()
    assert fresh(message).state == Message.State.FAILED
    assert fresh(message).attempts == Message.MAX_ATTEMPTS


def test_a_page_near_its_rate_limit_makes_fewer_calls(bluebird):
    assert rate_limit.reserve(bluebird.pk) < 0.01
    rate_limit.learn(bluebird.pk, Usage(percent=90))
    rate_limit.reserve(bluebird.pk)
    assert 0.9 < rate_limit.reserve(bluebird.pk) <= 1.1


def test_a_page_makes_at_most_300_calls_a_second(bluebird):
    began = time.monotonic()
    turns = [rate_limit.reserve(bluebird.pk) + time.monotonic() - began for _call in range(100)]
    assert turns[-1] >= 99 / 300


def test_a_high_usage_header_slows_the_page(say, conversation, sandbox, bluebird):
    sandbox.post("rate_limits", usage={"page": 95})
    say("one"), say("two"), say("three")
    conversation.deliver()
    assert rate_limit.reserve(bluebird.pk) > rate_limit.SHORT
    assert Message.objects.pending().count() >= 1
    assert "fewer calls" in Message.objects.pending().first().error


def test_an_expired_token_pauses_the_page_and_leaves_the_profile_to_be_fetched_later(mona, sandbox, bluebird):
    sandbox.post("tokens", token=bluebird.token, state="expired")
    mona.fetch_profile()
    assert mona.profile_at is None
    assert fresh(bluebird).is_paused


def test_a_shorter_slowdown_does_not_replace_a_longer_one(bluebird):
    limited = GraphError("l", status=400, error={"code": 80006}, usage=Usage(percent=100, minutes=30))
    fresh(bluebird).note_error(limited)
    fresh(bluebird).note_error(GraphError("l", status=400, error=PAGE_LIMIT))
    assert fresh(bluebird).waits_until - timezone.now() > timedelta(minutes=25)


def test_a_burst_of_rate_limit_errors_counts_as_one_slowdown(bluebird):
    workers = [fresh(bluebird) for _worker in range(16)]
    for worker in workers:
        worker.note_error(GraphError("l", status=400, error=PAGE_LIMIT))
    assert fresh(bluebird).slowdowns == 1


def test_an_error_of_the_old_token_does_not_pause_a_page_whose_token_was_renewed(bluebird):
    stale = fresh(bluebird)
    bluebird.token = "EAARENEWED"
    bluebird.save()
    stale.note_error(GraphError("x", status=400, error=DEAD))
    assert not fresh(bluebird).is_paused


def test_messages_held_by_a_slowed_page_are_due_when_it_is_resumed(say, conversation, bluebird):
    message = say("hello")
    Message.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    fresh(bluebird).resume()
    assert Conversation.objects.pending().exists()


def test_a_rate_limit_of_profile_calls_does_not_slow_the_page(mona, sandbox, bluebird):
    sandbox.fail(mona.psid, times=1, status=400, error=PAGE_LIMIT)
    mona.fetch_profile()
    assert not fresh(bluebird).is_slowed
    assert mona.profile_at is None


def test_a_profile_is_not_fetched_while_its_page_is_slowed(mona, sandbox, bluebird):
    until = timezone.now() + timedelta(minutes=30)
    Page.objects.update(waits_until=until)
    fresh(mona).fetch_profile()
    assert sandbox.requests(path=mona.psid) == []
    assert fresh(mona).next_attempt_at == until


def test_rate_limits_and_outages_do_not_mark_a_persona_as_refused(say, conversation, mona, sandbox, bluebird):
    say("hello")
    for error in [PAGE_LIMIT] * 5 + [{"code": 2, "message": "busy"}]:
        sandbox.fail("personas", times=1, status=400, error=error)
        bluebird.personas.update(next_attempt_at=None)
        let_time_pass()
        fresh(conversation).deliver()
    assert not bluebird.personas.get().is_refused
    assert sandbox.said(mona.psid) == []


def test_a_send_queue_keeps_its_rate_slot_near_the_rate_limit(say, conversation, bluebird, mona, sandbox):
    message = say("my turn")
    rate_limit.learn(bluebird.pk, Usage(percent=90))
    rate_limit.reserve(bluebird.pk)
    conversation.deliver()
    waiting = fresh(message)
    assert (waiting.state, waiting.has_rate_slot) == (Message.State.QUEUED, True)
    assert waiting.next_attempt_at > timezone.now()
    for _other in range(5):
        rate_limit.reserve(bluebird.pk, within=60)
    let_time_pass()
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["my turn"]


def let_time_pass():
    ago = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=ago)
    Page.objects.filter(waits_until__isnull=False).update(waits_until=ago)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# Policy and integrity


@pytest.fixture
def send_policy(receive):
    return lambda action, at, reason="Spam reports": receive(
        {"timestamp": at, "policy_enforcement": {"action": action, "reason": reason}}
    )


def test_a_page_blocked_by_facebook_sends_nothing_and_says_why_until_unblocked(
    say, conversation, bluebird, sandbox, mona, send_policy, client, ana
):
    send_policy("block", AT)
    message = say("patience")
    conversation.deliver()
    client.force_login(ana)
    desk = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert desk.count("Facebook has blocked this Page from sending: Spam reports.") == 2  # above queue and thread
    assert (fresh(message).state, sandbox.texts(mona.psid)) == (Message.State.QUEUED, [])
    send_policy("unblock", AT + 1)
    fresh(conversation).deliver()
    assert sandbox.texts(mona.psid) == ["patience"]
    bluebird = fresh(bluebird)
    assert (bluebird.why_paused, bluebird.policy, bluebird.is_blocked, bluebird.is_paused) == ("", "", False, False)


def test_a_successful_check_does_not_lift_a_block_by_facebook(bluebird, sandbox, send_policy):
    send_policy("block", AT)
    Page.objects.update(paused_since=timezone.now() - timedelta(hours=1))
    fresh(bluebird).verify()
    assert fresh(bluebird).is_paused


def test_an_outdated_block_after_an_unblock_is_ignored(bluebird, send_policy):
    send_policy("block", AT), send_policy("unblock", AT + 1), send_policy("block", AT, "Spam reports, again")
    assert not fresh(bluebird).is_paused


def test_a_block_by_facebook_counts_in_upper_or_lower_case(bluebird, send_policy):
    send_policy("BLOCK", AT)
    assert fresh(bluebird).is_paused
    send_policy("UNBLOCK", AT + 1)
    assert not fresh(bluebird).is_paused


def test_a_policy_warning_is_stored_and_does_not_pause_the_page(bluebird, send_policy):
    send_policy("warning", AT)
    bluebird = fresh(bluebird)
    assert (bluebird.policy, bluebird.is_paused) == ("Facebook warns this Page: Spam reports.", False)


@pytest.mark.parametrize("error", [{"code": 2022}, {"code": 368, "error_subcode": 1390008}], ids=str)
def test_an_error_that_blocks_the_page_holds_its_messages_and_stores_the_reason(
    error, say, conversation, mona, refuse, bluebird
):
    message = say("hello")
    refuse({"message": "blocked"} | error, mona.psid, times=1)
    conversation.deliver()
    assert fresh(message).state == Message.State.QUEUED
    assert fresh(bluebird).why_paused.startswith("Facebook has blocked this Page")
