"""Templates of agents: buttons, cards, a picture with buttons. They go out as replies do, within Facebook's limits."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.messenger_templates.limits import problems_of
from console.messenger_templates.payloads import cleaned
from console.models import Attachment, Message, Refused
from messenger.limits import check_message
from personas import pictures
from sandbox.graph import templates as facebook
from tests.conftest import restrict
from tests.console.conftest import AT, HTMX, fresh, words
from tests.console.templates import BUTTONS, BUY, CALL, CARDS, MEDIA, SHOP, fields_of


@pytest.fixture
def path(conversation):
    return f"/conversations/{conversation.pk}/template/"


@pytest.fixture
def post(anas_browser, conversation):
    """Send a template, as the outbox of the browser does."""

    def send(template, *files, **more):
        given = {"text": "", "template": json.dumps(template), "files": files, "idempotency_key": uuid.uuid4()}
        return anas_browser.post(f"/conversations/{conversation.pk}/send/", given | more, headers=HTMX)

    return send


@pytest.fixture
def teapot():
    return SimpleUploadedFile("teapot.png", pictures.initials("Ana Ruiz").read())


def sent(sandbox, mona):
    return [said["template"] for said in sandbox.said(mona.psid)]


@pytest.mark.parametrize("template", [BUTTONS, CARDS], ids=["buttons", "cards"])
def test_a_template_goes_out_as_the_persona_and_is_drawn_in_the_thread(
    template, post, conversation, mona, sandbox, anas_browser
):
    assert post(template).status_code == 200
    conversation.deliver()
    assert sent(sandbox, mona) == [template]
    body = sandbox.requests("POST", "me/messages")[-1]["body"]
    assert body["persona_id"] == sandbox.personas()[0]["id"]
    page = words(anas_browser.get(f"/conversations/{conversation.pk}/").content.decode())
    assert ("Green or black? Buy Shop Call us" if template is BUTTONS else "Glass 0.3 l Iron Buy") in page


def test_the_picture_of_a_media_template_is_uploaded_before_it_goes_out(
    post, teapot, conversation, mona, sandbox, anas_browser
):
    assert post(MEDIA, teapot).status_code == 200
    conversation.deliver()
    [template] = sent(sandbox, mona)
    assert template["elements"][0]["attachment_id"]
    assert [template["elements"][0]["buttons"]] == [[SHOP]]
    picture = Attachment.objects.get(kind="image")
    page = anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert f'<img class="cards-picture" src="/attachments/{picture.pk}/"' in page


def test_a_template_whose_answer_was_lost_is_not_sent_twice(post, conversation, mona, sandbox, receive, echo):
    sandbox.fail("messages", "POST", times=1, drop="after")
    post(BUTTONS)
    conversation.deliver()
    message = conversation.messages.get()
    assert message.state == "unknown"
    [said] = sandbox.said(mona.psid)
    receive(echo(said["mid"], None, metadata=str(message.idempotency_key)))
    assert fresh(message).state == "sent"
    conversation.deliver()
    assert len(sent(sandbox, mona)) == 1


def test_the_button_that_the_customer_taps_is_marked(post, by_mona, receive, conversation):
    post(BUTTONS)
    conversation.deliver()
    receive(by_mona(AT + 10**12, postback={"mid": "m_tap", "title": "Buy", "payload": "Buy"}))
    assert Attachment.objects.get(kind="template").tapped == [0]


def test_the_pictures_of_cards_are_fetched_for_the_thread(post, conversation):
    post(CARDS)
    assert list(Attachment.objects.values_list("kind", "card", "url")) == [
        ("template", None, ""),
        ("image", 1, "https://cdn.example.test/iron.png"),
    ]
    assert fresh(conversation).last_words == "Glass · 0.3 l · Iron · [Buy]"


def test_an_address_without_https_gets_it_and_one_that_is_none_stays_as_it_was_written():
    buttons = [SHOP | {"url": url} for url in ("example.test/tea?green=1", "http://example.test", "shop")]
    addresses = {"image_url": "cdn.example.test/iron.png", "default_action": {"url": "example.test"}}
    payload = cleaned({"template_type": "generic", "elements": [addresses | {"title": "Iron", "buttons": buttons}]})
    [card] = payload["elements"]
    written = ["https://example.test/tea?green=1", "http://example.test", "shop"]
    assert [button["url"] for button in card["buttons"]] == written
    assert card["image_url"] == "https://cdn.example.test/iron.png"
    assert card["default_action"]["url"] == "https://example.test"


def without(template, *names):
    return {name: part for name, part in template.items() if name not in names}


def one_card(**parts):
    return {"template_type": "generic", "elements": [{"title": "Glass", **parts}]}


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        (without(BUTTONS, "text"), "Write the text above the buttons."),
        (BUTTONS | {"text": "x" * 641}, "The text has at most 640 characters; this has 641."),
        (without(BUTTONS, "buttons"), "Add a button."),
        (BUTTONS | {"buttons": [BUY] * 4}, "At most 3 buttons stand together; these are 4."),
        (BUTTONS | {"buttons": [BUY | {"title": "x" * 21}]}, "has at most 20 characters; this has 21."),
        (BUTTONS | {"buttons": [SHOP | {"url": "shop"}]}, "The button “Shop” needs a web address that begins with"),
        (
            BUTTONS | {"buttons": [CALL | {"payload": "0301"}]},
            "The button “Call us” needs a number with the code of its",
        ),
        (BUTTONS | {"buttons": [SHOP | {"title": ""}]}, "A button needs a title."),
        (CARDS | {"elements": []}, "Write the title of a card."),
        (CARDS | {"elements": CARDS["elements"] * 6}, "Messenger takes at most 10 cards; these are 12."),
        (one_card(title="", subtitle="0.3 l"), "The card needs a title."),
        (one_card(), "The card needs a subtitle, a picture or a button beside its title."),
        (one_card(subtitle="x" * 81), "The subtitle has at most 80 characters; this has 81."),
        (one_card(image_url="javascript:alert(1)"), "The address of the picture is no web address"),
        (MEDIA, "Choose one picture or video."),
        ({"template_type": "receipt"}, "Choose what to send."),
        ([[[]]], "Choose what to send."),
    ],
)
def test_a_template_beyond_a_limit_is_refused_with_a_sentence(template, sentence, post, conversation):
    answer = post(template)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True), answer.content.decode()
    assert not conversation.messages.exists()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '"' + "x" * 100_001 + '"', "1e999"])
def test_what_is_no_template_is_refused(text, anas_browser, conversation):
    given = {"text": "", "template": text, "idempotency_key": uuid.uuid4()}
    assert anas_browser.post(f"/conversations/{conversation.pk}/send/", given, headers=HTMX).status_code == 422


def test_characters_that_cannot_be_stored_are_left_out(post, conversation):
    assert post(BUTTONS | {"text": "Green\0 or \ud800black?"}).status_code == 200
    assert Attachment.objects.get().payload["text"] == "Green or black?"


def test_a_file_that_is_no_picture_or_video_goes_out_with_no_template(post, teapot):
    assert post(MEDIA, SimpleUploadedFile("tea.pdf", b"%PDF-1.7")).content.decode() == "Choose one picture or video."
    assert post(BUTTONS, teapot).content.decode() == "Choose one picture or video."


TEXTS = st.none() | st.text(max_size=90) | st.sampled_from(["https://shop.example", "+4930123456", "Buy", 7])
BUTTON = st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(["web_url", "postback", "phone_number", "payment", None]),
    **dict.fromkeys(["title", "url", "payload"], TEXTS),
})  # fmt: skip
ELEMENT = st.fixed_dictionaries({}, optional={
    **dict.fromkeys(["title", "subtitle", "image_url", "media_type"], TEXTS),
    "default_action": st.none() | st.fixed_dictionaries({"url": TEXTS}),
    "buttons": st.none() | st.lists(BUTTON, max_size=5),
})  # fmt: skip
TEMPLATE = st.fixed_dictionaries({"template_type": st.sampled_from(["button", "generic", "media"])}, optional={
    "text": st.none() | st.text(max_size=700),
    "buttons": st.none() | st.lists(BUTTON, max_size=5),
    "elements": st.lists(ELEMENT, max_size=12),
})  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(TEMPLATE)
def test_what_passes_the_limits_facebook_takes(template):
    template = cleaned(template)
    if not problems_of(template):
        check_message({"attachment": {"type": "template", "payload": template}})
        facebook.check("template", template)
    assert cleaned(template) == template


# The form


@pytest.mark.parametrize("template", [BUTTONS, CARDS, MEDIA], ids=["buttons", "cards", "media"])
def test_the_form_gives_the_browser_the_template_that_it_describes(template, anas_browser, path):
    answer = anas_browser.post(path, fields_of(template), headers=HTMX).content.decode()
    assert f'data-template="{json.dumps(template)}"'.replace('"', "&quot;").replace("&quot;", '"', 1)[:-6] in answer


def test_the_form_says_what_facebook_would_refuse_and_keeps_what_was_written(anas_browser, path):
    answer = anas_browser.post(path, fields_of(BUTTONS | {"text": "x" * 641}), headers=HTMX)
    assert answer.status_code == 422
    assert "The text has at most 640 characters; this has 641." in answer.content.decode()
    assert 'value="Call us"' in answer.content.decode()


def test_the_preview_shows_the_cards_and_what_is_missing(anas_browser, path):
    shown = words(anas_browser.post(f"{path}preview/", fields_of(one_card()), headers=HTMX).content.decode())
    assert "Ana R. Glass The card needs a subtitle, a picture or a button beside its title." in shown


def test_a_template_that_was_taken_back_opens_the_form_with_it(anas_browser, path):
    answer = anas_browser.post(path, {"template": json.dumps(CARDS)}, headers=HTMX)
    assert answer.status_code == 200
    assert 'name="image_url" type="url" value="https://cdn.example.test/iron.png"' in answer.content.decode()
    assert anas_browser.post(path, {"template": "{"}, headers=HTMX).status_code == 200


def test_without_scripts_the_form_sends_the_template(anas_browser, path, conversation, mona, sandbox, teapot):
    key = {"idempotency_key": uuid.uuid4()}
    assert anas_browser.post(path, fields_of(MEDIA) | key | {"files": [teapot]}).status_code == 302
    conversation.deliver()
    assert sent(sandbox, mona)[0]["elements"][0]["buttons"] == [SHOP]


# A template that Facebook refused


@pytest.fixture
def refuse(post, conversation, sandbox):
    """Send a template that Facebook refuses; return its message."""

    def send(template, *files):
        sandbox.fail("messages", times=1, status=400, error={"message": "(#100)", "code": 100})
        post(template, *files)
        conversation.deliver()
        message = conversation.messages.get()
        assert message.state == "failed"
        return message

    return send


def test_a_refused_template_is_edited_and_sent_again(refuse, anas_browser, path, conversation, mona, sandbox):
    message = refuse(CARDS)
    edit = f"{path}failed/{message.pk}/"
    assert edit in anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'value="https://cdn.example.test/iron.png"' in anas_browser.get(edit, headers=HTMX).content.decode()
    answer = anas_browser.post(edit, fields_of(BUTTONS), headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")
    assert list(Attachment.objects.values_list("kind", flat=True)) == ["template"]
    assert fresh(conversation).last_words.startswith("Green or black?")
    conversation.deliver()
    assert fresh(message).state == "sent"
    assert sent(sandbox, mona) == [BUTTONS]


def test_a_refused_template_keeps_its_picture_as_its_buttons_are_edited(
    refuse, anas_browser, path, conversation, mona, sandbox, teapot
):
    message = refuse(MEDIA, teapot)
    edited = {"template_type": "media", "elements": [{"media_type": "image", "buttons": [SHOP, BUY]}]}
    answer = anas_browser.post(f"{path}failed/{message.pk}/", fields_of(edited), headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")
    conversation.deliver()
    [template] = sent(sandbox, mona)
    assert (template["elements"][0]["buttons"], "attachment_id" in template["elements"][0]) == ([SHOP, BUY], True)


def test_an_edited_template_beyond_a_limit_stays_in_the_form(refuse, anas_browser, path, conversation):
    message = refuse(BUTTONS)
    for edited, sentence in ((BUTTONS | {"text": ""}, "Write the text above"), (MEDIA, "Choose what to send.")):
        answer = anas_browser.post(f"{path}failed/{message.pk}/", fields_of(edited), headers=HTMX)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert fresh(message).state == "failed"


def test_an_edited_template_whose_message_was_sent_again_meanwhile_is_refused(refuse, conversation, ana):
    message = refuse(BUTTONS)
    conversation.retry(message, ana)
    with pytest.raises(Refused, match="sent again meanwhile"):
        conversation.retry(message, ana, CARDS)
    assert message.attachments.get().payload == BUTTONS


def test_only_who_holds_the_conversation_edits_a_refused_template(refuse, path, conversation, bens, bluebird):
    edit = f"{path}failed/{refuse(BUTTONS).pk}/"
    answer = bens.post(edit, fields_of(CARDS), headers=HTMX)
    assert "This conversation is with Ana Ruiz." in answer.content.decode()
    assert Attachment.objects.get().payload == BUTTONS
    restrict(bluebird)
    for ask in (bens.get, bens.post):
        assert ask(edit, headers=HTMX).status_code == 404


def test_a_message_that_has_not_failed_is_not_edited(post, anas_browser, path, conversation, say):
    post(BUTTONS)
    assert anas_browser.get(f"{path}failed/{conversation.messages.get().pk}/", headers=HTMX).status_code == 404
    text = say("Hello")
    Message.objects.filter(pk=text.pk).update(state="failed")
    assert anas_browser.get(f"{path}failed/{text.pk}/", headers=HTMX).status_code == 404
