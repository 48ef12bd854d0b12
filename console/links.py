"""Links for the web addresses, mail addresses and phone numbers in a text. The rest of the text is escaped."""

import re

from django.utils.html import escape, format_html, format_html_join

# Not marks that change the direction of writing: they could make an address look like another one.
WEB = r"""(?:https?://|www\.)[^\s<>"\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000}"""
MAIL = r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}"
PHONE = (
    r"\+\d(?:[ ./()-]{0,2}\d){7,14}"  # +49 (0)30 1234567
    r"|0\d{1,5}[ /-]{1,3}\d(?:[ /-]?\d){4,10}"  # 030 1234567, 0171/123 45 67
    r"|01\d{8,10}|00\d{9,13}"
    r"|(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}"  # (555) 123-4567
)
NUMBER = rf"(?<!\d )(?<![\d.,+€$£-])(?P<phone>{PHONE})(?![\w@]|[.,]\d)"
FOUND = re.compile(rf"(?<![\w@/])(?:(?P<web>{WEB})|(?P<mail>{MAIL})|{NUMBER})", re.IGNORECASE)
AMOUNT_FOLLOWS = re.compile(r"\s?(?:[€$£¥%]|(?:EUR|USD|GBP|CHF|euros?|dollars?)\b)", re.IGNORECASE)
AMOUNT_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF))\s?$", re.IGNORECASE)
DATE = re.compile(r"\d{1,2}([ /-])\d{1,2}\1\d{2,4}(?!\d)")
HOST = re.compile(r"https?://(?:www\.)?[\w\[]", re.IGNORECASE)
CLOSING = {")": "(", "]": "[", "}": "{"}
PAUSES = ".,;:!?'*_\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}»…"
LONGEST_CURRENCY = 4  # characters, with the space after it


def linked(text):
    """Return the text as HTML with links, which send no referrer."""
    pieces, end = [], 0
    for match in FOUND.finditer(text):
        if link := _link(match):
            address, words = link
            pieces += [text[end : match.start()], _anchor(address, words)]
            end = match.start() + len(words)
    return format_html_join("", "{}", ([piece] for piece in [*pieces, text[end:]])) if pieces else escape(text)


def _link(match):
    """Return (address, its words in the text), or None for an amount or a date."""
    if words := match["web"]:
        words = _without_end(words)
        address = words if "://" in words else f"https://{words}"
        return (address, words) if HOST.match(address) else None
    if words := match["mail"]:
        return f"mailto:{words}", words
    words, text = match["phone"], match.string
    before = text[max(0, match.start() - LONGEST_CURRENCY) : match.start()]
    if AMOUNT_FOLLOWS.match(text, match.end()) or AMOUNT_BEFORE.search(before) or DATE.match(words):
        return None
    return "tel:" + re.sub(r"\(0\)|[^\d+]", "", words), words


def _without_end(words):
    """Strip the end of the sentence from an address: a full stop, or a bracket that was opened before the address."""
    while words and (words[-1] in PAUSES or words.count(words[-1]) > words.count(CLOSING.get(words[-1], words[-1]))):
        words = words[:-1]
    return words


def _anchor(address, words):
    target = ' target="_blank"' if address.lower().startswith("http") else ""
    return format_html('<a href="{}" rel="noopener noreferrer nofollow"' + target + ">{}</a>", address, words)
