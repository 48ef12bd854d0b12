"""Limits: a call that Facebook would refuse is refused before, with a sentence that names the limit."""

import io

import pytest

from messenger.limits import LIMITS, MB, check_profile

BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
CARD = {"title": "Teapot"}


def text(n):
    return "x" * n


def button(**fields):
    return lambda client, n: client.send_button_template("1", "Hi", [BUTTON | {key: text(n) for key in fields}])


# name of the limit: a call with `n` of it
CALLS = {
    "text": lambda client, n: client.send_text("1", text(n)),
    "metadata": lambda client, n: client.send_text("1", "Hi", metadata=text(n)),
    "quick_replies": lambda client, n: client.send_text("1", "Hi", quick_replies=[{"content_type": "user_email"}] * n),
    "quick_reply_title": lambda client, n: client.send_text("1", "Hi", quick_replies=[{"title": text(n)}]),
    "quick_reply_payload": lambda client, n: client.send_text("1", "Hi", quick_replies=[{"payload": text(n)}]),
    "image_bytes": lambda client, n: client.send_image("1", file=bytes(n)),
    "file_bytes": lambda client, n: client.upload_file(file=io.BytesIO(bytes(n))),
    "generic_elements": lambda client, n: client.send_generic_template("1", [CARD] * n),
    "media_elements": lambda client, n: client.send_media_template("1", [{"media_type": "image"}] * n),
    "receipt_elements": lambda client, n: client.send_receipt_template("1", {"elements": [CARD] * n}),
    "element_title": lambda client, n: client.send_generic_template("1", [{"title": text(n)}]),
    "element_subtitle": lambda client, n: client.send_generic_template("1", [CARD | {"subtitle": text(n)}]),
    "button_text": lambda client, n: client.send_button_template("1", text(n), [BUTTON]),
    "template_buttons": lambda client, n: client.send_button_template("1", "Hi", [BUTTON] * n),
    "buttons": lambda client, n: client.send_generic_template("1", [CARD | {"buttons": [BUTTON] * n}]),
    "button_title": button(title=True),
    "button_payload": button(payload=True),
    "persona_name": lambda client, n: client.create_persona(text(n), "https://example.test/a.png"),
    "get_started_payload": lambda client, n: client.set_get_started(text(n)),
    "greeting": lambda client, n: client.set_greeting(text(n)),
    "ice_breakers": lambda client, n: client.set_ice_breakers([{"question": "?", "payload": "Q"}] * n),
    "menu_items": lambda client, n: client.set_persistent_menu([BUTTON] * n),
    "menu_title": lambda client, n: client.set_user_menu("1", [BUTTON | {"title": text(n)}]),
    "menu_payload": lambda client, n: client.set_persistent_menu([BUTTON | {"payload": text(n)}]),
    "extend_seconds": lambda client, n: client.extend_thread_control("1", n),
    "batch": lambda client, n: client.send_batch([{"method": "GET", "relative_url": "me"}] * n),
}


def test_every_limit_is_tested_with_a_call():
    assert set(CALLS) == set(LIMITS)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_within_its_limit_is_made_and_one_beyond_is_refused(name, wire):
    wire.text = "[]" if name == "batch" else '{"id":"1","message_id":"m","attachment_id":"a"}'
    limit, client = LIMITS[name], wire.client()
    CALLS[name](client, limit.most)
    for amount in [limit.most + 1, *([limit.least - 1] if limit.least else [])]:
        with pytest.raises(ValueError, match=r"\.$"):
            CALLS[name](client, amount)
    assert len(wire.calls) == 1


def test_the_refusal_names_the_limit_and_the_actual_amount(wire):
    with pytest.raises(ValueError, match=r"^A button's title has at most 20 characters; this one has 25\.$"):
        CALLS["button_title"](wire.client(), 25)


def test_an_image_has_a_smaller_size_limit_than_a_video(wire):
    wire.client().send_video("1", file=bytes(9 * MB))
    with pytest.raises(ValueError, match="8 MB"):
        wire.client().send_image("1", file=bytes(9 * MB))


def test_the_length_of_a_text_is_counted_in_utf16_units(wire):
    wire.client().send_text("1", "👋" * 1000)
    with pytest.raises(ValueError, match="2002"):
        wire.client().send_text("1", "👋" * 1001)


def test_ice_breakers_are_counted_for_each_locale():
    questions = [{"question": "?", "payload": "Q"}] * 4
    check_profile({"ice_breakers": [{"locale": name, "call_to_actions": questions} for name in ("default", "de_DE")]})
    with pytest.raises(ValueError, match="4 ice breakers; these are 5"):
        check_profile({"ice_breakers": [{"locale": "default", "call_to_actions": [*questions, questions[0]]}]})


@pytest.mark.parametrize("odd", [None, 7, "x", [None], ["x"], {"a": 1}, [{"text": 7, "title": None}]])
@pytest.mark.parametrize("key", ["quick_replies", "text", "metadata", "attachment"])
def test_values_of_an_unexpected_shape_are_sent_without_a_limit_check(key, odd, wire):
    wire.client().send_raw({"recipient": {"id": "1"}, "message": {key: odd}})
    wire.client().send_raw({"message": odd})
    wire.client().send_template("1", {"template_type": odd if isinstance(odd, str) else "x", "buttons": odd})
    assert len(wire.calls) == 3
