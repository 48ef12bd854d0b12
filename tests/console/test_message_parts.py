"""The size of a text in the thread: emoji alone are shown big."""

import pytest

from console.wording.message_parts import MOST_BIG, is_emoji_alone

EMOJI_ALONE = ["😍", "😍👍🏽", "❤️", "❤️ ❤️", "🧑‍⚕", "🏳️‍🌈", "🇩🇪", "1️⃣", "☝🏽"]
TEXTS = ["©", "™", "☎", "↔", "2 😍", "1", "#", "", " ", "😍" * (MOST_BIG + 1)]


@pytest.mark.parametrize("text", EMOJI_ALONE)
def test_emoji_alone_are_big(text):
    assert is_emoji_alone(text)


@pytest.mark.parametrize("text", TEXTS)
def test_signs_texts_and_many_emoji_are_not_big(text):
    assert not is_emoji_alone(text)
