"""The parts of a message in the thread, within its bubble and beside it."""

import regex

from console.wording import cards

JOINED = r"[\uFE0F\u200D\u20E3\s]"  # the signs within an emoji, and between two
FLAG, KEYCAP = r"\p{Regional_Indicator}{2}", r"[0-9#*]\uFE0F\u20E3"
# Without the selector U+FE0F, signs such as © are text.
SIGN = r"\p{Extended_Pictographic}(?=[\uFE0F\p{Emoji_Modifier}])|(?<=\u200D)\p{Extended_Pictographic}"
EMOJI = regex.compile(rf"(?:\p{{Emoji_Presentation}}|{SIGN}|\p{{Emoji_Modifier}}|{FLAG}|{KEYCAP}|{JOINED})+")
SHOWN_ON_CARDS = ("image", "video")
MOST_BIG = 12  # characters of a text of emoji alone that is shown big; the emoji of a family has seven
LONG_TEXT, LONG_LINES = 900, 14  # characters and lines; a longer text is folded


class Parts:
    """The attachments of a message, grouped by the way in which they are shown, and properties of its text."""

    def __init__(self, message):
        given = message.attachments.all()
        self.speaker = _speaker(message)
        self.reaction = getattr(message, "page_reaction", None)
        self._card_pictures = {
            one.card: one for one in given if one.card is not None and one.shown_as in SHOWN_ON_CARDS
        }
        shown = [one for one in given if one.card is None]
        self.stickers = [one for one in shown if one.shown_as == "image" and one.kind == "sticker"]
        self.pictures = [one for one in shown if one.shown_as == "image" and one.kind != "sticker"]
        self._with_buttons = [one for one in shown if one.kind in ("template", "quick_replies")]
        bare = [*self.stickers, *self.pictures, *self._with_buttons]
        self.framed = [one for one in shown if one not in bare]
        self.text = message.text if message.text.strip() else ""
        self.is_big = is_emoji_alone(self.text)
        self.is_long = len(self.text) > LONG_TEXT or self.text.count("\n") >= LONG_LINES
        self.is_empty = not shown and not self.text and not message.is_deleted
        self.has_bubble = bool(message.is_deleted or message.reply_to or self.framed or self.is_empty) or (
            bool(self.text) and not self.is_big
        )

    @property
    def cards(self):
        """Return the cards of its templates."""
        templates = [one for one in self._with_buttons if one.kind == "template"]
        return [card for one in templates for card in cards.cards_of(one.payload, one.tapped, self._card_pictures)]

    @property
    def quick_replies(self):
        offered = [one for one in self._with_buttons if one.kind == "quick_replies"]
        return [button for one in offered for button in cards.quick_replies_of(one.payload, one.tapped)]


def is_emoji_alone(text):
    return len(text) <= MOST_BIG and bool(text.strip()) and EMOJI.fullmatch(text) is not None


def _speaker(message):
    """Return a word that two messages share if one name stands above both."""
    if message.is_incoming:
        return "customer"
    return f"{message.source or message.sender_name} {message.is_by_bot} {message.is_automatic}"
