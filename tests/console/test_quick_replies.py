"""Quick replies of agents: they go out under the end of a reply, as the persona, within Facebook's limits."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from console.models import Attachment, CannedReply, Draft
from console.wording.quick_replies import check_quick_replies, from_facebook, titles_in, to_facebook
from messenger.limits import check_message, utf16_length
from tests.console.conftest import AT, HTMX, fresh

YES_NO = "Yes\nNo"


@pytest.fixture
def post(anas_browser, conversation):
    """Press Send."""

    def send(text, quick_replies=YES_NO, **more):
        fields = {"text": text, "quick_replies": quick_replies, "idempotency_key": uuid.uuid4(), **more}
        return anas_browser.post(f"/conversations/{conversation.pk}/send/", fields, headers=HTMX)

    return send


@pytest.fixture
def offer(conversation, ana):
    """Ana sends a text with quick replies."""
    return lambda text, titles=YES_NO: conversation.send(ana, text, uuid.uuid4(), quick_replies=titles)


def offered(sandbox, mona):
    """Return each text of the Page to Mona, with the titles under it."""
    return [(said["text"], [one["title"] for one in said["quick_replies"]]) for said in sandbox.said(mona.psid)]


def test_quick_replies_go_out_under_the_text_as_the_persona(post, conversation, mona, sandbox):
    assert post("Is it green?", "Yes\r\n\r\n  No ").status_code == 200
    conversation.deliver()
    assert offered(sandbox, mona) == [("Is it green?", ["Yes", "No"])]
    sent = sandbox.requests("POST", "me/messages")[-1]["body"]
    [persona] = sandbox.personas()
    assert sent["persona_id"] == persona["id"]
    assert sent["message"]["quick_replies"] == to_facebook(YES_NO)


def test_quick_replies_go_out_under_the_last_part_of_a_long_text(offer, conversation, mona, sandbox):
    offer("Tea. " * 500)
    conversation.deliver()
    assert [titles for _text, titles in offered(sandbox, mona)] == [[], ["Yes", "No"]]


def test_a_retry_keeps_the_quick_replies(offer, conversation, mona, sandbox, ana):
    sandbox.fail("messages", "POST", status=400, error={"code": 100, "message": "No"}, times=1)
    [message] = offer("Is it green?")
    conversation.deliver()
    assert fresh(message).state == "failed"
    conversation.retry(message, ana)
    conversation.deliver()
    assert offered(sandbox, mona) == [("Is it green?", ["Yes", "No"])]


def test_a_reply_sent_twice_under_one_key_has_its_quick_replies_once(conversation, ana):
    key = uuid.uuid4()
    for _press in range(2):
        conversation.send(ana, "Is it green?", key, quick_replies=YES_NO)
    assert Attachment.objects.get().payload == to_facebook(YES_NO)


def test_the_tap_of_the_customer_is_marked_under_the_reply(
    offer, receive, echo, said, conversation, anas_browser, mona
):
    [message] = offer("Is it green?")
    conversation.deliver()
    receive(
        echo(
            fresh(message).mid, "Is it green?", metadata=str(message.idempotency_key), quick_replies=to_facebook(YES_NO)
        )
    )
    receive(said("m_2", "No", at=AT + 10**12, quick_reply={"payload": "No"}))
    assert Attachment.objects.get().tapped == [1]
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'No<span class="visually-hidden">: tapped by the customer</span>' in page


def test_the_row_of_the_queue_shows_the_text_of_a_reply_with_quick_replies(offer, conversation):
    offer("Is it green?")
    assert fresh(conversation).last_words == "Is it green?"


@pytest.mark.parametrize(
    ("text", "quick_replies", "sentence"),
    [
        (
            "Hi",
            "\n".join(map(str, range(14))),
            "Messenger takes at most 13 quick replies under a message; these are 14.",
        ),
        ("Hi", "x" * 21, f"“{'x' * 21}” is too long: a quick reply has at most 20 characters."),
        ("Hi", "Yes\nNo\nYes", "The quick reply “Yes” is there twice."),
        ("", YES_NO, "Write something first."),
    ],
)
def test_quick_replies_beyond_a_limit_are_refused_with_a_sentence(text, quick_replies, sentence, post, conversation):
    answer = post(text, quick_replies)
    assert (answer.status_code, answer.content.decode()) == (422, sentence)
    assert not conversation.messages.exists()


@given(st.text(max_size=400))
def test_what_the_check_accepts_facebook_accepts(lines):
    try:
        check_quick_replies(lines)
    except ValidationError:
        titles = titles_in(lines)
        assert len(titles) > 13 or len({*titles}) < len(titles) or any(utf16_length(title) > 20 for title in titles)
        return
    payload = to_facebook(lines)
    check_message({"text": "Hi", "quick_replies": payload})
    assert titles_in(from_facebook(payload)) == titles_in(lines)


# Drafts


def test_a_draft_keeps_its_quick_replies_for_every_device(anas_browser, conversation, post):
    path = f"/conversations/{conversation.pk}/draft/"
    anas_browser.post(path, {"text": "Is it green?", "quick_replies": "Sí\nNo"}, headers=HTMX)
    assert anas_browser.get(path).headers["X-Quick-Replies"] == "S%C3%AD%0ANo"
    assert (
        'name="quick_replies" value="Sí\nNo"' in anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    )
    assert post("Is it green?", "Sí\nNo").status_code == 200
    assert not Draft.objects.exists()


def test_a_draft_of_quick_replies_alone_stays_and_shows_in_the_row(anas_browser, conversation):
    anas_browser.post(f"/conversations/{conversation.pk}/draft/", {"text": "", "quick_replies": YES_NO}, headers=HTMX)
    assert f'<p data-conversation="{conversation.pk}">Yes, No' in anas_browser.get("/").content.decode()


# Canned replies


CANNED = {"shortcut": "green", "text": "Is it green?", "audience": "own"}


def test_a_canned_reply_carries_quick_replies_to_the_composer(anas_browser, bluebird):
    anas_browser.post("/canned-replies/new/", CANNED | {"quick_replies": "Yes\r\n\r\nNo"})
    assert CannedReply.objects.get().quick_replies == YES_NO
    [reply] = anas_browser.get(f"/pages/{bluebird.pk}/canned-replies/").json()
    assert reply["quick_replies"] == YES_NO
    assert "<li>Yes</li><li>No</li>" in anas_browser.get("/canned-replies/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"quick_replies": "x" * 21}, "is too long: a quick reply has at most 20 characters."),
        ({"quick_replies": YES_NO, "text": "  "}, "Quick replies are sent under a text: write one."),
    ],
)
def test_a_canned_reply_with_invalid_quick_replies_is_refused(fields, sentence, anas_browser):
    answer = anas_browser.post("/canned-replies/new/", CANNED | fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not CannedReply.objects.exists()


def test_a_message_saved_as_a_canned_reply_keeps_its_quick_replies(anas_browser, conversation, offer):
    [message] = offer("Is it green?")
    path = f"/conversations/{conversation.pk}/messages/{message.pk}/save-as-canned-reply/"
    assert ">Yes\nNo</textarea>" in anas_browser.get(path, headers=HTMX).content.decode()
